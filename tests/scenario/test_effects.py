"""Effects: every kind, and every name of the catalogue."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said

from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CorruptEffect
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.core.faults.waits import Lognormal, Uniform


def file(point: str, effect: str) -> str:
    return f"faults:\n  - {{id: x, point: {point}, effect: {effect}}}\n"


@pytest.mark.parametrize(
    ("point", "written", "effect"),
    [
        ("attempt", "{hang: true}", HangEffect()),
        ("data", "{delay: 250ms}", DelayEffect(0.25)),
        ("data", "{delay: {uniform: [0s, 90s]}}", DelayEffect(Uniform(0, 90))),
        (
            "data",
            "{delay: {lognormal: {median: 2s, sigma: 0.5}}}",
            DelayEffect(Lognormal(2, 0.5)),
        ),
        ("data", "{throttle: {rate: 300/m}}", ThrottleEffect(5.0, 1)),
        ("accept", "{throttle: {rate: 5/s, burst: 9}}", ThrottleEffect(5.0, 9)),
        ("attempt", "{crash: {}, phase: response}", CrashEffect(10.0, "response")),
        ("dispatch", "{crash: {restart_after: 5s}}", CrashEffect(5.0, "request")),
        (
            "attempt",
            "{crash: {scope: component, component: A}, phase: request}",
            CrashEffect(10.0, "request", "component", "A"),
        ),
        ("dispatch", "{drop: true}", DropEffect(None)),
        ("dispatch", "{drop: true, after: 5m}", DropEffect(300.0)),
        ("frame", "{duplicate: {}}", DuplicateEffect(1, 0.0)),
        ("publish", "{duplicate: {copies: 2, after: 1s}}", DuplicateEffect(2, 1.0)),
        ("frame", "{reorder: {window: 3, after: 2s}}", ReorderEffect(3, 2.0)),
        ("frame", "{close: {}}", CloseEffect(1006, "")),
        ("connect", "{close: {code: 4000, reason: bye}}", CloseEffect(4000, "bye")),
        ("frame", "{corrupt: wrong-id}", CorruptEffect("wrong-id")),
        ("deadletter.write", "{outage: true}", OutageEffect("request")),
        ("status.write", "{outage: true, phase: response}", OutageEffect("response")),
    ],
)
def test_every_kind(point, written, effect):
    [item] = loaded(file(point, written)).faults
    assert item.fault.effect == effect
    assert item.fault.name is None


@pytest.mark.parametrize(
    ("written", "error_class", "message"),
    [
        ("{business: CardDeclined, message: no}", "business", "no"),
        ("{type: SlowDown}", "technical", ""),
        ("{type: SlowDown, status: 503}", "technical", ""),
        ("{type: NotFound, status: 404}", "permanent", ""),
        ("{type: NotFound, technical: false, message: gone}", "permanent", "gone"),
    ],
)
def test_errors_of_your_own(written, error_class, message):
    effect = loaded(file("attempt", f"{{error: {written}, after: 2s}}")).faults[0].fault.effect
    assert isinstance(effect, ErrorEffect)
    assert (effect.error.error_class, effect.error.message) == (error_class, message)
    assert (effect.phase, effect.after, effect.named) == ("request", 2.0, None)


@pytest.mark.parametrize("name", NAMED)
def test_every_name_loads_and_wants_a_phase_where_it_has_two(name):
    named = NAMED[name]
    point = named.points[0]
    bare, phased = (file(point, f"{{error: {name}{more}}}") for more in ("", ", phase: response"))
    if len(named.phases) > 1:
        assert said(bare)
        assert loaded(phased).faults[0].fault.name == name
    else:
        assert loaded(bare).faults[0].fault.name == name
        assert said(phased)


def test_what_a_name_implies():
    first, silent = loaded(
        "faults:\n"
        "  - {id: a, point: frame, effect: {error: ws.lost-first}}\n"
        "  - {id: b, point: frame, match: {frame: ka}, effect: {error: ws.no-keepalive}}\n"
    ).faults
    assert (first.fault.strike.first, first.fault.strike.per) == (1, "subscriber")
    assert first.fault.match.frame == "data"
    assert silent.fault.match.frame == "ka"


@pytest.mark.parametrize(
    ("point", "written"),
    [
        ("attempt", "{error: [a]}"),
        ("attempt", "{error: {business: ~}}"),
        ("attempt", "{error: {type: X, technical: maybe}}"),
        ("status.read", "{error: trace.stale, after: 5s}"),
        ("attempt", "{hang: true, phase: request}"),
        ("attempt", "{error: network.refused, after: soon}"),
        ("frame", f"{{close: {{reason: {'x' * 124}}}}}"),
        ("data", "{throttle: 5/s}"),
        ("attempt", "{crash: true, phase: request}"),
        ("dispatch", "{duplicate: 2}"),
        ("dispatch", "{reorder: 2}"),
        ("frame", "{close: 1006}"),
        ("attempt", "{crash: {}, phase: [request]}"),
    ],
)
def test_what_is_wrong(point, written):
    assert len(said(file(point, written))) == 1
