"""What ``graph/run.py`` promises."""

import asyncio
import gc

import pytest
from graph.harness import ask, executor, messages, request, turn

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


def served(engine, text):
    """The answer to one whose task calls the engine and awaits it."""

    async def serve():
        answer = engine.execute(request(text))
        return answer if isinstance(answer, dict) else await answer

    return asyncio.run(serve())


def test_resolvers_may_limit_their_own_time():
    """asyncio.timeout belongs to the task in which it is entered, and clients enter it first."""

    def within(limit_s, takes_s):
        async def resolve(call):
            async with asyncio.timeout(limit_s):  # noqa: TID251 - as clients do
                await asyncio.sleep(takes_s)  # noqa: TID251 - a resolver that takes its time
            return call.field.name

        return resolve

    quick, slow = within(5, 0.002), within(0.005, 5)
    engine = executor(
        {"Query.hello": quick, "Query.need": quick, "Query.echo": slow}, gather=asyncio.gather
    )
    for text in ("{ hello echo }", "{ echo hello }", "{ echo hello need }"):
        answer = served(engine, text)
        assert (answer["data"]["hello"], answer["data"]["echo"]) == ("hello", None)
        assert answer["errors"][0]["path"] == ["echo"]
    assert served(engine, "{ echo }")["data"] == {"echo": None}
    assert served(engine, "{ hello }") == {"data": {"hello": "hello"}}


def test_every_step_of_a_resolver_is_in_one_task():
    tasks = []

    async def watch(call):
        before = asyncio.current_task()
        await turn()
        tasks.append(before is asyncio.current_task())
        return [{"id": "1"}, {"id": "2"}] if call.field.name == "posts" else {"id": "1"}

    fields = ("Query.post", "Query.posts", "Post.author", "Post.comments", "Mutation.addPost")
    engine = executor(dict.fromkeys(fields, watch), gather=asyncio.gather)
    for text, calls in (
        ("{ post(id: 1) { id author { id } } }", 2),
        ("{ post(id: 1) { author { id } comments { id } } }", 3),
        ("{ posts { author { id } } }", 3),
        ("{ post(id: 1) { author { id } } posts { id } }", 3),
        ("mutation { a: addPost(input: {id: 1}) { author { id } } touch }", 2),
        ("mutation { a: addPost(input: {id: 1}) { id } b: addPost(input: {id: 1}) { id } }", 2),
    ):
        tasks.clear()
        served(engine, text)
        assert tasks == [True] * calls


def test_a_subscribers_resolver_begins_in_the_task_that_awaits_it():
    seen = []

    async def resolve(_):
        seen.append(asyncio.current_task())

    async def go():
        plan = executor({"Subscription.onPost": resolve}).subscribe(
            request("subscription { onPost { id } }")
        )
        assert seen == []
        task = asyncio.ensure_future(plan)
        await task
        assert seen == [task]

    asyncio.run(go())


def test_resolvers_that_never_begin_leave_no_warning():
    """A caller that was cancelled, or an operation that turned out to be too deep."""

    async def hello(_):
        pytest.fail("nobody awaits this")

    run = executor({"Query.hello": hello, "Query.need": hello}).execute(request("{ hello need }"))
    run.close()
    del run
    gc.collect()
