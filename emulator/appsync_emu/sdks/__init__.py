"""The libraries that handlers call services with: patched once, when they are loaded.

Nothing here imports a library that the program under test did not import itself.
"""

from __future__ import annotations

import sys
from importlib import import_module

__all__ = ["install"]

_HOMES = {
    "botocore.client": "botocore_",
    "httpx": "httpx_",
    "aiohttp": "aiohttp_",
}
"""What is loaded when a library is there, and who patches it."""

_missing = dict(_HOMES)


def install() -> None:
    """Patch the libraries that were loaded since the last time; cheap when there are none."""
    if not _missing:
        return
    for name in tuple(_missing):
        module = sys.modules.get(name)
        if module is None:
            continue
        if getattr(getattr(module, "__spec__", None), "_initializing", False):
            continue  # another thread is still importing it
        import_module(f"{__name__}.{_missing[name]}").patch()
        _missing.pop(name, None)
