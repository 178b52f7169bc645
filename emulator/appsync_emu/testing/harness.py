"""The harnesses: an emulator in virtual time, for tests with and without ``await``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from appsync_emu.testing.core import HarnessCore
from appsync_emu.testing.explain import AsyncTrace, Trace
from appsync_emu.testing.portal import Portal, loop_is_ours_to_use
from appsync_emu.testing.subscriber import AsyncSubscriber, Subscriber
from appsync_emu.testing.violations import ensure, leave

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from types import TracebackType
    from typing import Self

    from appsync_emu.client import Follower, Response, Subscription
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.testing.core import What
    from appsync_emu.testing.explain import TraceView
    from appsync_emu.testing.values import Command, Duration

__all__ = ["AsyncHarness", "Harness"]

T = TypeVar("T")


class Harness(HarnessCore):
    """The fixture ``appsync``: send commands, arm faults, move time, look at what came of it.

    Nothing happens between the lines of a test: handlers are called while time moves, in
    :meth:`advance`, :meth:`settle` and ``trace.ended()``.

    Elsewhere than in the fixture, enter it with ``with``: left without an exception, it raises an
    ``AssertionError`` that tells the broken invariants, if there are any.

    Args:
        api: a loaded API, from :func:`appsync_emu.load` or a :class:`appsync_emu.Registry`.
        seed: what ids and chance come from.
        start_ns: where virtual time begins, in nanoseconds since the Unix epoch.
        schema: the built schema of ``api``, when somebody has it already.
        faults: faults that are armed from the start; here none has to strike.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed through
        super().__init__(*args, **options)
        self._portal = Portal()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        __tracebackhide__ = True
        try:
            if error is None:
                ensure(self)
        except AssertionError as broken:
            error = broken
            raise
        finally:
            leave(self, error)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        __tracebackhide__ = True
        return self._portal.run(work)

    def send(
        self, command: str | Command, arguments: Mapping[str, Json] | None = None, /, **more: Json
    ) -> Trace:
        """Send a command as a client would; what becomes of it.

        Args:
            command: its field name, or ``Type.field`` where two share one; or a command with its
                arguments, as :mod:`appsync_emu.strategies` draws them.
            arguments: of the mutation; when ``input`` is its only argument, that one's value.
            more: the same, as keywords.

        Raises:
            CommandRefused: the answer had errors.
            UsageError: there is no such command.
        """
        __tracebackhide__ = True
        return self.trace(self._run(self._send(command, {**(arguments or {}), **more})))

    def trace(self, trace_id: str) -> Trace:
        """The trace of that id.

        Raises:
            UsageError: there is none.
        """
        __tracebackhide__ = True
        end: Callable[[str], None] = lambda of: self._run(self._ended(of))  # noqa: E731 - typed
        return Trace(self.emulator, self._known(trace_id), self.start_ns, end)

    def query(
        self, what: str, variables: Mapping[str, Json] | None = None, /, **more: Json
    ) -> Response:
        """Run a query.

        Args:
            what: a GraphQL document, or the name of a field (dotted inside a namespace), which
                selects all leaf fields.
            variables: of the document, or arguments of the field.
            more: the same, as keywords.

        Returns:
            ``data``, ``errors``, ``status``, ``headers``, and ``value``: what stands under the
            only root field.
        """
        __tracebackhide__ = True
        return self._run(self._request("query", what, variables, more))

    def mutate(
        self, what: str, variables: Mapping[str, Json] | None = None, /, **more: Json
    ) -> Response:
        """Run a mutation; see :meth:`query`."""
        __tracebackhide__ = True
        return self._run(self._request("mutation", what, variables, more))

    def subscribe(
        self,
        what: str,
        variables: Mapping[str, Json] | None = None,
        /,
        *,
        of: TraceView | str | None = None,
        label: str | None = None,
        **more: Json,
    ) -> Subscriber:
        """Listen to a subscription, until the test ends or the subscriber is closed.

        Args:
            what: a GraphQL document, or the name of a subscription field.
            variables: of the document, or arguments of the field.
            of: whose statuses: a trace, its id, or the name of a command, which means the trace
                that the next :meth:`send` of it begins. Such a subscriber also asks for the
                statuses that there were before, and for those that it missed.
            label: what faults call it (``subscriber="watcher"``); a number unless given.
            more: as ``variables``, as keywords.

        Raises:
            SubscriptionRefused: the answer was an error.
        """
        __tracebackhide__ = True
        field, source = self._listening(what, of, variables, more, label)
        subscriber = Subscriber(self.emulator, field, source, self._arm, self._parted)
        self._run(self._open(source))
        self.subscribers.append(subscriber)
        return subscriber

    def _parted(self, source: Subscription | Follower, wait: bool) -> None:  # noqa: FBT001 - called by subscribers alone
        __tracebackhide__ = True
        self._run(self._part(source, wait=wait))

    def redrive(self, what: What = None) -> None:
        """Send dead letters to their components again, under the same trace.

        Args:
            what: a trace, a letter, the id of either; all unless given.

        Raises:
            UsageError: there is no such letter.
        """
        __tracebackhide__ = True
        self._run(self._redrive(what))

    def discard(self, what: What = None) -> None:
        """Throw dead letters away; see :meth:`redrive`."""
        __tracebackhide__ = True
        self._run(self._discard(what))

    def advance(self, amount: Duration) -> None:
        """Move time on; everything due up to and including the target happens.

        Args:
            amount: ``"14m 59s"``, seconds, or a ``timedelta``.
        """
        __tracebackhide__ = True
        self._run(self._advance(amount))

    def settle(self, within: Duration | None = None) -> None:
        """Move time on until nothing more can happen.

        Args:
            within: virtual time that this may take; 30 days unless given.

        Raises:
            LivenessError: something is still due then.
        """
        __tracebackhide__ = True
        self._run(self._settle(within))

    def _stop(self) -> None:
        self._run(self._stopped())
        self._portal.close()

    async def _stopped(self) -> None:
        self._leave()
        await self.emulator.aclose()


class AsyncHarness(HarnessCore):
    """The fixture ``appsync_async``: what may wait is awaited, on the test's own loop.

    The names are those of :class:`Harness`. Under uvloop and trio, whose time cannot be virtual,
    the emulator runs on a loop of its own, in a thread, while the test waits.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - handed through
        super().__init__(*args, **options)
        self._portal: Portal | None = None

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        __tracebackhide__ = True
        if self._portal is None and loop_is_ours_to_use():
            return await work
        self._portal = self._portal or Portal()
        return self._portal.run(work)

    async def send(
        self, command: str | Command, arguments: Mapping[str, Json] | None = None, /, **more: Json
    ) -> AsyncTrace:
        """See :meth:`Harness.send`."""
        __tracebackhide__ = True
        return self.trace(await self._run(self._send(command, {**(arguments or {}), **more})))

    def trace(self, trace_id: str) -> AsyncTrace:
        """See :meth:`Harness.trace`."""
        __tracebackhide__ = True
        return AsyncTrace(
            self.emulator,
            self._known(trace_id),
            self.start_ns,
            lambda of: self._run(self._ended(of)),
        )

    async def query(
        self, what: str, variables: Mapping[str, Json] | None = None, /, **more: Json
    ) -> Response:
        """See :meth:`Harness.query`."""
        __tracebackhide__ = True
        return await self._run(self._request("query", what, variables, more))

    async def mutate(
        self, what: str, variables: Mapping[str, Json] | None = None, /, **more: Json
    ) -> Response:
        """See :meth:`Harness.mutate`."""
        __tracebackhide__ = True
        return await self._run(self._request("mutation", what, variables, more))

    def subscribe(
        self,
        what: str,
        variables: Mapping[str, Json] | None = None,
        /,
        *,
        of: TraceView | str | None = None,
        label: str | None = None,
        **more: Json,
    ) -> AsyncSubscriber:
        """See :meth:`Harness.subscribe`; await the subscriber, or enter it with ``async with``."""
        __tracebackhide__ = True
        field, source = self._listening(what, of, variables, more, label)
        subscriber = AsyncSubscriber(
            self.emulator,
            field,
            source,
            self._arm,
            lambda opened: self._run(self._open(opened)),
            lambda left, wait: self._run(self._part(left, wait=wait)),
        )
        self.subscribers.append(subscriber)
        return subscriber

    async def redrive(self, what: What = None) -> None:
        """See :meth:`Harness.redrive`."""
        __tracebackhide__ = True
        await self._run(self._redrive(what))

    async def discard(self, what: What = None) -> None:
        """See :meth:`Harness.discard`."""
        __tracebackhide__ = True
        await self._run(self._discard(what))

    async def advance(self, amount: Duration) -> None:
        """See :meth:`Harness.advance`."""
        __tracebackhide__ = True
        await self._run(self._advance(amount))

    async def settle(self, within: Duration | None = None) -> None:
        """See :meth:`Harness.settle`."""
        __tracebackhide__ = True
        await self._run(self._settle(within))

    def _stop(self) -> None:
        if self._portal is None:
            super()._stop()
            return
        self._portal.run(self._stopped())
        self._portal.close()

    async def _stopped(self) -> None:
        self._leave()
        await self.emulator.aclose()
