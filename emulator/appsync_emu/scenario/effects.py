"""``effect``: what a fault does; exactly one kind of trouble, with what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from appsync_emu.config.readers import nearest
from appsync_emu.config.yamlfile import Map, Scalar
from appsync_emu.core.faults import words
from appsync_emu.core.faults.catalogue import Implied, business_error, effect_named, other_error
from appsync_emu.core.faults.close import CUT, CloseEffect
from appsync_emu.core.faults.corrupt import CORRUPTIONS, CorruptEffect
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import points_of
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.scenario import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.faults.plan import Effect
    from appsync_emu.core.faults.verdict import Phase
    from appsync_emu.core.faults.waits import Wait
    from appsync_emu.scenario.values import Values

__all__ = ["Found", "read_effect"]

PHASES = (
    "Write phase: request (nothing happened downstream) or phase: response (it happened, and the "
    "answer was lost)."
)
_COPIES_MAX = 100
_WINDOW_MAX = 1_000
_BURST_MAX = 1_000_000
_REASON_MAX = 123
"""Bytes of a close frame's reason (RFC 6455, section 5.5)."""


_NOTHING = Implied()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An effect as it was read.

    Attributes:
        name: of the catalogue, or ``None``.
        implied: what the name says of match and strike.
    """

    effect: Effect
    name: str | None = None
    implied: Implied = _NOTHING


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One ``effect`` while it is read."""

    values: Values
    node: Node
    what: str
    point: Point | None
    fields: Mapping[str, Node]
    after: Wait | None = None
    phase: Phase | None = None

    def inner(self, key: str, allowed: tuple[str, ...], hint: str) -> dict[str, Node] | None:
        """The mapping that belongs to a kind."""
        what = f'"{key}" of {self.what}'
        return self.values.reader.mapping(self.fields[key], what, allowed, hint=hint)

    def refuse(self, key: str, why: str, remedy: str) -> None:
        """``after`` or ``phase`` where it has no meaning."""
        if key in self.fields:
            self.values.note(self.fields[key], f'"{key}" has no meaning with {why}', remedy)


def read_effect(values: Values, node: Node, what: str, point: Point | None) -> Found | None:
    """The effect of a fault.

    Args:
        values: readers.
        node: the value of ``effect``.
        what: ``"effect" of fault "x"``.
        point: where it strikes; ``None`` when the file does not say it right.
    """
    mistakes = len(values.reader.mistakes)
    fields = values.reader.mapping(
        node, what, keys.EFFECT, hint="Write effect: {error: network.reset, phase: request}."
    )
    if fields is None:
        return None
    kinds = [key for key in fields if key in keys.KINDS]
    if len(kinds) > 1:
        values.note(
            node,
            f"{what} has {_number(len(kinds))} effects: {_and(kinds)}",
            "Write one of them; a second fault can do the other.",
        )
        return None
    if not kinds:
        if len(values.reader.mistakes) == mistakes:
            values.note(node, f"{what} says no effect", f"Write one of {', '.join(keys.KINDS)}.")
        return None
    reading = _Reading(values=values, node=node, what=what, point=point, fields=fields)
    if "after" in fields:
        reading.after = values.wait(fields["after"], f'"after" of {what}')
    if "phase" in fields:
        reading.phase = _phase(values, fields["phase"], f'"phase" of {what}')
    found = _READERS[kinds[0]](reading)
    if found is not None and point is not None:
        _check_point(values, fields[kinds[0]], found, point)
    return found


def _phase(values: Values, node: Node, what: str) -> Phase | None:
    said = node.text if isinstance(node, Scalar) else ""
    for phase in words.PHASES:
        if said == phase:
            return phase
    values.note(node, f'{what} is "{said[:60]}"{nearest(said, words.PHASES)}', PHASES)
    return None


def _check_point(values: Values, node: Node, found: Found, point: Point) -> None:
    allowed = points_of(found.effect)
    if point not in allowed:
        name = found.name or f'"{found.effect.kind}"'
        values.note(
            node,
            f'{name} cannot strike at point "{point}"',
            f"It can at {_or([place.value for place in allowed])}.",
        )


def _error(reading: _Reading) -> Found | None:
    values, node, what = reading.values, reading.fields["error"], f'"error" of {reading.what}'
    if isinstance(node, Map):
        if any(entry.key.text == "business" for entry in node.entries):
            return _business(reading, node, what)
        return _other(reading, node, what)
    name = values.reader.text(node, what)
    if name is None:
        return None
    if name not in NAMED:
        same = [f'"{known}"' for known in NAMED if known.partition(".")[2] == name]
        near = f"; did you mean {_or(same)}?" if same else nearest(name, NAMED)
        values.note(
            node,
            f'{what} is "{name}", which no fault is called{near}',
            "`appsync-emu faults` lists all names; an error of your own is {business: Name} or "
            "{type: Name}.",
        )
        return None
    return _named(reading, name)


def _named(reading: _Reading, name: str) -> Found | None:
    values, named = reading.values, NAMED[name]
    if named.kind != "error":
        reading.refuse("after", name, "Remove it.")
    if len(named.phases) > 1 and "phase" not in reading.fields:
        values.note(
            reading.fields["error"],
            f"{name} may strike before or after the effect, and {reading.what} does not say which",
            PHASES,
        )
        return None
    if len(named.phases) == 1 and "phase" in reading.fields:
        happened = "nothing happens" if named.phases[0] == "request" else "it happens"
        reading.refuse("phase", f"{name}, with which {happened} downstream", "Remove it.")
        reading.phase = None
    effect, implied = effect_named(name, phase=reading.phase, after=reading.after or 0.0)
    return Found(effect=effect, name=name, implied=implied)


def _business(reading: _Reading, node: Node, what: str) -> Found | None:
    reader = reading.values.reader
    fields = reader.mapping(node, what, keys.ERROR_BUSINESS) or {}
    name = reader.text(fields["business"], f'"business" of {what}') if "business" in fields else ""
    message = reader.text(fields["message"], f'"message" of {what}') if "message" in fields else ""
    if not name:
        return None
    return Found(effect=_own(reading, business_error(name, message or "")))


def _other(reading: _Reading, node: Node, what: str) -> Found | None:
    values, reader = reading.values, reading.values.reader
    fields = reader.mapping(node, what, keys.ERROR_OTHER) or {}
    remedy = "Write {type: ThrottlingException} or {business: CardDeclined}."
    type_node = values.required(fields, "type", node, what, remedy)
    name = reader.text(type_node, f'"type" of {what}') if type_node is not None else None
    message = reader.text(fields["message"], f'"message" of {what}') if "message" in fields else ""
    technical: bool | None = True
    if "status" in fields:
        status = values.count(fields["status"], f'"status" of {what}', least=400, most=599)
        technical = status is None or status in {429, 500, 502, 503, 504}
    if "technical" in fields:
        technical = reader.boolean(fields["technical"], f'"technical" of {what}')
    if name is None:
        return None
    error = other_error(name, message or "", technical=technical is not False)
    return Found(effect=_own(reading, error))


def _own(reading: _Reading, error: object) -> ErrorEffect:
    return ErrorEffect(error, reading.phase or "request", reading.after or 0.0)  # type: ignore[arg-type]  # an ErrorInfo


def _delay(reading: _Reading) -> Found | None:
    reading.refuse("after", "delay", "The delay is how long it takes: delay: 5s.")
    reading.refuse("phase", "delay", "Remove it: nothing fails.")
    wait = reading.values.wait(reading.fields["delay"], f'"delay" of {reading.what}')
    return None if wait is None else Found(effect=DelayEffect(wait))


def _hang(reading: _Reading) -> Found | None:
    reading.refuse("after", "hang", "Remove it.")
    reading.refuse("phase", "hang", "Remove it: whoever waits learns nothing.")
    true = reading.values.only_true(reading.fields["hang"], f'"hang" of {reading.what}')
    return Found(effect=HangEffect()) if true else None


def _throttle(reading: _Reading) -> Found | None:
    values, what = reading.values, f'"throttle" of {reading.what}'
    reading.refuse("after", "throttle", "Remove it.")
    reading.refuse("phase", "throttle", "Remove it: what is throttled does not happen.")
    hint = "Write throttle: {rate: 10/s, burst: 20}."
    fields = reading.inner("throttle", keys.THROTTLE, hint)
    if fields is None:
        return None
    node = values.required(fields, "rate", reading.fields["throttle"], what, hint)
    rate = values.word(words.rate, node, f'"rate" of {what}') if node is not None else None
    burst: int | None = 1
    if "burst" in fields:
        burst = values.count(fields["burst"], f'"burst" of {what}', most=_BURST_MAX)
    return None if rate is None else Found(effect=ThrottleEffect(rate, burst or 1))


def _crash(reading: _Reading) -> Found | None:
    values, what = reading.values, f'"crash" of {reading.what}'
    reading.refuse("after", "crash", "Write it inside: crash: {restart_after: 10s}.")
    fields = reading.inner("crash", keys.CRASH, "Write crash: {restart_after: 10s}.")
    if fields is None:
        return None
    scope: str | None = "attempt"
    if "scope" in fields:
        scope = values.reader.choice(
            fields["scope"], f'"scope" of {what}', ("attempt", "component")
        )
    component = None
    if "component" in fields:
        component = values.reader.text(fields["component"], f'"component" of {what}')
        if scope == "attempt":
            values.note(
                fields["component"],
                f"{what} names a component, and kills one attempt",
                "Add scope: component, or remove the component.",
            )
    restart: Wait | None = 10.0
    if "restart_after" in fields:
        node = fields["restart_after"]
        restart = values.wait(node, f'"restart_after" of {what}')
    phase = _crash_phase(reading)
    if phase is None or restart is None:
        return None
    whole: Literal["attempt", "component"] = "component" if scope == "component" else "attempt"
    return Found(effect=CrashEffect(restart, phase, whole, component))


def _crash_phase(reading: _Reading) -> Phase | None:
    if reading.point is Point.DISPATCH:
        reading.refuse("phase", "a crash before any attempt", "Remove it.")
        return "request"
    if "phase" not in reading.fields:
        reading.values.note(
            reading.fields["crash"],
            f"{reading.what} does not say whether it dies before or after the handler's work",
            "Write phase: request (before) or phase: response (after).",
        )
    return reading.phase


def _drop(reading: _Reading) -> Found | None:
    reading.refuse("phase", "drop", "Remove it.")
    true = reading.values.only_true(reading.fields["drop"], f'"drop" of {reading.what}')
    if reading.point in {Point.PUBLISH, Point.FRAME}:
        reading.refuse("after", f'drop at point "{reading.point}"', "Nobody sends it again.")
    return Found(effect=DropEffect(reading.after)) if true else None


def _duplicate(reading: _Reading) -> Found | None:
    values, what = reading.values, f'"duplicate" of {reading.what}'
    reading.refuse("after", "duplicate", "Write it inside: duplicate: {after: 5s}.")
    reading.refuse("phase", "duplicate", "Remove it.")
    fields = reading.inner("duplicate", keys.DUPLICATE, "Write duplicate: {copies: 1}.")
    if fields is None:
        return None
    copies: int | None = 1
    if "copies" in fields:
        copies = values.count(fields["copies"], f'"copies" of {what}', most=_COPIES_MAX)
    after: Wait | None = 0.0
    if "after" in fields:
        after = values.wait(fields["after"], f'"after" of {what}')
    if copies is None or after is None:
        return None
    return Found(effect=DuplicateEffect(copies, after))


def _reorder(reading: _Reading) -> Found | None:
    values, what = reading.values, f'"reorder" of {reading.what}'
    reading.refuse("after", "reorder", "Write it inside: reorder: {after: 5s}.")
    reading.refuse("phase", "reorder", "Remove it.")
    fields = reading.inner("reorder", keys.REORDER, "Write reorder: {window: 3}.")
    if fields is None:
        return None
    window: int | None = 2
    if "window" in fields:
        window = values.count(fields["window"], f'"window" of {what}', least=2, most=_WINDOW_MAX)
    after: Wait | None = 1.0
    if "after" in fields:
        after = values.wait(fields["after"], f'"after" of {what}')
    if window is None or after is None:
        return None
    return Found(effect=ReorderEffect(window, after))


def _close(reading: _Reading) -> Found | None:
    values, what = reading.values, f'"close" of {reading.what}'
    reading.refuse("after", "close", "Remove it.")
    reading.refuse("phase", "close", "Remove it.")
    fields = reading.inner("close", keys.CLOSE, "Write close: {code: 1006}.")
    if fields is None:
        return None
    code: int | None = CUT
    if "code" in fields:
        code = values.word(words.close_code, fields["code"], f'"code" of {what}')
    reason: str | None = ""
    if "reason" in fields:
        reason = values.reader.text(fields["reason"], f'"reason" of {what}')
        if reason is not None and len(reason.encode()) > _REASON_MAX:
            values.note(fields["reason"], f'"reason" of {what} is over {_REASON_MAX} bytes')
    return None if code is None else Found(effect=CloseEffect(code, reason or ""))


def _corrupt(reading: _Reading) -> Found | None:
    reading.refuse("after", "corrupt", "Remove it.")
    reading.refuse("phase", "corrupt", "Remove it.")
    node = reading.fields["corrupt"]
    how = reading.values.reader.choice(node, f'"corrupt" of {reading.what}', CORRUPTIONS)
    return None if how is None else Found(effect=CorruptEffect(how))  # type: ignore[arg-type]  # one of CORRUPTIONS


def _outage(reading: _Reading) -> Found | None:
    reading.refuse("after", "outage", "Its time is a strike: {during: {from: 0s, until: 20m}}.")
    if reading.point is Point.STATUS_READ:
        reading.refuse("phase", "an outage of a read", "Remove it: the answer is what is lost.")
    true = reading.values.only_true(reading.fields["outage"], f'"outage" of {reading.what}')
    return Found(effect=OutageEffect(reading.phase or "request")) if true else None


_READERS: dict[str, Callable[[_Reading], Found | None]] = {
    "error": _error,
    "delay": _delay,
    "hang": _hang,
    "throttle": _throttle,
    "crash": _crash,
    "drop": _drop,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "close": _close,
    "corrupt": _corrupt,
    "outage": _outage,
}


def _number(count: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(count, str(count))


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _or(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
