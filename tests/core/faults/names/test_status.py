"""A status that cannot be written: our choice, since the table is the emulator's."""

from __future__ import annotations

from appsync_emu.core.faults.names import status
from appsync_emu.core.faults.points import Point


def test_the_write_is_tried_again_and_no_handler_is():
    (fault,) = status.FAULTS
    assert (fault.name, fault.kind, fault.points) == (
        "status.outage",
        "outage",
        (Point.STATUS_WRITE,),
    )
    assert fault.phases == ("request", "response")
    assert fault.error is fault.client is None
