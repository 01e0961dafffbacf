"""Passwords in the address of a database: found wherever one may stand in it, so that none is ever printed or stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, quote_plus, unquote_plus

from sqlalchemy import URL

NAMES = ("pass", "pwd", "token", "secret", "key", "credential")  # parts of the names of what nobody else should read
# A parameter may hold a whole address of its own: odbc_connect=DRIVER={...};UID=ann;PWD={a;b}.
PAIR = re.compile(r"""([\w .-]+?)\s*=\s*(?:\{((?:[^}]|\}\})*)\}|"([^"]*)"|'([^']*)'|([^;&]*))""")


def passwords(url: URL) -> list[str]:
    """Every password of the address, in each form in which it may be written; the longest first."""
    found = {url.password or "", *(each for name, value in _parameters(url) for each in _in(name, value))}
    forms = {form for text in found if text for form in (text, quote(text), quote(text, safe=""), quote_plus(text))}
    return sorted(forms, key=lambda each: (-len(each), each))


def without(text: str, passwords: Sequence[str]) -> str:
    """The text with *** for each of them."""
    for each in passwords:
        text = text.replace(each, "***")
    return text


def _parameters(url: URL) -> Iterator[tuple[str, str]]:
    for name, values in url.query.items():
        for value in [values] if isinstance(values, str) else values:
            yield name, value


def _in(name: str, value: str) -> Iterator[str]:
    if _is_secret(name):
        yield value
    for written in {value, unquote_plus(value)}:
        for inner, *values in PAIR.findall(written):
            if _is_secret(inner):
                said = next(filter(None, values), "")
                # Some write "password=x user=y", and in braces a brace is doubled.
                yield from (written, said, said.replace("}}", "}"), said.strip(), *said.split()[:1])


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in NAMES)
