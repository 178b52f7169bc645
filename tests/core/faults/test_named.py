"""What is known of a named fault."""

from __future__ import annotations

from appsync_emu.core.faults.named import ClientError, NamedFault, business, permanent, technical
from appsync_emu.core.faults.points import Point


def test_errors_say_their_class_and_that_they_were_injected():
    made = [make("E", "text") for make in (technical, permanent, business)]
    assert [error.error_class for error in made] == ["technical", "permanent", "business"]
    assert {(e.type, e.message, e.why, e.stack, e.fault) for e in made} == {
        ("E", "text", "injected", (), None)
    }


def test_what_is_not_said():
    fault = NamedFault(name="a.b", points=(Point.DATA,), meaning="It fails.")
    assert (fault.kind, fault.phases, fault.status) == ("error", ("request",), 0)
    assert fault.handler_sees == "nothing"
    error = ClientError(error_type="E", message="e")
    assert (error.status, error.graphql, error.verified) == (200, True, True)
