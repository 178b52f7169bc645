"""The server: which URL is what, and how it starts and stops."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import shlex
import signal
from typing import TYPE_CHECKING, Any

from aiohttp import web

from appsync_emu.core.http import BODY_BYTES_MAX
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.collector import seldom
from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.gateway import Answer
from appsync_emu.errors import Mistake, UsageError
from appsync_emu.graph.samples import sample_document
from appsync_emu.graph.schema import build
from appsync_emu.server import control, graphql_http
from appsync_emu.server.realtime_ws import RealtimeEndpoint
from appsync_emu.server.served import Served

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.core.request import Headers
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.runs import Unfinished
    from appsync_emu.server.served import KnownFault, ReadFault

__all__ = ["Server", "make_app", "run", "start"]

ENDED_TRACES_MAX = 10_000
"""Ended traces that a server remembers; without a bound its journal would grow for ever."""

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to
"""Where to dial what listens on every address."""

_REMEDIES = {
    errno.EADDRINUSE: "Stop what listens there, or choose another port; --port 0 takes a free one.",
    errno.EACCES: "Ports below 1024 are for administrators; choose a higher one.",
}


_RESET = (503, "ServiceUnavailableException", "The emulator was reset before it had answered.")


def make_app(emulator: Emulator | Served) -> web.Application:
    """All that is served over an emulator: GraphQL, real time, and the control endpoints."""
    served = emulator if isinstance(emulator, Served) else Served(emulator)
    app = web.Application(client_max_size=BODY_BYTES_MAX)
    control.add_routes(app, served)
    realtime = RealtimeEndpoint(served.emulator.realtime)
    gate = _Gate(served.emulator)

    def replace(fresh: Emulator) -> None:
        gate.replace(fresh)
        realtime.replace(fresh.realtime)

    served.follow(replace)
    app.on_shutdown.append(realtime.shutdown)
    graphql_http.add_routes(app, gate, realtime.handle)
    return app


class _Gate:
    """The gateway of the present emulator; nobody waits for the answer of a former one."""

    def __init__(self, emulator: Emulator) -> None:
        self._gateway = emulator.gateway
        self._waiting: set[asyncio.Future[Answer]] = set()

    def replace(self, emulator: Emulator) -> None:
        self._gateway = emulator.gateway
        for task in self._waiting:
            task.cancel()

    def post(self, body: bytes, headers: Headers) -> Answer | Awaitable[Answer]:
        answer = self._gateway.post(body, headers)
        return answer if isinstance(answer, Answer) else self._awaited(answer)

    def get(self, params: Mapping[str, str], headers: Headers) -> Answer | Awaitable[Answer]:
        answer = self._gateway.get(params, headers)
        return answer if isinstance(answer, Answer) else self._awaited(answer)

    def refuse(self, status: int, error_type: str, message: str) -> Answer:
        return self._gateway.refuse(status, error_type, message)

    async def _awaited(self, answer: Awaitable[Answer]) -> Answer:
        task = asyncio.ensure_future(answer)
        self._waiting.add(task)
        try:
            await asyncio.wait((task,))
        finally:
            self._waiting.discard(task)
            if not task.done():  # the client is gone
                task.cancel()
        return self.refuse(*_RESET) if task.cancelled() else task.result()


class Server:
    """A server that listens.

    Attributes:
        host: where it listens.
        port: the port, a real one even when 0 was asked for.
        url: the GraphQL endpoint.
        ws_url: the real-time endpoint.
        console_url: the console; ``None`` where it does not answer, beyond the loopback addresses.
    """

    __slots__ = ("_runner", "_sites", "console_url", "host", "port", "url", "ws_url")

    def __init__(self, runner: web.AppRunner, site: web.TCPSite, host: str, port: int) -> None:
        self._runner = runner
        self._sites = [site]
        self.host = host
        self.port = port
        dialled = _ANYWHERE.get(host, host)
        address = f"[{dialled}]:{port}" if ":" in dialled else f"{dialled}:{port}"
        self.url = f"http://{address}{graphql_http.PATH}"
        self.ws_url = f"ws://{address}{graphql_http.REALTIME_PATH}"
        local = control.answers_at(address)
        self.console_url = f"http://{address}{control.PREFIX}/" if local else None

    async def stop_accepting(self) -> None:
        """Refuse new connections; the open ones go on."""
        while self._sites:
            await self._sites.pop().stop()

    async def close(self) -> None:
        """Stop accepting, let requests end within the grace time, and close every connection."""
        await self.stop_accepting()
        await self._runner.cleanup()


async def start(
    emulator: Emulator | Served, host: str = "127.0.0.1", port: int = 0, *, grace_s: float = 1.0
) -> Server:
    """Serve ``emulator``, which stays the caller's to close.

    Args:
        emulator: what is served.
        host: where to listen.
        port: 0 takes a free one.
        grace_s: real seconds that requests under way get when the server is closed.

    Raises:
        UsageError: it cannot listen there.
    """
    if host == "localhost" and port == 0:
        host = "127.0.0.1"  # a name with two addresses would take two free ports
    runner = web.AppRunner(make_app(emulator), access_log=None, shutdown_timeout=grace_s)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except (OSError, OverflowError) as problem:
        await runner.cleanup()
        raise _cannot_listen(host, port, problem) from problem
    return Server(runner, site, host, runner.addresses[0][1])


def _cannot_listen(host: str, port: int, problem: OSError | OverflowError) -> UsageError:
    code = problem.errno if isinstance(problem, OSError) else None
    why = "it is in use" if code == errno.EADDRINUSE else str(problem)
    remedy = _REMEDIES.get(code or 0, "Choose an address of this machine and a port up to 65535.")
    return UsageError(Mistake(message=f"cannot listen on {host}:{port}: {why}", remedy=remedy))


def run(  # noqa: PLR0913 - what the command line says
    api: Api,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock | None = None,
    seed: int | None = None,
    grace_s: float = 5.0,
    announce: Callable[[str], None] = print,
    faults: Iterable[KnownFault] = (),
    read: ReadFault | None = None,
) -> None:
    """Serve ``api`` until SIGINT or SIGTERM; a second one does not wait for the grace time.

    Args:
        api: a loaded API.
        host: where to listen.
        port: 0 takes a free one.
        clock: time; real unless given.
        seed: makes ids and chance repeatable.
        grace_s: real seconds that running attempts get to end.
        announce: told, in lines of text, where the server is and what it left unfinished.
        faults: what can be armed; those that are ``armed`` are, from the start.
        read: reads faults that clients send to the control endpoints.

    Raises:
        UsageError: it cannot listen there, or a fault means nothing at its point.
    """
    faults = tuple(faults)
    make = _maker(api, clock, seed, faults)
    try:
        with seldom():
            asyncio.run(_serve(make, faults, read, host, port, grace_s, announce))
    finally:
        gc.unfreeze()


def _maker(
    api: Api,
    clock: Clock | None,
    seed: int | None,
    faults: tuple[KnownFault, ...],
) -> Callable[[], Emulator]:
    """What makes the emulator, and another of the same kind whenever it is called again."""
    start_ns = clock.now_ns() if isinstance(clock, ManualClock) else 0
    schema = build(api.schema)
    armed = [known.fault for known in faults if known.armed]

    def make() -> Emulator:
        for call in api.fresh:
            call()
        return Emulator(
            api,
            clock=ManualClock(start_ns) if isinstance(clock, ManualClock) else clock,
            seed=seed,
            faults=armed,
            ended_traces_max=ENDED_TRACES_MAX,
            schema=schema,
        )

    return make


async def _serve(
    make: Callable[[], Emulator],
    faults: tuple[KnownFault, ...],
    read: ReadFault | None,
    host: str,
    port: int,
    grace_s: float,
    announce: Callable[[str], None],
) -> None:
    served = Served(make(), faults=faults, read=read, fresh=make)
    try:
        server = await start(served, host, port, grace_s=grace_s)
    except UsageError:
        await served.emulator.aclose()
        raise
    # Whatever exists now stays; full collections need not walk the schema again and again.
    gc.freeze()
    stopped = asyncio.Event()
    _on_signals(stopped)
    for line in _greeting(served, server):
        announce(line)
    await stopped.wait()
    announce("stopping")
    await server.stop_accepting()
    unfinished = await served.emulator.aclose(grace_s=grace_s)
    await server.close()
    for line in _farewell(unfinished):
        announce(line)


def _on_signals(stopped: asyncio.Event) -> None:
    """Set ``stopped`` at the first SIGINT or SIGTERM; the second does what it always does."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    usual = {number: signal.getsignal(number) for number in numbers}

    def stop() -> None:
        stopped.set()
        for number, handler in usual.items():
            signal.signal(number, handler)

    for number in numbers:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _greeting(served: Served, server: Server) -> list[str]:
    api = served.emulator.api
    document = sample_document(api, served.emulator.schema)
    key = api.api_keys[0].value if api.api_keys else ""
    body = shlex.quote(json.dumps({"query": document}))
    curl = f"curl {server.url} -H 'x-api-key: {key}' -H 'content-type: application/json' -d {body}"
    console = [f"  console    {server.console_url}"] if server.console_url else []
    return [
        f"{api.name} is served at",
        f"  GraphQL    {server.url}",
        f"  real time  {server.ws_url}",
        *console,
        f"  API key    {key}",
        *_told_of(served.faults()),
        "",
        f"  {curl}",
        "",
    ]


def _told_of(faults: list[dict[str, Any]]) -> list[str]:
    """The faults that are armed, and those that wait for being armed."""
    armed = [str(fault["id"]) for fault in faults if fault["armed"]]
    waiting = [str(fault["id"]) for fault in faults if not fault["armed"]]
    lines = [f"  faults     {', '.join(armed) or 'none is armed'}"] if faults else []
    if waiting:
        lines.append(f"             not armed yet: {', '.join(waiting)}")
    return lines


def _farewell(unfinished: list[Unfinished]) -> list[str]:
    if not unfinished:
        return ["stopped; nothing was left unfinished"]
    lines = [f"stopped; {len(unfinished)} unfinished:"]
    lines += [
        f"  trace {left.facts.trace_id}: {left.facts.component} was {left.state}"
        f" after {left.attempts} attempts"
        for left in unfinished
    ]
    return lines
