"""The picture of a story."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from scenario.outcomes import EVIL, row, several_components, twice_written

from appsync_emu.scenario.report.picture import LEGEND, picture


def drawn(story, name="s0-0"):
    """The picture, parsed: its two parts, and all texts in it."""
    root = ET.fromstring(f"<div>{picture(story, name)}</div>")
    return [*root], ["".join(text.itertext()) for text in root.iter("text")]


def test_everything_is_in_it():
    [names, lanes], texts = drawn(twice_written())

    assert names.get("height") == lanes.get("height")
    assert lanes.get("aria-label") == ("Timeline of t1 big-order; the table below says the same")
    for text in (
        "0:49.901",
        "50 s",
        "5 s",
        "network.reset",
        "payment-resets",
        "charged-but-answer-lost",
        "PaymentsTable PutItem",
        "second time",
        "accepted",
        "success",
    ):
        assert text in texts
    assert len(lanes.findall(".//rect[@class='bar bad']")) == 3
    assert len(lanes.findall(".//rect[@class='bar good']")) == 1
    assert len(lanes.findall(".//circle[@class='ring']")) == 1
    assert len(lanes.findall(".//path[@class='retry']")) == 3


def test_marks_carry_the_place_of_their_row():
    [_, lanes], _ = drawn(twice_written(), "s3-1")

    marked = {group.get("data-row") for group in lanes.iter("g")}
    assert marked == {f"s3-1-{index}" for index in (0, 1, 3, 5, 6, 8, 9, 10)}
    titles = [title.text for title in lanes.iter("title")]
    assert (
        "2:44.983, attempt 3, network.timeout, fault charged-but-answer-lost (response)" in titles
    )


def test_every_kind_of_row_is_drawn():
    kinds = {"letter": "letter", "event": "event", "fault": "bolt", "note": "note"}
    rows = [row(at, kind, kind, fault="f") for at, kind in enumerate(kinds)]
    rows.append(row(9, "status", "error"))
    [_, lanes], texts = drawn(replace(twice_written(), rows=tuple(rows)))

    drawings = {each.get("class") for each in lanes.iter()}
    assert drawings.issuperset(kinds.values())
    assert "state bad" in drawings
    assert set(kinds) <= set(texts)


def test_strikes_say_what_they_did():
    strike = row(0, "fault", "deadletter.write", "outage, 2 times", fault="down")
    _, texts = drawn(replace(twice_written(), rows=(strike,)))

    assert "deadletter.write: outage, 2..." in texts
    assert "down" in texts


def test_an_attempt_that_goes_on():
    running = row(0, "attempt", "attempt 1", "under way", component="Place")
    [_, lanes], texts = drawn(replace(twice_written(), rows=(running,)))

    assert len(lanes.findall(".//rect[@class='bar open']")) == 1
    assert "under way" in texts


def test_components_of_a_trace_have_lanes():
    _, texts = drawn(several_components())

    assert "PaymentHandlerPaymentHandler" in texts  # the name, then its title
    assert "PaymentH...PaymentHandler" in texts
    assert "traceThe trace as a whole".lower() in [text.lower() for text in texts]


def test_no_style_and_no_markup_of_users():
    story = replace(
        twice_written(),
        label=EVIL,
        rows=(row(0, "data", EVIL, EVIL, component=EVIL, fault=EVIL, mark=EVIL, failed=True),),
    )
    text = picture(story, "s0-0")

    assert "style=" not in text
    assert "<script" not in text
    drawn(story)


def test_the_legend_is_well_formed():
    for shape, words in LEGEND:
        ET.fromstring(f"<svg>{shape}</svg>")
        assert words


def test_a_story_without_rows():
    [_, lanes], texts = drawn(replace(twice_written(), rows=()))

    assert texts == []
    assert lanes.get("width") == "20"
