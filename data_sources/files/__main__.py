"""./run files guess PATH: looks at a file and prints the mapping it probably needs."""

from __future__ import annotations

import sys
from pathlib import Path

from data_sources.files.fence import Fence
from data_sources.files.guess import shown
from data_sources.source import SourceError, harmless

USAGE = """./run files guess PATH    look at a file and print a mapping for empathy.toml
                          (CSV, TSV, columns separated by spaces, JSON lines, XLSX, Parquet; also gzipped)"""


def main(words: list[str]) -> int:
    if words in (["--help"], ["-h"], ["help"]):
        print(USAGE)
        return 0
    if len(words) != 2 or words[0] != "guess":
        print(USAGE, file=sys.stderr)
        return 2
    try:
        path = Path(words[1]).expanduser()
        with Fence() as fence:
            text = fence.guess(path, shown(path))
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, ValueError, RuntimeError) as error:  # the path itself: a NUL, links in a circle, no one's home
        said = (error.strerror if isinstance(error, OSError) else None) or str(error)
        print(harmless(f"{Path(words[1]).name} cannot be read: {said}."), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
