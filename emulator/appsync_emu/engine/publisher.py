"""Publishing events: onto the bus, into the journal, to the components whose patterns match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from appsync_emu.core.events import Event
from appsync_emu.core.records import DeliveryFacts, EventPublished
from appsync_emu.core.traces import iso_time
from appsync_emu.datasources.marshal import MarshalError, marshal
from appsync_emu.engine.bus import FAILURE_DETAIL_TYPE, FAILURE_SOURCE, Bus, failure_detail
from appsync_emu.errors import TechnicalError, UsageError
from appsync_emu.resolvers.context import plain_copy

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.lifecycle import Emit
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.dispatcher import Dispatcher
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.runs import Run

__all__ = ["Publisher"]


class Publisher:
    """Puts events onto the bus of one emulator.

    Args:
        api: whose components listen; its name is the source of events that give none.
        clock: time.
        entropy: ids.
        journal: where events are written.
        dispatcher: takes the deliveries.
    """

    def __init__(
        self,
        api: Api,
        *,
        clock: Clock,
        entropy: Entropy,
        journal: Journal,
        dispatcher: Dispatcher,
    ) -> None:
        self._source = api.name
        self._bus = Bus(api.components.values())
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self._dispatcher = dispatcher

    def publish(
        self,
        event_id: str,
        detail_type: str,
        detail: Json,
        *,
        trace_id: str,
        source: str | None = None,
        by: str | None = None,
        command: str | None = None,
        forced: bool = False,
    ) -> str:
        """Put an event onto the bus; the components whose patterns match are started.

        Args:
            event_id: of the envelope.
            detail_type: what happened.
            detail: a JSON object.
            trace_id: the trace that what follows belongs to.
            source: who says so; the API's name when ``None``.
            by: the component that publishes, or ``None``.
            command: the command of that branch of the trace, or ``None``.
            forced: whether full queues take it all the same, as they do error events.

        Returns:
            The event's id.

        Raises:
            TechnicalError: the queues are full.
            UsageError: the detail is not an object.
        """
        if not isinstance(detail, Mapping):
            raise UsageError(f"the detail of {detail_type} is not a JSON object: {detail!r}")
        try:
            plain = marshal(dict(detail))
        except MarshalError as problem:
            raise UsageError(f"the detail of {detail_type} is not JSON: {problem}") from problem
        now_ns = self._clock.now_ns()
        event = Event(
            id=event_id,
            detail_type=detail_type,
            source=source or self._source,
            # What handlers emit stays theirs; our own error events may share what is kept anyway.
            detail=plain if forced else plain_copy(plain),
            time=f"{iso_time(now_ns)[:19]}Z",
        ).as_dict()
        matching = self._bus.matching(event)
        if not self._dispatcher.reserve(trace_id, len(matching)) and not forced:
            raise TechnicalError("ThrottlingException: the queues are full")
        names = tuple(component.name for component in matching)
        self._journal.append(EventPublished(now_ns, trace_id, event_id, event, by, names))
        for component in matching:
            delivery_id = self._entropy.uuid("delivery", event_id, component.name)
            facts = DeliveryFacts(
                delivery_id, trace_id, component.name, command, detail_type, event_id, by
            )
            self._dispatcher.accept(facts, component, event)
        return event_id

    def failed(self, run: Run, effect: Emit) -> None:
        """Throw the error event of a delivery that failed for good.

        Not of one that an error event had started: whoever fails to handle failures would be told
        of that failure in turn, for ever, each event holding the one before.
        """
        facts, error = run.facts, effect.error
        if facts.event == FAILURE_DETAIL_TYPE:
            return
        detail = failure_detail(
            request_id=facts.delivery_id,
            component=facts.component,
            attempts=run.delivery.attempts,
            payload=run.event,
            error_type=error.type,
            message=error.message,
            stack=error.stack,
            at=iso_time(self._clock.now_ns()),
            reason=effect.reason,
            command=facts.command,
        )
        self.publish(
            self._entropy.uuid("failure", facts.delivery_id, run.delivery.attempt),
            FAILURE_DETAIL_TYPE,
            detail,
            trace_id=facts.trace_id,
            source=FAILURE_SOURCE,
            by=facts.component,
            command=facts.command,
            forced=True,
        )
