"""Asking the plan of faults, and writing down when one strikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.faults.plan import Point, Situation
from appsync_emu.core.faults.verdict import Proceed
from appsync_emu.core.letters import input_of
from appsync_emu.core.records import FaultStruck

if TYPE_CHECKING:
    from appsync_emu.core.faults.plan import Plan
    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.runs import Run

__all__ = ["Strikes"]

_PROCEED = Proceed()


class Strikes:
    """Verdicts for deliveries; chance is keyed by the fault, the delivery and the attempt.

    Args:
        plan: the armed faults.
        clock: time.
        entropy: chance.
        journal: where strikes are written.
    """

    def __init__(self, plan: Plan, *, clock: Clock, entropy: Entropy, journal: Journal) -> None:
        self._plan = plan
        self._clock = clock
        self._entropy = entropy
        self._journal = journal

    def verdict(self, run: Run, point: Point) -> Verdict:
        """What happens to this delivery here."""
        if self._plan.idle:
            return _PROCEED
        now_ns, facts = self._clock.now_ns(), run.facts
        attempt = 0 if point is Point.DISPATCH else run.delivery.attempts
        situation = Situation(point, facts, attempt, input_of(run.event), now_ns)

        def draw(fault_id: str) -> float:
            return self._entropy.draw("fault", fault_id, facts.delivery_id, run.delivery.attempt)

        fault, verdict = self._plan.verdict(situation, draw)
        if fault is not None:
            effect = fault.effect.kind
            self._journal.append(
                FaultStruck(now_ns, facts, fault.fault_id, point.value, effect, attempt)
            )
        return verdict
