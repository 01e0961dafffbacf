"""What the first page says, for whoever has no browser: a script, a chat bot, a screen on a wall."""

from __future__ import annotations

from views.first_page import first_page
from views.question import Now
from views.sources import sources
from views.view import View


def now(view: View) -> Now:
    return Now(view.company, first_page(view), sources(view), view.snapshot, view.now)
