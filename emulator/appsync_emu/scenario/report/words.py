"""Words and numbers, the same in every report."""

from __future__ import annotations

import unicodedata

from appsync_emu.testing.values import plural

__all__ = ["clean", "count", "cut", "duration_text", "one_line", "seed_range"]

NS_PER_MS = 1_000_000
MS_PER_S, S_PER_MINUTE, S_PER_HOUR, S_PER_DAY = 1000, 60, 3600, 86_400
EXACT_BELOW_S = 10
HARMLESS = "\n\t"

# Characters that move the cursor, turn the direction of writing or end lines where none ends.
DANGEROUS = frozenset({"Cc", "Cs", "Zl", "Zp"})
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    r"""``text`` with characters that would act instead of being shown written as escapes.

    Control characters but line feed and tab, surrogates, Unicode's own line ends, and what turns
    the direction of writing: ``\x1b``, ``\u202e``.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in HARMLESS:
        return character
    if unicodedata.category(character) in DANGEROUS or character in DIRECTIONS:
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character


def one_line(text: str) -> str:
    """``text`` cleaned, on one line."""
    return " ".join(clean(text).split())


def cut(text: str, width: int) -> str:
    """``text``, with ``...`` in place of what is beyond ``width`` characters."""
    return text if len(text) <= width else f"{text[: max(width - 3, 0)].rstrip()}..."


def count(number: int, word: str) -> str:
    """``1 seed``, ``1,144 seeds``."""
    return plural(number, word).replace(str(number), f"{number:,}", 1)


def seed_range(low: int, high: int) -> str:
    """``4`` or ``11-30``."""
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def duration_text(seconds: float) -> str:
    """A duration to three or so digits: ``84 ms``, ``4.9 s``, ``2 min 15 s``, ``1 h 3 min``."""
    ms = round(seconds * MS_PER_S)
    if ms < MS_PER_S:
        return f"{ms} ms"
    if seconds < EXACT_BELOW_S:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    if whole < S_PER_MINUTE:
        return f"{whole} s"
    for unit, name, part, part_name in (
        (S_PER_DAY, "d", S_PER_HOUR, "h"),
        (S_PER_HOUR, "h", S_PER_MINUTE, "min"),
    ):
        if whole >= unit:
            return _two(whole // unit, name, whole % unit // part, part_name)
    return _two(whole // S_PER_MINUTE, "min", whole % S_PER_MINUTE, "s")


def _two(big: int, name: str, small: int, small_name: str) -> str:
    return f"{big} {name} {small} {small_name}" if small else f"{big} {name}"
