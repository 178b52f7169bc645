"""Run with `python -m pytest`: the fixture `appsync` is this folder's API, on virtual time."""

import pytest
from domain.users import USERS
from domain.workspaces import WORKSPACES

ANN = "drn:workspace:ann"
EXPECTED = {
    "UserManagement.User.Create": "success",
    "Workspace.Workspace.Create": "success",
    "Notifier-Welcome": "success",
    "Workspace.Workspace.AuthorizeUser": "success",
}


@pytest.fixture(autouse=True)
def _nobody_yet():
    USERS.clear()
    WORKSPACES.clear()


def ends(appsync, trace):
    """Component and status of everything that has ended, as a client reads it."""
    lines = appsync.query("trace", correlationId=trace.id).value
    return {line["component"]: line["status"] for line in lines if line["status"] != "accepted"}


def test_creating_a_user_makes_every_component_report_success(appsync):
    trace = appsync.send("createUser", username="ann")
    appsync.settle()

    assert ends(appsync, trace) == EXPECTED
    assert appsync.query("workspace", drn=ANN).value == {
        "drn": ANN,
        "owner": "ann",
        "members": ["ann"],
    }


def test_whoever_follows_the_trace_hears_of_all_of_them(appsync):
    watcher = appsync.subscribe("onTrace", of="createUser")

    trace = appsync.send("createUser", username="ann")
    appsync.settle()

    assert {line["correlationId"] for line in watcher.data} == {trace.id}
    ended = [line["component"] for line in watcher.data if line["status"] == "success"]
    assert sorted(ended) == sorted(EXPECTED)
    assert watcher.nothing_more()


def test_the_second_command_goes_on_under_the_first_one_s_trace(appsync):
    trace = appsync.send("createUser", username="ann")
    appsync.settle()

    lines = appsync.query("trace", correlationId=trace.id).value
    by_component = {line["component"]: line for line in lines}
    assert by_component["Notifier-Welcome"]["previous"] == "Workspace.Workspace.Create"
    assert by_component["Notifier-Welcome"]["event"] == "WorkspaceCreated"
    assert by_component["Notifier-Welcome"]["command"] == "createUser"
    assert by_component["Workspace.Workspace.AuthorizeUser"]["command"] == "authorizeUser"


def test_a_notifier_that_fails_twice_only_takes_longer(appsync):
    appsync.fault("network.reset", component="Notifier-Welcome", attempts=[1, 2])

    trace = appsync.send("createUser", username="ann")
    appsync.settle()

    assert trace.succeeded()
    assert trace.succeeded(attempts=3, component="Notifier-Welcome")


def test_a_notifier_that_fails_for_good_fails_the_trace_and_leaves_a_letter(appsync):
    down = appsync.fault("network.reset", component="Notifier-Welcome")
    trace = appsync.send("createUser", username="ann")
    appsync.settle()

    assert trace.failed(attempts=4, component="Notifier-Welcome")
    [letter] = appsync.deadletters
    assert letter.input == {"drn": ANN, "owner": "ann"}
    assert WORKSPACES[ANN]["members"] == []

    down.heal()
    appsync.redrive(letter)
    appsync.settle()

    assert ends(appsync, trace) == EXPECTED
    assert WORKSPACES[ANN]["members"] == ["ann"]


def test_an_event_that_comes_twice_makes_one_workspace_with_one_member(appsync):
    appsync.fault("duplicate", component="Workspace.Workspace.Create", after="1m")

    trace = appsync.send("createUser", username="ann")
    appsync.settle()

    assert trace.succeeded()
    assert WORKSPACES[ANN]["members"] == ["ann"]


def test_authorizing_for_a_workspace_that_is_not_there_is_refused(appsync):
    trace = appsync.send("authorizeUser", drn="drn:workspace:none", username="bob")
    appsync.settle()

    assert trace.failed(attempts=1, reason="business", error="UnknownWorkspace")
    assert not appsync.deadletters
