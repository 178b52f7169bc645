"""Batches of which a service takes a part: what is sent, and what the answer says of the rest.

Sources: Amazon DynamoDB API Reference, BatchWriteItem and BatchGetItem; Amazon EventBridge API
Reference, PutEvents. The first of two halves is taken, of a batch of one nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.faults.verdict import Fail

__all__ = ["Batch", "split"]

_FAILED = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal Service Failure"}


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch in two parts.

    Attributes:
        params: what is sent: the part that is taken.
        taken: whether that is anything.
        rest: what the answer says of the others.
        entries: entries that the answer adds to those that were taken.
    """

    params: dict[str, Any]
    taken: bool
    rest: dict[str, Any]
    entries: tuple[dict[str, str], ...] = ()

    def answer(self, answer: Any) -> Any:  # noqa: ANN401 - the service's
        """The answer to the whole, from that to the part."""
        told = dict(answer) if isinstance(answer, dict) else {}
        told.update(self.rest)
        if self.entries:
            told["Entries"] = [*told.get("Entries", ()), *map(dict, self.entries)]
        return told


def split(fault: Fail, params: Mapping[str, Any]) -> Batch | None:
    """The call in two parts; ``None`` when the fault or the call has none.

    Args:
        fault: ``dynamodb.partial-batch`` or ``eventbridge.partial`` have.
        params: of the call, in AWS's names.
    """
    body = fault.named.body if fault.named is not None else None
    if not isinstance(body, dict):
        return None
    items, entries = params.get("RequestItems"), params.get("Entries")
    if "UnprocessedItems" in body and isinstance(items, dict) and items:
        reads = any(isinstance(asked, dict) for asked in items.values())
        rest: dict[str, Any] = {
            "UnprocessedKeys" if reads else "UnprocessedItems": _half(items, first=False)
        }
        kept = _half(items, first=True)
        return Batch({**params, "RequestItems": kept}, bool(kept), rest)
    if "FailedEntryCount" in body and isinstance(entries, list | tuple):
        middle = len(entries) // 2
        failed = (_FAILED,) * (len(entries) - middle)
        rest = {"FailedEntryCount": len(failed)}
        return Batch({**params, "Entries": list(entries[:middle])}, middle > 0, rest, failed)
    return None


def _half(items: Mapping[str, Any], *, first: bool) -> dict[str, Any]:
    """One half of the items of each table: writes are lists, reads have lists of keys."""
    halves: dict[str, Any] = {}
    for table, asked in items.items():
        listed = list(asked["Keys"] if isinstance(asked, dict) else asked)
        middle = len(listed) // 2
        half = listed[:middle] if first else listed[middle:]
        if half:
            halves[table] = {**asked, "Keys": half} if isinstance(asked, dict) else half
    return halves
