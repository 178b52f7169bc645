"""The report for browsers."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from scenario.outcomes import every_kind, hostile, invariant_fails, passes
from stage import scenario, shop

from appsync_emu.scenario.outcome import Report
from appsync_emu.scenario.report import junit
from appsync_emu.scenario.report import text as terminal
from appsync_emu.scenario.report.htmlreport import render
from appsync_emu.scenario.report.jsonreport import document
from appsync_emu.scenario.run import run_scenario

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Reads a page: its elements, attributes, texts, and whether everything is closed."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.within, self.texts = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.within.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.within.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.within[-1] if self.within else "", data))


@pytest.mark.parametrize("report", [every_kind(), hostile(), Report(outcomes=())])
def test_it_is_well_formed(report):
    page = Page(render(report))

    assert page.within == []
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids)) == len(report.outcomes)


def test_it_loads_nothing():
    text = render(every_kind())
    page = Page(text)

    assert {name for name, _ in page.attributes}.isdisjoint({"src", "style", "action", "srcset"})
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert "url(" not in text
    assert "@import" not in text
    assert not {"link", "iframe", "img", "object"} & set(page.tags)


def test_its_policy_allows_its_own_style_and_script_alone():
    """W3C, Content Security Policy Level 3: sources by hash."""
    text = render(every_kind())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]

    assert policy.startswith("default-src 'none'; ")
    for element in ("style", "script"):
        [own] = re.findall(f"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_what_users_write_stays_text():
    text = render(hostile())
    page = Page(text)

    assert page.tags.count("script") == 1
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert not any(character in text for character in "\x1b\x00\u202e\u2028\ud800")
    text.encode()
    assert any("</script><script>alert(1)</script>\"'&" in data for _, data in page.texts)


@pytest.mark.parametrize(
    ("outcomes", "verdict", "tone"),
    [
        ((), "Nothing was run", "soft"),
        ((passes(),), "1 scenario passed", "good"),
        ((passes(), passes()), "2 scenarios passed", "good"),
        ((invariant_fails(),), "1 scenario failed", "bad"),
        ((passes(), invariant_fails()), "1 of 2 scenarios failed", "bad"),
    ],
)
def test_the_verdict(outcomes, verdict, tone):
    text = render(Report(outcomes=outcomes, version="1.2"))

    assert f'<header class="{tone}"><p class="by">appsync-emu 1.2</p><h1>{verdict}</h1>' in text
    assert f"<title>{verdict}</title>" in text


def test_every_scenario_is_listed_and_can_be_reached():
    text = render(every_kind())
    anchors = set(re.findall(r'<a href="#(\w+)"', text))

    assert anchors == {f"s{place}" for place in range(9)}
    assert all(f'id="{anchor}"' in text for anchor in anchors)
    assert "81 seeds" in text
    assert '<span class="what"><b>scenarios/typo.appsync.yaml:2</b></span>' in text


def test_what_the_runner_says_can_be_reported(tmp_path):
    more = """
faults:
  - {id: resets, point: attempt, strike: {attempts: 1},
     effect: {error: network.reset, phase: request}}
  - {id: never, point: attempt, strike: {attempts: 9}, effect: {hang: true}}
expect: {traces: {o: {attempts: 17}}}
"""
    send = "- send: {label: o, command: placeOrder, input: {id: o-1}}"
    outcome = run_scenario(scenario(tmp_path, send, more), shop().loaded, (1, 2))
    report = Report(outcomes=(outcome,))

    text = render(report)
    assert Page(text).within == []
    assert "network.reset" in text
    assert '<b>never</b> <span class="bad">inert' in text
    told = terminal.render(report)
    assert "attempt 1  network.reset   fault resets (request)" in told
    assert "attempt 2  Orders PutItem  applied" in told
    assert document(report)["scenarios"][0]["seeds"][0]["journal"]
    assert "failed: expectation" in junit.render(report)


def test_marks_and_lines_belong_together():
    page = Page(render(every_kind()))
    rows = [value.split() for name, value in page.attributes if name == "data-row"]

    # Every mark of a picture has a line in a table: the same name stands there at least twice.
    names = [name for row in rows for name in row]
    assert all(names.count(name) >= 2 for name in names)
