"""Tables and files of rows that reporting makes; every cell is shown letter for letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from display.blocks import NOTHING
from display.escape import in_html, plain
from reporting.files import for_spreadsheets

LONGEST = 1000  # letters of a cell


def table(rows: Sequence[Mapping[str, str]], alt: str) -> None:
    """Nothing where there are no rows."""
    if rows:
        st.table(columns(rows), border="horizontal", hide_index=True, alt=alt)


def facts(rows: Sequence[tuple[str, str]], alt: str) -> None:
    """Names and values, one under the other."""
    names = [f"**{plain(name)}**" for name, _ in rows]
    values = [plain(value, LONGEST) for _, value in rows]
    st.table({"": names, " ": values}, border="horizontal", hide_index=True, hide_header=True, alt=alt)


def columns(rows: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """Rows as columns, which is how Streamlit takes them without building a data frame for us first."""
    return {name: [plain(row[name], LONGEST) for row in rows] for name in (rows[0] if rows else {})}


def table_in_html(rows: Sequence[Mapping[str, str]], words: str) -> Markup:
    """The same inside a block; `words` name it to whoever does not see it. On a phone it is moved sideways."""
    if not rows:
        return NOTHING
    heads = NOTHING.join(Markup('<th scope="col">{}</th>').format(in_html(name)) for name in rows[0])
    lines = NOTHING.join(
        Markup("<tr>{}</tr>").format(
            NOTHING.join(Markup("<td>{}</td>").format(in_html(row[name], LONGEST)) for name in rows[0])
        )
        for row in rows
    )
    return Markup(
        '<div class="table" tabindex="0" role="region" aria-label="{}"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(in_html(words), heads, lines)


def facts_in_html(rows: Sequence[tuple[str, str]], words: str) -> Markup:
    """Names and values, one under the other, inside a block."""
    lines = NOTHING.join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(in_html(name), in_html(value, LONGEST))
        for name, value in rows
    )
    return Markup('<table class="named" aria-label="{}"><tbody>{}</tbody></table>').format(in_html(words), lines)


def facts_in_a_row(rows: Sequence[tuple[str, str]], after: Markup = NOTHING) -> Markup:
    """A few short facts beside one another, each under its name; `after` stands at their end."""
    facts = NOTHING.join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(in_html(name), in_html(value, 200)) for name, value in rows
    )
    return Markup('<div class="facts"><dl>{}</dl>{}</div>').format(facts, after)


def download(label: str, name: str, rows: Callable[[], Sequence[Mapping[str, object]]]) -> None:
    """A button that makes the file only when somebody asks for it."""
    st.download_button(label, data=lambda: for_spreadsheets(rows()), file_name=name, mime="text/csv", on_click="ignore")
