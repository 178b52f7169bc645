"""Amazon SQS API Reference, SendMessage."""

from __future__ import annotations

import pytest
from real_errors import real

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import sqs

EXPECTED = [
    ("sqs.throttled", "RequestThrottled", 400, "technical", ("dispatch", "data"), 1),
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
        for fault in sqs.FAULTS
    ] == EXPECTED


@pytest.mark.parametrize("fault", sqs.FAULTS, ids=lambda fault: fault.name)
def test_the_class_is_that_of_the_real_exception(fault):
    assert fault.error.error_class == classify(real(fault)).error_class.value
