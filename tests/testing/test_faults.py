"""``fault(...)`` as it is written, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shop import SCHEMA, shop

from appsync_emu import watch
from appsync_emu.core.comparisons import Comparison
from appsync_emu.core.faults import KINDS as EFFECTS
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.waits import Lognormal, Uniform
from appsync_emu.errors import BusinessError, UsageError
from appsync_emu.testing.faults import EFFECT_WORDS, KINDS, FaultHandle, described, fault_of
from appsync_emu.testing.harness import Harness

API = shop()


def fault(what, /, taken=(), **words):
    return fault_of(what, words, API, taken)


@pytest.mark.parametrize("name", NAMED)
def test_every_name_can_be_armed(name):
    made, named = fault(name), NAMED[name]

    assert (made.fault_id, made.name) == (name, name)
    assert made.point in named.points
    assert (made.point is Point.ATTEMPT) is (Point.ATTEMPT in named.points)
    assert made.effect.kind == named.kind
    assert made.match.frame == named.frame
    if named.error and named.kind == "error":
        assert made.effect.error == named.error


def test_every_kind_can_be_armed():
    assert set(EFFECT_WORDS) == set(EFFECTS)
    needs = {"delay": {"by": 1}, "throttle": {"rate": "5/s"}, "corrupt": {"how": "truncate"}}
    needs["outage"] = {"at": "status.write"}
    for kind in KINDS:
        assert fault(kind, **needs.get(kind, {})).effect.kind == kind


def test_exceptions_are_classified():
    class NotFound(Exception):  # noqa: N818 - an AWS error as botocore shapes it
        response = {"Error": {"Code": "ResourceNotFoundException"}, "ResponseMetadata": {}}  # noqa: RUF012 - no dataclass

    boom = ValueError("boom")
    assert fault(boom).effect.error.message == "boom"
    assert fault(boom, at="data").effect.raised is boom
    assert fault(BusinessError).effect.error.error_class == "business"
    assert fault(NotFound("x")).effect.error.type == "ResourceNotFoundException"
    assert (fault(ValueError).fault_id, fault(ValueError).name) == ("ValueError", None)


def test_effects_and_their_words():
    assert fault("delay", by="5s").effect.wait == 5
    crash = fault("crash", restart_after="1m", phase="response", scope="component").effect
    assert (crash.restart_after, crash.phase, crash.scope) == (60, "response", "component")
    duplicate = fault("duplicate", copies=2, after="3s")
    assert duplicate.point is Point.DISPATCH
    assert (duplicate.effect.copies, duplicate.effect.after) == (2, 3)
    late = fault("network.timeout", after="2s", phase="response").effect
    assert (late.after, late.phase) == (2, "response")
    throttle = fault("throttle", rate="300/m", burst=4).effect
    assert (throttle.rate, throttle.burst) == (5, 4)
    reorder = fault("reorder", window=3, after="2s").effect
    assert (reorder.window, reorder.after) == (3, 2)
    close = fault("close", code=1001, reason="going away").effect
    assert (close.code, close.reason) == (1001, "going away")
    assert fault("corrupt", how="not-json").effect.how == "not-json"
    assert fault("drop").effect.again_after is None
    assert fault("drop", after="30s").effect.again_after == 30
    assert fault("outage", at="deadletter.write", phase="response").effect.phase == "response"


def test_names_take_the_words_of_their_kind():
    killed = fault("lambda.out-of-memory", restart_after="1m", phase="response").effect
    assert (killed.restart_after, killed.phase) == (60, "response")
    assert killed.error.type == "Runtime.OutOfMemory"
    assert fault("ws.close", code=1001).effect.code == 1001
    assert fault("status.outage", phase="response").effect.phase == "response"


def test_the_phase_is_request_unless_the_name_knows_no_such():
    assert fault("network.reset").effect.phase == "request"
    assert fault("dynamodb.partial-batch").effect.phase == "response"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("5s", 5),
        (5, 5),
        (timedelta(seconds=5), 5),
        ({"uniform": ["0s", 90]}, Uniform(0, 90)),
        ({"lognormal": {"median": "2s", "sigma": 0.5}}, Lognormal(2, 0.5)),
    ],
)
def test_waits(written, expected):
    assert fault("delay", by=written).effect.wait == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [(1, {1}), ([1, 2], {1, 2}), ((3,), {3}), ("2-4", {2, 3, 4}), ("2", {2}), ("all", None)],
)
def test_attempts(written, expected):
    assert fault("network.reset", attempts=written).strike.attempts == expected


@pytest.mark.parametrize(
    ("what", "words", "point"),
    [
        ("network.reset", {}, Point.ATTEMPT),
        ("network.reset", {"component": "Place"}, Point.ATTEMPT),
        ("network.reset", {"source": "Orders"}, Point.DATA),
        ("delay", {"by": 1}, Point.ATTEMPT),
        ("delay", {"by": 1, "status": "success"}, Point.STATUS_WRITE),
        ("delay", {"by": 1, "subscriber": "watcher"}, Point.FRAME),
        ("drop", {}, Point.DISPATCH),
        ("drop", {"status": "success"}, Point.PUBLISH),
        ("drop", {"frame": "data"}, Point.FRAME),
        ("hang", {"operation": "PutItem"}, Point.DATA),
        ("outage", {"status": "success"}, Point.STATUS_WRITE),
        ("throttle", {"rate": "5/s"}, Point.DATA),
        ("throttle", {"rate": "5/s", "at": "accept"}, Point.ACCEPT),
        ("lambda.throttled", {"at": "dispatch"}, Point.DISPATCH),
    ],
)
def test_the_point_is_one_at_which_all_that_is_matched_is_known(what, words, point):
    assert fault(what, **words).point is point


def test_what_is_matched_and_when_it_strikes():
    made = fault(
        "network.reset",
        component="Place",
        command="Mutation.placeOrder",
        event="Placed",
        input={"total": {"above": 100}},
        attempts=[1, 2],
        skip=1,
        first=2,
        per="run",
        during=("30s", "5m"),
        chance=0.5,
        limit=9,
        name="flaky",
    )

    assert made.match.command == "placeOrder"
    assert described(made) == (
        "network.reset at attempt, component Place, command placeOrder, event Placed, input"
        " {total: above 100}, attempts 1, 2, after 1 others, first 2, per run, from 30 s,"
        " until 300 s, chance 0.5, at most 9 in all"
    )
    assert described(fault("crash", attempts=1)) == "crash at attempt, attempt 1"


def test_names_may_be_compared():
    made = fault("drop", command={"in": ["placeOrder"]}, label={"matches": "^bulk"})
    assert made.match.command == Comparison("in", ["placeOrder"])
    assert made.match.label == Comparison("matches", "^bulk")


def test_what_a_name_implies_may_be_narrowed():
    first = fault("ws.lost-first", subscriber="watcher")
    assert (first.match.frame, first.strike.first, first.strike.per) == ("data", 1, "subscriber")
    assert fault("ws.lost-first", first=3, skip=1).strike.first == 3
    assert fault("ws.no-keepalive", during={"from": "1m"}).strike.from_s == 60
    assert fault("drop", at="frame", every=2, per="subscriber").strike.per == "subscriber"


def test_names_are_unique():
    assert fault("network.reset", taken={"network.reset"}).fault_id == "network.reset-2"


@pytest.mark.parametrize(
    ("what", "words", "why"),
    [
        ("network.rest", {}, "did you mean 'network.reset'"),
        ("http.5xx", {}, "did you mean 'http.50"),
        (3, {}, r"^there is no fault 3\. Faults: close, .*throttle, an exception, or a name"),
        ("stale", {}, "there is no fault 'stale'"),
        ("crash", {"phase": "never"}, r"^phase: there is no phase 'never'.*'request': nothing"),
        ("network.reset", {"attemps": 1}, "did you mean 'attempts'"),
        ("network.reset", {"by": "5s"}, "has no 'by'"),
        ("lambda.crash", {"scope": "component"}, "has no 'scope'"),
        ("delay", {}, "how long"),
        ("delay", {"by": "5"}, "not a duration"),
        ("delay", {"by": -1}, "time does not go back"),
        ("delay", {"by": {"unifrm": [1, 2]}}, "^by: .* is not a distribution"),
        ("throttle", {}, r'^say rate=: fault\("throttle", rate="5/s"\)$'),
        ("throttle", {"rate": 5}, "^rate: 5 is not a rate"),
        ("corrupt", {}, "^say how="),
        ("corrupt", {"how": "trunkate"}, "did you mean 'truncate'"),
        ("outage", {}, "^an outage says of what"),
        ("close", {"code": 99}, "^code: 99 is not a close code"),
        ("crash", {"scope": "all"}, "there is no scope 'all'; valid: attempt, component"),
        ("reorder", {"window": 1}, "^window: 1 is not a whole number from 2 up$"),
        ("drop", {"at": "frame", "after": "5s"}, "what is dropped stays lost"),
        ("network.reset", {"at": "atempt"}, "did you mean 'attempt'"),
        ("duplicate", {"at": "attempt"}, "'duplicate' cannot strike at 'attempt'"),
        ("ws.close", {"at": "data"}, "it can at 'frame', 'connect'$"),
        ("crash", {"phase": "respons"}, "did you mean 'response'"),
        (
            "dynamodb.throttled",
            {"phase": "response"},
            "strikes in phase 'request' alone: nothing happened",
        ),
        ("lambda.error", {"phase": "request"}, "in phase 'response' alone: it happened"),
        ("network.reset", {"component": "Palce"}, "did you mean 'Place'"),
        ("network.reset", {"component": {"in": ["Place", "Palce"]}}, "did you mean 'Place'"),
        ("network.reset", {"command": "placeorder"}, "did you mean 'placeOrder'"),
        ("network.reset", {"command": ["placeOrder"]}, "^command: .* is a list; one of several"),
        ("network.reset", {"input": {"total": {"above": "x"}}}, "^input: 'above' compares with a"),
        ("network.reset", {"input": 5}, "^input: 5 is not a mapping"),
        ("crash", {"frame": "data"}, "^at 'attempt' nothing is known of frame; known: component, "),
        ("drop", {"frame": "dta"}, "there is no frame 'dta'; did you mean 'data'"),
        ("drop", {"status": "sucess"}, "there is no status 'sucess'; did you mean 'success'"),
        ("ws.no-keepalive", {"frame": "data"}, "^frame is 'ka' by the fault's name$"),
        ("lambda.service", {"at": "dispatch", "attempts": 1}, "no attempt has begun"),
        ("drop", {"frame": "data", "attempts": 1}, "^at 'frame' no attempt has begun"),
        ("network.reset", {"attempts": 0}, "they count from 1"),
        ("network.reset", {"attempts": "2-"}, "^attempts: '2-' names no attempts"),
        ("network.reset", {"attempts": []}, "names no attempts"),
        ("network.reset", {"attempts": 1.5}, "1.5 names no attempts"),
        ("network.reset", {"chance": 40}, "above 0 and at most 1"),
        ("network.reset", {"chance": True}, "above 0 and at most 1"),
        ("network.reset", {"limit": 0}, "^limit: 0 is not a whole number from 1 up$"),
        ("network.reset", {"every": 1}, "^every: 1 is not a whole number from 2 up$"),
        ("network.reset", {"per": "run"}, "say skip=, first= or every= as well"),
        ("network.reset", {"per": "rum", "first": 1}, "did you mean 'run'"),
        ("network.reset", {"per": "subscriber", "first": 1}, "nothing is known of a subscriber"),
        ("network.reset", {"during": "5m"}, "^during: '5m' is not a window of time"),
        ("network.reset", {"during": ("5m", "1m")}, "no time at all"),
        ("duplicate", {"copies": 0}, "^copies: 0 is not"),
        (UnicodeDecodeError, {}, "give fault\\(\\) an instance"),
    ],
)
def test_mistakes_are_refused(what, words, why):
    with pytest.raises(UsageError, match=why):
        fault(what, **words)


def test_a_handle_counts_and_heals():
    harness = Harness(shop(), seed=1, schema=SCHEMA)
    handle = harness.fault("network.reset", attempts=1)
    assert isinstance(handle, FaultHandle)
    assert handle.struck == 0
    trace = harness.send("placeOrder", orderId="1")
    harness.settle()
    assert trace.succeeded(attempts=2)
    assert repr(handle) == (
        "<fault network.reset: network.reset at attempt, attempt 1; struck 1 time>"
    )

    handle.heal()
    handle.heal()
    assert harness.send("placeOrder", orderId="2").ended().succeeded(attempts=1)
    harness.close()


def test_at_data_the_handler_catches_the_very_exception_that_was_given():
    class StockGoneError(Exception):
        pass

    class Stock:
        def take(self):
            return "taken"

    stock, caught = watch(Stock(), source="Stock"), []

    async def place(event, context):
        try:
            stock.take()
        except StockGoneError as error:
            caught.append(error)

    harness = Harness(shop(place), schema=SCHEMA)
    given = StockGoneError("none left")
    harness.fault(given, at="data", source="Stock")
    trace = harness.send("placeOrder", orderId="1").ended()
    harness.close()

    assert caught == [given]
    assert trace.succeeded(attempts=1)
