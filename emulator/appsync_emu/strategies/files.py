"""What a test did with a harness, as a scenario file that does the same.

Commands, time, faults and subscribers are written; what has no word in scenario files is named in a
comment at the top.
"""

from __future__ import annotations

import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appsync_emu.config.registry import Registry
from appsync_emu.config.yamlfile import dump
from appsync_emu.core.records import (
    CommandAccepted,
    DeadLetterWritten,
    FaultsArmed,
    FaultsHealed,
)
from appsync_emu.engine.clock import START_NS
from appsync_emu.engine.realclock import moment
from appsync_emu.strategies.plain import duration_text
from appsync_emu.strategies.written import fault_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.plan import Fault
    from appsync_emu.testing.core import HarnessCore
    from appsync_emu.testing.values import Did

__all__ = ["scenario_file"]

WIDTH = 98
_TITLE_WIDTH = 88
_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")
_FIELD = re.compile(r"[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)?")


@dataclass(slots=True)
class _File:
    """A file under way.

    Attributes:
        faults: those that struck, by id, and what the file calls them.
        labels: of traces, by trace id.
        steps: those that are written.
        left_out: what cannot be written, in words.
        subscribers: how many there are so far.
    """

    harness: HarnessCore
    faults: dict[str, str]
    labels: dict[str, str]
    steps: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, None] = field(default_factory=dict)
    subscribers: int = 0


def scenario_file(harness: HarnessCore, why: str = "") -> str:
    """The text of a scenario file that does what the test did with a harness so far.

    The file has the faults that struck, the seed, and no calm run: a command that was made up need
    not succeed.

    Args:
        harness: the harness, open or closed.
        why: what went wrong, for the comment at the top.
    """
    file = _begun(harness)
    _write_steps(file)
    armed = {handle.id: handle.fault for handle in harness.faults}
    data: dict[str, Any] = {"scenario": 1, "title": _title(why)}
    choice = _api_choice(harness.emulator.api)
    if choice:
        data["api"] = choice
    retry = _retry(file)
    if retry:
        data["retry"] = retry
    if harness.start_ns != START_NS:
        data["clock"] = {"start": moment(harness.start_ns).isoformat()}
    data["seeds"] = [harness.seed]
    if file.faults:
        data["faults"] = [fault_data(armed[name], told) for name, told in file.faults.items()]
    data["steps"] = file.steps or [{"settle": {}}]
    data["calm"] = False
    return _comment(file, why, found_api=bool(choice)) + dump(data)


def _begun(harness: HarnessCore) -> _File:
    struck = harness.emulator.faults.struck
    taken: dict[str, str] = {}
    for handle in harness.faults:
        if struck[handle.id]:
            taken[handle.id] = _id(handle.fault, set(taken.values()))
    labels = {
        record.trace_id: record.label
        for record in harness.journal.records
        if isinstance(record, CommandAccepted) and record.label is not None
    }
    return _File(harness=harness, faults=taken, labels=labels)


def _id(fault: Fault, taken: set[str]) -> str:
    """The fault's own id, when files allow it; else one like it."""
    stem = fault.fault_id
    if not _ID.fullmatch(stem) or stem == "all":
        stem = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
        stem = (stem if stem[:1].isalpha() else f"fault-{stem}")[:60].rstrip("-")
    number, found = 1, stem
    while found in taken:
        number += 1
        found = f"{stem}-{number}"
    return found


# ----------------------------------------------------------------------------------- the steps


def _write_steps(file: _File) -> None:
    """The history of the test, and between its parts what the journal says of the faults."""
    changes = [
        (number, record)
        for number, record in enumerate(file.harness.journal.records, start=1)
        if isinstance(record, FaultsArmed | FaultsHealed)
    ]
    begun = False
    for did in file.harness.history:
        while changes and changes[0][0] <= did.at:
            _write_change(file, changes.pop(0)[1], begun=begun)
        before = len(file.steps)
        _WRITERS[did.verb](file, did)
        begun = begun or len(file.steps) > before
    for _, record in changes:
        _write_change(file, record, begun=begun)


def _write_change(file: _File, record: FaultsArmed | FaultsHealed, *, begun: bool) -> None:
    names = [file.faults[name] for name in record.faults if name in file.faults]
    if isinstance(record, FaultsHealed):
        file.steps += [{"heal": name} for name in names]
    elif begun:
        file.steps += [{"arm": name} for name in names]


def _send(file: _File, did: Did) -> None:
    words = did.words
    body: dict[str, Any] = {"command": words["command"]}
    if words["label"] is not None:
        body = {"label": words["label"], **body}
    if words["arguments"]:
        body["input"] = _escaped(words["arguments"])
    if file.harness.headers:
        body["headers"] = dict(file.harness.headers)
    if words.get("refused"):
        body["refused"] = {}
    same = [step["send"] for step in file.steps if "send" in step]
    if words["label"] is not None and any(one.get("label") == words["label"] for one in same):
        del body["label"]
        file.left_out["a second command with the same label keeps none"] = None
    file.steps.append({"send": body})


def _advance(file: _File, did: Did) -> None:
    if did.words["seconds"]:
        file.steps.append({"advance": duration_text(did.words["seconds"])})


def _settle(file: _File, did: Did) -> None:
    within = did.words["seconds"]
    file.steps.append({"settle": {} if not within else {"within": duration_text(within)}})


def _letters(file: _File, did: Did) -> None:
    words = did.words
    if words["all"]:
        file.steps.append({did.verb: "all"})
        return
    traces = [
        record.facts.trace_id
        for record in file.harness.journal.records
        if isinstance(record, DeadLetterWritten) and record.letter_id in words["letters"]
    ]
    labels = dict.fromkeys(file.labels.get(trace_id) for trace_id in traces)
    if None in labels:
        file.left_out[f"{did.verb} of some letters, whose commands have no label"] = None
    file.steps += [{did.verb: {"label": label}} for label in labels if label is not None]


def _subscribe(file: _File, did: Did) -> None:
    words, names = did.words, file.harness.emulator.api.trace
    file.subscribers += 1
    body: dict[str, Any] = {"label": words["label"] or f"subscriber-{file.subscribers}"}
    if not _FIELD.fullmatch(words["what"]):
        file.left_out["a subscription by a document"] = None
        return
    label = file.labels.get(words["of"] or "")
    if label is not None and not words["arguments"]:
        file.steps.append({"subscribe": {**body, "to": "statuses", "of": label}})
        return
    arguments = dict(words["arguments"])
    if words["of"] is not None:
        arguments[names.argument] = words["of"]
    body["to"] = words["what"]
    if arguments:
        body["arguments"] = _escaped(arguments)
    file.steps.append({"subscribe": body})


def _query(file: _File, did: Did) -> None:
    what = did.words["what"]
    key = "field" if _FIELD.fullmatch(what) else "document"
    body: dict[str, Any] = {key: what}
    if did.words["arguments"]:
        body["arguments"] = _escaped(did.words["arguments"])
    file.steps.append({"query": body})


def _mutation(file: _File, did: Did) -> None:
    file.left_out[f"the mutation {did.words['what']}, which is sent as no command"] = None


_WRITERS = {
    "send": _send,
    "advance": _advance,
    "settle": _settle,
    "redrive": _letters,
    "discard": _letters,
    "subscribe": _subscribe,
    "query": _query,
    "mutation": _mutation,
}


def _escaped(value: Any) -> Any:  # noqa: ANN401 - JSON
    """With braces that are no placeholders."""
    if isinstance(value, str):
        return value.replace("{", "{{")
    if isinstance(value, dict):
        return {key: _escaped(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(part) for part in value]
    return value


# ------------------------------------------------------------------------------- around the steps


def _title(why: str) -> str:
    first = why.partition("\n")[0].partition(" (trace ")[0]
    title = f"Found by Hypothesis: {first}".rstrip(": ")
    return textwrap.shorten(title, _TITLE_WIDTH, placeholder=" ...")


def _retry(file: _File) -> dict[str, Any]:
    """The policy that the test gave to every component, if it did."""
    emulator = file.harness.emulator
    changed = emulator.dispatcher.policies
    if not changed:
        return {}
    policies = {changed.get(name) for name in emulator.api.components}
    policy = policies.pop()
    if policy is None or policies:
        file.left_out["the retry policies of single components"] = None
        return {}
    backoff = policy.backoff
    return {
        "max_retries": policy.max_retries,
        "backoff": {
            "kind": backoff.kind.value,
            "base": duration_text(backoff.base_s),
            "factor": backoff.factor,
            "cap": duration_text(backoff.cap_s),
        },
    }


def _api_choice(api: Api) -> Mapping[str, Any] | None:
    """Where a file finds the API again, when it is declared in a module; else it looks around."""
    schema = [source.path for source in api.schema]
    if not all(Path(path).is_file() for path in schema):
        return None
    for component in api.components.values():
        name = getattr(component.handler.call, "__module__", "")
        for key, value in vars(sys.modules.get(name, sys)).items():
            if isinstance(value, Registry):
                return {"schema": schema, "handlers": f"{name}:{key}"}
    return None


def _comment(file: _File, why: str, *, found_api: bool) -> str:
    place = "here" if found_api else "beside your appsync.yaml"
    told = [*why.splitlines()]
    told.append(
        f"Save this as found.appsync.yaml {place}; appsync-emu run found.appsync.yaml fails alike."
    )
    told += [f"Left out: {what}." for what in file.left_out]
    lines = [
        line
        for paragraph in told
        for line in textwrap.wrap(
            paragraph, WIDTH - 2, break_long_words=False, break_on_hyphens=False
        )
    ]
    return "".join(f"# {line}\n" for line in lines)
