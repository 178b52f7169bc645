"""RFC 9110, section 15: an answer is an error only when somebody raises it."""

from __future__ import annotations

import pytest
from real_errors import real

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import http

EXPECTED = [
    ("http.429", "HTTP 429", 429, "technical", ("data",), 1),
    ("http.500", "HTTP 500", 500, "technical", ("data",), 2),
    ("http.502", "HTTP 502", 502, "technical", ("data",), 2),
    ("http.503", "HTTP 503", 503, "technical", ("data",), 2),
    ("http.504", "HTTP 504", 504, "technical", ("data",), 2),
    ("http.400", "HTTP 400", 400, "permanent", ("data",), 1),
    ("http.401", "HTTP 401", 401, "permanent", ("data",), 1),
    ("http.403", "HTTP 403", 403, "permanent", ("data",), 1),
    ("http.404", "HTTP 404", 404, "permanent", ("data",), 1),
    ("http.409", "HTTP 409", 409, "permanent", ("data",), 1),
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
        for fault in http.FAULTS
    ] == EXPECTED


@pytest.mark.parametrize("fault", http.FAULTS, ids=lambda fault: fault.name)
def test_the_class_is_that_of_the_real_exception(fault):
    assert fault.error.error_class == classify(real(fault)).error_class.value


def test_too_many_requests_say_when_to_come_back():
    """RFC 6585, section 4."""
    assert {fault.name for fault in http.FAULTS if fault.headers} == {"http.429"}
    assert http.FAULTS[0].headers == {"Retry-After": "1"}
