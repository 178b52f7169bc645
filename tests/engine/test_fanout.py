"""Who gets an event, and how often it is encoded; AWS, aws-appsync-real-time-data."""

from __future__ import annotations

import dataclasses
import json

import pytest

from appsync_emu.core.limits import STRICT
from appsync_emu.core.wire import EventFacts, Telling
from appsync_emu.engine.fanout import Fanout
from appsync_emu.engine.frames import Event

FED = {"onPost": ("addPost", "updatePost"), "onAdd": ("addPost",)}


class FakePlan:
    def __init__(self, field="onPost", arguments=None, key="all", render=None):
        self.field = field
        self.arguments = arguments or {}
        self.key = key
        self.rendered = 0
        self._render = render or (lambda value: {"data": {field: value}})

    def render(self, value):
        self.rendered += 1
        return self._render(value)


@pytest.fixture
def fanout():
    return Fanout(FED)


def listen(fanout, plan):
    got = []
    return got, fanout.add(plan, got.append)


def test_a_mutation_reaches_every_subscription_field_that_it_feeds(fanout):
    posts, _ = listen(fanout, FakePlan("onPost"))
    adds, _ = listen(fanout, FakePlan("onAdd"))

    fanout.mutation("addPost", {"id": "1"})
    fanout.mutation("updatePost", {"id": "2"})
    fanout.mutation("deletePost", {"id": "3"})

    assert posts == ['{"data":{"onPost":{"id":"1"}}}', '{"data":{"onPost":{"id":"2"}}}']
    assert adds == ['{"data":{"onAdd":{"id":"1"}}}']


def test_a_mutation_named_twice_counts_once():
    fanout = Fanout({"onPost": ("addPost", "addPost")})
    got, _ = listen(fanout, FakePlan())

    fanout.mutation("addPost", {})

    assert len(got) == 1


def test_arguments_choose(fanout):
    a, _ = listen(fanout, FakePlan(arguments={"channel": "a"}, key="a"))
    b, _ = listen(fanout, FakePlan(arguments={"channel": "b"}, key="b"))
    none, _ = listen(fanout, FakePlan(arguments={"channel": None}, key="none"))
    every, _ = listen(fanout, FakePlan(key="every"))

    fanout.publish("onPost", {"channel": "a"})
    fanout.publish("onPost", {"channel": None})
    fanout.publish("onPost", {"id": "1"})

    assert (len(a), len(b), len(none), len(every)) == (1, 0, 2, 3)


def test_ids_compare_as_strings():
    fanout = Fanout(FED, ids={"onPost": frozenset({"id"})})
    got, _ = listen(fanout, FakePlan(arguments={"id": "7", "n": "7"}))

    fanout.publish("onPost", {"id": 7, "n": 7})
    fanout.publish("onPost", {"id": 7, "n": "7"})

    assert len(got) == 1


def test_one_of_a_thousand_channels_costs_one_rendering(fanout):
    plans = [FakePlan(arguments={"channel": str(i)}, key=i) for i in range(1_000)]
    heard = [listen(fanout, plan)[0] for plan in plans]

    fanout.publish("onPost", {"channel": "500"})

    assert sum(plan.rendered for plan in plans) == 1
    assert [i for i, got in enumerate(heard) if got] == [500]


def test_a_payload_is_encoded_once_for_equal_plans(fanout):
    plans = [FakePlan() for _ in range(100)]
    heard = [listen(fanout, plan)[0] for plan in plans]
    filtered = FakePlan(arguments={"id": "1"})  # the same frames, filtered by an argument
    got, _ = listen(fanout, filtered)

    fanout.publish("onPost", {"id": "1"})

    assert sum(plan.rendered for plan in plans) + filtered.rendered == 1
    assert got[0] is heard[0][0] is heard[99][0]


def test_who_leaves_gets_nothing_and_leaves_nothing_behind(fanout):
    got, first = listen(fanout, FakePlan())
    _, second = listen(fanout, FakePlan())
    _, other_key = listen(fanout, FakePlan(key="other"))
    _, other_value = listen(fanout, FakePlan(arguments={"a": 1}))
    _, other_value2 = listen(fanout, FakePlan(arguments={"a": 2}))

    fanout.remove(first)
    fanout.remove(first)
    fanout.publish("onPost", {})
    assert got == []

    for subscriber in (second, other_key, other_value, other_value2):
        fanout.remove(subscriber)
    assert fanout._index == {}
    fanout.publish("onPost", {})


def test_leaving_because_of_an_event_takes_effect_at_once(fanout):
    got = []
    fanout.add(FakePlan(), lambda _: fanout.remove(second))
    second = fanout.add(FakePlan(), got.append)

    fanout.publish("onPost", {})

    assert got == []


def test_a_subscriber_that_fails_costs_the_others_nothing(fanout, caplog):
    def fail(_):
        raise RuntimeError("broken")

    fanout.add(FakePlan(), fail)
    got, _ = listen(fanout, FakePlan())

    fanout.publish("onPost", {})

    assert len(got) == 1
    assert "a subscriber of onPost failed" in caplog.text


def test_a_plan_that_fails_costs_the_others_nothing(fanout, caplog):
    fanout.add(FakePlan(key="bad", render=lambda value: 1 / 0), print)
    fanout.add(FakePlan(key="no json", render=lambda value: {"data": object()}), print)
    got, _ = listen(fanout, FakePlan(key="good"))

    fanout.publish("onPost", {})

    assert len(got) == 1
    assert caplog.text.count("could not be rendered") == 2


@pytest.mark.parametrize("value", [None, [], [{"id": "1"}], "text", 1])
def test_only_objects_are_published(fanout, value):
    """AWS, aws-appsync-real-time-enhanced-filtering: a list is ignored."""
    got, _ = listen(fanout, FakePlan())

    fanout.publish("onPost", value)

    assert got == []


def test_a_payload_over_the_quota_is_dropped(caplog):
    """aws/aws-appsync-community#33."""
    size = len(json.dumps({"data": {"onPost": {"é": ""}}}, separators=(",", ":")).encode())
    fanout = Fanout(FED, limits=dataclasses.replace(STRICT, subscription_payload_bytes=size))
    got, _ = listen(fanout, FakePlan())

    fanout.publish("onPost", {"é": "1234"})  # json.dumps has written six characters for one
    fanout.publish("onPost", {"é": "12345"})

    assert len(got) == 1
    assert "was dropped" in caplog.text


def test_text_and_numbers_that_json_does_not_have(fanout):
    got, _ = listen(fanout, FakePlan())

    fanout.publish("onPost", {"text": "\ud800", "number": float("nan")})

    assert json.loads(got[0]) == {"data": {"onPost": {"text": "\ud800", "number": None}}}
    got[0].encode()


def test_whether_anybody_listens_can_be_asked(fanout):
    assert not fanout.has_subscribers("onPost")
    _, subscriber = listen(fanout, FakePlan(arguments={"channel": "a"}))
    assert fanout.has_subscribers("onPost")
    fanout.remove(subscriber)
    assert not fanout.has_subscribers("onPost")


class Path:
    """Events wait here until they are let go."""

    def __init__(self):
        self.wanted = True
        self.taken = []

    def take(self, field, value, mutation, tell):
        event = Event(field, value, EventFacts(command=mutation))
        self.taken.append(lambda: tell(event))


def test_where_faults_may_strike_events_go_their_way():
    path = Path()
    fanout = Fanout(FED, path=path)
    fanout.mutation("addPost", {"id": "0"})
    got, subscriber = listen(fanout, FakePlan())
    fanout.mutation("addPost", {"id": "1"})
    assert (got, len(path.taken)) == ([], 1)

    path.taken[0]()
    assert got == ['{"data":{"onPost":{"id":"1"}}}']
    assert isinstance(got[0], Telling)
    assert got[0].facts == EventFacts(command="addPost")
    fanout.remove(subscriber)
    path.taken[0]()
    assert len(got) == 1


def test_where_none_may_they_go_straight():
    path = Path()
    path.wanted = False
    got, _ = listen(fanout := Fanout(FED, path=path), FakePlan())
    fanout.publish("onPost", {})
    assert (path.taken, type(got[0])) == ([], str)


def test_whom_an_event_may_concern(fanout):
    assert not fanout.concerns("onPost", "channel", "a")
    listen(fanout, FakePlan(arguments={"channel": "a"}, key="a"))
    assert fanout.concerns("onPost", "channel", "a")
    assert not fanout.concerns("onPost", "channel", "b")
    assert fanout.concerns("onPost", "other", "b")
    listen(fanout, FakePlan())
    assert fanout.concerns("onPost", "channel", "b")
