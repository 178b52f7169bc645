"""What a scenario file refers to outside of itself, held against an API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.config.readers import nearest
from appsync_emu.core.faults import words
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.errors import Mistake
from appsync_emu.scenario.model import Crash, ExpectNow, Query, Send, Subscribe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from appsync_emu.core.api import Api, CommandSpec
    from appsync_emu.graph.schema import Schema
    from appsync_emu.scenario.model import Expectations, Scenario, ScenarioFault

__all__ = ["check_against"]

_SHOWN_MAX = 12


def check_against(scenario: Scenario, api: Api, schema: Schema) -> list[Mistake]:
    """What the API does not have: commands, components, fields and their arguments.

    Args:
        scenario: as it was loaded.
        api: the one that it will be run against.
        schema: of that API.

    Returns:
        All mistakes, from top to bottom; none when the two fit.
    """
    check = _Check(scenario, api, schema)
    found = [*check.steps(), *check.faults()]
    expectations = [scenario.expect, scenario.calm_expect or scenario.expect]
    expectations += [step.expect for step in scenario.steps if isinstance(step, ExpectNow)]
    for expectation in expectations:
        found += check.expectations(expectation)
    return sorted(dict.fromkeys(found), key=lambda mistake: mistake.line)


class _Check:
    """One scenario beside one API."""

    def __init__(self, scenario: Scenario, api: Api, schema: Schema) -> None:
        self._scenario = scenario
        self._api = api
        self._schema = schema
        self._commands = list(api.commands.values())

    def _mistake(self, line: int, message: str, remedy: str) -> Mistake:
        return Mistake(file=self._scenario.path, line=line, message=message, remedy=remedy)

    def _unknown(
        self, line: int, what: str, name: str, known: Collection[str], kind: str
    ) -> Mistake:
        remedy = f"The API has no {kind}."
        if known:
            more = ", ..." if len(known) > _SHOWN_MAX else ""
            remedy = f"Its {kind}s: {', '.join(list(known)[:_SHOWN_MAX])}{more}."
        return self._mistake(
            line, f'{what} is "{name}", which the API does not have{nearest(name, known)}', remedy
        )

    # Steps.

    def steps(self) -> Iterator[Mistake]:
        """Mistakes in what is done."""
        for step in self._scenario.steps:
            match step:
                case Send():
                    yield from self._send(step)
                case Subscribe():
                    yield from self._subscribe(step)
                case Query() if "{" not in step.query:
                    root = self._schema.query_type
                    yield from self._field(step.line, root, step.query, step.arguments, "query")
                case Crash():
                    yield from self._component(
                        step.line, 'the component of the step "crash"', step.component
                    )
                case _:
                    pass

    def _send(self, step: Send) -> Iterator[Mistake]:
        what = f'the command of send "{step.label}"' if step.label else "the command of a send"
        found = [
            spec
            for key, spec in self._api.commands.items()
            if step.command in (key, spec.field_name)
        ]
        if not found:
            names = [spec.field_name for spec in self._commands]
            known = list(self._api.commands) if "." in step.command else names
            yield self._unknown(step.line, what, step.command, known, "command")
        elif len(found) > 1:
            full = [f"{spec.type_name}.{spec.field_name}" for spec in found]
            yield self._mistake(
                step.line,
                f'{what} is "{step.command}", the name of several: {", ".join(full)}',
                f"Write which one: {full[0]}.",
            )
        elif step.refused is None:
            yield from self._input(step, found[0])

    def _input(self, step: Send, spec: CommandSpec) -> Iterator[Mistake]:
        """Arguments; those of a single ``input`` are its fields."""
        takes: Mapping[str, str] = self._schema.arguments_of(spec.type_name, spec.field_name)
        if tuple(takes) == ("input",) and tuple(step.input) != ("input",):
            takes = self._schema.fields_of(takes["input"].strip("[]!"))
        yield from self._arguments(step.line, spec.field_name, step.input, takes)

    def _arguments(
        self, line: int, field: str, given: Mapping[str, object], takes: Mapping[str, str]
    ) -> Iterator[Mistake]:
        for name in given:
            if name not in takes:
                yield self._mistake(
                    line,
                    f'"{field}" has no argument "{name}"{nearest(name, takes)}',
                    f"Its arguments: {', '.join(takes) or 'none'}.",
                )

    def _subscribe(self, step: Subscribe) -> Iterator[Mistake]:
        if step.to == "statuses":
            if self._api.trace.subscription is None:
                yield self._mistake(
                    step.line,
                    f'subscriber "{step.label}" listens to statuses, and the API has no '
                    "subscription for them",
                    "Name it under trace: {subscription: Subscription.onTrace}.",
                )
            return
        root = self._schema.subscription_type
        if root is None:
            yield self._mistake(step.line, "the API has no subscriptions", "Remove the step.")
            return
        yield from self._field(step.line, root, step.to, step.arguments, "subscription")

    def _field(
        self, line: int, root: str, name: str, given: Mapping[str, object], kind: str
    ) -> Iterator[Mistake]:
        known = self._schema.field_names(root)
        field = name.removeprefix(f"{root}.")
        if field not in known:
            yield self._unknown(line, f"the field of a {kind}", name, known, f"{kind} field")
            return
        takes = self._schema.arguments_of(root, field)
        yield from self._arguments(line, field, given, takes)

    # Faults.

    def faults(self) -> Iterator[Mistake]:
        """Mistakes in whom faults strike."""
        for item in self._scenario.faults:
            fault, what = item.fault, f'of fault "{item.fault.fault_id}"'
            yield from self._matched(item)
            if isinstance(fault.effect, CrashEffect) and fault.effect.component is not None:
                yield from self._component(
                    item.line, f"the component that dies {what}", fault.effect.component
                )

    def _matched(self, item: ScenarioFault) -> Iterator[Mistake]:
        match, what = item.fault.match, f'of fault "{item.fault.fault_id}"'
        if match.component is not None:
            for name in words.names_in(match.component):
                yield from self._component(item.line, f"the component {what}", name)
        if match.command is not None:
            known = [spec.field_name for spec in self._commands]
            for name in words.names_in(match.command):
                if name not in known:
                    yield self._unknown(item.line, f"the command {what}", name, known, "command")

    def _component(self, line: int, what: str, name: str) -> Iterator[Mistake]:
        if name not in self._api.components:
            yield self._unknown(line, what, name, self._api.components, "component")

    # Expectations.

    def expectations(self, expect: Expectations) -> Iterator[Mistake]:
        """Mistakes in whom something is expected of."""
        for traces in expect.traces:
            for name, wanted in traces.wanted.components.items():
                what = f'a component of trace "{traces.label}"'
                yield from self._component(wanted.line, what, name)
        for letter in expect.deadletters.contain if expect.deadletters else ():
            if letter.component is not None:
                yield from self._component(
                    letter.line, "the component of a dead letter", letter.component
                )
