"""Durations as people write them."""

from __future__ import annotations

import re

__all__ = ["duration_s"]

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)


def duration_s(text: str) -> float | None:
    """Seconds of ``"250ms"``, ``"5s"``, ``"2m"``, ``"1h"`` or ``"7d"``; ``None`` for other text."""
    found = _DURATION.fullmatch(text)
    return float(found[1]) * _UNITS_S[found[2]] if found else None
