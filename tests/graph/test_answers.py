"""What ``graph/answers.py`` promises."""

import json

from appsync_emu.graph.answers import InvalidDocument, Refused, engine_error, field_error, location


def test_keys_stand_in_the_order_of_the_wire():
    """AppSync developer guide, "Lambda resolvers"; graphql-over-http#81."""
    assert list(field_error("T", "m", path=["a"], place=(1, 2))) == [
        "path",
        "data",
        "errorType",
        "errorInfo",
        "locations",
        "message",
    ]
    assert json.dumps(engine_error("m", place=(1, 2))) == (
        '{"path": null, "locations": [{"line": 1, "column": 2, "sourceName": null}],'
        ' "message": "m"}'
    )


def test_places_may_be_unknown():
    assert field_error(None, "m", path=None)["locations"] is None
    assert engine_error("m")["locations"] is None
    assert location((3, 4)) == {"line": 3, "column": 4, "sourceName": None}


def test_exceptions_carry_a_list_of_their_own():
    errors = (engine_error("m"),)
    assert InvalidDocument(errors).errors == Refused(errors).errors == list(errors)
