"""What the search field offers, as words and addresses."""

from __future__ import annotations

from urllib.parse import urlencode

from reporting.search import entries
from views.search import findable
from views.view import View


def offered(view: View) -> list[dict[str, str]]:
    return [{"words": words, "address": f"{page}?{urlencode(asked)}"} for words, page, asked in entries(findable(view))]
