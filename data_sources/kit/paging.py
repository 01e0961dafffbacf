"""How another system says where the next page is: a link, a token, a page number, an offset; loops are refused.

Every kind gives the address of the next page, or None after the last one; a read that was cut off goes on at an address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from data_sources.kit.addresses import foreign, param, with_param
from data_sources.kit.errors import Refused, shown
from data_sources.kit.http import Answer, Web, complaint
from data_sources.source import SourceError
from store.rejected import NOT_A_LIST

Turn = Callable[[Answer, list[object]], str | None]
GONE = (400, 404, 410, 422)  # what a system says of a page, or of a token, that it no longer knows
MOST_ALIKE = 3


@dataclass(frozen=True, slots=True)
class Paging:
    """`turn` gives the next address. Where pages are `counted`, one that comes again is the end: the other side ignores
    the count. `resume` gives the address to ask next time, where a system keeps the place itself. `items` is where in an
    answer the list is; "" where the answer is the list."""

    turn: Turn
    counted: Callable[[Answer], bool] = lambda answer: False
    resume: Turn | None = None
    items: str = ""


def link(size: int) -> Paging:
    """The Link header (RFC 8288). A full page without one is followed by its number: a proxy in between may have dropped
    the header."""

    def turn(answer: Answer, items: list[object]) -> str | None:
        if answer.says_pages or len(items) < size:
            return answer.next
        return _counted_on(answer.url, "page", 1, 1)

    return Paging(turn, lambda answer: not answer.says_pages)


def number(size: int, name: str = "page") -> Paging:
    """Pages counted from 1; one that is not full is the last."""
    return Paging(lambda answer, items: _counted_on(answer.url, name, 1, 1) if len(items) >= size else None, _always)


def offset(size: int, name: str = "offset") -> Paging:
    """Rows counted from 0; a page that is not full is the last."""
    return Paging(
        lambda answer, items: _counted_on(answer.url, name, 0, len(items)) if len(items) >= size else None, _always
    )


def token(name: str, found_at: str, items: str, *, more: str = "", last: str = "", instead_of: str = "") -> Paging:
    """A word of the answer (at `found_at`, such as "meta.after_cursor") is handed back as the parameter `name`.

    Where the answer says whether another page follows, it is at `more`, or the opposite at `last`; else one follows where
    there is a word. `instead_of` is the parameter of the first question that it replaces: such a word stays good after the
    last page, and is where to go on next time.
    """

    def onward(answer: Answer, items: list[object]) -> str | None:
        word = within(answer.data, found_at)
        if word is None:
            return None
        if not isinstance(word, str | int) or not str(word):
            raise SourceError(f"An answer names {foreign(shown(word))!r} as its next page. Nothing was changed.")
        return with_param(answer.url, name, str(word), instead_of)

    def turn(answer: Answer, items: list[object]) -> str | None:
        follows = within(answer.data, more) is True if more else not (last and within(answer.data, last) is True)
        found = onward(answer, items) if follows else None
        if follows and found is None and (more or last):  # taken for the end, it would lose pages
            raise SourceError("An answer says that more pages follow, but not where. The next refresh tries again.")
        return found

    return Paging(turn, resume=onward if instead_of else None, items=items)


def pages(
    web: Web, paging: Paging, path: str, params: Mapping[str, object], go_on_at: str | None
) -> Iterator[tuple[Answer, list[object]]]:
    """Each answer with its items, and its `next`.

    Raises SourceError where pages go in a loop or an answer holds no list.
    """
    answer: Answer | None = None
    if go_on_at is not None:
        try:
            answer = web.ask(go_on_at)
        except Refused as error:  # that place is gone; begin again, rows that come twice change nothing
            if error.status not in GONE:
                raise
    answer = answer or web.ask(path, params)
    seen: set[str] = set()
    before: list[object] | None = None
    alike = 0
    while True:
        items = within(answer.data, paging.items)
        if not isinstance(items, list):
            said = complaint(answer.data)
            raise SourceError(
                f"{web.who} answered with something that {NOT_A_LIST}{': ' + said if said else ''}. Nothing was changed."
            )
        seen.add(answer.url)
        alike = alike + 1 if items and items == before else 0
        if alike and paging.counted(answer):  # it was asked for another page, and gave the same again: it has no other
            yield replace(answer, next=None), []
            return
        following = paging.turn(answer, items)
        following = None if following is None else web.address(following)
        if following in seen or alike >= MOST_ALIKE:
            raise SourceError(f"{web.who}: pagination loop; reading was stopped. The next refresh tries again.")
        yield replace(answer, next=following), items
        if following is None:
            return
        seen.add(following)
        before, answer = items, web.ask(following)


def within(data: object, path: str) -> object:
    """What stands at a path such as "meta.after_cursor"; None where it does not go on."""
    for name in path.split(".") if path else ():
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _counted_on(url: str, name: str, first: int, step: int) -> str:
    at = param(url, name) or ""
    return with_param(url, name, str((int(at) if at.isascii() and at.isdigit() and len(at) < 10 else first) + step))


def _always(answer: Answer) -> bool:
    return True
