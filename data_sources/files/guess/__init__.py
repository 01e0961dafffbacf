"""Looks at a file that nobody described yet, and writes the mapping that it probably needs.

What it is not sure of it says, in a comment that begins with "not sure:". The printed mapping works as it stands; whether
it means the right thing is for a person to judge. Names of columns are looked at first, then what is in them.
"""

from __future__ import annotations

import os
from pathlib import Path

from data_sources.files import formats
from data_sources.files.guess.choose import guess_of
from data_sources.files.guess.columns import profiles
from data_sources.files.guess.layout import layout_of
from data_sources.files.guess.write import written
from data_sources.source import SourceError
from store.records import BY_TABLE


def mapping_for(path: Path, shown_as: str | None = None) -> str:
    """TOML to paste into empathy.toml. Raises SourceError where the file cannot be read at all."""
    layout, doubts = layout_of(path)
    shape = formats.check(path, layout, [])
    columns = profiles(path, layout, shape)
    if not columns:
        raise SourceError(f"{path.name} has columns but no rows; there is nothing to guess from.")
    guesses = sorted((guess_of(record, path, columns) for record in BY_TABLE), key=lambda each: -each.points)
    return "\n".join(written(path, shown_as or path.name, layout, doubts, shape, columns, guesses)) + "\n"


def shown(path: Path) -> str:
    """The path as it should stand in an empathy.toml of this folder."""
    relative = os.path.relpath(path)
    return str(path.resolve()) if relative.startswith("..") else relative
