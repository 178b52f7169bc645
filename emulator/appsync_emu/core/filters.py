"""Does this payload match that subscription? Filtering by arguments.

A subscriber gets an event when every argument that it *provided* equals the field of the same name
in the mutation's result. A provided ``null`` matches a field that is null or was not selected by
the mutation; any other value needs the field. Equality is exact and strict by type, numbers
compare as numbers, and ``ID`` arguments compare as strings.

A match is therefore equality of two *keys*, one of the arguments and one of the payload, over the
same names. That makes an index possible: see :mod:`appsync_emu.engine.fanout`.

Source: AWS, aws-appsync-real-time-data ("Subscription arguments", "Argument null value has
meaning"); result rather than input, aws-amplify/amplify-cli#4601.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Key", "Names", "filter_names", "key_of", "matches"]

Names: TypeAlias = tuple[str, ...]
Key: TypeAlias = "tuple[Hashable, ...]"

NO_IDS: frozenset[str] = frozenset()


def filter_names(arguments: Mapping[str, object]) -> Names:
    """The names that a subscriber filters by, in a fixed order."""
    return tuple(sorted(arguments))


def key_of(values: Mapping[str, object], names: Names, ids: frozenset[str] = NO_IDS) -> Key:
    """What must be equal for a match: of a subscriber's arguments, or of a payload.

    Args:
        values: arguments, or a payload by field names of the schema. A missing name is ``null``.
        names: of :func:`filter_names`.
        ids: names of arguments of type ``ID`` (or lists of it).
    """
    return tuple([_comparable(values.get(name), as_id=name in ids) for name in names])


def matches(
    arguments: Mapping[str, object], payload: Mapping[str, object], ids: frozenset[str] = NO_IDS
) -> bool:
    """Whether a subscriber with these arguments gets this payload; see :func:`key_of`."""
    names = filter_names(arguments)
    return key_of(arguments, names, ids) == key_of(payload, names, ids)


def _comparable(value: object, *, as_id: bool) -> Hashable:
    """A hashable stand-in: equal stand-ins are equal values, of the same JSON type."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        # True would equal 1.
        return ("boolean", value)
    if isinstance(value, int | float):
        return _id_text(value) if as_id else value
    if isinstance(value, Mapping):
        pairs = ((name, _comparable(item, as_id=as_id)) for name, item in value.items())
        return ("object", frozenset(pairs))
    if isinstance(value, Sequence):
        return ("list", tuple([_comparable(item, as_id=as_id) for item in value]))
    # What is not JSON equals nothing.
    return object()


def _id_text(number: float) -> str:
    return str(int(number)) if isinstance(number, int) or number.is_integer() else str(number)
