"""An API declared in Python: decorators in place of an ``appsync.yaml``.

What decorators say becomes the same tree of nodes as a file, and goes through the same checks; a
mistake names the Python file and the line of its decorator.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from appsync_emu.config.commands import namespaces
from appsync_emu.config.declared import Declared, Place, caller, policy, source, written
from appsync_emu.config.loading import Loading
from appsync_emu.config.native import facts_of, put_together
from appsync_emu.config.readers import Reader
from appsync_emu.config.yamlfile import Entry, Map
from appsync_emu.core.api import SdlSource
from appsync_emu.errors import Mistake, UsageError

if TYPE_CHECKING:
    from appsync_emu.config.declared import Duration, Retry, Sdl
    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.api import Api
    from appsync_emu.graph.facts import Facts

__all__ = ["Registry"]

_Call = TypeVar("_Call", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class _Component:
    place: Place
    path: str
    commands: tuple[str, ...]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Function:
    place: Place
    path: str
    name: str
    timeout: str | None


class Registry:
    """Components, commands and functions of an API, declared with decorators.

    For example::

        registry = Registry()

        @registry.component("PaymentHandler", commands=["placeOrder"])
        async def pay(event, context): ...

        @registry.function("Query.order")
        def order(event, context): ...

        api = registry.api(Path("schema.graphql"))

    The words are those of ``appsync.yaml``, and so are their defaults.

    Args:
        name: the API's name.
        trace: names of the trace: ``{"query": "Query.trace", "subscription":
            "Subscription.onTrace"}`` and the others of the section ``trace``.
        retry: the policy of components that have none of their own: a :class:`RetryPolicy`, or
            ``{"max_retries": 3, "backoff": {"kind": "fixed", "base": "1m"}}``.
        deadletters: ``{"business": True}`` buries business errors, too.
        errors: classes of error by the names of exceptions: ``{"business": ["CardDeclined"]}``.
        queue_limit: deliveries that may wait or run at once.
    """

    def __init__(
        self,
        *,
        name: str = "api",
        trace: Mapping[str, Any] | None = None,
        retry: Retry | None = None,
        deadletters: Mapping[str, Any] | None = None,
        errors: Mapping[str, Iterable[str]] | None = None,
        queue_limit: int | None = None,
    ) -> None:
        self._place = caller(inspect.currentframe())
        self._sections: dict[str, Any] = {
            "name": name,
            "trace": trace,
            "retry": None if retry is None else policy(retry),
            "deadletters": deadletters,
            "errors": None if errors is None else {key: list(part) for key, part in errors.items()},
            "queue_limit": queue_limit,
        }
        self._components: dict[str, _Component] = {}
        self._functions: dict[str, _Function] = {}
        self._handlers = Declared(Path())
        self._mistakes: list[Mistake] = []
        self._fresh: list[Callable[[], object]] = []

    def component(
        self,
        name: str,
        *,
        commands: str | Iterable[str] = (),
        on: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
        idempotency_key: str | None = None,
        retry: Retry | None = None,
        timeout: Duration | None = None,
        concurrency: int | None = None,
    ) -> Callable[[_Call], _Call]:
        """Declare the decorated function, ``handler(event, context)``, as a component.

        Args:
            name: as it stands in statuses, dead letters and faults.
            commands: mutation fields that start it: ``placeOrder``, or ``Type.field`` where several
                types have such a field.
            on: EventBridge patterns; an event that matches any of them starts it.
            idempotency_key: dotted path into its event: ``arguments.input.orderId``.
            retry: its own policy.
            timeout: of one attempt: ``"30s"``, seconds, or a ``timedelta``.
            concurrency: attempts that may run at once.

        Returns:
            A decorator that gives the function back unchanged.
        """
        place = caller(inspect.currentframe())
        settings = {
            "on": on or None,
            "idempotency_key": idempotency_key,
            "retry": None if retry is None else policy(retry),
            "timeout": written(timeout),
            "concurrency": concurrency,
        }
        started_by = (commands,) if isinstance(commands, str) else tuple(commands)

        def declare(call: _Call) -> _Call:
            said = {key: value for key, value in settings.items() if value is not None}
            component = _Component(place, self._handlers.add(call), started_by, said)
            self._keep(self._components, name, component, f'component "{name}"')
            return call

        return declare

    def function(
        self, field: str, *, name: str | None = None, timeout: Duration | None = None
    ) -> Callable[[_Call], _Call]:
        """Declare the decorated function as the Lambda function that resolves a field.

        Args:
            field: ``Type.field``.
            name: of its data source, as faults and effects know it; the function's own name, unless
                another function has it.
            timeout: of one call.

        Returns:
            A decorator that gives the function back unchanged.
        """
        place = caller(inspect.currentframe())

        def declare(call: _Call) -> _Call:
            path = self._handlers.add(call)
            own = name or str(getattr(call, "__name__", type(call).__name__))
            function = _Function(place, path, own, written(timeout))
            self._keep(self._functions, field, function, f'the resolver of "{field}"')
            return call

        return declare

    def fresh(self, call: _Call) -> _Call:
        """Have the decorated function called, without arguments, before each test and run.

        It is where tables that handlers keep in memory are emptied.
        """
        self._fresh.append(call)
        return call

    def api(self, schema: Sdl | Iterable[Sdl]) -> Api:
        """The API, checked as an ``appsync.yaml`` is.

        Args:
            schema: SDL text, the path of a file with it, or several.

        Raises:
            UsageError: there are mistakes in the schema, in a function or in what a decorator says;
                ``mistakes`` holds all of them, each with file and line.
        """
        reader = Reader()
        given = [schema] if isinstance(schema, str | Path | SdlSource) else list(schema)
        sources = tuple(
            found for item in given if (found := source(item, reader, self._place)) is not None
        )
        facts = facts_of(reader, sources) if not reader.mistakes else None
        loading = Loading(reader=reader, handlers=self._handlers, facts=facts)
        fields = self._fields(reader, facts)
        root = self._place.node({})
        api = replace(put_together(loading, fields, root, sources), fresh=tuple(self._fresh))
        mistakes = [*self._mistakes, *reader.mistakes]
        if mistakes:
            raise UsageError(
                sorted(
                    dict.fromkeys(mistakes),
                    key=lambda mistake: (mistake.file, mistake.line, mistake.column),
                )
            )
        return api

    def _keep(self, known: dict[str, Any], name: str, declared: Any, what: str) -> None:  # noqa: ANN401 - one of two
        first = known.get(name)
        if first is None:
            known[name] = declared
            return
        place = declared.place
        self._mistakes.append(
            Mistake(
                file=place.file,
                line=place.line,
                message=f"{what} is declared a second time; the first is in "
                f"{first.place.file}:{first.place.line}",
                remedy="Keep one of them.",
            )
        )

    def _fields(self, reader: Reader, facts: Facts | None) -> dict[str, Node]:
        """The sections of an ``appsync.yaml`` that says the same."""
        fields = {
            key: self._place.node(value)
            for key, value in self._sections.items()
            if value is not None
        }
        components = {
            name: (part.place, {"handler": part.path, **part.settings})
            for name, part in self._components.items()
        }
        fields["components"] = self._section(components)
        fields["commands"] = self._section(self._commands(reader, facts))
        sources, resolvers = self._resolved(reader)
        fields["dataSources"], fields["resolvers"] = (
            self._section(sources),
            self._section(resolvers),
        )
        return fields

    def _section(self, parts: Mapping[str, tuple[Place, object]]) -> Map:
        entries = tuple(
            Entry(key=place.text(name), value=place.node(value))
            for name, (place, value) in parts.items()
        )
        return Map(file=self._place.file, line=self._place.line, column=0, entries=entries)

    def _commands(self, reader: Reader, facts: Facts | None) -> dict[str, tuple[Place, list[str]]]:
        """Commands by ``Type.field``, each with the components that it starts, in their order."""
        found: dict[str, tuple[Place, list[str]]] = {}
        for name, component in self._components.items():
            for command in component.commands:
                path = _full_name(reader, facts, component.place, command)
                found.setdefault(path, (component.place, []))[1].append(name)
        return found

    def _resolved(
        self, reader: Reader
    ) -> tuple[dict[str, tuple[Place, object]], dict[str, tuple[Place, object]]]:
        """Data sources and resolvers; fields with the same function share its source."""
        sources: dict[str, tuple[Place, object]] = {}
        resolvers: dict[str, tuple[Place, object]] = {}
        paths: dict[str, _Function] = {}
        for path, function in self._functions.items():
            first = paths.setdefault(function.name, function)
            if first.path != function.path:
                reader.note(
                    function.place.text(path),
                    f'two functions are called "{function.name}"; the first resolves a field in '
                    f"line {first.place.line}",
                    f'Name this one\'s data source: @registry.function("{path}", name="...").',
                )
            said: dict[str, Any] = {"handler": function.path}
            if function.timeout is not None:
                said["timeout"] = function.timeout
            stated = {"type": "AWS_LAMBDA", "config": {"function": said}}
            sources.setdefault(function.name, (function.place, stated))
            resolver = {"kind": "UNIT", "dataSource": function.name}
            resolvers[path] = (function.place, resolver)
        return sources, resolvers


def _full_name(reader: Reader, facts: Facts | None, place: Place, command: str) -> str:
    """``Type.field`` of a command that may be named by its field alone."""
    if "." in command or facts is None:
        return command if "." in command else f"Mutation.{command}"
    types = [name for name in namespaces(facts) if command in facts.fields(name)]
    if len(types) == 1:
        return f"{types[0]}.{command}"
    if types:
        reader.note(
            place.text(command),
            f'"{command}" is a field of several types: {", ".join(types)}',
            f'Write which one: "{types[0]}.{command}".',
        )
        return f"{types[0]}.{command}"
    return f"{facts.mutation_type or 'Mutation'}.{command}"
