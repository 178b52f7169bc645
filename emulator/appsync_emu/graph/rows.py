"""Rows to objects, many at once: the innermost loop of answering with a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import Any, Final, TypeAlias

__all__ = ["maker"]

Row: TypeAlias = tuple[Any, ...]
Objects: TypeAlias = list[dict[str, Any]]
Maker: TypeAlias = Callable[[Iterable[Row]], Objects]


def maker(keys: Sequence[str]) -> Maker:
    """Makes objects with these keys, all of them different, from rows of their values."""
    display = _DISPLAYS.get(len(keys))
    return partial(_zipped, keys) if display is None else display(*keys)


def _zipped(keys: Sequence[str], rows: Iterable[Row]) -> Objects:
    return list(map(dict, map(zip, repeat(keys), rows)))


# A display costs half of what dict() does, and has to be written out.
_DISPLAYS: Final[dict[int, Callable[..., Maker]]] = {
    1: lambda a: lambda rows: [{a: p} for (p,) in rows],
    2: lambda a, b: lambda rows: [{a: p, b: q} for p, q in rows],
    3: lambda a, b, c: lambda rows: [{a: p, b: q, c: r} for p, q, r in rows],
    4: lambda a, b, c, d: lambda rows: [{a: p, b: q, c: r, d: s} for p, q, r, s in rows],
    5: lambda a, b, c, d, e: (
        lambda rows: [{a: p, b: q, c: r, d: s, e: t} for p, q, r, s, t in rows]
    ),
    6: lambda a, b, c, d, e, f: (
        lambda rows: [{a: p, b: q, c: r, d: s, e: t, f: u} for p, q, r, s, t, u in rows]
    ),
    7: lambda a, b, c, d, e, f, g: (
        lambda rows: [{a: p, b: q, c: r, d: s, e: t, f: u, g: v} for p, q, r, s, t, u, v in rows]
    ),
    8: lambda a, b, c, d, e, f, g, h: (
        lambda rows: [
            {a: p, b: q, c: r, d: s, e: t, f: u, g: v, h: w} for p, q, r, s, t, u, v, w in rows
        ]
    ),
}
