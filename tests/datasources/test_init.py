"""Opening data sources by type."""

from __future__ import annotations

import pytest
from field_calls import field_call

from appsync_emu.core.api import DataSource, DataSourceType, Function, Handler
from appsync_emu.datasources import source_opener
from appsync_emu.errors import UsageError

FUNCTION = Function(
    name="f", handler=Handler(path="m:f", call=lambda event, context: None, is_async=False)
)


def test_each_type_has_its_source():
    open_source = source_opener(lambda function, event, call: function.name)

    none = open_source(DataSource(name="n", type=DataSourceType.NONE))
    lambda_ = open_source(DataSource(name="l", type=DataSourceType.AWS_LAMBDA, function=FUNCTION))

    assert none(field_call({"a": 1})) == {"a": 1}
    assert lambda_(field_call()) == "f"


def test_a_lambda_data_source_without_function_is_refused():
    with pytest.raises(UsageError, match="l of type AWS_LAMBDA has no function"):
        source_opener(lambda *_: None)(DataSource(name="l", type=DataSourceType.AWS_LAMBDA))
