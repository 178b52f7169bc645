"""``fault(...)`` as a test author writes it, read into a fault as the engine knows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from appsync_emu.core.classify import classify
from appsync_emu.core.faults import words as read
from appsync_emu.core.faults.catalogue import Implied, effect_named
from appsync_emu.core.faults.close import CUT, CloseEffect
from appsync_emu.core.faults.corrupt import CorruptEffect
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import MATCH_WORDS, Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import Fault, points_of
from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.core.records import ErrorInfo
from appsync_emu.errors import UsageError
from appsync_emu.testing.values import did_you_mean, nearest, plural, refuse_unknown, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.plan import Effect
    from appsync_emu.core.faults.waits import Wait
    from appsync_emu.engine.emulator import Emulator

__all__ = ["FaultHandle", "described", "fault_of"]

T = TypeVar("T")

COUNT_WORDS = ("skip", "first", "every")
STRIKE_WORDS = ("attempts", *COUNT_WORDS, "per", "during", "chance", "limit")
EFFECT_WORDS = {
    "close": ("code", "reason"),
    "corrupt": ("how",),
    "crash": ("restart_after", "phase", "scope"),
    "delay": ("by",),
    "drop": ("after",),
    "duplicate": ("copies", "after"),
    "error": ("phase", "after"),
    "hang": (),
    "outage": ("phase",),
    "reorder": ("window", "after"),
    "stale": (),
    "throttle": ("rate", "burst"),
}
KINDS = tuple(kind for kind in EFFECT_WORDS if kind not in ("error", "stale"))
"""What ``fault`` takes beside exceptions, and names: one of those is the stale read."""

FRAMES = ("data", "ka", "start_ack", "error", "complete", "connection_ack")
STATUSES = ("accepted", "success", "error")
SCOPES = ("attempt", "component")
_BEGUN = (Point.ATTEMPT, Point.DATA, Point.STATUS_WRITE, Point.DEADLETTER_WRITE)
"""Where an attempt has begun, so that its number can be said."""


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
        return f"<fault {self.id}: {self.fault}; struck {plural(self.struck, 'time')}>"


def described(fault: Fault) -> str:
    """Where, to whom and when, in words."""
    return str(fault)


def fault_of(
    what: str | BaseException | type[BaseException],
    words: Mapping[str, Any],
    api: Api,
    taken: Container[str],
) -> Fault:
    """The fault that ``what`` and its keywords describe.

    Args:
        what: a name of the catalogue, a kind of effect (``"delay"``, ``"close"``...), or an
            exception.
        words: the keywords of :meth:`~appsync_emu.testing.harness.Harness.fault` that were given.
        api: whose components and commands are meant.
        taken: ids that are in use.

    Raises:
        UsageError: an unknown name or keyword, or one that makes no sense here.
    """
    named = NAMED.get(what) if isinstance(what, str) else None
    kind, exception = ("error", None) if named is not None else _kind(what)
    kind = named.kind if named is not None else kind
    refuse_unknown(
        f"fault {_name(what)!r}",
        words,
        ("at", "name", *MATCH_WORDS, *STRIKE_WORDS, *_own_words(kind, named)),
    )
    effect, implied = _effect(kind, words, named, exception)
    point = _point(words, effect, _name(what), named)
    if kind == "drop" and "after" in words and point is not Point.DISPATCH:
        raise UsageError(f"at {point.value!r} what is dropped stays lost; after is for 'dispatch'")
    return Fault(
        fault_id=_id(words.get("name") or _name(what), taken),
        point=point,
        effect=effect,
        match=_match(words, implied, point, api),
        strike=_strike(words, implied, point),
        name=None if named is None else named.name,
    )


def _read(word: str, reader: Callable[[Any], T], value: object) -> T:
    """What ``reader`` makes of it; its refusal names the keyword."""
    try:
        return reader(value)
    except ValueError as error:
        raise UsageError(f"{word}: {error}") from None


def _wait(words: Mapping[str, Any], word: str, default: float) -> Wait:
    return _read(word, lambda value: read.wait(value, seconds), words.get(word, default))


def _count(words: Mapping[str, Any], word: str, least: int, default: int) -> int:
    return _read(word, lambda value: read.count(value, least), words.get(word, default))


# ------------------------------------------------------------------------------------ what


def _name(what: str | BaseException | type[BaseException]) -> str:
    if isinstance(what, str):
        return what
    return what.__name__ if isinstance(what, type) else type(what).__name__


def _kind(
    what: str | BaseException | type[BaseException],
) -> tuple[str, BaseException | None]:
    if isinstance(what, type) and issubclass(what, BaseException):
        try:
            return "error", what()
        except TypeError:
            raise UsageError(
                f"{_name(what)} cannot be made without arguments; give fault() an instance"
            ) from None
    if isinstance(what, BaseException):
        return "error", what
    if what in KINDS:
        return what, None
    raise UsageError(
        f"there is no fault {what!r}{nearest(what, (*NAMED, *KINDS)) or '.'} Faults:"
        f" {', '.join(KINDS)}, an exception, or a name that `appsync-emu faults` lists"
    )


def _own_words(kind: str, named: NamedFault | None) -> tuple[str, ...]:
    """The effect's own keywords; those of the catalogue have no scope, and one phase or two."""
    if named is not None and kind == "crash":
        return ("restart_after", "phase")
    return EFFECT_WORDS[kind]


def _error_of(exception: BaseException) -> ErrorInfo:
    response = getattr(exception, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return ErrorInfo(
        code or type(exception).__name__,
        str(exception),
        classify(exception).error_class.value,
        "injected",
    )


def _effect(
    kind: str, words: Mapping[str, Any], named: NamedFault | None, exception: BaseException | None
) -> tuple[Effect, Implied]:
    if named is None:
        if exception is not None:
            error, after = _error_of(exception), _wait(words, "after", 0)
            return ErrorEffect(error, _phase(words), after, None, exception), Implied()
        return _EFFECTS[kind](words), Implied()
    effect, implied = effect_named(
        named.name, phase=_phase(words, named), after=_wait(words, "after", 0)
    )
    if isinstance(effect, CrashEffect):
        effect = replace(effect, restart_after=_wait(words, "restart_after", 10))
    elif isinstance(effect, CloseEffect):
        effect = _close(words)
    elif isinstance(effect, DropEffect):
        effect = _drop(words)
    return effect, implied


def _phase(words: Mapping[str, Any], named: NamedFault | None = None) -> Any:  # noqa: ANN401 - a phase
    phases = read.PHASES if named is None else named.phases
    phase = _read("phase", read.phase, words.get("phase", phases[0]))
    if named is not None and phase not in phases:
        what = "nothing happened" if phases == ("request",) else "it happened"
        raise UsageError(f"{named.name!r} strikes in phase {phases[0]!r} alone: {what}")
    return phase


def _needed(words: Mapping[str, Any], word: str, example: str) -> Any:  # noqa: ANN401 - what was given
    if word not in words:
        raise UsageError(f"say {word}=: fault({example})")
    return words[word]


def _delay(words: Mapping[str, Any]) -> Effect:
    if "by" not in words:
        raise UsageError('a delay says how long: fault("delay", by="5s")')
    return DelayEffect(_wait(words, "by", 0))


def _crash(words: Mapping[str, Any]) -> Effect:
    scope = words.get("scope", "attempt")
    if scope not in SCOPES:
        raise UsageError(f"there is no scope {scope!r}{did_you_mean(scope, SCOPES)}")
    return CrashEffect(_wait(words, "restart_after", 10), _phase(words), scope)


def _throttle(words: Mapping[str, Any]) -> Effect:
    written = _needed(words, "rate", '"throttle", rate="5/s"')
    return ThrottleEffect(_read("rate", read.rate, written), _count(words, "burst", 1, 1))


def _drop(words: Mapping[str, Any]) -> Effect:
    return DropEffect(_wait(words, "after", 0) if "after" in words else None)


def _duplicate(words: Mapping[str, Any]) -> Effect:
    return DuplicateEffect(_count(words, "copies", 1, 1), _wait(words, "after", 0))


def _reorder(words: Mapping[str, Any]) -> Effect:
    return ReorderEffect(_count(words, "window", 2, 2), _wait(words, "after", 1))


def _close(words: Mapping[str, Any]) -> Effect:
    code = _read("code", read.close_code, words.get("code", CUT))
    return CloseEffect(code, str(words.get("reason", "")))


def _corrupt(words: Mapping[str, Any]) -> Effect:
    how = _needed(words, "how", '"corrupt", how="truncate"')
    return CorruptEffect(_read("how", read.corruption, how))


def _outage(words: Mapping[str, Any]) -> Effect:
    if "at" not in words and "status" not in words:
        raise UsageError('an outage says of what: fault("outage", at="status.write")')
    return OutageEffect(_phase(words))


_EFFECTS: dict[str, Callable[[Mapping[str, Any]], Effect]] = {
    "close": _close,
    "corrupt": _corrupt,
    "crash": _crash,
    "delay": _delay,
    "drop": _drop,
    "duplicate": _duplicate,
    "hang": lambda _: HangEffect(),
    "outage": _outage,
    "reorder": _reorder,
    "throttle": _throttle,
}


# ----------------------------------------------------------------------------------- where


def _point(words: Mapping[str, Any], effect: Effect, name: str, named: NamedFault | None) -> Point:
    """Where: as said, or where all that is matched is known; at the attempt if that is possible."""
    allowed = points_of(effect) if named is None else named.points
    at = words.get("at")
    if at is None:
        usual = sorted(allowed, key=lambda point: point is not Point.ATTEMPT)
        if isinstance(effect, ThrottleEffect):
            usual = list(allowed)
        wanted = [word for word in MATCH_WORDS if word in words]
        fitting = (point for point in usual if set(MATCHED_AT[point]).issuperset(wanted))
        return next(fitting, usual[0])
    points = [point.value for point in Point]
    if at not in points:
        raise UsageError(f"there is no point {at!r}{did_you_mean(at, points)}")
    point = Point(str(at))
    if point not in allowed:
        places = ", ".join(repr(place.value) for place in allowed)
        raise UsageError(f"{name!r} cannot strike at {at!r}; it can at {places}")
    return point


# --------------------------------------------------------------------------------- to whom


def _match(words: Mapping[str, Any], implied: Implied, point: Point, api: Api) -> Match:
    said: dict[str, Any] = dict(implied.match)
    for word in MATCH_WORDS:
        if word not in words:
            continue
        if word not in MATCHED_AT[point]:
            known = ", ".join(MATCHED_AT[point])
            raise UsageError(f"at {point.value!r} nothing is known of {word}; known: {known}")
        if word in implied.match:
            raise UsageError(f"{word} is {implied.match[word]!r} by the fault's name")
        reader: Callable[[Any], Any] = read.subset if word in ("input", "identity") else read.text
        said[word] = _read(word, reader, words[word])
    _check_names(said, api)
    if isinstance(said.get("command"), str):
        said["command"] = said["command"].rpartition(".")[2]
    return Match(**said)


def _check_names(said: Mapping[str, Any], api: Api) -> None:
    """Refuse names of which there are no such components, commands, frames or statuses."""
    for name in read.names_in(said["component"]) if "component" in said else ():
        if name not in api.components:
            near = did_you_mean(name, api.components)
            raise UsageError(f"the API has no component {name!r}{near}")
    commands = sorted({spec.name for spec in api.commands.values()})
    for name in read.names_in(said["command"]) if "command" in said else ():
        if name.rpartition(".")[2] not in commands:
            near = did_you_mean(name, commands)
            raise UsageError(f"the API has no command {name!r}{near}")
    for word, valid in (("frame", FRAMES), ("status", STATUSES)):
        for name in read.names_in(said[word]) if word in said else ():
            if name not in valid:
                raise UsageError(f"there is no {word} {name!r}{did_you_mean(name, valid)}")


# ------------------------------------------------------------------------------------ when


def _strike(words: Mapping[str, Any], implied: Implied, point: Point) -> Strike:
    said: dict[str, Any] = dict(implied.strike)
    if "attempts" in words:
        if point not in _BEGUN:
            raise UsageError(
                f"at {point.value!r} no attempt has begun; count with skip= and first=, or say"
                " at='attempt'"
            )
        said["attempts"] = _read("attempts", read.attempts, words["attempts"])
    for word, least in (("skip", 0), ("first", 1), ("every", 2), ("limit", 1)):
        if word in words:
            said[word] = _count(words, word, least, least)
    if "per" in words:
        said["per"] = _per(words["per"], said, point)
    if "during" in words:
        said["from_s"], said["until_s"] = _read(
            "during", lambda value: read.during(value, seconds), words["during"]
        )
    if "chance" in words:
        said["chance"] = _read("chance", read.chance, words["chance"])
    return Strike(**said)


def _per(written: object, said: Mapping[str, Any], point: Point) -> Any:  # noqa: ANN401 - a scope
    scope = _read("per", read.scope, written)
    if not any(word in said for word in COUNT_WORDS):
        raise UsageError("per says what calls are counted in; say skip=, first= or every= as well")
    if scope in ("component", "subscriber") and scope not in MATCHED_AT[point]:
        raise UsageError(f"at {point.value!r} nothing is known of a {scope}; count per another")
    return scope


def _id(name: str, taken: Container[str]) -> str:
    number, fault_id = 1, name
    while fault_id in taken:
        number += 1
        fault_id = f"{name}-{number}"
    return fault_id
