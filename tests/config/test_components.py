"""Components, their retry policies, and what starts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api_files import COMMAND, loaded, messages

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy

if TYPE_CHECKING:
    from appsync_emu.core.api import Component


def component(tmp_path, *, api=None, **settings) -> Component:
    place = {"handler": "handlers:place", **settings}
    sections = {**COMMAND, **(api or {}), "components": {"Place": place}}
    return loaded(tmp_path, **sections).components["Place"]


def told(tmp_path, *, api=None, **settings) -> list[str]:
    place = {"handler": "handlers:place", **settings}
    return messages(tmp_path, **{**COMMAND, **(api or {}), "components": {"Place": place}})


def test_defaults(tmp_path):
    found = component(tmp_path)
    assert (found.retry, found.timeout_s) == (RetryPolicy(), 30.0)
    assert (found.on, found.idempotency_key, found.concurrency) == ((), None, None)


def test_settings(tmp_path):
    found = component(
        tmp_path,
        on={"detail-type": ["OrderPlaced"]},
        timeout="2m",
        idempotency_key="arguments.orderId",
        concurrency=3,
    )
    assert found.on == ({"detail-type": ["OrderPlaced"]},)
    assert (found.timeout_s, found.concurrency) == (120.0, 3)
    assert found.idempotency_key == "arguments.orderId"


def test_any_of_several_patterns_may_start_it(tmp_path):
    patterns = [{"detail-type": ["A"]}, {"source": [{"prefix": "shop"}]}]
    assert component(tmp_path, on=patterns).on == tuple(patterns)


def test_a_retry_policy_inherits_what_it_does_not_say(tmp_path):
    api = {"retry": {"max_retries": 5, "backoff": {"kind": "fixed", "base": "2s"}}}
    fixed = Backoff(kind=BackoffKind.FIXED, base_s=2.0)
    assert component(tmp_path, api=api).retry == RetryPolicy(max_retries=5, backoff=fixed)
    assert component(tmp_path, api=api, retry={"max_retries": 0}).retry == RetryPolicy(
        max_retries=0, backoff=fixed
    )
    own = {"backoff": {"kind": "exponential", "factor": 3, "cap": "1h"}}
    assert component(tmp_path, api=api, retry=own).retry == RetryPolicy(
        max_retries=5,
        backoff=Backoff(kind=BackoffKind.EXPONENTIAL, base_s=2.0, factor=3.0, cap_s=3600.0),
    )
    assert component(tmp_path, api={"retry": None}, retry=None).retry == RetryPolicy()


def test_a_fixed_delay_has_no_cap(tmp_path):
    assert component(tmp_path, retry={"backoff": {"kind": "fixed", "base": "1h"}})
    over = {"backoff": {"base": "1h"}}
    assert told(tmp_path, retry=over) == [
        '"backoff" of "retry" of component "Place" starts at 3600s, over its cap of 900s'
    ]


def test_business_errors_are_buried_on_request(tmp_path):
    assert loaded(tmp_path).deadletters.business is False
    assert loaded(tmp_path, deadletters={"business": True}).deadletters.business is True
    assert messages(tmp_path, deadletters=[1]) == ['"deadletters" is a list, not a mapping']


def test_errors_are_classed_by_the_names_of_exceptions(tmp_path):
    sections = {"errors": {"business": ["SoldOut", "Declined"], "permanent": "Gone"}}

    assert loaded(tmp_path).errors == {}
    assert loaded(tmp_path, **sections).errors == {
        "SoldOut": ErrorClass.BUSINESS,
        "Declined": ErrorClass.BUSINESS,
        "Gone": ErrorClass.PERMANENT,
    }


def test_wrong_patterns(tmp_path):
    assert told(tmp_path, on=None) == ['"on" of component "Place" is not an event pattern']
    assert told(tmp_path, on=[]) == ['"on" of component "Place" is an empty list']
    [wrong] = told(tmp_path, on=[{"detail-type": ["A"]}, {"detail-type": "A"}])
    assert wrong.startswith('"on" of component "Place": detail-type')


def test_a_component_that_nothing_starts(tmp_path):
    components = {**COMMAND["components"], "Idle": {"handler": "handlers:place"}}
    assert messages(tmp_path, **{**COMMAND, "components": components}) == [
        'component "Idle" is started by nothing'
    ]
    by_event = {"Idle": {"handler": "handlers:place", "on": {"detail-type": ["A"]}}}
    assert loaded(tmp_path, components=by_event).components["Idle"].on


def test_a_faulty_component_is_not_an_unknown_one(tmp_path):
    assert messages(tmp_path, **{**COMMAND, "components": {"Place": None}}) == [
        'component "Place" has no "handler"'
    ]
    assert messages(tmp_path, **{**COMMAND, "components": {"Place": []}}) == [
        'component "Place" is a list, not a mapping'
    ]


def test_idempotency_keys_exist_in_the_event(tmp_path):
    on = {"detail-type": ["A"]}
    assert told(tmp_path, idempotency_key="identity.sub") == []
    assert told(tmp_path, idempotency_key="arguments") == []
    assert told(tmp_path, idempotency_key="detail.id", on=on) == []
    assert told(tmp_path, idempotency_key="detail.id") == [
        '"idempotency_key" of component "Place" starts with "detail", which its event does not have'
    ]
    assert told(tmp_path, idempotency_key="arguments.id") == [
        (
            '"idempotency_key" of component "Place" names the argument "id", '
            "which Mutation.placeOrder does not have"
        )
    ]
    assert told(tmp_path, idempotency_key=".a") == [
        '"idempotency_key" of component "Place" is ".a", not a dotted path'
    ]
    assert told(tmp_path, idempotency_key=[]) == [
        '"idempotency_key" of component "Place" is a list'
    ]
