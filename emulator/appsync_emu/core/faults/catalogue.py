"""From a name of the catalogue to the effect that it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.crash import EXITED, CrashEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.named import business, permanent
from appsync_emu.core.faults.named import technical as _technical
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.stale import StaleEffect

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.plan import Effect
    from appsync_emu.core.faults.verdict import Phase
    from appsync_emu.core.faults.waits import Wait
    from appsync_emu.core.records import ErrorInfo

__all__ = ["Implied", "business_error", "effect_named", "other_error"]

# What Amplify's clients never try again (aws-amplify/amplify-js, its real-time provider).
_NEVER = frozenset({400, 401, 403})


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
            error = named.error or _of_client(named)
            effect = ErrorEffect(error, when, after, named)
    return effect, implied


def _of_client(named: NamedFault) -> ErrorInfo:
    """Errors that no handler sees are remembered as the client reads them."""
    client = named.client
    if client is None:
        return _technical(named.name, named.meaning)
    made = permanent if client.status in _NEVER else _technical
    return made(client.error_type, client.message)


def business_error(type_name: str, message: str = "") -> ErrorInfo:
    """An error with which the domain says no."""
    return business(type_name, message)


def other_error(type_name: str, message: str = "", *, technical: bool = True) -> ErrorInfo:
    """Any other error: technical, or permanent when it is not."""
    return (_technical if technical else permanent)(type_name, message)
