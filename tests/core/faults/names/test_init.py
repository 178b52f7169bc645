"""The catalogue as a whole."""

from __future__ import annotations

import pytest

from appsync_emu.core.faults import KINDS
from appsync_emu.core.faults.names import FAMILIES, NAMED
from appsync_emu.core.faults.verdict import Phase

ALL = pytest.mark.parametrize("fault", NAMED.values(), ids=list(NAMED))


def test_names_begin_with_their_family_and_are_unique():
    assert sum(map(len, FAMILIES.values())) == len(NAMED)
    for family, faults in FAMILIES.items():
        assert {fault.name.partition(".")[0] for fault in faults} == {family}
    assert all(fault.name == name for name, fault in NAMED.items())


@ALL
def test_each_says_what_it_is_in_a_sentence_and_where_that_is_from(fault):
    assert fault.meaning[0].isupper() or fault.name == "ws.no-ack" or fault.frame
    assert fault.meaning.endswith(".")
    assert fault.handler_sees
    assert fault.source
    assert fault.client or fault.client_sees


@ALL
def test_each_has_a_kind_that_may_strike_where_it_says(fault):
    kind = KINDS[fault.kind]
    assert fault.points
    assert fault.kind == "error" or set(kind.points).issuperset(fault.points)


@ALL
def test_each_has_a_phase(fault):
    assert fault.phases in (("request",), ("response",), ("request", "response"))
    assert set(fault.phases) <= set(Phase.__args__)


@ALL
def test_injected_errors_name_no_fault_yet(fault):
    assert fault.error is None or (fault.error.why, fault.error.fault) == ("injected", None)
    assert fault.error is None or fault.error.message


@ALL
def test_errors_of_a_service_have_its_status(fault):
    """But for what no service answers: a killed function, and a caller that does not wait."""
    unanswered = {"lambda.appsync-timeout", "lambda.crash", "lambda.out-of-memory"}
    assert (fault.status == 0) is (fault.service is None or fault.name in unanswered) or (
        fault.client is not None and fault.status == fault.client.status
    )
