"""What calls of services did: reads and writes, what was written, and whether it was once.

All of it is read from the :class:`~appsync_emu.core.records.DataCalled` lines of a journal.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from appsync_emu.core.records import DataCalled, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from appsync_emu.core.records import Record

__all__ = ["Effects", "digest_of", "effects_of", "is_write", "pascal_case", "written_again"]

_READS = (
    "BatchGet",
    "Count",
    "Describe",
    "Exists",
    "Fetch",
    "Find",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Options",
    "Query",
    "Read",
    "Scan",
    "Search",
    "Select",
    "TransactGet",
)
_READ = re.compile(rf"(?:{'|'.join(_READS)})(?![a-z])")
_WORD = re.compile(r"[^A-Za-z0-9]+")
_TOKENS = frozenset({"ClientRequestToken", "ClientToken", "MessageDeduplicationId"})
"""Arguments that differ between two calls that write the same."""

DEPTH_MAX = 32


@lru_cache(maxsize=1024)
def pascal_case(name: str) -> str:
    """An operation's name as AWS writes it: ``put_item`` and ``putItem`` are ``PutItem``.

    Methods of HTTP are one word: ``GET`` stays ``GET``.
    """
    parts = [part for part in _WORD.split(name) if part]
    return "".join(part[0].upper() + part[1:] for part in parts)


@lru_cache(maxsize=1024)
def is_write(operation: str) -> bool:
    """Whether an operation changes anything, judged by its name: what does not read, writes."""
    name = pascal_case(operation)
    if name.isupper():
        name = name.capitalize()
    return _READ.match(name) is None


# Made once: json.dumps makes a new one whenever it is given an option.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest_of(arguments: object) -> str:
    """What was written, in 16 hexadecimal digits: equal for equal arguments, in any process.

    Tokens by which a service recognises a call are left out: they are new for each.
    """
    told = arguments
    if isinstance(arguments, Mapping) and not _TOKENS.isdisjoint(arguments):
        told = {name: value for name, value in arguments.items() if name not in _TOKENS}
    try:
        text = _encode(told)
    except (TypeError, ValueError, RecursionError):  # keys that are no text; what holds itself
        text = _encode(_plain(told, 0))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _data(value: object) -> Any:  # noqa: ANN401 - JSON
    """What is not JSON, as JSON; what is no data counts by the name of its type."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(map(_encode, value))
    if type(value).__repr__ is object.__repr__:  # it would tell an address
        return type(value).__qualname__
    return str(value)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_data).encode


def _plain(value: object, depth: int) -> object:
    """The value with text for keys, and not endlessly deep."""
    if depth >= DEPTH_MAX:
        return "..."
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Effects:
    """How often a source was read and written; what did not take effect is not counted."""

    writes: int = 0
    reads: int = 0


def effects_of(
    records: Iterable[Record], *, trace_id: str | None = None, component: str | None = None
) -> dict[str, Effects]:
    """Reads and writes by source.

    Args:
        records: a journal or a part of it.
        trace_id: of this trace alone.
        component: of this component alone.
    """
    counted: Counter[tuple[str, bool]] = Counter()
    for record in records:
        if not isinstance(record, DataCalled) or not record.applied:
            continue
        if trace_id is not None and trace_of(record) != trace_id:
            continue
        by = record.facts.component if record.facts is not None else None
        if component is None or by == component:
            counted[record.source, record.write] += 1
    sources = dict.fromkeys(source for source, _ in counted)
    return {source: Effects(counted[source, True], counted[source, False]) for source in sources}


def written_again(records: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """What the same command wrote more than once: a message and the trace, for each.

    For components with an idempotency key alone: the others make no promise.
    """
    times: Counter[tuple[str, str, str, str, str]] = Counter()
    traces: dict[tuple[str, str, str, str, str], str] = {}
    for record in records:
        if not isinstance(record, DataCalled) or not record.applied or not record.effect:
            continue
        if record.facts is None or record.key is None:
            continue
        what = (
            record.facts.component,
            record.key,
            record.source,
            record.operation,
            record.effect,
        )
        times[what] += 1
        traces[what] = record.facts.trace_id
    for what, count in times.items():
        if count > 1:
            component, key, source, operation, _ = what
            yield f"{source} {key} written {count} times ({component} {operation})", traces[what]
