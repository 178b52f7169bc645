"""The sections about who may call: ``authentication`` and ``apiKeys``."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from appsync_emu.config import keys
from appsync_emu.config.yamlfile import Map
from appsync_emu.core.api import ApiKey, AuthMode

if TYPE_CHECKING:
    from appsync_emu.config.loading import Loading
    from appsync_emu.config.yamlfile import Node

__all__ = ["derive_key", "read_api_keys", "read_authentication"]

_VALUE = re.compile(r"da2-[a-z0-9]{26}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_LENGTH = 26


def derive_key(api_name: str, key_name: str) -> str:
    """A key in AppSync's form, always the same for the same two names."""
    number = int.from_bytes(hashlib.sha256(f"{api_name}\n{key_name}".encode()).digest())
    letters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[digit])
    return "da2-" + "".join(letters)


def read_authentication(loading: Loading, node: Node | None) -> AuthMode:
    """The default authorization mode."""
    if node is None:
        return AuthMode.API_KEY
    reader = loading.reader
    fields = reader.mapping(
        node,
        '"authentication"',
        keys.AUTHENTICATION,
        keys.AUTHENTICATION_REFUSED,
        hint="Write authentication: {type: API_KEY}.",
    )
    if fields is None:
        return AuthMode.API_KEY
    type_node = loading.required(
        fields, "type", node, '"authentication"', "Write authentication: {type: API_KEY}."
    )
    if type_node is None:
        return AuthMode.API_KEY
    mode = reader.choice(type_node, '"type" of "authentication"', list(AuthMode))
    if mode is not None and mode != AuthMode.API_KEY:
        reader.note(
            type_node,
            f"authentication by {mode} is not supported by this version",
            "Write API_KEY; clients send the key as x-api-key.",
        )
    return AuthMode.API_KEY


def read_api_keys(loading: Loading, node: Node | None, api_name: str) -> tuple[ApiKey, ...]:
    """The API keys; a file that names none has one called ``default``."""
    items = loading.reader.items(node, '"apiKeys"') if node is not None else ()
    if not items:
        return (ApiKey(name="default", value=derive_key(api_name, "default")),)
    found: dict[str, ApiKey] = {}
    for item in items:
        key = _read_key(loading, item, api_name)
        if key is None:
            continue
        if key.name in found:
            loading.reader.note(
                item, f'a second API key is called "{key.name}"', "Give each its own name."
            )
        elif any(other.value == key.value for other in found.values()):
            loading.reader.note(
                item, f'API key "{key.name}" has the value of another', "Give each its own value."
            )
        else:
            found[key.name] = key
    return tuple(found.values())


def _read_key(loading: Loading, node: Node, api_name: str) -> ApiKey | None:
    reader = loading.reader
    if not isinstance(node, Map):
        name = reader.text(node, "an API key's name")
        return ApiKey(name=name, value=derive_key(api_name, name)) if name else None
    fields = reader.mapping(node, "an API key", keys.API_KEY, keys.API_KEY_REFUSED) or {}
    for key in ("description", "expiresAfter", "expiresAt"):
        if key in fields:
            reader.text(fields[key], f'"{key}" of an API key')
    name_node = loading.required(fields, "name", node, "an API key", "Name it: name: web.")
    name = reader.text(name_node, '"name" of an API key') if name_node else None
    if name is None:
        return None
    value_node = fields.get("value")
    if value_node is None:
        return ApiKey(name=name, value=derive_key(api_name, name))
    value = reader.text(value_node, f'"value" of API key "{name}"')
    if value is not None and not _VALUE.fullmatch(value):
        reader.note(
            value_node,
            f'"value" of API key "{name}" does not have the form of a key',
            'Write "da2-" and 26 lower-case letters and digits, '
            f'for example "{derive_key(api_name, name)}", or leave it out.',
        )
        return None
    return ApiKey(name=name, value=value) if value else None
