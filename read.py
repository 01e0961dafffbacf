"""Program 3: prints any metric, the top ten or the sources, for people who live in a terminal and for scripts."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from metrics import METRICS, Unanswerable
from metrics.period import GRAINS
from reporting import files
from reporting.data import as_data
from reporting.files import rows
from reporting.program import run
from reporting.terminal import as_text
from settings import CONFIG_HELP, SettingsError, load
from store import StoreError
from views.question import LIST, NOW, OVERVIEW, RANKING, REJECTED, SOURCES, TOP_BUGS, Question, answer


class Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r}: write a day like 2026-11-21")


DAY = Day()
WHAT = (
    f"METRIC is one of: {', '.join(METRICS)}; or {TOP_BUGS}, {RANKING} (its track record), {SOURCES}, {REJECTED} (rows), "
    f"{NOW} (the first page in short), "
    f"{OVERVIEW} (what was read, and every metric in a sentence), {LIST} (all metrics with their questions)."
)


@click.command(help="Print a metric, the top 10 bugs or the state of the sources.\n\n" + WHAT)
@click.argument("what", metavar="METRIC")
@click.option("--from", "start", type=DAY, help="the first day that is counted; default: the metric's own period")
@click.option("--to", "end", type=DAY, help="the day after the last day that is counted")
@click.option("--by", metavar="GRAIN", help=f"a value for each {', '.join(GRAINS)}")
@click.option("--split", metavar="DIMENSION", help="a value for each area, channel, segment, plan or team")
@click.option("--where", "conditions", multiple=True, metavar="AREA=BILLING", help="only this; may be repeated")
@click.option("--at", type=DAY, help="top-bugs: as known at the end of this day; default today")
@click.option("--json", "as_json", is_flag=True, help="full precision, for programs; what is not known is null")
@click.option(
    "--csv",
    "csv",
    is_flag=False,
    flag_value="-",
    metavar="[FILE]",
    help="a table of full precision, as a file or on stdout",
)
@click.option(
    "--parquet", is_flag=False, flag_value="-", metavar="[FILE]", help="the same table for pandas, DuckDB and others"
)
@click.option("--config", help=CONFIG_HELP)
def command(
    what: str,
    start: date | None,
    end: date | None,
    by: str | None,
    split: str | None,
    conditions: tuple[str, ...],
    at: date | None,
    as_json: bool,
    csv: str | None,
    parquet: str | None,
    config: str | None,
) -> None:
    if by and by not in GRAINS:
        raise Unanswerable(
            f"--by takes {', '.join(GRAINS)}, not {by!r}; to break down by area, channel and so on use --split {by}."
        )
    if by and split:
        raise Unanswerable("--by and --split cannot be used together; use --by with --where, once for each group.")
    where: dict[str, str] = {}
    for name, value in map(_condition, conditions):
        if name in where:
            raise Unanswerable(f"--where {name} was given twice; ask for one {name} at a time, or use --split {name}.")
        where[name] = value
    forms = [name for name, given in (("--json", as_json), ("--csv", csv), ("--parquet", parquet)) if given]
    if len(forms) > 1:
        raise Unanswerable(f"{' and '.join(forms)} cannot be used together.")
    if parquet == "-" and sys.stdout.isatty():
        raise Unanswerable("--parquet cannot be read in a terminal: name a file, or send it to a program.")
    question = Question(what.strip().lower(), start, end, by, split, where, at)
    settings = load(config)
    now = datetime.now(UTC)
    check(question, now.astimezone(settings.zone).date())
    found = answer(question, settings, now)
    if csv or parquet:
        _hand_over(rows(found, settings), csv, parquet)
    elif as_json:
        click.echo(json.dumps(as_data(found, settings), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        click.echo(as_text(found, settings))


def _hand_over(shown: list[dict[str, object]], csv: str | None, parquet: str | None) -> None:
    """Into the file that was named ("-" is stdout). Raises Unanswerable where it cannot be written."""
    name = csv or parquet or "-"
    if name == "-":
        click.echo(files.as_csv(shown).encode() if csv else files.as_parquet(shown), nl=False)
        return
    content = files.for_spreadsheets(shown) if csv else files.as_parquet(shown)
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise Unanswerable(f"{name} cannot be written: {error.strerror}.") from error


def check(question: Question, today: date) -> None:
    """Raises Unanswerable for an option that would change nothing."""
    given = {
        "--from": question.start,
        "--to": question.end,
        "--by": question.by,
        "--split": question.split,
        "--where": question.where,
        "--at": question.at,
    }
    fitting = {
        TOP_BUGS: {"--at"},
        RANKING: set(),
        SOURCES: set(),
        REJECTED: set(),
        LIST: set(),
        OVERVIEW: set(),
        NOW: set(),
    }.get(question.what, set(given) - {"--at"})
    for option in given:
        if given[option] and option not in fitting:
            takes = f"it takes {', '.join(sorted(fitting))}" if fitting else "it takes none of these"
            if option == "--at":
                takes = f"it is for {TOP_BUGS}; the days of a metric are chosen with --from and --to"
            raise Unanswerable(f"{option} does not go with {question.what}: {takes}.")
    if question.at and question.at > today:
        raise Unanswerable(f"--at is in the future; the newest day is {today}.")


def _condition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Unanswerable(f"--where {text!r} is not valid; write it like --where area=Billing.")
    return name.strip().lower(), value.strip()


def main(arguments: list[str] | None = None) -> int:
    return run(command, "read", arguments, (Unanswerable, SettingsError, StoreError))


if __name__ == "__main__":
    sys.exit(main())
