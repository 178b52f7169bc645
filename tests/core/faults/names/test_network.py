"""Errors of the network: Python's own types, and what the client libraries make of them."""

from __future__ import annotations

import pytest
from real_errors import real

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import network

EXPECTED = [
    ("network.refused", "ConnectionRefusedError", 0, "technical", ("attempt", "data"), 1),
    ("network.dns", "gaierror", 0, "technical", ("data",), 1),
    ("network.reset", "ConnectionResetError", 0, "technical", ("attempt", "data"), 2),
    ("network.tls", "SSLError", 0, "technical", ("data",), 1),
    ("network.connect-timeout", "TimeoutError", 0, "technical", ("data",), 1),
    ("network.timeout", "TimeoutError", 0, "technical", ("attempt", "data"), 2),
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
        for fault in network.FAULTS
    ] == EXPECTED


@pytest.mark.parametrize("fault", network.FAULTS, ids=lambda fault: fault.name)
def test_the_class_is_that_of_the_real_exception(fault):
    assert fault.error.error_class == classify(real(fault)).error_class.value


def test_clients_read_what_a_function_let_through():
    """AppSync's own wait ends after 30 s with a text of its own (aws-appsync-community#386)."""
    types = {fault.name: fault.client.error_type for fault in network.FAULTS}
    assert types.pop("network.timeout") == "ExecutionTimeout"
    assert set(types.values()) == {"Lambda:Unhandled"}
