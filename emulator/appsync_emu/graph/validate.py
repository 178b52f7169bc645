"""Validation of documents, in graphql-java's wording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import validate as core_validate

from appsync_emu.graph.answers import engine_error


@dataclass
class Checked:
    errors: list
    scalars: dict


def validate(schema: Any, ast: Any, text: str) -> Checked:
    errors = core_validate(schema, ast)
    return Checked([engine_error(error.message) for error in errors], {})
