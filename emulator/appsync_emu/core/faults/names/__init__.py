"""The catalogue: every fault that has a name, one file for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.faults.names import (
    appsync,
    deadletter,
    dynamodb,
    eventbridge,
    http,
    lambda_,
    network,
    sqs,
    status,
    trace,
    ws,
)

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault

__all__ = ["FAMILIES", "NAMED"]

FAMILIES: dict[str, tuple[NamedFault, ...]] = {
    "network": network.FAULTS,
    "dynamodb": dynamodb.FAULTS,
    "lambda": lambda_.FAULTS,
    "http": http.FAULTS,
    "eventbridge": eventbridge.FAULTS,
    "sqs": sqs.FAULTS,
    "appsync": appsync.FAULTS,
    "status": status.FAULTS,
    "trace": trace.FAULTS,
    "deadletter": deadletter.FAULTS,
    "ws": ws.FAULTS,
}
"""Families by the first part of their names, in the order in which they are listed."""

NAMED: dict[str, NamedFault] = {
    fault.name: fault for family in FAMILIES.values() for fault in family
}
"""Every fault by its name, in the same order."""
