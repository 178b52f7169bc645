"""The section ``commands``: mutation fields that start components."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from appsync_emu.config import keys
from appsync_emu.config.readers import nearest
from appsync_emu.config.yamlfile import Map
from appsync_emu.core.api import CommandSpec

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from appsync_emu.config.loading import Loading
    from appsync_emu.config.yamlfile import Node, Scalar
    from appsync_emu.graph.facts import Facts, FieldFacts

__all__ = ["check_command_answers", "namespaces", "read_commands"]

_SHORTHAND = "Write {components: [Name]}."
_ID_TYPES = frozenset({"ID", "String"})


def namespaces(facts: Facts) -> dict[str, tuple[str, ...]]:
    """The object types that mutations can stand in, each with its response path from the root.

    ``Mutation`` has the empty path; ``WorkspaceMutation`` under ``Mutation.Workspace`` has
    ``("Workspace",)``. The shortest path wins, then the one that the schema names first.
    """
    if facts.mutation_type is None:
        return {}
    paths: dict[str, tuple[str, ...]] = {facts.mutation_type: ()}
    waiting = deque([facts.mutation_type])
    while waiting:
        type_name = waiting.popleft()
        for name, field in facts.fields(type_name).items():
            if not field.is_list and field.named not in paths and facts.is_object(field.named):
                paths[field.named] = (*paths[type_name], name)
                waiting.append(field.named)
    return paths


def read_commands(
    loading: Loading, node: Node | None, components: Mapping[str, object]
) -> dict[str, tuple[Scalar, CommandSpec]]:
    """The commands by ``Type.field``, each with its key; unknown components are in them too."""
    found: dict[str, tuple[Scalar, CommandSpec]] = {}
    if node is None:
        return found
    paths = namespaces(loading.facts) if loading.facts else {}
    for key, value in loading.reader.named(node, '"commands"'):
        type_name, _, field_name = key.text.partition(".")
        path = paths.get(type_name, ())
        field = loading.field(key, key.text)
        if field is not None and type_name not in paths:
            _refuse_type(loading, key, type_name, paths)
        names = _read_components(loading, key, value, components)
        command = CommandSpec(
            type_name=type_name,
            field_name=field_name,
            path=(*path, field_name),
            components=names,
        )
        found[key.text] = (key, command)
    return found


def _refuse_type(
    loading: Loading, key: Scalar, type_name: str, paths: Mapping[str, tuple[str, ...]]
) -> None:
    """A command that no mutation can ask for."""
    facts = loading.facts
    if facts is not None and type_name in {facts.query_type, facts.subscription_type}:
        why = f'"{key.text}" is a field of {type_name}, and only mutations can be commands'
    else:
        why = f'type "{type_name}" is not reachable from a mutation'
    root = facts.mutation_type if facts else None
    remedy = f"Move the field to {root}, or add a field of type {type_name} to {root}."
    if root is None:
        remedy = "Add a type Mutation to the schema."
    elif type_name in {facts.query_type, facts.subscription_type} if facts else False:
        remedy = f"Move the field to {root}{nearest(type_name, paths)}."
    loading.reader.note(key, why, remedy)


def _read_components(
    loading: Loading, key: Scalar, node: Node, components: Mapping[str, object]
) -> tuple[str, ...]:
    reader, what = loading.reader, f'command "{key.text}"'
    names: Node | None = node
    if isinstance(node, Map):
        fields = reader.mapping(node, what, keys.COMMAND) or {}
        names = loading.required(fields, "components", key, what, _SHORTHAND)
    if names is None:
        return ()
    found: list[str] = []
    for place, name in reader.one_or_more(names, f'"components" of {what}'):
        if name not in components:
            reader.note(
                place,
                f'{what} starts component "{name}", which "components" does not define'
                f"{nearest(name, components)}",
                f"Defined: {', '.join(components) or 'none yet'}.",
            )
        elif name in found:
            reader.note(place, f'{what} starts component "{name}" twice', "Name it once.")
        found.append(name)
    return tuple(found)


def check_command_answers(
    loading: Loading,
    commands: Mapping[str, tuple[Scalar, CommandSpec]],
    trace_field: str,
    resolved: Container[str],
) -> None:
    """Each command's result type can carry the trace id, and nothing else must be filled.

    Args:
        loading: reader and schema.
        commands: the commands with their keys.
        trace_field: the field of an answer that carries the trace id.
        resolved: ``Type.field`` of every field with a resolver of its own.
    """
    if loading.facts is None:
        return
    paths = namespaces(loading.facts)
    for key, command in commands.values():
        field = loading.facts.fields(command.type_name).get(command.field_name)
        if field is None or command.type_name not in paths:
            continue
        filled = key.text in resolved
        for message, remedy in _answer_mistakes(
            loading.facts, field, trace_field, resolved, filled=filled
        ):
            loading.reader.note(key, f'command "{key.text}" answers {message}', remedy)


def _answer_mistakes(
    facts: Facts,
    field: FieldFacts,
    trace_field: str,
    resolved: Container[str],
    *,
    filled: bool,
) -> Iterator[tuple[str, str]]:
    """What is wrong with the type of a command's answer, and the remedy of each.

    ``filled``: the command has a resolver of its own, which answers all of it.
    """
    if field.is_list or not facts.is_object(field.named):
        yield (
            f'{field.printed}, which cannot carry the trace id in a field "{trace_field}"',
            f"Let it answer an object type: type Accepted {{ {trace_field}: ID! }}.",
        )
        return
    fields = facts.fields(field.named)
    carrier = fields.get(trace_field)
    if carrier is None:
        yield (
            (
                f'{field.printed}, a type without the field "{trace_field}" for the trace id'
                f"{nearest(trace_field, fields)}"
            ),
            (
                f"Add {trace_field}: ID! to type {field.named}, or write another name under "
                "trace: {field: ...}."
            ),
        )
        return
    if carrier.is_list or carrier.named not in _ID_TYPES:
        yield (
            f"{field.printed}, whose field {trace_field} has type {carrier.printed}",
            "A trace id is an ID or a String.",
        )
    for name, other in () if filled else fields.items():
        if name != trace_field and other.is_non_null and f"{field.named}.{name}" not in resolved:
            yield (
                f"{field.printed}, whose field {name}: {other.printed} nothing can fill at once",
                (
                    "Make it nullable: a command answers before its work is done, with "
                    f"{trace_field} alone."
                ),
            )
