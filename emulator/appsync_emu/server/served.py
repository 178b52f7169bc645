"""What a server serves: an emulator, until a fresh one replaces it, and the faults it knows."""

from __future__ import annotations

import asyncio
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from appsync_emu.core.faults.plan import Fault
    from appsync_emu.core.jsonvalue import JsonObject
    from appsync_emu.engine.emulator import Emulator

__all__ = [
    "KNOWN_MAX",
    "KnownFault",
    "ReadFault",
    "Served",
    "UnknownNameError",
    "WrongFaultError",
    "did_you_mean",
]

KNOWN_MAX = 200
"""Faults that a server knows at a time, as many as a scenario file may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFault:
    """A fault that can be armed by its id.

    Attributes:
        fault: as it is armed.
        armed: whether from the start.
        note: what its author says about it.
        written: as it was written, in a file or in JSON; ``None`` when it was made in Python.
    """

    fault: Fault
    armed: bool = True
    note: str = ""
    written: JsonObject | None = None


ReadFault: TypeAlias = "Callable[[JsonObject], KnownFault]"
"""Reads a fault as it stands in a scenario file; raises :class:`UsageError` with all mistakes."""


class UnknownNameError(UsageError):
    """There is nothing of that name."""


class WrongFaultError(UsageError):
    """What a client wrote is no fault, or none for this API."""


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """``'; did you mean "x"?'``, or nothing when no known word is near."""
    close = difflib.get_close_matches(wrong[:200], list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


class Served:
    """The emulator that is served at present, and its faults.

    Args:
        emulator: serves until it is replaced.
        faults: what can be armed; those that are ``armed`` are, in ``emulator``, already.
        read: reads faults that clients send; without it they are refused.
        fresh: makes the next emulator, armed as the first was; without it there is none.

    Attributes:
        emulator: the present one.
    """

    def __init__(
        self,
        emulator: Emulator,
        *,
        faults: Iterable[KnownFault] = (),
        read: ReadFault | None = None,
        fresh: Callable[[], Emulator] | None = None,
    ) -> None:
        self.emulator = emulator
        self._first = {known.fault.fault_id: known for known in faults}
        self._known = dict(self._first)
        self._read = read
        self._fresh = fresh
        self._followers: list[Callable[[Emulator], None]] = []
        self._resetting = asyncio.Lock()

    # Worlds.

    def follow(self, follower: Callable[[Emulator], None]) -> None:
        """Have ``follower`` told of each new emulator."""
        self._followers.append(follower)

    async def reset(self) -> None:
        """Begin anew: everything that happened is forgotten, faults are armed as at the start.

        Raises:
            UsageError: the emulator belongs to somebody who made it in Python.
        """
        if self._fresh is None:
            raise UsageError(
                "this server cannot be reset: Python code made its emulator and holds on to it;"
                " let each test make its own, or use `appsync-emu serve`"
            )
        async with self._resetting:
            # First the old one: what it still runs must not write into what the new one empties.
            await self.emulator.aclose()
            self.emulator = self._fresh()
            self._known = dict(self._first)
            for follower in self._followers:
                follower(self.emulator)

    # Faults.

    def faults(self) -> list[dict[str, Any]]:
        """Every fault: those that are armed in the order in which they are asked, then the rest."""
        plan = self.emulator.faults
        armed = {fault.fault_id: fault for fault in plan.armed}
        known = {name: one.fault for name, one in self._known.items() if name not in armed}
        return [
            {
                "id": name,
                "armed": name in armed,
                "struck": plan.struck[name],
                "point": fault.point.value,
                "says": str(fault),
                "note": self._known[name].note if name in self._known else "",
                "fault": self._known[name].written if name in self._known else None,
            }
            for name, fault in {**armed, **known}.items()
        ]

    def arm_known(self, name: str) -> list[str]:
        """Arm a known fault, or with ``all`` every one that is not armed; what was armed now.

        Raises:
            UnknownNameError: there is none of that id.
        """
        armed = self._armed()
        if name != "all":
            self._ensure_known(name)
        names = [one for one in self._known if name in ("all", one) and one not in armed]
        for one in names:
            self.emulator.arm(self._known[one].fault)
        return names

    def arm_written(self, written: JsonObject) -> list[str]:
        """Arm a fault that a client wrote; its id, in a list.

        Raises:
            WrongFaultError: it has mistakes.
            UsageError: it is armed already, or there are too many.
        """
        if self._read is None:
            raise UsageError(
                "this server reads no faults: arm them in Python, or use `appsync-emu serve`"
            )
        try:
            known = self._read(written)
        except UsageError as wrong:
            raise WrongFaultError(wrong.mistakes) from None
        name = known.fault.fault_id
        if name in self._armed():
            raise UsageError(f'the fault "{name}" is armed already; heal it first')
        if name not in self._known and len(self._known) >= KNOWN_MAX:
            raise UsageError(
                f"{KNOWN_MAX} faults are known; use their ids again, or reset the server"
            )
        self.emulator.arm(known.fault)
        self._known[name] = known
        return [name]

    def heal(self, name: str | None = None) -> list[str]:
        """Disarm one fault, or all; what was armed until now.

        Raises:
            UnknownNameError: there is none of that id.
        """
        armed = self._armed()
        if name is not None:
            self._ensure_known(name)
        self.emulator.heal(name)
        return [one for one in armed if name in (None, one)]

    def _armed(self) -> dict[str, None]:
        return dict.fromkeys(fault.fault_id for fault in self.emulator.faults.armed)

    def _ensure_known(self, name: str) -> None:
        names = {**self._known, **self._armed()}
        if name not in names:
            known = ", ".join(names) or "there is none at all"
            raise UnknownNameError(
                f'there is no fault "{name[:200]}"{did_you_mean(name, names)} (known: {known})'
            )
