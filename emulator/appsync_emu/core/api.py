"""What a loaded API is: frozen values, made by ``config/`` and read by everybody else.

Words of the serverless-appsync-plugin v2 (``dataSources``, ``resolvers``, ``pipelineFunctions``,
``authentication``, ``apiKeys``) keep their meaning; commands, components and traces are ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.core.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.core.classify import ErrorClass

__all__ = [
    "Api",
    "ApiKey",
    "AuthMode",
    "CommandSpec",
    "Component",
    "DataSource",
    "DataSourceType",
    "DeadletterPolicy",
    "Function",
    "Handler",
    "PipelineFunction",
    "PipelineResolver",
    "Resolver",
    "SdlSource",
    "TraceFields",
    "TraceIdForm",
    "TraceNames",
    "UnitResolver",
]


class AuthMode(StrEnum):
    """AppSync's authorization modes."""

    API_KEY = "API_KEY"
    AWS_IAM = "AWS_IAM"
    AWS_LAMBDA = "AWS_LAMBDA"
    AMAZON_COGNITO_USER_POOLS = "AMAZON_COGNITO_USER_POOLS"
    OPENID_CONNECT = "OPENID_CONNECT"


class TraceIdForm(StrEnum):
    """What a new trace id looks like; ids from a correlation header are taken as they are.

    ``uuid``: version 4. ``hex``: 32 hexadecimal digits, as W3C trace ids. ``xray``: an AWS X-Ray
    trace id, ``1-`` and 8 digits of the epoch second and 24 more (X-Ray Developer Guide).
    """

    UUID = "uuid"
    HEX = "hex"
    XRAY = "xray"


class DataSourceType(StrEnum):
    """The data source types that this version runs; others are refused by name when loading."""

    NONE = "NONE"
    AWS_LAMBDA = "AWS_LAMBDA"


@dataclass(frozen=True, slots=True)
class SdlSource:
    """One schema file: its path as the user knows it, and its text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One API key: the value that clients send as ``x-api-key``.

    Attributes:
        name: the name in the configuration.
        value: ``da2-`` and 26 lower-case letters and digits.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A user's function, found and checked: ``call(event, context)``, sync or async.

    Attributes:
        path: how the configuration names it, ``package.module:function``.
        call: the function itself.
        is_async: whether calling it gives an awaitable.
    """

    path: str
    call: Callable[[Any, Any], Any]
    is_async: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A Python function that stands for a Lambda function behind a data source."""

    name: str
    handler: Handler
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A data source; ``function`` is set for ``AWS_LAMBDA`` alone."""

    name: str
    type: DataSourceType
    function: Function | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitResolver:
    """A resolver with one data source."""

    data_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineResolver:
    """A resolver that runs pipeline functions one after another."""

    functions: tuple[str, ...]


Resolver: TypeAlias = UnitResolver | PipelineResolver


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFunction:
    """A named step of pipelines."""

    name: str
    data_source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """A mutation field that is a command.

    Attributes:
        type_name: the object type that has the field: ``Mutation``, or the type of a namespace.
        field_name: the field.
        path: response path from the mutation root, for example ``("Workspace", "authorizeUser")``.
        components: the components that the command starts, in the order of the configuration.
    """

    type_name: str
    field_name: str
    path: tuple[str, ...]
    components: tuple[str, ...]

    @property
    def name(self) -> str:
        """What clients call the command: its field name."""
        return self.field_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A named consumer of commands or events.

    Attributes:
        name: as in the configuration and in every status.
        handler: the user's function.
        on: EventBridge patterns; an event that matches any of them starts the component.
        retry: its retry policy.
        timeout_s: seconds of one attempt.
        idempotency_key: dotted path into the event that the handler gets, for example
            ``arguments.orderId`` or ``detail.id``; ``None`` switches recognition off.
        concurrency: attempts that may run at once; ``None`` is unlimited.
    """

    name: str
    handler: Handler
    on: tuple[Mapping[str, Any], ...] = ()
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout_s: float = 30.0
    idempotency_key: str | None = None
    concurrency: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFields:
    """What the trace type calls each thing that a status holds."""

    trace_id: str = "traceId"
    component: str = "component"
    timestamp: str = "timestamp"
    status: str = "status"
    command: str = "command"
    event: str = "event"
    message: str = "message"
    attempt: str = "attempt"
    error_type: str = "errorType"
    previous: str = "previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceNames:
    """The names that an API chose for its traces; nothing but names differs between APIs.

    Attributes:
        id: the form of the ids that the emulator makes.
        field: the field of a command's answer that carries the trace id.
        header: the request header that carries a trace on (compared without case).
        argument: the argument of the trace query and subscription.
        query: the query field that answers a trace's statuses, or ``None``.
        subscription: the subscription field that pushes them, or ``None``.
        fields: names inside the trace type.
    """

    id: TraceIdForm = TraceIdForm.UUID
    field: str = "traceId"
    header: str = "traceId"
    argument: str = "traceId"
    query: str | None = None
    subscription: str | None = None
    fields: TraceFields = TraceFields()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadletterPolicy:
    """What is buried: technical and permanent errors always, business errors on request."""

    business: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A loaded and checked API: everything that an emulator is built from.

    Attributes:
        name: the API's name.
        schema: the SDL files, in the order of the configuration.
        authentication: the default authorization mode.
        api_keys: keys that are accepted when a mode is ``API_KEY``.
        data_sources: by name.
        resolvers: by ``Type.field``.
        pipeline_functions: by name.
        commands: by ``Type.field``.
        components: by name.
        trace: the trace's names.
        deadletters: what is buried.
        errors: classes of error by the names of exceptions; see ``core/classify.py``.
        queue_limit: deliveries that may wait or run at once; more are refused.
        fresh: called before each new emulator of tests and scenarios, so that what handlers keep in
            memory begins empty.
    """

    name: str
    schema: tuple[SdlSource, ...]
    authentication: AuthMode = AuthMode.API_KEY
    api_keys: tuple[ApiKey, ...] = ()
    data_sources: Mapping[str, DataSource] = field(default_factory=dict)
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    pipeline_functions: Mapping[str, PipelineFunction] = field(default_factory=dict)
    commands: Mapping[str, CommandSpec] = field(default_factory=dict)
    components: Mapping[str, Component] = field(default_factory=dict)
    trace: TraceNames = TraceNames()
    deadletters: DeadletterPolicy = DeadletterPolicy()
    errors: Mapping[str, ErrorClass] = field(default_factory=dict)
    queue_limit: int = 10_000
    fresh: tuple[Callable[[], object], ...] = ()
