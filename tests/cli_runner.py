"""click's runner for tests, alike in all versions: standard error is apart from the output."""

from __future__ import annotations

import inspect

from click.testing import CliRunner

# click 8.1 mixes the two unless told; 8.2 keeps them apart and has no such option.
SEPARATE = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}


def make_runner(**options: object) -> CliRunner:
    """A runner; ``options`` are those of ``CliRunner``."""
    return CliRunner(**SEPARATE, **options)
