"""What test authors write for durations, retry policies and names, read into values."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from appsync_emu.core.duration import duration_s
from appsync_emu.core.retry import BackoffKind, RetryPolicy
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from appsync_emu.core.jsonvalue import Json

__all__ = [
    "Command",
    "Did",
    "Duration",
    "changed_policy",
    "did_you_mean",
    "nearest",
    "plural",
    "refuse_unknown",
    "seconds",
]

Duration: TypeAlias = str | float | timedelta
"""``"14m 59s"``, seconds, or a ``timedelta``."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command to send.

    Attributes:
        name: its field name, or ``Type.field`` where two share one.
        arguments: of the mutation; when ``input`` is its only argument, that one's value.
        label: what faults and scenario files call it.
    """

    name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    label: str | None = None


class Did(NamedTuple):
    """Something that a test did.

    Attributes:
        at: how many records the journal had before it.
        verb: ``send``, ``advance``, ``settle``...
        words: with what.
    """

    at: int
    verb: str
    words: dict[str, Any]


POLICY_WORDS = ("max_retries", "backoff", "base", "factor", "cap")


def nearest(wrong: object, valid: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or nothing when nothing is near."""
    close = difflib.get_close_matches(str(wrong), list(valid), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def did_you_mean(wrong: object, valid: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or all that is valid when nothing is near."""
    words = list(valid)
    every = f"; valid: {', '.join(words)}" if words else ""
    return nearest(wrong, words) or every


def refuse_unknown(what: str, given: Iterable[str], valid: Iterable[str]) -> None:
    """Refuse the first of ``given`` that is not ``valid``.

    Raises:
        UsageError: with the nearest valid word.
    """
    words = tuple(valid)
    for word in given:
        if word not in words:
            raise UsageError(f"{what} has no {word!r}{did_you_mean(word, words)}")


def plural(count: int, word: str) -> str:
    """``1 attempt``, ``3 attempts``, ``2 retries``."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("y") else f"{count} {word}s"


def seconds(duration: Duration) -> float:
    """Seconds of a duration.

    Raises:
        UsageError: it is no duration, or negative.
    """
    found: float | None = None
    if isinstance(duration, timedelta):
        found = duration.total_seconds()
    elif isinstance(duration, int | float) and not isinstance(duration, bool):
        found = float(duration)
    elif isinstance(duration, str):
        parts = [duration_s(part) for part in duration.split()]
        known = [part for part in parts if part is not None]
        found = sum(known) if parts and len(known) == len(parts) else None
    if found is None:
        raise UsageError(
            f'{duration!r} is not a duration; write "250ms", "5s", "14m 59s", "2h", seconds as a'
            " number, or a timedelta"
        )
    if not found >= 0:
        raise UsageError(f"{duration!r} is negative; time does not go back")
    return found


def changed_policy(policy: RetryPolicy, words: Mapping[str, Any]) -> RetryPolicy:
    """``policy`` with what ``words`` say instead.

    Args:
        policy: what holds where nothing is said.
        words: ``max_retries``, ``backoff`` (a kind, as :class:`BackoffKind` names it),
            ``base``, ``factor``, ``cap``; ``None`` says nothing.

    Raises:
        UsageError: an unknown word, or a value that is not valid.
    """
    refuse_unknown("retry", words, POLICY_WORDS)
    said = {word: value for word, value in words.items() if value is not None}
    backoff, retries = policy.backoff, said.get("max_retries", policy.max_retries)
    if not isinstance(retries, int) or isinstance(retries, bool) or retries < 0:
        raise UsageError(f"max_retries is {retries!r}; it counts retries: 0, 1, 2, ...")
    if "backoff" in said:
        kinds = [kind.value for kind in BackoffKind]
        if said["backoff"] not in kinds:
            near = did_you_mean(said["backoff"], kinds)
            raise UsageError(f"there is no backoff {said['backoff']!r}{near}")
        backoff = replace(backoff, kind=BackoffKind(said["backoff"]))
    if "base" in said:
        base_s = seconds(said["base"])
        backoff = replace(backoff, base_s=base_s, cap_s=max(backoff.cap_s, base_s))
    if "factor" in said:
        backoff = replace(backoff, factor=float(said["factor"]))
    if "cap" in said:
        backoff = replace(backoff, cap_s=seconds(said["cap"]))
    return RetryPolicy(max_retries=retries, backoff=backoff)
