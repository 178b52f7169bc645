"""Where things stand in the picture of a story."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario.outcomes import row, several_components, twice_written

from appsync_emu.scenario.report.placing import PAGE, ROWS_MAX, placed, text_width

STORIES = [twice_written(), several_components()]


def story(*rows):
    return replace(twice_written(), rows=rows)


@pytest.mark.parametrize("of", STORIES, ids=["one", "several"])
def test_time_goes_to_the_right(of):
    board = placed(of)

    assert all(x < after for (_, x), (_, after) in pairwise(board.instants))
    for lane in board.lanes:
        assert all(bar.x < bar.end <= (bar.next_x or board.width) for bar in lane.bars)


@pytest.mark.parametrize("of", STORIES, ids=["one", "several"])
def test_nothing_stands_upon_anything(of):
    for lane in placed(of).lanes:
        for call, after in pairwise(lane.calls):
            assert call.x + max(map(text_width, call.texts)) < after.x
        spans = sorted(
            [(bar.x, bar.end) for bar in lane.bars]
            + [(mark.x, mark.x + 12 + sum(map(text_width, mark.texts))) for mark in lane.marks]
        )
        assert all(end < begin for (_, end), (begin, _) in pairwise(spans))


def test_the_trace_comes_first_then_components_as_they_appear():
    names = [lane.name for lane in placed(several_components()).lanes]

    assert names == ["", "PaymentHandler", "ShippingHandler", "NotifyCustomer"]


def test_attempts_are_joined_by_their_retries():
    [_, lane] = placed(twice_written()).lanes

    assert [bar.number for bar in lane.bars] == ["1", "2", "3", "4"]
    assert [bar.next_x for bar in lane.bars] == [*(bar.x for bar in lane.bars[1:]), None]
    assert [call.texts for call in lane.calls] == [
        ("PaymentsTable PutItem", "applied"),
        ("PaymentsTable PutItem", "applied", "second time"),
    ]


def test_time_in_which_nothing_happens_is_marked():
    gaps = placed(twice_written()).gaps

    assert [(round(gap.seconds, 3), gap.idle) for gap in gaps] == [
        (49.901, True),
        (115.082, True),
        (5.0, False),
        (209.489, True),
    ]


def test_calls_stay_inside_of_their_attempt():
    [_, lane] = placed(twice_written()).lanes

    for bar, call in zip(lane.bars[2:], lane.calls, strict=True):
        assert bar.x < call.x < bar.end


def test_short_stories_fill_the_page():
    board = placed(twice_written())

    assert board.fits
    assert board.side + board.width == pytest.approx(PAGE, abs=40)
    assert placed(story(row(0, "accepted", "accepted"))).width < 120


def test_long_stories_are_pressed():
    board = placed(several_components())

    assert not board.fits
    assert all(gap.end - gap.x < 220 for gap in board.gaps)


def test_a_story_without_rows_or_with_too_many():
    assert placed(story()).lanes == ()
    assert placed(story(*[row(n, "note", "n") for n in range(ROWS_MAX + 7)])).left_out == 7


def test_wide_characters_need_more_room():
    assert text_width("注文") == 2 * text_width("ab")


KINDS = ["accepted", "attempt", "data", "retry", "status", "letter", "event", "fault", "note"]
ROWS = st.lists(
    st.builds(
        row,
        st.integers(0, 100_000),
        st.sampled_from(KINDS),
        st.text(max_size=9),
        st.text(max_size=40),
        until_ms=st.none() | st.integers(100_000, 200_000),
        component=st.sampled_from(["", "A", "B"]),
        fault=st.none() | st.just("f"),
        phase=st.sampled_from(["", "request", "response"]),
        mark=st.sampled_from(["", "look"]),
        failed=st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_any_rows_can_be_placed(rows):
    board = placed(story(*rows))

    shown = sum(len(lane.bars) + len(lane.marks) + len(lane.calls) for lane in board.lanes)
    assert shown == sum(each.kind != "retry" for each in rows)
    assert all(lane.edge <= board.width for lane in board.lanes)
