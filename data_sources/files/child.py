"""The process in which files are read: it is told what to do on its standard input, and hands over pages on its output.

Its parent (fence.py) watches how much memory it takes and how long; it may be ended at any moment. Whatever goes wrong
in here becomes one sentence that names the file.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import pickle
import resource
import signal
import struct
import sys
import time
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
BLOCK = 250  # records that are packed together
LARGE = 2_000_000  # bytes of a block in which long texts are cut
LONGEST_TEXT = 4_000  # characters; the store keeps 500 of a text at most
LARGEST_PAGE = 8_000_000  # bytes

Message = dict[str, Any]


def main() -> None:
    """Answers until its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, whose end is this one's, too
    most_bytes = int(sys.argv[1])
    with contextlib.suppress(ValueError, OSError):  # macOS has no such limit; the parent looks
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # what a library prints must not stand among the answers
    warnings.simplefilter("ignore")
    _only_the_nouns()
    gc.disable()  # rows make no circles; once for each file is enough
    while head := orders.read(8):
        name, seconds, arguments = pickle.loads(orders.read(struct.unpack("!Q", head)[0]))  # noqa: S301 (from the parent)
        _end_by_itself_after(seconds)
        for message in _answered(name, arguments):
            _send(answers, message)
        gc.collect()


def _only_the_nouns() -> None:
    """Makes rooms importable without their door: the database and the settings take longer to load than most files to read."""
    sys.path.insert(0, str(ROOT))
    for name in ("store", "data_sources.files"):
        door = types.ModuleType(name)
        door.__path__ = [str(ROOT / name.replace(".", "/"))]
        sys.modules[name] = door


def _end_by_itself_after(seconds: float) -> None:
    """A last stop, should the parent be gone before it can end a child that hangs."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(time.process_time() + seconds) + 60
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _send(answers: IO[bytes], message: Message) -> None:
    data = marshal.dumps(message, 2)
    answers.write(struct.pack("!Q", len(data)) + data)
    answers.flush()


def _answered(name: str, arguments: tuple[Any, ...]) -> Iterator[Message]:
    """What the job gives, and at last {"end": what became of it}."""
    from data_sources.source import SourceError

    try:
        yield from JOBS[name](*arguments)
        yield {"end": ""}
    except SourceError as error:
        yield {"end": "refused", "said": str(error)}
    except MemoryError:
        yield {"end": "memory"}
    except RecursionError:
        yield {"end": "broken", "said": "it is nested too deeply"}
    except Exception as error:  # the outermost net: whatever a file does to the libraries that read it
        said = " ".join(str(error).split())[:200].rstrip(".")
        yield {"end": "broken", "said": f"{type(error).__name__}: {said}" if said else type(error).__name__}


# --- jobs --------------------------------------------------------------------------------------------------------


def _digest(path: Path) -> Iterator[Message]:
    from data_sources.files import reading

    yield {"value": reading.digest(path)}


def _matching(pattern: str) -> Iterator[Message]:
    from data_sources.files import reading

    yield {"value": reading.matching(pattern)}


def _check(path: Path, entry: Any) -> Iterator[Message]:
    from data_sources.files import reading

    shape = reading.check(path, entry)
    yield {"value": (shape.type, shape.columns, shape.rows, shape.wanted)}


def _guess(path: Path, shown_as: str) -> Iterator[Message]:
    from data_sources.files.guess import mapping_for

    yield {"value": mapping_for(path, shown_as)}


def _pages(path: Path, entry: Any, shape: Any, named: str) -> Iterator[Message]:
    from data_sources.files import reading

    for page in reading.pages(path, entry, shape, named):
        blocks: list[bytes] = []
        start = size = 0
        for first in range(0, len(page.numbers), BLOCK):
            if size > LARGEST_PAGE:
                numbers = page.numbers[start:first]
                yield {"row": page.last_row, "blocks": blocks, "numbers": numbers, "looked_at": 0, "rejected": []}
                blocks, start, size = [], first, 0
            blocks.append(packed([column[first : first + BLOCK] for column in page.columns]))
            size += len(blocks[-1])
        yield {
            "row": page.last_row,
            "blocks": blocks,
            "numbers": page.numbers[start:],
            "looked_at": page.looked_at,
            "rejected": [(each.record, each.place, each.column, each.value, each.reason) for each in page.rejected],
        }


def packed(columns: list[list[Any]]) -> bytes:
    """Columns as bytes; long texts are cut where they are many."""
    data = marshal.dumps(columns, 2)
    return data if len(data) <= LARGE else marshal.dumps([[_cut(cell) for cell in each] for each in columns], 2)


def _cut(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell[:LONGEST_TEXT]
    return tuple(each[:LONGEST_TEXT] for each in cell[:100]) if isinstance(cell, tuple) else cell


JOBS: dict[str, Callable[..., Iterator[Message]]] = {
    "digest": _digest,
    "matching": _matching,
    "check": _check,
    "guess": _guess,
    "pages": _pages,
}


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(1)  # the parent is gone, and nobody reads what is left
