"""From markers, ini options and flags to a harness."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pytest

import pytest_appsync
from appsync_emu.engine.clock import START_NS
from appsync_emu.errors import UsageError
from appsync_emu.testing.values import refuse_unknown
from appsync_emu.testing.violations import leave
from pytest_appsync.apis import api_of, apis_of
from pytest_appsync.judge import judge
from pytest_appsync.plugin import CURRENT, FAILED, NUMBER, OPENED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from appsync_emu.core.api import Api
    from appsync_emu.testing.core import HarnessCore
    from appsync_emu.testing.harness import Harness

__all__ = ["Opened", "base_seed", "factory", "opened"]

WORDS = ("seed", "retry", "clock", "allow", "scenario")
NS_PER_US = 1_000
_SEED = pytest.StashKey[int]()

HYPOTHESIS = (
    "the fixture appsync is made once for all examples of a @given test, which would share one"
    " emulator. Make one for each: `def test(appsync_factory, ...)`, and in its body"
    " `with appsync_factory() as appsync:`"
)


@dataclass(slots=True, kw_only=True)
class Opened:
    """A harness and how it is to be judged.

    Attributes:
        harness: the harness.
        allow: names of invariants, and of faults that need not strike.
        origin: where the seed comes from, in words.
    """

    harness: HarnessCore
    allow: list[str] = field(default_factory=list)
    origin: str = ""


def base_seed(config: pytest.Config) -> int:
    """The seed of the run; ``random`` is drawn once, by the controller of pytest-xdist.

    Raises:
        pytest.UsageError: it is no whole number.
    """
    if _SEED not in config.stash:
        given = config.getoption("appsync_seed")
        said = str(config.getini("appsync_seed") if given is None else given)
        handed = getattr(config, "workerinput", {}).get("appsync_seed")
        try:
            drawn = int.from_bytes(os.urandom(4)) if said == "random" else int(said)
        except ValueError:
            raise pytest.UsageError(
                f"the seed of appsync is {said!r}; write a whole number, or --appsync-seed random"
            ) from None
        config.stash[_SEED] = drawn if handed is None else int(handed)
    return config.stash[_SEED]


def opened(
    request: pytest.FixtureRequest, kind: str, api: Api | None, settings: Mapping[str, Any]
) -> Iterator[Any]:
    """The body of the fixtures: a harness of that kind, closed after the test."""
    item: pytest.Item = request.node
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        pytest.fail(HYPOTHESIS, pytrace=False)
    try:
        words = _words(item, settings)
        base = base_seed(request.config)
        origin = f"--appsync-seed {base}" if "seed" not in words else "its marker"
        if _number(item) is not None:
            origin += f" --appsync-seeds {request.config.getoption('appsync_seeds')}"
        words.setdefault("seed", _hashed(base, item.nodeid))
        made = _made(kind, lambda: _found(item, api, words), item, words, origin)
    except UsageError as mistake:
        raise pytest.fail.Exception(str(mistake), pytrace=False) from None
    harnesses = item.stash.setdefault(OPENED, [])
    harnesses.append(made)
    try:
        yield made.harness
    finally:
        made.harness.close()
        harnesses.remove(made)


def factory(
    request: pytest.FixtureRequest, api: Api | None, settings: Mapping[str, Any]
) -> Callable[..., AbstractContextManager[Harness]]:
    """What the fixture ``appsync_factory`` is."""
    known, config = api, request.config

    @contextmanager
    def make(*, api: Api | None = None, **words: Any) -> Iterator[Harness]:  # noqa: ANN401 - the marker's words
        __tracebackhide__ = True
        item = config.stash[CURRENT]
        seed = base_seed(config) + (_number(item) or 1) - 1
        words = {"seed": seed, **settings, **words}
        made = _made("Harness", lambda: api or known, item, words, "appsync_factory")
        harness: Any = made.harness
        failure: BaseException | None = None
        try:
            yield harness
            judge(made)
        except BaseException as error:
            item.stash[FAILED] = made
            # pytest's own failure is no Exception; whoever looks at it wants to know what it says.
            told = isinstance(error, pytest.fail.Exception)
            failure = AssertionError(str(error)) if told else error
            raise
        finally:
            leave(harness, failure)

    return make


def _words(item: pytest.Item, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The words of the markers, nearest first, and of ``appsync_settings`` below them."""
    words: dict[str, Any] = {}
    for marker in item.iter_markers("appsync"):
        if marker.args:
            raise UsageError(f"the marker appsync takes keywords alone, not {marker.args!r}")
        refuse_unknown("the marker appsync", marker.kwargs, WORDS)
        words = {**marker.kwargs, **words}
    return {**settings, **words}


def _made(
    kind: str,
    told: Callable[[], Api | None],
    item: pytest.Item,
    words: Mapping[str, Any],
    origin: str,
) -> Opened:
    refuse_unknown("the settings of appsync", words, WORDS)
    allow = words.get("allow", ())
    if isinstance(allow, str):
        raise UsageError(f"allow is a list of names: allow=[{allow!r}]")
    seed = words["seed"]
    if not isinstance(seed, int):
        raise UsageError(f"the seed is {seed!r}; it is a whole number")
    script = None
    if words.get("scenario") is not None:
        from pytest_appsync.script import Script  # noqa: PLC0415 - only where it is used

        script = Script(item, words["scenario"])
    api = script.api(told) if script is not None else told()
    if api is None:
        raise UsageError("there is no API, or there are several; say appsync_factory(api=...)")
    clock = words.get("clock")
    harness: HarnessCore = getattr(pytest_appsync, kind)(
        api,
        seed=seed,
        start_ns=script.start_ns if clock is None and script is not None else _start_ns(clock),
        schema=apis_of(item.config).schema(api),
    )
    try:
        if words.get("retry"):
            harness.retry(**words["retry"])
        if script is not None:
            script.begin(harness)
    except BaseException:
        harness.close()
        raise
    meant = script.allowed if script is not None else ()
    return Opened(harness=harness, allow=[*allow, *meant], origin=origin)


def _found(item: pytest.Item, told: Api | None, words: Mapping[str, Any]) -> Api | None:
    """The API of a test; only a scenario file may name another where there is none."""
    return told if told is not None or "scenario" in words else api_of(item, None)


def _number(item: pytest.Item) -> int | None:
    """Which of many copies of a test this is, from 1; ``None`` where there is only one."""
    number: int | None = getattr(getattr(item, "callspec", None), "params", {}).get(NUMBER)
    return number


def _start_ns(clock: object) -> int:
    if clock is None:
        return START_NS
    moment = clock
    if isinstance(clock, str):
        try:
            moment = datetime.fromisoformat(clock)
        except ValueError:
            moment = None
    if not isinstance(moment, datetime):
        raise UsageError(
            f"clock is {clock!r}; say when virtual time begins: clock='2030-01-01T00:00:00Z'"
        )
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * NS_PER_US


def _hashed(base: int, node_id: str) -> int:
    return int.from_bytes(blake2b(f"{base}\0{node_id}".encode(), digest_size=4).digest())
