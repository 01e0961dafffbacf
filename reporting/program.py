"""How a program of the terminal ends: as it was meant to, or with one sentence about what is wrong."""

from __future__ import annotations

import click


def run(command: click.Command, verb: str, arguments: list[str] | None, wrong: tuple[type[Exception], ...]) -> int:
    """Runs the command as ./run VERB, and gives its exit code: its own, or 0; 130 where somebody stopped it. Whatever is
    `wrong`, or was typed wrongly, is one sentence on stderr, and 2."""
    try:
        return int(command.main(arguments, prog_name=f"./run {verb}", standalone_mode=False) or 0)
    except click.ClickException as error:
        click.echo(f"{printable(error.format_message())} Type ./run {verb} --help for what it takes.", err=True)
    except wrong as error:
        click.echo(printable(str(error)), err=True)
        if details := getattr(error, "details", ""):
            click.echo(f"It said: {details}", err=True)
    except click.Abort:
        return 130
    return 2


def printable(text: str) -> str:
    """Names, titles and answers come from outside: none of them may move the cursor."""
    return "".join(each if each.isprintable() else " " for each in text)
