"""Threads for handlers that are not coroutines: bounded, killed when late, never in the way."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import subprocess
import sys
import threading
import time

import pytest

from appsync_emu.engine.threads import THREADS_MAX, Killed, Threads

WAIT_S = 5.0


def run(test):
    async def main():
        threads = Threads()
        try:
            return await test(threads)
        finally:
            threads.close()

    return asyncio.run(main())


def nap(seconds: float = 0.001) -> None:
    time.sleep(seconds)  # noqa: TID251 - a handler that really blocks


def test_results_and_exceptions_come_back():
    async def test(threads):
        def fails():
            raise ValueError("no")

        assert await threads.run(lambda: 42) == 42
        with pytest.raises(ValueError, match="no"):
            await threads.run(fails)

    run(test)


def test_a_call_runs_in_a_daemon_of_its_own_name():
    async def test(threads):
        thread = await threads.run(threading.current_thread)
        assert thread is not threading.current_thread()
        assert thread.daemon
        assert thread.name.startswith("appsync-emu-handler-")

    run(test)


def test_threads_are_used_again():
    async def test(threads):
        idents = {await threads.run(threading.get_ident) for _ in range(20)}
        assert len(idents) == 1

    run(test)


def test_the_exit_of_a_handler_is_not_the_exit_of_its_thread():
    async def test(threads):
        first = await threads.run(threading.get_ident)
        with pytest.raises(SystemExit) as exited:
            await threads.run(lambda: sys.exit(3))
        assert exited.value.code == 3
        assert await threads.run(threading.get_ident) == first

    run(test)


def test_a_stop_iteration_can_be_told():
    """A future cannot carry it."""

    async def test(threads):
        def stops():
            raise StopIteration("no more")

        with pytest.raises(RuntimeError, match="StopIteration: no more"):
            await threads.run(stops)

    run(test)


def test_context_variables_reach_the_thread_and_stay_there():
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name", default="nobody")

    async def test(threads):
        def handler():
            seen = name.get()
            name.set("the thread")
            return seen

        name.set("the task")
        assert await threads.run(handler) == "the task"
        assert await threads.run(name.get) == "the task"
        return await threads.run(name.get)

    assert run(test) == "the task"
    assert name.get() == "nobody"


TRACED_3_11 = sys.gettrace() is not None and sys.version_info < (3, 12)
TRACED = """
import asyncio, sys, threading
from appsync_emu.engine.threads import Threads

sys.settrace(lambda *_: None)
threading.settrace(lambda *_: None)

async def main():
    threads, gate = Threads(), threading.Event()
    task = asyncio.ensure_future(threads.run(gate.wait))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0.1)
    gate.set()
    threads.close()
    print("done")

asyncio.run(main())
"""


def test_killing_a_thread_that_blocks_hangs_no_traced_program():
    """CPython 3.11 went round in circles, under coverage and in debuggers."""
    told = subprocess.run(
        [sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=30, check=False
    )
    assert (told.stdout, told.stderr) == ("done\n", "")


@pytest.mark.skipif(TRACED_3_11, reason="threads that block are left alone there")
def test_a_thread_whose_time_is_up_is_killed():
    """``except Exception`` does not stop it."""

    async def test(threads):
        running, ended = threading.Event(), threading.Event()
        raised = []

        def handler():
            running.set()
            try:
                while True:
                    try:
                        nap()
                    except Exception:  # noqa: BLE001 - as careless handlers do
                        continue
            except BaseException as error:
                raised.append(type(error))
                raise
            finally:
                ended.set()

        task = asyncio.ensure_future(threads.run(handler))
        await asyncio.to_thread(running.wait, WAIT_S)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, WAIT_S)
        assert raised == [Killed]
        assert (threads._busy, threads._idle) == (0, [])
        assert await threads.run(lambda: "alive") == "alive"

    run(test)


def test_killing_a_thread_that_is_just_ending_its_job_is_quiet():
    """Whatever the moment, the exception is caught in the worker: pytest would show a stray one."""

    async def test(threads):
        others, workers = set(threading.enumerate()), []  # other tests left some that block
        for number in range(100):
            task = asyncio.ensure_future(threads.run(lambda: None))
            await asyncio.sleep(0)  # noqa: TID251 - one round of the loop
            workers += [thread for thread in threading.enumerate() if thread not in others]
            for _ in range(number % 5):
                nap(0)
            task.cancel()
            await asyncio.wait([task])
        for worker in set(workers):
            worker.join(0 if worker in {idle.thread for idle in threads._idle} else WAIT_S)

    run(test)


def test_so_many_run_at_once_and_more_wait():
    async def test(threads):
        lock, gate = threading.Lock(), threading.Event()
        running, most, order = [0], [0], []

        def handler(number):
            with lock:
                running[0] += 1
                most[0] = max(most[0], running[0])
                if running[0] == THREADS_MAX:
                    gate.set()
            assert gate.wait(WAIT_S)
            with lock:
                running[0] -= 1
            return number

        async def one(number):
            order.append(await threads.run(lambda: handler(number)))

        await asyncio.gather(*map(one, range(70)))
        assert most[0] == THREADS_MAX == 64
        assert sorted(order) == list(range(70))
        assert threads._busy == 0
        assert len(threads._idle) <= THREADS_MAX

    run(test)


def test_who_may_not_wait_gets_a_thread_all_the_same():
    async def test(threads):
        gate = threading.Event()
        tasks = [
            asyncio.ensure_future(threads.run(lambda: gate.wait(WAIT_S), bounded=False))
            for _ in range(THREADS_MAX + 6)
        ]
        await threads.run(gate.set, bounded=False)
        assert all(await asyncio.gather(*tasks))

    run(test)


def test_a_place_that_its_taker_no_longer_wants_goes_to_the_next():
    async def test(threads):
        threads._busy = THREADS_MAX
        first = asyncio.ensure_future(threads.run(lambda: "first"))
        gone = asyncio.ensure_future(threads.run(lambda: "gone"))
        second = asyncio.ensure_future(threads.run(lambda: "second"))
        await asyncio.sleep(0)  # noqa: TID251 - one round of the loop
        gone.cancel()
        threads._busy -= 1
        threads._wake_one()
        first.cancel()  # at the very moment when it could have begun
        await asyncio.wait([first, gone])
        assert first.cancelled()
        assert gone.cancelled()
        assert await asyncio.wait_for(second, WAIT_S) == "second"  # noqa: TID251 - a guard

    run(test)


def test_a_result_that_nobody_waits_for_is_dropped():
    async def test(threads):
        running, gate = threading.Event(), threading.Event()

        def handler():
            running.set()
            gate.wait(WAIT_S)
            return "late"

        task = asyncio.ensure_future(threads.run(handler))
        await asyncio.to_thread(running.wait, WAIT_S)
        (thread,) = [thread for thread in threading.enumerate() if "handler" in thread.name][-1:]
        task.cancel()
        await asyncio.wait([task])
        gate.set()
        await asyncio.to_thread(thread.join, WAIT_S)
        assert not thread.is_alive()

    run(test)


def test_idle_threads_end_when_the_pool_is_closed():
    async def test(threads):
        await asyncio.gather(*(threads.run(nap) for _ in range(5)))
        return [worker.thread for worker in threads._idle]

    for thread in run(test):
        thread.join(WAIT_S)
        assert not thread.is_alive()


def test_a_thread_outlives_its_loop_without_a_word():
    running, gate, threads, found = threading.Event(), threading.Event(), Threads(), []

    def handler():
        found.append(threading.current_thread())
        running.set()
        try:
            gate.wait(WAIT_S)
        finally:
            found.append("over")

    async def test():
        task = asyncio.ensure_future(threads.run(handler))
        await asyncio.to_thread(running.wait, WAIT_S)
        return task

    asyncio.run(test())  # cancels what is left, and closes the loop
    gate.set()
    found[0].join(WAIT_S)
    assert not found[0].is_alive()
    assert found[1] == "over"


def test_the_process_ends_although_a_handler_blocks_for_ever():
    program = """
import asyncio, threading
from appsync_emu.engine.threads import Threads
async def main():
    running = threading.Event()
    def handler():
        running.set()
        threading.Event().wait()
    asyncio.ensure_future(Threads().run(handler))
    await asyncio.to_thread(running.wait)
asyncio.run(main())
print("bye")
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=10, check=False
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("bye\n", "", 0)


# time.sleep.


def napping(seconds):
    nap(seconds)


def test_a_handler_that_calls_time_sleep_is_told_once(caplog):
    """It is logged: a warning would fail suites that turn warnings into errors."""

    async def main():
        threads = Threads()
        for _ in range(2):
            await threads.run(lambda: napping(0.035), watched="Orders")
        threads.close()

    with caplog.at_level(logging.WARNING):
        asyncio.run(main())
    [record] = caplog.records
    line = nap.__code__.co_firstlineno + 1
    assert record.getMessage() == (
        f"Orders calls time.sleep ({__file__}:{line}), which takes real time even here;"
        " context.sleep takes the emulator's."
    )


def test_a_library_that_sleeps_is_found_where_it_was_called(caplog, tmp_path):
    library = tmp_path / "library.py"
    library.write_text("import time\n\ndef retry():\n    time.sleep(0.035)\n", "utf-8")
    names: dict = {}
    exec(compile(library.read_text("utf-8"), str(library), "exec"), names)

    def handler():
        names["retry"]()

    async def main():
        threads = Threads()
        await threads.run(handler, watched="Orders")
        threads.close()

    asyncio.run(main())
    line = handler.__code__.co_firstlineno + 1
    assert f"({__file__}:{line})" in caplog.text


def test_who_waits_for_something_else_is_not_said_to_sleep(caplog):
    over = threading.Event()

    async def main():
        threads = Threads()
        asyncio.get_running_loop().call_later(0.05, over.set)
        await threads.run(over.wait, watched="Orders")
        await threads.run(lambda: napping(0.03))  # in real time nobody minds
        threads.close()

    asyncio.run(main())
    assert not caplog.records
