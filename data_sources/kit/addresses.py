"""Which address may be asked: only the host of the settings, however an answer writes the address of another one.

An address that came from outside (a Location or Link header, a page to go on with) is read once, by the parser that
connects; only its path and query are taken. Scheme, host and port are always those of the settings.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus, urljoin

from urllib3.util import Url, parse_url

from data_sources.source import SourceError
from store.masking import clean

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PORTS = {"https": 443, "http": 80}
# What an address is made of (RFC 3986). Blanks, tabs, backslashes, control characters and letters beyond ASCII are where
# two programs read one address as two hosts.
ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")


class Host:
    """The one host that may be asked. Raises SourceError where the settings name none, or one without encryption."""

    def __init__(self, who: str, base_url: str) -> None:
        self.who, self.base_url = who, base_url.rstrip("/")
        parts = _parts(self.base_url)
        if parts is None or parts.query is not None or parts.fragment is not None:
            shown = re.sub("//[^/]*@", "//...@", base_url)  # a password may stand there
            raise SourceError(f"{shown!r} is not a web address for {who}; write one like https://api.github.com.")
        self.is_encrypted = parts.scheme == "https"
        if not self.is_encrypted and parts.host not in LOOPBACK:
            raise SourceError(f"{base_url} is not encrypted; {who} is only asked over https.")
        self.origin = _origin(parts)
        scheme, host, port = self.origin
        self.root = f"{scheme}://{host}" + ("" if port == PORTS[scheme] else f":{port}")

    def address(self, found: str, seen_at: str | None = None) -> str:
        """The address to ask for one that was `found` in the answer of `seen_at`. Refuses every host but the one of the
        settings, and whatever two programs could read differently."""
        parts = _parts(found, seen_at or self.base_url + "/")
        if parts is None:
            raise SourceError(
                f"{self.who} points to an address that is no plain one and may lead to another host. It is not followed: "
                "that host could read the access key."
            )
        if _origin(parts) != self.origin:
            raise SourceError(
                f"{self.who} points to another host ({parts.scheme}://{foreign(parts.netloc or '')}), and that is not "
                "followed: it could read the access key. If the address has really moved, change base_url."
            )
        return self.root + parts.request_uri


def foreign(text: str, longest: int = 100) -> str:
    """What another system sent, as it may stand in a sentence: on one line, short, and without a sign that a terminal
    obeys."""
    return clean(" ".join("".join(sign if sign.isprintable() else " " for sign in text[:10_000]).split()), longest)


def param(url: str, name: str) -> str | None:
    """What stands for `name` in the query of an address."""
    pairs = (pair.partition("=") for pair in url.partition("?")[2].split("&"))
    return next((unquote_plus(value) for key, _, value in pairs if unquote_plus(key) == name), None)


def with_param(url: str, name: str, value: str, without: str | None = None) -> str:
    """The address with `name=value` in its query, instead of what stood there, and without another one."""
    path, _, query = url.partition("?")
    kept = [pair for pair in query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in (name, without)]
    return f"{path}?{'&'.join([*kept, f'{quote(name)}={quote(value, safe=str())}'])}"


def _parts(found: str, seen_at: str = "") -> Url | None:
    """An address as the parser that connects reads it; None for what is no plain http or https address."""
    if not ADDRESS.fullmatch(found):
        return None
    try:
        full = urljoin(seen_at, found)
        parts = parse_url(full)
    except ValueError:
        return None
    names_a_person = "@" in re.split("[/?#]", full.partition("//")[2])[0]
    return parts if parts.scheme in PORTS and parts.host and not names_a_person else None


def _origin(parts: Url) -> tuple[str, str, int]:
    scheme = parts.scheme or ""
    return scheme, parts.host or "", PORTS[scheme] if parts.port is None else parts.port
