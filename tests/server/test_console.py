"""The console: one page that needs nothing else, runs nothing else, and is for nobody else."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import get_args

import aiohttp
import pytest
from shop import shop

from appsync_emu.core.records import Record
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.server.app import start
from appsync_emu.server.console import page

SCRIPT = (files("appsync_emu.server") / "page" / "console.js").read_text("utf-8")
ATTACK = "<img src=x onerror=alert(1)>"
"""OWASP, *Cross Site Scripting Prevention*: what a page must show as these very characters."""


def fail(event, context):
    raise ValueError(ATTACK)


def asked(*calls, api=None, order=None):
    """``(response, body)`` of each ``(method, path, headers)``, after an order if one is given."""

    async def go():
        async with Emulator(api or shop(), clock=ManualClock(), seed=1) as emulator:
            if order is not None:
                emulator.send("placeOrder", {"orderId": order}, trace_id=order)
                await emulator.clock.settle(3600)
            server = await start(emulator)
            base = f"http://127.0.0.1:{server.port}"
            try:
                async with aiohttp.ClientSession() as session:
                    return [await answer(session, base, *call) for call in calls]
            finally:
                await server.close()

    return asyncio.run(go())


async def answer(session, base, method, path, headers=None):
    wanted = {name: value.format(base=base) for name, value in (headers or {}).items()}
    url = base + path
    async with session.request(method, url, headers=wanted, allow_redirects=False) as response:
        return response, (await response.read()).decode()


def console(headers=None):
    ((response, body),) = asked(("GET", "/_appsync_emu/", headers))
    return response, body


def policy(response):
    """The directives of the page's policy: name to sources."""
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in (part.split(" ") for part in parts)}


# The page.


def test_the_page_is_html_that_nobody_keeps_or_guesses():
    response, body = console()

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert body.startswith("<!doctype html>")
    assert body.encode() == page().body


def test_without_its_slash_it_is_found_too():
    ((response, _),) = asked(("GET", "/_appsync_emu"))

    assert (response.status, response.headers["Location"]) == (308, "/_appsync_emu/")


class Elements(HTMLParser):
    """All start tags of a page with their attributes."""

    def __init__(self, body):
        super().__init__()
        self.found = []
        self.feed(body)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_asks_for_nothing_from_elsewhere():
    """It works offline, and tells nobody that it is open."""
    _, body = console()
    elements = Elements(body).found

    linked = [each[name] for _, each in elements for name in ("src", "href") if name in each]
    assert [link for link in linked if not link.startswith("data:image/svg+xml,")] == []
    assert set(re.findall(r"https?://[^\s'\")]+", body)) <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in body
    assert "url(" not in body


def test_its_policy_admits_its_own_script_and_style_and_nothing_else():
    """W3C, Content Security Policy Level 3: the hash is of the text between the tags."""
    response, body = console()
    admitted = policy(response)

    for tag in ("script", "style"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", body, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert admitted[f"{tag}-src"] == [f"'sha256-{digest}'"]
        assert text.strip()
    assert admitted["default-src"] == ["'none'"]
    assert admitted["connect-src"] == ["'self'"]
    assert admitted["frame-ancestors"] == admitted["base-uri"] == admitted["form-action"]
    assert admitted["frame-ancestors"] == ["'none'"]
    assert admitted["require-trusted-types-for"] == ["'script'"]


def test_its_markup_needs_nothing_that_its_policy_refuses():
    """Inline handlers and style attributes have no hash."""
    _, body = console()

    attributes = {name for _, each in Elements(body).found for name in each}
    assert [name for name in attributes if name.startswith("on") or name == "style"] == []


# What handlers and clients wrote.


@pytest.mark.parametrize(
    "sink",
    [
        *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc"),
        *("DOMParser", "createContextualFragment", "setHTMLUnsafe", "eval(", "Function("),
        *("javascript:", ".href", ".src", "import("),
    ],
)
def test_the_script_has_no_way_to_turn_text_into_markup(sink):
    """W3C, Trusted Types: the injection sinks of the web platform."""
    assert sink not in SCRIPT


def test_text_of_clients_and_handlers_travels_as_json_alone():
    """A browser that is led to an endpoint itself must not take the answer for a page."""
    calls = [
        ("GET", "/_appsync_emu/traces"),
        ("GET", "/_appsync_emu/traces/%3Cimg%20src=x%20onerror=alert(1)%3E"),
        ("GET", "/_appsync_emu/deadletters"),
        ("GET", f"/_appsync_emu/{ATTACK}"),
    ]
    answers = asked(*calls, ("GET", "/_appsync_emu/"), api=shop(fail), order=ATTACK)

    for response, body in answers[:-1]:
        assert ATTACK in body
        assert response.headers["Content-Type"].startswith("application/json")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "ValueError" in answers[2][1]
    assert ATTACK not in answers[-1][1]


# Who may.

STRANGERS = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "https://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Host": "evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
]
"""Another site, a sandboxed frame, another port, and a name that was bound to 127.0.0.1 anew."""


@pytest.mark.parametrize("headers", STRANGERS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_appsync_emu/"),
        ("GET", "/_appsync_emu"),
        ("GET", "/_appsync_emu/traces"),
        ("POST", "/_appsync_emu/deadletters/redrive"),
    ],
)
def test_no_other_page_sees_or_drives_it(method, path, headers):
    """Fetch standard: Origin and Sec-Fetch-Site are the browser's, no page can set them."""
    ((response, body),) = asked((method, path, headers))

    assert response.status == 403
    assert "<" not in body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_appsync_emu/traces?limit=50"),
        ("POST", "/_appsync_emu/deadletters/redrive"),
    ],
)
def test_the_console_itself_does(method, path):
    """Same-origin requests carry the Origin when they change something, and may when they read."""
    own = {"Origin": "{base}", "Sec-Fetch-Site": "same-origin"}
    ((response, _),) = asked((method, path, own))

    assert response.status == 200


def test_no_other_page_is_told_that_it_may():
    """Without CORS headers no browser hands an answer to a page of another origin."""
    calls = [("GET", "/_appsync_emu/"), ("GET", "/_appsync_emu/health")]

    for response, _ in asked(*calls):
        assert not any(name.lower().startswith("access-control") for name in response.headers)


def test_every_kind_of_record_is_told_in_words():
    """The timeline has words for all that can belong to a trace."""
    kinds = {kind.__name__ for kind in get_args(Record)} - {"FaultsHealed"}

    assert [kind for kind in kinds if f"\n  {kind}: " not in SCRIPT] == []


def test_no_name_of_the_script_is_taken_twice():
    """A second function of the same name takes the place of the first, without a word."""
    names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", SCRIPT, re.MULTILINE)

    assert len(names) > 30
    assert sorted(names) == sorted(set(names))
