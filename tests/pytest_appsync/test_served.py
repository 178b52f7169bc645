"""The emulator on a port, with time in the hands of the test."""

from __future__ import annotations

import json
import urllib.request

import pytest
from shop import SCHEMA, shop

from pytest_appsync.served import ServerHarness


@pytest.fixture
def served():
    harness = ServerHarness(shop(), seed=1, schema=SCHEMA)
    yield harness
    harness.close()


def post(served, document):
    request = urllib.request.Request(
        served.env()["APPSYNC_URL"],
        json.dumps({"query": document}).encode(),
        {"x-api-key": served.env()["APPSYNC_API_KEY"], "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)["data"]


def test_time_stands_still_for_clients_until_the_test_moves_it(served):
    served.fault("network.reset", attempts=1)
    trace_id = post(served, 'mutation { placeOrder(orderId: "1") { traceId } }')["placeOrder"][
        "traceId"
    ]
    ask = f'{{ trace(traceId: "{trace_id}") {{ status }} }}'
    assert post(served, ask)["trace"] == [{"status": "accepted"}]

    served.settle()
    assert post(served, ask)["trace"] == [{"status": "accepted"}, {"status": "success"}]
    assert served.trace(trace_id).succeeded(attempts=2)


def test_where_it_is(served):
    assert served.url.startswith("http://127.0.0.1:")
    assert served.ws_url.startswith("ws://127.0.0.1:")
    assert served.ws_url.endswith("/graphql/realtime")
    assert served.env()["APPSYNC_REALTIME_URL"] == served.ws_url


def test_the_test_itself_may_be_a_client(served):
    watcher = served.subscribe("onTrace")
    assert served.send("placeOrder", orderId="1").ended().succeeded()
    assert watcher.statuses == ["accepted", "success"]
    watcher.close()
