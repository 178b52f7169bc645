"""The documentation does not lag behind: its examples run, and it mentions all there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doc_blocks import ROOT, Section, agrees, blocks, lay_out, sections

DOCS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
WORKERS = 2
SHOWN = "What a failure looks like"


def slug(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()


def write_section(folder: Path, section: Section, document: str) -> None:
    """The section's files, and its unnamed Python examples as test modules."""
    if not folder.exists():
        folder.mkdir(parents=True)
        lay_out(folder, section)
        folder.joinpath("test_orders.py").unlink()
        folder.joinpath("pytest.ini").write_text("[pytest]\n", "utf-8")
    for number, block in enumerate(section.of("python", named=False), 1):
        name = f"test_{slug(Path(document).stem)}_{slug(section.title)}_{number}.py"
        folder.joinpath(name).write_text(block.text, "utf-8")


def run_pytest(folder: Path, *args: str) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *args]
    answer = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100
    )
    return answer.stdout or answer.stderr


def folders_of(document: str, base: Path) -> dict[str, Path]:
    """The sections with Python, written down: those without files of their own share a folder."""
    found: dict[str, Path] = {}
    for section in sections(document):
        if section.of("python", named=False):
            own = any(block.file for block in section.blocks) or section.title == SHOWN
            folder = base / (slug(section.title) if own else "shared")
            write_section(folder, section, document)
            found[section.title] = folder
    return found


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What pytest printed for each folder of examples, by folder."""
    base = tmp_path_factory.mktemp("docs")
    folders = {
        folder: None
        for document in DOCS
        for folder in folders_of(document, base / slug(document)).values()
    }
    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(zip(folders, pool.map(run_pytest, folders), strict=True))


def test_every_python_example_of_the_docs_works(printed):
    failed = [
        text
        for folder, text in printed.items()
        if folder.name != slug(SHOWN)
        and not re.fullmatch(r"=+ \d+ passed.*", text.splitlines()[-1])
    ]
    assert failed == [], "\n".join(failed)


def test_the_failure_that_is_shown_is_what_a_test_prints(printed):
    (text,) = [text for folder, text in printed.items() if folder.name == slug(SHOWN)]
    (section,) = [part for part in sections("docs/testing.md") if part.title == SHOWN]
    (shown,) = section.of("text")
    assert "1 failed" in text
    assert agrees(text, shown.text), text
