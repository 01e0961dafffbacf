"""Program 5: lists the kinds of sources, looks whether one can be reached, and sets our counts beside the system's own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from data_sources import SOURCES
from data_sources import source as source_of
from data_sources.source import Request, Source, SourceError
from reporting.program import run
from reporting.upstream import connected, described, reconciled
from settings import CONFIG_HELP, Settings, SettingsError, load
from store import EmptyStoreError, StoreError, open_store
from store.masking import clean

CONFIG = click.option("--config", help=CONFIG_HELP)


@click.group(invoke_without_command=True, help="List the sources, check one, compare counts.")
@CONFIG
@click.pass_context
def command(context: click.Context, config: str | None) -> None:
    context.obj = config
    if context.invoked_subcommand is None:
        settings = load(config)
        rows = stored(settings)
        if settings.sources:
            click.echo("In the settings:")
            for name, options in settings.sources.items():
                say(f"  {connected(name, options.type, rows.get(name, {}))}")
            click.echo("\nKinds of sources:")
        for kind in SOURCES:
            click.echo()
            say(describe(source_of(kind)))


@command.command(help="Make one harmless request: what can its key see, and what not?")
@click.argument("name")
@CONFIG
@click.pass_obj
def check(given: str | None, name: str, config: str | None) -> None:
    source, request = named(load(config or given), name)
    if source.check is None:
        raise SourceError(f"{name} is of type {source.type}, which has no check; ./run refresh --only {name} reads it.")
    for sentence in source.check(request):
        say(sentence)


@command.command(help="Compare our counts with the system's own and explain the difference.")
@click.argument("name")
@CONFIG
@click.pass_obj
def reconcile(given: str | None, name: str, config: str | None) -> None:
    settings = load(config or given)
    source, request = named(settings, name)
    if source.counts is None:
        raise SourceError(f"{name} is of type {source.type}, which does not report counts.")
    ours = stored(settings).get(name, {})
    counts = source.counts(request)
    if not counts:
        raise SourceError(f"{source.type} does not report counts with the options of {name}.")
    for record, (theirs, reasons) in counts.items():
        say(reconciled(name, record, theirs, reasons, ours.get(record, 0)))


def describe(source: Source) -> str:
    fields = source.options.model_fields
    options = [(name, field.description or "", field.is_required()) for name, field in fields.items()]
    return described(
        source.type,
        source.says,
        source.records,
        options,
        source.rights,
        source.drops,
        source.documented_at,
        source.gives and source.gives(),
    )


def named(settings: Settings, name: str) -> tuple[Source, Request]:
    """The source of this name, and what it is told. Raises SourceError where the settings have none."""
    if name not in settings.sources:
        known = ", ".join(settings.sources) or "none"
        raise SourceError(f"There is no source {name!r} in the settings; there are: {known}.")
    options = settings.sources[name]
    return source_of(options.type), Request(name, options.options, settings, None, datetime.now(UTC))


def stored(settings: Settings) -> dict[str, dict[str, int]]:
    """source -> record -> rows, as of the newest snapshot; nothing where there is no store yet."""
    store = open_store(settings)
    try:
        with store.reading() as published:
            return {state.name: state.rows for state in published.sources()}
    except EmptyStoreError:
        return {}
    finally:
        store.engine.dispose()


def say(text: str) -> None:
    """Names and answers come from outside: none of them may move the cursor."""
    for line in text.splitlines():
        click.echo(clean(line, 2_000))


def main(arguments: list[str] | None = None) -> int:
    return run(command, "sources", arguments, (SourceError, SettingsError, StoreError))


if __name__ == "__main__":
    sys.exit(main())
