"""AWS AppSync API Reference, Common Errors; amplify-js#13068 for the one that is no GraphQL."""

from __future__ import annotations

from appsync_emu.core.faults.names import appsync


def test_the_family():
    assert [
        (fault.name, fault.client.error_type, fault.client.status, fault.client.graphql)
        for fault in appsync.FAULTS
    ] == [
        ("appsync.throttled", "TooManyRequestsException", 429, False),
        ("appsync.unavailable", "ServiceUnavailableException", 503, True),
        ("appsync.unauthorized", "UnauthorizedException", 401, True),
        ("appsync.bad-request", "BadRequestException", 400, True),
    ]


def test_no_handler_sees_any():
    assert all(fault.error is None and fault.kind == "error" for fault in appsync.FAULTS)


def test_only_a_lost_answer_leaves_it_open_whether_the_command_was_accepted():
    assert [f.name for f in appsync.FAULTS if len(f.phases) > 1] == ["appsync.unavailable"]
