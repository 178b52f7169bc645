"""From a delivery to its end: attempts, retries, time limits, and what the pure core decides.

``core/lifecycle.py`` says what becomes of a delivery; here its effects are carried out and handlers
are called. Every attempt is a task of its own. One whose time is up, or whose component crashed, is
abandoned: the delivery goes on without it, and whatever it still does is ignored.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, assert_never

from appsync_emu.core.faults.crash import EXITED
from appsync_emu.core.lifecycle import (
    Bury,
    Effect,
    Emit,
    Failed,
    Happening,
    Publish,
    Recognised,
    Redriven,
    Started,
    WakeAt,
    Woken,
    step,
)
from appsync_emu.core.records import (
    ComponentCrashed,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    RetryScheduled,
)
from appsync_emu.engine.attempts import Attempts
from appsync_emu.engine.burials import Burials
from appsync_emu.engine.calls import Calls
from appsync_emu.engine.failures import timed_out
from appsync_emu.engine.idempotency import Claim, IdempotencyStore
from appsync_emu.engine.live import Live
from appsync_emu.engine.routes import Routes
from appsync_emu.engine.runs import Run, Unfinished
from appsync_emu.engine.statuses import Statuses
from appsync_emu.graph.call import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from appsync_emu.core.api import Api, Component
    from appsync_emu.core.jsonvalue import JsonObject
    from appsync_emu.core.retry import RetryPolicy
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.handlers import Desk
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.strikes import Strikes
    from appsync_emu.engine.threads import Threads

__all__ = ["Dispatcher", "Outlet"]

_LOG = logging.getLogger(__name__)
NS = 1_000_000_000
STOP_S = 0.2
"""Real seconds that cancelled attempts have to stop when the emulator is closed."""

_STARTED, _WOKEN = Started(), Woken()
_RECOGNISED, _REDRIVEN = Recognised(), Redriven()


class Outlet(Protocol):
    """Where the effects go that are not the dispatcher's own."""

    def desk(self, run: Run) -> Desk:
        """What the handler of this run can ask for."""

    def failed(self, run: Run, effect: Emit) -> None:
        """Put the error event onto the bus."""

    def bury(self, run: Run, effect: Bury) -> None:
        """Write the dead letter."""


class Dispatcher:
    """Runs deliveries.

    Args:
        api: components and what is buried.
        clock: time.
        entropy: chance.
        journal: where everything is written.
        strikes: asks the plan of faults.
        threads: for handlers that are not coroutines.
        outlet: carries out the effects that lead elsewhere.

    Attributes:
        calls: sees what services handlers call.
        policies: retry policies that replace those of components, by name of the component.
    """

    def __init__(
        self,
        *,
        api: Api,
        clock: Clock,
        entropy: Entropy,
        journal: Journal,
        strikes: Strikes,
        threads: Threads,
        outlet: Outlet,
    ) -> None:
        self._api = api
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self._threads = threads
        self._outlet = outlet
        self.policies: dict[str, RetryPolicy] = {}
        self._keys: IdempotencyStore[Run] = IdempotencyStore()
        self.calls = Calls(clock=clock, entropy=entropy, journal=journal, strikes=strikes)
        self._attempts = Attempts(
            clock=clock,
            threads=threads,
            keys=self._keys,
            errors=api.errors,
            verdict=strikes.verdict,
            desk=outlet.desk,
            calls=self.calls,
            crash=self.crash,
        )
        self._live = Live()
        self._routes = Routes(clock, strikes, self)
        self._statuses = Statuses(
            clock=clock, strikes=strikes, journal=journal, live=self._live, rest=self._rested
        )
        self._burials = Burials(clock, strikes, outlet.bury, self._carry_out)
        self._down: dict[str, int] = {}  # components that crashed, and when they are up again
        self._running: Counter[str] = Counter()
        self._queues: dict[str, deque[Run]] = {}
        self._abandoned: set[asyncio.Task[None]] = set()
        self._closed = False

    # What the emulator asks for.

    def room(self, deliveries: int) -> bool:
        """Whether so many more fit into the queues."""
        return not self._closed and len(self._live) + deliveries <= self._api.queue_limit

    def reserve(self, trace_id: str, deliveries: int) -> bool:
        """Whether a trace may start so many more; counts them when it may."""
        return self.room(deliveries) and self._live.reserve(trace_id, deliveries)

    def accept(self, facts: DeliveryFacts, component: Component, event: JsonObject) -> None:
        """Take a delivery: status ``accepted``; the first attempt begins as soon as it can."""
        run = Run(facts, component, event)
        self._live.add(run)
        self._statuses.write(run, DeliveryAccepted(self._clock.now_ns(), facts))
        self._soon(lambda: self._routes.send(run))

    def redrive(self, run: Run) -> None:
        """Begin another round for a delivery that had failed."""
        self._live.add(run)
        self._happened(run, _REDRIVEN)
        self._soon(lambda: self.begin(run))

    def acknowledge(self, run: Run) -> None:
        """Its dead letter is there, as somebody has seen who has it in hand: the delivery ends."""
        self._burials.acknowledge(run)

    def crash(
        self,
        component: str,
        restart_after_s: float,
        fault: str | None = None,
        *,
        spared: Run | None = None,
    ) -> None:
        """Kill all attempts of a component; none begins before it is up again.

        They fail as a process does that exits (AWS Lambda: ``Runtime.ExitError``), and are tried
        again when the component is up.

        Args:
            component: its name.
            restart_after_s: seconds until it is up.
            fault: the fault that did it, if one did.
            spared: dies in another way.
        """
        now_ns = self._clock.now_ns()
        restart_ns = now_ns + round(max(0.0, restart_after_s) * NS)
        restart_ns = self._down[component] = max(restart_ns, self._down.get(component, 0))
        self._journal.append(ComponentCrashed(now_ns, component, restart_ns, fault))
        dead = Failed(replace(EXITED, fault=fault), (restart_ns - now_ns) / NS)
        for run in tuple(self._live):
            if run.component.name == component and run.token and run is not spared:
                self._abandon(run)
                self._happened(run, dead)

    def ended(self, trace_id: str) -> asyncio.Future[None]:
        """A future that is done when nothing of the trace is under way."""
        return self._live.ended(trace_id)

    def policy_of(self, component: Component) -> RetryPolicy:
        """The retry policy of a component."""
        return self.policies.get(component.name, component.retry)

    @property
    def live(self) -> int:
        """Deliveries that have not ended."""
        return len(self._live)

    async def close(self, grace_s: float) -> list[Unfinished]:
        """Take nothing more, let running attempts end within ``grace_s`` real seconds, stop.

        Returns:
            What had not ended.
        """
        self._closed = True
        tasks = {run.task for run in self._live if run.task is not None and run.token}
        if tasks and grace_s > 0:
            await asyncio.wait(tasks, timeout=grace_s)
        unfinished = [
            Unfinished(run.facts, run.delivery.attempts, run.delivery.state.value)
            for run in self._live
        ]
        stopping = self.stop()
        if stopping:
            _, stubborn = await asyncio.wait(stopping, timeout=STOP_S)
            for task in stubborn:
                _LOG.warning("%s would not stop when it was cancelled", task.get_name())
        return unfinished

    def stop(self) -> set[asyncio.Task[None]]:
        """Take nothing more and stop, without waiting; the tasks that are being cancelled."""
        self._closed = True
        stopping = set(self._abandoned)
        for task in stopping:
            task.cancel()
        for run in self._live:
            if run.timer is not None:
                run.timer.cancel()
            if run.context is not None:
                run.context.close()
            if run.task is not None and not run.task.done():
                run.token = 0
                run.task.cancel()
                stopping.add(run.task)
        self._routes.stop()
        self._statuses.stop()
        self._threads.close()
        return stopping

    # From a message to an attempt.

    def _soon(self, callback: Callable[[], None]) -> None:
        """At once; under virtual time with its next move, so that a caller sees ``accepted``."""
        if self._clock.virtual:
            self._clock.call_at(self._clock.now_ns(), callback)
        else:
            callback()

    def copy(self, run: Run, number: int) -> Run:
        """Accept the same message as a delivery of its own."""
        copy = run.copied(self._entropy.uuid("copy", run.facts.delivery_id, number), number)
        self._live.add(copy)
        self._statuses.write(copy, DeliveryAccepted(self._clock.now_ns(), copy.facts))
        return copy

    def refused(self, run: Run, error: ErrorInfo) -> None:
        """Nobody could be reached: an attempt that never got to the handler."""
        self._happened(run, _STARTED)
        self._happened(run, Failed(error))

    def lose(self, run: Run) -> None:
        """Forget the message: it will never be handled, and nobody knows of it any more."""
        self._forget(run)

    def begin(self, run: Run) -> None:
        """Let an attempt begin as soon as the component is up and has room for it."""
        limit = run.component.concurrency
        name = run.component.name
        if self._closed or (self._down and self._waits_for_restart(run)):
            return
        if limit is not None and self._running[name] >= limit:
            self._queues.setdefault(name, deque()).append(run)
            return
        self._running[name] += 1
        run.task = self._clock.spawn(
            self._attempt(run), name=f"{name} of trace {run.facts.trace_id}"
        )

    def _waits_for_restart(self, run: Run) -> bool:
        """Whether the component is down, so that the delivery has to wait until it is up."""
        restart_ns = self._down.get(run.component.name)
        if restart_ns is None:
            return False
        if restart_ns <= self._clock.now_ns():
            del self._down[run.component.name]
            return False
        run.timer = self._clock.call_at(restart_ns, lambda: self.begin(run))
        return True

    def _free(self, component: Component) -> None:
        """An attempt of the component is over: the next one that waits may begin."""
        self._running[component.name] -= 1
        queue = self._queues.get(component.name)
        if queue:
            self.begin(queue.popleft())

    # One attempt.

    async def _attempt(self, run: Run) -> None:
        if self._clock.taken:  # a handler in a thread has the turn: whoever is new waits
            async with self._clock.turn():
                pass
        if self._down and self._waits_for_restart(run):  # it crashed since this was begun
            self._free(run.component)
            return
        if run.key is not None:
            claim = self._keys.claim(run.component.name, run.key, run)
            if claim is not Claim.NEW:
                self._free(run.component)
                if claim is Claim.DONE:
                    self._happened(run, _RECOGNISED)
                return
        self._happened(run, _STARTED)
        token = run.token = run.delivery.attempt
        deadline_ns = self._clock.now_ns() + round(run.component.timeout_s * NS)
        attempt = self._attempts.outcome(run, deadline_ns)
        if self._clock.virtual:  # set before the handler sets any: at a tie its time is up
            self._arm(run, token, deadline_ns)
            outcome, applied = await attempt
        else:
            ended = settled(attempt)
            if type(ended) is not tuple:  # it waits; most do not, and need no timer
                self._arm(run, token, deadline_ns)
                ended = await ended
            outcome, applied = ended
        if run.token != token:
            return  # its time was up, and the delivery has gone on
        self._over(run)
        self._happened(run, outcome, applied=applied)

    def _arm(self, run: Run, token: int, deadline_ns: int) -> None:
        run.timer = self._clock.call_at(deadline_ns, lambda: self._time_is_up(run, token))

    def _over(self, run: Run) -> None:
        run.token = 0
        if run.timer is not None:
            run.timer.cancel()
        if run.context is not None:
            run.context.close()
        self._free(run.component)

    def _time_is_up(self, run: Run, token: int) -> None:
        if run.token != token:
            return
        self._abandon(run)
        error = timed_out(run.facts.delivery_id, run.component.timeout_s)
        self._happened(run, Failed(error))

    def _abandon(self, run: Run) -> None:
        """Go on without the attempt that is running."""
        task = run.task
        self._over(run)
        if task is not None:
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)
            task.cancel()

    # What happened, and what follows.

    def _happened(self, run: Run, happening: Happening, *, applied: bool = False) -> None:
        now_ns, facts = self._clock.now_ns(), run.facts
        draw = 0.0
        if isinstance(happening, Failed):
            draw = self._entropy.draw("jitter", facts.delivery_id, run.delivery.attempt)
        run.delivery, effects = step(
            run.delivery,
            happening,
            self.policy_of(run.component),
            draw,
            now_ns,
            bury_business=self._api.deadletters.business,
        )
        record = run.record_of(happening, now_ns, applied=applied)
        if record is not None:
            self._journal.append(record)
        self._carry_out(run, effects, now_ns)

    def _carry_out(self, run: Run, effects: Sequence[Effect], now_ns: int) -> None:
        """Do what follows, in order; a letter that cannot be written holds up what is after it."""
        for position, effect in enumerate(effects):
            match effect:
                case WakeAt():
                    self._retry(run, effect, now_ns)
                case Emit():
                    self._outlet.failed(run, effect)
                case Bury():
                    if not self._burials.bury(run, effect, effects[position:]):
                        return
                case Publish():
                    self._end(run, effect, now_ns)
                case _:
                    assert_never(effect)

    def _retry(self, run: Run, effect: WakeAt, now_ns: int) -> None:
        policy = self.policy_of(run.component)
        self._journal.append(
            RetryScheduled(now_ns, run.facts, effect.retry, policy.max_retries, effect.at_ns)
        )

        def woken() -> None:
            self._happened(run, _WOKEN)
            self.begin(run)

        run.timer = self._clock.call_at(effect.at_ns, woken)

    def _end(self, run: Run, effect: Publish, now_ns: int) -> None:
        facts = run.facts
        ended = DeliveryEnded(
            now_ns,
            facts,
            effect.status,
            run.delivery.attempts,
            effect.message,
            effect.error_type,
            effect.reason,
        )
        self._statuses.write(run, ended)
        if run.key is not None:
            for waiting in self._keys.release(run.component.name, run.key, run):
                self.begin(waiting)
        self._forget(run)

    def _forget(self, run: Run) -> None:
        run.task = run.timer = run.context = None
        if self._live.remove(run):
            self._rested(run.facts.trace_id)

    def _rested(self, trace_id: str) -> None:
        """Nothing of the trace is under way any more."""
        self._journal.trace_ended(trace_id)
        self._live.tell(trace_id)
