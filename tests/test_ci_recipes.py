"""The jobs of docs/ci.md: their commands work in a project as it describes.

By default they run with what this environment has installed; the test marked ``packaging`` runs a
whole job, ``pip install`` included, in an environment of its own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml  # noqa: TID251 - jobs are files of other programs
from doc_blocks import ROOT, blocks, sections, text_of
from junitparser import JUnitXml
from readme_reader import Reader, commands, needs_a_shell

CI = "docs/ci.md"
SCENARIO = "charge.appsync.yaml"
PAYMENTS = ROOT / "examples" / "payments"
RECIPES = {
    block.text.splitlines()[0].removeprefix("# "): yaml.safe_load(block.text)
    for _, block in blocks(CI)
    if block.language == "yaml"
}
GITHUB, GITLAB = ".github/workflows/scenarios.yml", ".gitlab-ci.yml"


def lines_of(recipe):
    """The shell lines of a job, in order."""
    if recipe is RECIPES[GITHUB]:
        return [step["run"] for step in recipe["jobs"]["scenarios"]["steps"] if "run" in step]
    job = recipe["scenarios"]
    return [*job["before_script"], *job["script"]]


@pytest.fixture
def project(tmp_path):
    """What the document describes: requirements, scenarios and tests, and an API beside them."""
    folder = tmp_path / "project"
    shutil.copytree(PAYMENTS, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (folder / "scenarios").mkdir()
    text = (folder / SCENARIO).read_text("utf-8")
    for path in folder.glob("*.appsync.yaml"):
        path.unlink()
    api = '{schema: ../schema.graphql, handlers: "shop.handlers:registry"}'
    text = re.sub(r"^api: .*$", f"api: {api}", text, flags=re.MULTILINE)
    (folder / "scenarios" / SCENARIO).write_text(text, "utf-8")
    shutil.copytree(folder / "shop", folder / "scenarios" / "shop")
    (folder / "requirements.txt").write_text("appsync-emu[pytest]\n", "utf-8")
    return folder


def run(line, folder, scripts):
    """Run a line as a runner does: with ``bash -e``, and nothing of this environment but PATH."""
    kept = {"HOME", "LANG", "TMPDIR", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT"}
    kept |= {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "http_proxy", "https_proxy", "no_proxy"}
    env = {name: value for name, value in os.environ.items() if name in kept}
    env["PATH"] = os.pathsep.join([str(scripts), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", line],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def check_reports(folder, *, failures):
    report = JUnitXml.fromfile(str(folder / "reports" / "scenarios.xml"))
    assert (report.tests, report.failures, report.errors) == (1, failures, 0)
    assert "<html" in (folder / "reports" / "scenarios.html").read_text("utf-8")


def test_there_is_a_job_for_each_server():
    assert RECIPES.keys() == {GITHUB, GITLAB}


def test_both_jobs_run_the_same_commands():
    """As a shell reads them."""
    first, second = ([line.split() for line in lines_of(RECIPES[name])] for name in RECIPES)
    assert first == second
    assert len(first) == 2


def test_what_they_keep_is_what_the_command_writes():
    (_, line) = lines_of(RECIPES[GITLAB])
    written = dict(re.findall(r"--report (\w+)=(\S+)", line))
    kept = RECIPES[GITLAB]["scenarios"]["artifacts"]
    assert kept["reports"]["junit"] == written["junit"]
    assert all(path.startswith(kept["paths"][0]) for path in written.values())
    upload = RECIPES[GITHUB]["jobs"]["scenarios"]["steps"][-1]
    assert upload["with"]["path"].split() == kept["paths"]
    assert (upload["if"], kept["when"]) == ("always()", "always")


@needs_a_shell
@pytest.mark.parametrize("name", [GITHUB, GITLAB])
def test_the_command_of_a_job_passes_and_writes_its_reports(name, project):
    line = lines_of(RECIPES[name])[-1]
    answer = run(line, project, Path(sys.executable).parent)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    check_reports(project, failures=0)


@needs_a_shell
def test_a_job_fails_with_its_scenario_and_keeps_the_smallest_one(project):
    handlers = project / "scenarios" / "shop" / "handlers.py"
    right = handlers.read_text("utf-8")
    handlers.write_text(right.replace("put_once(PAYMENTS, ", "PAYMENTS.put_item("), "utf-8")
    answer = run(lines_of(RECIPES[GITHUB])[-1], project, Path(sys.executable).parent)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    check_reports(project, failures=1)
    _, pattern = RECIPES[GITLAB]["scenarios"]["artifacts"]["paths"]
    assert [path.name for path in project.glob(pattern)] == ["charge.seed-1.appsync.yaml"]


@needs_a_shell
def test_every_other_command_works_as_printed(project):
    reader = Reader(project)
    for command in commands(text_of(CI)):
        reader.follow(command)


def test_every_recipe_stands_in_a_section_of_its_own():
    titles = [part.title for part in sections(CI) if part.of("yaml")]
    assert titles == ["GitHub Actions", "GitLab"]


@pytest.mark.packaging
@needs_a_shell
@pytest.mark.parametrize("name", [GITHUB, GITLAB])
def test_a_whole_job_in_an_environment_of_its_own(name, project, tmp_path):
    """``requirements.txt`` names the wheel, which no registry has yet."""
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = wheels.glob("*.whl")
    project.joinpath("requirements.txt").write_text(f"{wheel}[pytest]\n", "utf-8")
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    for line in lines_of(RECIPES[name]):
        answer = run(line, project, home / ("Scripts" if os.name == "nt" else "bin"))
        assert answer.returncode == 0, f"{line}\n{answer.stdout}{answer.stderr}"
    check_reports(project, failures=0)
