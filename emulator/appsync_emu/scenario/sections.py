"""The smaller sections of a scenario file: which API, since when, which seeds, how much."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from appsync_emu.config.components import read_retry
from appsync_emu.config.handlers import Handlers
from appsync_emu.config.loading import Loading
from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import List, Map, Scalar
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.engine.clock import START_NS
from appsync_emu.scenario import keys
from appsync_emu.scenario.model import ApiChoice, RetryChoice, Seeds

if TYPE_CHECKING:
    from pathlib import Path

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.scenario.values import Values

__all__ = [
    "GIVE_UP_S",
    "read_api_choice",
    "read_clock",
    "read_coverage",
    "read_deadletters",
    "read_retry_choice",
    "read_seeds",
    "read_tags",
    "read_variables",
]

GIVE_UP_S = 24 * 3600.0
"""Virtual time that a scenario has without saying so: a day."""

SEEDS_MAX = 10_000
_SEED_MAX = 2**53
_TAG = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_HANDLERS = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START_EXAMPLE = 'Write a time with its zone: start: "2030-01-01T00:00:00Z".'
_LAST_YEAR = 2200
_PERCENT = re.compile(r"(\d{1,3}(\.\d{1,3})?)%")


def read_tags(values: Values, node: Node) -> tuple[str, ...]:
    """Tags; they become marks of pytest."""
    found: dict[str, None] = {}
    for item in values.reader.items(node, '"tags"'):
        tag = values.reader.text(item, "a tag")
        if tag is not None and not _TAG.fullmatch(tag):
            values.note(
                item, f'the tag "{tag[:64]}" is no name', "Write small letters: smoke, slow-one."
            )
        elif tag is not None:
            found[tag] = None
    return tuple(found)


def read_api_choice(values: Values, node: Node) -> ApiChoice:
    """Which API is run."""
    reader = values.reader
    fields = reader.mapping(node, '"api"', keys.API, hint="Write api: {config: appsync.yaml}.")
    if fields is None:
        return ApiChoice(line=node.line)
    if not fields and not (isinstance(node, Map) and node.entries):
        values.note(node, '"api" names nothing', "Write api: {config: appsync.yaml}, or remove it.")
    config = reader.text(fields["config"], '"config" of "api"') if "config" in fields else None
    schema: list[str] = []
    if "schema" in fields:
        schema = [text for _, text in reader.one_or_more(fields["schema"], '"schema" of "api"')]
    handlers = None
    if "handlers" in fields:
        handlers = reader.text(fields["handlers"], '"handlers" of "api"')
        if handlers is not None and not _HANDLERS.fullmatch(handlers):
            values.note(
                fields["handlers"],
                f'"handlers" of "api" is "{handlers[:60]}", not "module:object"',
                "Name a Registry: handlers: shop.handlers:registry.",
            )
    if "config" in fields and ("schema" in fields or "handlers" in fields):
        values.note(
            node,
            '"api" names a config, and a schema or handlers beside it',
            "An appsync.yaml says all of it: remove the others.",
        )
    elif ("schema" in fields) != ("handlers" in fields):
        missing, there = ("schema", "handlers")[:: 1 if "handlers" in fields else -1]
        values.note(
            node, f'"api" has "{there}" and no "{missing}"', "Write both, or config: appsync.yaml."
        )
    return ApiChoice(config=config, schema=tuple(schema), handlers=handlers, line=node.line)


def read_retry_choice(values: Values, node: Node, folder: Path) -> RetryChoice:
    """Retries in place of the components' own."""
    loading = Loading(reader=values.reader, handlers=Handlers(folder), facts=None)
    policy = read_retry(loading, node, '"retry"', RetryPolicy())
    said = {entry.key.text for entry in node.entries} if isinstance(node, Map) else set()
    return RetryChoice(
        max_retries=policy.max_retries if "max_retries" in said else None,
        backoff=policy.backoff if "backoff" in said else None,
    )


def read_deadletters(values: Values, node: Node) -> bool | None:
    """Whether business errors are buried."""
    fields = values.reader.mapping(
        node, '"deadletters"', keys.DEADLETTERS, hint="Write deadletters: {business: true}."
    )
    if not fields:
        return None
    return values.reader.boolean(fields["business"], '"business" of "deadletters"')


def read_clock(values: Values, node: Node | None) -> tuple[int, float]:
    """Where virtual time begins, in nanoseconds, and the seconds until all must be over."""
    start_ns, give_up_s = START_NS, GIVE_UP_S
    if node is None:
        return start_ns, give_up_s
    fields = values.reader.mapping(
        node, '"clock"', keys.CLOCK, hint="Write clock: {give_up_after: 2h}."
    )
    if fields and "start" in fields:
        said = _read_start(values, fields["start"])
        start_ns = START_NS if said is None else said
    if fields and "give_up_after" in fields:
        seconds = values.duration(fields["give_up_after"], '"give_up_after" of "clock"')
        give_up_s = seconds or GIVE_UP_S
    return start_ns, give_up_s


def _read_start(values: Values, node: Node) -> int | None:
    text = values.reader.text(node, '"start" of "clock"')
    if text is None:
        return None
    try:
        start = datetime.fromisoformat(text)
        since = (start - _EPOCH) if start.tzinfo is not None else None
    except (ValueError, OverflowError):
        values.note(node, f'"start" of "clock" is "{text[:60]}", not a time', _START_EXAMPLE)
        return None
    if since is None:
        values.note(node, f'"start" of "clock" is "{text[:60]}", without a zone', _START_EXAMPLE)
        return None
    if since < timedelta(0) or start.year >= _LAST_YEAR:
        values.note(
            node,
            f'"start" of "clock" is "{text[:60]}", which is out of range',
            f"Write a time from 1970 to {_LAST_YEAR - 1}.",
        )
        return None
    return since // timedelta(microseconds=1) * 1000


def read_seeds(values: Values, node: Node) -> Seeds:
    """Which worlds are run: one, a list, or so many from a number on."""
    if isinstance(node, Scalar):
        seed = _seed(values, node, '"seeds"')
        return Seeds() if seed is None else Seeds(first=seed, count=1)
    if isinstance(node, List):
        if not node.items:
            values.note(node, '"seeds" is an empty list', "Write seeds: {count: 25}.")
        return Seeds(count=0, always=_seed_list(values, node, '"seeds"'))
    fields = values.reader.mapping(node, '"seeds"', keys.SEEDS) or {}
    first: int | None = 1
    count: int | None = Seeds().count
    always: tuple[int, ...] = ()
    if "from" in fields:
        first = _seed(values, fields["from"], '"from" of "seeds"')
    if "count" in fields:
        count = values.count(fields["count"], '"count" of "seeds"', most=SEEDS_MAX)
    if "always" in fields:
        always = _seed_list(values, fields["always"], '"always" of "seeds"')
    return Seeds(first=1 if first is None else first, count=count or 1, always=always)


def _seed(values: Values, node: Node, what: str) -> int | None:
    return values.count(node, what, least=0, most=_SEED_MAX)


def _seed_list(values: Values, node: Node, what: str) -> tuple[int, ...]:
    items = values.reader.items(node, what)
    if len(items) > SEEDS_MAX:
        values.note(node, f"{what} has {len(items)} seeds", f"A file may have {SEEDS_MAX}.")
    found = (_seed(values, item, f"a seed in {what}") for item in items[:SEEDS_MAX])
    return tuple(seed for seed in found if seed is not None)


def read_variables(values: Values, node: Node) -> dict[str, Json]:
    """Variables with their first values; one without a value gets it from a step."""
    found: dict[str, Json] = {}
    for key, value in values.reader.named(node, '"variables"'):
        name = values.variable(key, 'a name in "variables"')
        if name is None:
            continue
        values.names.variables.setdefault(name)
        if not (isinstance(value, Scalar) and value.is_null):
            found[name] = to_json(value)
            values.names.valued.add(name)
    return found


def read_coverage(values: Values, node: Node) -> dict[str, float]:
    """Shares that must be touched, from 0 to 1."""
    fields = values.reader.mapping(
        node, '"coverage"', keys.COVERAGE, hint="Write coverage: {commands: 80%}."
    )
    found: dict[str, float] = {}
    for key, value in (fields or {}).items():
        share = _share(value)
        if share is None:
            values.note(
                value,
                f'"{key}" of "coverage" is no share',
                "Write a percentage, 80%, or a number from 0 to 1.",
            )
        else:
            found[key] = share
    return found


def _share(node: Node) -> float | None:
    if not isinstance(node, Scalar):
        return None
    percent = _PERCENT.fullmatch(node.text)
    share = float(percent[1]) / 100 if percent else to_json(node)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        return None
    return float(share)
