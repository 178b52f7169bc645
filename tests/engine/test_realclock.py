"""Time that passes by itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from appsync_emu.engine.realclock import RealClock, ScaledClock

NS = 1_000_000_000


@pytest.mark.parametrize("factor", [1.0, 50.0])
def test_real_time_passes_by_itself(factor):
    async def test():
        clock = ScaledClock(factor) if factor > 1 else RealClock()
        assert not clock.virtual
        assert not clock.taken
        begun = clock.now_ns()
        fired = asyncio.get_running_loop().create_future()
        clock.call_at(begun + round(0.01 * factor * NS), lambda: fired.set_result(clock.now_ns()))
        forgotten = clock.call_at(begun, lambda: pytest.fail("cancelled"), periodic=True)
        forgotten.cancel()
        await clock.spawn(clock.sleep(0.01 * factor))
        assert clock.now_ns() - begun >= 0.009 * factor * NS
        assert await fired - begun >= 0.009 * factor * NS
        async with clock.turn():
            assert not clock.taken
        await clock.sleep(-1)
        now = clock.now()
        assert now.tzinfo is UTC
        assert abs(now.timestamp() - clock.now_ns() / NS) < factor

    asyncio.run(test())


def test_real_time_never_goes_back():
    clock = RealClock()
    times = [clock.now_ns() for _ in range(1_000)]
    assert times == sorted(times)


def test_real_time_is_now():
    assert abs(RealClock().now() - datetime.now(UTC)).total_seconds() < 5  # noqa: TID251 - to compare with
