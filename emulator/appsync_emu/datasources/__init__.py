"""Data sources: one module for each type."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from appsync_emu.core.api import DataSource, DataSourceType
from appsync_emu.datasources import lambda_, none
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.datasources.lambda_ import Invoke
    from appsync_emu.resolvers.build import Source

__all__ = ["source_opener"]


def source_opener(invoke: Invoke) -> Callable[[DataSource], Source]:
    """What opens the data sources of an API; ``invoke`` calls the functions behind them."""

    def open_source(data_source: DataSource) -> Source:
        match data_source.type:
            case DataSourceType.NONE:
                return none.source
            case DataSourceType.AWS_LAMBDA:
                if data_source.function is None:
                    raise UsageError(
                        f"the data source {data_source.name} of type AWS_LAMBDA has no function"
                    )
                return lambda_.source(data_source.function, invoke)
            case unknown:
                assert_never(unknown)

    return open_source
