"""What clients of a served emulator did that the protocol does not allow, as they were told it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from appsync_emu.core.records import FaultStruck
from appsync_emu.engine.gateway import Answer
from appsync_emu.testing.timeline import clock_text
from appsync_emu.testing.values import plural

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from appsync_emu.core.request import Headers
    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.engine.gateway import Gateway
    from appsync_emu.engine.session import RealtimeSession

__all__ = ["Mistakes"]

SHOWN_MAX = 10
TOO_MANY_REQUESTS = 429
CLIENT_ERRORS = range(400, 500)
_TYPES = ("error", "connection_error")


class Mistakes:
    """Listens at both doors of an emulator, before anything is served.

    Refused requests, invalid documents, refused handshakes and frames of the type ``error`` count;
    not what a fault did, nor an error of a field, which is an answer like any other.
    """

    def __init__(self, emulator: Emulator, start_ns: int) -> None:
        self._emulator = emulator
        self._start_ns = start_ns
        self._first: dict[str, int] = {}
        self._times: Counter[str] = Counter()
        emulator.gateway = _Door(emulator.gateway, self)  # type: ignore[assignment] # it has its methods
        emulator.realtime = replace(emulator.realtime, sessions=_Sessions(self))

    @property
    def lines(self) -> list[str]:
        """One for each kind of mistake: when it was made first, by whom, and how often."""
        told = [
            f"{clock_text(at_ns, self._start_ns)}  {what}"
            + (f" ({plural(self._times[what], 'time')})" if self._times[what] > 1 else "")
            for what, at_ns in self._first.items()
        ]
        more = len(told) - SHOWN_MAX
        return [*told[:SHOWN_MAX], f"and {plural(more, 'other')}"] if more > 0 else told

    def answered(self, answer: Answer) -> None:
        """An answer over HTTP."""
        refused = answer.status in CLIENT_ERRORS and answer.status != TOO_MANY_REQUESTS
        if not refused and not answer.body.startswith(b'{"data":null,"errors":'):
            return
        for error in json.loads(answer.body)["errors"]:
            if refused:
                self._note(f"HTTP {answer.status}: {_said(error)}")
            elif error.get("path") is None and "errorType" not in error:
                self._note(f"GraphQL: {_said(error)}")

    def sent(self, client: str, frame: str) -> None:
        """A frame to a client of real time."""
        if not any(f'"type":"{kind}"' in frame for kind in _TYPES):
            return
        message = json.loads(frame)
        if message.get("type") not in _TYPES:
            return
        errors = (message.get("payload") or {}).get("errors")
        for error in errors if isinstance(errors, list) else [errors]:
            self._note(f"real time, {client}: {_said(error)}")

    def _note(self, what: str) -> None:
        now_ns = self._emulator.clock.now_ns()
        last = next(reversed(self._emulator.journal.records), None)
        if isinstance(last, FaultStruck) and last.at_ns == now_ns:
            return
        self._first.setdefault(what, now_ns)
        self._times[what] += 1


def _said(error: Any) -> str:  # noqa: ANN401 - as it was sent
    if not isinstance(error, dict):
        return str(error)
    return ": ".join(str(error[key]) for key in ("errorType", "message") if error.get(key))


class _Door:
    """The gateway, and somebody who listens at it."""

    def __init__(self, gateway: Gateway, mistakes: Mistakes) -> None:
        self._gateway = gateway
        self._mistakes = mistakes

    def post(self, body: bytes, headers: Headers) -> Answer | Awaitable[Answer]:
        return self._heard(self._gateway.post(body, headers))

    def get(self, params: dict[str, str], headers: Headers) -> Answer | Awaitable[Answer]:
        return self._heard(self._gateway.get(params, headers))

    def refuse(self, status: int, error_type: str, message: str) -> Answer:
        answer = self._gateway.refuse(status, error_type, message)
        self._mistakes.answered(answer)
        return answer

    def _heard(self, answer: Answer | Awaitable[Answer]) -> Answer | Awaitable[Answer]:
        if isinstance(answer, Answer):
            self._mistakes.answered(answer)
            return answer
        return self._later(answer)

    async def _later(self, answer: Awaitable[Answer]) -> Answer:
        found = await answer
        self._mistakes.answered(found)
        return found


class _Sessions(dict["RealtimeSession", None]):
    """The open sessions; what is sent to each is heard."""

    def __init__(self, mistakes: Mistakes) -> None:
        super().__init__()
        self._mistakes = mistakes

    def __setitem__(self, session: RealtimeSession, value: None) -> None:
        send = session._send  # noqa: SLF001 - there is no other way to hear what it sends

        def heard(frame: str) -> object:
            self._mistakes.sent(session.subscriber, frame)
            return send(frame)

        session._send = heard  # noqa: SLF001 - the same
        super().__setitem__(session, value)
