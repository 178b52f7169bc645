"""``appsync-emu run``: scenario files, with a verdict."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from appsync_emu.cli.progress import Progress
from appsync_emu.core.duration import duration_s
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from appsync_emu.scenario.batch import Result
    from appsync_emu.scenario.book import Options
    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.outcome import Report, ScenarioOutcome

__all__ = ["run"]

FAILED, WRONG, INTERNAL, NOTHING, NOT_DETERMINISTIC, INTERRUPTED = 1, 2, 3, 5, 7, 130

FORMATS = {
    "json": "appsync-report.json",
    "junit": "appsync-report.xml",
    "html": "appsync-report.html",
}
"""Formats of reports, and the files that they are written to unless another is named."""

_WIDTHS = 80, 120
_STDOUT = "-"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A report that is wanted: its format and where it goes; ``-`` is standard output."""

    form: str
    to: str


def _reports(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> tuple[_Wanted, ...]:
    wanted = []
    for value in values:
        form, _, to = value.partition("=")
        if form not in FORMATS:
            known = ", ".join(FORMATS)
            raise click.BadParameter(
                f'"{form}" is no format; write {known}, or {next(iter(FORMATS))}=FILE', ctx, param
            )
        wanted.append(_Wanted(form, to or FORMATS[form]))
    places = [one.to for one in wanted]
    for place in places:
        if places.count(place) > 1:
            where = "standard output" if place == _STDOUT else place
            raise click.BadParameter(f"two reports go to {where}", ctx, param)
        if place != _STDOUT and Path(place).is_dir():
            raise click.BadParameter(f'"{place}" is a folder; name a file', ctx, param)
    return tuple(wanted)


def _headers(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    found = {}
    for value in values:
        name, colon, text = value.partition(":")
        if not colon or not name.strip() or not value.isprintable():
            raise click.BadParameter(
                f'"{value}" is no header; write "x-api-key: da2-..."', ctx, param
            )
        found[name.strip().lower()] = text.strip()
    return found


def _duration(ctx: click.Context, param: click.Parameter, value: str) -> float:
    seconds = duration_s(value)
    if seconds is None:
        raise click.BadParameter(f'"{value}" is no duration; write 500ms, 30s or 2m', ctx, param)
    return seconds


EPILOG = """\b
Exit codes:
  0  everything passed
  1  a scenario failed
  2  a file has mistakes (the others are run all the same), or the command line has
  3  an internal error, with its traceback on standard error
  5  there is nothing to run
  7  a seed is not deterministic (--check-determinism)
  130  interrupted; the report tells what was done
When several apply: 3, then 2, 7, 1."""


@click.command(epilog=EPILOG)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--seed", "seeds", metavar="N", type=int, multiple=True,
              help="Run exactly this seed; may be repeated.")  # fmt: skip
@click.option("--seeds", "count", metavar="N", type=click.IntRange(1),
              help="So many fresh seeds, in place of the file's number.")  # fmt: skip
@click.option("--explore", metavar="N", type=click.IntRange(1),
              help="N runs, each with faults of its own choice; checks invariants.")  # fmt: skip
@click.option("--record", is_flag=True, help="Add the seeds that failed to `always` in the file.")
@click.option("--check-determinism", is_flag=True,
              help="Run every seed twice, in processes with different PYTHONHASHSEED.")  # fmt: skip
@click.option("--no-shrink", is_flag=True,
              help="Do not look for the smallest file that still fails.")  # fmt: skip
@click.option("-t", "--tag", "tags", metavar="TAG", multiple=True,
              help="Scenarios with this tag alone; may be repeated: any of them.")  # fmt: skip
@click.option("-x", "--fail-fast", is_flag=True, help="End after the first run that fails.")
@click.option("--report", "reports", metavar="FORMAT[=FILE]", multiple=True, callback=_reports,
              help="Write a report: json, junit or html; by default to appsync-report.json, .xml or"
              " .html here; - is standard output. May be repeated.")  # fmt: skip
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1),
              help="Processes; one for each core unless given. Short runs start none.")  # fmt: skip
@click.option("--url", metavar="URL",
              help="Drive the API served or deployed at this GraphQL endpoint, once, in real time,"
              " and check what can be seen from outside.")  # fmt: skip
@click.option("--header", "headers", metavar="NAME:VALUE", multiple=True, callback=_headers,
              help="With --url: sent with everything; may be repeated.")  # fmt: skip
@click.option("--patience", metavar="DURATION", default="2m", callback=_duration, show_default=True,
              help="With --url: how long to wait for commands to end, at most.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Tell of what is not well alone.")
def run(  # noqa: PLR0913, PLR0917 - click gives every option by name
    paths: tuple[str, ...],
    seeds: tuple[int, ...],
    count: int | None,
    explore: int | None,
    record: bool,  # noqa: FBT001 - a flag
    check_determinism: bool,  # noqa: FBT001 - a flag
    no_shrink: bool,  # noqa: FBT001 - a flag
    tags: tuple[str, ...],
    fail_fast: bool,  # noqa: FBT001 - a flag
    reports: tuple[_Wanted, ...],
    jobs: int | None,
    url: str | None,
    headers: dict[str, str],
    patience: float,
    quiet: bool,  # noqa: FBT001 - a flag
) -> None:
    """Run scenario files, and say whether what must hold does.

    PATH is a file, or a folder that is searched for *.appsync.yaml (not in hidden folders and
    node_modules). Each scenario is run without faults first, then once for each seed. The first
    failing run is made smaller, and the smallest scenario that still fails is written next to its
    file as NAME.seed-N.appsync.yaml: run it, mend the program, then keep or delete it.
    """
    inside = {"--seed": seeds, "--seeds": count, "--explore": explore, "--record": record,
              "--check-determinism": check_determinism, "--no-shrink": no_shrink,
              "--jobs": jobs}  # fmt: skip
    _check_options([name for name, value in inside.items() if value], url, headers)
    try:
        from appsync_emu.scenario.book import Options  # noqa: PLC0415 - heavy; `--help` needs none of it

        options = Options(
            seeds=tuple(dict.fromkeys(seeds)) or None,
            count=count,
            explore=explore,
            journals=any(one.form == "json" for one in reports),
            shrink=not no_shrink,
            fail_fast=fail_fast,
            check_determinism=check_determinism,
            jobs=jobs or _cores(),
        )
        entries = _entries(paths, tags)
        with Progress(wanted=not quiet) as progress:
            if url is not None:
                result = _from_outside(entries, url, headers, patience, options, progress)
            else:
                result = _inside(entries, options, progress)
        notes = [*result.notes, *(_recorded(result.report) if record else ())]
        _tell(result, reports, notes, quiet=quiet)
        code = INTERRUPTED if result.interrupted else exit_code(result.report)
    except (click.ClickException, UsageError):
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it is not the scenarios that failed
        click.echo(traceback.format_exc(), err=True)
        code = INTERNAL
    sys.exit(code)


def _entries(paths: Sequence[str], tags: Sequence[str]) -> list[Scenario | ScenarioOutcome]:
    """The scenarios of files and folders; the process ends where there are none."""
    from appsync_emu.scenario.batch import open_all  # noqa: PLC0415 - heavy
    from appsync_emu.scenario.load import find  # noqa: PLC0415 - the same

    entries = _tagged(open_all(path.as_posix() for path in find(paths)), tags)
    if not entries:
        which = f" with the tag {' or '.join(tags)}" if tags else ""
        click.echo(f"there is no scenario{which} in {', '.join(paths)}: nothing was run", err=True)
        sys.exit(NOTHING)
    return entries


def _check_options(inside: Sequence[str], url: str | None, headers: dict[str, str]) -> None:
    """Refuse options that say nothing, or the opposite of each other, together.

    Args:
        inside: options given that are about runs inside of this program.
        url: of an API outside.
        headers: for that API.
    """
    if "--seed" in inside and "--seeds" in inside:
        raise click.UsageError("--seed names the seeds, --seeds counts them: write one of them")
    if "--record" in inside and "--explore" in inside:
        raise click.UsageError(
            "--record with --explore would add seeds that fail with other faults than the file's;"
            " the smallest file, which is written next to it, keeps what was found"
        )
    if headers and url is None:
        raise click.UsageError("--header is for --url alone")
    if url is not None and inside:
        raise click.UsageError(
            f"{' and '.join(inside)} with --url: an API at a URL has no seeds, it is driven once"
        )


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _tagged(
    entries: Iterable[Scenario | ScenarioOutcome], tags: Sequence[str]
) -> list[Scenario | ScenarioOutcome]:
    """Those with one of the tags; files with mistakes are told in any case."""
    from appsync_emu.scenario.outcome import ScenarioOutcome  # noqa: PLC0415 - heavy

    return [
        entry
        for entry in entries
        if not tags or isinstance(entry, ScenarioOutcome) or set(tags) & set(entry.tags)
    ]


def _inside(
    entries: Sequence[Scenario | ScenarioOutcome], options: Options, progress: Progress
) -> Result:
    from appsync_emu import __version__  # noqa: PLC0415 - as everything heavy here
    from appsync_emu.scenario.batch import Batch  # noqa: PLC0415 - heavy

    return Batch(entries, options, watch=progress.update, version=__version__).run()


def _from_outside(
    entries: Sequence[Scenario | ScenarioOutcome],
    url: str,
    headers: dict[str, str],
    patience_s: float,
    options: Options,
    progress: Progress,
) -> Result:
    from appsync_emu import __version__  # noqa: PLC0415 - as everything heavy here
    from appsync_emu.scenario.remote import drive_all  # noqa: PLC0415 - heavy

    return drive_all(
        entries,
        url,
        headers,
        patience_s=patience_s,
        fail_fast=options.fail_fast,
        watch=progress.update,
        version=__version__,
    )


def _recorded(report: Report) -> list[str]:
    """Add the failing seeds to their files, and say so."""
    from appsync_emu.scenario.write import record  # noqa: PLC0415 - heavy

    notes = []
    for outcome in report.outcomes:
        failed = [seed.seed for seed in outcome.failed_seeds]
        if not failed:
            continue
        try:
            new = record(Path(outcome.path), failed)
        except (OSError, UsageError) as error:
            notes.append(f"the seeds cannot be recorded: {error}")
            continue
        if new:
            told = ", ".join(map(str, new))
            notes.append(f"recorded in {outcome.path}: seed{'s' * (len(new) > 1)} {told}")
    return notes


# ------------------------------------------------------------------------------------- telling


def exit_code(report: Report) -> int:
    """What the process says of itself."""
    from appsync_emu.scenario.outcome import Kind  # noqa: PLC0415 - heavy

    kinds = {outcome.kind for outcome in report.outcomes}
    for outcome in report.outcomes:
        kinds |= {finding.kind for finding in outcome.findings}
        kinds |= {finding.kind for seed in outcome.seeds for finding in seed.findings}
    told = {
        Kind.INTERNAL: INTERNAL,
        Kind.INVALID: WRONG,
        Kind.NOT_DETERMINISTIC: NOT_DETERMINISTIC,
    }
    for kind, code in told.items():
        if kind in kinds:
            return code
    return FAILED if kinds - {Kind.PASSED} else 0


def _tell(result: Result, reports: Sequence[_Wanted], notes: Sequence[str], *, quiet: bool) -> None:
    for trace in result.tracebacks:
        click.echo(trace, err=True)
    for one in reports:
        _write(one, result.report)
    aside = any(one.to == _STDOUT for one in reports)
    stream = sys.stderr if aside else sys.stdout
    colour = _coloured(stream)
    click.echo(_text(result.report, colour=colour, quiet=quiet), nl=False, err=aside, color=colour)
    for note in notes:
        click.echo(note, err=True)
    if result.interrupted:
        left = result.not_run
        rest = f"; {left} scenario{'s' * (left != 1)} not run" if left else ""
        click.echo(f"interrupted: this is what was done until then{rest}", err=True)


def _coloured(stream: object) -> bool:
    """Whether a stream gets colours (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    is_terminal: bool = getattr(stream, "isatty", lambda: False)()
    return is_terminal and os.environ.get("TERM") != "dumb"


def _text(report: Report, *, colour: bool, quiet: bool) -> str:
    from appsync_emu.scenario.outcome import Kind  # noqa: PLC0415 - heavy
    from appsync_emu.scenario.report import text  # noqa: PLC0415 - the same

    columns = shutil.get_terminal_size((text.WIDTH, 0)).columns
    width = max(_WIDTHS[0], min(columns, _WIDTHS[1]))
    if not quiet:
        return text.render(report, colour=colour, width=width)
    return "".join(
        f"{text.render_outcome(outcome, colour=colour, width=width)}\n"
        for outcome in report.outcomes
        if outcome.kind is not Kind.PASSED
    )


def _write(wanted: _Wanted, report: Report) -> None:
    """Write a report.

    Raises:
        UsageError: the file cannot be written.
    """
    content = _rendered(wanted.form, report)
    if wanted.to == _STDOUT:
        click.echo(content, nl=False)
        return
    place = Path(wanted.to)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"the report cannot be written: {error}") from None


def _rendered(form: str, report: Report) -> str:
    from appsync_emu.scenario.report import htmlreport, jsonreport, junit  # noqa: PLC0415 - heavy

    renderers = {"json": jsonreport.render, "junit": junit.render, "html": htmlreport.render}
    return renderers[form](report)
