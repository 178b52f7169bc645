"""What all calls have in common, and errors that no library has."""

from __future__ import annotations

import pytest

from appsync_emu.core.faults.catalogue import business_error, other_error
from appsync_emu.core.faults.verdict import Fail
from appsync_emu.errors import BusinessError, PermanentError, TechnicalError
from appsync_emu.sdks.joint import Call, made_up


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (business_error("CardDeclined", "no"), BusinessError),
        (other_error("Weird", "no"), TechnicalError),
        (other_error("Weird", "no", technical=False), PermanentError),
    ],
)
def test_an_error_has_its_name_its_text_and_its_class(error, family):
    made = made_up(Fail(error, "request"))

    assert (type(made).__name__, str(made), isinstance(made, family)) == (error.type, "no", True)
    assert type(made_up(Fail(error, "request"))) is type(made)


def test_the_exception_that_a_test_gave_is_raised_itself():
    given = ValueError("no")
    try:
        raise given
    except ValueError:
        assert given.__traceback__ is not None

    fail = Fail(other_error("ValueError", "no"), "request", raised=given)

    assert made_up(fail) is given
    assert given.__traceback__ is None


def test_a_call_of_no_library_in_particular():
    call = Call(None, "T", "PutItem")
    fail = Fail(other_error("Weird"), "request")

    assert (call.arguments(), call.token(), call.error_of(1), call.part(fail)) == (None,) * 4
    with pytest.raises(TechnicalError):
        call.fail(fail)
