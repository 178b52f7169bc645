"""Where chance and ids come from: one seed, and a key for every decision.

A draw is a hash of the seed and a key, never the next number of a stream, so that adding or
removing one thing shifts nobody else's luck. Without a seed one is drawn from the system.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json

__all__ = ["Entropy"]

_BITS_OF_FLOAT = 53
_KEYS_MAX = 100_000
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
# Made once: json.dumps makes a new one whenever it is given an option.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode
_REQUEST_STEP = 0x9E3779B97F4B
_REQUEST_MASK = (1 << 48) - 1


class Entropy:
    """Ids and draws of one emulator.

    Args:
        seed: any integer; ``None`` draws one from the operating system. Nobody can ask for the
            same ids again then, so they count up instead of being hashed from their keys.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._counts_up = False
        self.seed = int.from_bytes(os.urandom(8)) if seed is None else seed
        self._key = blake2b(str(self.seed).encode(), digest_size=32).digest()
        self._seen: Counter[bytes] = Counter()
        self._requests = 0
        first = self.uuid("request")
        self._request_head, self._request_base = first[:24], int(first[24:], 16)
        self._counts_up = seed is None

    def _digest(self, kind: str, key: tuple[object, ...]) -> bytes:
        text = "\0".join((kind, *map(str, key)))
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=16, key=self._key).digest()

    def draw(self, *key: object) -> float:
        """A number in [0, 1) that belongs to ``key``."""
        number = int.from_bytes(self._digest("draw", key)[:8])
        return (number >> (64 - _BITS_OF_FLOAT)) / (1 << _BITS_OF_FLOAT)

    def uuid(self, *key: object) -> str:
        """A version 4 UUID that belongs to ``key``; without a seed, just a new one."""
        if self._counts_up:
            return self.request_id()
        digits = self._digest("uuid", key).hex()
        variant = f"{_VARIANT[digits[16]]}{digits[17:20]}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}-{digits[20:]}"

    def request_id(self) -> str:
        """A new request id; the one kind of id that counts up, for requests have no content."""
        self._requests += 1
        # A step that is odd visits every number before one comes again.
        number = (self._request_base + self._requests * _REQUEST_STEP) & _REQUEST_MASK
        return f"{self._request_head}{number:012x}"

    def occurrence(self, name: str, content: Json) -> tuple[str, str, int]:
        """A key for something that has a name and a content: how often it was seen before.

        So the id of a command depends on what it says and not on what else was sent.
        """
        if self._counts_up:
            return name, "", 0
        body = _encode(content)
        digest = blake2b(
            f"{name}\0{body}".encode("utf-8", "surrogatepass"), digest_size=12
        ).digest()
        if len(self._seen) >= _KEYS_MAX:
            self._seen.clear()
            self._key = blake2b(self._key, digest_size=32).digest()  # no id is ever made twice
        self._seen[digest] += 1
        return name, digest.hex(), self._seen[digest]
