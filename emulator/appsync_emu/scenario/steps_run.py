"""Doing the steps of a scenario, one after another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, assert_never

from appsync_emu.core.comparisons import described, holds
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.errors import CommandRefused, LivenessError, SubscriptionRefused, UsageError
from appsync_emu.graph.documents import operation_for
from appsync_emu.scenario.judge import check_expectations
from appsync_emu.scenario.listen import listen
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
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.templates import filled
from appsync_emu.testing.values import plural

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from appsync_emu.scenario.model import Caller, Step
    from appsync_emu.scenario.world import World

__all__ = ["perform", "settle"]

T = TypeVar("T")

MISSING: Final[Any] = object()
"""What :func:`value_at` answers where nothing is."""

UNFINISHED_MAX = 3
"""Unfinished traces that a message names."""

_NAME = re.compile(r"[_A-Za-z][\w.]*")


async def perform(world: World, step: Step) -> None:
    """Do one step; what is not as expected becomes a finding of the world.

    Raises:
        UsageError: the step cannot be done with this API.
    """
    match step:
        case Send():
            await _send_all(world, step)
        case Subscribe():
            await _subscribe(world, step)
        case Query():
            await _query(world, _filled(step, world.variables))
        case Advance():
            await _advance(world, step.seconds, step.line)
        case Settle():
            await settle(world, step.within_s, step.line)
        case _:
            _perform_at_once(world, step)


def _perform_at_once(
    world: World, step: Arm | Heal | Crash | Redrive | Discard | Set | ExpectNow
) -> None:
    """Steps that need no time."""
    match step:
        case Arm():
            _arm(world, step)
        case Heal():
            world.emulator.heal(step.fault)
        case Crash():
            if not world.mode.calm:
                world.emulator.crash(step.component, step.restart_after_s)
        case Redrive() | Discard():
            _bury_or_redrive(world, step)
        case Set():
            world.variables.update(_filled(step.variables, world.variables))
        case ExpectNow():
            if world.mode.expects:
                check_expectations(world, step.expect)
        case _:
            assert_never(step)


def _filled(value: T, variables: Mapping[str, Any]) -> T:
    try:
        return filled(value, variables)
    except KeyError as missing:
        raise UsageError(f"the variable {missing.args[0]!r} has no value here") from None


# ------------------------------------------------------------------------------------ commands


async def _send_all(world: World, step: Send) -> None:
    for number in range(1, step.repeat + 1):
        if number > 1 and step.every_s:
            await _advance(world, step.every_s, step.line)
            if world.stuck:
                return
        await _send(world, step, number)


async def _send(world: World, step: Send, number: int) -> None:
    emulator, label = world.emulator, step.label
    variables = {**world.variables, "n": number}
    arguments = _filled(step.input, variables)
    name = f"send.{label or step.command}"
    wanted = None if step.refused is None else _filled(step.refused, variables)
    trace_id, key = None, None
    if label is not None:
        count = world.sent[label] = world.sent.get(label, 0) + 1
        key = (label, count)
        if count == 1:
            trace_id = world.awaited.get(label)
    caller = _filled(step.caller, variables) if step.caller is not None else None
    options: dict[str, Any] = {
        "trace_id": trace_id, "label": key, "identity": _identity(world, caller),
        "headers": caller.headers if caller is not None else None,
    }  # fmt: skip
    try:
        if emulator.sending_waits(step.command):
            sent = emulator.send_and_wait(step.command, arguments, **options)
            found = await world.clock.until(world.clock.spawn(sent))
        else:  # nobody waits, so nothing moves: handlers are called when a step moves time
            found = emulator.send(step.command, arguments, **options)
    except CommandRefused as refused:
        _refused(world, step, name, wanted, refused)
        return
    except LivenessError as stuck:
        _stuck(world, str(stuck), step.line)
        return
    if trace_id is not None and found != trace_id:
        raise UsageError(
            f"the command {step.command} answers a trace id of its own choice, so nobody can"
            f' subscribe to "{label}" before it was sent: put the step "subscribe" after it'
        )
    if step.refused is not None and world.mode.expects:
        world.miss(name, f"wanted it to be refused ({described(step.refused)}), it was accepted",
                   step.line, label=label, trace_id=found)  # fmt: skip
    _save(world, step.save, {world.emulator.api.trace.field: found}, name, step.line)


def _refused(
    world: World,
    step: Send,
    name: str,
    wanted: Mapping[str, Any] | None,
    refused: CommandRefused,
) -> None:
    found = [
        {
            "status": refused.status,
            "type": error.get("errorType"),
            "message": error.get("message"),
        }
        for error in refused.errors or [{}]
    ]
    if wanted is None:
        if not world.mode.explore:
            world.miss(name, f"it was refused: {described(found[0])}", step.line, label=step.label)
    elif world.mode.expects and not any(holds(wanted, error) for error in found):
        message = f"wanted a refusal with {described(wanted)}, found {described(found[0])}"
        world.miss(name, message, step.line, label=step.label)


def _identity(world: World, caller: Caller | None) -> Identity | None:
    if caller is None or caller.claims is None:
        return None
    return Identity(world.emulator.api.authentication, caller.claims)


# -------------------------------------------------------------------------- queries, listeners


async def _query(world: World, step: Query) -> None:
    emulator = world.emulator
    query, variables, is_field = _operation(world, step)
    caller = step.caller
    request = GraphqlRequest(
        query,
        variables,
        None,
        _identity(world, caller) or Identity(emulator.api.authentication),
        dict(caller.headers) if caller is not None else {},
        emulator.entropy.request_id(),
    )
    name = f"query.{step.query}" if is_field else "query"
    try:
        response = emulator.execute(request)
        if not isinstance(response, dict):
            response = await world.clock.until(world.clock.spawn(_awaited(response)))
    except LivenessError as stuck:
        _stuck(world, str(stuck), step.line)
        return
    value: Any = response.get("data")
    if is_field:
        for part in step.query.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    _check_answer(world, step, name, value, response.get("errors") or [])


def _check_answer(
    world: World,
    step: Query,
    name: str,
    value: Any,  # noqa: ANN401 - JSON
    errors: Sequence[Mapping[str, Any]],
) -> None:
    found = [{"type": error.get("errorType"), "message": error.get("message")} for error in errors]
    if world.mode.expects:
        if step.errors is not None:
            if not any(holds(step.errors, error) for error in found):
                message = f"wanted an error with {described(step.errors)}, found "
                message += described(found) if found else "none"
                world.miss(f"{name}.errors", message, step.line)
        elif found:
            world.miss(f"{name}.errors", f"it was answered with {described(found[0])}", step.line)
        if step.expects and not holds(step.expect, value):
            message = f"wanted {described(step.expect)}, found {described(value)}"
            world.miss(f"{name}.expect", message, step.line)
    _save(world, step.save, value, name, step.line)


async def _awaited(answer: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    return await answer


def _operation(world: World, step: Query) -> tuple[str, dict[str, Any], bool]:
    """A document, its variables, and whether a field was named."""
    if not _NAME.fullmatch(step.query):
        return step.query, dict(step.arguments), False
    path = tuple(step.query.split("."))
    document, variables = operation_for(world.emulator.schema, path, "query", step.arguments)
    return document, variables, True


async def _subscribe(world: World, step: Subscribe) -> None:
    trace_id = None
    if step.of is not None:
        sent = world.labelled().get(step.of)
        trace_id = sent[0] if sent else world.awaited.get(step.of)
        if trace_id is None:
            trace_id = world.emulator.entropy.uuid("awaited", step.of, 1)
            world.awaited[step.of] = trace_id
    filled_step = _filled(step, world.variables)
    try:
        world.listeners[step.label] = await listen(world, filled_step, trace_id)
    except SubscriptionRefused as refused:
        if not world.mode.explore:
            world.miss(f"subscribe.{step.label}", str(refused), step.line, label=step.label)
    except LivenessError as stuck:
        _stuck(world, str(stuck), step.line)


def _save(world: World, save: Mapping[str, str], value: Any, name: str, line: int) -> None:  # noqa: ANN401 - JSON
    for variable, path in save.items():
        found = value_at(path, value)
        if found is MISSING:
            if world.mode.expects:
                world.miss(f"{name}.save.{variable}", f'the answer has nothing at "{path}"', line)
            found = world.variables.get(variable)
        world.variables[variable] = found


def value_at(path: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """What stands at a dotted path (``items.0.id``), or :data:`MISSING`; ``.`` is the whole."""
    for part in filter(None, path.split(".")):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif (
            isinstance(value, Sequence)
            and not isinstance(value, str)
            and part.isdecimal()
            and int(part) < len(value)
        ):
            value = value[int(part)]
        else:
            return MISSING
    return value


# ---------------------------------------------------------------------------- time and trouble


async def _advance(world: World, seconds: float, line: int) -> None:
    try:
        await world.clock.advance(seconds)
    except LivenessError as stuck:
        _stuck(world, str(stuck), line)


async def settle(world: World, within_s: float | None, line: int) -> None:
    """Move time on until nothing can happen any more; else a liveness finding."""
    limit_s = world.scenario.give_up_after_s if within_s is None else within_s
    try:
        await world.clock.settle(limit_s)
    except LivenessError as stuck:
        _stuck(world, str(stuck), line)


def _stuck(world: World, why: str, line: int) -> None:
    """Time ran out before the work did: nothing that follows would mean anything."""
    labels = world.labels()
    facts = [world.facts(trace_id) for trace_id in labels]
    left = [trace for trace in facts if trace.status == "accepted" and trace.courses]
    told = ", ".join(
        f"{labels[trace.trace_id]} after {plural(trace.attempts, 'attempt')}"
        for trace in left[:UNFINISHED_MAX]
    )
    more = f" and {len(left) - UNFINISHED_MAX} more" if len(left) > UNFINISHED_MAX else ""
    first = left[0].trace_id if left else None
    message = f"{why}. Not ended: {told or 'no trace'}{more}"
    world.miss("settle", message, line, label=labels.get(first or ""),
               trace_id=first, kind=Kind.LIVENESS)  # fmt: skip
    world.stuck = True


def _arm(world: World, step: Arm) -> None:
    armed = {fault.fault_id for fault in world.emulator.faults.armed}
    for one in world.scenario.faults:
        name = one.fault.fault_id
        wanted = step.fault in (None, name)
        if wanted and name in world.takes_part and name not in armed:
            world.emulator.arm(one.fault)


def _bury_or_redrive(world: World, step: Redrive | Discard) -> None:
    letters, deadletters = list(world.emulator.deadletters), world.emulator.deadletters
    verb = "redrive" if isinstance(step, Redrive) else "discard"
    if step.label is not None:
        traces = world.labelled().get(step.label, [])
        letters = [letter for letter in letters if letter.trace_id in traces]
        if not letters and world.mode.expects:
            message = f'there is no dead letter of "{step.label}" to {verb}'
            world.miss(f"{verb}.{step.label}", message, step.line, label=step.label)
    for letter in letters:
        if isinstance(step, Redrive):
            deadletters.redrive(letter.letter_id)
        else:
            deadletters.discard(letter.letter_id)
