"""Which components does an event start, and what the error event looks like."""

from __future__ import annotations

import json
from typing import Any

from appsync_emu.core.api import Component, Handler
from appsync_emu.engine.bus import (
    FAILURE_DETAIL_TYPE,
    FAILURE_SOURCE,
    Bus,
    failure_detail,
)


def component(name: str, *patterns: dict[str, Any]) -> Component:
    handler = Handler(path="shop:handle", call=print, is_async=False)
    return Component(name=name, handler=handler, on=patterns)


def event(detail_type: str, **detail: object) -> dict[str, Any]:
    return {"detail-type": detail_type, "source": "shop", "detail": detail}


PLACED = {"detail-type": ["Order placed"]}
LARGE = {"detail": {"total": [{"numeric": [">", 100]}]}}


def test_matching_components_are_started_in_the_order_of_the_configuration():
    bus = Bus([component("Mailer", PLACED), component("Audit", {"source": ["shop"]})])
    assert [each.name for each in bus.matching(event("Order placed"))] == ["Mailer", "Audit"]
    assert [each.name for each in bus.matching(event("Order paid"))] == ["Audit"]
    assert bus.matching({"detail-type": "Order placed", "source": "x", "detail": {}})[0].on


def test_any_pattern_is_enough_and_starts_it_once():
    bus = Bus([component("Mailer", PLACED, LARGE)])
    for seen in (
        event("Order placed", total=1),
        event("Order paid", total=101),
        event("Order placed", total=101),
    ):
        assert [each.name for each in bus.matching(seen)] == ["Mailer"]
    assert bus.matching(event("Order paid", total=100)) == []


def test_who_listens_to_nothing_is_never_started_by_an_event():
    assert Bus([component("Orders")]).matching(event("Order placed")) == []
    assert Bus([]).matching(event("Order placed")) == []


def test_the_error_event_is_lambdas_invocation_record():
    """AWS Lambda Developer Guide, "Retaining records of asynchronous invocations".

    ``detail-type`` and ``source`` are those of an on-failure destination on EventBridge.
    """
    assert FAILURE_SOURCE == "lambda"
    assert FAILURE_DETAIL_TYPE == "Lambda Function Invocation Result - Failure"
    detail = failure_detail(
        request_id="d-1",
        component="Orders",
        attempts=4,
        payload={"arguments": {"id": "o-1"}},
        error_type="TimeoutError",
        message="no answer",
        stack=("line 1", "line 2"),
        at="2030-01-01T00:00:00.000Z",
        reason="retries-exhausted",
        command="placeOrder",
    )
    assert detail == {
        "version": "1.0",
        "timestamp": "2030-01-01T00:00:00.000Z",
        "requestContext": {
            "requestId": "d-1",
            "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:Orders:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 4,
        },
        "requestPayload": {"arguments": {"id": "o-1"}},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": {
            "errorMessage": "no answer",
            "errorType": "TimeoutError",
            "requestId": "d-1",
            "stackTrace": ["line 1", "line 2"],
        },
        "reason": "retries-exhausted",
        "component": "Orders",
        "command": "placeOrder",
    }
    assert json.loads(json.dumps(detail)) == detail


def test_a_component_may_react_to_failures_of_one_kind():
    on = {
        "source": [FAILURE_SOURCE],
        "detail-type": [FAILURE_DETAIL_TYPE],
        "detail": {"component": ["Orders"], "reason": [{"anything-but": "business"}]},
    }
    bus = Bus([component("Apology", on)])

    def failure(reason: str, of: str = "Orders") -> dict[str, Any]:
        return {
            "source": "lambda",
            "detail-type": FAILURE_DETAIL_TYPE,
            "detail": {"component": of, "reason": reason},
        }

    assert len(bus.matching(failure("permanent"))) == 1
    assert bus.matching(failure("business")) == []
    assert bus.matching(failure("permanent", "Stock")) == []
