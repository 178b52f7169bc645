"""What ``graph/printing.py`` promises; the form is that of graphql-java's ``AstPrinter``."""

import pytest
from graph.harness import ask, executor
from graphql import print_ast
from graphql.language import parse

from appsync_emu.graph.printing import selection_text


def printed(text, lifted=None):
    (definition,) = parse(text).definitions
    make = selection_text([definition.selection_set.selections[0]], lifted or {})
    return None if make is None else make(text)


def seen(text, variables=None):
    """What two resolvers are told of the selections below them."""
    found = {}

    def posts(call):
        found["posts"] = call.field.selection_set_graphql(call.request.query)
        return [{"id": "1"}, {"id": "2"}]

    def comments(call):
        found["comments"] = call.field.selection_set_graphql(call.request.query)
        return []

    engine = executor({"Query.posts": posts, "Post.comments": comments})
    texts = [text] if isinstance(text, str) else text
    result = []
    for document in texts:
        assert "errors" not in ask(engine, document, variables)
        result.append(dict(found))
    return result


def test_documents_of_one_shape_show_their_own_literals():
    text = "{ posts(limit: %s) { id c: comments(limit: %s, after: %s) { id } } }"
    one, two, three = seen(
        [text % (1, 10, '"a"'), text % (2, -20, '"\\u0062\\n\\""'), text % (1, 3, '"""b"""')]
    )
    assert one["posts"] == '{\n  id\n  c: comments(limit: 10, after: "a") {\n    id\n  }\n}'
    assert two["posts"] == one["posts"].replace("10", "-20").replace('"a"', '"b\\n\\""')
    assert three["posts"] == one["posts"].replace("10", "3").replace('"a"', '"b"')
    assert one["comments"] == two["comments"] == "{\n  id\n}"


def test_literals_are_counted_through_comments_and_pinned_ones():
    text = """query ($n: Int = %d) { # 7 "x"
      posts(limit: $n) { id @skip(if: false) comments(limit: %d, after: "%s") { id } } }"""
    for numbers in ((1, 5, "x"), (2, 6, "é#")):
        (found,) = seen(text % numbers)
        assert f'comments(limit: {numbers[1]}, after: "{numbers[2]}")' in found["posts"]
    one, two = seen([text % (1, 5, "x"), text % (1, 8, "y")])
    assert 'limit: 5, after: "x"' in one["posts"]
    assert 'limit: 8, after: "y"' in two["posts"]


def test_nothing_selected_is_no_text():
    assert printed("{ hello }") is None
    seen_by = []
    ask(
        executor({"Query.hello": lambda call: seen_by.append(call.field)}),
        "{ hello }",
    )
    assert seen_by[0].selection_set_graphql("{ hello }") == ""


@pytest.mark.parametrize(
    "text",
    [
        "{a{b c:d(x:1,y:-2.50,z:1e3)}}",
        '{a{b(s:"q\\"\\\\\\n\\u0041é/",t:true,f:false)}}',
        "{a{b(n:null,e:RED,v:$v,l:[1,[],[2,$w]])}}",
        "{a{...F @skip(if:$x) ... on T @include(if:true){b} ...{c} ... @x{d @y(a:1) @z{e}}}}",
        "{a{b{c{d}}}}",
    ],
)
def test_the_form_is_that_of_the_specification(text):
    """graphql-core prints the same, while lines are short and there are no objects."""
    (definition,) = parse(text).definitions
    (field,) = definition.selection_set.selections
    assert printed(text) == print_ast(field.selection_set)


def test_objects_block_strings_and_long_lines():
    long = ", ".join(f"argument{n}: {n}" for n in range(20))
    given = '{x: 1, y: {z: """\n  two\n  "lines"\n"""}, e: {}}'
    shown = '{x: 1, y: {z: "two\\n\\"lines\\""}, e: {}}'
    assert printed(f"{{ a {{ b(o: {given}, {long}) }} }}") == f"{{\n  b(o: {shown}, {long})\n}}"
