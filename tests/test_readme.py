"""The README: a screen long, and its commands and its example work as printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from doc_blocks import ROOT, blocks, text_of
from readme_reader import Reader, commands, needs_a_shell

README = "README.md"
LINES_MAX = 112
"""One screen of words; the scenario, its report and the test take another."""
SCENARIO = "charge.appsync.yaml"

PAYMENTS = ROOT / "examples" / "payments"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_it_fits_a_screen():
    assert len(text_of(README).splitlines()) <= LINES_MAX


def test_it_has_one_scenario_one_report_one_test_and_commands():
    languages = [block.language for _, block in blocks(README) if block.language != "sh"]
    assert languages == ["yaml", "text", "python"]


@pytest.fixture
def payments(tmp_path):
    """A copy of the example, to make mistakes in."""
    folder = tmp_path / "payments"
    shutil.copytree(PAYMENTS, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return folder


def run_scenario(folder, *more):
    return subprocess.run(
        [sys.executable, "-m", "appsync_emu", "run", SCENARIO, *more],
        cwd=folder,
        env=os.environ | {"COLUMNS": "96"},  # what a report has where there is no terminal
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_its_scenario_is_that_of_the_payments_example_and_passes(payments):
    (shown,) = [block for _, block in blocks(README) if block.language == "yaml"]
    assert shown.text == PAYMENTS.joinpath(SCENARIO).read_text("utf-8")
    answer = run_scenario(payments)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"passed  25 seeds", answer.stdout)


def test_its_report_is_what_a_shop_that_charges_twice_is_told(payments):
    """The mistake is the one that the words between the two describe."""
    handlers = payments / "shop" / "handlers.py"
    right = handlers.read_text("utf-8")
    wrong = right.replace("    put_once(PAYMENTS, ", "    PAYMENTS.put_item(")
    assert wrong != right
    handlers.write_text(wrong, "utf-8")
    answer = run_scenario(payments)
    (shown,) = [block for _, block in blocks(README) if block.language == "text"]
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert answer.stdout.startswith(shown.text)
    small = payments / "charge.seed-1.appsync.yaml"
    assert "answer-lost" in small.read_text("utf-8")
    assert "flaky-network" not in small.read_text("utf-8")


def test_its_example_is_a_test_of_the_orders_example(tmp_path):
    (example,) = [block for _, block in blocks(README) if block.language == "python"]
    folder = tmp_path / "orders"
    shutil.copytree(ROOT / "examples" / "orders", folder, ignore=shutil.ignore_patterns("test_*"))
    (folder / "shop" / "payment.py").write_text(
        (folder / "shop" / "payment.py").read_text("utf-8").replace("resets=2", "resets=0"), "utf-8"
    )
    (folder / "test_readme.py").write_text(example.text, "utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "1 passed" in answer.stdout, answer.stdout + answer.stderr


def test_the_commands_for_a_clone_are_those_of_dev_py():
    """They make an environment; CI runs them, in a clone."""
    asked = [command.text.split()[1:] for command in commands(text_of(README))][:2]
    assert asked == [["dev.py", "start"], ["dev.py", "test"]]
    listed = (ROOT / "dev.py").read_text("utf-8")
    assert all(re.search(rf"\b{word}\b", listed) for _, word in asked)


def test_what_it_installs_is_this_package_with_an_extra_that_exists():
    (extra,) = re.findall(r"pip install '\.\[(\w+)\]'", text_of(README))
    assert extra in PROJECT["optional-dependencies"]


@needs_a_shell
def test_its_commands_for_a_project_work_in_an_empty_folder(tmp_path):
    _, _, install, init, check, serve, test = commands(text_of(README))
    assert install.text.startswith("pip install")
    reader = Reader(tmp_path)
    assert "wrote my-api/appsync.yaml" in reader.run(init.text)
    assert "is ready" in reader.run(check.text)
    reader.serve(serve.text.partition("#")[0])
    assert "nothing was left unfinished" in reader.stop()
    assert "3 passed" in reader.run(test.text)


@pytest.mark.parametrize("word", ["authorization modes", "data sources", "JavaScript", "VTL"])
def test_it_says_what_is_not_supported(word):
    assert word in text_of(README).rpartition("\n\n")[2]
