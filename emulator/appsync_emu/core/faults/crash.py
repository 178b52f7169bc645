"""The worker dies, and the message is delivered again later.

A handler cannot catch it. As a process exit of an asynchronous Lambda function it counts as a
failed attempt (AWS Lambda, error payload ``Runtime.ExitError``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Crash, Phase, Verdict
from appsync_emu.core.faults.waits import seconds_of
from appsync_emu.core.records import ErrorInfo

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw, Wait

__all__ = ["EXITED", "CrashEffect"]

EXITED = ErrorInfo(
    "Runtime.ExitError",
    "Runtime exited without providing a reason",
    ErrorClass.TECHNICAL.value,
    "injected",
)


@dataclass(frozen=True, slots=True)
class CrashEffect:
    """Die before the handler (``request``) or after it returned (``response``).

    Attributes:
        restart_after: seconds until the message is delivered again.
        phase: when.
        scope: ``component`` kills every attempt of the component, and none begins until then.
        component: which one that is; the one that is struck unless given.
        error: what the attempt counts as.
    """

    kind: ClassVar[str] = "crash"
    points: ClassVar[tuple[Point, ...]] = (Point.ATTEMPT, Point.DISPATCH)

    restart_after: Wait = 10.0
    phase: Phase = "request"
    scope: Literal["attempt", "component"] = "attempt"
    component: str | None = None
    error: ErrorInfo = EXITED

    def verdict(self, fault_id: str, situation: Situation, draw: Draw) -> Verdict:
        """What the caller has to do."""
        whole = self.component or situation.component
        return Crash(
            replace(self.error, fault=fault_id),
            self.phase,
            seconds_of(self.restart_after, draw, "restart"),
            whole if self.scope == "component" else None,
        )
