"""Writes small APIs into a folder, so that a test shows only what it is about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from appsync_emu.config.load import load
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from appsync_emu.core.api import Api

SCHEMA = """
type Query { item(id: ID!): Item  trace(traceId: ID!): [Trace] }
type Mutation { placeOrder(orderId: ID!): Accepted }
type Subscription { onTrace(traceId: ID!): Trace }
type Item { id: ID! }
type Accepted { traceId: ID! }
type Trace { traceId: ID component: String status: String }
"""
HANDLERS = """
def place(event, context):
    return None
"""
COMMAND = {
    "commands": {"Mutation.placeOrder": "Place"},
    "components": {"Place": {"handler": "handlers:place"}},
}


def write(folder: Path, schema: str = SCHEMA, handlers: str = HANDLERS, **sections: Any) -> Path:
    """An ``appsync.yaml`` with these sections (JSON is YAML), its schema and its handlers."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("schema.graphql").write_text(schema, "utf-8")
    folder.joinpath("handlers.py").write_text(handlers, "utf-8")
    path = folder / "appsync.yaml"
    path.write_text(json.dumps({"name": "shop", **sections}, indent=2), "utf-8")
    return path


def loaded(folder: Path, **sections: Any) -> Api:
    """The loaded API."""
    return load(write(folder, **sections))


def messages(folder: Path, **sections: Any) -> list[str]:
    """What is wrong with an API, without places and remedies."""
    path = write(folder, **sections)
    try:
        load(path)
    except UsageError as error:
        return [mistake.message for mistake in error.mistakes]
    return []
