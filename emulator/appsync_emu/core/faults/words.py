"""What people write about faults, in files and in tests, read into values.

Every function takes one value as it was written (JSON, or what YAML makes of it) and gives what the
engine works with. A mistake is a ``ValueError`` whose text is half a sentence: it quotes the value
and says what would be right, and the caller puts the place before it.

    ``strike.limit: 0 is not a whole number from 1 up``
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from appsync_emu.core.comparisons import OPERATORS, AllOf, Comparison
from appsync_emu.core.duration import duration_s
from appsync_emu.core.faults.corrupt import CORRUPTIONS
from appsync_emu.core.faults.strike import Scope
from appsync_emu.core.faults.verdict import Phase
from appsync_emu.core.faults.waits import Lognormal, Uniform

if TYPE_CHECKING:
    from appsync_emu.core.comparisons import Wanted
    from appsync_emu.core.faults.match import TextWanted
    from appsync_emu.core.faults.verdict import Corruption
    from appsync_emu.core.faults.waits import Wait

__all__ = [
    "PHASES",
    "SCOPES",
    "Seconds",
    "attempts",
    "chance",
    "close_code",
    "corruption",
    "count",
    "duration",
    "during",
    "names_in",
    "near",
    "phase",
    "rate",
    "scope",
    "subset",
    "text",
    "wait",
    "wanted",
]

Seconds: TypeAlias = Callable[[Any], float]
"""Reads a duration; raises ``ValueError``. Files have :func:`duration`, Python takes more forms."""

PHASES: tuple[Phase, ...] = get_args(Phase)
SCOPES: tuple[Scope, ...] = get_args(Scope)

ATTEMPTS_MAX = 1_000
"""No policy allows as many; a longer range is a slip of the finger."""

DURATION_MAX_S = 100 * 366 * 86_400.0
"""Virtual time costs nothing, but dates have an end."""

_RATE = re.compile(r"(\d{1,9})/(s|m|h)", re.ASCII)
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)
_PER_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_OF_NUMBERS = frozenset({"above", "below", "at_least", "at_most"})
# RFC 6455, section 7.4: what may be sent, or reported as 1006 is; 1004 has no meaning.
_CODES = frozenset({*range(1000, 1016), *range(3000, 5000)} - {1004})


def near(wrong: object, valid: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or all that is valid when nothing is near."""
    words = list(valid)
    close = difflib.get_close_matches(str(wrong), words, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(words)}"


def is_number(value: object) -> bool:
    """Whether it is a number of JSON: finite, and neither ``true`` nor ``false``."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and float("-inf") < value < float("inf")
    )


def count(value: object, least: int = 0, most: int | None = None) -> int:
    """A whole number, ``least`` or more."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole and least <= value and (most is None or value <= most)):  # type: ignore[operator]  # whole
        upwards = f"from {least} up" if most is None else f"from {least} to {most}"
        raise ValueError(f"{value!r} is not a whole number {upwards}")
    return value  # type: ignore[return-value]  # whole


def chance(value: object) -> float:
    """A probability above 0, and at most 1."""
    if not (is_number(value) and 0 < value <= 1):  # type: ignore[operator]  # a number
        raise ValueError(f"{value!r} is not a probability above 0 and at most 1")
    return float(value)  # type: ignore[arg-type]  # a number


def duration(value: object) -> float:
    """Seconds of ``"250ms"``, ``"5s"``, ``"14m 59s"``, ``"2h"`` or ``"7d"``."""
    parts = [duration_s(part) for part in value.split()] if isinstance(value, str) else []
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        unit = ", with its unit" if is_number(value) else ""
        raise ValueError(
            f'{value!r} is not a duration; write "250ms", "5s", "14m 59s" or "2h"{unit}'
        )
    if sum(known) > DURATION_MAX_S:
        raise ValueError(f"{value!r} is longer than a century")
    return sum(known)


def wait(value: object, seconds: Seconds = duration) -> Wait:
    """A duration, ``{uniform: [0s, 90s]}``, or ``{lognormal: {median: 2s, sigma: 0.5}}``."""
    if not isinstance(value, Mapping):
        return seconds(value)
    match tuple(value.items()):
        case (("uniform", [low, high]),):
            low_s, high_s = seconds(low), seconds(high)
            if low_s > high_s:
                raise ValueError(f"from {low!r} to {high!r} is no range; the lower end comes first")
            return Uniform(low_s, high_s)
        case (("lognormal", {"median": median, "sigma": sigma, **others}),) if not others:
            if not (is_number(sigma) and sigma > 0):
                raise ValueError(f"sigma {sigma!r} is not a number above 0")
            return Lognormal(seconds(median), float(sigma))
    raise ValueError(
        f"{dict(value)!r} is not a distribution; write {{uniform: [0s, 90s]}} or"
        " {lognormal: {median: 2s, sigma: 0.5}}"
    )


def rate(value: object) -> float:
    """Calls in a second, from ``"5/s"``, ``"300/m"`` or ``"1000/h"``."""
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) < 1:
        raise ValueError(f'{value!r} is not a rate; write "5/s", "300/m" or "1000/h"')
    return int(found[1]) / _PER_S[found[2]]


def attempts(value: object) -> frozenset[int] | None:
    """Numbers of attempts, from ``2``, ``[1, 2]`` or ``"2-4"``; ``None`` is ``"all"``."""
    if value == "all":
        return None
    numbers: tuple[object, ...] = ()
    if isinstance(value, str):
        found = _RANGE.fullmatch(value)
        if found:
            low, high = int(found[1]), int(found[2] or found[1])
            numbers = tuple(range(low, high + 1)) if high <= ATTEMPTS_MAX else ()
    elif isinstance(value, list | tuple | frozenset | set | range):
        numbers = tuple(value)
    else:
        numbers = (value,)
    try:
        read = frozenset(count(number, 1, ATTEMPTS_MAX) for number in numbers)
    except ValueError:
        read = frozenset()
    if not read:
        raise ValueError(
            f'{value!r} names no attempts; write 1, [1, 2], "2-4" or "all": they count from 1'
        )
    return read


def during(value: object, seconds: Seconds = duration) -> tuple[float, float | None]:
    """A window of virtual time since the start: ``{from: 30s, until: 5m}`` or ``[30s, 5m]``.

    Either end may be left out (in the short form: ``None``).
    """
    if isinstance(value, Mapping) and value and {"from", "until"}.issuperset(value):
        ends = (value.get("from"), value.get("until"))
    elif isinstance(value, list | tuple) and len(value) == 2:  # noqa: PLR2004 - from and until
        ends = (value[0], value[1])
    else:
        raise ValueError(f"{value!r} is not a window of time; write {{from: 30s, until: 5m}}")
    from_s = 0.0 if ends[0] is None else seconds(ends[0])
    until_s = None if ends[1] is None else seconds(ends[1])
    if until_s is not None and until_s <= from_s:
        raise ValueError(f"from {ends[0]!r} until {ends[1]!r} is no time at all")
    return from_s, until_s


def _one_of(value: object, valid: tuple[str, ...], what: str, why: str = "") -> Any:  # noqa: ANN401 - a literal
    if value not in valid or not isinstance(value, str):
        hint = near(value, valid)
        raise ValueError(f"there is no {what} {value!r}{hint}{why}")
    return value


def phase(value: object) -> Phase:
    """``request`` or ``response``."""
    found: Phase = _one_of(
        value,
        PHASES,
        "phase",
        " ('request': nothing happened; 'response': it happened, and the answer was lost)",
    )
    return found


def scope(value: object) -> Scope:
    """What calls are counted per."""
    found: Scope = _one_of(value, SCOPES, "scope")
    return found


def corruption(value: object) -> Corruption:
    """How a frame is damaged."""
    found: Corruption = _one_of(value, CORRUPTIONS, "corruption")
    return found


def close_code(value: object) -> int:
    """A code with which a WebSocket may end (RFC 6455, section 7.4)."""
    if not isinstance(value, int) or isinstance(value, bool) or value not in _CODES:
        raise ValueError(
            f"{value!r} is not a close code; write 1006 (cut), one from 1000 to 1015 (but 1004),"
            " or one from 3000 to 4999"
        )
    return value


def wanted(value: object) -> Wanted:
    """Any value with operators in it.

    A mapping whose keys are operators (``{above: 100}``, ``{at_least: 1, at_most: 3}``) compares;
    any other mapping is a subset, a list goes item by item, and a plain value must be equal. What
    looks like an operator but is not meant as one is written ``{equals: {in: x}}``.
    """
    if isinstance(value, Mapping):
        operators = [key for key in value if key in OPERATORS]
        if not operators:
            return {_name(key): wanted(part) for key, part in value.items()}
        return _compared(value)
    if isinstance(value, list | tuple):
        return [wanted(part) for part in value]
    return value  # type: ignore[return-value]  # JSON


def text(value: object) -> TextWanted:
    """A name: itself, or operators that have a meaning for text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        raise ValueError(f"{list(value)!r} is a list; one of several is {{in: [...]}}")  # noqa: TRY004 - a mistake in a file
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{value!r} is no text; write a name, or {{in: [...]}}")
    found = _compared(value)
    for part in found.parts if isinstance(found, AllOf) else (found,):
        if part.operator in _OF_NUMBERS:
            raise ValueError(f"{part.operator!r} compares numbers, and this is text")
    return found


def subset(value: object) -> Mapping[str, Wanted]:
    """What a mapping must have in it: names, and values as :func:`wanted` reads them."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"{value!r} is not a mapping of names to values")
    return {_name(key): wanted(part) for key, part in value.items()}


def names_in(wanted_text: TextWanted) -> tuple[str, ...]:
    """The names that a :func:`text` spells out, to be checked against those that exist."""
    if isinstance(wanted_text, str):
        return (wanted_text,)
    parts = wanted_text.parts if isinstance(wanted_text, AllOf) else (wanted_text,)
    found: list[str] = []
    for part in parts:
        if part.operator == "equals":
            found.append(str(part.operand))
        elif part.operator == "in" and isinstance(part.operand, list):
            found += map(str, part.operand)
    return tuple(found)


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise ValueError(f"the name {key!r} is no text; quote it")  # noqa: TRY004 - a mistake in a file
    return key


def _compared(operators: Mapping[Any, object]) -> Comparison | AllOf:
    for word in operators:
        if word not in OPERATORS:
            raise ValueError(f"there is no operator {word!r}{near(word, OPERATORS)}")
    parts = tuple(Comparison(word, _operand(word, part)) for word, part in operators.items())
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _operand(operator: str, operand: Any) -> Any:  # noqa: ANN401 - JSON
    if operator in _OF_NUMBERS and not is_number(operand):
        raise ValueError(f"{operator!r} compares with a number, not with {operand!r}")
    if operator == "in":
        if not isinstance(operand, list | tuple) or not operand:
            raise ValueError(f"'in' needs a list of values, not {operand!r}")
        return list(operand)
    if operator == "matches":
        try:
            re.compile(operand)
        except (re.error, TypeError, OverflowError, RecursionError) as error:
            raise ValueError(
                f"'matches' needs a regular expression, not {operand!r} ({error})"
            ) from None
    return wanted(operand) if operator == "contains" else operand
