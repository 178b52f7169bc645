"""What a harness does, once: the synchronous and the awaitable one are both made of this."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from appsync_emu.client import Client
from appsync_emu.core.letters import DeadLetter
from appsync_emu.engine.clock import GIVE_UP_S, START_NS, ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.errors import CommandRefused, LivenessError, UsageError
from appsync_emu.graph.documents import operation_for
from appsync_emu.testing.explain import Letters, TraceView
from appsync_emu.testing.faults import FaultHandle, fault_of
from appsync_emu.testing.timeline import timeline
from appsync_emu.testing.values import (
    Command,
    Did,
    changed_policy,
    did_you_mean,
    plural,
    seconds,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Iterator, Mapping

    from appsync_emu.client import Follower, Response, Subscription
    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.plan import Fault
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.engine.journal import Journal
    from appsync_emu.graph.schema import Schema
    from appsync_emu.testing.fault_words import FaultWords
    from appsync_emu.testing.subscriber import SubscriberView
    from appsync_emu.testing.values import Duration

__all__ = ["HarnessCore", "What"]

T = TypeVar("T")

NS = 1_000_000_000
_NAME = re.compile(r"[_A-Za-z][\w.]*")


class HarnessCore:
    """An emulator in virtual time, and everything about it that needs no waiting.

    Attributes:
        emulator: the emulator.
        clock: its :class:`~appsync_emu.engine.clock.ManualClock`.
        journal: everything that happened.
        seed: what ids and chance come from.
        headers: sent with every query, mutation and subscription, beside the API key.
        faults: the faults that this test armed.
        subscribers: who listens, or did.
        touched: ids of the traces that the test has in hand.
        start_ns: where virtual time began.
        give_up_s: virtual seconds that :meth:`settle` takes at most, unless told.
        waiting: faults by name that are known and not armed yet; see :meth:`arm`.
        history: what the test did, beside arming and healing: of these the journal tells.
        closed: whether it was closed.
    """

    def __init__(
        self,
        api: Api,
        *,
        seed: int = 0,
        start_ns: int = START_NS,
        schema: Schema | None = None,
        faults: Iterable[Fault] = (),
    ) -> None:
        for fresh in api.fresh:
            fresh()
        self.seed = seed
        self.clock = ManualClock(start_ns)
        self.emulator = Emulator(api, clock=self.clock, seed=seed, schema=schema)
        self.headers: dict[str, str] = {}
        self.faults: list[FaultHandle] = []
        self.subscribers: list[SubscriberView] = []
        self.touched: dict[str, None] = {}
        self.start_ns = start_ns
        self.waiting: dict[str, Fault] = {}
        self.give_up_s: float = GIVE_UP_S
        self._label: str | None = None
        self._numbers: Counter[str] = Counter()
        self._reserved: dict[str, list[str]] = {}
        self.closed = False
        self.history: list[Did] = []
        for fault in faults:
            self._arm(fault)

    @property
    def journal(self) -> Journal:
        """Everything that happened."""
        return self.emulator.journal

    @property
    def deadletters(self) -> Letters:
        """The dead letters that are neither redriven nor discarded, oldest first."""
        return Letters(self.emulator)

    @property
    def timeline(self) -> str:
        """Everything that happened, as plain text; the same seed gives the same text."""
        labels = {trace: f"t{n}" for n, trace in enumerate(self.journal.traces, start=1)}
        return "\n".join(timeline(self.journal.records, self.start_ns, labels))

    def fault(
        self, what: str | BaseException | type[BaseException], /, **words: Unpack[FaultWords]
    ) -> FaultHandle:
        """Arm a fault.

        Args:
            what: a name of the catalogue (``"network.reset"``; ``appsync-emu faults`` lists them),
                an exception (class or instance), or a kind of trouble: ``"delay"``, ``"hang"``,
                ``"crash"``, ``"drop"``, ``"duplicate"``, ``"reorder"``, ``"throttle"``,
                ``"outage"``, ``"close"``, ``"corrupt"``.
            words: where, to whom, when, and what more:
                :class:`~appsync_emu.testing.fault_words.FaultWords`. Anything else is refused, with
                the nearest valid word.

        Raises:
            UsageError: an unknown name or keyword, or one that makes no sense with the others.
        """
        __tracebackhide__ = True
        fault = fault_of(what, words, self.emulator.api, self.emulator.faults.struck)
        self.emulator.arm(fault)
        handle = FaultHandle(self.emulator, fault)
        self.faults.append(handle)
        return handle

    def _arm(self, fault: Fault) -> FaultHandle:
        """Arm a fault that is made already."""
        self.emulator.arm(fault)
        handle = FaultHandle(self.emulator, fault)
        self.faults.append(handle)
        return handle

    def arm(self, name: str) -> FaultHandle:
        """Arm a fault of the scenario file that waits for it, or one that was healed, again.

        Raises:
            UsageError: there is no such fault, or it is armed.
        """
        __tracebackhide__ = True
        if name in self.waiting:
            return self._arm(self.waiting.pop(name))
        for handle in self.faults:
            if handle.id == name:
                self.emulator.arm(handle.fault)
                return handle
        near = did_you_mean(name, [*self.waiting, *(handle.id for handle in self.faults)])
        raise UsageError(f"there is no fault {name!r}{near}")

    @contextmanager
    def labelled(self, label: str) -> Iterator[None]:
        """Commands that are sent inside of the ``with`` block have this label.

        Faults match it (``label="bulk"``), and chance is drawn by label and number instead of by
        what the command says, so that other commands may come and go.
        """
        before, self._label = self._label, label
        try:
            yield
        finally:
            self._label = before

    def heal(self) -> None:
        """Disarm every fault."""
        self.emulator.heal()

    def retry(
        self,
        component: str | None = None,
        *,
        max_retries: int | None = None,
        backoff: str | None = None,
        base: Duration | None = None,
        factor: float | None = None,
        cap: Duration | None = None,
        **unknown: object,
    ) -> None:
        """Change the retry policy for this test; what is left out stays.

        Args:
            component: of this component; of all unless given.
            max_retries: retries after the first attempt.
            backoff: ``"full-jitter"``, ``"equal-jitter"``, ``"decorrelated"``, ``"exponential"``,
                ``"fixed"`` or ``"none"``.
            base: the delay before the first retry, or with jitter its upper bound.
            factor: what the delay is multiplied with from retry to retry.
            cap: what no delay exceeds.
            unknown: anything else is refused, with the nearest valid word.

        Raises:
            UsageError: an unknown component or keyword, or a value that is not valid.
        """
        __tracebackhide__ = True
        components = self.emulator.api.components
        if component is not None and component not in components:
            near = did_you_mean(component, components)
            raise UsageError(f"the API has no component {component!r}{near}")
        words = {
            "max_retries": max_retries, "backoff": backoff, "base": base, "factor": factor,
            "cap": cap, **unknown,
        }  # fmt: skip
        dispatcher = self.emulator.dispatcher
        for name, spec in components.items():
            if component in (None, name):
                dispatcher.policies[name] = changed_policy(dispatcher.policy_of(spec), words)

    # What may wait; the two harnesses call these, each in its own way.

    def _did(self, verb: str, **words: object) -> dict[str, Any]:
        """Remember what the test does; its words, to which more may be added."""
        self.history.append(Did(self.journal.last, verb, words))
        return words

    async def _send(self, command: str | Command, arguments: Mapping[str, Json]) -> str:
        name = self._label
        if isinstance(command, Command):
            arguments, name = {**command.arguments, **arguments}, command.label or name
            command = command.name
        did = self._did("send", command=command, arguments=arguments, label=name)
        spec = self.emulator.command(command)
        reserved = self._reserved.get(spec.name)
        trace_id = reserved.pop(0) if reserved else None
        label = None
        if name is not None:
            self._numbers[name] += 1
            label = (name, self._numbers[name])
        try:
            found = await self._accepted(command, arguments, trace_id=trace_id, label=label)
        except CommandRefused:
            did["refused"] = True
            raise
        self.touched[found] = None
        return found

    async def _accepted(
        self,
        command: str,
        arguments: Mapping[str, Json],
        *,
        trace_id: str | None,
        label: tuple[str, int] | None,
    ) -> str:
        if self.emulator.sending_waits(command):
            sent = self.emulator.send_and_wait(command, arguments, trace_id=trace_id, label=label)
            return await self._until(self.clock.spawn(sent))
        # Nobody waits, so nothing moves: handlers are called when the test moves time.
        return self.emulator.send(command, arguments, trace_id=trace_id, label=label)

    async def _request(
        self, kind: str, what: str, variables: Mapping[str, Json] | None, more: Mapping[str, Json]
    ) -> Response:
        self._did(kind, what=what, arguments={**(variables or {}), **more})
        document, values = self._operation(kind, what, {**(variables or {}), **more})
        client = Client(self.emulator, self.headers)
        return await self._until(self.clock.spawn(client.execute(document, values)))

    async def _open(self, source: Subscription | Follower) -> None:
        await self._until(source.open())

    async def _part(self, source: Subscription | Follower, *, wait: bool) -> None:
        """Close a subscription; with ``wait``, not before it is connected again."""
        if wait and source.trying:
            with suppress(LivenessError):  # it is beyond hope
                await self._until(source.back())
        source.close()

    async def _ended(self, trace_id: str) -> None:
        did, began_ns = self._did("advance", seconds=0.0), self.clock.now_ns()
        await self._until(self.emulator.dispatcher.ended(trace_id))
        did["seconds"] = (self.clock.now_ns() - began_ns) / NS

    async def _redrive(self, what: What) -> None:
        letters = self._letters(what)
        self._did("redrive", letters=letters, all=what is None)
        for letter in letters:
            self.emulator.deadletters.redrive(letter)

    async def _discard(self, what: What) -> None:
        letters = self._letters(what)
        self._did("discard", letters=letters, all=what is None)
        for letter in letters:
            self.emulator.deadletters.discard(letter)

    async def _advance(self, amount: Duration) -> None:
        self._did("advance", seconds=seconds(amount))
        await self.clock.advance(seconds(amount))

    async def _settle(self, within: Duration | None) -> None:
        self._did("settle", seconds=None if within is None else seconds(within))
        try:
            await self.clock.settle(self.give_up_s if within is None else seconds(within))
        except LivenessError as stuck:
            views = (self._view(trace_id) for trace_id in self.journal.traces)
            left = [view for view in views if view.status == "accepted"]
            told = "; ".join(f"{view.label} {view.command}: {view.state}" for view in left[:3])
            more = f" and {plural(len(left) - 3, 'more trace')}" if len(left) > 3 else ""  # noqa: PLR2004 - three are told
            raise LivenessError(f"{stuck}. Not ended: {told or 'no trace'}{more}") from None

    async def _until(self, wanted: Awaitable[T]) -> T:
        return await self.clock.until(wanted)

    # The rest.

    def _known(self, trace_id: str) -> str:
        """``trace_id``, when the journal has it; from now on the test has it in hand."""
        if not self.journal.of_trace(trace_id):
            known = ", ".join(list(self.journal.traces)[:3]) or "there is none at all"
            raise UsageError(f"there is no trace {trace_id!r}; known: {known}")
        self.touched[trace_id] = None
        return trace_id

    def _listening(
        self,
        what: str,
        of: TraceView | str | None,
        variables: Mapping[str, Json] | None,
        more: Mapping[str, Json],
        label: str | None,
    ) -> tuple[str | None, Subscription | Follower]:
        """The field (if one was named) of a subscription, and who listens, not opened yet."""
        names = self.emulator.api.trace
        client = Client(self.emulator, self.headers)
        arguments = {**(variables or {}), **more}
        did = self._did("subscribe", what=what, of=None, arguments={**arguments}, label=label)
        field = what if _NAME.fullmatch(what) else None
        if of is not None:
            trace_id = self._trace_id(of)
            did["of"] = trace_id
            of_traces = f"{self.emulator.schema.subscription_type}.{what}" == names.subscription
            if of_traces and not arguments:
                return field, client.follower(trace_id, label=label)
            arguments[names.argument] = trace_id
        document, values = self._operation("subscription", what, arguments)
        return field, client.subscription(document, values, label=label, reconnect=True)

    def _trace_id(self, of: TraceView | str) -> str:
        """The trace that is meant; a command's name means the one that it will begin next."""
        if isinstance(of, TraceView):
            return of.id
        if of in self.emulator.journal.traces:
            return of
        spec = self.emulator.command(of)
        reserved = self._reserved.setdefault(spec.name, [])
        number = sum(len(ids) for ids in self._reserved.values()) + len(self.touched)
        trace_id = self.emulator.entropy.uuid("awaited", spec.name, number)
        reserved.append(trace_id)
        return trace_id

    def _operation(
        self, kind: str, what: str, arguments: Mapping[str, Json]
    ) -> tuple[str, dict[str, Any]]:
        """A document and its variables, from one or from the name of a field."""
        if not _NAME.fullmatch(what):
            return what, dict(arguments)
        path = tuple(what.split("."))
        if kind == "mutation":
            for spec in self.emulator.api.commands.values():
                if what in (spec.name, f"{spec.type_name}.{spec.name}"):
                    path = spec.path
        schema = self.emulator.schema
        type_name = getattr(schema, f"{kind}_type") or ""
        for name in path[:-1]:
            type_name = schema.fields_of(type_name).get(name, "").strip("[]!")
        known = schema.field_names(type_name)
        if path[-1] not in known:
            near = did_you_mean(path[-1], known)
            raise UsageError(f"{type_name or 'the schema'} has no field {path[-1]!r}{near}")
        takes = tuple(schema.arguments_of(type_name, path[-1]))
        if kind == "mutation" and takes == ("input",) and tuple(arguments) != ("input",):
            arguments = {"input": dict(arguments)}
        return operation_for(schema, path, kind, arguments)

    def _view(self, trace_id: str) -> TraceView:
        return TraceView(self.emulator, trace_id, self.start_ns)

    def _letters(self, what: What) -> list[str]:
        """Ids of the letters that are meant."""
        letters = list(self.emulator.deadletters)
        if what is None:
            return [letter.letter_id for letter in letters]
        if isinstance(what, DeadLetter):
            return [what.letter_id]
        wanted = what.id if isinstance(what, TraceView) else what
        found = [
            letter.letter_id for letter in letters if wanted in (letter.letter_id, letter.trace_id)
        ]
        if not found:
            raise UsageError(f"there is no dead letter of {what!r}; {self.deadletters!r}")
        return found

    def __repr__(self) -> str:
        traces = plural(len(list(self.journal.traces)), "trace")
        letters = plural(len(self.deadletters), "dead letter")
        return f"<{type(self).__name__} of {self.emulator.api.name}: {traces}, {letters}>"

    def close(self) -> None:
        """Stop the emulator; harmless when that was done already."""
        if not self.closed:
            self.closed = True
            self._stop()

    def _stop(self) -> None:
        """Stop without waiting; what still runs ends with the loop that it runs on."""
        self._leave()
        with suppress(RuntimeError):  # that loop is closed already
            self.emulator.dispatcher.stop()

    def _leave(self) -> None:
        for subscriber in self.subscribers:
            subscriber._close()  # noqa: SLF001 - two halves of one thing


if TYPE_CHECKING:
    from typing import TypeAlias

    What: TypeAlias = TraceView | DeadLetter | str | None
