"""What the page of one bug asks: why it stands where it does, and what customers wrote about it."""

from __future__ import annotations

from ranking.top_bugs import Explained, explain
from store import Published
from store.published import Excerpt as Excerpt
from views.cache import cached
from views.ranking import memory_at
from views.view import View

LONGEST = 500  # letters of an id


def one_bug(view: View, name: str) -> tuple[Explained, tuple[Excerpt, ...]] | None:
    """None where there is no bug of this name, as it is here or as its tracker knows it; that costs one small look."""
    id = _id_of(view, name[:LONGEST])
    return _one_bug(view, id) if id else None


@cached(256)
def _id_of(published: Published, view: View, name: str) -> str | None:
    return published.bug_named(name)


@cached(128)
def _one_bug(published: Published, view: View, id: str) -> tuple[Explained, tuple[Excerpt, ...]] | None:
    explained = explain(published, id, view.today, view.settings, memory_at(published, view.today, view.settings))
    return (explained, tuple(published.excerpts(id))) if explained else None
