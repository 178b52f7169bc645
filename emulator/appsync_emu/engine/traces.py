"""How clients watch a trace: the resolver of the trace query, and the push to subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.traces import iso_time, status_line, status_lines

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.records import Record
    from appsync_emu.core.traces import StatusLine
    from appsync_emu.engine.fanout import Fanout
    from appsync_emu.engine.journal import Journal
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
    """

    def __init__(self, api: Api, schema: Schema, journal: Journal) -> None:
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
        trace_id = call.arguments.get(self._names.argument)
        place = (call.field.parent_type, call.field.name)
        lines = status_lines(self._journal.of_trace(str(trace_id)))
        answer = [self._named(line, place) for line in lines]
        if self._is_list:
            return answer
        return answer[-1] if answer else None

    def follow(self, fanout: Fanout) -> None:
        """Push every status to the subscribers of the trace subscription.

        It is pushed after the record is in the journal, never before.
        """
        place = self.subscription
        if place is None:
            return

        def follower(record: Record) -> None:
            if not fanout.has_subscribers(place[1]):
                return
            line = status_line(record)
            if line is not None:
                fanout.publish(place[1], self._named(line, place))

        self._journal.follow(follower)

    def _named(self, line: StatusLine, place: tuple[str, str]) -> dict[str, object]:
        timestamp = line.at_ns // NS if self._integer[place] else iso_time(line.at_ns)
        return line.named(self._names.fields, timestamp)
