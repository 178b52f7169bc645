"""What ``graph/completer.py`` promises."""

import pytest

from appsync_emu.graph.completer import Anomaly, Bubble, Completer


class Said:
    """A run that only listens."""

    def __init__(self):
        self.plans = {}
        self.messages = []

    def engine_error(self, message, place):
        self.messages.append((message, place[1]))


class Bursts(Completer):
    """Nothing ever comes of it."""

    __slots__ = ()


def completer(*, nullable):
    return Bursts("Post", "Query", nullable=nullable, pure=True, renames=False)


PLACE = (None, "post", {}, True)


def test_null_where_it_is_allowed():
    run = Said()
    assert completer(nullable=True).complete(None, run, PLACE) is None
    assert run.messages == []


def test_null_where_it_is_not_is_an_error_that_goes_up():
    """Wording: aws-amplify/amplify-category-api#1338."""
    run = Said()
    with pytest.raises(Bubble):
        completer(nullable=False).complete(None, run, PLACE)
    assert run.messages == [
        ("Cannot return null for non-nullable type: 'Post' within parent 'Query' (/post)", "post")
    ]


def test_what_comes_to_nothing_is_null_where_that_is_allowed():
    assert completer(nullable=True).complete(1, Said(), PLACE) is None
    with pytest.raises(Bubble):
        completer(nullable=False).complete(1, Said(), PLACE)


def test_the_fast_way_is_nobodys_unless_a_completer_has_one():
    with pytest.raises(Anomaly):
        completer(nullable=True).fast(1)
    with pytest.raises(Anomaly):
        completer(nullable=True).column([1])
    assert completer(nullable=True).column([]) == []


def test_values_of_leaves_are_published_and_pruned_as_they_are():
    leaf = completer(nullable=True)
    leaf.mark_alone()
    assert leaf.prune({"a": 1}) == {"a": 1}
    assert leaf.by_name("x", {}) == "x"
