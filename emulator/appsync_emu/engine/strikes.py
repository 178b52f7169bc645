"""Asking the plan of faults, and writing down when one strikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.faults.points import Point, Situation
from appsync_emu.core.faults.verdict import PROCEED
from appsync_emu.core.letters import input_of
from appsync_emu.core.records import FaultStruck

if TYPE_CHECKING:
    from appsync_emu.core.faults.plan import Plan
    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.runs import Run

__all__ = ["LABELS_MAX", "Strikes", "out_of_place"]

LABELS_MAX = 100_000
"""Traces whose labels are remembered; the oldest are forgotten."""


def out_of_place(verdict: Verdict, point: Point) -> AssertionError:
    """The error of a verdict that has no meaning at a point: arming such a fault is refused."""
    return AssertionError(f"{type(verdict).__name__} cannot strike at {point.value}")


class Strikes:
    """Verdicts for everybody who passes a point where faults may strike.

    Args:
        plan: the armed faults.
        clock: time.
        entropy: chance.
        journal: where strikes are written.

    Attributes:
        labels: what scenarios and tests call the commands of traces, by trace id.
    """

    def __init__(self, plan: Plan, *, clock: Clock, entropy: Entropy, journal: Journal) -> None:
        self._plan = plan
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self.labels: dict[str, str] = {}

    def label(self, trace_id: str, label: str) -> None:
        """Remember what the command that began the trace is called."""
        if len(self.labels) >= LABELS_MAX:
            del self.labels[next(iter(self.labels))]
        self.labels[trace_id] = label

    def armed_at(self, point: Point) -> bool:
        """Whether any fault may strike there; when not, nothing need be asked."""
        return point in self._plan.points

    def concerns(self, point: Point, command: str, label: str | None) -> bool:
        """Whether a fault might strike a command of that name and label."""
        return self._plan.concerns(point, None, command, None, label)

    def commands_at(self, point: Point) -> tuple[str | None, ...]:
        """The commands that faults at the point are for; ``None`` for a fault that does not say."""
        return self._plan.commands_at(point)

    def meets(self, run: Run, point: Point) -> bool:
        """Whether a fault might strike the delivery there: most are for others."""
        plan, facts = self._plan, run.facts
        known = plan.known.get((facts.component, facts.command, facts.event))
        if known is None:
            known = plan.meets(facts.component, facts.command, facts.event)
        return point in known

    def verdict(self, run: Run, point: Point, *, status: str | None = None) -> Verdict:
        """What happens to this delivery here."""
        if point not in self._plan.points or not self.meets(run, point):
            return PROCEED
        facts = run.facts
        label = self.labels.get(facts.trace_id)
        if not self._plan.concerns(
            point, facts.component, facts.command, facts.event, label, status
        ):
            return PROCEED
        return self.struck(self.situation(run, point, status=status), about=status or "")[1]

    def concern_call(self, run: Run, source: str, operation: str) -> bool:
        """Whether a fault might strike a delivery's call of a service."""
        facts = run.facts
        label = self.labels.get(facts.trace_id)
        return self._plan.concerns(
            Point.DATA, facts.component, facts.command, facts.event, label, None, source, operation
        )

    def situation(self, run: Run, point: Point, *, status: str | None = None) -> Situation:
        """What can be said of a delivery at a point."""
        facts = run.facts
        return Situation(
            point=point,
            now_ns=self._clock.now_ns(),
            key=(facts.delivery_id, run.delivery.attempt),
            facts=facts,
            trace_id=facts.trace_id,
            label=self.labels.get(facts.trace_id),
            component=facts.component,
            command=facts.command,
            event=facts.event,
            attempt=0 if point is Point.DISPATCH else run.delivery.attempts,
            input=input_of(run.event),
            identity=run.event.get("identity"),
            status=status,
        )

    def of(self, situation: Situation, *, about: str = "") -> Verdict:
        """What happens on this occasion; a strike is written into the journal.

        Args:
            situation: where, and all that can be said of it.
            about: what would be struck, in a few words, where its facts do not say it.
        """
        return self.struck(situation, about=about)[1]

    def struck(self, situation: Situation, *, about: str = "") -> tuple[str | None, Verdict]:
        """As :meth:`of`, with the id of the fault that strikes, if one does."""
        fault, verdict = self._plan.verdict(situation, self._entropy.draw)
        if fault is not None:
            self._journal.append(
                FaultStruck(
                    situation.now_ns,
                    situation.facts,
                    fault.fault_id,
                    situation.point.value,
                    fault.effect.kind,
                    situation.attempt,
                    about,
                    getattr(verdict, "phase", ""),
                    None if situation.facts is not None else situation.trace_id,
                )
            )
        return None if fault is None else fault.fault_id, verdict
