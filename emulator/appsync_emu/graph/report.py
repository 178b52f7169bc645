"""The errors of one document, collected in graphql-java's words.

The template is ``Validation error of type {Type}: {description} @ 'path/of/fields'``
(``graphql/graphql-over-http`` issue 81).
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from appsync_emu.graph.answers import engine_error
from appsync_emu.graph.place import line_and_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import Node

__all__ = ["MAX_ERRORS", "Enough", "ErrorType", "Report"]

MAX_ERRORS: Final = 100
"""Errors of one document; graphql-java stops there too."""


class ErrorType(Enum):
    """graphql-java's ``ValidationErrorType``: each rule's name in messages."""

    ANONYMOUS_NOT_ALONE = "LoneAnonymousOperationViolation"
    BAD_DEFAULT = "BadValueForDefaultArg"
    DUPLICATE_ARGUMENT = "DuplicateArgumentNames"
    DUPLICATE_DIRECTIVE = "DuplicateDirectiveName"
    DUPLICATE_FRAGMENT = "DuplicateFragmentName"
    DUPLICATE_INPUT_FIELD = "UniqueObjectFieldName"
    DUPLICATE_OPERATION = "DuplicateOperationName"
    DUPLICATE_VARIABLE = "DuplicateVariableName"
    FIELDS_CONFLICT = "FieldsConflict"
    FRAGMENT_CONDITION = "FragmentTypeConditionInvalid"
    FRAGMENT_CYCLE = "FragmentCycle"
    FRAGMENT_SPREAD = "InvalidFragmentType"
    INLINE_CONDITION = "InlineFragmentTypeConditionInvalid"
    INTROSPECTION_ROOT = "SubscriptionIntrospectionRootField"
    MISPLACED_DIRECTIVE = "MisplacedDirective"
    MISSING_ARGUMENT = "MissingFieldArgument"
    MISSING_DIRECTIVE_ARGUMENT = "MissingDirectiveArgument"
    NOT_EXECUTABLE = "NonExecutableDefinition"
    OUTPUT_VARIABLE = "NonInputTypeOnVariable"
    SEVERAL_ROOT_FIELDS = "SubscriptionMultipleRootFields"
    SUB_SELECTION_NOT_ALLOWED = "SubSelectionNotAllowed"
    SUB_SELECTION_REQUIRED = "SubSelectionRequired"
    UNDEFINED_FIELD = "FieldUndefined"
    UNDEFINED_FRAGMENT = "UndefinedFragment"
    UNDEFINED_VARIABLE = "UndefinedVariable"
    UNKNOWN_ARGUMENT = "UnknownArgument"
    UNKNOWN_DIRECTIVE = "UnknownDirective"
    UNKNOWN_TYPE = "UnknownType"
    UNUSED_FRAGMENT = "UnusedFragment"
    UNUSED_VARIABLE = "UnusedVariable"
    VARIABLE_MISMATCH = "VariableTypeMismatch"
    WRONG_TYPE = "WrongType"


class Enough(Exception):  # noqa: N818 - named for what it says
    """``MAX_ERRORS`` were found."""


class Report:
    """Collects errors.

    Args:
        text: the document, for the places of errors.

    Attributes:
        errors: what the client gets.
        path: names of the fields down to where validation is; a fragment's name comes first.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.errors: list[dict[str, Any]] = []
        self.path: list[str] = []

    def error(
        self, kind: ErrorType, description: str, node: Node, path: Sequence[str] | None = None
    ) -> None:
        """Note an error of a rule, by default at the current path; raises Enough."""
        names = self.path if path is None else path
        at = f" @ '{'/'.join(names)}'" if names else ""
        self.plain(f"Validation error of type {kind.value}: {description}{at}", node)

    def plain(self, message: str, node: Node) -> None:
        """Note an error with a text of its own; raises Enough."""
        place = line_and_column(self._text, node.loc.start) if node.loc else None
        self.errors.append(engine_error(message, place=place))
        if len(self.errors) >= MAX_ERRORS:
            raise Enough
