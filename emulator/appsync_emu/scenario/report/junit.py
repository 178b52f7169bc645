"""The report for CI servers: JUnit XML, one test case for each scenario.

Names and places of elements are those that Jenkins' and GitLab's readers know (Jenkins: the
``junit-10.xsd`` of its xUnit plugin; GitLab: *Unit test reports*): ``testsuites`` holds one
``testsuite``, that holds a ``testcase`` each, with ``classname`` (the file), ``name`` (the title),
``file``, ``line`` and ``time`` in seconds, and in it ``properties`` and ``failure``. Files that are
not valid and errors of our own are an ``error`` instead.

XML 1.0 cannot say every character (*2.2 Characters*): those that it cannot are written as escapes.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.report.digest import groups, totals_text
from appsync_emu.scenario.report.text import render_outcome
from appsync_emu.scenario.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from appsync_emu.scenario.outcome import Report, ScenarioOutcome

__all__ = ["render"]

ERRORS = frozenset({Kind.INVALID, Kind.INTERNAL})
WIDTH = 120
BEYOND_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> str:
    """The report as an XML document; to be written as UTF-8."""
    kinds = [outcome.kind for outcome in report.outcomes]
    counted = {
        "tests": str(len(kinds)),
        "failures": str(sum(kind not in ERRORS and kind is not Kind.PASSED for kind in kinds)),
        "errors": str(sum(kind in ERRORS for kind in kinds)),
        "skipped": "0",
        "time": f"{report.elapsed_s:.3f}",
    }
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<testsuites{_attributes({'name': 'appsync-emu', **counted})}>",
        f"  <testsuite{_attributes({'name': 'scenarios', **counted})}>",
        *(line for outcome in report.outcomes for line in _case(outcome)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(outcome: ScenarioOutcome) -> Iterator[str]:
    about = {
        "classname": outcome.path,
        "name": outcome.title or outcome.path,
        "file": outcome.path,
        "line": str(outcome.line),
        "time": f"{outcome.elapsed_s:.3f}",
    }
    yield f"    <testcase{_attributes(about)}>"
    yield "      <properties>"
    for name, value in _properties(outcome):
        yield f"        <property{_attributes({'name': name, 'value': value})}/>"
    yield "      </properties>"
    if outcome.kind is not Kind.PASSED:
        element = "error" if outcome.kind in ERRORS else "failure"
        what = {"message": _message(outcome), "type": outcome.kind.value}
        told = render_outcome(outcome, width=WIDTH)
        yield f"      <{element}{_attributes(what)}>{_text(told)}</{element}>"
    yield "    </testcase>"


def _properties(outcome: ScenarioOutcome) -> Iterator[tuple[str, str]]:
    yield "kind", outcome.kind.value
    failed = outcome.failed_seeds
    if failed:
        yield "seed", str(failed[0].seed)
    yield "seeds", str(len(outcome.seeds))
    yield "failed_seeds", ", ".join(str(seed.seed) for seed in failed)
    yield "traces", totals_text(outcome.totals)
    if outcome.tags:
        yield "tags", ", ".join(outcome.tags)
    if outcome.replay:
        yield "replay", outcome.replay
    if outcome.smallest is not None and outcome.smallest.path:
        yield "smallest", outcome.smallest.path


def _message(outcome: ScenarioOutcome) -> str:
    """The first thing that is wrong, on one line."""
    found = groups(outcome)
    if not found:
        return outcome.kind.value
    finding = found[0].finding
    return ": ".join(part for part in (one_line(finding.name), one_line(finding.message)) if part)


def _attributes(named: Mapping[str, str]) -> str:
    return "".join(f' {name}="{_attribute(value)}"' for name, value in named.items())


def _attribute(value: str) -> str:
    """Escaped; line ends and tabs as references, or readers would turn them into spaces."""
    escaped = _text(value)
    for character in "\t\n\r":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return escaped


def _text(value: str) -> str:
    return html.escape(BEYOND_XML.sub(_named, value))


def _named(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")
