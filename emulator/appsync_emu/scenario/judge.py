"""Holding expectations and invariants against what happened; every miss is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.core.checks import Violation, check_subscriber
from appsync_emu.core.comparisons import described, holds
from appsync_emu.core.effects import Effects, effects_of
from appsync_emu.core.traces import status_lines
from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.templates import filled
from appsync_emu.testing.progress import overall
from appsync_emu.testing.values import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from appsync_emu.core.letters import DeadLetter
    from appsync_emu.scenario.facts import TraceFacts
    from appsync_emu.scenario.listen import Listener
    from appsync_emu.scenario.model import (
        ComponentWanted,
        EffectsWanted,
        Expectations,
        LettersWanted,
        LetterWanted,
        SubscriberWanted,
        TracesWanted,
        TraceWanted,
    )
    from appsync_emu.scenario.world import World
    from appsync_emu.testing.progress import Course

__all__ = ["broken_invariants", "check_calm", "check_expectations"]

NS = 1_000_000_000
EXAMPLES_MAX = 3
"""Traces of a label that a message names."""


class _Miss:
    """One thing that is not as wanted: its name below the expectation's, and what to say."""

    __slots__ = ("line", "message", "name")

    def __init__(self, name: str, message: str, line: int) -> None:
        self.name = name
        self.message = message
        self.line = line


def _wanted(name: str, wanted: Any, found: Any, line: int) -> Iterator[_Miss]:  # noqa: ANN401 - JSON
    """Nothing when the value is as wanted, or when nothing is wanted."""
    if wanted is not None and not holds(wanted, found):
        yield _Miss(name, f"wanted {described(wanted)}, found {described(found)}", line)


def check_expectations(world: World, expect: Expectations) -> None:
    """Add a finding to the world for everything that is not as expected."""
    _check_traces(world, expect.traces)
    if expect.deadletters is not None:
        _check_letters(world, expect.deadletters)
    for wanted in expect.subscribers:
        listener = world.listeners.get(wanted.label)
        for miss in _of_subscriber(wanted, listener, world):
            world.miss(f"subscribers.{wanted.label}.{miss.name}", miss.message, miss.line)
    for fault in expect.faults:
        struck = world.emulator.faults.struck[fault.fault]
        for miss in _wanted("strikes", fault.strikes, struck, fault.line):
            world.miss(f"faults.{fault.fault}.{miss.name}", miss.message, miss.line)
    if expect.effects:
        effects = effects_of(world.emulator.journal.records)
        for miss in _of_effects(expect.effects, effects):
            world.miss(miss.name, miss.message, miss.line)


# -------------------------------------------------------------------------------------- traces


def _check_traces(world: World, wanted: Iterable[TracesWanted]) -> None:
    labelled: dict[str, list[str]] | None = None
    for one in wanted:
        labelled = world.labelled() if labelled is None else labelled
        traces = [world.facts(trace_id) for trace_id in labelled.get(one.label, ())]
        _check_label(world, one, traces)


def _check_label(world: World, one: TracesWanted, traces: Sequence[TraceFacts]) -> None:
    name = f"traces.{one.label}"
    missed = [list(_of_trace(one.wanted, trace, world)) for trace in traces]
    if one.quantifier == "none":
        for trace, misses in zip(traces, missed, strict=True):
            if not misses:
                message = "wanted none that is like this, found one"
                if len(traces) > 1:
                    message = f"wanted none like this of {len(traces)}, found one"
                world.miss(f"{name}.none", message, one.line,
                           label=one.label, trace_id=trace.trace_id)  # fmt: skip
                return
        return
    if not traces:
        world.miss(name, "no command of this label was accepted", one.line, label=one.label)
        return
    if one.quantifier == "any" and not all(missed):
        return
    if one.quantifier == "any":
        message = f"wanted any of {plural(len(traces), 'trace')} to be like this, found none"
        told = missed[0][0]
        message = f"{message}; of the first, {told.name}: {told.message}"
        world.miss(f"{name}.any", message, one.line,
                   label=one.label, trace_id=traces[0].trace_id)  # fmt: skip
        return
    _tell_all(world, one, traces, missed)


def _tell_all(
    world: World, one: TracesWanted, traces: Sequence[TraceFacts], missed: list[list[_Miss]]
) -> None:
    """One finding for each kind of miss, with the number of traces that it concerns."""
    groups: dict[str, list[tuple[_Miss, str]]] = {}
    for trace, misses in zip(traces, missed, strict=True):
        for miss in misses:
            groups.setdefault(miss.name, []).append((miss, trace.trace_id))
    for name, group in groups.items():
        first, trace_id = group[0]
        message = first.message
        if len(traces) > 1:
            message = f"{message} ({len(group)} of {len(traces)} traces)"
        world.miss(f"traces.{one.label}.{name}", message, first.line,
                   label=one.label, trace_id=trace_id)  # fmt: skip


def _of_trace(wanted: TraceWanted, trace: TraceFacts, world: World) -> Iterator[_Miss]:
    line = wanted.line
    yield from _wanted("status", wanted.status, trace.status, line)
    yield from _wanted("attempts", wanted.attempts, trace.attempts, line)
    yield from _wanted("retries", wanted.retries, trace.retries, line)
    records = world.emulator.journal.of_trace(trace.trace_id)
    if wanted.statuses is not None:
        found = [one.status for one in status_lines(records)]
        yield from _wanted("statuses", list(wanted.statuses), found, line)
    if wanted.within_s is not None:
        yield from _in_time(wanted, trace)
    if wanted.error is not None:
        yield from _of_error(wanted.error, trace.failed, line)
    if wanted.effects:
        yield from _of_effects(wanted.effects, effects_of(records))
    for component, one in wanted.components.items():
        courses = [course for course in trace.courses if course.facts.component == component]
        for miss in _of_component(one, courses):
            yield _Miss(f"components.{component}.{miss.name}", miss.message, miss.line)


def _in_time(wanted: TraceWanted, trace: TraceFacts) -> Iterator[_Miss]:
    ended_ns, within_s = trace.ended_ns, wanted.within_s or 0.0
    limit = f"wanted its end within {within_s:g} s"
    if ended_ns is None:
        yield _Miss("within", f"{limit}, it has not ended", wanted.line)
    elif ended_ns - trace.began_ns > round(within_s * NS):
        took_s = (ended_ns - trace.began_ns) / NS
        yield _Miss("within", f"{limit}, it took {took_s:g} s", wanted.line)


def _of_error(wanted: Mapping[str, Any], course: Course | None, line: int) -> Iterator[_Miss]:
    if course is None or course.error is None:
        yield _Miss("error", f"wanted {described(wanted)}, found no error", line)
        return
    error = course.error
    found = {
        "type": error.type,
        "message": error.message,
        "class": error.error_class,
        "reason": course.reason,
    }
    for name, value in wanted.items():
        yield from _wanted(f"error.{name}", value, found.get(name), line)


def _of_component(wanted: ComponentWanted, courses: Sequence[Course]) -> Iterator[_Miss]:
    line = wanted.line
    if not courses:
        yield _Miss("status", "it was never started", line)
        return
    status = overall(course.status for course in courses)
    yield from _wanted("status", wanted.status, status, line)
    attempts = sum(course.attempts for course in courses)
    yield from _wanted("attempts", wanted.attempts, attempts, line)
    yield from _wanted("retries", wanted.retries, sum(course.retries for course in courses), line)
    if wanted.error is not None:
        failing = (course for course in courses if course.error is not None)
        yield from _of_error(wanted.error, next(failing, None), line)


def _of_effects(wanted: Iterable[EffectsWanted], found: Mapping[str, Effects]) -> Iterator[_Miss]:
    for one in wanted:
        effects = found.get(one.source, Effects())
        name = f"effects.{one.source}"
        yield from _wanted(f"{name}.writes", one.writes, effects.writes, one.line)
        yield from _wanted(f"{name}.reads", one.reads, effects.reads, one.line)


# -------------------------------------------------------------------------------- dead letters


def _check_letters(world: World, wanted: LettersWanted) -> None:
    letters = list(world.emulator.deadletters)
    for miss in _wanted("count", wanted.count, len(letters), wanted.line):
        world.miss("deadletters.count", miss.message, miss.line)
    if not wanted.contain:
        return
    labels = world.labels()
    fits = [
        [
            number
            for number, letter in enumerate(letters)
            if _is_letter(one, letter, labels.get(letter.trace_id), world)
        ]
        for one in wanted.contain
    ]
    taken: dict[int, int] = {}
    for index, one in enumerate(wanted.contain):
        if not _assign(index, fits, taken, set()):
            message = f"none of the {plural(len(letters), 'dead letter')} is {_letter_words(one)}"
            world.miss(f"deadletters.contain.{index}", message, one.line, label=one.label)


def _assign(index: int, fits: list[list[int]], taken: dict[int, int], tried: set[int]) -> bool:
    """Give the wanted letter one that fits; those that came before may take another."""
    for number in fits[index]:
        if number in tried:
            continue
        tried.add(number)
        if number not in taken or _assign(taken[number], fits, taken, tried):
            taken[number] = index
            return True
    return False


def _is_letter(wanted: LetterWanted, letter: DeadLetter, label: str | None, world: World) -> bool:
    error = letter.error if letter.attempts else None
    pairs: list[tuple[Any, Any]] = [
        (wanted.label, label),
        (wanted.component, letter.component),
        (wanted.attempts, len(letter.attempts)),
        (wanted.reason, letter.reason),
    ]
    if wanted.error is not None:
        found = {} if error is None else {
            "type": error.type, "message": error.message, "class": error.error_class,
            "reason": letter.reason,
        }  # fmt: skip
        pairs.append((wanted.error, found))
    if wanted.context is not None:
        pairs.append((filled(wanted.context, world.variables), letter_context(letter)))
    return all(value is None or holds(value, found) for value, found in pairs)


def letter_context(letter: DeadLetter) -> dict[str, Any]:
    """What a dead letter holds, under the names that a file uses for it."""
    return {
        "input": letter.input,
        "identity": letter.identity,
        "headers": dict(letter.headers),
        "command": letter.command,
        "component": letter.component,
        "event": letter.event,
        "traceId": letter.trace_id,
    }


def _letter_words(wanted: LetterWanted) -> str:
    said = {
        "label": wanted.label,
        "component": wanted.component,
        "attempts": wanted.attempts,
        "reason": wanted.reason,
        "error": wanted.error,
        "context": wanted.context,
    }
    return described({name: value for name, value in said.items() if value is not None})


# --------------------------------------------------------------------------------- subscribers


def _of_subscriber(
    wanted: SubscriberWanted, listener: Listener | None, world: World
) -> Iterator[_Miss]:
    line = wanted.line
    if listener is None:
        yield _Miss("sees", "it never listened", line)
        return
    seen = listener.seen
    if wanted.sees is not None:
        words = filled(list(wanted.sees), world.variables)
        found = [listener.told(one, line_) for one, line_ in _aligned(words, seen)]
        if len(words) != len(seen) or not all(map(holds, words, found)):
            message = f"wanted {described(words)}, found {described(found)}"
            yield _Miss("sees", message, line)
    if wanted.duplicates == "none" and listener.duplicates:
        message = f"wanted nothing twice, {listener.duplicates} of them arrived again"
        yield _Miss("duplicates", message, line)
    yield from _wanted("reconnects", wanted.reconnects, listener.reconnects, line)
    if wanted.after_reconnect == "resumes" and not listener.resumed:
        lost = "it never lost its connection" if not listener.losses else "it is not connected"
        yield _Miss("after_reconnect", f"wanted it to resume, {lost}", line)


def _aligned(words: list[Any], seen: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Each thing that was seen with what was wanted in its place, as far as there is any."""
    for number, one in enumerate(seen):
        yield (words[number] if number < len(words) else "" if words else None), one


# ---------------------------------------------------------------------------------- invariants


def broken_invariants(world: World, *, settled: bool) -> None:
    """Add a finding for every broken invariant that the file does not allow."""
    scenario = world.scenario
    expect = scenario.expect
    if world.mode.calm and scenario.calm_expect is not None:
        expect = scenario.calm_expect
    labels: dict[str, str] | None = None
    for broken in _violations(world, settled=settled):
        if broken.invariant in expect.allowed:
            continue
        labels = world.labels() if labels is None else labels
        label = labels.get(broken.trace_id or "")
        world.findings.append(
            Finding(
                kind=Kind.INVARIANT,
                name=broken.invariant,
                message=broken.message,
                label=label,
                trace_id=broken.trace_id,
            )
        )


def _violations(world: World, *, settled: bool) -> Iterator[Violation]:
    yield from world.emulator.check(settled=settled)
    names = world.emulator.api.trace.fields
    for listener in world.listeners.values():
        if listener.follower is None:
            continue
        trace_id = listener.follower.trace_id
        lines = status_lines(world.emulator.journal.of_trace(trace_id))
        published = [line.named(names, "") for line in lines]
        for line in published:
            del line[names.timestamp]
        seen = [
            {name: value for name, value in line.items() if name != names.timestamp}
            for line in listener.seen
        ]
        for broken in check_subscriber(seen, published):
            message = f"subscriber {listener.label}: {broken.message}"
            yield Violation(broken.invariant, message, trace_id)


# ---------------------------------------------------------------------------------------- calm


def check_calm(world: World) -> None:
    """Without faults every command must end in success, unless the file says otherwise."""
    expect = world.scenario.calm_expect
    if expect is not None:
        check_expectations(world, expect)
        return
    for trace_id, label in world.labels().items():
        trace = world.facts(trace_id)
        if trace.status == "success":
            continue
        failed = trace.failed
        why = f" ({failed.error.type}: {failed.error.message})" if failed and failed.error else ""
        message = f"ended in {trace.status!r} without any fault{why}"
        if trace.status == "accepted":
            message = f"did not end without any fault{why}"
        world.miss("calm", message, world.scenario.line, label=label, trace_id=trace_id)
