"""What ``graph/run.py`` promises."""

from graph.harness import ask, executor, messages, turn

from appsync_emu.errors import WireError
from appsync_emu.graph.run import is_pending


def test_plain_values_are_not_pending():
    async def work():
        """Nothing."""

    coroutine = work()
    assert is_pending(coroutine)
    coroutine.close()
    for value in ({}, [], "x", 1, 1.5, None, True, (), object()):
        assert not is_pending(value)


def test_several_errors_keep_their_places():
    def fail(call):
        raise WireError("T", call.field.name)

    engine = executor(
        {"Query.hello": fail, "Post.name": fail, "Query.posts": lambda _: [{"id": 1}]}
    )
    answer = ask(engine, "{\n  hello\n  posts {\n    n: name\n  }\n}")
    assert [
        (error["path"], error["locations"][0]["line"], error["locations"][0]["column"])
        for error in answer["errors"]
    ] == [(["hello"], 2, 3), (["posts", 0, "n"], 4, 5)]


def test_late_unknown_exceptions_are_named_as_ours(caplog):
    async def bug(_):
        await turn()
        raise ZeroDivisionError

    answer = ask(executor({"Query.hello": bug}), "{ hello }")
    assert messages(answer) == ["An internal error occurred while resolving this field."]
    assert "Query.hello" in caplog.text


def test_a_failed_late_field_in_a_list_of_non_null_nulls_its_ancestor():
    async def author(_):
        await turn()
        return {"name": "no id"}

    async def posts(_):
        await turn()
        return {"id": "1", "comments": [{"id": "1", "text": "x"}], "author": None}

    engine = executor({"Query.post": posts, "Post.author": author})
    answer = ask(engine, "{ post(id: 1) { id author { id } } }")
    assert answer["data"] == {"post": {"id": "1", "author": None}}
