"""From a mutation's result to the subscribers that it concerns.

Subscribers are indexed by subscription field, by the names of the arguments they filter by, and by
the values of those arguments. Publishing looks up one key for each set of names in use, so an event
for one of a thousand channels touches the subscribers of that channel alone. Among those, equal
plans share one rendering: a payload is encoded once, however many get it.

Nothing here waits: ``deliver`` puts text into somebody's outbox and returns.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from appsync_emu.core.filters import Key, Names, filter_names, key_of
from appsync_emu.core.http import encode
from appsync_emu.core.limits import STRICT
from appsync_emu.core.wire import Telling

if TYPE_CHECKING:
    from collections.abc import Hashable

    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.limits import Limits
    from appsync_emu.core.wire import EventFacts
    from appsync_emu.engine.frames import Event, EventPath

__all__ = ["Deliver", "Fanout", "Plan", "Subscriber"]

Deliver: TypeAlias = Callable[[str], object]
"""Takes the JSON text of a ``data`` frame's payload; must not wait."""

logger = logging.getLogger(__name__)


class Plan(Protocol):
    """What fan-out asks of a compiled subscription.

    Attributes:
        field: the subscription field.
        arguments: those provided, an explicit ``null`` included.
        key: equal keys mean equal rendering of every payload.
    """

    @property
    def field(self) -> str: ...  # noqa: D102 - described above
    @property
    def arguments(self) -> Mapping[str, Json]: ...  # noqa: D102 - described above
    @property
    def key(self) -> Hashable: ...  # noqa: D102 - described above

    def render(self, value: Mapping[str, object]) -> Mapping[str, Any]:
        """The payload for one event: ``data``, and ``errors`` where fields could not be had."""


class Subscriber:
    """One who listens; made by :meth:`Fanout.add`, given back to :meth:`Fanout.remove`."""

    __slots__ = ("deliver", "group")

    def __init__(self, group: _Group, deliver: Deliver) -> None:
        self.group: _Group | None = group
        self.deliver = deliver


class _Group:
    """Subscribers whose frames are equal; in the order in which they came."""

    __slots__ = ("key", "members", "names", "plan")

    def __init__(self, plan: Plan, names: Names, key: Key) -> None:
        self.plan = plan
        self.names = names
        self.key = key
        self.members: dict[Subscriber, None] = {}


_Groups: TypeAlias = "dict[Hashable, _Group]"


class Fanout:
    """The subscribers of one API.

    Args:
        subscriptions: for each subscription field, the mutation fields that feed it
            (``@aws_subscribe``).
        ids: for each subscription field, the names of its arguments of type ``ID``: they compare
            as strings with a numeric field.
        limits: quotas; a payload over ``subscription_payload_bytes`` is dropped without notice
            (aws/aws-appsync-community#33).
        path: where faults strike events on their way; ``None`` where there are none.
    """

    __slots__ = ("_fed_by", "_ids", "_index", "_limits", "_path")

    def __init__(
        self,
        subscriptions: Mapping[str, tuple[str, ...]],
        *,
        ids: Mapping[str, frozenset[str]] | None = None,
        limits: Limits = STRICT,
        path: EventPath | None = None,
    ) -> None:
        self._path = path
        self._fed_by: dict[str, list[str]] = {}
        for field, mutations in subscriptions.items():
            for mutation in dict.fromkeys(mutations):
                self._fed_by.setdefault(mutation, []).append(field)
        self._ids = ids or {}
        self._limits = limits
        self._index: dict[str, dict[Names, dict[Key, _Groups]]] = {}

    def add(self, plan: Plan, deliver: Deliver) -> Subscriber:
        """Let ``deliver`` have every event of ``plan.field`` that matches its arguments."""
        names = filter_names(plan.arguments)
        key = key_of(plan.arguments, names, self._ids_of(plan.field))
        groups = self._index.setdefault(plan.field, {}).setdefault(names, {}).setdefault(key, {})
        group = groups.get(plan.key)
        if group is None:
            group = groups[plan.key] = _Group(plan, names, key)
        subscriber = Subscriber(group, deliver)
        group.members[subscriber] = None
        return subscriber

    def remove(self, subscriber: Subscriber) -> None:
        """Nothing more for this one; harmless when that is so already."""
        group = subscriber.group
        if group is None:
            return
        subscriber.group = None
        del group.members[subscriber]
        if group.members:
            return
        # Leave nothing behind of channels that come and go.
        shapes = self._index[group.plan.field]
        keys = shapes[group.names]
        groups = keys[group.key]
        del groups[group.plan.key]
        if not groups:
            del keys[group.key]
        if not keys:
            del shapes[group.names]
        if not shapes:
            del self._index[group.plan.field]

    def has_subscribers(self, subscription_field: str) -> bool:
        """Whether anybody listens to the field, whatever their arguments."""
        return subscription_field in self._index

    def concerns(self, subscription_field: str, name: str, text: str) -> bool:
        """Whether anybody may get an event of the field that has this text under this name.

        It is less than to publish: of a thousand traces, perhaps one is watched.
        """
        shapes = self._index.get(subscription_field, {})
        return any(names != (name,) or (text,) in keys for names, keys in shapes.items())

    def mutation(self, mutation_field: str, value: object) -> None:
        """A mutation field has completed: publish to every subscription field that it feeds."""
        for field in self._fed_by.get(mutation_field, ()):
            self.publish(field, value, mutation_field)

    def publish(self, subscription_field: str, value: object, mutation: str | None = None) -> None:
        """Deliver one event to those whom it concerns.

        Args:
            subscription_field: of the schema.
            value: the completed result by field names of the schema; what is no object (a list,
                ``null``) is ignored, as the service does.
            mutation: the field that made it; ``None`` for the status of a trace.
        """
        if subscription_field not in self._index or not isinstance(value, Mapping):
            return
        if self._path is not None and self._path.wanted:
            self._path.take(subscription_field, value, mutation, self._tell_event)
        else:
            self._tell(subscription_field, value, None)

    def _tell_event(self, event: Event) -> None:
        self._tell(event.field, event.value, event.facts)

    def _tell(
        self, subscription_field: str, value: Mapping[str, object], facts: EventFacts | None
    ) -> None:
        shapes = self._index.get(subscription_field)
        if not shapes:  # whoever listened has left while it was on its way
            return
        ids = self._ids_of(subscription_field)
        encoded: dict[Hashable, str | None] = {}
        # Copies, because whoever gets an event may subscribe or leave because of it.
        for names, keys in tuple(shapes.items()):
            groups = keys.get(key_of(value, names, ids), {})
            for group in tuple(groups.values()):
                plan = group.plan
                if plan.key not in encoded:
                    encoded[plan.key] = self._encode(plan, value, facts)
                payload = encoded[plan.key]
                if payload is not None:
                    _deliver(group, payload)

    def _ids_of(self, subscription_field: str) -> frozenset[str]:
        return self._ids.get(subscription_field, frozenset())

    def _encode(
        self, plan: Plan, value: Mapping[str, object], facts: EventFacts | None
    ) -> str | None:
        """The payload as text; ``None`` when nobody gets it."""
        try:
            payload = encode(plan.render(value))
        except Exception:
            # The mutation's caller, and everybody else who listens, have no part in it.
            logger.exception("an event of %s could not be rendered", plan.field)
            return None
        size_max = self._limits.subscription_payload_bytes
        if len(payload) > size_max:
            logger.warning(
                "an event of %s was dropped: %d bytes, more than %d",
                plan.field,
                len(payload),
                size_max,
            )
            return None
        text = payload.decode()
        return text if facts is None else Telling.of(text, facts)


def _deliver(group: _Group, payload: str) -> None:
    for subscriber in tuple(group.members):
        if subscriber.group is not None:
            try:
                subscriber.deliver(payload)
            except Exception:
                # The others come first; this one is broken, not slow.
                logger.exception("a subscriber of %s failed", group.plan.field)
