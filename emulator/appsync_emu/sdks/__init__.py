"""The libraries that handlers call services with: patched once, when they are loaded.

Nothing here imports a library that the program under test did not import itself. One that a
handler imports while it runs is patched before the handler sees it: else the first run would
differ from the second.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["install"]

_HOMES = {
    "botocore.client": "botocore_",
    "httpx": "httpx_",
    "aiohttp": "aiohttp_",
}
"""What is loaded when a library is there, and who patches it."""

_missing = dict(_HOMES)
_looked = 0  # so many modules were loaded when they were last looked through


def install() -> None:
    """Patch the libraries that are loaded, and see to the others; cheap when that was done."""
    global _looked  # noqa: PLW0603 - modules are the process's, and so is what is known of them
    if not _missing or (len(sys.modules) == _looked and _FINDER in sys.meta_path):
        return
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    looked = len(sys.modules)
    for name in tuple(_missing):
        module = sys.modules.get(name)
        if module is None:
            continue
        if getattr(getattr(module, "__spec__", None), "_initializing", False):
            looked = 0  # it is still being imported
            continue
        _patch(name)
    _looked = looked


def _patch(name: str) -> None:
    home = _missing.pop(name, None)
    if home is not None:
        import_module(f"{__name__}.{home}").patch()
    if not _missing and _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)


class _Finder:
    """Finds what the other finders find, and patches it once it was executed."""

    def __init__(self) -> None:
        self._looking: set[str] = set()

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - importlib's signature
        target: ModuleType | None = None,  # noqa: ARG002 - the same
    ) -> ModuleSpec | None:
        """The spec of a library that is to be patched; ``None`` for everything else."""
        if name not in _missing or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = find_spec(name)
        finally:
            self._looking.discard(name)
        loader = getattr(spec, "loader", None)
        execute = getattr(loader, "exec_module", None)
        if loader is None or execute is None:
            return spec

        def exec_module(module: ModuleType) -> None:
            execute(module)
            _patch(name)

        loader.exec_module = exec_module
        return spec


_FINDER = _Finder()
