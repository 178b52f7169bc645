"""A scenario as it is run: frozen values, made by ``scenario/load.py`` from a file.

Times are seconds unless a name says otherwise; ``line`` is where the thing stands in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.comparisons import Wanted
    from appsync_emu.core.faults.plan import Fault
    from appsync_emu.core.jsonvalue import Json, JsonObject
    from appsync_emu.core.retry import Backoff

__all__ = [
    "Advance",
    "ApiChoice",
    "Arm",
    "Caller",
    "ComponentWanted",
    "Crash",
    "Discard",
    "EffectsWanted",
    "ExpectNow",
    "Expectations",
    "FaultWanted",
    "Heal",
    "LetterWanted",
    "LettersWanted",
    "Query",
    "Redrive",
    "RetryChoice",
    "Scenario",
    "ScenarioFault",
    "Seeds",
    "Send",
    "Set",
    "Settle",
    "Step",
    "Subscribe",
    "SubscriberWanted",
    "TraceWanted",
    "TracesWanted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiChoice:
    """Which API is run; paths are relative to the scenario file.

    Attributes:
        config: an ``appsync.yaml``, or a folder with one.
        schema: SDL files, together with ``handlers``.
        handlers: ``module:object``, a :class:`appsync_emu.Registry`.
        line: where the file says so; 0 when it does not.

    All ``None``: the nearest ``appsync.yaml``, in the file's folder or above it.
    """

    config: str | None = None
    schema: tuple[str, ...] = ()
    handlers: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryChoice:
    """What the file says of retries, in place of every component's own; ``None`` says nothing."""

    max_retries: int | None = None
    backoff: Backoff | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeds:
    """Which worlds are run: ``count`` from ``first`` on, and those that once failed."""

    first: int = 1
    count: int = 25
    always: tuple[int, ...] = ()

    @property
    def all(self) -> tuple[int, ...]:
        """Every seed once: the fresh ones, then the others."""
        fresh = range(self.first, self.first + self.count)
        return (*fresh, *(seed for seed in dict.fromkeys(self.always) if seed not in fresh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends: ``ctx.identity``, and headers of the request.

    Attributes:
        name: the name that the file gives it, or empty.
        claims: ``ctx.identity`` as resolvers see it; ``None`` with an API key.
        headers: request headers, names in lower case.
    """

    name: str = ""
    claims: JsonObject | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFault:
    """A fault, and where it stands.

    Attributes:
        fault: as it is armed; its id is the file's ``id``.
        armed: whether from the start; a fault that a step ``arm`` names waits for that step.
        note: what the file says about it.
    """

    fault: Fault
    line: int
    armed: bool = True
    note: str = ""


# ------------------------------------------------------------------------------------- steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send a command ``repeat`` times, ``every_s`` apart, as a client would.

    Attributes:
        label: what it is called elsewhere in the file; each of a repeated one has it.
        input: arguments of the mutation, with ``{n}`` (from 1) and variables to be filled in.
        refused: the command must be refused, with an answer that has this in it: ``status``,
            ``type`` and ``message``; ``None`` when it must be accepted.
        save: variables that are set from the answer, by path: ``{"ref": "traceId"}``.
    """

    line: int
    command: str
    label: str | None = None
    input: JsonObject = field(default_factory=dict)
    caller: Caller | None = None
    repeat: int = 1
    every_s: float = 0.0
    refused: Mapping[str, Wanted] | None = None
    save: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Listen, until the scenario ends.

    Attributes:
        to: ``statuses`` (the API's trace subscription) or the name of a subscription field.
        of: label of the command whose trace is watched; with ``statuses`` alone.
        arguments: of the subscription field.
    """

    line: int
    label: str
    to: str
    of: str | None = None
    arguments: JsonObject = field(default_factory=dict)
    caller: Caller | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Ask, as a client would.

    Attributes:
        query: the name of a query field, or a GraphQL document.
        arguments: of the field, or variables of the document.
        expect: what the value (of a field) or ``data`` (of a document) must hold; absent when the
            file says nothing.
        expects: whether the file says ``expect``.
        errors: the answer must have an error like this: ``type`` and ``message``.
        save: variables that are set from the value, by path.
    """

    line: int
    query: str
    arguments: JsonObject = field(default_factory=dict)
    caller: Caller | None = None
    expect: Wanted = None
    expects: bool = False
    errors: Mapping[str, Wanted] | None = None
    save: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Move virtual time on."""

    line: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Move virtual time on until nothing can happen any more; ``None``: ``give_up_after``."""

    line: int
    within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Arm one fault of the file, or all (``None``)."""

    line: int
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heal:
    """Disarm one fault, or all (``None``)."""

    line: int
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """Every attempt of a component dies; none begins before it is up again."""

    line: int
    component: str
    restart_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrive:
    """Send the dead letters of a label again, or all (``None``)."""

    line: int
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """Throw the dead letters of a label away, or all (``None``)."""

    line: int
    label: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Give variables another value."""

    line: int
    variables: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectNow:
    """Check expectations here, not only at the end."""

    line: int
    expect: Expectations


Step: TypeAlias = (
    Send
    | Subscribe
    | Query
    | Advance
    | Settle
    | Arm
    | Heal
    | Crash
    | Redrive
    | Discard
    | Set
    | ExpectNow
)


# ------------------------------------------------------------------------------ expectations


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectsWanted:
    """What a service must have been asked to do: calls that took effect."""

    line: int
    source: str
    writes: Wanted = None
    reads: Wanted = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentWanted:
    """What one component must have made of a trace; ``None`` expects nothing."""

    line: int
    status: str | None = None
    attempts: Wanted = None
    retries: Wanted = None
    error: Mapping[str, Wanted] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceWanted:
    """What a trace must have come to; ``None`` expects nothing.

    Attributes:
        status: ``accepted`` while any component works, else ``error`` if any failed, else
            ``success``.
        attempts: of all its deliveries together; of a trace with one component, of that one.
        retries: the same, of retries.
        statuses: what a client that follows the trace reads, in order.
        within_s: virtual seconds from acceptance to its end, at most.
        error: ``type``, ``message``, ``class``, ``reason`` of what it failed with.
        effects: by source.
        components: by name of the component.
    """

    line: int
    status: str | None = None
    attempts: Wanted = None
    retries: Wanted = None
    statuses: tuple[str, ...] | None = None
    within_s: float | None = None
    error: Mapping[str, Wanted] | None = None
    effects: tuple[EffectsWanted, ...] = ()
    components: Mapping[str, ComponentWanted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracesWanted:
    """What the traces of a label must have come to: all of them, any, or none."""

    line: int
    label: str
    quantifier: Literal["all", "any", "none"]
    wanted: TraceWanted


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWanted:
    """A dead letter that must be there."""

    line: int
    label: str | None = None
    component: str | None = None
    attempts: Wanted = None
    reason: Wanted = None
    error: Mapping[str, Wanted] | None = None
    context: Mapping[str, Wanted] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersWanted:
    """The dead letters that must be there; ``count`` is a number or a comparison."""

    line: int
    count: Wanted = None
    contain: tuple[LetterWanted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberWanted:
    """What a subscriber must have seen.

    Attributes:
        sees: statuses, or parts of payloads, all and in this order.
        duplicates: ``none`` when nothing may arrive twice.
        after_reconnect: ``resumes`` when a lost connection must have been followed by another.
        reconnects: how many.
    """

    line: int
    label: str
    sees: tuple[Wanted, ...] | None = None
    duplicates: Literal["none", "allowed"] | None = None
    after_reconnect: Literal["resumes"] | None = None
    reconnects: Wanted = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultWanted:
    """How often a fault must have struck in a run; it says that 0 is meant, too."""

    line: int
    fault: str
    strikes: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """What must hold; everything in it is checked, and every miss is told.

    Attributes:
        allowed: invariants that may be broken, with the reason, by name.
    """

    line: int = 0
    traces: tuple[TracesWanted, ...] = ()
    deadletters: LettersWanted | None = None
    subscribers: tuple[SubscriberWanted, ...] = ()
    faults: tuple[FaultWanted, ...] = ()
    effects: tuple[EffectsWanted, ...] = ()
    allowed: Mapping[str, str] = field(default_factory=dict)


# ---------------------------------------------------------------------------------- the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario file.

    Attributes:
        path: as the user knows it; paths in the file are relative to its folder.
        line: of the title.
        api: which API is run.
        retry: in place of the components' own policies, where it says anything.
        bury_business: in place of the API's own setting, unless ``None``.
        start_ns: where virtual time begins, in nanoseconds since the Unix epoch.
        give_up_after_s: virtual seconds after which unfinished work is a liveness failure.
        variables: with their first values.
        calm: whether the steps are run without faults first.
        calm_expect: what that run must come to; ``None``: every command ends in success.
        coverage: minimum shares (0 to 1) of ``commands``, ``components``, ``events`` and
            ``faults`` that all seeds together must touch.
        raw: the file as plain data, as a smaller one is written from it.
    """

    path: str
    line: int
    title: str
    steps: tuple[Step, ...]
    tags: tuple[str, ...] = ()
    api: ApiChoice = ApiChoice()
    retry: RetryChoice = RetryChoice()
    bury_business: bool | None = None
    start_ns: int
    give_up_after_s: float
    seeds: Seeds = Seeds()
    variables: JsonObject = field(default_factory=dict)
    faults: tuple[ScenarioFault, ...] = ()
    calm: bool = True
    calm_expect: Expectations | None = None
    expect: Expectations = Expectations()
    coverage: Mapping[str, float] = field(default_factory=dict)
    raw: Mapping[str, Json] = field(default_factory=dict)
