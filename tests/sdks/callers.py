"""Handlers that call services, with everything around them on virtual time."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from engine.kit import drive, make_api

from appsync_emu.core.faults.catalogue import effect_named
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import AttemptFailed, DataCalled, DeliveryEnded

RECORDED = (DataCalled, AttemptFailed, DeliveryEnded)


class Outcome:
    """What became of one command."""

    def __init__(self, emulator):
        self.records = emulator.journal.records
        self.seconds = (emulator.clock.now_ns() - emulator.faults.start_ns) / 1e9
        self.violations = [str(violation) for violation in emulator.check(settled=True)]
        self.dump = emulator.journal.dump()

    @property
    def calls(self):
        """Source, operation, whether it was applied, error and fault of each call."""
        return [
            (call.source, call.operation, call.applied, call.error, call.fault)
            for call in self.of(DataCalled)
        ]

    @property
    def ended(self):
        [end] = self.of(DeliveryEnded)
        return end.status, end.attempts

    def of(self, kind):
        return [record for record in self.records if isinstance(record, kind)]


def fault(effect, *, phase=None, match=None, after=0.0, **strike):
    """A fault at the point ``data``: an effect, or the name of one."""
    name = None
    if isinstance(effect, str):
        name = effect
        effect, _ = effect_named(name, phase=phase, after=after)
    return Fault(
        fault_id="f",
        point=Point.DATA,
        effect=effect,
        match=Match(**(match or {})),
        strike=Strike(**strike),
        name=name,
    )


def place(handler, *faults, key=None, timeout_s=None, **options):
    """Send one command to ``handler`` and let everything end."""
    api = make_api(handler)
    changes = {"idempotency_key": key}
    if timeout_s is not None:
        changes["timeout_s"] = timeout_s
    component = replace(api.components["Place"], **changes)
    api = replace(api, components={"Place": component})

    async def scenario(emulator):
        emulator.send("place", {"id": "o-1"})
        await emulator.clock.settle()
        return Outcome(emulator)

    return drive(api, scenario, faults=faults, **options)


class Raw(io.BytesIO):
    def stream(self, **_):
        yield self.read()


class Service:
    """An AWS service that answers every request, and remembers what it was asked."""

    def __init__(self, name, answer=b"{}", status=200, **config):
        config.setdefault("retries", {"total_max_attempts": 1})
        self.asked = []
        self.answer = answer
        self.status = status
        self.client = boto3.client(
            name,
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(**config),
        )
        self.client.meta.events.register("before-send.*.*", self._answer)

    def _answer(self, request, **_):
        body = request.body
        self.asked.append(json.loads(body) if body and body[:1] in b"{[" else body)
        return AWSResponse(request.url, self.status, {}, Raw(self.answer))
