"""Scenario files as pytest collects them."""

from __future__ import annotations

import sys

import pytest
from suite import INI, OFF, run, run_apart, write

from pytest_appsync.files import BYTES_MAX, header

pytest_plugins = ["pytester"]

SCENARIO = """
scenario: 1
{title}
seeds: {{from: 1, count: 2}}
{tags}
steps:
  - send: {{label: order, command: placeOrder, input: {{orderId: "1"}}}}
  - settle: {{}}
"""
GOOD = SCENARIO.format(title="title: An order is placed", tags="tags: [slow, retry]")


def files(pytester, **texts):
    """A folder with an API and scenario files: ``orders="..."`` is ``orders.appsync.yaml``."""
    write(pytester, "", "")
    pytester.path.joinpath("test_it.py").unlink()
    for name, text in texts.items():
        pytester.path.joinpath(f"{name}.appsync.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("title: An order: placed # not this", "An order: placed"),
        ("title: An order#1", "An order#1"),
        ('title: "Orders \\u0026 \\"more\\"" # x', 'Orders & "more"'),
        ('title: "a \\x bad escape"', "a \\x bad escape"),
        ("title: 'it''s'", "it's"),
        ("title: a::b  and\tc", "a:b and c"),
        ('title: "two\\nlines"', "two lines"),
        ("title: |", "orders"),
        ("title:", "orders"),
        ("title: # nothing", "orders"),
        ("# none", "orders"),
        (f"title: {'x' * 300}", "x" * 200),
    ],
)
def test_the_name_is_the_title_or_that_of_the_file(tmp_path, line, name):
    path = tmp_path / "orders.appsync.yaml"
    path.write_text(f"scenario: 1\n{line}\n", "utf-8")
    about = header(path)
    assert (about.name, about.line) == (name, 2 if line.startswith("title") else 1)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("tags: [retry, ci]", ("retry", "ci")),
        ("tags: [retry, # not this\n  'a-b', retry]", ("retry", "a-b")),
        ("tags:  # some\n  - retry\n  # none\n  - ci # why\nsteps:\n  - no: tag", ("retry", "ci")),
        ("tags: [Capital, 1st, ok]", ("ok",)),
        ("tags: retry", ()),
        ("title: x", ()),
    ],
)
def test_tags(tmp_path, text, tags):
    path = tmp_path / "x.appsync.yaml"
    path.write_text(text, "utf-8")
    assert header(path).tags == tags


def test_what_cannot_be_read_has_a_name_all_the_same(tmp_path):
    assert header(tmp_path / "gone.appsync.yaml").name == "gone"
    path = tmp_path / "large.appsync.yaml"
    path.write_bytes(b"\xff" * BYTES_MAX + b"\ntitle: too far")
    assert header(path).name == "large"


def test_a_file_is_a_test(pytester):
    files(pytester, orders=GOOD)
    result = run(pytester, "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["orders.appsync.yaml::An order is placed PASSED*"])


def test_one_item_for_each_file_in_order(pytester):
    files(pytester, b=GOOD, a=GOOD.replace("placed", "sent"), c=GOOD)
    result = run(pytester, "--co", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "a.appsync.yaml::An order is sent",
        "b.appsync.yaml::An order is placed",
        "c.appsync.yaml::An order is placed",
    ]


def test_chosen_by_node_id_by_word_and_by_mark(pytester):
    files(pytester, a=GOOD, b=GOOD.replace("retry", "other").replace("placed", "kept [x]"))
    with pytester.path.joinpath("pytest.ini").open("a") as ini:
        ini.write("\nmarkers =\n    retry: retries\n")
    run(pytester, "b.appsync.yaml::An order is kept [x]").assert_outcomes(passed=1)
    run(pytester, "-k", "kept").assert_outcomes(passed=1, deselected=1)
    run(pytester, "-k", "other").assert_outcomes(passed=1, deselected=1)
    run(pytester, "-m", "retry", "--strict-markers").assert_outcomes(passed=1, deselected=1)
    run(pytester, "-m", "other").assert_outcomes(deselected=2)


def test_globs_of_the_ini_file(pytester):
    files(pytester, a=GOOD)
    folder = pytester.mkdir("scenarios")
    folder.joinpath("b.yaml").write_text(GOOD, "utf-8")

    def ini(value):
        pytester.path.joinpath("pytest.ini").write_text(f"{INI}appsync_scenarios ={value}\n")
        return run(pytester, "--co", "-q").outlines

    assert "scenarios/b.yaml::An order is placed" in ini(" scenarios/*.yaml *.none")
    assert "a.appsync.yaml::An order is placed" in ini(" *.appsync.yaml scenarios/*.yaml")
    assert not [line for line in ini("") if "::" in line]


def test_an_invalid_file_fails_alone_with_all_its_mistakes(pytester):
    files(pytester, bad="scenario: 1\ntitle: Wrong\nstepz: []\nfaults: 1\n", good=GOOD)
    result = run(pytester, "-rA")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*_ scenario: Wrong _*", "invalid file: * mistakes"])
    told = result.stdout.str()
    assert "bad.appsync.yaml:3:1: " in told
    assert "bad.appsync.yaml:4:" in told
    assert "Traceback" not in told
    assert ".py:" not in told


def test_a_command_that_the_api_does_not_have_is_a_mistake_of_the_file(pytester):
    files(pytester, bad=GOOD.replace("command: placeOrder", "command: placeOrdr"))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["invalid file: 1 mistake", "bad.appsync.yaml:7: *placeOrdr*"])


def test_the_item_has_what_other_plugins_look_for(pytester):
    files(pytester, a=GOOD)
    pytester.makeconftest(
        """
        import inspect

        def pytest_collection_modifyitems(items):
            (item,) = items
            assert item.obj() is None
            assert not inspect.iscoroutinefunction(item.obj)
            assert {type(tag) for tag in item.tags} == {str}
            path, line, name = item.reportinfo()
            assert (path.name, line, name) == ("a.appsync.yaml", 2, "scenario: An order is placed")
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_collecting_imports_nothing_heavy(pytester, monkeypatch):
    """A file is there and is collected: title and tags are read without YAML and emulator."""
    files(pytester, a=GOOD)
    pytester.makeconftest(
        """
        def pytest_unconfigure():
            import sys
            heavy = ["appsync_emu", "graphql", "aiohttp", "yaml", "asyncio", "hypothesis"]
            print("heavy:", [name for name in heavy if name in sys.modules])
        """
    )
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    only = ("-p", "pytest_appsync.plugin", "-p", "no:unittest", "-p", "no:junitxml")
    result = pytester.run(sys.executable, "-m", "pytest", "-q", "--co", *only, timeout=60)
    assert "a.appsync.yaml::An order is placed" in result.outlines
    assert [line for line in result.outlines if "heavy:" in line][-1] == "heavy: []"


def test_under_xdist_with_every_plugin_and_warnings_as_errors(pytester):
    pytest.importorskip("xdist")
    files(pytester, a=GOOD, b=GOOD, c=GOOD.replace("placeOrder", "nothing"))
    result = run_apart(pytester, *OFF[:2], "-n", "2", "--strict-markers", "--junitxml=report.xml")
    result.assert_outcomes(passed=2, failed=1)
    report = pytester.path.joinpath("report.xml").read_text("utf-8")
    assert 'name="An order is placed"' in report
    assert '<property name="appsync_kind" value="invalid file"' in report
    assert "c.appsync.yaml:7: " in report
