"""The keywords of ``fault(...)``: whom, when, and what more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.testing.values import Duration

__all__ = ["FaultWords"]

Text: TypeAlias = "str | Mapping[str, Any]"
"""A name, or operators: ``{"in": ["a", "b"]}``, ``{"matches": "^order-"}``."""

Wait: TypeAlias = "Duration | Mapping[str, Any]"
"""A duration, ``{"uniform": ["0s", "90s"]}``, ``{"lognormal": {"median": "2s", "sigma": 1}}``."""


class FaultWords(TypedDict, total=False):
    """All may be left out; which make sense depends on the fault and on its point.

    Attributes:
        at: the point: ``"accept"``, ``"dispatch"``, ``"attempt"``, ``"data"``, ``"status.write"``,
            ``"status.read"``, ``"deadletter.write"``, ``"publish"``, ``"connect"``, ``"frame"``.
            Unless given, the usual one at which everything that is matched is known.
        component: strike this component alone.
        command: strike what this command began.
        event: strike deliveries of events of this detail type alone.
        label: strike commands that were sent with this label.
        source: strike calls of this table, function, queue or host.
        operation: strike calls of this operation: ``"PutItem"``, ``"POST"``.
        subscriber: strike this subscriber alone.
        frame: strike frames of this type: ``"data"``, ``"ka"``, ``"start_ack"``.
        status: strike this status: ``"accepted"``, ``"success"``, ``"error"``.
        input: strike where the command's input, or the event's detail, has these values; a value
            may be operators: ``{"total": {"above": 100}}``.
        identity: the same, of the caller's identity.
        attempts: strike these attempts: ``1``, ``[1, 2]``, ``"2-4"``.
        skip: let so many calls of each count pass first.
        first: of the calls after those, strike the first so many.
        every: of the calls after those, strike every so many-th.
        per: what calls are counted in: each ``"trace"`` (default), ``"component"`` or
            ``"subscriber"``, or the whole ``"run"``.
        during: strike in this window of virtual time alone: ``("30s", "5m")``, or
            ``{"from": "30s"}``.
        chance: strike with this probability.
        limit: strike so often in all.
        phase: ``"request"`` (default): nothing happened; ``"response"``: it happened, and the
            answer was lost.
        after: into the call (errors), between copies (``"duplicate"``), until the message comes
            again (``"drop"``), or how long one waits for others (``"reorder"``).
        by: how long a ``"delay"`` is.
        restart_after: how long after a ``"crash"`` the message is delivered again.
        scope: what a ``"crash"`` kills: the ``"attempt"`` (default) or the whole ``"component"``.
        copies: how many more times a ``"duplicate"`` arrives.
        window: how many a ``"reorder"`` shuffles together.
        rate: what a ``"throttle"`` lets through: ``"5/s"``, ``"300/m"``.
        burst: what it lets through at once.
        code: with which a ``"close"`` ends the connection; 1006, cut, unless given.
        reason: text of a ``"close"``.
        how: what a ``"corrupt"`` does: ``"truncate"``, ``"not-json"``, ``"unknown-type"``,
            ``"wrong-id"``.
        name: its name in timelines and in ``allow``.
    """

    at: str
    component: Text
    command: Text
    event: Text
    label: Text
    source: Text
    operation: Text
    subscriber: Text
    frame: Text
    status: Text
    input: Mapping[str, Any]
    identity: Mapping[str, Any]
    attempts: int | list[int] | tuple[int, ...] | str
    skip: int
    first: int
    every: int
    per: str
    during: tuple[Duration | None, Duration | None] | Mapping[str, Duration]
    chance: float
    limit: int
    phase: str
    after: Wait
    by: Wait
    restart_after: Wait
    scope: str
    copies: int
    window: int
    rate: str
    burst: int
    code: int
    reason: str
    how: str
    name: str
