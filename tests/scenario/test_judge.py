"""Expectations: what each says when it is missed, and that it says nothing when it is not."""

from __future__ import annotations

import pytest
from stage import scenario, shop

from appsync_emu.errors import BusinessError
from appsync_emu.scenario.run import run_seed

SENDS = """
- send: {label: o, command: placeOrder, input: {id: o-1, total: 5}}
- send: {label: many, command: placeOrder, repeat: 3, input: {id: "m-{n}", total: "{n}"}}
- send: {label: no, command: placeOrder, input: {id: declined}}
"""
RESET = """
deadletters: {business: true}
faults:
  - id: reset
    point: attempt
    match: {input: {total: {at_least: 3}}}
    strike: {attempts: 1}
    effect: {error: network.reset, phase: request}
"""


async def place(event, context, table):
    order = event["arguments"]
    if order["id"] == "declined":
        raise BusinessError("card was declined")
    table.get_item(order["id"])
    table.put_item(order["id"], order["total"])


def missed(tmp_path, expect, steps=SENDS, more=RESET, handler=place):
    whole = scenario(tmp_path, steps, f"{more}\nexpect: {expect}\n")
    outcome = run_seed(whole, shop(handler).loaded, 1)
    return {finding.name: finding.message for finding in outcome.findings}


@pytest.mark.parametrize(
    "expect",
    [
        "{}",
        "{traces: {o: {status: success, attempts: 2, retries: 1, within: 2h}}}",
        "{traces: {o: {statuses: [accepted, success], effects: {Orders: {writes: 1, reads: 1}}}}}",
        (
            "{traces: {no: {error: {type: BusinessError, message: {contains: declined},"
            " class: business, reason: business}}}}"
        ),
        "{traces: {o: {components: {Place: {status: success, attempts: {below: 3}, retries: 1}}}}}",
        "{traces: {no: {components: {Place: {error: {type: BusinessError}}}}}}",
        "{traces: {many: {all: {status: success}}}}",
        "{traces: {many: {any: {attempts: 2}}}}",
        "{traces: {many: {none: {attempts: 3}}}}",
        (
            "{deadletters: {count: 1, contain: [{label: no, component: Place, attempts: 1,"
            " reason: business, error: {type: BusinessError}, context: {input: {id: declined}}}]}}"
        ),
        "{faults: {reset: {strikes: {at_least: 1}}}}",
        "{effects: {Orders: {writes: 4, reads: {above: 3}}}}",
    ],
)
def test_what_holds_says_nothing(tmp_path, expect):
    assert missed(tmp_path, expect) == {}


@pytest.mark.parametrize(
    ("expect", "name", "message"),
    [
        ("{traces: {o: {status: error}}}", "traces.o.status", "wanted error, found success"),
        ("{traces: {o: {attempts: 1}}}", "traces.o.attempts", "wanted 1, found 2"),
        ("{traces: {o: {retries: {below: 1}}}}", "traces.o.retries", "wanted below 1, found 1"),
        (
            "{traces: {o: {statuses: [accepted]}}}",
            "traces.o.statuses",
            "wanted [accepted], found [accepted, success]",
        ),
        (
            "{traces: {o: {error: {type: X}}}}",
            "traces.o.error",
            "wanted {type: X}, found no error",
        ),
        (
            "{traces: {no: {error: {reason: permanent}}}}",
            "traces.no.error.reason",
            "wanted permanent, found business",
        ),
        (
            "{traces: {o: {effects: {Orders: {writes: 2}}}}}",
            "traces.o.effects.Orders.writes",
            "wanted 2, found 1",
        ),
        (
            "{traces: {o: {components: {Other: {status: success}}}}}",
            "traces.o.components.Other.status",
            "it was never started",
        ),
        (
            "{traces: {many: {all: {status: error}}}}",
            "traces.many.status",
            "wanted error, found success (3 of 3 traces)",
        ),
        (
            "{traces: {many: {all: {attempts: 1}}}}",
            "traces.many.attempts",
            "wanted 1, found 2 (1 of 3 traces)",
        ),
        (
            "{traces: {many: {any: {attempts: 4}}}}",
            "traces.many.any",
            (
                "wanted any of 3 traces to be like this, found none; of the first, attempts:"
                " wanted 4, found 1"
            ),
        ),
        (
            "{traces: {many: {none: {attempts: 2}}}}",
            "traces.many.none",
            "wanted none like this of 3, found one",
        ),
        ("{deadletters: {count: 0}}", "deadletters.count", "wanted 0, found 1"),
        (
            "{deadletters: {contain: [{label: no}, {reason: business}]}}",
            "deadletters.contain.1",
            "none of the 1 dead letter is {reason: business}",
        ),
        ("{faults: {reset: {strikes: 1}}}", "faults.reset.strikes", "wanted 1, found 2"),
        ("{effects: {Orders: {reads: 1}}}", "effects.Orders.reads", "wanted 1, found 4"),
        ("{effects: {Nothing: {writes: 1}}}", "effects.Nothing.writes", "wanted 1, found 0"),
    ],
)
def test_what_is_missed_is_told(tmp_path, expect, name, message):
    assert missed(tmp_path, expect) == {name: message}


def test_a_trace_that_takes_too_long(tmp_path):
    async def slow(event, context, table):
        await context.sleep(20)

    expect = "{traces: {o: {within: 10s}}}"
    found = missed(tmp_path, expect, SENDS.splitlines()[1], "calm: false\n", slow)
    assert found == {"traces.o.within": "wanted its end within 10 s, it took 20 s"}


def test_expectations_in_the_middle_are_checked_there(tmp_path):
    steps = (
        SENDS.splitlines()[1]
        + "\n"
        + ("- expect: {traces: {o: {status: accepted, attempts: 0, within: 1s, error: {type: X}}}}")
    )
    found = missed(tmp_path, "{traces: {o: {status: success}}}", steps, "calm: false\n")
    assert found == {
        "traces.o.within": "wanted its end within 1 s, it has not ended",
        "traces.o.error": "wanted {type: X}, found no error",
    }


def test_letters_are_told_apart(tmp_path):
    """Two wanted letters need two that are there, whichever fits which."""
    steps = """
    - send: {label: a, command: placeOrder, input: {id: declined}}
    - send: {label: b, command: placeOrder, input: {id: declined}}
    """
    more = "deadletters: {business: true}\ncalm: false\n"
    expect = "{deadletters: {contain: [{reason: business}, {label: a}]}}"
    assert missed(tmp_path, expect, steps, more) == {}
    expect = "{deadletters: {contain: [{label: b}, {reason: business}, {label: a}]}}"
    assert list(missed(tmp_path, expect, steps, more)) == ["deadletters.contain.2"]


def test_what_a_subscriber_saw(tmp_path):
    steps = """
    - subscribe: {label: ear, to: statuses, of: o}
    - send: {label: o, command: placeOrder, input: {id: o-1, total: 1}}
    """
    expect = "{subscribers: {ear: {sees: [accepted], after_reconnect: resumes, reconnects: 1}}}"
    assert missed(tmp_path, expect, steps, "") == {
        "subscribers.ear.sees": "wanted [accepted], found [accepted, success]",
        "subscribers.ear.after_reconnect": "wanted it to resume, it never lost its connection",
        "subscribers.ear.reconnects": "wanted 1, found 0",
    }


def test_what_arrives_twice(tmp_path):
    steps = """
    - subscribe: {label: ear, to: statuses, of: o}
    - send: {label: o, command: placeOrder, input: {id: o-1, total: 1}}
    """
    more = """
faults:
  - {id: twice, point: frame, match: {frame: data}, effect: {duplicate: {copies: 1}}}
"""
    expect = "{subscribers: {ear: {sees: [accepted, success], duplicates: none}}}"
    found = missed(tmp_path, expect, steps, more)
    assert found == {"subscribers.ear.duplicates": "wanted nothing twice, 2 of them arrived again"}


def test_a_label_that_nobody_accepted(tmp_path):
    steps = "- send: {label: o, command: placeOrder, input: {total: 1}, refused: {}}"
    found = missed(tmp_path, "{traces: {o: {status: success}}}", steps, "")
    assert found == {"traces.o": "no command of this label was accepted"}
