"""What a client saw of traces and events, held against what is expected."""

from __future__ import annotations

import pytest
from scenario_files import loaded

from appsync_emu.core.api import TraceFields
from appsync_emu.scenario.sightings import Heard, Seen, misses


class Told:
    """A subscription that was told these values."""

    def __init__(self, *values, lost=None):
        self.payloads = [{"data": {"onTrace": value}} for value in values] + [{"errors": []}]
        self.lost = lost


def line(component="Pay", status="accepted", at="2030-01-01T00:00:00.000Z"):
    return {"component": component, "status": status, "timestamp": at}


def seen(*lines, label="order", trace_id="t"):
    one = Seen(trace_id, label, TraceFields(), 0)
    one.told(list(lines), [])
    return one


DONE = line(), line(status="success", at="2030-01-01T00:00:07.500Z")


def missed(expect, *traces, listeners=None):
    text = f"expect: {expect}\nsteps:\n  - send: {{label: order, command: placeOrder}}\n"
    if "subscribers" in expect:
        text += "  - subscribe: {label: w, to: statuses, of: order}\n"
    found = misses(loaded(text).expect, traces, listeners or {})
    return [(name, message) for name, message, _, _ in found]


def test_how_far_a_trace_has_come():
    one = seen()
    assert (one.status, one.ended, one.words) == ("accepted", False, "no status yet")
    assert one.told([line()], []) is True
    assert one.told([line()], []) is False
    assert one.words == "Pay: accepted"
    one.told(list(DONE), [])
    assert (one.status, one.ended, one.statuses) == ("success", True, ["accepted", "success"])
    assert one.told(None, [{"message": "no"}]) is False
    assert one.words == "the trace query answers {message: no}"
    assert one.ended
    one.told(line(), [])
    assert not one.ended


def test_one_component_that_failed_is_enough():
    one = seen(line(), line("Mail", "error"), line(status="success"))
    assert one.status == "error"


@pytest.mark.parametrize(
    ("times", "took_s"),
    [
        (["2030-01-01T00:00:00.000Z", "2030-01-01T00:00:07.500Z"], 7.5),
        ([1_900_000_000, 1_900_000_003], 3.0),
        (["1900000000", "1900000004"], 4.0),
        (["soon", "later"], 0.0),
        ([None, None], 0.0),
        ([], 0.0),
    ],
)
def test_how_long_it_took(times, took_s):
    """``AWSDateTime`` and ``AWSTimestamp`` (AWS AppSync scalars)."""
    assert seen(*(line(at=time) for time in times)).took_s == took_s


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("status: success", []),
        ("status: error", [("status", "wanted error, found success")]),
        ("statuses: [success]", [("statuses", "wanted [success], found [accepted, success]")]),
        ("within: 10s", []),
        ("within: 7s", [("within", "wanted its end within 7 s, it took 7.5 s")]),
        ("components: {Pay: {status: success}}", []),
        ("components: {Mail: {status: x}}", [("components.Mail.status", "it was never started")]),
    ],
)
def test_a_trace(wanted, told):
    if "status: x" in wanted:
        wanted = wanted.replace("status: x", "status: success")
    named = [(f"traces.order.{name}", message) for name, message in told]
    assert missed(f"{{traces: {{order: {{{wanted}}}}}}}", seen(*DONE)) == named


def test_a_trace_that_goes_on():
    ((_, message),) = missed("{traces: {order: {within: 1s}}}", seen(line()))
    assert message == "wanted its end within 1 s, it has not ended"


def test_all_any_and_none():
    good, bad = seen(*DONE), seen(line())
    for quantifier, count in (("all", 1), ("any", 0), ("none", 1)):
        expect = f"{{traces: {{order: {{{quantifier}: {{status: success}}}}}}}}"
        assert len(missed(expect, good, bad)) == count
    assert missed("{traces: {order: {none: {status: error}}}}", good, bad) == []
    ((name, message),) = missed("{traces: {order: {any: {status: error}}}}", good, bad)
    assert name == "traces.order.any"
    assert message.endswith("of the first, status: wanted error, found success")


def test_a_label_that_was_never_accepted():
    ((name, message),) = missed("{traces: {order: {status: success}}}", seen(label="other"))
    assert (name, message) == ("traces.order", "no command of this label was accepted")


def heard(*values, lost=None):
    return {"w": Heard("w", TraceFields(), Told(*values, lost=lost))}


def test_subscribers():
    expect = "{subscribers: {w: {sees: [accepted, success], duplicates: none}}}"
    assert missed(expect, listeners=heard(*DONE)) == []
    assert missed(expect) == [("subscribers.w.sees", "it never listened")]
    told = dict(missed(expect, listeners=heard(DONE[0], DONE[0], lost="1006")))
    assert told == {
        "subscribers.w.lost": "it lost its connection: 1006",
        "subscribers.w.sees": "wanted [accepted, success], found [accepted, accepted]",
        "subscribers.w.duplicates": "wanted nothing twice, 1 of them arrived again",
    }


def test_a_subscriber_to_payloads():
    expect = "{subscribers: {w: {sees: [{component: Pay}]}}}"
    assert missed(expect, listeners=heard(line())) == []
    assert missed("{subscribers: {w: {sees: []}}}", listeners=heard(line())) != []
