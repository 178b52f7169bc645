"""Who listens to a subscription in a test, and what they heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.engine.clock import ManualClock
from appsync_emu.testing.values import plural
from appsync_emu.testing.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator
    from types import TracebackType
    from typing import Self

    from appsync_emu.client import Subscription
    from appsync_emu.engine.emulator import Emulator

__all__ = ["AsyncSubscriber", "Subscriber", "SubscriberView"]


class SubscriberView:
    """What a subscription has delivered so far.

    Attributes:
        field: the subscription field, when one was named; else ``None``.
    """

    def __init__(self, emulator: Emulator, field: str | None) -> None:
        self.field = field
        self._emulator = emulator
        self._subscription: Subscription | None = None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Payloads of the ``data`` frames (``data``, perhaps ``errors``), oldest first."""
        return list(self._subscription.payloads) if self._subscription is not None else []

    @property
    def frames(self) -> list[dict[str, Any]]:
        """Every frame that the server sent, oldest first."""
        return list(self._subscription.frames) if self._subscription is not None else []

    @property
    def data(self) -> list[Any]:
        """What stood under the subscription field in each message."""
        return [
            next(iter(message["data"].values())) for message in self.messages if message.get("data")
        ]

    @property
    def statuses(self) -> list[str]:
        """The statuses in :attr:`data`, under the name that the API gives them."""
        name = self._emulator.api.trace.fields.status
        return [line[name] for line in self.data if line is not None]

    def nothing_more(self) -> Verdict:
        """Whether nothing more can arrive: nothing is under way and nothing is due."""
        emulator = self._emulator
        live = emulator.dispatcher.live
        heard = plural(len(self.messages), "message")
        if live:
            return Verdict(False, f"{plural(live, 'delivery')} not ended yet: settle() first")  # noqa: FBT003 - a verdict's first word
        if isinstance(emulator.clock, ManualClock) and not emulator.clock.still:
            return Verdict(False, "something is still due: settle() first")  # noqa: FBT003 - as above
        return Verdict(True, f"nothing is under way or due; {heard}")  # noqa: FBT003 - as above

    def _close(self) -> None:
        if self._subscription is not None:
            self._subscription.close()

    def __repr__(self) -> str:
        what = self.field or "a document"
        return f"<{type(self).__name__} of {what}: {plural(len(self.messages), 'message')}>"


class Subscriber(SubscriberView):
    """See :class:`SubscriberView`; in a test without ``await``."""

    def __init__(
        self, emulator: Emulator, field: str | None, close: Callable[[Callable[[], None]], None]
    ) -> None:
        super().__init__(emulator, field)
        self._do_close = close

    def close(self) -> None:
        """Stop listening; harmless when that was done already."""
        self._do_close(self._close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncSubscriber(SubscriberView):
    """See :class:`SubscriberView`; await it, or enter it with ``async with``, to start."""

    def __init__(
        self, emulator: Emulator, field: str | None, start: Callable[[], Awaitable[Subscription]]
    ) -> None:
        super().__init__(emulator, field)
        self._start = start

    async def _started(self) -> Self:
        if self._subscription is None:
            self._subscription = await self._start()
        return self

    async def close(self) -> None:
        """Stop listening; harmless when that was done already."""
        self._close()

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
        await self.close()
