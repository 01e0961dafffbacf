"""How a source asks another system over the web: patiently, within limits, and never telling a secret to a third party.

One wrapper for all sources: a total deadline, a cap on bytes, no way to another host, what is not JSON is a failure
(a sign-in page is not "zero bugs"), a limit of the other side is kept, and what fails is tried again a few times.

An address that came from outside (a Location or Link header, a page to go on with) is read once, by the parser that
connects; only its path and query are taken. Scheme, host and port are always those of the settings.
"""

from __future__ import annotations

import http.client
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import requests
import urllib3
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.util import Url, parse_url

from data_sources.source import SourceError
from store.masking import clean

log = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
PORTS = {"https": 443, "http": 80}
# What an address is made of (RFC 3986). Blanks, tabs, backslashes, control characters and letters beyond ASCII are where
# two programs read one address as two hosts.
ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
A_YEAR = 366 * 86_400.0  # in seconds: the longest wait that is told with a date
FOREVER = 10 * A_YEAR  # what any longer one is taken for


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds and bytes. `tries` counts the first one."""

    connect: float = 5
    silence: float = 30  # without a single byte
    request: float = 120  # one question with its whole answer
    whole: float = 1_800  # everything that one source may take
    longest_wait: float = 900  # for the other side's limit
    first_wait: float = 1.0  # before the second try; doubles each time
    tries: int = 5
    redirects: int = 5
    most_bytes: int = 50_000_000
    most_values: int = 2_000_000  # commas and brackets of one answer: 50 MB of "{}," take over 1 GB of memory


@dataclass(frozen=True, slots=True)
class Answer:
    url: str
    data: Any
    next: str | None  # address of the next page, as the Link header says
    date: datetime | None  # the other side's clock
    says_pages: bool  # whether it said anything about other pages


class Refused(SourceError):
    """The other side answered with a status that trying again will not change."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _TryAgain(Exception):
    """This try failed; `wait` is how long the other side wants us to wait, if it says so."""

    def __init__(self, text: str, wait: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class Web:
    """Asks one system. `who` is its name in sentences; `refusals` says for a status (401, 403, 404) what to do about it."""

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        now: datetime,
        zone: ZoneInfo,
        token: SecretStr | None = None,
        headers: Mapping[str, str] | None = None,
        refusals: Mapping[int, str] | None = None,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.who, self.base_url = who, base_url.rstrip("/")
        self.limits, self.sleep, self.clock = limits or Limits(), sleep, clock
        self.refusals = refusals or {}
        self.now, self.zone, self.began = now, zone, clock()
        self.not_before = self.began  # set when the other side says that its limit is used up
        self.failing_since: float | None = None
        parts = _parts(self.base_url)
        if parts is None or parts.query is not None or parts.fragment is not None:
            shown = re.sub("//[^/]*@", "//...@", base_url)  # a password may stand there
            raise SourceError(f"{shown!r} is no web address for {who}; write one like https://api.github.com.")
        if parts.scheme == "http" and parts.host not in LOOPBACK:
            raise SourceError(f"{base_url} is not encrypted; {who} is only asked over https.")
        self.origin = _origin(parts)
        self.root = _root(parts)
        self.session = requests.Session()
        # A second lock: what does not begin with our own scheme, host and port finds no way out.
        self.session.adapters.clear()
        self.session.mount(f"{self.root}/", _Adapter())
        self.session.trust_env = parts.scheme == "https"  # no proxy reads what goes unencrypted to this machine
        self.session.headers.update({"User-Agent": "empathy", "Accept": "application/json", **(headers or {})})
        self.session.auth = _Bearer(token)  # set also without a token, else a .netrc file would be used

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def ask(self, path_or_url: str, params: Mapping[str, Any] | None = None) -> Answer:
        """The JSON at an address of this system. Raises SourceError (Refused for 4xx) in words for a support lead."""
        is_path = path_or_url.startswith("/")  # of ours, below a base_url that may have a path too
        url = self.address(self.base_url + path_or_url if is_path else path_or_url)
        if params:
            url = requests.Request("GET", url, params=dict(params)).prepare().url or url
        self.failing_since = None
        attempts = Retrying(
            retry=retry_if_exception_type(_TryAgain),
            stop=stop_after_attempt(self.limits.tries),
            wait=self._pause,
            sleep=self._rest,
            reraise=True,
        )
        try:
            return attempts(self._once, url)
        except _TryAgain as error:
            since = self._clock_time(self.failing_since if self.failing_since is not None else self.clock())
            raise SourceError(
                f"{self.who} is not answering since {since} ({error}); the next refresh tries again."
            ) from None

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

    # ---- one try ----------------------------------------------------------------------------------------------

    def _once(self, url: str) -> Answer:
        wait = self.not_before - self.clock()
        if wait > 0:
            self._wait_for_limit(wait)
        for _ in range(self.limits.redirects + 1):
            status, headers, body = self._bounded(url)
            self._remember_limit(headers)
            if status in (301, 302, 303, 307, 308) and headers.get("Location"):
                url = self.address(headers["Location"], url)
                continue
            self._raise_for(status, headers, body)
            data, next_page = self._parsed(headers, body), self._next(headers, url)
            return Answer(url, data, next_page, _instant(headers.get("Date")), bool(headers.get("Link", "").strip()))
        raise SourceError(f"{self.who} sends us from address to address without end. Check base_url.")

    def _bounded(self, url: str) -> tuple[int, Mapping[str, str], bytes]:
        """One request, in a thread: only so is there an end to an answer that drips one byte a second, or to its headers."""
        left = self.limits.whole - (self.clock() - self.began)
        if left <= 0:
            raise SourceError(
                f"Reading {self.who} took longer than {self.limits.whole / 60:.0f} minutes and was stopped. "
                "The next refresh goes on where this one stopped."
            )
        done: list[Any] = []
        given_up = threading.Event()
        thread = threading.Thread(target=lambda: done.append(self._caught(url, given_up)), daemon=True)
        thread.start()
        thread.join(min(left, self.limits.request))
        if not done:
            given_up.set()
            raise self._failed(f"no complete answer within {min(left, self.limits.request):.0f} seconds")
        outcome = done[0]
        if isinstance(outcome, SourceError):
            raise outcome
        if isinstance(outcome, requests.exceptions.SSLError):
            raise SourceError(
                f"The encrypted connection to {self.who} cannot be trusted: its certificate is not valid for {self.origin[1]}."
            )
        if isinstance(outcome, UNREADABLE):
            raise self._failed(_reason(outcome))
        if isinstance(outcome, BaseException):
            raise outcome
        status, headers, body = outcome
        return status, headers, body

    def _caught(self, url: str, given_up: threading.Event) -> Any:
        try:
            return self._request(url, given_up)
        except Exception as error:  # carried over to the thread that waits
            return error

    def _request(self, url: str, given_up: threading.Event) -> tuple[int, Mapping[str, str], bytes]:
        timeout = (self.limits.connect, self.limits.silence)
        with self.session.get(url, stream=True, allow_redirects=False, timeout=timeout) as response:
            parts, size = [], 0
            for part in response.iter_content(65_536):
                size += len(part)
                if size > self.limits.most_bytes:
                    raise SourceError(
                        f"{self.who} sent more than {self.limits.most_bytes:,} bytes in one answer; it was not read."
                    )
                if given_up.is_set():
                    break
                parts.append(part)
            return response.status_code, response.headers, b"".join(parts)

    def _parsed(self, headers: Mapping[str, str], body: bytes) -> Any:
        kind = foreign(headers.get("Content-Type", "").split(";")[0].lower())
        if not body.strip():
            raise self._failed("an empty answer")
        if not (kind == "application/json" or kind.endswith("+json")):
            raise SourceError(
                f"{self.who} answered with {kind or 'something unknown'} instead of data: perhaps the sign-in page of a network or a proxy "
                "in between. Nothing was changed; try from a machine that reaches it."
            )
        if sum(body.count(sign) for sign in b",[{") > self.limits.most_values:
            raise SourceError(
                f"{self.who} sent more than {self.limits.most_values:,} values in one answer; it was not read."
            )
        try:
            # One bad byte or number costs the row that it is in, not the page: it becomes a sign that no field takes.
            data = json.loads(body.decode("utf-8-sig", "replace"), parse_int=_whole_number)
        except (ValueError, RecursionError):
            raise self._failed("an answer that is cut off or garbled") from None
        self.failing_since = None
        return data

    def _next(self, headers: Mapping[str, str], url: str) -> str | None:
        """Where the next page is (RFC 8288). What cannot be read is a failure: taken for the end, it would lose pages."""
        said = headers.get("Link", "").strip()
        links = LINK.findall(said)
        if said and not links:
            raise self._failed("an answer that does not say where the next page is")
        found = next((found for found, more in links if "next" in _relations(more)), None)
        return None if found is None else self.address(found.strip(), url)

    def _raise_for(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        if status == 200:
            return
        if status < 300:  # a part of the answer, or a promise of one
            raise self._failed("an empty answer" if not body.strip() else f"status {status}")
        said = body[:2_000].decode("utf-8", "replace").lower()
        limited = (
            headers.get("X-RateLimit-Remaining") == "0"
            or "Retry-After" in headers
            or "rate limit" in said
            or "abuse" in said
        )
        if status == 429 or (status == 403 and limited):
            wait = _limit_wait(headers, self._now())
            self._refuse_long(wait)
            raise self._failed("its limit is used up", wait)
        if status >= 500 or status in (408, 425):
            after = _seconds(headers.get("Retry-After"), _instant(headers.get("Date")) or self._now())
            raise self._failed(
                f"status {status}", after if after is not None and after <= self.limits.longest_wait else None
            )
        raise Refused(status, self.refusals.get(status) or f"{self.who} refuses the question (status {status}).")

    # ---- waiting ----------------------------------------------------------------------------------------------

    def _failed(self, text: str, wait: float | None = None) -> _TryAgain:
        if self.failing_since is None:
            self.failing_since = self.clock()
        return _TryAgain(text, wait)

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked_for = error.wait if isinstance(error, _TryAgain) else None
        own: float = self.limits.first_wait * 2 ** (state.attempt_number - 1)
        return own if asked_for is None else asked_for

    def _rest(self, seconds: float) -> None:
        """Waits, or gives up at once where the wait would end after the deadline."""
        if self.clock() - self.began + seconds > self.limits.whole:
            raise SourceError(
                f"{self.who} wants us to wait longer than this refresh may take. The next refresh tries again."
            )
        if seconds >= 5:
            self._say(seconds)
        self.sleep(seconds)

    def _wait_for_limit(self, wait: float) -> None:
        self._refuse_long(wait)
        self._rest(wait)
        self.not_before = self.clock()

    def _refuse_long(self, wait: float) -> None:
        if wait > self.limits.longest_wait:
            end = f"until {self._clock_time(self.clock() + wait)}" if wait < A_YEAR else "for more than a year"
            raise SourceError(
                f"{self.who} allows no more questions {end}: its limit is used up. "
                "What was read is kept; the next refresh after that goes on. With an access key the limit is much higher."
            )

    def _remember_limit(self, headers: Mapping[str, str]) -> None:
        if headers.get("X-RateLimit-Remaining") == "0" and "Retry-After" not in headers:
            self.not_before = self.clock() + _limit_wait(headers, self._now())

    def _say(self, seconds: float) -> None:
        log.warning("Waiting for %s until %s.", self.who, self._clock_time(self.clock() + seconds))

    def _now(self) -> datetime:
        return self.now + timedelta(seconds=self.clock() - self.began)

    def _clock_time(self, instant: float) -> str:
        """HH:MM of an instant of the clock, in the company's time zone; with the date where it is another day."""
        when = (self.now + timedelta(seconds=instant - self.began)).astimezone(self.zone)
        return when.strftime("%H:%M" if when.date() == self.now.astimezone(self.zone).date() else "%Y-%m-%d %H:%M")


class _Bearer(AuthBase):
    def __init__(self, token: SecretStr | None) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token is not None:
            request.headers["Authorization"] = f"Bearer {self.token.get_secret_value()}"
        return request


# What the programs under us raise about an answer that is none.
UNREADABLE = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
LINK = re.compile(r"<([^<>]*)>([^<>]*)")
# urllib3 prints a traceback, and what was sent, for a header that it cannot read; such an answer is judged here.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def foreign(text: str, longest: int = 100) -> str:
    """What another system sent, as it may stand in a sentence: on one line, short, and without a sign that a terminal
    obeys."""
    return clean(" ".join("".join(sign if sign.isprintable() else " " for sign in text[:10_000]).split()), longest)


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


class _Adapter(HTTPAdapter):
    """Takes no cookies: none is needed, and http.cookiejar prints a traceback for one that it does not understand."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        original = getattr(resp, "_original_response", None)
        if original is not None:
            for name in ("Set-Cookie", "Set-Cookie2"):
                del original.msg[name]
        return super().build_response(req, resp)


def _origin(parts: Url) -> tuple[str, str, int]:
    scheme = parts.scheme or ""
    return scheme, parts.host or "", PORTS[scheme] if parts.port is None else parts.port


def _root(parts: Url) -> str:
    scheme, host, port = _origin(parts)
    return f"{scheme}://{host}" + ("" if port == PORTS[scheme] else f":{port}")


def _relations(more: str) -> list[str]:
    """What a link is ("next", "last"), from what stands behind its address."""
    found = re.search(r";\s*rel\s*=\s*(\"[^\"]*\"|[^\s;,]*)", more, re.IGNORECASE)
    return found[1].strip('"').lower().split() if found else []


def _instant(text: str | None) -> datetime | None:
    """A date in a header; None where it is absent, nonsense, or of a year that no clock shows."""
    try:
        found = parsedate_to_datetime(text or "")
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found if 1970 <= found.year < 2200 else None


def _limit_wait(headers: Mapping[str, str], now: datetime) -> float:
    """How long to wait: Retry-After if it makes sense, else until the reset by the other side's own clock, else a minute."""
    now = _instant(headers.get("Date")) or now
    after = _seconds(headers.get("Retry-After"), now)
    if after is not None:
        return after
    reset = headers.get("X-RateLimit-Reset", "")
    if headers.get("X-RateLimit-Remaining") == "0" and reset.isascii() and reset.isdigit():
        return min(max(1.0, float(reset) - now.timestamp() + 1), FOREVER)
    return 60.0


def _seconds(text: str | None, now: datetime) -> float | None:
    """A Retry-After header, in seconds or as a date; None where it is absent, negative or nonsense."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), FOREVER)
    when = _instant(text)
    wait = (when - now).total_seconds() if when else -1
    return wait if wait >= 0 else None


def _whole_number(digits: str) -> int | float:
    """A whole number of JSON; one with more digits than any that is meant is no whole number."""
    return int(digits) if len(digits) <= 30 else float(digits)


def _reason(error: BaseException) -> str:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection"
    if isinstance(error, requests.exceptions.Timeout):
        return "silence in the middle"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "an answer that is cut off"
    is_away = isinstance(error, requests.exceptions.ConnectionError)
    return "no connection" if is_away else "an answer that cannot be read"
