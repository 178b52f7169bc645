"""The subscribers of a scenario: clients that come back when they lose their connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from appsync_emu.client import Client
from appsync_emu.errors import UsageError
from appsync_emu.graph.documents import operation_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appsync_emu.client import Follower, Subscription
    from appsync_emu.scenario.model import Subscribe
    from appsync_emu.scenario.world import World

__all__ = ["Listener", "listen"]

STATUSES = "statuses"


class Listener:
    """What a subscriber has seen so far.

    Attributes:
        label: what the file calls it.
        follower: the client behind it, when it follows a trace; else ``None``.
        subscription: its subscription.
    """

    __slots__ = ("_status", "follower", "label", "subscription")

    def __init__(
        self, label: str, status: str, subscription: Subscription, follower: Follower | None
    ) -> None:
        self.label = label
        self.follower = follower
        self.subscription = subscription
        self._status = status

    @property
    def seen(self) -> Sequence[Any]:
        """Statuses as the API names their parts, or values of the subscription field."""
        if self.follower is not None:
            return self.follower.lines
        found = (payload.get("data") for payload in self.subscription.payloads)
        return [next(iter(data.values())) for data in found if data]

    @property
    def pushed(self) -> list[Mapping[str, Any]]:
        """What the subscription itself delivered, oldest first."""
        found = (payload.get("data") for payload in self.subscription.payloads)
        lines = (next(iter(data.values())) for data in found if data)
        return [line for line in lines if isinstance(line, Mapping)]

    @property
    def duplicates(self) -> int:
        """How many arrived a second time."""
        if self.follower is not None:
            return self.follower.duplicates
        seen = list(self.seen)
        return sum(one in seen[:number] for number, one in enumerate(seen))

    @property
    def reconnects(self) -> int:
        """How often it was connected again."""
        return self.subscription.reconnects

    @property
    def losses(self) -> int:
        """How often its connection was lost."""
        return len(self.subscription.closures)

    @property
    def resumed(self) -> bool:
        """Whether it lost its connection, and is connected all the same."""
        return self.reconnects > 0 and self.subscription.live

    def told(self, wanted: Any, found: Any) -> Any:  # noqa: ANN401 - JSON with comparisons in it
        """What to hold against ``wanted``: of a status its name alone, unless more is wanted."""
        if isinstance(found, Mapping) and self._status in found and not isinstance(wanted, Mapping):
            return found[self._status]
        return found

    def close(self) -> None:
        """Leave; harmless when that was done already."""
        self.subscription.close()


async def listen(world: World, step: Subscribe, trace_id: str | None) -> Listener:
    """Start listening; when this returns it is live, or being tried again.

    Args:
        world: the run.
        step: what to listen to, variables filled in.
        trace_id: with ``statuses``: of which trace.

    Raises:
        SubscriptionRefused: the answer was an error that trying again does not cure.
        UsageError: the API has no such subscription, or nobody can subscribe as this caller.
    """
    emulator = world.emulator
    if step.caller is not None and step.caller.claims is not None:
        raise UsageError(
            f'subscriber "{step.label}" has claims: connections are authorized by their headers'
            " alone; give it headers"
        )
    client = Client(emulator, step.caller.headers if step.caller is not None else None)
    follower: Follower | None = None
    if step.to == STATUSES:
        follower = client.follower(trace_id or "", label=step.label)
        subscription, opened = follower.subscription, follower.open()
    else:
        document, variables = operation_for(
            emulator.schema, tuple(step.to.split(".")), "subscription", step.arguments
        )
        subscription = client.subscription(document, variables, label=step.label, reconnect=True)
        opened = subscription.open()
    status = emulator.api.trace.fields.status
    listener = Listener(step.label, status, subscription, follower)
    await world.clock.until(opened)
    return listener
