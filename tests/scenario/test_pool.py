"""Processes that do works side by side."""

from __future__ import annotations

import os
import signal

import pytest
from small_shop import DIES, write_scenario, write_shop

from appsync_emu.scenario.pool import Crew, Died, Done, news_of
from appsync_emu.scenario.workshop import Calm, Ran, Work

PATH = "orders.appsync.yaml"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    write_scenario(tmp_path)
    return tmp_path


def all_news(crew, works):
    """What is told of each work, by its place among them."""
    told: dict[int, list] = {place: [] for place in range(len(works))}
    left = list(enumerate(works))
    busy = 0
    while left or busy:
        while left and crew.free:
            place, work = left.pop(0)
            crew.give(work, place)
            busy += 1
        for owner, place, news in news_of(crew):
            assert owner is crew
            told[place].append(news)
            busy -= isinstance(news, Done | Died)
    return told


def test_works_side_by_side_and_after_another(folder):
    works = [Work(path=PATH, calm=True, seeds=(1,)), Work(path=PATH, seeds=(2, 3))]
    works.append(Work(path=PATH, seeds=(4,)))
    with Crew(2) as crew:
        assert crew.free == 2
        told = all_news(crew, works)
        assert crew.free == 2
        assert crew.connections == []
    assert [type(one) for one in told[0]] == [Calm, Ran, Done]
    assert [one.outcome.seed for one in told[1][:-1]] == [2, 3]
    assert told[2][0].outcome.seed == 4
    assert told[2][-1].elapsed_s > 0


def test_what_dies_is_known_and_the_next_work_gets_another(folder):
    write_shop(folder, DIES)
    write_scenario(folder, more="calm: false\n")
    with Crew(1) as crew:
        told = all_news(crew, [Work(path=PATH, seeds=(1,)), Work(path=PATH)])
    assert told[0] == [Died("its process ended with exit code 3")]
    assert [type(one) for one in told[1]] == [Done]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX signals")
def test_what_is_killed(folder):
    write_shop(folder, "os.kill(os.getpid(), 9)")
    with Crew(1) as crew:
        told = all_news(crew, [Work(path=PATH, seeds=(1,))])
    assert told[0] == [Died("its process was ended by SIGKILL")]


def test_leaving_in_the_middle_of_work_ends_it(folder):
    write_shop(folder, "while True: pass")
    with Crew(1, hash_seed="7") as crew:
        crew.give(Work(path=PATH, seeds=(1,)), 1)
        process = next(iter(crew._busy.values()))[0]._process
        assert process.is_alive()
    with pytest.raises(ValueError, match="closed"):
        process.close() or process.is_alive()


def test_the_hash_seed_is_theirs_alone(folder, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    write_shop(folder, 'context.emit("Paid", {"seed": os.environ["PYTHONHASHSEED"]})')
    with Crew(1, hash_seed="5") as crew:
        told = all_news(crew, [Work(path=PATH, seeds=(1,), journals="all")])
    assert '"seed":"5"' in told[0][0].outcome.journal.replace(" ", "")
    assert os.environ["PYTHONHASHSEED"] == "0"
