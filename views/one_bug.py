"""What the page of one bug asks: why it stands where it does, and what customers wrote about it."""

from __future__ import annotations

from ranking.top_bugs import Explained, explain
from store import Published
from store.published import Excerpt as Excerpt
from views.cache import cached
from views.ranking import memory_at
from views.view import View


def one_bug(view: View, id: str) -> tuple[Explained, tuple[Excerpt, ...]] | None:
    return _one_bug(view, id[:500])


@cached(128)
def _one_bug(published: Published, view: View, id: str) -> tuple[Explained, tuple[Excerpt, ...]] | None:
    id = published.bug_named(id) or id
    explained = explain(published, id, view.today, view.settings, memory_at(published, view.today, view.settings))
    return (explained, tuple(published.excerpts(id))) if explained else None
