"""From a name of the catalogue to the effect that it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.crash import EXITED, CrashEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.records import ErrorInfo

if TYPE_CHECKING:
    from appsync_emu.core.faults.plan import Effect
    from appsync_emu.core.faults.verdict import Phase
    from appsync_emu.core.faults.waits import Wait

__all__ = ["Implied", "business_error", "effect_named", "other_error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """What a name says beside its effect.

    Attributes:
        match: words of the match, for example ``{"frame": "ka"}``.
        strike: words of the strike, for example ``{"first": 1, "per": "subscriber"}``.
    """

    match: dict[str, str] = field(default_factory=dict)
    strike: dict[str, object] = field(default_factory=dict)


def effect_named(
    name: str, *, phase: Phase | None = None, after: Wait = 0.0
) -> tuple[Effect, Implied]:
    """The effect of a name, and what the name implies.

    Args:
        name: a key of ``NAMED``.
        phase: one of the name's phases; its usual one unless given.
        after: how long into the call, where that has a meaning.

    Raises:
        KeyError: there is no such name.
    """
    named = NAMED[name]
    when = phase or named.phases[0]
    implied = Implied()
    if named.frame is not None:
        implied.match["frame"] = named.frame
    if named.first is not None:
        implied.strike.update(first=named.first, per="subscriber")
    effect: Effect
    match named.kind:
        case "crash":
            effect = CrashEffect(phase=when, error=named.error or EXITED)
        case "drop":
            effect = DropEffect()
        case "hang":
            effect = HangEffect()
        case "close":
            effect = CloseEffect()
        case "outage":
            effect = OutageEffect(phase=when)
        case "stale":
            effect = StaleEffect()
        case _:
            error = named.error or _of_client(name)
            effect = ErrorEffect(error, when, after, named)
    return effect, implied


def _of_client(name: str) -> ErrorInfo:
    """Errors that no handler sees are remembered as the client reads them."""
    client = NAMED[name].client
    told = (client.error_type, client.message) if client is not None else (name, "")
    return ErrorInfo(*told, ErrorClass.TECHNICAL.value, "injected")


def business_error(type_name: str, message: str = "") -> ErrorInfo:
    """An error with which the domain says no."""
    return ErrorInfo(type_name, message, ErrorClass.BUSINESS.value, "injected")


def other_error(type_name: str, message: str = "", *, technical: bool = True) -> ErrorInfo:
    """Any other error: technical, or permanent when it is not."""
    error_class = ErrorClass.TECHNICAL if technical else ErrorClass.PERMANENT
    return replace(business_error(type_name, message), error_class=error_class.value)
