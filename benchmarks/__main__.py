"""`./run bench [NAME ...]`: measures everything (or only what is named) and writes benchmarks/RESULTS.md."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import machine

RESULTS = Path(__file__).parent / "RESULTS.md"
# Each has section() -> Markdown.
MODULES = {
    "browser": "The pages in a browser",
    "web": "The pages on the server",
    "refresh": "The refresh",
    "fence": "Reading files",
    "saving": "Saving rows",
    "ranking": "The ranking of bugs",
}
HEAD = """# What was measured

Written by `./run bench`; each section says when and on what. Ratios compare two things in one run, so they hold on other
machines; times do not.
"""


def main(chosen: list[str]) -> int:
    if unknown := [name for name in chosen if name not in MODULES]:
        print(f"There is no benchmark {unknown[0]!r}; there are: {', '.join(MODULES)}.", file=sys.stderr)
        return 2
    sections = kept_sections()
    failed = False
    for name, title in MODULES.items():
        if (chosen and name not in chosen) or importlib.util.find_spec(f"benchmarks.{name}") is None:
            continue
        print(f"== {name}", flush=True)
        on, started = machine(datetime.now(UTC)), time.monotonic()
        try:
            text = importlib.import_module(f"benchmarks.{name}").section()
        except Exception as error:
            traceback.print_exc()
            failed = True
            text = f"This could not be measured: {type(error).__name__}: {error}"
        failed = failed or "**missed" in text
        print(text, flush=True)
        sections[name] = f"## {title}\n\n{on} Took {time.monotonic() - started:.0f} s.\n\n{text.strip()}\n"
        write(sections)
    return 1 if failed else 0


def kept_sections() -> dict[str, str]:
    """What stands in the file from before, by name."""
    if not RESULTS.exists():
        return {}
    parts = re.split(r"^<!-- (\w+) -->\n", RESULTS.read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() + "\n" for part in parts[2::2]), strict=True))


def write(sections: dict[str, str]) -> None:
    ordered = [f"<!-- {name} -->\n{sections[name]}" for name in MODULES if name in sections]
    RESULTS.write_text(HEAD + "\n" + "\n".join(ordered), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
