"""What ``graph/document.py`` promises."""

from graph.harness import SCHEMA, ask, executor, messages

from appsync_emu.graph.document import Documents


def test_equal_texts_and_equal_shapes_give_one_document():
    documents = Documents(SCHEMA, {}, 16)
    first, literals = documents.find('{ hello(name: "a") }')
    assert literals == ("a",)
    assert documents.find('{ hello(name: "a") }')[0] is first
    second, literals = documents.find('{ hello(name: "b") }')
    assert (second is first, literals) == (True, ("b",))


def test_pinned_literals_give_documents_of_their_own():
    documents = Documents(SCHEMA, {}, 16)
    text = '{ hello(name: "%s") hello(name: "%s") }'
    one, two = documents.find(text % ("a", "a"))[0], documents.find(text % ("b", "b"))[0]
    assert one is not two
    assert one.key != two.key
    assert documents.find((text + "#") % ("a", "a"))[0] is not one


def test_conflicting_literals_are_found_behind_a_shape_that_fits():
    engine = executor({"Query.hello": lambda call: call.arguments["name"]})
    text = '{ hello(name: "%s") hello(name: "%s") }'
    assert ask(engine, text % ("a", "a"))["data"] == {"hello": "a"}
    assert "FieldsConflict" in messages(ask(engine, text % ("a", "b")))[0]
    assert ask(engine, text % ("b", "b"))["data"] == {"hello": "b"}


def test_resolvers_that_run_for_a_subscription():
    resolvers = {("Subscription", "onPost"): len, ("Post", "comments"): len}
    documents = Documents(SCHEMA, resolvers, 16)
    (operation,) = documents.find("subscription { onPost { comments { id } } }")[0].operations
    field = operation.plan({}).fields[0]
    assert field.resolver is len
    assert field.completer.pure


def test_documents_that_fragments_make_enormous_are_refused():
    text = "{ posts { ...F0 } } " + " ".join(
        f"fragment F{n} on Post {{ a: author {{ posts {{ ...F{n + 1} }} }}"
        f" b: author {{ posts {{ ...F{n + 1} }} }} }}"
        for n in range(40)
    )
    text += " fragment F40 on Post { id }"
    assert messages(ask(executor(), text)) == ["Maximum char length exceeded."]


def test_long_chains_of_fragments_are_an_answer():
    text = "{ posts { ...F0 } } " + " ".join(
        f"fragment F{n} on Post {{ ...F{n + 1} }}" for n in range(2_000)
    )
    answer = ask(executor({"Query.posts": lambda _: []}), text + " fragment F2000 on Post { id }")
    assert messages(answer) in (
        ["Maximum nesting depth exceeded."],
        ["Maximum char length exceeded."],
    )
