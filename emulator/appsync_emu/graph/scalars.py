"""The scalars that a schema may use: built-in ones and the nine of AWS, by name.

Each is a pair of plain functions: ``parse`` takes a value that a client sent, ``serialize`` one
that a resolver returned. There are no others: AppSync has no user-defined scalars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from appsync_emu.graph.aws_scalars import AWS_SCALARS
from appsync_emu.graph.builtin_scalars import BUILT_IN_SCALARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.graph.scalar import Scalar

__all__ = ["SCALARS"]

SCALARS: Final[Mapping[str, Scalar]] = {**BUILT_IN_SCALARS, **AWS_SCALARS}
"""Every scalar, by name."""
