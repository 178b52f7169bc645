"""What ``--appsync-report DIR`` leaves behind for every failure: the journal, and what fails still.

Files are named after the node id, with a digest of it: two tests never write the same file, and no
name leads out of the folder, whatever a parameter is called.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["file_name", "write_report"]

NAME_MAX = 70


def file_name(node_id: str, suffix: str) -> str:
    """The name of a file that belongs to a test; the same in every run."""
    digest = blake2b(node_id.encode("utf-8", "replace"), digest_size=4).hexdigest()
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", node_id).strip("-.")[-NAME_MAX:].lstrip("-.")
    return f"{safe}-{digest}{suffix}"


def write_report(config: pytest.Config, node_id: str, suffix: str, text: str) -> str | None:
    """Write a file into the folder of reports; its path as the user would type it.

    Args:
        config: says which folder.
        node_id: of the test.
        suffix: what kind of file it is: ``.journal.jsonl``.
        text: all of it.

    Returns:
        ``None`` when no reports are wanted; where the file cannot be written, why.
    """
    said = config.getoption("appsync_report")
    if said is None:
        return None
    shown = Path(str(said), file_name(node_id, suffix))
    path = config.invocation_params.dir / shown
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        return f"{shown.as_posix()} (not written: {problem.strerror or problem})"
    return shown.as_posix()
