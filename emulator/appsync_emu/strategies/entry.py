"""What Hypothesis calls when it is imported: which strategies our types have.

Nothing heavy is imported here; the strategies are made when somebody asks for one.
"""

from __future__ import annotations

from hypothesis import strategies as st

from appsync_emu.core.faults.plan import Fault
from appsync_emu.strategies.plain import Duration, Seed, durations, seeds

__all__ = ["register"]


def register() -> None:
    """Let ``st.from_type`` know :class:`Fault`, ``Seed`` and ``Duration``."""
    st.register_type_strategy(Fault, _fault)
    st.register_type_strategy(Seed, seeds())
    st.register_type_strategy(Duration, durations())


def _fault(_: type[Fault]) -> st.SearchStrategy[Fault]:
    from appsync_emu.strategies.drawn_faults import fault  # noqa: PLC0415 - nobody pays who does not ask

    return fault()
