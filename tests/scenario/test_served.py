"""Faults for servers: those of a file, and those in JSON; our own design."""

from __future__ import annotations

import pytest
from scenario_files import HEAD, SEND
from shop import SCHEMA, shop

from appsync_emu.errors import UsageError
from appsync_emu.scenario.served import fault_from, trouble_of

API = shop()
FAULT = {"id": "down", "point": "attempt", "effect": {"error": "network.refused"}}


def trouble(tmp_path, text, api=API):
    path = tmp_path / "x.appsync.yaml"
    path.write_text(HEAD + text, "utf-8")
    return trouble_of(str(path), api)


def mistakes(given):
    with pytest.raises(UsageError) as wrong:
        fault_from(given, API, SCHEMA)
    return [(mistake.message, mistake.remedy) for mistake in wrong.value.mistakes]


def test_faults_of_a_file_and_its_settings(tmp_path):
    found = trouble(
        tmp_path,
        "retry: {max_retries: 1}\n"
        "deadletters: {business: true}\n"
        "faults:\n"
        "  - {id: down, point: attempt, note: why, effect: {error: network.refused}}\n"
        "  - {id: later, point: attempt, effect: {error: network.dns}}\n"
        f"steps:\n{SEND}  - arm: later\n".replace("network.dns", "network.reset, phase: request"),
    )
    first, later = found.faults
    assert (first.fault.fault_id, first.armed, first.note) == ("down", True, "why")
    assert first.written == {**FAULT, "note": "why"}
    assert not later.armed
    assert found.api.components["Place"].retry.max_retries == 1
    assert found.api.deadletters.business


def test_a_file_without_faults_is_served_too(tmp_path):
    assert trouble(tmp_path, f"steps:\n{SEND}").faults == ()


def test_without_an_api_the_one_of_the_file_is_served(tmp_path):
    with pytest.raises(UsageError, match="no API is named"):
        trouble(tmp_path, f"steps:\n{SEND}", api=None)


def test_faults_are_held_against_the_api_and_steps_are_not(tmp_path):
    text = (
        "faults:\n"
        "  - {id: down, point: attempt, match: {component: Plaice},"
        " effect: {error: network.refused}}\n"
        "steps:\n  - send: {command: nobodyKnowsIt}\n"
    )
    with pytest.raises(UsageError) as wrong:
        trouble(tmp_path, text)
    (mistake,) = wrong.value.mistakes
    assert mistake.message.endswith('which the API does not have; did you mean "Place"?')
    assert mistake.line == 4


def test_a_fault_in_json():
    found = fault_from(
        {**FAULT, "match": {"component": "Place"}, "note": "é \U0001f600"}, API, SCHEMA
    )
    assert str(found.fault) == "network.refused at attempt, component Place"
    assert (found.armed, found.note) == (True, "é \U0001f600")


def test_labels_and_subscribers_are_the_clients_choice():
    label = {"match": {"label": "anything"}}
    close = {"id": "cut", "point": "frame", "effect": {"close": {"code": 1001}}}
    assert fault_from({**FAULT, **label}, API, SCHEMA).fault.match.label == "anything"
    subscriber = {"match": {"subscriber": "connection 1"}}
    assert fault_from({**close, **subscriber}, API, SCHEMA).fault.match.subscriber == "connection 1"


def test_all_mistakes_are_told_without_places():
    found = mistakes({"id": "Down", "point": "atempt", "efect": {}})
    assert len(found) >= 3
    with pytest.raises(UsageError) as wrong:
        fault_from({"id": "Down"}, API, SCHEMA)
    assert {(one.file, one.line, one.column) for one in wrong.value.mistakes} == {("", 0, 0)}


def test_names_that_the_api_does_not_have():
    ((message, remedy),) = mistakes({**FAULT, "match": {"command": "placeOrdr"}})
    assert message.endswith('; did you mean "placeOrder"?')
    assert remedy.startswith("Its commands: ")


@pytest.mark.parametrize("given", [{}, {"id": "x\u0000"}, {"id": "\ud800"}, {"id": {"a": [1] * 9}}])
def test_nonsense_is_a_mistake(given):
    assert mistakes(given)
