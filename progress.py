"""What a refresh says while it runs, on a terminal or into a log: how far each source has come, and what became of it."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from data_sources.source import Page
from reporting import progress as said
from reporting.cautions import waiting_sentence
from reporting.words import share, wait
from store.masking import clean


@dataclass
class Outcome:
    """What became of one source."""

    name: str
    failed: str | None = None
    keeps_rows: bool = False  # it failed, and the rows of before are there
    rows: int = 0
    saved: int = 0
    of: int = 0  # rows of the last whole read and what was read since, and how many of them were rejected
    rejected: int = 0
    removed: int = 0
    waiting: int = 0  # rows that are no longer in the source, too many to remove without being asked
    stored: int = 0
    reasons: tuple[str, ...] = ()  # the first few of this run's rejected rows, in words
    is_held: bool = False  # it was read, and nothing is published until a person has looked at it

    @property
    def nothing_usable(self) -> bool:
        return 0 < self.of == self.rejected


@dataclass(slots=True)
class _Rows:
    """How far one source has come."""

    started: float
    rows: int = 0
    pages: int = 0


class Progress:
    """A bar on a terminal, plain lines elsewhere: rows, pages, rate, and the time that is left where it is known."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.terminal = sys.stderr.isatty() and not quiet
        self.of: dict[str, _Rows] = {}
        self._last_line = time.monotonic()

    def source(self, name: str) -> None:
        self.of[name] = _Rows(time.monotonic())
        self._say(f"{name}: reading")

    def page(self, name: str, page: Page) -> None:
        seen = self.of[name]
        seen.rows += page.read or len(page.records)
        seen.pages += 1
        passed = max(time.monotonic() - seen.started, 0.001)
        rate = seen.rows / passed
        text = f"{name}: {seen.rows:,} rows, {seen.pages:,} pages, {rate:,.0f} rows/s"
        if seen.rows and page.total and page.total > seen.rows:
            filled = int(20 * seen.rows / page.total)
            left = (page.total - seen.rows) / rate
            text += f"  [{'#' * filled}{'.' * (20 - filled)}] {share(seen.rows, page.total)}, about {wait(left)} left"
        self._say(text, every=2.0)

    def step(self, name: str) -> None:
        self._say(f"counting: {name}" if name != "counting" else name, every=2.0)

    def ended(self, outcome: Outcome) -> None:
        if outcome.failed:
            text = said.failed(outcome.name, outcome.failed, outcome.keeps_rows)
        else:
            text = said.done(outcome.name, outcome.rows, outcome.saved)
        text += said.rejected(outcome.rejected, outcome.of) + said.removed(outcome.removed)
        self._say(text + "." if outcome.failed else text, final=True)
        if outcome.waiting:
            self._say(f"  {waiting_sentence(outcome.waiting, outcome.stored)}", final=True)
        for reason in outcome.reasons:
            self._say(f"  {' '.join(reason.split())}", final=True)
        if outcome.rejected:
            self._say(f"  {said.WHERE_REJECTED}", final=True)

    def note(self, text: str) -> None:
        self._say(text, final=True)

    def done(self) -> None:
        self._say("published", final=True)

    def _say(self, text: str, every: float = 0.0, final: bool = False) -> None:
        if self.quiet:
            return
        # Names, headers and reasons come from files and servers: none of them may move the cursor.
        text = clean(text, 2_000).replace("\n", " ")
        if self.terminal:
            sys.stderr.write(f"\r\033[K{text if final else text[:118]}" + ("\n" if final else ""))
            sys.stderr.flush()
            return
        now = time.monotonic()
        if final or now - self._last_line >= every:
            self._last_line = now
            sys.stderr.write(text + "\n")
