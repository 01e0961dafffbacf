"""Program 1: reads every source into the store, counts what changed, and publishes a snapshot for the readers."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from data_sources import source as source_of
from data_sources.side_by_side import Ended as SourceEnded
from data_sources.side_by_side import side_by_side
from data_sources.source import Page, Request, SourceError
from progress import Outcome, Progress
from ranking import clusters
from ranking.rules import PROBLEMS, rules
from reporting import progress as said
from reporting.program import run
from reporting.upstream import held_back
from settings import Settings, SettingsError, SourceSettings, load
from store import BusyError, EmptyStoreError, KeyLostError, Refresh, StoreError, open_store
from store.marks import stored_fields
from store.masking import clean
from store.records import BY_TABLE
from store.volume import Baseline

SAMPLE = "sample"
ENDS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class Ended(KeyboardInterrupt):
    """Somebody ended this program. A KeyboardInterrupt, because that is what libraries clean up for."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def __str__(self) -> str:
        how = "Ctrl-C" if self.number == signal.SIGINT else signal.Signals(self.number).name
        return said.interrupted(how)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """While the block lasts, what ends a program raises Ended there, so that the lease is given back and the records say so."""

    def end(number: int, _frame: Any) -> None:
        for each in before:
            signal.signal(each, signal.SIG_DFL)  # who asks twice means it
        raise Ended(number)

    # What is ignored stays so: nohup.
    before = {each: was for each in ENDS if (was := signal.getsignal(each)) != signal.SIG_IGN}
    for each in before:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, was in before.items():
            signal.signal(each, was)


def refresh(
    settings: Settings,
    now: datetime,
    only: str | None = None,
    full: bool = False,
    progress: Progress | None = None,
    accept_removal: bool = False,
    new_staff_key: bool = False,
    accept_growth: bool = False,
) -> list[Outcome]:
    """Reads the sources of the settings (or `only` one of them). A source that fails keeps its old rows.

    Raises StoreError (BusyError while another refresh runs) and SourceError for an unknown `only`.
    """
    progress = progress or Progress(quiet=True)
    if only is not None and only not in settings.sources:
        known = ", ".join(settings.sources) or "none"
        raise SourceError(f"There is no source {only!r} in the settings; there are: {known}.")
    chosen = [only] if only else list(settings.sources)
    store = open_store(settings)
    try:
        with store.refreshing(now) as running:
            for note in (*settings.notices, *running.notes):
                progress.note(note)
            if new_staff_key:
                removed = running.new_staff_key(now)
                progress.note(said.staff_removed(removed))
            for name, options in settings.sources.items():
                if (fields := declared(settings, name, options, now)) is not None:
                    running.declare(name, fields)
            before = {} if accept_growth or only_sample(settings) else running.baseline()
            outcomes = _read(running, settings, chosen, now, full, progress, accept_removal, before)
            everything_was_read = only is None and not any(outcome.failed for outcome in outcomes)
            _clear(running, settings, now, everything_was_read, progress)
            why = _hard_to_believe(running, before)
            if why:
                running.hold(" ".join(why), now)
                for sentence in why:
                    progress.note(sentence)
            else:
                _publish(running, settings, now, progress, everything=full)
                progress.done()
                _list_clusters(running, now)
                _learn_ranking(running, settings, now)
            for outcome in outcomes:
                outcome.is_held = bool(why)
    finally:
        store.engine.dispose()
    return outcomes


def declared(settings: Settings, name: str, options: SourceSettings, now: datetime) -> dict[str, frozenset[str]] | None:
    """Which fields of which records this source can say, by its settings; None where they are wrong (reading says how)."""
    try:
        source = source_of(options.type)
        if source.declares is not None:
            return source.declares(Request(name, options.options, settings, None, now))
    except Exception:  # one bad source must not stop the others, and reading it will say what is wrong
        return None
    return {record: frozenset(each.name for each in stored_fields(BY_TABLE[record])) for record in source.records}


def _learn_ranking(running: Refresh, settings: Settings, now: datetime) -> None:
    """Once a month, after everything is published: nobody waits for it."""
    from ranking.memory import learned_if_due  # only here: it takes a while to load

    with running.store.reading() as published:
        due = learned_if_due(published, now.astimezone(settings.zone).date(), settings)
    if due is not None:
        running.save_ranking(*due, now)


def _publish(running: Refresh, settings: Settings, now: datetime, progress: Progress, everything: bool = False) -> None:
    progress.step("counting")
    running.publish(now, rules(settings), report=progress.step, everything=everything)


def _list_clusters(running: Refresh, now: datetime) -> None:
    """After everything else is published: nobody waits for it."""
    tickets = running.unlinked_tickets(now, clusters.DAYS, clusters.NEWEST, PROBLEMS)
    if tickets is not None:
        running.list_clusters(clusters.cluster(tickets), now)


def _hard_to_believe(running: Refresh, before: Baseline) -> list[str]:
    """Why nothing may be published before a person has looked at it, in sentences; none where all can be believed."""
    return [held_back(*jump) for jump in running.jumps(before)]


def only_sample(settings: Settings) -> bool:
    return all(options.type == SAMPLE for options in settings.sources.values())


def _drop_sample(running: Refresh, settings: Settings, now: datetime, progress: Progress) -> None:
    """Invented rows must never be counted together with real ones."""
    invented = [options.type == SAMPLE for options in settings.sources.values()]
    if not any(invented) and running.drop_sample(now):
        progress.note(said.SAMPLE_GONE)


def _clear(running: Refresh, settings: Settings, now: datetime, everything_was_read: bool, progress: Progress) -> None:
    """Removes what must not be counted with the rest: sources that the settings no longer name, and invented rows."""
    _drop_sample(running, settings, now, progress)
    if not everything_was_read or only_sample(settings):
        return  # settings that are half written, a source that is away, or a look at the sample must lose nothing
    for name, rows in running.drop_others(settings.sources, now).items():
        progress.note(said.source_gone(name, rows))


class _Reading:
    """One source while it is read: its pages are saved one by one, and its outcome is known at the end."""

    def __init__(
        self, running: Refresh, settings: Settings, name: str, now: datetime, full: bool, accept_removal: bool
    ) -> None:
        options = settings.sources[name]
        self.outcome = Outcome(name)
        self.running = running
        self.rows_before, type_before = running.rows_of(name), running.type_of_rows(name)
        self.run = running.begin_run(name, options.type, now, options.fresh_within_hours)
        # Rows that another type of source left under this name would never be changed again.
        self.is_another = type_before not in (None, options.type)
        self.replaces = False
        self.has_rows = False  # some of its rows are saved
        before = None if self.is_another else running.cursor(name)
        since = None if full else before
        self.run.reads_everything, self.run.accepts_removal = since is None, accept_removal
        self.request = Request(name, options.options, settings, since, now, before)
        self.type = options.type

    def pages(self) -> Iterator[Page]:
        """Called where the source is read, which is not where its pages are saved."""
        source = source_of(self.type)
        self.run.replaces = self.replaces = source.replaces or self.is_another
        return source.fetch(self.request)

    def save(self, page: Page) -> None:
        self.has_rows = self.has_rows or bool(page.records or page.gone)
        self.run.save(
            page.records,
            datetime.now(UTC),
            rejected=page.rejected_rows,
            cursor=page.cursor,
            read=page.read or None,
            stream=page.place,
            whole=page.whole,
            partial=page.partial,
            gone=page.gone,
            where=page.where,
        )
        self.run.reads_everything |= page.everything

    def end(self, error: Exception | None = None) -> Outcome:
        """Says what became of it; a fault of this program or of the source costs this source alone."""
        outcome, run = self.outcome, self.run
        if error is None:
            try:
                run.finish(datetime.now(UTC))
            except (SourceError, KeyLostError) as wrong:
                error = wrong
        if error is not None:
            if isinstance(error, SourceError | KeyLostError):
                outcome.failed = str(error)
            elif isinstance(error, StoreError):
                raise error
            else:
                outcome.failed = said.fault(type(error).__name__)
                sys.stderr.write(clean("".join(traceback.format_exception(error)), 20_000))
            run.finish(datetime.now(UTC), "failed", outcome.failed)
        outcome.keeps_rows = outcome.failed is not None and self.rows_before > 0 and run.replaces == self.replaces
        outcome.rows, outcome.saved = run.rows_read, run.rows_saved
        outcome.removed, outcome.waiting = run.rows_removed, run.rows_waiting
        outcome.stored = self.running.rows_of(outcome.name) if outcome.waiting else 0
        outcome.of, outcome.rejected = run.rejected()
        outcome.reasons = tuple(run.first_rejected.values())
        return outcome


def _read(
    running: Refresh,
    settings: Settings,
    chosen: Collection[str],
    now: datetime,
    full: bool,
    progress: Progress,
    accept_removal: bool,
    before: Baseline,
) -> list[Outcome]:
    """Reads the sources side by side; this alone writes. What each of them brought is published when it is done, but never
    together with half of another."""
    reading = {name: _Reading(running, settings, name, now, full, accept_removal) for name in chosen}
    for name in reading:
        progress.source(name)
    ended: set[str] = set()
    pages = side_by_side({name: each.pages for name, each in reading.items()}, ended)
    with closing(pages):
        for name, page in pages:
            error = page.error if isinstance(page, SourceEnded) else None
            if isinstance(page, Page):
                try:
                    reading[name].save(page)
                except StoreError as wrong:
                    if not isinstance(wrong, KeyLostError):
                        raise
                    error = wrong
                except Exception as wrong:  # one bad source must not stop the others
                    error = wrong
                else:
                    progress.page(name, page)
                    continue
            ended.add(name)
            progress.ended(reading[name].end(error))
            is_half_read = any(each.has_rows for name, each in reading.items() if name not in ended)
            if len(ended) < len(reading) and not is_half_read and not _hard_to_believe(running, before):
                _drop_sample(running, settings, now, progress)
                _publish(running, settings, now, progress)
    return [each.outcome for each in reading.values()]


def with_sample(settings: Settings) -> Settings:
    """The settings for a first look: the invented company, and nothing else."""
    return settings.model_copy(update={"sources": {SAMPLE: SourceSettings(type=SAMPLE)}})


def fill_with_sample(settings: Settings, now: datetime, progress: Progress) -> list[Outcome]:
    """The first look, also where somebody else is filling the same store already: a start that was killed may have left one."""
    waited = False
    while True:
        if has_rows(settings):
            progress.note(said.HAS_ROWS)
            return []
        try:
            return refresh(with_sample(settings), now, progress=progress)
        except BusyError as error:
            if not waited:
                progress.note(f"{error} Waiting for it.")
            waited = True
            time.sleep(0.5)


def has_rows(settings: Settings) -> bool:
    """Whether anything was ever published in this store."""
    store = open_store(settings)
    try:
        return store.snapshot() is not None
    except EmptyStoreError:
        return False
    finally:
        store.engine.dispose()


@click.command(help="Read every source into the store and publish what changed.")
@click.option("--config", help="the settings file; default empathy.toml here, if there is one")
@click.option("--only", metavar="SOURCE", help="only this source of the settings")
@click.option("--full", is_flag=True, help="read everything again, not only what changed since last time")
@click.option(
    "--accept-removal",
    is_flag=True,
    help="remove rows that are no longer in a source, also if they are more than 20% of it",
)
@click.option(
    "--accept-growth", is_flag=True, help="publish although a source holds many times the rows of the last snapshot"
)
@click.option("--sample", is_flag=True, help="fill an empty store with the invented sample company")
@click.option(
    "--new-staff-key", is_flag=True, help="the key of staff pseudonyms is lost: read all staff again under a new one"
)
def command(
    config: str | None,
    only: str | None,
    full: bool,
    accept_removal: bool,
    accept_growth: bool,
    sample: bool,
    new_staff_key: bool,
) -> int:
    settings = load(config)
    if not sample and not settings.sources:
        raise SettingsError(
            "No source is set up: there is no [sources.NAME] in the settings. "
            "See 'Your own data in two minutes' in the README, or type ./run for the sample company."
        )
    try:
        with ending_in_order():
            now = datetime.now(UTC)
            if sample:
                outcomes = fill_with_sample(settings, now, Progress())
            else:
                outcomes = refresh(settings, now, only, full, Progress(), accept_removal, new_staff_key, accept_growth)
    except Ended as ended:
        click.echo(clean(str(ended), 2_000), err=True)
        return 128 + ended.number
    return 1 if any(each.failed or each.nothing_usable or each.is_held for each in outcomes) else 0


def main(arguments: list[str] | None = None) -> int:
    """0, 1 where a source failed, and 2 with one sentence on stderr where nothing could be read."""
    return run(command, "refresh", arguments, (SettingsError, StoreError, SourceError))


if __name__ == "__main__":
    sys.exit(main())
