"""A client of an emulator in the same process: no socket, and the same bytes as over one.

Requests go through the gateway that the HTTP server uses; subscriptions through a realtime session
fed with the text frames that a WebSocket would carry.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from appsync_emu.core.api import AuthMode
from appsync_emu.core.following import Followed, backoff_s
from appsync_emu.core.http import encode
from appsync_emu.core.traces import iso_time, status_line
from appsync_emu.engine.gateway import Answer, visible_headers
from appsync_emu.engine.subscription import FATAL_CODES, PATIENCE, ClientNote, Subscription
from appsync_emu.errors import UsageError
from appsync_emu.graph.documents import operation_for

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, Mapping

    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.engine.clock import Timer
    from appsync_emu.engine.emulator import Emulator

__all__ = ["Client", "ClientNote", "Follower", "Response", "Subscription"]

_HOST: Final = "localhost"
NS: Final = 1_000_000_000

NOT_READABLE: Final = frozenset({"Unauthorized", "UnauthorizedException", "ValidationError"})
"""Errors of a query that the same query meets again."""


class Response:
    """The answer to a query or mutation.

    Attributes:
        status: the HTTP status.
        headers: of the answer.
        body: the bytes that a socket would have carried.
        json: the body, read.
    """

    __slots__ = ("body", "headers", "json", "status")

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.body
        self.json: dict[str, Any] = json.loads(answer.body)

    @property
    def data(self) -> Any:  # noqa: ANN401 - what the document asked for
        """``data`` of the answer; ``None`` where it has none."""
        return self.json.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """``errors`` of the answer; empty where it has none."""
        errors: list[dict[str, Any]] = self.json.get("errors", [])
        return errors

    @property
    def value(self) -> Any:  # noqa: ANN401 - what the document asked for
        """``data`` of the only root field; ``None`` where there is no data.

        Raises:
            ValueError: the operation had several root fields.
        """
        if self.data is None:
            return None
        (value,) = self.data.values()
        return value

    def __repr__(self) -> str:
        return f"<Response {self.status}: {self.body.decode()}>"


class Follower:
    """A client that follows a trace, over lost connections; made by :meth:`Client.follow`.

    It subscribes to the trace's statuses and, whenever it has (re)connected, asks the trace query
    for what it may have missed. An API without a trace query leaves it with what is pushed.

    Attributes:
        trace_id: the trace.
        subscription: its subscription: frames, payloads, closures.
    """

    __slots__ = (
        "_again",
        "_asked",
        "_client",
        "_failures",
        "_lines",
        "_query",
        "subscription",
        "trace_id",
    )

    def __init__(self, client: Client, trace_id: str, label: str | None) -> None:
        emulator, names = client.emulator, client.emulator.api.trace
        self.trace_id = trace_id
        self._client = client
        self._lines = Followed(names.fields, self._occurrences)
        self._asked: asyncio.Task[None] | None = None
        self._again: Timer | None = None
        self._failures = 0
        subscribe, self._query = (
            operation_for(
                emulator.schema, (place.rpartition(".")[2],), kind, {names.argument: trace_id}
            )
            if place is not None
            else None
            for place, kind in ((names.subscription, "subscription"), (names.query, "query"))
        )
        if subscribe is None:
            raise UsageError("the API has no subscription to the statuses of traces")
        self.subscription = client.subscription(
            *subscribe,
            label=label,
            reconnect=True,
            on_payload=self._pushed,
            on_live=self._catch_up,
        )

    @property
    def label(self) -> str:
        """What faults call it."""
        return self.subscription.name

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        """The statuses under the API's own names, in order, each once."""
        return list(self._lines.lines)

    @property
    def statuses(self) -> list[str]:
        """The statuses alone."""
        return self._lines.statuses

    @property
    def duplicates(self) -> int:
        """How many frames told what another frame had told already."""
        return self._lines.duplicates

    @property
    def reconnects(self) -> int:
        """How often it was connected again."""
        return self.subscription.reconnects

    @property
    def notes(self) -> list[ClientNote]:
        """What it put up with."""
        return list(self.subscription.notes)

    async def open(self) -> None:
        """Connect, subscribe and catch up; when this returns it is live, or being tried again.

        Raises:
            SubscriptionRefused: the answer was an error that trying again does not cure.
        """
        await self.subscription.open()
        if self._asked is not None:
            await self._asked

    @property
    def trying(self) -> bool:
        """Whether it has lost its connection, and is about to get another."""
        return self.subscription.trying

    async def back(self) -> None:
        """Return when it is live and has caught up, or is over for good."""
        await self.subscription.back()
        if self._asked is not None:
            await self._asked

    def close(self) -> None:
        """Leave; harmless when that was done already."""
        if self._again is not None:
            self._again.cancel()
        self.subscription.close()

    def _pushed(self, payload: Mapping[str, Any]) -> None:
        for line in (payload.get("data") or {}).values():
            if line is not None:
                self._lines.pushed(line)

    def _catch_up(self) -> None:
        if self._query is not None and self.subscription.live:
            # From its first step in a task of its own: whoever waits is the one that rests.
            self._asked = self._client.emulator.clock.spawn(self._ask(*self._query))

    async def _ask(self, query: str, variables: Mapping[str, Json]) -> None:
        self._answered(await self._client.execute(query, variables))
        self._asked = None

    def _answered(self, response: Response) -> None:
        if response.errors or response.data is None:
            self._ask_again(response)
            return
        self._failures = 0
        found = response.value
        self._lines.queried(found if isinstance(found, list) else [found] if found else [])

    def _ask_again(self, response: Response) -> None:
        """Errors that may pass are worth another try; ten in a row are enough."""
        said = "; ".join(str(error.get("message")) for error in response.errors)
        self.subscription.note(f"the trace could not be read: {said}")
        types = {str(error.get("errorType")) for error in response.errors}
        if response.status in FATAL_CODES or types & NOT_READABLE or self._failures >= PATIENCE:
            return
        clock = self._client.emulator.clock
        at_ns = clock.now_ns() + round(backoff_s(self._failures) * NS)
        self._failures += 1
        self._again = clock.call_at(at_ns, self._catch_up)

    def _occurrences(self, line: Mapping[str, Any]) -> int:
        """How many statuses are equal in component, status and time, so that none is lost.

        A client elsewhere could not tell them apart; this one asks the journal.
        """
        emulator = self._client.emulator
        names = emulator.api.trace.fields
        wanted = tuple(line.get(name) for name in (names.component, names.status))
        at = str(line.get(names.timestamp))
        told = map(status_line, emulator.journal.of_trace(self.trace_id))
        return sum(
            (known.component, known.status) == wanted
            and at in (iso_time(known.at_ns), str(known.at_ns // NS))
            for known in told
            if known is not None
        )


class Client:
    """Speaks to ``emulator`` as a program with an HTTP and a WebSocket client would.

    Args:
        emulator: whom to speak to; the calling loop is the one that it works in.
        headers: sent with every request and subscription. Without credentials among them, the
            API's first key is sent.

    Attributes:
        emulator: as given.
        headers: sent with everything, names in lower case.
    """

    def __init__(self, emulator: Emulator, headers: Mapping[str, str] | None = None) -> None:
        self.emulator = emulator
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        api = emulator.api
        with_key = api.authentication is AuthMode.API_KEY and bool(api.api_keys)
        if with_key and self.headers.keys().isdisjoint(("x-api-key", "authorization")):
            self.headers["x-api-key"] = api.api_keys[0].value

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        operation_name: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Run a query or mutation.

        Args:
            query: a GraphQL document.
            variables: its variables.
            operation_name: which operation of the document.
            headers: of this request alone, added to the client's.
        """
        answer = self.post(_body(query, variables, operation_name), headers)
        return Response(await answer if hasattr(answer, "__await__") else answer)

    def post(
        self, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer | Awaitable[Answer]:
        """Send a body as it is; the answer, at once unless a resolver waits."""
        sent = {
            "host": _HOST,
            "content-type": "application/json",
            **self.headers,
            **(headers or {}),
        }
        return self.emulator.gateway.post(body, visible_headers(sent.items()))

    async def subscribe(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        operation_name: str | None = None,
        *,
        on_payload: Callable[[dict[str, Any]], None] | None = None,
        label: str | None = None,
        reconnect: bool = False,
        keep_alive: bool | None = None,
    ) -> Subscription:
        """Start a subscription; it is live when this returns.

        Args:
            query: a GraphQL document.
            variables: its variables.
            operation_name: which operation of the document.
            on_payload: called for each ``data`` frame as it arrives.
            label: what faults call the subscriber; ``connection 1``... unless given.
            reconnect: whether a lost connection is opened again, after 1, 2, 4... 30 s of the
                emulator's clock. Where the first connection fails in a way that this may cure, the
                subscription is not live yet when this returns.
            keep_alive: whether a silent connection is given up for lost; as ``reconnect`` unless
                given.

        Raises:
            SubscriptionRefused: the answer was an error.
        """
        subscription = self.subscription(
            query,
            variables,
            operation_name,
            on_payload=on_payload,
            label=label,
            reconnect=reconnect,
            keep_alive=keep_alive,
        )
        await subscription.open()
        return subscription

    def subscription(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        operation_name: str | None = None,
        *,
        on_payload: Callable[[dict[str, Any]], None] | None = None,
        on_live: Callable[[], None] | None = None,
        label: str | None = None,
        reconnect: bool = False,
        keep_alive: bool | None = None,
    ) -> Subscription:
        """A subscription that is not opened yet; see :meth:`subscribe`."""
        return Subscription(
            self.emulator.realtime,
            _body(query, variables, operation_name).decode(),
            {"host": _HOST, **self.headers},
            name=label,
            on_payload=on_payload,
            on_live=on_live,
            reconnect=reconnect,
            keep_alive=keep_alive,
        )

    def follower(self, trace_id: str, *, label: str | None = None) -> Follower:
        """A follower that is not opened yet; see :meth:`follow`."""
        return Follower(self, trace_id, label)

    async def follow(self, trace_id: str, *, label: str | None = None) -> Follower:
        """Follow the statuses of a trace, past and to come, over lost connections.

        Args:
            trace_id: the trace; it need not have begun.
            label: what faults call the subscriber; ``connection 1``... unless given.

        Raises:
            SubscriptionRefused: the answer was an error that trying again does not cure.
            UsageError: the API has no subscription to statuses.
        """
        follower = Follower(self, trace_id, label)
        await follower.open()
        return follower


def _body(query: str, variables: Mapping[str, Json] | None, operation_name: str | None) -> bytes:
    body: dict[str, Any] = {"query": query, "variables": dict(variables or {})}
    if operation_name is not None:
        body["operationName"] = operation_name
    return encode(body)
