"""The smaller sections of a scenario file."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said

from appsync_emu.core.retry import Backoff, BackoffKind
from appsync_emu.engine.clock import START_NS
from appsync_emu.scenario.model import ApiChoice, RetryChoice, Seeds
from appsync_emu.scenario.sections import GIVE_UP_S


def test_without_any():
    scenario = loaded("")
    assert (scenario.start_ns, scenario.give_up_after_s) == (START_NS, GIVE_UP_S)
    assert (scenario.seeds, scenario.retry) == (Seeds(), RetryChoice())
    assert (scenario.api, scenario.bury_business) == (ApiChoice(), None)
    assert (scenario.variables, scenario.coverage, scenario.tags) == ({}, {}, ())


def test_seeds():
    assert loaded("seeds: 7\n").seeds.all == (7,)
    assert loaded("seeds: [3, 1, 3]\n").seeds.all == (3, 1)
    assert loaded("seeds: {from: 5, count: 2, always: [6, 9]}\n").seeds.all == (5, 6, 9)
    assert loaded("seeds: {}\n").seeds == Seeds()
    assert said(f"seeds: [{', '.join(['1'] * 10_001)}]\n") == ['"seeds" has 10001 seeds']
    assert len(said("seeds: x\n")) == 1


def test_the_clock():
    scenario = loaded('clock: {start: "1970-01-01T01:00:00.000001+01:00", give_up_after: 2h}\n')
    assert (scenario.start_ns, scenario.give_up_after_s) == (1000, 7200.0)
    assert loaded("clock: ~\n").start_ns == START_NS
    for wrong in ("[a]", "{start: ~}", '{start: "2200-01-01T00:00:00Z"}', "{give_up_after: 0s}"):
        assert len(said(f"clock: {wrong}\n")) == 1


def test_time_may_begin_with_the_epoch():
    assert loaded('clock: {start: "1970-01-01T00:00:00Z"}\n').start_ns == 0


def test_retries():
    assert loaded("retry: {max_retries: 0}\n").retry == RetryChoice(max_retries=0)
    backoff = Backoff(kind=BackoffKind.FIXED, base_s=90.0)
    found = loaded("retry: {backoff: {kind: fixed, base: 90s}}\n").retry
    assert found == RetryChoice(backoff=backoff)
    assert len(said("retry: often\n")) == 1


def test_dead_letters():
    assert loaded("deadletters: {business: true}\n").bury_business is True
    assert loaded("deadletters: {}\n").bury_business is None


def test_the_api():
    assert loaded("api: {config: ../shop}\n").api == ApiChoice(config="../shop", line=3)
    assert loaded("api: {schema: [a.graphql, b.graphql], handlers: 'a.b:c.d'}\n").api == ApiChoice(
        schema=("a.graphql", "b.graphql"), handlers="a.b:c.d", line=3
    )
    assert len(said("api: shop\n")) == 1


def test_variables():
    scenario = loaded("variables: {a: 1, b: ~, c: {d: [x]}}\n")
    assert scenario.variables == {"a": 1, "c": {"d": ["x"]}}


def test_coverage():
    scenario = loaded("coverage: {commands: 80%, components: 1, events: 0.5, faults: 12.5%}\n")
    assert scenario.coverage == {
        "commands": 0.8,
        "components": 1.0,
        "events": 0.5,
        "faults": 0.125,
    }
    for wrong in ("true", "[1]", "-1", "101%", "~"):
        assert len(said(f"coverage: {{commands: {wrong}}}\n")) == 1


@pytest.mark.parametrize("wrong", ["smoke", "[9lives]", "[[a]]"])
def test_tags(wrong):
    assert len(said(f"tags: {wrong}\n")) == 1
    assert loaded("tags: [a, b, a]\n").tags == ("a", "b")
