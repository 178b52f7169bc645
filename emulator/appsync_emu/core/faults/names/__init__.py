"""The catalogue: every fault that has a name, one file for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.faults.names import appsync, lambda_, network

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault

__all__ = ["NAMED"]

NAMED: dict[str, NamedFault] = {
    fault.name: fault for family in (network, lambda_, appsync) for fault in family.FAULTS
}
"""By name, in the order in which they are listed."""
