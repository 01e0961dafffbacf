"""Asks several sources at once: while one waits for its answer, the rows of another come in.

Each source is read in a thread of its own; whoever takes the pages saves them one after the other, so there is one writer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from queue import Full, Queue

from data_sources.source import Page

AT_ONCE = 4  # sources; each holds a page or two in memory, and files a process of their own
LOOK_EVERY = 0.1  # seconds: how soon a thread sees that nobody takes pages any more


@dataclass(frozen=True, slots=True)
class Ended:
    """A source has no more pages, or went wrong."""

    error: Exception | None = None


def side_by_side(
    sources: Mapping[str, Callable[[], Iterator[Page]]], given_up: Collection[str] = (), at_once: int = AT_ONCE
) -> Generator[tuple[str, Page | Ended], None, None]:
    """(name, page) as they come, each source's in its own order, and (name, Ended) once after the last of each.

    A source is asked for a page only when the one before was taken or waits to be. Whoever takes the pages may put the name
    of a source into `given_up` between two of them: nothing of it comes any more. Close the generator to stop all of them.
    A source that is stopped is closed when it comes back with what it is doing, and nobody waits for that.
    """
    pages: Queue[tuple[str, Page | Ended]] = Queue(at_once)
    may_read = threading.Semaphore(at_once)
    is_over = threading.Event()

    def is_wanted(name: str) -> bool:
        return not is_over.is_set() and name not in given_up

    def hand_over(name: str, page: Page | Ended) -> bool:
        while is_wanted(name):
            try:
                pages.put((name, page), timeout=LOOK_EVERY)
            except Full:
                continue
            return is_wanted(name)
        return False

    def read(name: str, fetch: Callable[[], Iterator[Page]]) -> None:
        error: Exception | None = None
        with may_read:
            if not is_wanted(name):
                return
            try:
                fetched = fetch()
                for page in fetched:
                    if not hand_over(name, page):
                        if isinstance(fetched, Generator):
                            fetched.close()
                        return
            except Exception as wrong:  # handed to whoever takes the pages, who says what became of this source
                error = wrong
        hand_over(name, Ended(error))

    # Daemons: a source that hangs in the middle of an answer must not keep a program that was ended.
    threads = [
        threading.Thread(target=read, args=each, name=f"source {each[0]}", daemon=True) for each in sources.items()
    ]
    try:
        for thread in threads:
            thread.start()
        left = set(sources)
        while left:
            name, page = pages.get()
            if name in left:
                yield name, page
            left.difference_update([name] if isinstance(page, Ended) else [], given_up)
    finally:
        is_over.set()
