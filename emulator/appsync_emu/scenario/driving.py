"""The steps of a scenario, done by a client of an API at a URL, and what it sees of them."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, assert_never

from appsync_emu.core.comparisons import described, holds
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.realclock import RealClock
from appsync_emu.errors import SubscriptionRefused, UsageError
from appsync_emu.graph.documents import operation_for
from appsync_emu.scenario.model import (
    Advance,
    Arm,
    Crash,
    Discard,
    ExpectNow,
    Heal,
    Query,
    Redrive,
    Send,
    Set,
    Settle,
    Subscribe,
)
from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.sightings import Heard, Seen, misses
from appsync_emu.scenario.steps_run import MISSING, value_at
from appsync_emu.scenario.templates import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from appsync_emu.client_http import HttpAnswer, HttpClient
    from appsync_emu.core.api import Api, CommandSpec
    from appsync_emu.graph.schema import Schema
    from appsync_emu.scenario.model import Caller, Scenario, Step

__all__ = ["Outside", "Pace"]

_NAME = re.compile(r"[_A-Za-z][\w.]*")
_AT_ONCE = 10
_SHOWN_MAX = 3
_TEXT_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a client waits, in seconds of real time.

    Attributes:
        patience_s: for commands to end, at most.
        poll_s: between two looks at what has not ended.
        quiet_s: without news, once every component that is known has ended: what one of them
            started may not be known yet.
    """

    patience_s: float = 120.0
    poll_s: float = 0.25
    quiet_s: float = 1.0


@dataclass(slots=True)
class Outside:
    """A run under way.

    Attributes:
        traces: those that were begun, oldest first.
        listeners: by label.
        awaited: trace ids that were promised to subscribers, by label.
        findings: what is wrong so far.
        stuck: whether patience ran out before the work was done.
    """

    scenario: Scenario
    api: Api
    schema: Schema
    client: HttpClient
    pace: Pace
    variables: dict[str, Any] = field(default_factory=dict)
    traces: list[Seen] = field(default_factory=list)
    listeners: dict[str, Heard] = field(default_factory=dict)
    awaited: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stuck: bool = False
    clock: RealClock = field(default_factory=RealClock)
    entropy: Entropy = field(default_factory=Entropy)

    async def run(self) -> None:
        """The steps, then the end of everything, then what must hold.

        Raises:
            UsageError: the API cannot be reached, or is another one than the file speaks of.
        """
        self.variables = dict(self.scenario.variables)
        for step in self.scenario.steps:
            await self._perform(step)
            if self.stuck:
                return
        await self._settle(None, self.scenario.line)
        if not self.stuck:
            await self._check(self.scenario.expect)

    async def leave(self) -> None:
        """Close every subscription."""
        for listener in self.listeners.values():
            await listener.subscription.close()

    async def _perform(self, step: Step) -> None:
        match step:
            case Send():
                await self._send_all(step)
            case Subscribe():
                await self._subscribe(step)
            case Query():
                await self._query(self._filled(step))
            case Settle():
                await self._settle(step.within_s, step.line)
            case Set():
                self.variables.update(self._filled(step.variables))
            case ExpectNow():
                await self._refresh(self.traces)
                await self._check(step.expect)
            case Advance() | Arm() | Heal() | Crash() | Redrive() | Discard():
                raise UsageError(f'"{type(step).__name__.lower()}" cannot be done from outside')
            case _:
                assert_never(step)

    def _filled(self, value: Any, **more: Any) -> Any:  # noqa: ANN401 - of the same type
        try:
            return filled(value, {**self.variables, **more})
        except KeyError as missing:
            raise UsageError(f"the variable {missing.args[0]!r} has no value here") from None

    def miss(self, name: str, message: str, line: int, **where: Any) -> None:  # noqa: ANN401 - see Finding
        """Something is not as it should be."""
        self.findings.append(
            Finding(kind=where.pop("kind", Kind.EXPECTATION), name=name, message=message,
                    line=line, **where)
        )  # fmt: skip

    # -------------------------------------------------------------------------------- commands

    async def _send_all(self, step: Send) -> None:
        for number in range(1, step.repeat + 1):
            if number > 1 and step.every_s:
                await self.clock.sleep(step.every_s)
            await self._send(self._filled(step, n=number), number)

    def _spec(self, name: str) -> CommandSpec:
        return next(
            spec for key, spec in self.api.commands.items() if name in (key, spec.field_name)
        )

    async def _send(self, step: Send, number: int) -> None:
        spec, names, label = self._spec(step.command), self.api.trace, step.label
        arguments: Mapping[str, Any] = step.input
        takes = self.schema.arguments_of(spec.type_name, spec.field_name)
        if tuple(takes) == ("input",) and tuple(arguments) != ("input",):
            arguments = {"input": dict(arguments)}
        headers = _headers(step.caller)
        wanted_id = self.awaited.get(label or "") if number == 1 else None
        if wanted_id is not None:
            headers[names.header.lower()] = wanted_id
        document, variables = operation_for(
            self.schema, spec.path, "mutation", arguments, f"{{ {names.field} }}"
        )
        began_ns = self.clock.now_ns()
        answer = await self.client.execute(document, variables, headers)
        name, problems = f"send.{label or step.command}", _problems(answer)
        if problems:
            self._refused(step, name, problems)
            return
        found = _at(answer.json.get("data"), spec.path)
        trace_id = str(found.get(names.field)) if isinstance(found, dict) else ""
        if wanted_id is not None and trace_id != wanted_id:
            raise UsageError(
                f"the API gave {step.command} a trace id of its own choice, so nobody can subscribe"
                f' to "{label}" before it was sent: put the step "subscribe" after it'
            )
        self.traces.append(Seen(trace_id, label or step.command, names.fields, began_ns))
        if step.refused is not None:
            message = f"wanted it to be refused ({described(step.refused)}), it was accepted"
            self.miss(name, message, step.line, label=label, trace_id=trace_id)
        self._save(step.save, {names.field: trace_id}, name, step.line)

    def _refused(self, step: Send, name: str, found: Sequence[Mapping[str, Any]]) -> None:
        if step.refused is None:
            message = f"it was refused: {described(found[0])}"
            self.miss(name, message, step.line, label=step.label)
        elif not any(holds(step.refused, one) for one in found):
            message = (
                f"wanted a refusal with {described(step.refused)}, found {described(found[0])}"
            )
            self.miss(name, message, step.line, label=step.label)

    # ---------------------------------------------------------------------- queries, listeners

    async def _query(self, step: Query) -> None:
        is_field = _NAME.fullmatch(step.query) is not None
        document, variables = step.query, dict(step.arguments)
        path = tuple(step.query.split("."))
        if is_field:
            document, variables = operation_for(self.schema, path, "query", step.arguments)
        answer = await self.client.execute(document, variables, _headers(step.caller))
        name = f"query.{step.query}" if is_field else "query"
        value = answer.json.get("data")
        if is_field:
            value = _at(value, path)
        problems = _problems(answer)
        if step.errors is not None:
            if not any(holds(step.errors, one) for one in problems):
                found = described(problems) if problems else "none"
                message = f"wanted an error with {described(step.errors)}, found {found}"
                self.miss(f"{name}.errors", message, step.line)
        elif problems:
            message = f"it was answered with {described(problems[0])}"
            self.miss(f"{name}.errors", message, step.line)
        if step.expects and not holds(step.expect, value):
            message = f"wanted {described(step.expect)}, found {described(value)}"
            self.miss(f"{name}.expect", message, step.line)
        self._save(step.save, value, name, step.line)

    def _save(self, save: Mapping[str, str], value: Any, name: str, line: int) -> None:  # noqa: ANN401 - JSON
        for variable, path in save.items():
            found = value_at(path, value)
            if found is MISSING:
                self.miss(f"{name}.save.{variable}", f'the answer has nothing at "{path}"', line)
            else:
                self.variables[variable] = found

    async def _subscribe(self, step: Subscribe) -> None:
        step = self._filled(step)
        path = tuple(step.to.split("."))
        arguments: Mapping[str, Any] = step.arguments
        if step.to == "statuses":
            path = (str(self.api.trace.subscription).rpartition(".")[2],)
            arguments = {self.api.trace.argument: self._trace_of(step.of or "")}
        document, variables = operation_for(self.schema, path, "subscription", arguments)
        try:
            subscription = await self.client.subscribe(document, variables, _headers(step.caller))
        except SubscriptionRefused as refused:
            self.miss(f"subscribe.{step.label}", str(refused), step.line, label=step.label)
            return
        self.listeners[step.label] = Heard(step.label, self.api.trace.fields, subscription)

    def _trace_of(self, label: str) -> str:
        """The trace of a label, also of one that is still to be sent."""
        known = next((seen.trace_id for seen in self.traces if seen.label == label), None)
        if known is not None:
            return known
        return self.awaited.setdefault(label, self.entropy.uuid("awaited", label))

    # ------------------------------------------------------------------------------- waiting

    async def _settle(self, within_s: float | None, line: int) -> None:
        """Wait until every command that was sent has ended, or patience is."""
        if self.api.trace.query is None:
            return
        most_s = self.scenario.give_up_after_s if within_s is None else within_s
        limit_s = min(most_s, self.pace.patience_s)
        began_s = last_s = time.perf_counter()
        while True:
            if await self._refresh(self.traces):
                last_s = time.perf_counter()
            now_s, left = time.perf_counter(), [one for one in self.traces if not one.ended]
            if not left and (not self.traces or now_s - last_s >= self.pace.quiet_s):
                return
            if left and now_s - began_s > limit_s:
                told = ", ".join(f"{one.label} ({one.words})" for one in left[:_SHOWN_MAX])
                more = f" and {len(left) - _SHOWN_MAX} more" if len(left) > _SHOWN_MAX else ""
                message = f"not ended after {limit_s:g} s of real time: {told}{more}"
                self.miss("settle", message, line, kind=Kind.LIVENESS,
                           label=left[0].label, trace_id=left[0].trace_id)  # fmt: skip
                self.stuck = True
                return
            await self.clock.sleep(self.pace.poll_s)

    async def _refresh(self, traces: Sequence[Seen]) -> bool:
        """Ask what became of traces; whether any has news."""
        names = self.api.trace
        if names.query is None or not traces:
            return False
        path = (names.query.rpartition(".")[2],)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(seen: Seen) -> bool:
            arguments = {names.argument: seen.trace_id}
            document, variables = operation_for(self.schema, path, "query", arguments)
            async with gate:
                answer = await self.client.execute(document, variables)
            return seen.told(_at(answer.json.get("data"), path), _problems(answer))

        return any(await asyncio.gather(*map(ask, traces)))

    async def _check(self, expect: Any) -> None:  # noqa: ANN401 - Expectations
        wanted = self._filled(expect)
        for name, message, line, seen in misses(wanted, self.traces, self.listeners):
            where = {} if seen is None else {"label": seen.label, "trace_id": seen.trace_id}
            self.miss(name, message, line, **where)


def _headers(caller: Caller | None) -> dict[str, str]:
    return {} if caller is None else dict(caller.headers)


def _at(data: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _problems(answer: HttpAnswer) -> list[dict[str, Any]]:
    """The errors of an answer, under the names that files use; of no GraphQL, what it says."""
    errors = answer.json.get("errors")
    if isinstance(errors, list) and errors:
        return [
            {
                "status": answer.status,
                "type": error.get("errorType"),
                "message": error.get("message"),
            }
            for error in errors
            if isinstance(error, dict)
        ]
    if "data" in answer.json:
        return []
    said = answer.json.get("message") or answer.json.get("Message") or answer.text[:_TEXT_MAX]
    return [{"status": answer.status, "type": None, "message": said}]
