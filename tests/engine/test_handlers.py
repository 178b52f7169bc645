"""The user's functions: what they get, what they can ask for, and when they are refused."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
import time

import pytest

from appsync_emu.core.api import Handler
from appsync_emu.engine.clock import START_NS, ManualClock, RealClock
from appsync_emu.engine.handlers import HandlerContext, call_handler
from appsync_emu.engine.movers import pause
from appsync_emu.engine.threads import THREADS_MAX, Killed, Threads
from appsync_emu.errors import TechnicalError

NS = 1_000_000_000
WAIT_S = 5.0


class FakeDesk:
    """Remembers what was asked, and in which thread."""

    trace_id = "t-1"

    def __init__(self):
        self.asked = []
        self.full = False

    def emit(self, detail_type, detail, source):
        assert threading.current_thread() is threading.main_thread()
        if self.full:
            raise TechnicalError("the queues are full")
        self.asked.append(("emit", detail_type, detail, source))
        return f"event-{len(self.asked)}"

    def send(self, command, arguments):
        assert threading.current_thread() is threading.main_thread()
        self.asked.append(("send", command, arguments))
        return "t-1"


class World:
    def __init__(self, clock):
        self.clock = clock
        self.desk = FakeDesk()
        self.threads = Threads()

    def context(self, deadline_s: float = 30.0) -> HandlerContext:
        return HandlerContext(
            function_name="Orders",
            aws_request_id="1d24bb1e-cb8c-4fba-a0d6-8ba1e2ba7d0e",
            attempt=2,
            deadline_ns=self.clock.now_ns() + round(deadline_s * NS),
            clock=self.clock,
            desk=self.desk,
        )

    def call(self, function, context=None, event=None):
        return call_handler(handler(function), event, context or self.context(), self.threads)


def handler(function) -> Handler:
    return Handler(
        path="shop:handle", call=function, is_async=inspect.iscoroutinefunction(function)
    )


def run(test, clock=None):
    async def main():
        world = World(clock or ManualClock(hang_s=1.0))
        try:
            return await test(world)
        finally:
            world.threads.close()

    return asyncio.run(main())


def settled(world, *works):
    """Spawn the works and let time pass until they end; what they came to, in order."""

    async def settle():
        tasks = [world.clock.spawn(work) for work in works]
        await world.clock.settle()
        return await asyncio.gather(*tasks, return_exceptions=True)

    return settle()


def passed(world) -> float:
    return (world.clock.now_ns() - START_NS) / NS


# The context.


def test_the_context_is_lambdas():
    """AWS Lambda Developer Guide, "AWS Lambda context object in Python"."""

    async def test(world):
        context = world.context()
        assert context.function_name == "Orders"
        assert context.function_version == "$LATEST"
        assert context.invoked_function_arn == (
            "arn:aws:lambda:us-east-1:000000000000:function:Orders"
        )
        assert context.memory_limit_in_mb == "128"
        assert context.aws_request_id == "1d24bb1e-cb8c-4fba-a0d6-8ba1e2ba7d0e"
        assert context.log_group_name == "/aws/lambda/Orders"
        assert context.log_stream_name == "2030/01/01/[$LATEST]1d24bb1ecb8c4fbaa0d68ba1e2ba7d0e"
        assert context.identity is None
        assert context.client_context is None

    run(test)


def test_the_context_has_what_command_handling_adds():
    async def test(world):
        context = world.context()
        assert (context.trace_id, context.attempt) == ("t-1", 2)
        assert context.clock.now() == world.clock.now()

    run(test)


def test_remaining_time_is_the_clocks():
    async def test(world):
        context = world.context(30)
        assert context.get_remaining_time_in_millis() == 30_000
        await world.clock.advance(29.9995)
        assert context.get_remaining_time_in_millis() == 0
        await world.clock.advance(10)
        assert context.get_remaining_time_in_millis() == 0

    run(test)


# Calling.


async def in_the_loop(event, context):
    return event, threading.current_thread() is threading.main_thread()


def in_a_thread(event, context):
    return event, threading.current_thread() is threading.main_thread()


def gives_an_awaitable(event, context):
    assert threading.current_thread() is not threading.main_thread()
    return in_the_loop(event, context)


@pytest.mark.parametrize(
    ("function", "in_loop"),
    [
        (in_the_loop, True),
        (in_a_thread, False),
        (gives_an_awaitable, True),
        (functools.partial(in_a_thread), False),
    ],
    ids=["coroutine", "function", "awaitable", "partial"],
)
@pytest.mark.parametrize("clock", [ManualClock, RealClock])
def test_coroutines_run_in_the_loop_and_functions_in_threads(function, in_loop, clock):
    async def test(world):
        return await world.clock.spawn(world.call(function, event={"a": 1}))

    assert run(test, clock()) == ({"a": 1}, in_loop)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3)], ids=repr)
def test_exceptions_come_through(error):
    async def aio(event, context):
        raise error

    def sync(event, context):
        raise error

    async def test(world):
        for function in (aio, sync):
            with pytest.raises(type(error)) as raised:
                await world.call(function)
            assert raised.value is error

    run(test)


def test_handlers_in_threads_take_turns_under_virtual_time():
    """Threads never decide what the journal says: one at a time, in the order they were due."""

    async def test(world):
        inside, seen = [], []

        def handle(event, context):
            inside.append(event)
            time.sleep(0.001 * (event % 3))  # noqa: TID251 - a handler that really blocks
            assert inside == [event]
            inside.remove(event)
            seen.append(event)

        await settled(world, *(world.call(handle, event=number) for number in range(10)))
        return seen

    assert run(test) == list(range(10))


def test_handlers_in_threads_take_turns_within_one_piece_of_work_too():
    """A request may call several functions at once: one waits for its turn, one works."""

    async def test(world):
        inside, seen = [], []

        def handle(event, context):
            inside.append(event)
            time.sleep(0.03)  # noqa: TID251 - a handler that really blocks
            assert inside == [event]
            inside.remove(event)
            seen.append((event, passed(world)))
            context.sleep(5)
            seen.append((event, passed(world)))

        async def request():
            await asyncio.gather(*(world.call(handle, event=number) for number in range(3)))

        world.clock.call_at(START_NS + NS, lambda: seen.append("timer"))
        assert await settled(world, request()) == [None]
        assert not world.clock._moving
        return seen

    assert run(test) == [(0, 0), (1, 0), (2, 0), "timer", (0, 5), (1, 5), (2, 5)]


def test_more_handlers_may_sleep_than_threads_may_work():
    """Virtual time must pass for the sleepers to end: nobody may wait for them meanwhile."""

    async def test(world):
        def handle(event, context):
            context.sleep(60)
            return event

        works = [world.call(handle, event=number) for number in range(THREADS_MAX + 6)]
        return await settled(world, *works), passed(world)

    assert run(test) == (list(range(THREADS_MAX + 6)), 60)


# Emit and send.


def asks(context):
    return [
        context.emit("Order placed", {"id": 7}),
        context.emit("Order paid", source="bank"),
        context.send("placeOrder", {"id": 7}, total=3),
        context.send("cancelOrder"),
    ]


async def asks_in_the_loop(event, context):
    return asks(context)


def asks_in_a_thread(event, context):
    return asks(context)


@pytest.mark.parametrize("function", [asks_in_the_loop, asks_in_a_thread])
def test_events_and_commands_are_sent_from_anywhere(function):
    async def test(world):
        (answers,) = await settled(world, world.call(function))
        assert answers == ["event-1", "event-2", "t-1", "t-1"]
        assert world.desk.asked == [
            ("emit", "Order placed", {"id": 7}, None),
            ("emit", "Order paid", {}, "bank"),
            ("send", "placeOrder", {"id": 7, "total": 3}),
            ("send", "cancelOrder", {}),
        ]

    run(test)


@pytest.mark.parametrize("function", [asks_in_the_loop, asks_in_a_thread])
def test_what_the_engine_refuses_the_handler_sees(function):
    async def test(world):
        world.desk.full = True
        (error,) = await settled(world, world.call(function))
        assert isinstance(error, TechnicalError)

    run(test)


def test_a_coroutine_may_ask_from_a_thread_of_its_own():
    async def handle(event, context):
        return await asyncio.to_thread(context.emit, "Order placed")

    async def test(world):
        assert await settled(world, world.call(handle)) == ["event-1"]

    run(test)


# Sleep.


async def sleeps_in_the_loop(event, context):
    before = context.clock.now_ns()
    assert await context.sleep(10) is None
    return (context.clock.now_ns() - before) / NS


def sleeps_in_a_thread(event, context):
    before = context.clock.now_ns()
    context.sleep(10)
    return (context.clock.now_ns() - before) / NS


def awaits_in_a_thread(event, context):
    async def inner():
        before = context.clock.now_ns()
        await context.sleep(10)
        return (context.clock.now_ns() - before) / NS

    return asyncio.run(inner())


@pytest.mark.parametrize("function", [sleeps_in_the_loop, sleeps_in_a_thread, awaits_in_a_thread])
def test_sleep_takes_virtual_time_alone(function):
    async def test(world):
        begun = time.perf_counter()
        assert await settled(world, world.call(function), world.call(function)) == [10, 10]
        assert time.perf_counter() - begun < WAIT_S
        return passed(world)

    assert run(test) == 10


# After the end.


def test_nothing_is_granted_once_the_attempt_is_over():
    async def test(world):
        context = world.context()
        context.close()
        for ask in (
            lambda: context.emit("Order placed"),
            lambda: context.send("placeOrder"),
            lambda: context.sleep(1),
        ):
            with pytest.raises(Killed):
                ask()
            with pytest.raises(Killed):
                await asyncio.to_thread(ask)
        assert world.desk.asked == []

    run(test)


def test_a_handler_that_ignores_its_cancellation_sleeps_no_more():
    """Else time would go on for ever with a delivery that has long ended."""

    async def handle(event, context):
        while True:
            try:
                await context.sleep(1)
            except asyncio.CancelledError:
                continue

    async def test(world):
        context = world.context()
        task = world.clock.spawn(world.call(handle, context))

        def time_is_up():
            context.close()
            task.cancel()

        world.clock.call_at(START_NS + 5 * NS + 1, time_is_up)
        await world.clock.settle()
        assert isinstance(task.exception(), Killed)
        return passed(world)

    assert run(test) == pytest.approx(5)


def test_a_sleep_in_a_thread_ends_with_its_attempt():
    async def test(world):
        ended, over = [], threading.Event()

        def handle(event, context):
            try:
                context.sleep(3_600)
            except Exception:  # noqa: BLE001 - as careless handlers do
                ended.append("not killed")
            except BaseException as error:
                ended.append(type(error))
                raise
            finally:
                over.set()

        context = world.context()
        task = world.clock.spawn(world.call(handle, context))

        def time_is_up():
            context.close()
            task.cancel()

        world.clock.call_at(START_NS + 5 * NS, time_is_up)
        world.clock.call_at(START_NS + 6 * NS, lambda: None)
        await world.clock.settle()
        assert task.cancelled()
        assert await asyncio.to_thread(over.wait, WAIT_S)
        assert ended == [Killed]
        assert context._sleeping == {}
        return passed(world)

    assert run(test) == 6


@pytest.mark.parametrize("what", ["emit", "send", "sleep"])
def test_what_is_on_its_way_from_a_thread_when_the_attempt_ends_is_refused(what):
    """The loop looks again: between the thread's look and the loop's the time may be up."""

    async def test(world):
        context, found = world.context(), []

        def ask():
            try:
                getattr(context, what)(1 if what == "sleep" else "Order placed")
            except BaseException as error:  # noqa: BLE001 - to look at it
                found.append(type(error))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(0.03)  # it waits for the loop, which waits here
        context.close()
        for _ in range(20):
            await pause()
        await asyncio.to_thread(thread.join, WAIT_S)
        assert found == [Killed]
        assert world.desk.asked == []
        assert not world.clock._lasting

    run(test)
