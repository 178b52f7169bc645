"""What every section of the file is read with: the reader, the schema's facts, the handlers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appsync_emu.config.handlers import HandlerRefusedError, Handlers
from appsync_emu.config.readers import Reader, nearest
from appsync_emu.config.yamlfile import Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.api import Handler
    from appsync_emu.graph.facts import Facts, FieldFacts

__all__ = ["Loading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """One loading of one file.

    Attributes:
        reader: reads nodes and collects mistakes.
        handlers: finds the user's functions.
        facts: what the schema says; ``None`` when the schema itself has mistakes, so that nothing
            is held against a schema that nobody could read.
    """

    reader: Reader
    handlers: Handlers
    facts: Facts | None

    def required(
        self, fields: Mapping[str, Node], key: str, place: Node, what: str, remedy: str
    ) -> Node | None:
        """The node of a key that must be there."""
        node = fields.get(key)
        if node is None:
            self.reader.note(place, f'{what} has no "{key}"', remedy)
        return node

    def handler(self, node: Node, what: str) -> Handler | None:
        """The user's function that a node names."""
        path = self.reader.text(node, what)
        if path is None:
            return None
        try:
            return self.handlers.find(path)
        except HandlerRefusedError as refused:
            self.reader.note(node, f"{what}: {refused.message}", refused.remedy)
            return None

    def reference(
        self, node: Node, what: str, names: Mapping[str, object], section: str
    ) -> str | None:
        """The name of something that another section defines."""
        if not isinstance(node, Scalar):
            self.reader.note(
                node,
                f"{what} is defined in place, which is not supported by this version",
                f'Define it under "{section}" and write its name here.',
            )
            return None
        name = self.reader.text(node, what)
        if name is None or name in names:
            return name
        known = ", ".join(names) or "none yet"
        self.reader.note(
            node,
            f'{what} is "{name}", which "{section}" does not define{nearest(name, names)}',
            f"Defined: {known}.",
        )
        return None

    def field(self, place: Node, path: str) -> FieldFacts | None:
        """The field of the schema that ``Type.field`` names, if the schema could be read."""
        if self.facts is None:
            return None
        type_name, dot, field_name = path.partition(".")
        if not dot or not type_name or not field_name:
            self.reader.note(
                place,
                f'"{path}" is not "Type.field"',
                'Name the type and the field, for example "Query.item".',
            )
        elif not self.facts.is_object(type_name):
            known = self.facts.type_names()
            other_kind = self.facts.has_type(type_name)
            wrong = "is not an object type" if other_kind else "is no type"
            self.reader.note(
                place,
                f'"{type_name}" {wrong} of the schema{nearest(type_name, known)}',
                f"{'Write' if other_kind else 'Add it to the schema, or write'} one of its "
                f"object types: {_some(known)}.",
            )
        else:
            fields = self.facts.fields(type_name)
            if field_name in fields:
                return fields[field_name]
            self.reader.note(
                place,
                f'type "{type_name}" has no field "{field_name}"{nearest(field_name, fields)}',
                f"Add it to the schema, or write one of its fields: {_some(fields)}.",
            )
        return None


_SOME = 12


def _some(names: Mapping[str, object] | list[str]) -> str:
    """The first names of many."""
    words = list(names)
    more = f" and {len(words) - _SOME} more" if len(words) > _SOME else ""
    return ", ".join(words[:_SOME]) + more
