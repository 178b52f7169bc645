"""Faults as scenario files write them: what ``scenario/faults.py`` reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, assert_never

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.comparisons import AllOf, Comparison
from appsync_emu.core.faults.catalogue import effect_named
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
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.core.faults.waits import Lognormal, Uniform
from appsync_emu.strategies.plain import duration_text

if TYPE_CHECKING:
    from appsync_emu.core.faults.plan import Fault
    from appsync_emu.core.faults.strike import Strike
    from appsync_emu.core.faults.waits import Wait

__all__ = ["fault_data"]


def fault_data(fault: Fault, fault_id: str) -> dict[str, Any]:
    """A fault as an entry of ``faults``.

    Args:
        fault: the fault.
        fault_id: what the file calls it: small letters, digits and hyphens.
    """
    match = {word: _wanted(wanted) for word, wanted in fault.match.said()}
    written: dict[str, Any] = {"id": fault_id, "point": fault.point.value}
    if match:
        written["match"] = match
    strike = _strike(fault.strike)
    if strike:
        written["strike"] = strike
    written["effect"] = _effect(fault)
    return written


def _wanted(wanted: Any) -> Any:  # noqa: ANN401 - JSON with comparisons in it
    if isinstance(wanted, Comparison):
        return {wanted.operator: wanted.operand}
    if isinstance(wanted, AllOf):
        return {part.operator: part.operand for part in wanted.parts}
    if isinstance(wanted, Mapping):
        return {key: _wanted(part) for key, part in wanted.items()}
    return wanted


def _strike(strike: Strike) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if strike.attempts is not None:
        said["attempts"] = sorted(strike.attempts)
    calls = {"skip": strike.skip or None, "first": strike.first, "every": strike.every}
    counted = {word: number for word, number in calls.items() if number is not None}
    if counted:
        said["calls"] = counted
        if strike.per != "trace":
            said["per"] = strike.per
    during: dict[str, str] = {}
    if strike.from_s:
        during["from"] = duration_text(strike.from_s)
    if strike.until_s is not None:
        during["until"] = duration_text(strike.until_s)
    if during:
        said["during"] = during
    if strike.chance < 1:
        said["chance"] = strike.chance
    if strike.limit is not None:
        said["limit"] = strike.limit
    return said


def _wait(wait: Wait) -> Any:  # noqa: ANN401 - as files write it
    if isinstance(wait, Uniform):
        return {"uniform": [duration_text(wait.low_s), duration_text(wait.high_s)]}
    if isinstance(wait, Lognormal):
        return {"lognormal": {"median": duration_text(wait.median_s), "sigma": wait.sigma}}
    return duration_text(wait)


def _effect(fault: Fault) -> dict[str, Any]:
    effect = fault.effect
    if fault.name is not None:
        phase, after = getattr(effect, "phase", None), getattr(effect, "after", 0.0)
        after = after if isinstance(effect, ErrorEffect) else 0.0
        if effect_named(fault.name, phase=phase, after=after)[0] == effect:
            said: dict[str, Any] = {"error": fault.name}
            if after:
                said["after"] = _wait(after)
            if len(NAMED[fault.name].phases) > 1:
                said["phase"] = phase
            return said
    return _of_kind(fault)


def _of_kind(fault: Fault) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    effect = fault.effect
    match effect:
        case ErrorEffect():
            return _error(effect)
        case DelayEffect():
            return {"delay": _wait(effect.wait)}
        case HangEffect():
            return {"hang": True}
        case ThrottleEffect():
            return {"throttle": {"rate": _rate(effect.rate), "burst": effect.burst}}
        case CrashEffect():
            return _crash(effect, fault.point)
        case DropEffect():
            again = effect.again_after
            return {"drop": True} if again is None else {"drop": True, "after": _wait(again)}
        case DuplicateEffect():
            return {"duplicate": {"copies": effect.copies, "after": _wait(effect.after)}}
        case ReorderEffect():
            return {"reorder": {"window": effect.window, "after": _wait(effect.after)}}
        case CloseEffect():
            reason = {"reason": effect.reason} if effect.reason else {}
            return {"close": {"code": effect.code, **reason}}
        case CorruptEffect():
            return {"corrupt": effect.how}
        case OutageEffect():
            phase = {} if fault.point is Point.STATUS_READ else {"phase": effect.phase}
            return {"outage": True, **phase}
        case StaleEffect():
            return {"error": "trace.stale"}
        case _:
            assert_never(effect)


def _error(effect: ErrorEffect) -> dict[str, Any]:
    error = effect.error
    message = {"message": error.message} if error.message else {}
    said: dict[str, Any]
    if error.error_class == ErrorClass.BUSINESS.value:
        said = {"business": error.type, **message}
    else:
        technical = error.error_class != ErrorClass.PERMANENT.value
        said = {"type": error.type, **message, "technical": technical}
    after = {"after": _wait(effect.after)} if effect.after else {}
    return {"error": said, **after, "phase": effect.phase}


def _crash(effect: CrashEffect, point: Point) -> dict[str, Any]:
    said: dict[str, Any] = {"scope": effect.scope, "restart_after": _wait(effect.restart_after)}
    if effect.component is not None:
        said["component"] = effect.component
    phase = {} if point is Point.DISPATCH else {"phase": effect.phase}
    return {"crash": said, **phase}


def _rate(rate: float) -> str:
    """``5/s``, or per minute or hour where that is a whole number."""
    for unit, size in (("s", 1), ("m", 60)):
        if abs(rate * size - round(rate * size)) < 1e-9 * size:
            return f"{round(rate * size)}/{unit}"
    return f"{max(1, round(rate * 3600))}/h"
