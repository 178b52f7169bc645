"""Which API a test is about."""

from __future__ import annotations

import api_files
import pytest
from suite import HANDLERS, INI, SCHEMA, SECTIONS, run, write

pytest_plugins = ["pytester"]

NAMED = """
def test_its_name(appsync, appsync_api):
    print("tested:", appsync.emulator.api.name, appsync_api and appsync_api.name)
"""


def named(folder, name):
    api_files.write(folder, SCHEMA, HANDLERS, **{**SECTIONS, "name": name})


def names_in(result):
    return [line.partition("tested: ")[2] for line in result.outlines if "tested: " in line]


def test_the_file_above_the_test(pytester):
    named(pytester.path, "above")
    pytester.makefile(".ini", pytest=INI)
    folder = pytester.mkdir("tests")
    folder.joinpath("test_it.py").write_text(NAMED, "utf-8")

    assert names_in(run(pytester, "-s")) == ["above above"]


def test_not_above_the_root_of_the_run(pytester):
    named(pytester.path, "above")
    folder = pytester.mkdir("tests")
    folder.joinpath("pytest.ini").write_text(INI, "utf-8")
    folder.joinpath("test_it.py").write_text(NAMED, "utf-8")

    result = run(pytester, "--rootdir", str(folder), "-c", str(folder / "pytest.ini"), str(folder))
    result.assert_outcomes(errors=1)


def test_each_test_has_the_api_that_is_nearest(pytester):
    pytester.makefile(".ini", pytest=INI)
    for name in ("one", "two"):
        named(pytester.path / name, name)
        pytester.path.joinpath(name, f"test_{name}.py").write_text(NAMED, "utf-8")

    assert sorted(names_in(run(pytester, "-s"))) == ["one None", "two None"]
    assert names_in(run(pytester, "-s", "two")) == ["two two"]


def test_the_ini_option(pytester):
    named(pytester.path / "service", "said")
    write(pytester, NAMED, "appsync_config = service/appsync.yaml\n", api=False)

    assert names_in(run(pytester, "-s")) == ["said said"]


def test_the_hook_and_the_fixture(pytester):
    named(pytester.path / "service", "hooked")
    write(pytester, NAMED, api=False)
    pytester.makeconftest(
        """
        import pytest
        from appsync_emu.config.load import load

        def pytest_appsync_api(config):
            return load(config.rootpath / "service")
        """
    )
    assert names_in(run(pytester, "-s")) == ["hooked hooked"]

    with pytester.path.joinpath("conftest.py").open("a", encoding="utf-8") as file:
        file.write(
            "\n@pytest.fixture(scope='session')\ndef appsync_api():\n"
            "    from dataclasses import replace\n"
            "    return replace(load('service'), name='overridden')\n"
        )
    assert names_in(run(pytester, "-s")) == ["overridden overridden"]


@pytest.mark.parametrize("fixture", ["appsync", "appsync_async", "appsync_server"])
def test_without_an_api_the_refusal_teaches(pytester, fixture):
    write(pytester, f"def test_it({fixture}): pass", api=False)
    result = run(pytester)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["There is no API to test: no appsync.yaml in *", "*def appsync_api():*"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_mistakes_in_the_file_are_told_without_a_traceback(pytester):
    write(pytester, NAMED)
    api_files.write(pytester.path, SCHEMA, HANDLERS, **SECTIONS, comands={})
    result = run(pytester)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the API cannot be loaded:", '*did you mean "commands"*'])
    result.stdout.no_fnmatch_line("*def load(*")


def test_mistakes_of_the_api_that_a_hook_loads_are_told_without_a_traceback(pytester):
    write(pytester, "def test_it(appsync): pass")
    pytester.makeconftest(
        """
        import appsync_emu
        def pytest_appsync_api(config):
            return appsync_emu.load("nowhere.yaml")
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the API cannot be loaded:", "nowhere.yaml*"])
    assert "Traceback" not in result.stdout.str()
