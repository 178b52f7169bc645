"""So much and no more: a token bucket, which throttles because of load and not by chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Fail, Verdict
from appsync_emu.core.records import ErrorInfo

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw

__all__ = ["Bucket", "ThrottleEffect"]

NS = 1_000_000_000

_BY_POINT = {
    Point.ACCEPT: "appsync.throttled",
    Point.DISPATCH: "lambda.throttled",
    Point.ATTEMPT: "lambda.throttled",
}
_BY_SERVICE = {
    "dynamodb": "dynamodb.throttled",
    "lambda": "lambda.throttled",
    "sqs": "sqs.throttled",
    "http": "http.429",
}
_OTHERS = ErrorInfo("ThrottlingException", "Rate exceeded", ErrorClass.TECHNICAL.value, "injected")


@dataclass(frozen=True, slots=True)
class ThrottleEffect:
    """Let ``rate`` calls through in a second, and ``burst`` at once; refuse the others.

    They are refused in the words of whoever is called: AppSync's 429, Lambda's
    ``TooManyRequestsException``, DynamoDB's ``ThrottlingException``.
    """

    kind: ClassVar[str] = "throttle"
    points: ClassVar[tuple[Point, ...]] = (
        Point.DATA,
        Point.ACCEPT,
        Point.DISPATCH,
        Point.ATTEMPT,
    )

    rate: float
    burst: int = 1

    def verdict(self, fault_id: str, situation: Situation, _: Draw) -> Verdict:
        """What the caller has to do."""
        name = _BY_POINT.get(situation.point) or _BY_SERVICE.get(situation.service or "")
        named: NamedFault | None = NAMED[name] if name is not None else None
        error = named.error if named is not None and named.error is not None else _OTHERS
        return Fail(replace(error, fault=fault_id), "request", 0.0, named)


class Bucket:
    """The tokens of one throttle: full at first, refilled at its rate."""

    __slots__ = ("_at_ns", "_effect", "_tokens")

    def __init__(self, effect: ThrottleEffect) -> None:
        self._effect = effect
        self._tokens = float(effect.burst)
        self._at_ns: int | None = None

    def take(self, now_ns: int) -> bool:
        """Take a token; ``False`` when there is none, and the call is refused."""
        if self._at_ns is not None:
            refilled = (now_ns - self._at_ns) / NS * self._effect.rate
            self._tokens = min(float(self._effect.burst), self._tokens + refilled)
        self._at_ns = now_ns
        if self._tokens < 1.0 - 1e-9:  # as good as whole: sums of floats fall short of it
            return False
        self._tokens -= 1.0
        return True
