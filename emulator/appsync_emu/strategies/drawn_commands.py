"""Commands with valid arguments, made up from the schema by hypothesis-graphql."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from appsync_emu.errors import UsageError
from appsync_emu.graph.alone import alone, arguments_in
from appsync_emu.graph.schema import build
from appsync_emu.strategies.scalars import aws_scalars
from appsync_emu.testing.values import Command, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.api import Api, CommandSpec

__all__ = ["command", "commands"]


def commands(
    api: Api,
    name: str,
    *,
    min_size: int = 1,
    max_size: int = 3,
    arguments: Mapping[str, st.SearchStrategy[Any]] | None = None,
) -> st.SearchStrategy[list[Command]]:
    """Lists of commands; see :func:`command`.

    Args:
        api: whose command.
        name: its field name, or ``Type.field``.
        min_size: so many at least.
        max_size: so many at most.
        arguments: see :func:`command`.
    """
    one = command(api, name, arguments=arguments)
    return st.lists(one, min_size=min_size, max_size=max_size)


def command(
    api: Api, name: str, *, arguments: Mapping[str, st.SearchStrategy[Any]] | None = None
) -> st.SearchStrategy[Command]:
    """Commands with arguments that the schema allows: ``appsync.send(command)``.

    Args:
        api: whose command.
        name: its field name, or ``Type.field`` where two share one; those of namespaces, too.
        arguments: strategies for some of the arguments, or of the fields of ``input`` where that is
            the only one: for ids that have to be there, or that must not differ.

    Raises:
        UsageError: there is no such command, or it has no such argument.
        ImportError: hypothesis-graphql is not installed.
    """
    spec = _command(api, name)
    drawn = _arguments(api, spec)
    own = dict(arguments or {})
    schema = build(api.schema)
    takes = schema.arguments_of(spec.type_name, spec.field_name)
    inside = tuple(takes) == ("input",)
    known = schema.fields_of(takes["input"].strip("!")) if inside else takes
    for key in own:
        if key not in known:
            raise UsageError(f"{name} has no argument {key!r}{did_you_mean(key, known)}")

    @st.composite
    def make(draw: st.DrawFn) -> Command:
        made = draw(drawn)
        values = (made.get("input") or {}) if inside else made
        return Command(name, {**values, **{key: draw(value) for key, value in own.items()}})

    return make()


def _command(api: Api, name: str) -> CommandSpec:
    found = [spec for key, spec in api.commands.items() if name in (key, spec.field_name)]
    if len(found) == 1:
        return found[0]
    problem = "is the name of several commands" if found else "is not a command"
    raise UsageError(f"{name!r} {problem} of this API{did_you_mean(name, sorted(api.commands))}")


def _arguments(api: Api, spec: CommandSpec) -> st.SearchStrategy[dict[str, Any]]:
    try:
        from hypothesis_graphql import mutations  # noqa: PLC0415 - it loads graphql-core
    except ImportError as missing:
        raise ModuleNotFoundError(
            "commands are made by hypothesis-graphql: pip install 'appsync-emu[hypothesis]'",
            name="hypothesis_graphql",
        ) from missing

    return mutations(
        alone(build(api.schema), spec.type_name, spec.field_name),
        fields=[spec.field_name],
        custom_scalars=aws_scalars(),
        print_ast=arguments_in,
        codec=None,  # all that it leaves out is UTF-8 anyway; to find that out takes seconds
    )
