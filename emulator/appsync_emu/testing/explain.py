"""Traces and dead letters as tests look at them: live views that can say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from appsync_emu.core.records import CommandAccepted
from appsync_emu.core.traces import status_lines
from appsync_emu.errors import UsageError
from appsync_emu.testing.progress import overall, progress_of
from appsync_emu.testing.timeline import clock_text, timeline
from appsync_emu.testing.values import did_you_mean, plural
from appsync_emu.testing.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from appsync_emu.core.letters import DeadLetter
    from appsync_emu.core.records import Record
    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.testing.progress import Progress

__all__ = ["AsyncTrace", "Letters", "Trace", "TraceView"]


class TraceView:
    """What became of a command: a live view of the journal.

    Attributes:
        id: the trace id.
    """

    def __init__(self, emulator: Emulator, trace_id: str, start_ns: int) -> None:
        self.id = trace_id
        self._emulator = emulator
        self._start_ns = start_ns

    @property
    def records(self) -> tuple[Record, ...]:
        """Its part of the journal, oldest first."""
        return tuple(self._emulator.journal.of_trace(self.id))

    @property
    def label(self) -> str:
        """``t1`` for the first trace of the journal, and so on."""
        return f"t{list(self._emulator.journal.traces).index(self.id) + 1}"

    @property
    def command(self) -> str | None:
        """The command that began it."""
        for record in self.records:
            if isinstance(record, CommandAccepted):
                return record.command
        return None

    @property
    def components(self) -> tuple[str, ...]:
        """Who was started, in that order."""
        return tuple(progress_of(self.records))

    @property
    def status(self) -> str:
        """``accepted`` while a part is under way, else ``error`` if one failed, or ``success``."""
        return overall(part.status for part in progress_of(self.records).values())

    @property
    def statuses(self) -> list[str]:
        """The statuses that clients could see, in order, of all components."""
        return [line.status for line in status_lines(self.records)]

    @property
    def attempts(self) -> int:
        """Attempts of the component that the command started.

        Raises:
            UsageError: it started several; ask ``trace.of(component).attempts``.
        """
        return self._counted(progress_of(self.records)).attempts

    def of(self, component: str) -> Progress:
        """How far one component has come: its ``status``, ``statuses``, ``attempts``, ``error``.

        Raises:
            UsageError: the trace did not start it.
        """
        parts = progress_of(self.records)
        if component not in parts:
            near = did_you_mean(component, parts)
            raise UsageError(f"this trace did not start {component!r}{near}")
        return parts[component]

    @property
    def deadletters(self) -> list[DeadLetter]:
        """Its dead letters that are neither redriven nor discarded."""
        return [letter for letter in self._emulator.deadletters if letter.trace_id == self.id]

    @property
    def deadletter(self) -> DeadLetter | None:
        """Its dead letter, if it has one; the oldest, if it has several."""
        return next(iter(self.deadletters), None)

    @property
    def timeline(self) -> str:
        """What happened, as plain text; the same seed gives the same text."""
        return "\n".join(timeline(self.records, self._start_ns))

    @property
    def state(self) -> str:
        """How far each component has come, in words."""
        return ", ".join(self._end(part) for part in progress_of(self.records).values())

    def succeeded(self, *, attempts: int | None = None, component: str | None = None) -> Verdict:
        """Whether it ended in success.

        Args:
            attempts: after exactly so many attempts (retries and the first one) of the component,
                or of the only component that the command started.
            component: of this component alone.
        """
        parts = progress_of(self.records)
        asked = [self.of(component)] if component is not None else list(parts.values())
        wanted = "success" if attempts is None else f"success in {plural(attempts, 'attempt')}"
        wrong = next((part for part in asked if part.status != "success"), None)
        if wrong is not None:
            return Verdict(False, f"wanted {wanted}; {self._end(wrong)}")  # noqa: FBT003 - a verdict's first word
        if attempts is not None:
            part = asked[0] if component is not None else self._counted(parts)
            if part.attempts != attempts:
                return Verdict(False, f"wanted {wanted}; {self._end(part)}")  # noqa: FBT003 - as above
        told = ", ".join(self._end(part) for part in asked) or "it started no component"
        return Verdict(True, told)  # noqa: FBT003 - as above

    def failed(
        self,
        *,
        attempts: int | None = None,
        reason: str | None = None,
        error: str | type[BaseException] | None = None,
        component: str | None = None,
    ) -> Verdict:
        """Whether it ended in error.

        Args:
            attempts: after exactly so many attempts (retries and the first one).
            reason: ``retries-exhausted``, ``permanent`` or ``business``.
            error: type of the last error, as a name or a class.
            component: of this component alone; else any that failed.
        """
        parts = progress_of(self.records)
        asked = [self.of(component)] if component is not None else list(parts.values())
        kind = error.__name__ if isinstance(error, type) else error
        wanted = "error" if attempts is None else f"error after {plural(attempts, 'attempt')}"
        details = [detail for detail in (reason, kind) if detail is not None]
        wanted += f" ({', '.join(details)})" if details else ""
        ended = [part for part in asked if part.status == "error"]
        for part in ended:
            if (
                attempts in (None, part.attempts)
                and reason in (None, part.reason)
                and kind in (None, part.error.type if part.error else None)
            ):
                return Verdict(True, self._end(part))  # noqa: FBT003 - a verdict's first word
        told = ", ".join(self._end(part) for part in ended or asked) or "it started no component"
        return Verdict(False, f"wanted {wanted}; {told}")  # noqa: FBT003 - as above

    def _counted(self, parts: dict[str, Progress]) -> Progress:
        direct = [part for part in parts.values() if part.direct]
        if len(direct) != 1:
            names = ", ".join(part.component for part in direct) or "none"
            raise UsageError(
                f"attempts are counted for one component, and the command started {len(direct)}"
                f" ({names}); say component="
            )
        return direct[0]

    def _end(self, part: Progress) -> str:
        error = ""
        if part.error is not None:
            error = f" ({part.error.type})"
            if part.reason not in (None, "retries-exhausted"):
                error = f" ({part.error.type}, {part.reason})"
        after = plural(part.attempts, "attempt")
        if part.status != "accepted":
            return f"{part.component} ended {part.status!r} after {after}{error}"
        if part.due_ns is not None:
            due = clock_text(part.due_ns, self._start_ns)
            return f"{part.component} is 'accepted' after {after}{error}, the next is due at {due}"
        if part.attempts == 0:
            return f"{part.component} is 'accepted', not attempted yet: time has not moved"
        return f"{part.component} is 'accepted', attempt {part.attempts} is under way"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TraceView):
            return NotImplemented
        return self.id == other.id and self._emulator is other._emulator

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        parts = progress_of(self.records)
        counted = ", ".join(
            f"{part.component} {part.status} after {plural(part.attempts, 'attempt')}"
            for part in parts.values()
        )
        return f"<Trace {self.label} {self.command}: {counted or 'no component'}>"


class Trace(TraceView):
    """See :class:`TraceView`; in a test without ``await``."""

    def __init__(
        self, emulator: Emulator, trace_id: str, start_ns: int, end: Callable[[str], None]
    ) -> None:
        super().__init__(emulator, trace_id, start_ns)
        self._end_of = end

    def ended(self) -> Trace:
        """Move time until nothing of the trace is under way, and no further; the trace.

        Raises:
            LivenessError: that would never be.
        """
        __tracebackhide__ = True
        self._end_of(self.id)
        return self


class AsyncTrace(TraceView):
    """See :class:`TraceView`; in an ``async def`` test."""

    def __init__(
        self,
        emulator: Emulator,
        trace_id: str,
        start_ns: int,
        end: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__(emulator, trace_id, start_ns)
        self._end_of = end

    async def ended(self) -> AsyncTrace:
        """Move time until nothing of the trace is under way, and no further; the trace.

        Raises:
            LivenessError: that would never be.
        """
        __tracebackhide__ = True
        await self._end_of(self.id)
        return self


class Letters:
    """The dead letters that are neither redriven nor discarded, oldest first."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def _all(self) -> list[DeadLetter]:
        return list(self._emulator.deadletters)

    def __len__(self) -> int:
        return len(self._emulator.deadletters)

    def __iter__(self) -> Iterator[DeadLetter]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> DeadLetter: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[DeadLetter]: ...
    def __getitem__(self, index: int | slice) -> DeadLetter | Sequence[DeadLetter]:
        return self._all()[index]

    def __contains__(self, what: object) -> bool:
        if isinstance(what, TraceView):
            return what.id in self._emulator.deadletters
        if isinstance(what, str):
            return what in self._emulator.deadletters or any(
                letter.letter_id == what for letter in self._all()
            )
        return any(letter == what for letter in self._all())

    def __repr__(self) -> str:
        return (
            f"<{plural(len(self), 'dead letter')}: {self._all()}>" if self else "<no dead letters>"
        )
