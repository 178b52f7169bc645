"""A dead letter that cannot be written: our choice, since the table is the emulator's."""

from __future__ import annotations

from appsync_emu.core.faults.names import deadletter
from appsync_emu.core.faults.points import Point


def test_the_write_is_tried_again_until_it_is_stored():
    (fault,) = deadletter.FAULTS
    assert (fault.name, fault.kind, fault.points) == (
        "deadletter.outage",
        "outage",
        (Point.DEADLETTER_WRITE,),
    )
    assert fault.phases == ("request", "response")
