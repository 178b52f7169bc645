"""``identities``, and ``identity`` and ``headers`` of a step: who asks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import Map, Scalar
from appsync_emu.scenario.model import Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.scenario.values import Values

__all__ = ["read_caller", "read_identities"]

_EXAMPLE = "{username: alice, groups: [admins]}"
_HEADER_MAX = 128


def read_identities(values: Values, node: Node) -> None:
    """The identities that steps may name; they go to ``values.names``."""
    for key, value in values.reader.named(node, '"identities"'):
        name = values.label(key, 'a name in "identities"')
        caller = _read_identity(values, value, f'identity "{key.text}"', numbered=False)
        values.names.identities[key.text] = replace(caller, name=name or "")


def read_caller(
    values: Values, fields: Mapping[str, Node], what: str, *, numbered: bool = False
) -> Caller | None:
    """Who takes a step; ``None`` when it does not say."""
    caller = None
    if "identity" in fields:
        node, of = fields["identity"], f'"identity" of {what}'
        if isinstance(node, Scalar):
            name = values.known(node, of, values.names.identities, "identity")
            caller = values.names.identities.get(name or "")
        else:
            caller = _read_identity(values, node, of, numbered=numbered)
    if "headers" in fields:
        headers = _read_headers(
            values, fields["headers"], f'"headers" of {what}', numbered=numbered
        )
        caller = caller or Caller()
        caller = replace(caller, headers={**caller.headers, **headers})
    return caller


def _read_identity(values: Values, node: Node, what: str, *, numbered: bool) -> Caller:
    if not isinstance(node, Map) or not node.entries:
        values.note(node, f"{what} has no claims", f"Write {_EXAMPLE}.")
        return Caller()
    claims = {
        entry.key.text: to_json(entry.value)
        for entry in node.entries
        if entry.key.text != "headers"
    }
    headers: dict[str, str] = {}
    for entry in node.entries:
        if entry.key.text == "headers":
            headers = _read_headers(values, entry.value, f'"headers" of {what}', numbered=numbered)
        else:
            values.template(entry.value, what, numbered=numbered)
    return Caller(claims=claims or None, headers=headers)


def _read_headers(values: Values, node: Node, what: str, *, numbered: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in values.reader.named(node, what):
        text = values.reader.text(value, f'"{key.text}" of {what}')
        values.template(value, what, numbered=numbered)
        name = key.text.lower()
        if not _is_header(name):
            values.note(key, f'"{key.text[:60]}" of {what} is not the name of a header')
        elif text is not None and not text.isprintable():
            values.note(value, f'"{key.text}" of {what} has characters that no header may have')
        elif text is not None:
            found[name] = text
    return found


def _is_header(name: str) -> bool:
    bare = name.replace("-", "").replace("_", "")
    return 0 < len(name) <= _HEADER_MAX and name.isascii() and bare.isalnum()
