"""Documents at random, valid or not, for comparison with graphql-core."""

import random  # noqa: TID251 - seeded by the caller

SDL = """
interface Node { id: ID! name: String }
type A implements Node {
  id: ID! name: String n(x: Int): Int other: B list: [A!] when: AWSDateTime e: E s: String
}
type B implements Node { id: ID! name: String n(x: Int): Float a: A u: U list: [B] e: E s: Int }
union U = A | B
enum E { X Y }
input I { a: Int! b: String c: [I!] d: E = X f: Float id: ID }
type Query {
  node(id: ID!): Node a(i: I, l: [Int!], e: E, s: String = "q", r: Int! = 3): A
  b(x: Boolean): B u: U us: [U!]! s: String
}
type Mutation { m(i: I!): A }
type Subscription { o(id: ID): A p: A }
"""
FIELDS = [
    "id",
    "name",
    "n",
    "n(x: 1)",
    "n(x: 2)",
    "n(x: $i)",
    "s",
    "e",
    "other { %s }",
    "list { %s }",
    "a { %s }",
    "u { %s }",
    "__typename",
    "zzz",
    "zzz { %s }",
    "id { %s }",
    "x: name",
    "x: id",
    "x: s",
    "name: id",
    'n(x: "s")',
    "n(y: 1)",
    "n(x: null)",
    "when",
    "... on A { %s }",
    "... on B { %s }",
    "... on Node { %s }",
    "... on U { %s }",
    "... on Nope { %s }",
    "... on E { %s }",
    "...F",
    "...G",
    "... { %s }",
    "... @include(if: $b) { %s }",
    "name @skip(if: true)",
    "name @skip",
    "name @nope",
    "name @skip(if: $i)",
    "n(x: 1, x: 2)",
    "name @skip(if: true) @skip(if: false)",
    "id @defer",
]
ROOT = [
    "node(id: 1) { %s }",
    'node(id: "a") { %s }',
    "node { %s }",
    "a { %s }",
    "b { %s }",
    "u { %s }",
    "us { %s }",
    "s",
    "a(i: {a: 1}) { %s }",
    'a(i: {b: "x"}) { %s }',
    "a(i: {a: 1, zz: 2}) { %s }",
    "a(i: $in) { %s }",
    "a(i: {a: $i, c: [{a: 1}, {a: $i}]}) { %s }",
    "a(l: 1) { %s }",
    "a(l: [1, null]) { %s }",
    "a(l: [$i]) { %s }",
    "a(e: X) { %s }",
    'a(e: "X") { %s }',
    "a(e: $e) { %s }",
    "a(r: null) { %s }",
    "a(r: $i) { %s }",
    "a(s: $s) { %s }",
    "__schema { types { name } }",
    '__type(name: "A") { name fields(includeDeprecated: true) { name } }',
    "...R",
    "... on Query { %s }",
    "a(i: {a: 1, a: 2}) { %s }",
    "a(l: {a: 1}) { %s }",
    "a(i: {a: 1.5}) { %s }",
    "a(i: {a: 1, f: 3, id: 4}) { %s }",
    "a(r: 99999999999) { %s }",
    "b(x: $b) { %s }",
    "node(id: 1)",
    "a(i: [1]) { %s }",
]
VARS = [
    "$i: Int",
    "$i: Int!",
    "$i: Int = 3",
    "$b: Boolean!",
    "$b: Boolean",
    "$b: Boolean = true",
    "$in: I",
    "$in: I!",
    "$in: I = {a: 1}",
    '$in: I = {b: "x"}',
    "$e: E",
    "$s: String",
    "$s: Int",
    "$i: Nope",
    "$i: A",
    "$i: [Int]",
    '$i: Int = "x"',
    "$e: E = Z",
]


def sel(r, d):
    n = r.choice([1, 1, 1, 2, 2, 3])
    out = []
    for _ in range(n):
        f = r.choice(FIELDS)
        if "%s" in f:
            f = f % (sel(r, d - 1) if d > 0 else "id")
        out.append(f)
    return " ".join(out)


def document(seed):
    r = random.Random(seed)
    out = []
    for k in range(r.choice([1] * 8 + [2])):
        vs = r.sample(VARS, r.choice([0, 0, 1, 2, 3]))
        roots = []
        for _ in range(r.choice([1, 1, 2, 3])):
            f = r.choice(ROOT)
            if "%s" in f:
                f = f % sel(r, 2)
            if r.random() < 0.2 and not f.startswith("..."):
                f = f"k{r.randrange(3)}: {f}"
            roots.append(f)
        kind = r.choice(["query"] * 8 + ["mutation", "subscription"])
        if kind == "mutation":
            roots = [f"m(i: {{a: 1}}) {{ {sel(r, 1)} }}"]
        if kind == "subscription":
            roots = [
                r.choice(
                    [
                        "o { id }",
                        "o(id: 1) { id }",
                        "o { id } p { id }",
                        "...on Subscription { o { id } } p { id }",
                        "__typename",
                    ]
                )
            ]
        name = r.choice(["", "Q", f"Q{k}"])
        if vs and not name:
            name = "V"
        out.append(
            f"{kind} {name}{'(' + ', '.join(vs) + ')' if vs else ''} {{ {' '.join(roots)} }}"
        )
    for fr in ("F", "G", "R"):
        body = " ".join(out)
        if (("..." + fr) in body and r.random() < 0.9) or r.random() < 0.03:
            t = r.choice(["A", "B", "Node", "U", "Query", "Nope", "E"]) if fr != "R" else "Query"
            out.append(
                f"fragment {fr} on {t} {{"
                f" {sel(r, 1) if fr != 'R' else r.choice(['s', '...R', 'a { ...F }'])} }}"
            )
    return "\n".join(out)
