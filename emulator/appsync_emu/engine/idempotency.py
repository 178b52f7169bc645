"""Which idempotency keys were handled already, and which are being handled now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from appsync_emu.core.jsonvalue import Json

__all__ = ["Claim", "IdempotencyStore", "key_of"]

KEYS_MAX = 100_000
"""Keys that are remembered; the oldest go first. (Powertools forgets after an hour.)"""

T = TypeVar("T", bound="Hashable")


class Claim(Enum):
    """The answer to a claim."""

    NEW = "new"
    BUSY = "busy"
    DONE = "done"


def key_of(path: str | None, event: Mapping[str, Json]) -> str | None:
    """The idempotency key that a dotted path finds in the event; ``None`` when it finds none.

    As for Powertools, nothing and an empty text are no key.
    """
    if path is None:
        return None
    value: Json = event
    for part in path.split("."):
        if not (type(value) is dict or isinstance(value, Mapping)) or part not in value:
            return None
        value = value[part]
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


class IdempotencyStore(Generic[T]):
    """Keys by component. ``T`` is whoever claims a key and may have to wait for it."""

    def __init__(self) -> None:
        self._done: dict[tuple[str, str], None] = {}
        self._busy: dict[tuple[str, str], tuple[T, list[T]]] = {}

    def claim(self, component: str, key: str, by: T) -> Claim:
        """Ask to handle a key.

        ``NEW``: go ahead, then :meth:`complete` or :meth:`release` it. ``BUSY``: another delivery
        has it; ``by`` is remembered and handed out by :meth:`release`. ``DONE``: nothing to do.
        """
        name = (component, key)
        if name in self._done:
            return Claim.DONE
        holder = self._busy.get(name)
        if holder is None:
            self._busy[name] = (by, [])
        elif holder[0] != by:
            holder[1].append(by)
            return Claim.BUSY
        return Claim.NEW

    def complete(self, component: str, key: str) -> None:
        """The handler returned: the key is never handled again."""
        self._done[component, key] = None
        if len(self._done) > KEYS_MAX:
            del self._done[next(iter(self._done))]

    def release(self, component: str, key: str, by: T) -> list[T]:
        """``by`` has ended; those who waited for the key may claim it now."""
        name = (component, key)
        holder = self._busy.get(name)
        if holder is None or holder[0] != by:
            return []
        del self._busy[name]
        return holder[1]
