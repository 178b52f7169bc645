"""What a subscriber gets: the published value, through the subscriber's own selection.

The value holds what the mutation selected, under the schema's field names. What the subscriber
selects beyond it is null, or an error where null is not allowed.

Source: the AppSync developer guide, "Real-time data"; ``aws-amplify/amplify-category-api`` issue
1338 for the errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.graph.completer import Anomaly, Bubble
from appsync_emu.graph.place import path_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import FieldPlan, ObjectPlan

__all__ = ["SubscriptionPlan"]


class _Rendering:
    """Completes one payload; only a message and a path are kept of an error."""

    __slots__ = ("errors", "plans")

    def __init__(self) -> None:
        self.errors: list[dict[str, Any]] = []
        self.plans: dict[int, ObjectPlan] = {}

    def engine_error(self, message: str, place: Place) -> None:
        self.errors.append({"message": message, "path": path_of(place)})

    def run_fields(self, plan: ObjectPlan, source: Value, place: Place | None) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for field in plan.fields:
            if field.completer is None:
                out[field.key] = plan.type_name
            else:
                here = (place, field.key, out, field.completer.nullable)
                out[field.key] = field.completer.complete(source.get(field.name), self, here)
        return out


class SubscriptionPlan:
    """An accepted subscription.

    Attributes:
        field: the subscription field, by its name in the schema.
        arguments: its arguments as given, without defaults; an explicit null is kept.
        key: equal keys give equal frames for every payload.
    """

    __slots__ = ("_plan", "_root", "arguments", "field", "key")

    def __init__(
        self, *, field: FieldPlan, root: str, arguments: dict[str, Any], key: Hashable
    ) -> None:
        self._plan = field
        self._root = root
        self.field = field.name
        self.arguments = arguments
        self.key = key

    def render(self, value: Mapping[str, object]) -> dict[str, Any]:
        """The payload of a ``data`` frame.

        Args:
            value: what the mutation published, by the schema's field names.

        Returns:
            ``data``, and ``errors`` when a non-null field is missing.
        """
        plan = self._plan
        completer = plan.completer
        assert completer is not None  # noqa: S101 - __typename cannot be subscribed to
        if completer.pure:
            try:
                return {"data": {plan.key: completer.fast(value)}}
            except Anomaly:
                pass
        rendering = _Rendering()
        data: dict[str, Any] = {}
        place = (None, plan.key, data, completer.nullable)
        try:
            data[plan.key] = completer.complete(value, rendering, place)
        except Bubble:
            return {"data": None, "errors": rendering.errors}
        return {"data": data, "errors": rendering.errors} if rendering.errors else {"data": data}
