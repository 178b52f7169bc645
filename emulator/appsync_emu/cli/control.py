"""Talks to the control endpoints of a running server; no command of its own."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from appsync_emu.errors import Mistake, UsageError

__all__ = ["Control"]

_PREFIX = "/_appsync_emu"
_TIMEOUT_S = 30
_BYTES_MAX = 100_000_000


class Control:
    """The control endpoints of the server at ``url``.

    Args:
        url: where the server listens; a path, such as that of the GraphQL endpoint, is ignored.

    Raises:
        UsageError: ``url`` is no HTTP address.
    """

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url if "//" in url else f"http://{url}")
            usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise UsageError(
                Mistake(
                    message=f'"{url}" is not the address of a server',
                    remedy="Write --url http://127.0.0.1:20002, as `appsync-emu serve` prints it.",
                )
            )
        self._base = f"http://{parts.netloc}"
        # The server is on this machine: a proxy of the environment would only lose the way.
        self._opener = build_opener(ProxyHandler({}))

    def call(self, method: str, *path: str) -> Any:  # noqa: ANN401 - JSON
        """The answer of one endpoint, read from JSON.

        Raises:
            UsageError: nothing answers, something else answers, or the answer is an error.
        """
        url = "/".join((self._base + _PREFIX, *(quote(step, safe="") for step in path)))
        request = Request(url, method=method)  # noqa: S310 - the scheme is checked above
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                content = response.read(_BYTES_MAX)
        except HTTPError as error:
            raise self._refused(error.read(_BYTES_MAX)) from None
        except (HTTPException, URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            reason = getattr(reason, "strerror", None) or reason
            raise UsageError(
                Mistake(
                    message=f"no server answers at {self._base}: {reason}",
                    remedy="Start one with `appsync-emu serve`, or say where it is: --url.",
                )
            ) from None
        return self._read(content)

    def _refused(self, content: bytes) -> UsageError:
        answer = self._read(content)
        return UsageError(str(answer.get("error", answer)))

    def _read(self, content: bytes) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise UsageError(
                Mistake(
                    message=f"what answers at {self._base} is not appsync-emu",
                    remedy="Say where the server is: --url http://127.0.0.1:20002.",
                )
            )
        return answer
