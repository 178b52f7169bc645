"""From a delivery to its end: attempts, retries, time limits, and what the pure core decides.

``core/lifecycle.py`` says what becomes of a delivery; here its effects are carried out, handlers
are called and faults are asked for. Every attempt is a task of its own. One whose time is up is
abandoned: the delivery goes on without it, and whatever it still does is ignored.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from appsync_emu.core.faults.plan import Plan
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Crash, Delay, Duplicate, Fail, Outage, Proceed
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
    Succeeded,
    WakeAt,
    Woken,
    step,
)
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    RetryScheduled,
)
from appsync_emu.engine.attempts import Attempts
from appsync_emu.engine.failures import timed_out
from appsync_emu.engine.idempotency import Claim, IdempotencyStore
from appsync_emu.engine.live import Live
from appsync_emu.engine.runs import Run, Unfinished
from appsync_emu.engine.strikes import Strikes
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
    from appsync_emu.engine.threads import Threads

__all__ = ["Dispatcher", "Outlet"]

_LOG = logging.getLogger(__name__)
NS = 1_000_000_000
DEADLETTER_RETRY_S = 10
"""Seconds until a dead letter that could not be written is tried again."""
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
        faults: the plan of faults.
        threads: for handlers that are not coroutines.
        outlet: carries out the effects that lead elsewhere.

    Attributes:
        policies: retry policies that replace those of components, by name of the component.
    """

    def __init__(
        self,
        *,
        api: Api,
        clock: Clock,
        entropy: Entropy,
        journal: Journal,
        faults: Plan,
        threads: Threads,
        outlet: Outlet,
    ) -> None:
        self._api = api
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self._strikes = Strikes(faults, clock=clock, entropy=entropy, journal=journal)
        self._threads = threads
        self._outlet = outlet
        self.policies: dict[str, RetryPolicy] = {}
        self._keys: IdempotencyStore[Run] = IdempotencyStore()
        self._attempts = Attempts(
            clock=clock,
            threads=threads,
            keys=self._keys,
            errors=api.errors,
            verdict=self._strikes.verdict,
            desk=outlet.desk,
        )
        self._live = Live()
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
        self._journal.append(DeliveryAccepted(self._clock.now_ns(), facts))
        self._soon(lambda: self._dispatch(run))

    def redrive(self, run: Run) -> None:
        """Begin another round for a delivery that had failed."""
        self._live.add(run)
        self._happened(run, _REDRIVEN)
        self._soon(lambda: self._begin(run))

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
        self._threads.close()
        return stopping

    # From a message to an attempt.

    def _dispatch(self, run: Run) -> None:
        """Hand the message to a worker; a fault may delay, repeat or lose it on the way."""
        verdict = self._strikes.verdict(run, Point.DISPATCH)
        match verdict:
            case Proceed():
                self._begin(run)
            case Delay():
                self._later(verdict.seconds, lambda: self._begin(run))
            case Duplicate():
                self._begin(run)
                for copy, after_s in enumerate(verdict.after_s, start=1):
                    self._copy(run, copy, after_s)
            case Crash():
                self._later(verdict.restart_after_s, lambda: self._begin(run))
            case Fail():
                self._later(verdict.after_s, lambda: self._refused(run, verdict.error))
            case _:
                raise AssertionError(verdict)

    def _soon(self, callback: Callable[[], None]) -> None:
        """At once; under virtual time with its next move, so that a caller sees ``accepted``."""
        if self._clock.virtual:
            self._clock.call_at(self._clock.now_ns(), callback)
        else:
            callback()

    def _later(self, seconds: float, callback: Any) -> None:  # noqa: ANN401 - a closure
        if seconds > 0:
            self._clock.call_at(self._clock.now_ns() + round(seconds * NS), callback)
        else:
            callback()

    def _copy(self, run: Run, number: int, after_s: float) -> None:
        facts = run.facts
        copy = Run(
            DeliveryFacts(
                self._entropy.uuid("copy", facts.delivery_id, number),
                facts.trace_id,
                facts.component,
                facts.command,
                facts.event,
                facts.cause,
                facts.previous,
                number,
            ),
            run.component,
            run.event,
        )
        self._live.add(copy)
        self._journal.append(DeliveryAccepted(self._clock.now_ns(), copy.facts))
        self._later(after_s, lambda: self._begin(copy))

    def _refused(self, run: Run, error: ErrorInfo) -> None:
        """The worker could not be reached: an attempt that never got to the handler."""
        self._happened(run, _STARTED)
        self._happened(run, Failed(error))

    def _begin(self, run: Run) -> None:
        limit = run.component.concurrency
        name = run.component.name
        if self._closed:
            return
        if limit is not None and self._running[name] >= limit:
            self._queues.setdefault(name, deque()).append(run)
            return
        self._running[name] += 1
        run.task = self._clock.spawn(
            self._attempt(run), name=f"{name} of trace {run.facts.trace_id}"
        )

    def _free(self, component: Component) -> None:
        """An attempt of the component is over: the next one that waits may begin."""
        self._running[component.name] -= 1
        queue = self._queues.get(component.name)
        if queue:
            self._begin(queue.popleft())

    # One attempt.

    async def _attempt(self, run: Run) -> None:
        if self._clock.taken:  # a handler in a thread has the turn: whoever is new waits
            async with self._clock.turn():
                pass
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
        task = run.task
        self._over(run)
        if task is not None:
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)
            task.cancel()
        error = timed_out(run.facts.delivery_id, run.component.timeout_s)
        self._happened(run, Failed(error))

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
        self._record(run, happening, now_ns, applied=applied)
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
                    if isinstance(
                        self._strikes.verdict(run, Point.DEADLETTER_WRITE), Fail | Outage
                    ):
                        self._carry_out_later(run, effects[position:])
                        return
                    self._outlet.bury(run, effect)
                case Publish():
                    self._end(run, effect, now_ns)
                case _:
                    assert_never(effect)

    def _carry_out_later(self, run: Run, effects: Sequence[Effect]) -> None:
        """The store is down: the letter is kept and tried again; it is never lost."""

        def again() -> None:
            self._carry_out(run, effects, self._clock.now_ns())

        due_ns = self._clock.now_ns() + DEADLETTER_RETRY_S * NS
        run.timer = self._clock.call_at(due_ns, again)

    def _record(self, run: Run, happening: Happening, now_ns: int, *, applied: bool) -> None:
        attempt, facts = run.delivery.attempt, run.facts
        match happening:
            case Started():
                self._journal.append(AttemptStarted(now_ns, facts, attempt))
            case Succeeded():
                self._journal.append(AttemptSucceeded(now_ns, facts, attempt, run.key))
            case Failed():
                failed = AttemptFailed(now_ns, facts, attempt, happening.error, applied, run.key)
                self._journal.append(failed)
            case Woken() | Recognised() | Redriven():
                pass
            case _:
                assert_never(happening)

    def _retry(self, run: Run, effect: WakeAt, now_ns: int) -> None:
        policy = self.policy_of(run.component)
        self._journal.append(
            RetryScheduled(now_ns, run.facts, effect.retry, policy.max_retries, effect.at_ns)
        )

        def woken() -> None:
            self._happened(run, _WOKEN)
            self._begin(run)

        run.timer = self._clock.call_at(effect.at_ns, woken)

    def _end(self, run: Run, effect: Publish, now_ns: int) -> None:
        facts = run.facts
        self._journal.append(
            DeliveryEnded(
                now_ns,
                facts,
                effect.status,
                run.delivery.attempts,
                effect.message,
                effect.error_type,
                effect.reason,
            )
        )
        if run.key is not None:
            for waiting in self._keys.release(run.component.name, run.key, run):
                self._begin(waiting)
        run.task = run.timer = run.context = None
        if self._live.remove(run):
            self._journal.trace_ended(facts.trace_id)
            self._live.tell(facts.trace_id)
