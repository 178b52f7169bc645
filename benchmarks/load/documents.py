"""What is asked of every server, and the exact answers: a fast wrong server does not count."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

API_KEY = "da2-benchbenchbenchbenchbench0"

HELLO = "query Hello($name: String) { hello(name: $name) }"
GET = "query GetItem($id: ID!) { getItem(id: $id) { id name price quantity tag } }"
LITERAL = 'query GetItem { getItem(id: "%s") { id name price quantity tag } }'
LIST = "query ListItems($count: Int!) { listItems(count: $count) { id name price quantity tag } }"
PUBLISH = (
    "mutation Publish($channel: String!, $body: String!)"
    " { publish(channel: $channel, body: $body) { channel body } }"
)
WORK = "mutation Work($id: ID!) { work(id: $id) { traceId } }"
ON_PUBLISH = (
    "subscription OnPublish($channel: String) { onPublish(channel: $channel) { channel body } }"
)
ANYTHING = json.dumps({"query": "{ __typename }"})
"""A request that every API answers."""

LIST_LENGTH = 1000


def body(document: str, operation: str, **variables: object) -> str:
    """A request's body."""
    return json.dumps({"query": document, "operationName": operation, "variables": variables})


def publish(channel: str, text: str) -> str:
    """The body of a mutation that is pushed to the subscribers of ``channel``."""
    return body(PUBLISH, "Publish", channel=channel, body=text)


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request.

    Attributes:
        bodies: sent in turn.
        template: text before and after a number that never comes twice, instead of ``bodies``.
    """

    bodies: tuple[str, ...]
    template: tuple[str, str] | None = None


def cases() -> dict[str, Case]:
    """All kinds of requests by name."""
    chance = random.Random(7)
    ids = [chance.randrange(10**5, 10**6) for _ in range(256)]
    literal = body(LITERAL % "@", "GetItem")
    before, _, after = literal.partition("@")
    work = body(WORK, "Work", id="@")
    work_before, _, work_after = work.partition("@")
    return {
        "hello": Case(tuple(body(HELLO, "Hello", name=f"u{number}") for number in ids)),
        "getItem": Case(tuple(body(GET, "GetItem", id=str(number)) for number in ids)),
        "literals": Case((literal.replace("@", "1"),), (before, after)),
        "list": Case((body(LIST, "ListItems", count=LIST_LENGTH),)),
        "command": Case((work.replace("@", "1"),), (work_before, work_after)),
    }


def item(item_id: str) -> dict[str, Any]:
    """What ``getItem`` answers."""
    return {"id": item_id, "name": f"Item {item_id}", "price": 9.5, "quantity": 3, "tag": "blue"}


def expectations() -> list[tuple[str, dict[str, Any]]]:
    """Requests with the answers that they must get."""
    number = str(random.randrange(10**6))
    said = {"channel": "check", "body": "b"}
    return [
        (body(HELLO, "Hello", name=number), {"hello": f"Hello, {number}!"}),
        (body(GET, "GetItem", id=number), {"getItem": item(number)}),
        (body(LITERAL % number, "GetItem"), {"getItem": item(number)}),
        (
            body(LIST, "ListItems", count=3),
            {"listItems": [item(str(index)) for index in range(3)]},
        ),
        (publish("check", "b"), {"publish": said}),
    ]
