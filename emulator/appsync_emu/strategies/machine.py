"""A state machine that sends commands while things go wrong, and looks whether all ends well."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
)

from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.errors import CommandRefused, SubscriptionRefused, UsageError
from appsync_emu.graph.schema import build
from appsync_emu.strategies.drawn_commands import command
from appsync_emu.strategies.drawn_faults import fault
from appsync_emu.strategies.plain import Duration, Seed, durations, seeds
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.violations import ensure, leave

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from appsync_emu.core.api import Api
    from appsync_emu.testing.explain import Trace
    from appsync_emu.testing.values import Command

__all__ = ["CommandMachine"]


def _commands_of(machine: CommandMachine) -> st.SearchStrategy[Command]:
    return machine._commands  # noqa: SLF001 - a half of it


def _faults_of(machine: CommandMachine) -> st.SearchStrategy[Fault]:
    return machine._faults  # noqa: SLF001 - as above


class CommandMachine(RuleBasedStateMachine):
    """Sends, repeats, breaks, heals and waits in any order; what was accepted must end well.

    Make a subclass with an API, and give pytest its ``TestCase``::

        class Orders(CommandMachine):
            api = load("appsync.yaml")
            commands = ["placeOrder", "cancelOrder"]

        TestOrders = Orders.TestCase

    The invariants are checked whenever everything has come to rest, and at the end.

    Attributes:
        api: whose commands.
        commands: names of the commands that are sent; all of the API unless given.
        arguments: strategies for arguments, by command; see :func:`~.drawn_commands.command`.
        points: where faults strike; see :func:`~.drawn_faults.faults`.
        kinds: which faults; the same.
        appsync: the harness of this run.
        traces: what was accepted, by label.
    """

    api: ClassVar[Api | None] = None
    commands: ClassVar[Sequence[str]] = ()
    arguments: ClassVar[Mapping[str, Mapping[str, st.SearchStrategy[Any]]]] = {}
    points: ClassVar[Collection[str] | None] = None
    kinds: ClassVar[Collection[str] | None] = None

    sent: Bundle[Command] = Bundle("sent")

    _commands: ClassVar[st.SearchStrategy[Command]]
    _faults: ClassVar[st.SearchStrategy[Fault]]

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401 - handed through
        super().__init_subclass__(**options)
        if cls.api is not None:
            names = cls.commands or list(cls.api.commands)
            cls._commands = st.one_of(
                *(command(cls.api, name, arguments=cls.arguments.get(name)) for name in names)
            )
            cls._faults = fault(cls.points, cls.kinds, api=cls.api)

    def __init__(self) -> None:
        super().__init__()
        if self.api is None:
            raise UsageError(f'{type(self).__name__} has no API: api = load("appsync.yaml")')
        self.traces: dict[str, Trace] = {}
        self._numbers: dict[str, int] = {}
        self._harness: Harness | None = None

    @property
    def appsync(self) -> Harness:
        """The harness of this run."""
        if self._harness is None:
            assert self.api is not None  # noqa: S101 - __init__ says so
            self._harness = Harness(self.api, schema=build(self.api.schema))
        return self._harness

    def check(self) -> None:
        """What must hold whenever nothing can happen any more; a subclass may add to it.

        Raises:
            AssertionError: a broken invariant.
        """
        __tracebackhide__ = True
        ensure(self.appsync)

    # The rules.

    @initialize(seed=seeds())
    def begin(self, seed: Seed) -> None:
        """Each run has its own seed."""
        assert self.api is not None  # noqa: S101 - __init__ says so
        self._harness = Harness(self.api, seed=seed, schema=build(self.api.schema))

    @rule(target=sent, one=st.runner().flatmap(_commands_of))
    def send(self, one: Command) -> Any:  # noqa: ANN401 - what Hypothesis puts into a bundle
        """Send a command; one that is refused leaves nothing behind."""
        return self._send(one)

    @rule(target=sent, one=sent)
    def send_again(self, one: Command) -> Any:  # noqa: ANN401 - as above
        """Send a command once more, with the same arguments and so the same idempotency key."""
        return self._send(one)

    @rule(one=st.runner().flatmap(_faults_of))
    def inject(self, one: Fault) -> None:
        """Arm a fault."""
        self._arm(one)

    @precondition(lambda self: self.appsync.emulator.faults.armed)
    @rule()
    def heal(self) -> None:
        """Disarm every fault."""
        self.appsync.heal()

    @rule(by=durations())
    def advance(self, by: Duration) -> None:
        """Let time pass."""
        self.appsync.advance(by)

    @precondition(lambda self: self.api.trace.subscription)
    @rule(one=sent)
    def subscribe(self, one: Command) -> None:
        """Follow the trace of a command."""
        names = self.appsync.emulator.api.trace
        field = (names.subscription or "").partition(".")[2]
        label = self._name("watcher")
        with suppress(SubscriptionRefused):
            self.appsync.subscribe(field, of=self.traces[one.label or ""], label=label)

    @precondition(lambda self: self.appsync.subscribers)
    @rule()
    def drop_socket(self) -> None:
        """Let the newest subscriber lose its connection, in the place of its next message."""
        label = self.appsync.subscribers[-1].label
        self._arm(
            Fault(
                fault_id="drop-socket",
                point=Point.FRAME,
                effect=CloseEffect(),
                match=Match(subscriber=label, frame="data"),
                strike=Strike(limit=1),
            )
        )

    @precondition(lambda self: self.appsync.deadletters)
    @rule()
    def redrive(self) -> None:
        """Send every dead letter again."""
        self.appsync.redrive()

    @rule()
    def settle(self) -> None:
        """Let time pass until nothing can happen any more; then all must be well."""
        self._come_to_rest()

    def teardown(self) -> None:
        """The same at the end: whatever was accepted must end. Then the harness is left."""
        failed = sys.exc_info()[1]
        try:
            if failed is None:
                self._come_to_rest()
        except BaseException as error:
            failed = error
            raise
        finally:
            leave(self.appsync, failed)

    def _come_to_rest(self) -> None:
        self.appsync.settle()
        self.check()

    def _arm(self, one: Fault) -> None:
        self.appsync._arm(replace(one, fault_id=self._name(one.fault_id)))  # noqa: SLF001 - a half of it

    def _send(self, one: Command) -> Any:  # noqa: ANN401 - as above
        labelled = replace(one, label=self._name(one.name.rpartition(".")[2]))
        try:
            trace = self.appsync.send(labelled)
        except CommandRefused:
            return multiple()
        self.traces[labelled.label or ""] = trace
        return labelled

    def _name(self, stem: str) -> str:
        """A name that is not in use: ``placeOrder-2``."""
        self._numbers[stem] = self._numbers.get(stem, 0) + 1
        return f"{stem}-{self._numbers[stem]}"
