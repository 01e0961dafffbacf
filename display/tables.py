"""Tables and facts of our own HTML, every cell letter for letter; and files of rows to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html
from reporting.files import for_spreadsheets

LONGEST = 1000  # letters of a cell


def table(label: str, heads: Iterable[str], rows: Iterable[Markup], css: str = "") -> Markup:
    """A table that moves sideways where it is wider than the window; the keyboard reaches it."""
    return Markup(
        '<div class="wide-table {}" tabindex="0" role="region" aria-label="{}"><table>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(
        css,
        label,
        NOTHING.join(Markup('<th scope="col">{}</th>').format(in_html(head)) for head in heads),
        NOTHING.join(rows),
    )


def row(head: Markup | str, cells: Iterable[Markup | str]) -> Markup:
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(
        _cell(head), NOTHING.join(Markup("<td>{}</td>").format(_cell(each)) for each in cells)
    )


def of_rows(label: str, rows: Sequence[Mapping[str, str]], css: str = "") -> Markup:
    """Rows that reporting makes; nothing where there are none."""
    if not rows:
        return NOTHING
    return table(label, rows[0], [row(first, rest) for first, *rest in (list(each.values()) for each in rows)], css)


def facts(label: str, found: Iterable[tuple[str, str]]) -> Markup:
    """Names and values, one under the other."""
    rows = NOTHING.join(row(name, [value]) for name, value in found)
    return Markup('<table class="facts" aria-label="{}"><tbody>{}</tbody></table>').format(label, rows)


def in_a_row(rows: Sequence[tuple[str, str]], after: Markup = NOTHING) -> Markup:
    """A few short facts beside one another, each under its name; `after` stands at their end."""
    facts = NOTHING.join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(in_html(name), in_html(value, 200)) for name, value in rows
    )
    return Markup('<div class="in-a-row"><dl>{}</dl>{}</div>').format(facts, after)


def download(label: str, name: str, rows: Callable[[], Sequence[Mapping[str, object]]]) -> None:
    """A button that makes the file only when somebody asks for it."""
    st.download_button(label, data=lambda: for_spreadsheets(rows()), file_name=name, mime="text/csv", on_click="ignore")


def _cell(text: Markup | str) -> Markup:
    return text if isinstance(text, Markup) else in_html(text, LONGEST)
