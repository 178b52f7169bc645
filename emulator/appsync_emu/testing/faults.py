"""``fault(...)`` as a test author writes it, read into a fault as the engine knows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault, points_of
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import ErrorInfo
from appsync_emu.errors import UsageError
from appsync_emu.testing.values import did_you_mean, nearest, plural, refuse_unknown, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.plan import Effect
    from appsync_emu.engine.emulator import Emulator

__all__ = ["FaultHandle", "described", "fault_of"]

MATCH_WORDS = ("component", "command", "event", "input")
STRIKE_WORDS = ("attempts", "skip", "first", "chance", "limit")
EFFECT_WORDS = {
    "delay": ("by",),
    "crash": ("restart_after", "phase"),
    "duplicate": ("copies", "after"),
    "error": ("phase", "after"),
}
PHASES = ("request", "response")


class FaultHandle:
    """An armed fault."""

    __slots__ = ("_emulator", "fault")

    def __init__(self, emulator: Emulator, fault: Fault) -> None:
        self._emulator = emulator
        self.fault = fault

    @property
    def id(self) -> str:
        """Its name in timelines and in ``allow``."""
        return self.fault.fault_id

    @property
    def struck(self) -> int:
        """How often it struck so far."""
        return self._emulator.faults.struck[self.id]

    def heal(self) -> None:
        """Disarm it; harmless when that was done already."""
        self._emulator.heal(self.id)

    def __repr__(self) -> str:
        return f"<fault {self.id}: {described(self.fault)}; struck {plural(self.struck, 'time')}>"


def fault_of(
    what: str | BaseException | type[BaseException],
    words: Mapping[str, Any],
    api: Api,
    taken: Container[str],
) -> Fault:
    """The fault that ``what`` and its keywords describe.

    Args:
        what: a name, ``"delay"``, ``"crash"``, ``"duplicate"``, or an exception.
        words: the keywords of :meth:`~appsync_emu.testing.harness.Harness.fault` that were given.
        api: whose components and commands are meant.
        taken: ids that are in use.

    Raises:
        UsageError: an unknown name or keyword, or one that makes no sense here.
    """
    kind, error = _kind(what)
    own = EFFECT_WORDS[kind]
    refuse_unknown(
        f"fault {_name(what)!r}", words, ("at", "name", *MATCH_WORDS, *STRIKE_WORDS, *own)
    )
    effect = _EFFECTS[kind](words, error)
    point = _point(words.get("at"), effect, kind)
    return Fault(
        fault_id=_id(words.get("name") or _name(what), taken),
        point=point,
        effect=effect,
        match=_match(words, api),
        strike=_strike(words, point),
    )


def described(fault: Fault) -> str:
    """Where, to whom and when, in words."""
    match, strike = fault.match, fault.strike
    parts = [f"{fault.effect.kind} at {fault.point.value}"]
    parts += [
        f"{word} {value}" for word in MATCH_WORDS if (value := getattr(match, word)) is not None
    ]
    if strike.attempts is not None:
        numbers = ", ".join(str(number) for number in sorted(strike.attempts))
        parts.append(f"attempts {numbers}" if len(strike.attempts) > 1 else f"attempt {numbers}")
    if strike.skip:
        parts.append(f"after {strike.skip} others")
    if strike.first is not None:
        parts.append(f"first {strike.first}")
    if strike.chance < 1:
        parts.append(f"chance {strike.chance:g}")
    if strike.limit is not None:
        parts.append(f"at most {strike.limit} in all")
    return ", ".join(parts)


def _name(what: str | BaseException | type[BaseException]) -> str:
    if isinstance(what, str):
        return what
    return what.__name__ if isinstance(what, type) else type(what).__name__


def _kind(what: str | BaseException | type[BaseException]) -> tuple[str, ErrorInfo | None]:
    if isinstance(what, type) and issubclass(what, BaseException):
        try:
            what = what()
        except TypeError:
            raise UsageError(
                f"{_name(what)} cannot be made without arguments; give fault() an instance"
            ) from None
    if isinstance(what, BaseException):
        found = classify(what)
        response = getattr(what, "response", None)
        code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
        return "error", ErrorInfo(
            code or type(what).__name__, str(what), found.error_class.value, "injected"
        )
    if what in ("delay", "crash", "duplicate"):
        return str(what), None
    if isinstance(what, str) and what in NAMED:
        return "error", NAMED[what].error
    known = (*NAMED, "crash", "delay", "duplicate")
    raise UsageError(
        f"there is no fault {what!r}{nearest(what, known) or '.'} Faults: {', '.join(known)},"
        " or an exception"
    )


def _point(at: object, effect: Effect, kind: str) -> Point:
    allowed = points_of(effect)
    if at is None:
        return Point.ATTEMPT if Point.ATTEMPT in allowed else allowed[0]
    points = [point.value for point in Point]
    if at not in points:
        raise UsageError(f"there is no point {at!r}{did_you_mean(at, points)}")
    point = Point(str(at))
    if point not in allowed:
        places = ", ".join(repr(place.value) for place in allowed)
        raise UsageError(f"{kind!r} cannot strike at {at!r}; it can at {places}")
    return point


def _phase(words: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a phase
    phase = words.get("phase", "request")
    if phase not in PHASES:
        raise UsageError(
            f"there is no phase {phase!r}{nearest(phase, PHASES) or '.'} 'request': nothing"
            " happened; 'response': it happened, and the answer was lost"
        )
    return phase


def _delay(words: Mapping[str, Any], _: ErrorInfo | None) -> Effect:
    if "by" not in words:
        raise UsageError('a delay says how long: fault("delay", by="5s")')
    return DelayEffect(seconds(words["by"]))


def _crash(words: Mapping[str, Any], _: ErrorInfo | None) -> Effect:
    return CrashEffect(seconds(words.get("restart_after", 10)), _phase(words))


def _duplicate(words: Mapping[str, Any], _: ErrorInfo | None) -> Effect:
    copies = _count("copies", words.get("copies", 1), 1)
    return DuplicateEffect(copies, seconds(words.get("after", 0)))


def _error(words: Mapping[str, Any], error: ErrorInfo | None) -> Effect:
    assert error is not None  # noqa: S101 - _kind() gives every error one
    return ErrorEffect(replace(error), _phase(words), seconds(words.get("after", 0)))


_EFFECTS: dict[str, Callable[[Mapping[str, Any], ErrorInfo | None], Effect]] = {
    "delay": _delay,
    "crash": _crash,
    "duplicate": _duplicate,
    "error": _error,
}


def _match(words: Mapping[str, Any], api: Api) -> Match:
    component, command = words.get("component"), words.get("command")
    if component is not None and component not in api.components:
        near = did_you_mean(component, api.components)
        raise UsageError(f"the API has no component {component!r}{near}")
    if command is not None:
        names = {spec.name for spec in api.commands.values()}
        short = str(command).rpartition(".")[2]
        if short not in names:
            near = did_you_mean(command, sorted(names))
            raise UsageError(f"the API has no command {command!r}{near}")
        command = short
    return Match(
        component=component, command=command, event=words.get("event"), input=words.get("input")
    )


def _strike(words: Mapping[str, Any], point: Point) -> Strike:
    attempts = words.get("attempts")
    if attempts is not None and point is Point.DISPATCH:
        raise UsageError(
            "at 'dispatch' no attempt has begun; count with skip= and first=, or say at='attempt'"
        )
    chance = words.get("chance", 1.0)
    if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 < chance <= 1:
        raise UsageError(f"chance is {chance!r}; it is above 0 and at most 1")
    first, limit = words.get("first"), words.get("limit")
    return Strike(
        attempts=None if attempts is None else _attempts(attempts),
        skip=_count("skip", words.get("skip", 0), 0),
        first=None if first is None else _count("first", first, 1),
        chance=float(chance),
        limit=None if limit is None else _count("limit", limit, 1),
    )


def _attempts(attempts: object) -> frozenset[int]:
    if isinstance(attempts, str):
        low, dash, high = attempts.partition("-")
        if low.isdigit() and (not dash or high.isdigit()):
            numbers: Any = range(int(low), int(high if dash else low) + 1)
        else:
            numbers = ()
    else:
        numbers = (attempts,) if isinstance(attempts, int) else attempts
    try:
        found = frozenset(_count("attempts", number, 1) for number in numbers)
    except TypeError:
        found = frozenset()
    if not found:
        raise UsageError(f'attempts is {attempts!r}; write 1, [1, 2] or "2-4"')
    return found


def _count(word: str, value: object, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"{word} is {value!r}; it is a whole number from {least} up")
    return value


def _id(name: str, taken: Container[str]) -> str:
    number, fault_id = 1, name
    while fault_id in taken:
        number += 1
        fault_id = f"{name}-{number}"
    return fault_id
