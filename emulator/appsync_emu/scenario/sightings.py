"""What a client saw of an API at a URL, and what of that is not as expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from appsync_emu.core.comparisons import described, holds
from appsync_emu.testing.progress import overall

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from appsync_emu.client_http import HttpSubscription
    from appsync_emu.core.api import TraceFields
    from appsync_emu.scenario.model import Expectations, SubscriberWanted, TracesWanted, TraceWanted

__all__ = ["Heard", "Seen", "misses"]


@dataclass(slots=True)
class Seen:
    """A trace, as its query tells it.

    Attributes:
        label: what the file calls the command, or its name.
        began_ns: when it was sent, in nanoseconds since the Unix epoch.
        lines: its statuses under the API's own names, oldest first.
        problem: why the query could not tell it the last time; else empty.
    """

    trace_id: str
    label: str
    names: TraceFields
    began_ns: int
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    problem: str = ""

    def told(self, value: Any, problems: Sequence[Mapping[str, Any]]) -> bool:  # noqa: ANN401 - JSON
        """The query answered; whether there is anything new in it."""
        self.problem = described(problems[0]) if problems else ""
        if problems:
            return False
        lines = value if isinstance(value, list) else [value]
        found = [line for line in lines if isinstance(line, Mapping)]
        before, self.lines = self.lines, found
        return found != before

    @property
    def statuses(self) -> list[str]:
        """All of them, in order."""
        return [str(line.get(self.names.status)) for line in self.lines]

    @property
    def components(self) -> dict[str, str]:
        """How far each component has come."""
        return {
            str(line.get(self.names.component)): str(line.get(self.names.status))
            for line in self.lines
        }

    @property
    def status(self) -> str:
        """As :func:`appsync_emu.testing.progress.overall`; ``accepted`` before the first line."""
        return overall(self.components.values()) if self.lines else "accepted"

    @property
    def ended(self) -> bool:
        """Whether every component that is known has come to its end."""
        return bool(self.lines) and self.status != "accepted"

    @property
    def words(self) -> str:
        """How far it has come, for people."""
        if self.problem:
            return f"the trace query answers {self.problem}"
        if not self.lines:
            return "no status yet"
        return ", ".join(f"{name}: {status}" for name, status in self.components.items())

    @property
    def took_s(self) -> float:
        """Seconds from its first status to its last, by the API's own timestamps.

        Where those cannot be read, 0: the client does not know better.
        """
        times = [_seconds(line.get(self.names.timestamp)) for line in self.lines]
        known = [time for time in times if time is not None]
        return max(known) - min(known) if len(known) == len(times) and known else 0.0


def _seconds(value: object) -> float | None:
    """An ``AWSDateTime`` or ``AWSTimestamp`` in seconds since the Unix epoch."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            return datetime.fromisoformat(value).timestamp()
        return float(value)  # type: ignore[arg-type]  # what is no number is caught
    except (TypeError, ValueError):
        return None


@dataclass(slots=True)
class Heard:
    """What a subscriber was told."""

    label: str
    names: TraceFields
    subscription: HttpSubscription

    @property
    def values(self) -> list[Any]:
        """Values of the subscription field, oldest first."""
        found = (payload.get("data") for payload in self.subscription.payloads)
        return [next(iter(data.values())) for data in found if data]

    def told(self, wanted: Any, found: Any) -> Any:  # noqa: ANN401 - JSON with comparisons in it
        """What to hold against ``wanted``: of a status its name alone, unless more is wanted."""
        status = self.names.status
        if isinstance(found, Mapping) and status in found and not isinstance(wanted, Mapping):
            return found[status]
        return found


Miss = tuple[str, str, int, Seen | None]


def misses(
    expect: Expectations, traces: Sequence[Seen], listeners: Mapping[str, Heard]
) -> Iterator[Miss]:
    """Everything that is not as expected: its name, what to say, the line, and the trace."""
    for one in expect.traces:
        yield from _of_label(one, [seen for seen in traces if seen.label == one.label])
    for wanted in expect.subscribers:
        name = f"subscribers.{wanted.label}"
        for part, message in _of_subscriber(wanted, listeners.get(wanted.label)):
            yield f"{name}.{part}", message, wanted.line, None


def _of_label(one: TracesWanted, traces: Sequence[Seen]) -> Iterator[Miss]:
    name = f"traces.{one.label}"
    found = [(seen, list(_of_trace(one.wanted, seen))) for seen in traces]
    if one.quantifier == "none":
        like = next((seen for seen, missed in found if not missed), None)
        if like is not None:
            yield f"{name}.none", "wanted none that is like this, found one", one.line, like
        return
    if not found:
        yield name, "no command of this label was accepted", one.line, None
    elif one.quantifier == "any":
        if all(missed for _, missed in found):
            seen, missed = found[0]
            said = f"wanted any of {len(found)} to be like this, found none; of the first"
            yield f"{name}.any", f"{said}, {missed[0][0]}: {missed[0][1]}", one.line, seen
    else:
        for seen, missed in found:
            for part, message in missed:
                yield f"{name}.{part}", message, one.line, seen


def _of_trace(wanted: TraceWanted, seen: Seen) -> Iterator[tuple[str, str]]:
    yield from _compared("status", wanted.status, seen.status)
    if wanted.statuses is not None:
        yield from _compared("statuses", list(wanted.statuses), seen.statuses)
    if wanted.within_s is not None:
        limit = f"wanted its end within {wanted.within_s:g} s"
        if not seen.ended:
            yield "within", f"{limit}, it has not ended"
        elif seen.took_s > wanted.within_s:
            yield "within", f"{limit}, it took {seen.took_s:g} s"
    for component, one in wanted.components.items():
        status = seen.components.get(component)
        name = f"components.{component}.status"
        if status is None:
            yield name, "it was never started"
        else:
            yield from _compared(name, one.status, status)


def _compared(name: str, wanted: Any, found: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    if wanted is not None and not holds(wanted, found):
        yield name, f"wanted {described(wanted)}, found {described(found)}"


def _of_subscriber(wanted: SubscriberWanted, heard: Heard | None) -> Iterator[tuple[str, str]]:
    if heard is None:
        yield "sees", "it never listened"
        return
    values = heard.values
    if heard.subscription.lost is not None:
        yield "lost", f"it lost its connection: {heard.subscription.lost}"
    if wanted.sees is not None:
        words = list(wanted.sees)
        first = words[0] if words else None
        found = [
            heard.told(words[place] if place < len(words) else first, value)
            for place, value in enumerate(values)
        ]
        if len(words) != len(found) or not all(map(holds, words, found)):
            yield "sees", f"wanted {described(words)}, found {described(found)}"
    twice = sum(value in values[:place] for place, value in enumerate(values))
    if wanted.duplicates == "none" and twice:
        yield "duplicates", f"wanted nothing twice, {twice} of them arrived again"
