"""What a page asked once is kept, by the snapshot of the store and the day, and shared by everybody who looks.

So nobody waits for a refresh and nothing is computed twice; treat what is kept as read-only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from store import Published, StoreError

if TYPE_CHECKING:
    from views.view import View

Request = ParamSpec("Request")
Answer = TypeVar("Answer")


_CLEARS: list[Callable[[], None]] = []


def cached(
    most: int,
) -> Callable[[Callable[Concatenate[Published, View, Request], Answer]], Callable[Concatenate[View, Request], Answer]]:
    """Keeps the last `most` answers of a function of (published, view, a request), which is then asked (view, ...).

    An answer belongs to a snapshot of a store and a day. Of two who ask for the same at once the second waits for the
    first; who asks for something else waits for nobody.
    """

    def caching(
        work: Callable[Concatenate[Published, View, Request], Answer],
    ) -> Callable[Concatenate[View, Request], Answer]:
        answers: OrderedDict[Any, Future[Answer]] = OrderedDict()
        lock = Lock()  # held for a look into `answers`, never while something is worked out

        @wraps(work)
        def ask(view: View, /, *request: Request.args, **named: Request.kwargs) -> Answer:
            key = (view.snapshot, view.today, *request, *named.items())
            with lock:
                answer = answers.get(key)
                is_first = answer is None
                if answer is None:
                    answer = answers[key] = Future()
                    _shorten(answers, most)
                else:
                    answers.move_to_end(key)
            if not is_first:
                return answer.result()
            is_of_view = False
            try:
                found, is_of_view = _work_out(work, view, *request, **named)
                answer.set_result(found)
            except BaseException as error:
                answer.set_exception(error)  # also to those who wait
                raise
            finally:
                if not is_of_view:
                    with lock:
                        if answers.get(key) is answer:
                            del answers[key]
            return found

        def drop() -> None:
            with lock:
                answers.clear()

        _CLEARS.append(drop)
        return ask

    return caching


def _work_out(
    work: Callable[Concatenate[Published, View, Request], Answer],
    view: View,
    *request: Request.args,
    **named: Request.kwargs,
) -> tuple[Answer, bool]:
    """The answer, and whether it is that of the view's snapshot: a refresh may have published since the page began."""
    with view.store.reading() as published:
        if published.snapshot is None or published.snapshot.store != view.snapshot.store:
            raise StoreError("The store has just been replaced by another one: reload this page.")
        return work(published, view, *request, **named), published.snapshot == view.snapshot


def _shorten(answers: OrderedDict[Any, Future[Answer]], most: int) -> None:
    """Drops the oldest answers beyond `most`; none that is still being worked out, for somebody waits for it."""
    done = [key for key, answer in answers.items() if answer.done()]
    for key in done[: max(0, len(answers) - most)]:
        del answers[key]


def clear() -> None:
    """Drops everything that is kept, also which store is read: for a program that changes its settings."""
    for each in _CLEARS:
        each()


def on_clear(drop: Callable[[], None]) -> None:
    """`drop` is called by `clear`, too."""
    _CLEARS.append(drop)
