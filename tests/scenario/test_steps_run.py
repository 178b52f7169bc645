"""Each kind of step, done against a small shop."""

from __future__ import annotations

import pytest
from stage import scenario, shop

from appsync_emu.errors import BusinessError
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import run_seed
from appsync_emu.scenario.steps_run import MISSING, value_at


async def fails(event, context, table):
    raise BusinessError("no")


def told(outcome):
    return [(finding.name, finding.message) for finding in outcome.findings]


def run(tmp_path, steps, more="", place=None, **options):
    return run_seed(scenario(tmp_path, steps, more), shop(place).loaded, 1, **options)


def test_a_repeated_send_counts_from_1_and_moves_time(tmp_path):
    seen = []

    async def place(event, context, table):
        seen.append((event["arguments"], context.clock.now().minute))

    outcome = run(
        tmp_path,
        '- send: {label: o, command: placeOrder, repeat: 3, every: 1m, input: {id: "o-{n}"}}',
        place=place,
    )
    assert told(outcome) == []
    assert [arguments["id"] for arguments, _ in seen] == ["o-1", "o-2", "o-3"]
    assert [minute for _, minute in seen] == [0, 1, 2]
    assert outcome.virtual_s == 120


def test_a_string_that_is_one_variable_keeps_its_type(tmp_path):
    seen = []

    async def place(event, context, table):
        seen.append(event["arguments"])

    steps = """
    - set: {price: 7}
    - send: {command: placeOrder, input: {id: "o-{price}", total: "{price}"}}
    """
    run(tmp_path, steps, "variables: {price: 5}\n", place=place)
    assert seen == [{"id": "o-7", "total": 7}]


def test_a_variable_without_a_value_is_a_mistake(tmp_path):
    steps = """
    - query: {field: order, arguments: {id: nobody}, save: {what: total}}
    - query: {field: order, arguments: {id: "{what}"}}
    """
    outcome = run(tmp_path, steps)
    assert told(outcome)[0] == (
        "query.order.save.what",
        'the answer has nothing at "total"',
    )


def test_values_of_answers_are_saved_for_later_steps(tmp_path):
    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1, total: 5}, save: {ref: traceId}}
    - settle: {}
    - query:
        document: "query($id: ID!) { trace(traceId: $id) { status } }"
        arguments: {id: "{ref}"}
        expect: {trace: [{status: accepted}, {status: success}]}
    - query: {field: order, arguments: {id: o-1}, save: {line: lines.1}, expect: {total: 5}}
    - send: {label: p, command: placeOrder, input: {id: "{line}"}}
    """
    more = "expect: {traces: {o: {status: success}}}\n"
    assert told(run(tmp_path, steps, more)) == []


def test_what_a_query_is_answered_is_held_against_the_file(tmp_path):
    steps = """
    - query: {field: order, arguments: {id: o-1}, expect: {total: {above: 3}}}
    - query: {field: broken}
    - query: {field: broken, errors: {message: it is broken}}
    - query: {field: broken, errors: {message: something else}}
    - query: {field: order, arguments: {id: o-1}, errors: {type: Any}}
    """
    found = told(run(tmp_path, steps))
    assert [name for name, _ in found] == [
        "query.order.expect",
        "query.broken.errors",
        "query.broken.errors",
        "query.order.errors",
    ]
    assert found[0][1] == "wanted {total: above 3}, found null"
    assert found[3][1] == "wanted an error with {type: Any}, found none"


def test_a_command_that_is_refused(tmp_path):
    steps = "- send: {label: o, command: placeOrder, input: {total: 5}}"
    assert [name for name, _ in told(run(tmp_path, steps))] == ["send.o"]
    assert told(run(tmp_path, steps, explore=True)) == []
    steps = "- send: {label: o, command: placeOrder, input: {total: 5}, refused: {}}"
    assert told(run(tmp_path, steps)) == []
    steps = """
    - send: {label: o, command: placeOrder, input: {total: 5}, refused: {message: other}}
    - send: {label: p, command: placeOrder, input: {id: o-1}, refused: {}}
    """
    found = told(run(tmp_path, steps))
    assert [name for name, _ in found] == ["send.o", "send.p"]
    assert "it was accepted" in found[1][1]


def test_a_command_that_the_api_has_not(tmp_path):
    outcome = run(tmp_path, "- send: {command: plaseOrder}")
    assert [finding.kind for finding in outcome.findings] == [Kind.INVALID]
    assert "plaseOrder" in outcome.findings[0].message


def test_a_subscriber_sees_what_a_command_comes_to(tmp_path):
    steps = """
    - subscribe: {label: before, to: statuses, of: o}
    - send: {label: o, command: placeOrder, input: {id: o-1}}
    - settle: {}
    - subscribe: {label: after, to: statuses, of: o}
    """
    more = """
    expect:
      subscribers:
        before: {sees: [accepted, success], duplicates: none, reconnects: 0}
        after: {sees: [accepted, success]}
    """
    assert told(run(tmp_path, steps, more)) == []


def test_a_subscriber_of_a_field(tmp_path):
    steps = """
    - subscribe: {label: ear, to: onTold, arguments: {id: o-1}}
    - query: {document: 'mutation { tell(id: "o-1", text: "hello") { id text } }'}
    - query: {document: 'mutation { tell(id: "o-2", text: "hello") { id text } }'}
    """
    more = "expect: {subscribers: {ear: {sees: [{text: hello}], duplicates: none}}}\n"
    assert told(run(tmp_path, steps, more)) == []


def test_a_subscription_that_is_refused(tmp_path):
    outcome = run(tmp_path, "- subscribe: {label: ear, to: onTold, arguments: {other: 1}}")
    assert [finding.kind for finding in outcome.findings] == [Kind.INVALID]


def test_redrive_and_discard(tmp_path):
    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1}}
    - settle: {}
    - expect: {deadletters: {count: 1}}
    - heal: all
    - redrive: {label: o}
    - settle: {}
    - expect: {deadletters: {count: 0}, traces: {o: {status: success}}}
    - redrive: {label: o}
    - redrive: all
    - discard: all
    """
    more = """
    retry: {max_retries: 0}
    faults:
      - {id: down, point: attempt, effect: {error: network.refused}}
    """
    assert told(run(tmp_path, steps, more)) == [
        ("redrive.o", 'there is no dead letter of "o" to redrive')
    ]


def test_discarding_a_letter(tmp_path):
    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1}}
    - settle: {}
    - discard: {label: o}
    - expect: {deadletters: {count: 0}}
    """
    more = "deadletters: {business: true}\ncalm: false\n"
    assert told(run(tmp_path, steps, more, fails)) == []


def test_a_fault_that_a_step_arms_waits_for_it(tmp_path):
    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1}}
    - settle: {}
    - arm: down
    - arm: all
    - send: {label: p, command: placeOrder, input: {id: o-2}}
    - settle: {}
    - heal: down
    - send: {label: q, command: placeOrder, input: {id: o-3}}
    """
    more = """
    retry: {max_retries: 0}
    faults:
      - {id: down, point: attempt, effect: {error: network.refused}}
    expect: {traces: {o: {status: success}, p: {status: error}, q: {status: success}}}
    """
    assert told(run(tmp_path, steps, more)) == []
    assert told(run(tmp_path, steps, more, faults=[])) == [
        ("traces.p.status", "wanted error, found success")
    ]


def test_a_component_that_crashes(tmp_path):
    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1}}
    - crash: {component: Place, restart_after: 2m}
    """
    more = "expect: {traces: {o: {status: success, within: 3m}}}\n"
    outcome = run(tmp_path, steps, more)
    assert told(outcome) == []
    assert outcome.virtual_s == 120
    assert run(tmp_path, steps, more, calm=True).virtual_s == 0


def test_time_that_runs_out_is_a_liveness_failure(tmp_path):
    async def place(event, context, table):
        await context.sleep(20)

    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1}}
    - settle: {within: 5s}
    - send: {label: p, command: placeOrder, input: {id: o-2}}
    """
    outcome = run(tmp_path, steps, place=place)
    [finding] = outcome.findings
    assert (finding.kind, finding.name, finding.label) == (Kind.LIVENESS, "settle", "o")
    assert "Not ended: o after 1 attempt" in finding.message
    assert finding.line == 7
    assert outcome.totals.accepted == 1


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.0.b", 1),
        ("a", [{"b": 1}]),
        ("", {"a": [{"b": 1}]}),
        ("a.1", MISSING),
        ("a.x", MISSING),
        ("c", MISSING),
    ],
)
def test_values_by_path(path, found):
    assert value_at(path, {"a": [{"b": 1}]}) == found


def test_a_command_whose_answer_was_lost_at_the_door_was_accepted_all_the_same(tmp_path):
    """The client has no trace id; the label finds the trace."""
    steps = """
    - send: {label: o, command: placeOrder, input: {id: o-1}, refused: {status: 503}}
    - send: {label: p, command: placeOrder, input: {id: o-2}, refused: {status: 429}}
    """
    more = """
    faults:
      - id: lost
        point: accept
        match: {label: o}
        effect: {error: appsync.unavailable, phase: response}
      - {id: throttled, point: accept, match: {label: p}, effect: {error: appsync.throttled}}
    expect: {traces: {o: {status: success}}, effects: {Orders: {writes: 1}}}
    """
    outcome = run(tmp_path, steps, more)
    assert told(outcome) == []
    assert outcome.totals.accepted == 1
    assert outcome.strikes == {"lost": 1, "throttled": 1}
