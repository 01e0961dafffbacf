"""./run add FILE...: looks at files, and writes the mappings they need into empathy.toml; what is there stays as it is.

Reading them, and what came of it, is said by ./run refresh and ./run read overview, which ./run calls next.
"""

from __future__ import annotations

import glob
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from data_sources.files.fence import Fence
from data_sources.files.guess import PASTE
from data_sources.mapping.plan import Written
from data_sources.source import SourceError, harmless
from data_sources.words import number
from settings import SettingsError, load, place_of
from store.records import REFERENCES

USAGE = """./run add [--config empathy.toml] FILE...    look at files, write the mappings they need into empathy.toml,
                                            read them, and print a summary"""
NEW = "# Written by ./run add. What each line means: docs/files.md; what else can be set: README.md.\n"


@dataclass(slots=True)
class Added:
    """One file: the name of its source and its [sources.NAME] table, or the reason why there is none."""

    file: Path
    source: str = ""
    table: Table | None = None
    text: str = ""
    said: str = ""
    was_there: bool = False


def add(config: Path, files: list[Path]) -> list[Added]:
    """Writes what is new into `config`, in one step. Raises SettingsError where that file cannot be read or written."""
    written = _read(config)
    known = _mapped(written, config.parent)
    names = set(written.get("sources", {}))
    found = []
    with Fence() as fence:
        for file in files:
            each = _look_at(file, config.parent, known, names, fence)
            found.append(each)
            if each.table is not None:
                names.add(each.source)
                known.add(file.resolve())
    new = [each for each in found if each.table is not None]
    _share_ids(new)
    if new:
        _write(config, [each.text for each in new])
    return found


def _look_at(file: Path, folder: Path, known: set[Path], names: set[str], fence: Fence) -> Added:
    if file.resolve() in known:
        return Added(file, said="is in the settings already; nothing was added.", was_there=True)
    try:
        text = fence.guess(file, _shown(file, folder)).replace(f"# {PASTE}\n", "")
    except SourceError as error:
        return Added(file, said=str(error))
    document = tomlkit.parse(text)
    if "sources" not in document:
        said = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
        return Added(file, said="\n".join(said[: said.index("")] if "" in said else said))
    sources = document["sources"]
    ((guessed, table),) = sources.items()
    name = next(each for each in _names(guessed) if each not in names)
    if name != guessed:
        text = text.replace(f"[sources.{guessed}", f"[sources.{name}")
        table = tomlkit.parse(text)["sources"][name]
    lines = [line for line in text.splitlines() if line.startswith("#") and "# not used" not in line]
    undated = lines[0].removeprefix("# ") if lines and not lines[0].startswith("# Guessed") else ""
    return Added(file, name, table, text, undated)


def _names(guessed: str) -> Iterator[str]:
    yield guessed
    yield from (f"{guessed}_{again}" for again in range(2, 10_000))


def _shown(file: Path, folder: Path) -> str:
    """Relative to the settings where the file lies beside or below them."""
    relative = os.path.relpath(file.resolve(), folder)
    return str(file.resolve()) if relative.startswith("..") else relative


def _share_ids(new: list[Added]) -> None:
    """Files that are added together belong together: customer 7 of one is customer 7 of the other."""
    holds = {each.source: {entry["record"] for entry in each.table["files"]} for each in new if each.table is not None}
    for each in new:
        if each.table is None:
            continue
        named = {
            REFERENCES[record, field]
            for entry in each.table["files"]
            for record, field in [(entry["record"], field) for field in entry["fields"]]
            if (record, field) in REFERENCES
        }
        others = [
            name for name, records in holds.items() if name != each.source and records & (named - holds[each.source])
        ]
        if others:
            line = f"shares_ids_with = {tomlkit.item(others).as_string()} # not sure: that their ids mean the same"
            start = f'[sources.{each.source}]\ntype = "files"\n'
            each.text = each.text.replace(start, f"{start}{line}\n", 1)


# --- the settings ------------------------------------------------------------------------------------------------


def _read(config: Path) -> dict[str, Written]:
    try:
        return tomllib.loads(config.read_text("utf-8-sig")) if config.exists() else {}
    except OSError as error:
        raise SettingsError(f"The settings file {config} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise SettingsError(f"{config.name} is not valid TOML: {error}") from None


def _mapped(written: dict[str, Written], folder: Path) -> set[Path]:
    """Every file that a mapping in the settings names."""
    found = set()
    for options in written.get("sources", {}).values():
        tables = options.get("files", []) if isinstance(options, dict) else []
        for entry in tables if isinstance(tables, list) else [tables]:
            path = entry.get("path") if isinstance(entry, dict) else None
            if isinstance(path, str):
                whole = str(folder / Path(os.path.expandvars(path)).expanduser())
                found.add(Path(whole).resolve())
                found |= {Path(each).resolve() for each in glob.glob(whole, recursive=True)}
    return found


def _write(config: Path, texts: list[str]) -> None:
    """After what is there, which stays letter for letter; in one step, so that nobody reads half of it."""
    before = config.read_text("utf-8-sig") if config.exists() else NEW
    text = "\n".join([before.rstrip("\n") + "\n", *texts])
    try:
        values = tomlkit.parse(text).unwrap()
    except (TOMLKitError, ValueError) as error:
        raise SettingsError(
            f"{config.name} cannot take new sources at its end: {error}. Write [sources.NAME] tables, not sources = {{...}}."
        ) from None
    was = tomllib.loads(before)
    assert {**values, "sources": None} == {**was, "sources": None}
    assert all(values["sources"][name] == options for name, options in was.get("sources", {}).items())
    beside = config.with_name(f".{config.name}.{os.getpid()}")
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, "utf-8")
        if config.exists():
            os.chmod(beside, config.stat().st_mode & 0o777)
        os.replace(beside, config)
    except OSError as error:
        raise SettingsError(f"The settings file {config} cannot be written: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)


# --- the command -------------------------------------------------------------------------------------------------


def main(words: list[str]) -> int:
    """0 where every file is in the settings now, 3 where only some are, 1 where none is, 2 where nothing could be tried."""
    if words in (["--help"], ["-h"], ["help"]):
        print(USAGE)
        return 0
    if not words or any(word.startswith("-") for word in words):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        config = place_of(os.environ.get("EMPATHY_CONFIG"))
        found = add(config, [Path(word).expanduser() for word in words])
        if config.exists():
            load(config)
    except SettingsError as error:
        print(harmless(str(error)), file=sys.stderr)
        return 2
    for each in found:
        if each.table is not None:
            records = dict.fromkeys(entry["record"] for entry in each.table["files"])
            unsure = sum(line.count("# not sure") for line in each.text.splitlines() if not line.startswith("# "))
            doubts = f"; {number(unsure, 'line')} of it {'is' if unsure == 1 else 'are'} not sure" if unsure else ""
            _say(f"{each.file.name}: [sources.{each.source}] in {config.name}, {', '.join(records)}{doubts}.")
        if each.said:
            _say(each.said if each.said.startswith(each.file.name) else f"{each.file.name}: {each.said}")
    there = [each for each in found if each.table is not None or each.was_there]
    return 0 if len(there) == len(found) else 3 if there else 1


def _say(text: str) -> None:
    print("\n".join(harmless(line) for line in text.splitlines()), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
