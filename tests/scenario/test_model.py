"""Values of scenarios that say more than they hold."""

from __future__ import annotations

import pytest

from appsync_emu.scenario.model import Seeds


@pytest.mark.parametrize(
    ("seeds", "every"),
    [
        (Seeds(), tuple(range(1, 26))),
        (Seeds(first=7, count=1), (7,)),
        (Seeds(count=0, always=(3, 1, 3)), (3, 1)),
        (Seeds(first=5, count=2, always=(6, 9, 9)), (5, 6, 9)),
    ],
)
def test_every_seed_is_run_once(seeds, every):
    assert seeds.all == every
