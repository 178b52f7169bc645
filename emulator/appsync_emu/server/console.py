"""The console: one page that shows traces and dead letters, and handles them.

It is put together from the files in ``page/`` and needs nothing from elsewhere. It reads and
writes through the control endpoints. What handlers and clients wrote reaches it as JSON alone, and
the page shows it as text; its policy refuses every script and style but its own (W3C, *Content
Security Policy Level 3*: sources by hash; *Trusted Types*).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Page", "page"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page and the headers without which it must not be sent."""

    body: bytes
    headers: Mapping[str, str]


@cache
def page() -> Page:
    """The console, the same for every API."""
    folder = files("appsync_emu.server") / "page"
    html, style, script = (
        (folder / name).read_text("utf-8") for name in ("console.html", "console.css", "console.js")
    )
    html = html.replace("<style></style>", f"<style>{style}</style>")
    html = html.replace("<script></script>", f"<script>{script}</script>")
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _policy(style, script),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return Page(html.encode(), MappingProxyType(headers))


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "connect-src 'self'",
            "img-src data:",  # the page's own icon
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
