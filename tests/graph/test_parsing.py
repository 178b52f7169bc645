"""What ``graph/parsing.py`` promises."""

import pytest
from graphql import DocumentNode

from appsync_emu.graph.answers import InvalidDocument
from appsync_emu.graph.parsing import MAX_NESTING, MAX_TOKENS, TOO_DEEP, TOO_LONG, parse_document


def refused(text):
    with pytest.raises(InvalidDocument) as invalid:
        parse_document(text)
    (error,) = invalid.value.errors
    return error


def test_documents_within_the_limits_are_parsed():
    nested = "{ a " * MAX_NESTING + "}" * MAX_NESTING
    assert isinstance(parse_document(nested), DocumentNode)
    assert isinstance(parse_document("{ " + "a " * (MAX_TOKENS - 10) + "}"), DocumentNode)


def test_syntax_errors_speak_as_graphql_java_does():
    """graphql-java's InvalidSyntaxError; AppSync's own text is not documented."""
    error = refused("{\n  a(\n}")
    assert error == {
        "path": None,
        "locations": [{"line": 3, "column": 1, "sourceName": None}],
        "message": "Invalid Syntax : offending token '}' at line 3 column 1",
    }
    assert "'<EOF>' at line 1 column 4" in refused("{ a")["message"]
    assert "'queryy'" in refused("queryy { a }")["message"]
    for text in ("", " ", '{ a(b: "x) }', "\0", "{ a ... }", "😀", "{ a(x: 1.) }"):
        assert refused(text)["message"].startswith("Invalid Syntax : offending token '")


def test_too_many_tokens():
    """AWS: "AWS AppSync endpoints and quotas", 15,000 tokens."""
    assert refused("{ " + "a " * MAX_TOKENS + "}")["message"] == TOO_LONG


@pytest.mark.parametrize(
    "text", ["{ a " * 50_000, "{ a(x: " + "[" * 50_000, "query ($a: " + "[" * 5_000]
)
def test_too_deep(text):
    assert refused(text)["message"] == TOO_DEEP
