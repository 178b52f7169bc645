"""Functions behind AWS_LAMBDA. Source: AppSync guide, "Direct Lambda resolvers"."""

from __future__ import annotations

import asyncio

import pytest
from field_calls import field_call

from appsync_emu.core.api import Function, Handler
from appsync_emu.datasources.lambda_ import TIMED_OUT, LambdaFailure, source
from appsync_emu.errors import WireError

FUNCTION = Function(
    name="posts", handler=Handler(path="m:f", call=lambda event, context: None, is_async=False)
)


def resolve(answer, call=None, prev=None):
    """The result of a source whose function does ``answer(event)``, now or later."""

    async def run():
        def invoke(function, event, field):
            assert function is FUNCTION
            return answer(event)

        result = source(FUNCTION, invoke)(call or field_call({"id": "1"}), prev)
        return await result if hasattr(result, "__await__") else result

    return asyncio.run(run())


def later(answer):
    async def wait(event):
        return answer(event)

    return wait


WAYS = pytest.mark.parametrize("way", [lambda answer: answer, later], ids=["sync", "async"])


def failing(error_type, message):
    def answer(event):
        raise LambdaFailure(error_type, message)

    return answer


@WAYS
def test_the_result_of_the_function_is_the_result_of_the_field(way):
    assert resolve(way(lambda event: event["arguments"])) == {"id": "1"}


@WAYS
def test_results_are_what_json_makes_of_them(way):
    assert resolve(way(lambda event: {"ids": (1, 2)})) == {"ids": [1, 2]}


def test_a_pipeline_function_sees_the_result_before():
    assert resolve(lambda event: event["prev"], prev={"result": [1]}) == {"result": [1]}


@WAYS
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (("OutOfStock", "none left"), ("OutOfStock", "none left")),
        (
            ("UnauthorizedException", "because"),
            ("UnauthorizedException", "You are not authorized to make this call."),
        ),
        (TIMED_OUT, ("Lambda:ExecutionTimeoutException", "Execution timed out.")),
    ],
)
def test_the_type_of_a_failure_has_no_prefix(way, failure, expected):
    with pytest.raises(WireError) as caught:
        resolve(way(failing(*failure)))

    error = caught.value
    assert (error.error_type, error.message, error.data, error.info) == (*expected, None, None)


@WAYS
def test_what_cannot_be_written_is_the_runtimes_own_error(way):
    with pytest.raises(WireError) as caught:
        resolve(way(lambda event: {"x": object()}))

    assert caught.value.error_type == "Runtime.MarshalError"
    assert caught.value.message == (
        "Unable to marshal response: Object of type object is not JSON serializable"
    )
