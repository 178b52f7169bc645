"""The event of direct Lambda resolvers.

Shape: aws-powertools/powertools-lambda-python, tests/events/appSyncDirectResolver.json, and
``domainName`` as the AppSync guide documents it.
"""

from __future__ import annotations

from field_calls import field_call

from appsync_emu.resolvers.context import direct_event, plain_copy


def test_the_event_of_a_direct_resolver():
    event = direct_event(field_call({"id": "1"}))

    assert event == {
        "arguments": {"id": "1"},
        "identity": None,
        "source": None,
        "request": {"headers": {"host": "h", "x-api-key": "k"}, "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": ["id", "title"],
            "selectionSetGraphQL": "{\n  id\n  title\n}",
            "parentTypeName": "Query",
            "fieldName": "getPost",
            "variables": {},
        },
        "stash": {},
    }
    assert list(event) == [
        "arguments",
        "identity",
        "source",
        "request",
        "prev",
        "info",
        "stash",
    ]


def test_everything_there_is_reaches_the_function():
    call = field_call(
        {"id": "1"}, source={"a": [1]}, claims={"sub": "s"}, variables={"v": 1}, stash={"k": 1}
    )

    event = direct_event(call, {"result": [2]})

    assert event["source"] == {"a": [1]}
    assert event["identity"] == {"sub": "s"}
    assert event["info"]["variables"] == {"v": 1}
    assert event["stash"] == {"k": 1}
    assert event["prev"] == {"result": [2]}


def test_a_root_field_has_no_source_and_a_nested_one_may_have_an_empty_one():
    assert direct_event(field_call(source={}))["source"] is None
    assert direct_event(field_call(source={}, path=["Workspace", "add"]))["source"] == {}


def test_what_a_function_does_to_its_event_stays_there():
    call = field_call({"tags": ["a"]}, source={"a": [1]}, variables={"v": {"x": 1}})

    event = direct_event(call)
    event["arguments"]["tags"].append("b")
    event["source"]["a"].append(2)
    event["request"]["headers"]["host"] = "other"
    event["info"]["variables"]["v"]["x"] = 2

    assert direct_event(call) == direct_event(
        field_call({"tags": ["a"]}, source={"a": [1]}, variables={"v": {"x": 1}})
    )


def test_a_copy_goes_all_the_way_down():
    value = {"a": [{"b": [1, None, "x"]}], "c": 1.5}

    copy = plain_copy(value)

    assert copy == value
    assert copy["a"][0]["b"] is not value["a"][0]["b"]
