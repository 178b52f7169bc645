"""The one door of GraphQL over HTTP, for sockets and for callers in the same process alike.

Bytes and headers go in, an :class:`Answer` comes out; ``server/graphql_http.py`` moves it over a
socket, the in-process client takes it as it is, so that both see the same.

The order of checks is the service's: body (400), credentials (401), then GraphQL (200).
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from appsync_emu.core.auth import authenticate
from appsync_emu.core.http import (
    INTERNAL_FAILURE,
    ParsedBody,
    RequestRefused,
    encode,
    parse_get,
    parse_post,
)
from appsync_emu.core.request import GraphqlRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.core.request import Headers

__all__ = ["CONTENT_TYPE", "LABEL_HEADER", "Answer", "Gateway", "visible_headers"]

CONTENT_TYPE = "application/json;charset=UTF-8"
"""As in public transcripts of the service."""

LABEL_HEADER = "x-appsync-emu-label"
"""The header in which clients may say what they call a command, as scenario files do. It is ours:
the service knows nothing of it."""

LABELS_MAX = 10_000
"""Labels whose requests are counted; the count that was not used for longest is forgotten."""

_LABEL = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
_log = logging.getLogger(__name__)


class Answer:
    """What a client gets back.

    Attributes:
        status: the HTTP status.
        body: JSON, UTF-8.
        headers: ``content-type``, ``x-amzn-requestid``, and ``x-amzn-ErrorType`` on refusals.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    def __repr__(self) -> str:
        return f"Answer({self.status}, {self.body!r})"


def visible_headers(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Request headers as authorization and resolvers see them.

    Names in lower case, never ``cookie``; a header that was sent twice is a list (AppSync
    guide, "Resolver context object reference").
    """
    headers: dict[str, str | list[str]] = {}
    for sent_as, value in pairs:
        name = sent_as.lower()
        if name in headers:
            first = headers[name]
            headers[name] = [*first, value] if isinstance(first, list) else [first, value]
        else:
            headers[name] = value
    headers.pop("cookie", None)
    return headers


class Gateway:
    """Reads requests, lets callers in, has operations executed, and writes the answers.

    Args:
        api: whose credentials open the door.
        execute: runs an operation; what it returns is awaited when it is not a ``dict``.
        request_id: makes the next ``x-amzn-requestid``.
    """

    __slots__ = ("_api", "_execute", "_labelled", "_request_id")

    def __init__(
        self,
        api: Api,
        execute: Callable[[GraphqlRequest], dict[str, Any] | Awaitable[dict[str, Any]]],
        request_id: Callable[[], str],
    ) -> None:
        self._api = api
        self._execute = execute
        self._request_id = request_id
        self._labelled: dict[str, int] = {}

    def post(self, body: bytes, headers: Headers) -> Answer | Awaitable[Answer]:
        """Answer a ``POST``: at once, unless a resolver waits.

        Args:
            body: the request's body.
            headers: as :func:`visible_headers` gives them.
        """
        return self._answer(parse_post, body, headers)

    def get(self, params: Mapping[str, str], headers: Headers) -> Answer | Awaitable[Answer]:
        """Answer a ``GET`` with the decoded URL parameters ``params``; see :meth:`post`."""
        return self._answer(parse_get, params, headers)

    def refuse(self, status: int, error_type: str, message: str) -> Answer:
        """The answer to a request that is turned away before it is read."""
        return _refused(RequestRefused(status, error_type, message), self._request_id())

    def _answer(
        self, parse: Callable[[Any], ParsedBody], given: object, headers: Headers
    ) -> Answer | Awaitable[Answer]:
        request_id = self._request_id()
        try:
            asked = parse(given)
            identity = authenticate(self._api, headers)
            response = self._execute(
                GraphqlRequest(
                    asked.query,
                    asked.variables,
                    asked.operation_name,
                    identity,
                    headers,
                    request_id,
                    None if LABEL_HEADER not in headers else self._label(headers[LABEL_HEADER]),
                )
            )
            if type(response) is dict:
                return _succeeded(response, request_id)
        except Exception as problem:  # noqa: BLE001 - the client gets an answer whatever happens
            return _failed(problem, request_id)
        return _finish(response, request_id)  # type: ignore[arg-type] # only a dict is no awaitable

    def _label(self, said: str | list[str]) -> tuple[str, int]:
        """What the client calls its command, and the number of the request under that label."""
        if not isinstance(said, str) or not _LABEL.fullmatch(said):
            message = f"The header {LABEL_HEADER} takes one label: letters, digits, '.', '_', '-'."
            raise RequestRefused(400, "BadRequestException", message)
        number = self._labelled.pop(said, 0) + 1
        if len(self._labelled) >= LABELS_MAX:
            del self._labelled[next(iter(self._labelled))]
        self._labelled[said] = number
        return said, number


async def _finish(response: Awaitable[dict[str, Any]], request_id: str) -> Answer:
    try:
        return _succeeded(await response, request_id)
    except Exception as problem:  # noqa: BLE001 - the client gets an answer whatever happens
        return _failed(problem, request_id)


def _succeeded(response: Mapping[str, Any], request_id: str) -> Answer:
    return Answer(
        200, encode(response), {"content-type": CONTENT_TYPE, "x-amzn-requestid": request_id}
    )


def _failed(problem: Exception, request_id: str) -> Answer:
    """A refusal as it is; anything else is our bug: the log has the traceback, the client not."""
    if isinstance(problem, RequestRefused):
        return _refused(problem, request_id)
    _log.error("request %s failed inside the emulator", request_id, exc_info=problem)
    return _refused(RequestRefused(*INTERNAL_FAILURE), request_id)


def _refused(refusal: RequestRefused, request_id: str) -> Answer:
    return Answer(
        refusal.status,
        refusal.body(),
        {
            "content-type": CONTENT_TYPE,
            "x-amzn-requestid": request_id,
            "x-amzn-ErrorType": refusal.error_type,
        },
    )
