"""How clients watch a trace: the resolver of the trace query, and the push to subscribers."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, assert_never

from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point, Situation
from appsync_emu.core.faults.verdict import (
    Close,
    Corrupt,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Fail,
    Hang,
    Outage,
    Proceed,
    Reorder,
    Stale,
)
from appsync_emu.core.records import trace_of
from appsync_emu.core.traces import TELLING, Known, iso_time, status_line, status_lines
from appsync_emu.engine.strikes import out_of_place
from appsync_emu.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.core.records import Record
    from appsync_emu.core.traces import StatusLine
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.fanout import Fanout
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.strikes import Strikes
    from appsync_emu.graph.call import FieldCall
    from appsync_emu.graph.schema import Schema

__all__ = ["TraceView"]

NS = 1_000_000_000
_INTEGER_TYPES = frozenset({"AWSTimestamp", "Int", "Float"})


def _of(coordinate: str | None) -> tuple[str, str] | None:
    if coordinate is None:
        return None
    type_name, _, field_name = coordinate.partition(".")
    return type_name, field_name


class TraceView:
    """A trace under the names and types that the API's schema gives it.

    Args:
        api: the names.
        schema: the types: a list answers all statuses, an object the latest; the timestamp is an
            ``AWSDateTime`` string, or epoch seconds where its type is a number.
        journal: what is read.
        clock: time.
        strikes: asks the plan of faults.
    """

    def __init__(
        self, api: Api, schema: Schema, journal: Journal, *, clock: Clock, strikes: Strikes
    ) -> None:
        self._clock = clock
        self._strikes = strikes
        self._names = api.trace
        self._journal = journal
        self.query = _of(api.trace.query)
        self.subscription = _of(api.trace.subscription)
        self._is_list = False
        self._integer: dict[tuple[str, str], bool] = {}
        for place in filter(None, (self.query, self.subscription)):
            printed = schema.fields_of(place[0])[place[1]]
            fields = schema.fields_of(printed.strip("[]!"))
            kind = fields.get(api.trace.fields.timestamp, "").strip("!")
            self._integer[place] = kind in _INTEGER_TYPES
            if place is self.query:
                self._is_list = printed.startswith("[")

    def resolve(self, call: FieldCall) -> object:
        """Answer the trace query: an unknown id has no statuses, which is no error."""
        trace_id = str(call.arguments.get(self._names.argument))
        if not self._strikes.armed_at(Point.STATUS_READ):
            return self._answer(call, self._read(trace_id))
        verdict = self._ask(call, trace_id)
        match verdict:
            case Proceed():
                return self._answer(call, self._read(trace_id))
            case Stale():
                return self._answer(call, self._read(trace_id)[:-1])
            case Delay():
                return self._later(call, trace_id, verdict.seconds)
            case Fail():
                return self._fail(verdict)
            case Outage():
                raise _error_of(NAMED["trace.outage"])
            case Hang() | Crash() | Drop() | Duplicate() | Reorder() | Close() | Corrupt():
                raise out_of_place(verdict, Point.STATUS_READ)
            case _:
                assert_never(verdict)

    def _read(self, trace_id: str) -> list[StatusLine]:
        """What can be read of a trace, in the order in which it happened."""
        lines = status_lines(self._journal.of_trace(trace_id))
        lines.sort(key=attrgetter("at_ns"))  # some may have become known later than others
        return lines

    def _ask(self, call: FieldCall, trace_id: str) -> Verdict:
        lines = self._read(trace_id)
        return self._strikes.of(
            Situation(
                point=Point.STATUS_READ,
                now_ns=self._clock.now_ns(),
                key=("read", trace_id),
                trace_id=trace_id if lines else None,
                label=self._strikes.labels.get(trace_id),
                identity=call.request.identity.claims,
                status=lines[-1].status if lines else None,
            )
        )

    async def _later(self, call: FieldCall, trace_id: str, seconds: float) -> object:
        await self._clock.sleep(seconds)
        return self._answer(call, self._read(trace_id))

    def _fail(self, fail: Fail) -> object:
        error = WireError(fail.error.type, fail.error.message)
        if fail.named is not None and fail.named.client is not None:
            error = _error_of(fail.named)
        if fail.after_s <= 0:
            raise error

        async def fail_later() -> None:
            await self._clock.sleep(fail.after_s)
            raise error

        return fail_later()

    def _answer(self, call: FieldCall, lines: Sequence[StatusLine]) -> object:
        place = (call.field.parent_type, call.field.name)
        answer = [self._named(line, place) for line in lines]
        if self._is_list:
            return answer
        return answer[-1] if answer else None

    def follow(self, fanout: Fanout) -> None:
        """Push every status to the subscribers of the trace subscription.

        It is pushed after the record is in the journal, never before, and not before it can be
        read.
        """
        place = self.subscription
        if place is None:
            return

        take, armed_at = Known().take, self._strikes.armed_at
        name = self._names.fields.trace_id

        def follower(record: Record) -> None:
            if type(record) not in TELLING:
                return
            known = take(record)
            if known is None or not fanout.has_subscribers(place[1]):
                return
            trace_id = trace_of(known)
            if not fanout.concerns(place[1], name, trace_id or "") and not armed_at(Point.PUBLISH):
                return
            line = status_line(known)
            if line is not None:
                fanout.publish(place[1], self._named(line, place))

        self._journal.follow(follower)

    def _named(self, line: StatusLine, place: tuple[str, str]) -> dict[str, object]:
        timestamp = line.at_ns // NS if self._integer[place] else iso_time(line.at_ns)
        return line.named(self._names.fields, timestamp)


def _error_of(named: NamedFault) -> WireError:
    """What a client reads of a fault of the catalogue."""
    assert named.client is not None  # noqa: S101 - the catalogue says it of those that strike here
    return WireError(named.client.error_type, named.client.message)
