"""Writing scenario files: the smallest one that still fails, and seeds to remember."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appsync_emu.config.yamlfile import Entry, List, Map, Scalar, dump, parse
from appsync_emu.errors import UsageError
from appsync_emu.scenario.model import Send
from appsync_emu.scenario.outcome import Kind, Smallest
from appsync_emu.scenario.run import calm_run
from appsync_emu.scenario.shrink import shrink

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.outcome import SeedOutcome
    from appsync_emu.scenario.shrink import Shrunk
    from appsync_emu.scenario.world import LoadedApi

__all__ = ["path_of", "record", "smallest", "text_of"]

SUFFIX = ".appsync.yaml"
_WIDTH = 98


def smallest(
    scenario: Scenario, source: LoadedApi, outcome: SeedOutcome, *, write: bool = True
) -> Smallest | None:
    """Shrink a failing run, and write what is left next to its file.

    Args:
        scenario: what was run.
        source: the API.
        outcome: the run that failed.
        write: whether the file is written; else its text alone is made.

    Returns:
        ``None`` when the run cannot be made to fail again.

    Raises:
        OSError: the file cannot be written.
    """
    shrunk = shrink(scenario, source, outcome)
    if shrunk is None:
        return None
    text = text_of(scenario, source, shrunk)
    path = path_of(scenario.path, shrunk.seed)
    if write:
        Path(path).write_text(text, encoding="utf-8")
    return Smallest(
        path=path if write else "",
        text=text,
        faults=shrunk.faults,
        idle=shrunk.idle,
        steps=shrunk.words,
        runs=shrunk.runs,
    )


def path_of(path: str, seed: int) -> str:
    """Where the smallest file of a seed stands: ``orders.seed-7.appsync.yaml``."""
    stem = path.removesuffix(SUFFIX)
    return f"{stem}.seed-{seed}{SUFFIX}"


def text_of(scenario: Scenario, source: LoadedApi, shrunk: Shrunk) -> str:
    """The smallest scenario as a file: it loads, and fails in the same way."""
    finding = shrunk.finding
    what = f"{finding.kind.value} {finding.name}: {finding.message}"
    left = (
        f"The smallest part of {Path(scenario.path).name} that shows it, from seed {shrunk.seed}:"
        f" {len(shrunk.faults)} of {len(scenario.faults)} faults and {len(shrunk.steps)} of"
        f" {len(scenario.steps)} steps are left."
    )
    lines = [
        f"# {line}"
        for paragraph in (what, left)
        for line in textwrap.wrap(paragraph, _WIDTH - 2, break_long_words=False)
    ]
    return "\n".join(lines) + "\n" + dump(_data(scenario, source, shrunk))


def _data(scenario: Scenario, source: LoadedApi, shrunk: Shrunk) -> dict[str, Json]:
    """The file as plain data, in its own order."""
    raw: dict[str, Any] = dict(scenario.raw)
    of_steps = shrunk.finding.kind is not Kind.EXPECTATION
    small = replace(
        scenario,
        faults=tuple(one for one in scenario.faults if one.fault.fault_id in shrunk.faults),
        steps=tuple(step for _, step in shrunk.steps),
    )
    raw["faults"] = [one for one in raw.get("faults", []) if one["id"] in shrunk.faults]
    raw["steps"] = _steps(raw["steps"], shrunk)
    raw["expect"] = _expectations(raw.get("expect") or {}, shrunk, of_steps=of_steps)
    raw.pop("coverage", None)
    if of_steps and _calm_fails(small, source):
        raw["calm"] = False
    elif of_steps:
        raw.pop("calm", None)
    if not raw["faults"]:
        del raw["faults"]
    if not raw["expect"]:
        del raw["expect"]
    raw.pop("seeds", None)
    data: dict[str, Json] = {}
    for key, value in raw.items():
        if key in {"faults", "steps"} and "seeds" not in data:
            data["seeds"] = [shrunk.seed]
        data[key] = value
    return data


def _calm_fails(small: Scenario, source: LoadedApi) -> bool:
    if not small.calm or small.calm_expect is not None:
        return True
    calm = calm_run(small, source)
    return calm is not None and calm.failed


def _steps(raw: list[Any], shrunk: Shrunk) -> list[Any]:
    """The steps that are left, as they stand in the file, repeated less often."""
    steps: list[Any] = []
    for place, step in shrunk.steps:
        written = raw[place]
        if isinstance(step, Send) and written["send"].get("repeat", 1) != step.repeat:
            body = {**written["send"], "repeat": step.repeat}
            if step.repeat == 1:
                body = {key: value for key, value in body.items() if key not in {"repeat", "every"}}
            written = {"send": body}
        elif "expect" in written:
            left = _expectations(written["expect"], shrunk, of_steps=False)
            if not left:
                continue
            written = {"expect": left}
        steps.append(written)
    return steps


def _expectations(expect: Mapping[str, Any], shrunk: Shrunk, *, of_steps: bool) -> dict[str, Any]:
    """Those that say what was found, and those that hold in the smaller scenario, too."""
    kept: dict[str, Any] = {}
    for section, body in expect.items():
        if section == "invariants":
            kept[section] = body
        elif of_steps:
            continue
        elif section == "deadletters":
            if _stays("deadletters", shrunk):
                kept[section] = body
        else:
            entries = {
                name: entry
                for name, entry in body.items()
                if _stays(f"{section}.{name}", shrunk)
                and not (section == "faults" and name not in shrunk.faults)
            }
            if entries:
                kept[section] = entries
    return kept


def _stays(entry: str, shrunk: Shrunk) -> bool:
    """Whether an entry is the one that fails, or does not fail."""
    of_entry = [one for one in shrunk.misses if one == entry or one.startswith(f"{entry}.")]
    return not of_entry or shrunk.finding.name in of_entry


# -------------------------------------------------------------------------------------- seeds


def record(path: Path, seeds: Collection[int]) -> tuple[int, ...]:
    """Add seeds to ``always`` of a file, and leave everything else in it as it is.

    Returns:
        The seeds that were not there before.

    Raises:
        UsageError: the file is written in a way that this cannot change.
        OSError: it cannot be read or written.
    """
    text = path.read_bytes().decode("utf-8-sig")
    present, _ = _present(text, path.name)
    new = tuple(dict.fromkeys(seed for seed in seeds if seed not in present))
    if not new:
        return ()
    changed = _with_seeds(text, path.name, new)
    now, _ = _present(changed, path.name)
    if [*present, *new] != now:
        raise UsageError(
            f"{path}: the seeds could not be added; write them under seeds: {{always: [...]}}:"
            f" {', '.join(map(str, new))}"
        )
    path.write_bytes(changed.encode("utf-8"))
    return new


def _entry(node: Node | None, key: str) -> Entry | None:
    entries = node.entries if isinstance(node, Map) else ()
    return next((entry for entry in entries if entry.key.text == key), None)


def _numbers(node: Node) -> list[int]:
    items = node.items if isinstance(node, List) else ()
    return [int(item.text) for item in items if isinstance(item, Scalar)]


def _present(text: str, shown: str) -> tuple[list[int], Node | None]:
    """The seeds that are listed one by one, and the node that lists them."""
    seeds = _entry(parse(text.encode(), shown).root, "seeds")
    if seeds is None:
        return [], None
    if isinstance(seeds.value, Scalar):
        return [int(seeds.value.text)], seeds.value
    if isinstance(seeds.value, List):
        return _numbers(seeds.value), seeds.value
    always = _entry(seeds.value, "always")
    return ([], None) if always is None else (_numbers(always.value), always.value)


def _with_seeds(text: str, shown: str, new: tuple[int, ...]) -> str:
    """The text with the seeds in it, wherever it has a place for them."""
    root = parse(text.encode(), shown).root
    written = ", ".join(map(str, new))
    present, listed = _present(text, shown)
    if isinstance(listed, List):
        return _into_list(text, listed, new, empty=not present)
    seeds = _entry(root, "seeds")
    if seeds is None:
        steps = _entry(root, "steps")
        at = _offset(text, steps.key) if steps is not None else len(text)
        return f"{text[:at]}seeds: {{always: [{written}]}}\n\n{text[at:]}"
    at = _offset(text, seeds.value)
    if isinstance(seeds.value, Scalar):
        end = at + len(seeds.value.text)
        return f"{text[:at]}[{seeds.value.text}, {written}]{text[end:]}"
    if text[at] == "{":
        end = _closing(text, at)
        comma = ", " if text[at + 1 : end].strip() else ""
        return f"{text[:end].rstrip()}{comma}always: [{written}]{text[end:]}"
    return f"{text[:at]}always: [{written}]\n{' ' * (seeds.value.column - 1)}{text[at:]}"


def _into_list(text: str, node: List, new: tuple[int, ...], *, empty: bool) -> str:
    at = _offset(text, node)
    if text[at] == "[":
        end = _closing(text, at)
        comma = "" if empty or text[:end].rstrip().endswith(",") else ", "
        return f"{text[:end].rstrip()}{comma}{', '.join(map(str, new))}{text[end:]}"
    last = node.items[-1]
    end = text.find("\n", _offset(text, last))
    end = len(text) if end < 0 else end
    indent = " " * (node.column - 1)
    return text[:end] + "".join(f"\n{indent}- {seed}" for seed in new) + text[end:]


def _offset(text: str, node: Node) -> int:
    """Where a node begins in the text."""
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: node.line - 1])) + node.column - 1


def _closing(text: str, at: int) -> int:
    """Where the list or mapping that opens at ``at`` is closed; comments do not count."""
    depth, position = 0, at
    while position < len(text):
        letter = text[position]
        if letter == "#" and text[position - 1] in " \t\n":
            position = text.find("\n", position)
            if position < 0:
                break
        depth += letter in "[{"
        depth -= letter in "]}"
        if depth == 0:
            return position
        position += 1
    raise UsageError("the list of seeds is never closed")
