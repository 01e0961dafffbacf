"""How a source asks another system over the web: patiently, within limits, and never telling a secret to a third party.

One wrapper for all sources: a total deadline, a cap on bytes, no way to another host, what is not JSON is a failure
(a sign-in page is not "zero bugs"), a limit of the other side is kept, and what fails is tried again a few times.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import requests
from pydantic import SecretStr
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from data_sources.source import SourceError

log = logging.getLogger(__name__)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


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


@dataclass(frozen=True, slots=True)
class Answer:
    url: str
    data: Any
    next: str | None  # address of the next page, as the Link header says
    date: datetime | None  # the other side's clock


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
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username:
            raise SourceError(f"{base_url!r} is no web address for {who}; write one like https://api.github.com.")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise SourceError(f"{base_url} is not encrypted; {who} is only asked over https.")
        self.origin = _origin(self.base_url)
        self.session = requests.Session()
        self.session.headers.update({"User-Agent": "empathy", "Accept": "application/json", **(headers or {})})
        self.session.auth = _Bearer(token)  # set also without a token, else a .netrc file would be used

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def ask(self, path_or_url: str, params: Mapping[str, Any] | None = None) -> Answer:
        """The JSON at an address of this system. Raises SourceError (Refused for 4xx) in words for a support lead."""
        url = self.address(path_or_url)
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

    def address(self, path_or_url: str) -> str:
        """The full address. Refuses every host but the one that this source was set up with."""
        url = urljoin(self.base_url + "/", path_or_url.lstrip("/") if path_or_url.startswith("/") else path_or_url)
        try:
            same = _origin(url) == self.origin
        except ValueError:
            same = False
        if not same:
            raise SourceError(
                f"{self.who} points to another host ({_shown(url)}), and that is not followed: it could read the access "
                f"key. If the address has really moved, change base_url."
            )
        return url

    # ---- one try ----------------------------------------------------------------------------------------------

    def _once(self, url: str) -> Answer:
        wait = self.not_before - self.clock()
        if wait > 0:
            self._wait_for_limit(wait)
        for _ in range(self.limits.redirects + 1):
            status, headers, body = self._bounded(url)
            self._remember_limit(headers)
            if status in (301, 302, 303, 307, 308) and headers.get("Location"):
                url = self.address(urljoin(url, headers["Location"]))
                continue
            self._raise_for(status, headers, body)
            return Answer(url, self._parsed(headers, body), _next(headers, url), _date(headers))
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
        if isinstance(outcome, requests.RequestException):
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
        kind = headers.get("Content-Type", "").split(";")[0].strip().lower()
        if not body.strip():
            raise self._failed("an empty answer")
        if not (kind == "application/json" or kind.endswith("+json")):
            raise SourceError(
                f"{self.who} answered with {kind or 'something unknown'} instead of data: perhaps the sign-in page of a network or a proxy "
                "in between. Nothing was changed; try from a machine that reaches it."
            )
        try:
            data = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self._failed("an answer that is cut off or garbled") from None
        self.failing_since = None
        return data

    def _raise_for(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        if status < 300:
            return
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
            after = _seconds(headers.get("Retry-After"), _date(headers) or self._now())
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
            raise SourceError(
                f"{self.who} allows no more questions until {self._clock_time(self.clock() + wait)}: its limit is used up. "
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


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)


def _shown(url: str) -> str:
    """Scheme and host alone: the rest of a foreign address could hold anything."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"[:100]


def _next(headers: Mapping[str, str], url: str) -> str | None:
    try:
        links = requests.utils.parse_header_links(headers.get("Link", ""))
    except (ValueError, IndexError):
        return None
    found = next((link["url"] for link in links if link.get("rel") == "next" and link.get("url")), None)
    return urljoin(url, found) if found else None


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _limit_wait(headers: Mapping[str, str], now: datetime) -> float:
    """How long to wait: Retry-After if it makes sense, else until the reset by the other side's own clock, else a minute."""
    now = _date(headers) or now
    after = _seconds(headers.get("Retry-After"), now)
    if after is not None:
        return after
    if headers.get("X-RateLimit-Remaining") == "0":
        try:
            return max(1.0, float(int(headers["X-RateLimit-Reset"])) - now.timestamp() + 1)
        except (KeyError, ValueError):
            pass
    return 60.0


def _seconds(text: str | None, now: datetime) -> float | None:
    """A Retry-After header, in seconds or as a date; None where it is absent, negative or nonsense."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    wait = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()
    return wait if wait >= 0 else None


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection"
    if isinstance(error, requests.exceptions.Timeout):
        return "silence in the middle"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "an answer that is cut off"
    return "no connection" if isinstance(error, requests.exceptions.ConnectionError) else type(error).__name__


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
