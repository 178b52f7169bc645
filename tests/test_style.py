"""Style and architecture that no linter knows, and proof that the linters' own rules bite."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import appsync_emu

ROOT = Path(__file__).resolve().parent.parent
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 450
PACKAGES = [ROOT / "emulator", ROOT / "plugins"]
MODULES = sorted(
    path
    for folder in (*PACKAGES, ROOT / "tests", ROOT / "benchmarks", ROOT / "examples")
    for path in folder.rglob("*.py")
)
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "*/README.md", "*/*/README.md")
    for path in ROOT.glob(pattern)
)
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

# A suppressed warning says why, behind its codes.
SUPPRESSION = re.compile(
    r"#\s*(?:noqa\b(?::\s*[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)?"
    r"|type:\s*ignore(?:\[[\w, -]+\])?"
    r"|pragma:\s*no (?:cover|branch))(?P<rest>.*)"
)
# Folders of somebody's machine, and marks of unfinished work.
MACHINE = re.compile(r"(?<![\w.:/}*])/(?:home|root|Users|work|opt)/\w")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|raise NotImplementedError)\b")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text("utf-8"))) for path in MODULES]


def test_modules_say_what_is_in_them():
    assert [name(path) for path, tree in trees() if not ast.get_docstring(tree)] == []


def test_functions_fit_a_screen():
    long = [
        f"{name(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert long == []


def test_files_have_one_job():
    """A file beyond the limit has two; tests of a large table may be longer."""
    sizes = {
        name(path): len(path.read_text("utf-8").splitlines())
        for path in MODULES
        if not path.is_relative_to(ROOT / "tests")
    }
    assert {path: size for path, size in sizes.items() if size > FILE_LINES_MAX} == {}


def test_nothing_names_a_machine_or_is_left_undone():
    found = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in (*MODULES, *DOCUMENTS, ROOT / "pyproject.toml", ROOT / "dev.py")
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if MACHINE.search(line) or UNFINISHED.search(line)
    ]
    assert found == []


def test_suppressions_have_reasons():
    bare = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in (*MODULES, ROOT / "dev.py")
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := SUPPRESSION.search(line)) and not re.search(r"[A-Za-z]{3}", found["rest"])
    ]
    assert bare == []


def test_ignored_rules_have_reasons():
    """Every line of pyproject.toml that switches rules off ends in a comment."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    ignores = text.split("[tool.ruff.lint]")[1].split("[tool.ruff.lint.pydocstyle]")[0]
    bare = [
        line.strip()
        for line in ignores.splitlines()
        if re.search(r'"[A-Z]{1,4}[0-9]*"', line) and "#" not in line and "select" not in line
    ]
    assert bare == []


def test_documents_name_files_that_exist():
    """`core/retry.py` in a document is a file of the package or of the repository."""
    places = [ROOT, ROOT / "emulator" / "appsync_emu", ROOT / "plugins"]
    missing = [
        f"{name(document)}: {path}"
        for document in (ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md")
        if document.exists()
        for path in re.findall(
            r"`([\w./-]+(?:\.py|\.md|\.toml|\.json|/))`", document.read_text("utf-8")
        )
        if not any((place / path).exists() for place in places)
    ]
    assert missing == []


def test_the_version_is_the_same_in_both_places():
    assert appsync_emu.__version__ == PROJECT["project"]["version"]


def plant(copy: Path, source: str, imports: list[str]) -> None:
    """Add imports to a module of a copied tree, or a module with them to a package of it."""
    path = copy.joinpath("emulator", *source.split("."))
    target = path / "planted.py" if path.is_dir() else path.with_suffix(".py")
    lines = [f"import {module}" for module in imports]
    before = target.read_text("utf-8") if target.exists() else ""
    target.write_text("\n".join([before, *lines, ""]), "utf-8")


def test_layer_contracts_catch_planted_violations(tmp_path):
    """One copy with every violation in it; each must be reported by the contract it breaks."""
    pytest.importorskip("importlinter")
    for folder in ("emulator", "plugins"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    expected = []
    for contract in PROJECT["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            (package,) = contract["containers"]
            layers = [
                f"{package}.{layer.strip()}"
                for line in contract["layers"]
                for layer in line.split("|")
            ]
            for low, high in zip(layers[1:], layers, strict=False):
                plant(tmp_path, low, [high])
                expected.append((low, high))
        else:
            for source in contract["source_modules"]:
                plant(tmp_path, source, contract["forbidden_modules"])
                expected += [(source, module) for module in contract["forbidden_modules"]]
    roots = [str(tmp_path / "emulator"), str(tmp_path / "plugins")]
    program = (
        f"import sys; sys.path[:0] = {roots}; from importlinter.cli import lint_imports_command"
    )
    answer = subprocess.run(
        [sys.executable, "-c", f"{program} as run; run()", "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    said = answer.stdout
    silent = [
        f"{source} -> {module}"
        for source, module in expected
        if f"{source} is not allowed to import {module}" not in said
    ]
    assert silent == [], said + answer.stderr


def test_banned_calls_are_caught():
    """Each name of the banned-API list, used in the engine, is reported with its remedy."""
    pytest.importorskip("ruff")
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    lines = []
    for api in banned:
        module, _, attribute = api.rpartition(".")
        lines.append(f"from {module} import {attribute}" if module else f"import {api}")
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "-q"]
    where = "emulator/appsync_emu/engine/planted.py"
    answer = subprocess.run(
        [*command, "--output-format", "concise", "--stdin-filename", where, "-"],
        input="\n".join(lines),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [api for api in banned if f"`{api}`" not in answer.stdout] == [], answer.stdout
