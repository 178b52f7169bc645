"""Amazon EventBridge API Reference, PutEvents."""

from __future__ import annotations

import pytest
from real_errors import real

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import eventbridge

EXPECTED = [
    ("eventbridge.internal", "InternalException", 500, "technical", ("data",), 2),
    ("eventbridge.partial", "FailedEntryCount", 200, "technical", ("data",), 1),
]


def test_the_family():
    assert [
        (
            fault.name,
            fault.error.type,
            fault.status,
            fault.error.error_class,
            tuple(point.value for point in fault.points),
            len(fault.phases),
        )
        for fault in eventbridge.FAULTS
    ] == EXPECTED


@pytest.mark.parametrize("fault", eventbridge.FAULTS, ids=lambda fault: fault.name)
def test_the_class_is_that_of_the_real_exception(fault):
    assert fault.error.error_class == classify(real(fault)).error_class.value


def test_a_partial_failure_is_an_answer():
    fault = eventbridge.FAULTS[-1]
    assert (fault.status, fault.body["FailedEntryCount"]) == (200, 1)
    assert fault.phases == ("response",)
