"""The emulator's own endpoints, beside AppSync's: look into it, handle dead letters, move time.

::

    GET    /_appsync_emu/                            the console, a page for browsers
    GET    /_appsync_emu/health
    GET    /_appsync_emu/time                        {"clock": {"kind", "now"}}
    GET    /_appsync_emu/journal                     JSON lines, one record each
    GET    /_appsync_emu/journal?trace=ID&after=17   those of a trace, those after number 17
    GET    /_appsync_emu/traces?limit=50             {"traces": [newest first], "total"}
    GET    /_appsync_emu/traces/{id}                 {"traceId", "records"}
    GET    /_appsync_emu/deadletters                 {"deadLetters": [oldest first], "total"}
    GET    /_appsync_emu/deadletters?limit=50        {"deadLetters": [newest first], "total"}
    GET    /_appsync_emu/deadletters/{id}            a letter
    POST   /_appsync_emu/deadletters/{id}/redrive    {"id", "traceId"}
    POST   /_appsync_emu/deadletters/redrive         {"redriven": [ids]}
    DELETE /_appsync_emu/deadletters/{id}            {"discarded": id}
    POST   /_appsync_emu/clock                       {"advance": "15m"} or {"settle": "1h"}
    GET    /_appsync_emu/faults                      {"faults": [{"id", "armed", "struck", ...}]}
    POST   /_appsync_emu/faults                      a fault as in scenario files, or {"arm": id}
    DELETE /_appsync_emu/faults                      {"healed": [ids]}
    DELETE /_appsync_emu/faults/{id}                 {"healed": [ids]}
    POST   /_appsync_emu/components/{name}/crash     {"restart_after": "10s"}
    POST   /_appsync_emu/reset                       everything as when the server started

They need no key, so they serve programs on the same machine alone, and the console: no other web
page must drive them, neither across sites nor by rebinding a name to the loopback address.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import web

from appsync_emu.core.duration import duration_s
from appsync_emu.core.overview import overview
from appsync_emu.core.records import to_json
from appsync_emu.core.traces import iso_time
from appsync_emu.engine.clock import ManualClock
from appsync_emu.errors import LivenessError, UsageError
from appsync_emu.server import console
from appsync_emu.server.served import Served, UnknownNameError, WrongFaultError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.errors import Mistake

    Handler: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]

__all__ = ["PREFIX", "add_routes", "answers_at"]

PREFIX = "/_appsync_emu"

LIMIT_DEFAULT = 50
LIMIT_MAX = 1000
RESTART_AFTER_S = 10.0
"""Until a component that is told to crash is up again, unless it is told when."""

LAST_HEADER = "X-Appsync-Emu-Last"
"""The number of the journal's newest record: what to ask for ``after`` the next time."""

_DATA_ALONE = {"X-Content-Type-Options": "nosniff"}
"""What handlers and clients wrote is in the answers: no browser may take it for a page."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_OWN_SITES = frozenset({"same-origin", "none"})


class _Refused(Exception):  # noqa: N818 - an answer, no bug
    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


def add_routes(app: web.Application, served: Served | Emulator) -> None:
    """Serve the endpoints in ``app``, over an emulator or whichever is served at the time."""
    control = _Control(served if isinstance(served, Served) else Served(served))
    for method, path, handler in (
        ("GET", "", control.to_console),
        ("GET", "/", control.console),
        ("GET", "/health", control.health),
        ("GET", "/time", control.time),
        ("GET", "/journal", control.journal),
        ("GET", "/traces", control.traces),
        ("GET", "/traces/{id}", control.trace),
        ("GET", "/deadletters", control.letters),
        ("POST", "/deadletters/redrive", control.redrive_all),
        ("GET", "/deadletters/{id}", control.letter),
        ("DELETE", "/deadletters/{id}", control.discard),
        ("POST", "/deadletters/{id}/redrive", control.redrive),
        ("POST", "/clock", control.clock),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.arm),
        ("DELETE", "/faults", control.heal),
        ("DELETE", "/faults/{id}", control.heal),
        ("POST", "/components/{name}/crash", control.crash),
        ("POST", "/reset", control.reset),
        ("*", "/{path:.*}", control.unknown),
    ):
        app.router.add_route(method, PREFIX + path, _guarded(handler))


def answers_at(address: str) -> bool:
    """Whether the endpoints answer at ``address``, a host with or without a port."""
    name, _, port = address.rpartition(":")
    return (name if port.isdigit() else address).lower() in _LOOPBACK


def _guarded(handler: Handler) -> Handler:
    """``handler`` for callers on this machine that are no web page of another site."""

    async def guarded(request: web.Request) -> web.Response:
        try:
            _refuse_web_pages(request)
            return await handler(request)
        except _Refused as refused:
            return _json({"error": str(refused)}, refused.status)
        except WrongFaultError as wrong:
            return _mistaken(wrong.mistakes)
        except UnknownNameError as unknown:
            return _json({"error": str(unknown)}, HTTPStatus.NOT_FOUND)
        except (UsageError, LivenessError) as problem:
            return _json({"error": str(problem)}, HTTPStatus.CONFLICT)

    return guarded


def _refuse_web_pages(request: web.Request) -> None:
    host = request.headers.get("Host", "")
    if not answers_at(host):
        raise _Refused(
            HTTPStatus.FORBIDDEN,
            f"the control endpoints answer at localhost, 127.0.0.1 and [::1], not at {host!r}",
        )
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if (origin is not None and origin != f"http://{host}") or (
        site is not None and site not in _OWN_SITES
    ):
        raise _Refused(
            HTTPStatus.FORBIDDEN,
            "the control endpoints do not serve other web pages; tests of a page ask from Node:"
            " cy.request in Cypress, the fixture request in Playwright",
        )


class _Control:
    """The endpoints; each method is one."""

    def __init__(self, served: Served) -> None:
        self._served = served

    @property
    def _emulator(self) -> Emulator:
        return self._served.emulator

    async def health(self, _: web.Request) -> web.Response:
        emulator = self._emulator
        return _json({"status": "ok", "name": emulator.api.name, "clock": self._time()})

    async def time(self, _: web.Request) -> web.Response:
        return _json({"clock": self._time()})

    async def journal(self, request: web.Request) -> web.Response:
        journal = self._emulator.journal
        text = journal.dump(after=_after(request), trace_id=request.query.get("trace"))
        # A lone surrogate has no UTF-8; its escape is the same character in JSON.
        body = text.encode("utf-8", "backslashreplace")
        headers = {LAST_HEADER: str(journal.last)}
        return web.Response(body=body, content_type="application/x-ndjson", headers=headers)

    async def console(self, _: web.Request) -> web.Response:
        page = console.page()
        return web.Response(body=page.body, headers=page.headers)

    async def to_console(self, _: web.Request) -> web.Response:
        headers = {"Location": f"{PREFIX}/"}
        return web.Response(status=HTTPStatus.PERMANENT_REDIRECT, headers=headers)

    async def traces(self, request: web.Request) -> web.Response:
        journal = self._emulator.journal
        newest = journal.newest(_limit(request) or LIMIT_DEFAULT)
        traces = [overview(trace_id, journal.of_trace(trace_id)).as_json() for trace_id in newest]
        return _json({"traces": traces, "total": len(journal.traces)})

    async def trace(self, request: web.Request) -> web.Response:
        trace_id = request.match_info["id"]
        records = [to_json(record) for record in self._emulator.journal.of_trace(trace_id)]
        return _json({"traceId": trace_id, "records": records})

    async def letters(self, request: web.Request) -> web.Response:
        stored = self._emulator.deadletters
        limit = _limit(request)
        listed = stored if limit is None else stored.newest(limit)
        letters = [letter.as_json() for letter in listed]
        return _json({"deadLetters": letters, "total": len(stored)})

    async def letter(self, request: web.Request) -> web.Response:
        return _json(self._emulator.deadletters.get(self._existing(request)).as_json())

    async def redrive(self, request: web.Request) -> web.Response:
        letter_id = self._existing(request)
        trace_id = self._emulator.deadletters.redrive(letter_id)
        return _json({"id": letter_id, "traceId": trace_id})

    async def redrive_all(self, _: web.Request) -> web.Response:
        return _json({"redriven": self._emulator.deadletters.redrive_all()})

    async def discard(self, request: web.Request) -> web.Response:
        letter_id = self._existing(request)
        self._emulator.deadletters.discard(letter_id)
        return _json({"discarded": letter_id})

    async def clock(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        clock = self._emulator.clock
        if not isinstance(clock, ManualClock):
            raise UsageError("this clock moves by itself; start the server with a manual clock")
        if len(asked) != 1:
            raise _Refused(HTTPStatus.BAD_REQUEST, _CLOCK_REMEDY)
        match asked:
            case {"advance": amount}:
                await clock.advance(_seconds(amount))
            case {"settle": within}:
                await clock.settle(_seconds(within))
            case _:
                raise _Refused(HTTPStatus.BAD_REQUEST, _CLOCK_REMEDY)
        return _json({"clock": self._time()})

    async def faults(self, _: web.Request) -> web.Response:
        return _json({"faults": self._served.faults()})

    async def arm(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        match asked:
            case {"arm": str(name), **more} if not more:
                armed = self._served.arm_known(name)
            case {"arm": _}:
                raise _Refused(HTTPStatus.BAD_REQUEST, 'send {"arm": "the-id"} and nothing beside')
            case _:
                armed = self._served.arm_written(asked)
        return _json({"armed": armed})

    async def heal(self, request: web.Request) -> web.Response:
        return _json({"healed": self._served.heal(request.match_info.get("id"))})

    async def crash(self, request: web.Request) -> web.Response:
        name, known = request.match_info["name"], self._emulator.api.components
        if name not in known:
            raise UnknownNameError(
                f'there is no component "{name[:200]}"{did_you_mean(name, known)}'
                f" (known: {', '.join(known) or 'there is none at all'})"
            )
        asked = await _body(request) if request.can_read_body else {}
        if not asked.keys() <= {"restart_after"}:
            raise _Refused(HTTPStatus.BAD_REQUEST, 'send {"restart_after": "10s"}, or nothing')
        seconds = _seconds(asked["restart_after"]) if asked else RESTART_AFTER_S
        self._emulator.crash(name, seconds)
        return _json({"crashed": name, "restartAfter": f"{seconds:g}s"})

    async def reset(self, _: web.Request) -> web.Response:
        await self._served.reset()
        armed = [fault["id"] for fault in self._served.faults() if fault["armed"]]
        return _json({"clock": self._time(), "armed": armed})

    async def unknown(self, request: web.Request) -> web.Response:
        raise _Refused(
            HTTPStatus.NOT_FOUND, f"there is no control endpoint {request.method} {request.path}"
        )

    def _time(self) -> dict[str, Any]:
        clock = self._emulator.clock
        kind = "manual" if isinstance(clock, ManualClock) else "real"
        return {"kind": kind, "now": iso_time(clock.now_ns())}

    def _existing(self, request: web.Request) -> str:
        letter_id = request.match_info["id"]
        try:
            self._emulator.deadletters.get(letter_id)
        except UsageError as unknown:
            raise _Refused(HTTPStatus.NOT_FOUND, str(unknown)) from None
        return letter_id


_CLOCK_REMEDY = 'send one of {"advance": "15m"} and {"settle": "1h"}'


def _seconds(amount: object) -> float:
    seconds = duration_s(amount) if isinstance(amount, str) else None
    if seconds is None:
        raise _Refused(
            HTTPStatus.BAD_REQUEST,
            f'{amount!r} is not a duration; write "250ms", "5s", "2m", "1h" or "7d"',
        )
    return seconds


def _limit(request: web.Request) -> int | None:
    asked = request.query.get("limit")
    if asked is None:
        return None
    if not re.fullmatch("[0-9]{1,4}", asked) or not 1 <= int(asked) <= LIMIT_MAX:
        raise _Refused(
            HTTPStatus.BAD_REQUEST, f"limit is a number from 1 to {LIMIT_MAX}, not {asked!r}"
        )
    return int(asked)


def _after(request: web.Request) -> int:
    asked = request.query.get("after", "0")
    if not re.fullmatch("[0-9]{1,15}", asked):
        raise _Refused(
            HTTPStatus.BAD_REQUEST,
            f"after is the number of a record, as {LAST_HEADER} gave it, not {asked!r}",
        )
    return int(asked)


def _mistaken(mistakes: Sequence[Mistake]) -> web.Response:
    """All that is wrong with what a client wrote, for people and for programs."""
    told = [{"message": mistake.message, "remedy": mistake.remedy} for mistake in mistakes]
    error = "\n".join(str(mistake) for mistake in mistakes)
    return _json({"error": error, "mistakes": told}, HTTPStatus.BAD_REQUEST)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        asked = json.loads(await request.read())
    except (ValueError, RecursionError, web.HTTPRequestEntityTooLarge):
        asked = None
    if not isinstance(asked, dict):
        raise _Refused(HTTPStatus.BAD_REQUEST, "the body is not a JSON object")
    return asked


def _json(value: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(
        body=json.dumps(value, default=str).encode(),
        status=status,
        content_type="application/json",
        headers=_DATA_ALONE,
    )
