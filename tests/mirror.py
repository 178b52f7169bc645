"""Which test file mirrors which module; run as a program, each core module against its own file.

``python tests/mirror.py`` runs every test file of ``core`` alone, counting only the module that it
mirrors, and fails below 100 % of lines and branches: a module is covered by its own tests, not by
accident. ``python tests/mirror.py core/wire.py`` does so for one module.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
PACKAGES = {
    ROOT / "emulator" / "appsync_emu": TESTS,
    ROOT / "plugins" / "pytest_appsync": TESTS / "pytest_appsync",
}

# Modules without a test file of their own, and why.
WITHOUT = {
    "appsync_emu/__init__.py": "its names are pinned by tests/test_public_names.py",
    "appsync_emu/__main__.py": "one line that calls the command line",
    "appsync_emu/core/jsonvalue.py": "types alone",
}


def modules() -> dict[Path, Path]:
    """Return each module that has code, and where its tests belong."""
    pairs = {}
    for package, tests in PACKAGES.items():
        for module in sorted(package.rglob("*.py")):
            if name(module) in WITHOUT or not has_code(module):
                continue
            stem = module.stem if module.stem != "__init__" else "init"
            pairs[module] = tests / module.parent.relative_to(package) / f"test_{stem}.py"
    return pairs


def name(module: Path) -> str:
    """Return a module as people call it: ``appsync_emu/core/wire.py``."""
    return module.relative_to(module.parents[len(module.relative_to(ROOT).parts) - 2]).as_posix()


def has_code(module: Path) -> bool:
    """Whether there is anything but a docstring, imports and ``__all__``."""
    for statement in ast.parse(module.read_text("utf-8")).body:
        match statement:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                continue
            case _:
                return True
    return False


def measure(module: Path, tests: Path) -> tuple[bool, str]:
    """Run one test file and count one module; return whether all is well, and the report."""
    if not tests.exists():
        return False, f"{tests.relative_to(ROOT)} is missing"
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"COVERAGE_FILE": str(Path(folder, "data"))}
        python = [sys.executable, "-m"]
        only = f"--include={module}"
        pytest = ["pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tests)]
        run = [*python, "coverage", "run", "--branch", only, "-m", *pytest]
        report = [*python, "coverage", "report", "--fail-under=100", "--precision=2", only]
        for command in (run, report):
            answer = subprocess.run(
                command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
            )
            if answer.returncode:
                return False, answer.stdout + answer.stderr
    return True, ""


def main(wanted: list[str]) -> int:
    """Measure the modules of core (or those whose names end with ``wanted``)."""
    core = ROOT / "emulator" / "appsync_emu" / "core"
    pairs = {
        module: tests
        for module, tests in modules().items()
        if (name(module).endswith(tuple(wanted)) if wanted else module.is_relative_to(core))
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(pairs, pool.map(measure, pairs, pairs.values()), strict=True))
    for module, (well, report) in results.items():
        print(f"{'100 %' if well else ' FAIL'}  {name(module)}")
        if not well:
            print(report)
    return 0 if all(well for well, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
