"""How long something takes: a fixed time, or one drawn for each occasion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Draw", "Lognormal", "Uniform", "Wait", "seconds_of"]

Draw: TypeAlias = "Callable[[str], float]"
"""Chance in [0, 1) for one purpose of the present occasion; the same purpose, the same number."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any time from ``low_s`` to ``high_s`` seconds, each as likely."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Mostly about ``median_s`` seconds, seldom much longer; ``sigma`` says how seldom."""

    median_s: float
    sigma: float


Wait: TypeAlias = float | Uniform | Lognormal
"""Seconds, or a distribution of them."""


def seconds_of(wait: Wait, draw: Draw, purpose: str = "wait") -> float:
    """The seconds of this occasion."""
    if isinstance(wait, Uniform):
        return wait.low_s + (wait.high_s - wait.low_s) * draw(purpose)
    if isinstance(wait, Lognormal):
        # Box and Muller's transform: a normal number from two even ones.
        radius = math.sqrt(-2.0 * math.log(1.0 - draw(f"{purpose} radius")))
        normal = radius * math.cos(2.0 * math.pi * draw(f"{purpose} angle"))
        return wait.median_s * math.exp(wait.sigma * normal)
    return wait
