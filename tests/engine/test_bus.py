"""Which components an event starts; Lambda's record of a failure, as an event."""

from __future__ import annotations

import pytest

from appsync_emu.core.api import Component, Handler
from appsync_emu.engine.bus import Bus, failure_detail
from appsync_emu.errors import UsageError

HANDLER = Handler(path="shop:handle", call=print, is_async=False)


def component(name: str, *patterns: dict[str, object]) -> Component:
    return Component(name=name, handler=HANDLER, on=patterns)


def test_components_are_started_in_the_order_of_the_configuration():
    bus = Bus(
        [
            component("Second", {"detail-type": ["OrderPlaced"]}),
            component("Commands"),
            component("First", {"detail-type": [{"prefix": "Order"}]}),
            component("Other", {"source": ["billing"]}),
        ]
    )
    event = {"detail-type": "OrderPlaced", "source": "shop"}
    assert [found.name for found in bus.matching(event)] == ["Second", "First"]
    assert bus.matching({"detail-type": "Nothing", "source": "shop"}) == []


def test_several_patterns_start_a_component_once():
    patterns = ({"source": ["shop"]}, {"detail-type": ["OrderPlaced"]})
    bus = Bus([component("Orders", *patterns)])
    assert len(bus.matching({"detail-type": "OrderPlaced", "source": "shop"})) == 1
    assert len(bus.matching({"detail-type": "OrderPlaced", "source": "other"})) == 1


def test_a_wrong_pattern_is_refused_when_the_bus_is_built():
    with pytest.raises(UsageError, match="unknown operator 'prefx'"):
        Bus([component("Orders", {"source": [{"prefx": "s"}]})])


def test_the_error_event_is_lambdas_invocation_record():
    """Lambda Developer Guide, "Retaining records of asynchronous invocations"."""
    detail = failure_detail(
        request_id="id",
        component="Orders",
        attempts=4,
        payload={"arguments": {}},
        error_type="TimeoutError",
        message="late",
        stack=["line 1"],
        at="2026-01-01T00:00:00.000Z",
        reason="retries-exhausted",
        command="placeOrder",
    )
    assert list(detail)[:6] == [
        "version",
        "timestamp",
        "requestContext",
        "requestPayload",
        "responseContext",
        "responsePayload",
    ]
    assert detail["requestContext"]["approximateInvokeCount"] == 4
    assert detail["requestContext"]["condition"] == "RetriesExhausted"
    assert detail["responsePayload"]["errorType"] == "TimeoutError"
    assert (detail["reason"], detail["command"]) == ("retries-exhausted", "placeOrder")
