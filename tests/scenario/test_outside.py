"""What cannot be done or seen from outside is refused by name, with its line, all at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scenario_files import HEAD
from shop import shop

from appsync_emu.core.api import TraceNames
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outside import beyond_reach

WHOLE = """retry: {max_retries: 2}
deadletters: {business: true}
clock: {start: "2030-01-01T00:00:00Z", give_up_after: 1h}
seeds: [1]
identities: {alice: {username: alice}}
coverage: {commands: 1.0}
calm: {traces: {order: {status: success}}}
faults:
  - {id: f, point: attempt, strike: {attempts: 1}, effect: {error: network.reset, phase: request}}
steps:
  - subscribe: {label: w, to: statuses, of: order}
  - send: {label: order, command: placeOrder, identity: alice}
  - advance: 1m
  - arm: f
  - heal: all
  - crash: {component: Place, restart_after: 1s}
  - redrive: all
  - discard: all
  - expect: {traces: {order: {retries: 1}}}
  - settle: {within: 1s}
expect:
  traces:
    order:
      {attempts: 1, error: {type: x}, effects: {T: {writes: 1}}, components: {Place: {attempts: 1}}}
  deadletters: {count: 0}
  subscribers: {w: {sees: [accepted], after_reconnect: resumes, reconnects: 1}}
  faults: {f: {strikes: 1}}
  effects: {T: {writes: 1}}
"""

API = replace(shop(), trace=TraceNames(query="Query.trace", subscription="Subscription.onTrace"))


def told(tmp_path, text, api=API):
    path = tmp_path / "x.appsync.yaml"
    path.write_text(HEAD + text, "utf-8")
    found = beyond_reach(load(path), api)
    assert all(one.file == path.as_posix() for one in found)
    return [(one.line, one.message.partition(":")[0]) for one in found]


def test_everything_is_told_with_its_line(tmp_path):
    assert told(tmp_path, WHOLE) == [
        (3, '"retry"'),
        (4, '"deadletters"'),
        (5, '"start" of "clock"'),
        (6, '"seeds"'),
        (8, '"coverage"'),
        (9, '"calm"'),
        (10, '"faults"'),
        (14, 'identity "alice" has claims'),
        (15, '"advance"'),
        (16, '"arm"'),
        (17, '"heal"'),
        (18, '"crash"'),
        (19, '"redrive"'),
        (20, '"discard"'),
        (21, '"retries" of trace "order" cannot be seen from outside'),
        (25, '"attempts" of trace "order" cannot be seen from outside'),
        (25, '"error" of trace "order" cannot be seen from outside'),
        (25, '"effects" of trace "order" cannot be seen from outside'),
        (25, '"components.Place.attempts" of trace "order" cannot be seen from outside'),
        (27, '"deadletters"'),
        (28, '"after_reconnect" of subscriber "w"'),
        (28, '"reconnects" of subscriber "w"'),
        (29, '"faults"'),
        (30, '"effects" on T'),
    ]


def test_what_can_be_done(tmp_path):
    text = """calm: false
clock: {give_up_after: 1h}
steps:
  - subscribe: {label: w, to: statuses, of: order}
  - send: {label: order, command: placeOrder, headers: {x: y}}
  - query: {field: slow}
  - settle: {within: 1s}
expect:
  traces:
    order: {statuses: [accepted, success], within: 1s, components: {Place: {status: success}}}
  subscribers: {w: {sees: [accepted], duplicates: none}}
"""
    assert told(tmp_path, text) == []


@pytest.mark.parametrize("steps", ["  - subscribe: {label: w, to: statuses, of: order}\n"])
def test_an_api_that_tells_nothing_of_traces(tmp_path, steps):
    text = (
        f"steps:\n  - send: {{label: order, command: placeOrder}}\n{steps}"
        "expect: {traces: {order: {status: success}}}\n"
    )
    assert told(tmp_path, text, replace(API, trace=TraceNames())) == [
        (5, 'subscriber "w"'),
        (6, 'trace "order"'),
    ]
