"""Who listens to a subscription in a test, and what they heard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from appsync_emu.client import Follower
from appsync_emu.core.comparisons import holds
from appsync_emu.core.faults.close import CUT, CloseEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.engine.clock import ManualClock
from appsync_emu.testing.values import plural
from appsync_emu.testing.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator
    from types import TracebackType
    from typing import Self

    from appsync_emu.client import ClientNote, Subscription
    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.testing.faults import FaultHandle

__all__ = ["AsyncSubscriber", "Subscriber", "SubscriberView"]


def _yes(why: str) -> Verdict:
    return Verdict(holds=True, why=why)


def _no(why: str) -> Verdict:
    return Verdict(holds=False, why=why)


class SubscriberView:
    """What a subscription has delivered so far.

    A connection that is lost is opened again, after 1, 2, 4... 30 s. Who was subscribed with
    ``of=`` then also asks for what it has missed; others have missed it.

    Attributes:
        field: the subscription field, when one was named; else ``None``.
    """

    def __init__(
        self,
        emulator: Emulator,
        field: str | None,
        source: Subscription | Follower,
        arm: Callable[[Fault], FaultHandle],
    ) -> None:
        self.field = field
        self._emulator = emulator
        self._source = source
        self._follower = source if isinstance(source, Follower) else None
        self._subscription = source.subscription if isinstance(source, Follower) else source
        self._arm = arm

    @property
    def label(self) -> str:
        """What faults call it: ``subscriber="watcher"``."""
        return self._subscription.name

    @property
    def trace_id(self) -> str | None:
        """The trace that it follows; ``None`` unless it was subscribed with ``of=``."""
        return self._follower.trace_id if self._follower is not None else None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Payloads of the ``data`` frames (``data``, perhaps ``errors``), oldest first."""
        return list(self._subscription.payloads)

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Every frame that could be read, oldest first."""
        return list(self._subscription.frames)

    @property
    def data(self) -> list[Any]:
        """What stood under the subscription field in each message."""
        return [
            next(iter(message["data"].values())) for message in self.messages if message.get("data")
        ]

    @property
    def lines(self) -> list[Any]:
        """What it knows: :attr:`data`; with ``of=``, the trace in order, each status once."""
        return self.data if self._follower is None else self._follower.lines

    @property
    def statuses(self) -> list[str]:
        """The statuses in :attr:`lines`, under the name that the API gives them."""
        name = self._emulator.api.trace.fields.status
        return [line[name] for line in self.lines if line is not None]

    @property
    def reconnects(self) -> int:
        """How often it was connected again after it had lost its connection."""
        return self._subscription.reconnects

    @property
    def duplicates(self) -> int:
        """How many messages told again what another had told."""
        if self._follower is not None:
            return self._follower.duplicates
        seen = self.messages
        return sum(message in seen[:place] for place, message in enumerate(seen))

    @property
    def closures(self) -> list[tuple[int, str]]:
        """Close codes and reasons of the connections that it has lost."""
        return list(self._subscription.closures)

    @property
    def notes(self) -> list[ClientNote]:
        """What it put up with: frames that could not be read, connections that were silent."""
        return list(self._subscription.notes)

    def __len__(self) -> int:
        return len(self.lines)

    def __bool__(self) -> bool:
        return True  # somebody who has heard nothing is somebody all the same

    def __iter__(self) -> Iterator[Any]:
        return iter(self.lines)

    def __getitem__(self, number: int) -> Any:  # noqa: ANN401 - what the subscription selected
        """Event ``number`` of :attr:`lines`, from 0; from the end when it is negative."""
        lines = self.lines
        if not -len(lines) <= number < len(lines):
            raise IndexError(f"there is no event {number}: {plural(len(lines), 'event')} so far")
        return lines[number]

    def saw(self, *wanted: object) -> Verdict:
        """Whether it heard exactly this, in this order.

        Args:
            wanted: for each event a status, or a mapping with a part of the event.
        """
        name = self._emulator.api.trace.fields.status
        lines = self.lines
        told = [
            line[name] if isinstance(line, Mapping) and name in line else line for line in lines
        ]
        for number, want in enumerate(wanted):
            if number >= len(lines):
                heard = ", ".join(map(repr, told)) or "nothing"
                return _no(f"wanted event {number + 1} to be {want!r}; heard {heard}")
            found = lines[number] if isinstance(want, Mapping) else told[number]
            if not holds(want, found):
                return _no(
                    f"wanted event {number + 1} to be {want!r}; it is {found!r},"
                    f" of {', '.join(map(repr, told))}",
                )
        if len(lines) > len(wanted):
            more = ", ".join(map(repr, told[len(wanted) :]))
            return _no(f"heard more than the {len(wanted)} that were wanted: {more}")
        return _yes(f"heard {plural(len(wanted), 'event')} as wanted")

    def nothing_more(self) -> Verdict:
        """Whether nothing more can arrive: nothing is under way and nothing is due."""
        emulator = self._emulator
        live = emulator.dispatcher.live
        heard = plural(len(self.messages), "message")
        if live:
            return _no(f"{plural(live, 'delivery')} not ended yet: settle() first")
        if isinstance(emulator.clock, ManualClock) and not emulator.clock.still:
            return _no("something is still due: settle() first")
        if self._subscription.trying:
            return _no("it has lost its connection, and goes on trying")
        return _yes(f"nothing is under way or due; {heard}")

    def drop_after(self, messages: int, *, code: int = CUT, reason: str = "") -> FaultHandle:
        """Let it lose its connection, once, in the place of a message.

        Args:
            messages: how many more arrive before.
            code: the close code; 1006 means cut, without a closing handshake.
            reason: text for people.
        """
        fault_id, number = f"drop {self.label}", 1
        while fault_id in self._emulator.faults.struck:
            number += 1
            fault_id = f"drop {self.label} {number}"
        return self._arm(
            Fault(
                fault_id=fault_id,
                point=Point.FRAME,
                effect=CloseEffect(code, reason),
                match=Match(subscriber=self.label, frame="data"),
                strike=Strike(skip=messages, first=1, per="subscriber"),
            )
        )

    def drop(self, *, code: int = CUT, reason: str = "") -> None:
        """Let it lose its connection now; harmless when it has none.

        Args:
            code: the close code; 1006 means cut, without a closing handshake.
            reason: text for people.
        """
        self._subscription.cut(code, reason)

    def _close(self) -> None:
        self._subscription.close()

    def __repr__(self) -> str:
        what = self.field or "a document"
        return f"<{type(self).__name__} of {what}: {plural(len(self.messages), 'message')}>"


class Subscriber(SubscriberView):
    """See :class:`SubscriberView`; in a test without ``await``.

    Left with ``with``, it first gets the connection back that it has lost, if it has.
    """

    def __init__(
        self,
        emulator: Emulator,
        field: str | None,
        source: Subscription | Follower,
        arm: Callable[[Fault], FaultHandle],
        part: Callable[[Subscription | Follower, bool], None],
    ) -> None:
        super().__init__(emulator, field, source, arm)
        self._part = part

    def close(self) -> None:
        """Stop listening; harmless when that was done already."""
        self._part(self._source, False)  # noqa: FBT003 - not waiting

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._part(self._source, kind is None)


class AsyncSubscriber(SubscriberView):
    """See :class:`SubscriberView`; await it, or enter it with ``async with``, to start.

    Left with ``async with``, it first gets the connection back that it has lost, if it has.
    """

    def __init__(
        self,
        emulator: Emulator,
        field: str | None,
        source: Subscription | Follower,
        arm: Callable[[Fault], FaultHandle],
        start: Callable[[Subscription | Follower], Awaitable[None]],
        part: Callable[[Subscription | Follower, bool], Awaitable[None]],
    ) -> None:
        super().__init__(emulator, field, source, arm)
        self._start = start
        self._part = part
        self._begun = False

    async def _started(self) -> Self:
        if not self._begun:
            self._begun = True
            await self._start(self._source)
        return self

    async def close(self) -> None:
        """Stop listening; harmless when that was done already."""
        await self._part(self._source, False)  # noqa: FBT003 - not waiting

    def __await__(self) -> Generator[Any, None, Self]:
        return self._started().__await__()

    async def __aenter__(self) -> Self:
        return await self._started()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._part(self._source, kind is None)
