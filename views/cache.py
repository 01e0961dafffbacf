"""What a page asked once is kept, by the snapshot of the store and the day, and shared by everybody who looks.

So nobody waits for a refresh and nothing is computed twice; treat what is kept as read-only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from store import Published, StoreError

if TYPE_CHECKING:
    from views.view import View

Request = ParamSpec("Request")
Answer = TypeVar("Answer")


def cached(
    most: int,
) -> Callable[[Callable[Concatenate[Published, View, Request], Answer]], Callable[Concatenate[View, Request], Answer]]:
    """Keeps the last `most` answers of a function of (published, view, a request), which is then asked (view, ...).

    An answer belongs to a snapshot of a store and a day. Of two who ask for the same at once the second waits, so nothing is
    worked out twice.
    """

    def caching(
        work: Callable[Concatenate[Published, View, Request], Answer],
    ) -> Callable[Concatenate[View, Request], Answer]:
        answers: OrderedDict[Any, Answer] = OrderedDict()
        once = threading.RLock()

        @wraps(work)
        def ask(view: View, *request: Request.args, **named: Request.kwargs) -> Answer:
            key = (view.snapshot, view.today, *request, *named.items())
            with once:
                if key in answers:
                    answers.move_to_end(key)
                    return answers[key]
                with view.store.reading() as published:
                    if published.snapshot is None or published.snapshot.store != view.snapshot.store:
                        raise StoreError("The store has just been replaced by another one: reload this page.")
                    answer = work(published, view, *request, **named)
                    # A refresh may have published since the page began: then it is the answer of a newer snapshot.
                    if published.snapshot == view.snapshot:
                        answers[key] = answer
                        if len(answers) > most:
                            answers.popitem(last=False)
                return answer

        _CLEARS.append(answers.clear)
        return ask

    return caching


_CLEARS: list[Callable[[], None]] = []


def clear() -> None:
    """Drops everything that is kept, also which store is read: for a program that changes its settings."""
    for each in _CLEARS:
        each()


def on_clear(drop: Callable[[], None]) -> None:
    """`drop` is called by `clear`, too."""
    _CLEARS.append(drop)
