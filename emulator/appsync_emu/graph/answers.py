"""GraphQL errors as AppSync writes them: two families, each with its own keys in its own order.

Source: the AppSync developer guide ("Lambda resolvers", "Pipeline resolvers"); transcripts in
``graphql/graphql-over-http`` issue 81 and ``aws/aws-appsync-community`` issue 273.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["InvalidDocument", "Refused", "TooBig", "engine_error", "field_error", "location"]


def location(place: tuple[int, int]) -> dict[str, Any]:
    """One entry of ``locations``."""
    return {"line": place[0], "column": place[1], "sourceName": None}


def engine_error(
    message: str,
    *,
    path: list[str | int] | None = None,
    place: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """An error of the GraphQL engine: validation, coercion, null, serialization."""
    return {
        "path": path,
        "locations": None if place is None else [location(place)],
        "message": message,
    }


def field_error(
    error_type: str | None,
    message: str,
    *,
    path: list[str | int] | None,
    place: tuple[int, int] | None = None,
    data: object = None,
    info: object = None,
) -> dict[str, Any]:
    """An error raised while executing a field: resolver, data source, authorization."""
    return {
        "path": path,
        "data": data,
        "errorType": error_type,
        "errorInfo": info,
        "locations": None if place is None else [location(place)],
        "message": message,
    }


class InvalidDocument(Exception):  # noqa: N818 - named for what it says
    """A document that cannot be executed.

    Attributes:
        errors: what the client gets.
    """

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


class Refused(Exception):  # noqa: N818 - named for what it says
    """A subscription that was not accepted.

    Attributes:
        errors: GraphQL errors of either family.
    """

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


class TooBig(Exception):  # noqa: N818 - says what it is
    """An operation has too many fields once its fragments are spread, or goes too deep."""
