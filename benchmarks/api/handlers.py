"""The functions of the measured API; the peer renders templates for the same answers."""

from __future__ import annotations

from typing import Any


def item(item_id: str) -> dict[str, Any]:
    """The item of that id: every id has one."""
    return {"id": item_id, "name": f"Item {item_id}", "price": 9.5, "quantity": 3, "tag": "blue"}


async def hello(event: dict[str, Any], _: object) -> str:
    """Answer ``Query.hello``."""
    name = event["arguments"].get("name")
    return f"Hello, {'world' if name is None else name}!"


async def get_item(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answer ``Query.getItem``."""
    return item(event["arguments"]["id"])


async def list_items(event: dict[str, Any], _: object) -> list[dict[str, Any]]:
    """Answer ``Query.listItems``."""
    return [item(str(number)) for number in range(event["arguments"]["count"])]


async def work(_: object, __: object) -> None:
    """Handle the command ``work``: there is nothing to do."""
