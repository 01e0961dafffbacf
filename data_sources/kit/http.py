"""How a source asks another system over the web: patiently, within limits, and never telling a secret to a third party.

One wrapper for all sources: a total deadline, a cap on bytes, no way to another host (addresses.py), what is not JSON is
a failure (a sign-in page is not "zero bugs"), a limit of the other side is kept (limits.py), and what fails is tried
again a few times.
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
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from data_sources.kit import limits as limit
from data_sources.kit.addresses import Host, foreign
from data_sources.kit.errors import Later, Refused
from data_sources.kit.keys import Key
from data_sources.kit.limits import A_YEAR, Limits
from data_sources.source import SourceError

log = logging.getLogger(__name__)

Question = dict[str, Any] | None  # what is sent as JSON; None asks by GET


@dataclass(frozen=True, slots=True)
class Answer:
    url: str
    data: Any
    next: str | None  # address of the next page, as the Link header says
    date: datetime | None  # the other side's clock
    says_pages: bool  # whether it said anything about other pages


class _TryAgain(Exception):
    """This try failed; `wait` is how long the other side wants us to wait, if it says so."""

    def __init__(self, text: str, wait: float | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class Web(Host):
    """Asks one system. `who` is its name in sentences; `advice` says for a status (401, 403, 404) what to do about it."""

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        now: datetime,
        zone: ZoneInfo,
        auth: AuthBase | None = None,
        headers: Mapping[str, str] | None = None,
        advice: Mapping[int, str] | None = None,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(who, base_url)
        self.limits, self.sleep, self.clock = limits or Limits(), sleep, clock
        self.advice = advice or {}
        self.now, self.zone, self.began = now, zone, clock()
        self.not_before = self.began  # set when the other side says that its limit is used up
        self.failing_since: float | None = None
        self.session = requests.Session()
        # A second lock: what does not begin with our own scheme, host and port finds no way out.
        self.session.adapters.clear()
        self.session.mount(f"{self.root}/", _Adapter())
        self.session.trust_env = self.is_encrypted  # no proxy reads what goes unencrypted to this machine
        self.session.headers.update({"User-Agent": "empathy", "Accept": "application/json", **(headers or {})})
        self.session.auth = auth or Key(None)  # set also without a token, else a .netrc file would be used

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def ask(self, path_or_url: str, params: Mapping[str, Any] | None = None, body: Question = None) -> Answer:
        """The JSON at an address of this system; with a `body` it is sent as JSON by POST.

        Raises SourceError (Refused for 4xx, Later for what passes) in words for a support lead.
        """
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
            return attempts(self._once, url, body)
        except _TryAgain as error:
            since = self._clock_time(self.failing_since if self.failing_since is not None else self.clock())
            raise Later(f"{self.who} has not answered since {since} ({error}); the next refresh tries again.") from None

    # ---- one try ----------------------------------------------------------------------------------------------

    def _once(self, url: str, question: Question) -> Answer:
        wait = self.not_before - self.clock()
        if wait > 0:
            self._wait_for_limit(wait)
        for _ in range(self.limits.redirects + 1):
            status, headers, body = self._bounded(url, question)
            if status in (301, 302, 303, 307, 308) and headers.get("Location"):
                url = self.address(headers["Location"], url)
                continue
            self._raise_for(status, headers, body)
            self._remember_limit(headers)
            data, next_page = self._parsed(headers, body), self._next(headers, url)
            return Answer(
                url, data, next_page, limit.instant(headers.get("Date")), bool(headers.get("Link", "").strip())
            )
        raise SourceError(f"{self.who}: redirect loop. Check base_url.")

    def _bounded(self, url: str, question: Question) -> tuple[int, Mapping[str, str], bytes]:
        """One request, in a thread: only so is there an end to an answer that drips one byte a second, or to its headers."""
        left = self.limits.whole - (self.clock() - self.began)
        if left <= 0:
            raise Later(
                f"Reading {self.who} took longer than {self.limits.whole / 60:.0f} minutes and was stopped. "
                "The next refresh continues where this one stopped."
            )
        done: list[Any] = []
        given_up = threading.Event()
        thread = threading.Thread(target=lambda: done.append(self._caught(url, question, given_up)), daemon=True)
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

    def _caught(self, url: str, question: Question, given_up: threading.Event) -> Any:
        try:
            return self._request(url, question, given_up)
        except Exception as error:  # carried over to the thread that waits
            return error

    def _request(self, url: str, question: Question, given_up: threading.Event) -> tuple[int, Mapping[str, str], bytes]:
        method = "GET" if question is None else "POST"
        timeout = (self.limits.connect, self.limits.silence)
        with self.session.request(
            method, url, json=question, stream=True, allow_redirects=False, timeout=timeout
        ) as response:
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
            data = json.loads(shallow(body).decode("utf-8-sig", "replace"), parse_int=_whole_number)
        except ValueError:
            raise self._failed("a truncated or garbled answer") from None
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
        limited = limit.is_used_up(headers) or "Retry-After" in headers or "rate limit" in said or "abuse" in said
        if status == 429 or (status == 403 and limited):
            wait = limit.wait(headers, self._now())
            self._refuse_long(wait)
            raise self._failed("its limit is used up", wait)
        if status >= 500 or status in (408, 425):
            after = limit.seconds(headers.get("Retry-After"), limit.instant(headers.get("Date")) or self._now())
            raise self._failed(
                f"status {status}", after if after is not None and after <= self.limits.longest_wait else None
            )
        raise Refused(status, self.advice.get(status) or self._refused(status, body))

    def _refused(self, status: int, body: bytes) -> str:
        try:
            said = complaint(json.loads(shallow(body[:100_000])))
        except ValueError:
            said = ""
        return f"{self.who} rejected the request (status {status}{': ' + said if said else ''})."

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
            raise Later(f"{self.who} asks to wait longer than a refresh may take. The next refresh tries again.")
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
            raise Later(
                f"{self.who}: rate limit reached {end}. "
                "What was read is kept; the next refresh after that continues. With an access key the limit is much higher."
            )

    def _remember_limit(self, headers: Mapping[str, str]) -> None:
        if limit.is_used_up(headers) and "Retry-After" not in headers:
            self.not_before = self.clock() + limit.wait(headers, self._now())

    def _say(self, seconds: float) -> None:
        log.warning("Waiting for %s until %s.", self.who, self._clock_time(self.clock() + seconds))

    def _now(self) -> datetime:
        return self.now + timedelta(seconds=self.clock() - self.began)

    def _clock_time(self, instant: float) -> str:
        """HH:MM of an instant of the clock, in the company's time zone; with the date where it is another day."""
        when = (self.now + timedelta(seconds=instant - self.began)).astimezone(self.zone)
        is_today = when.date() == self.now.astimezone(self.zone).date()
        return f"{when:%H:%M}" if is_today else f"{when.day} {when:%b %Y %H:%M}"


# What the programs under us raise about an answer that is none.
UNREADABLE = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
# Signs and whole strings up to the next bracket; every part once, also where a string does not end.
TO_A_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"?)*+(?:[\[\]{}]|\Z)', re.DOTALL)
OPENING, CLOSING = (b"[", b"{"), (b"]", b"}")
LINK = re.compile(r"<([^<>]*)>([^<>]*)")
# urllib3 prints a traceback, and what was sent, for a header that it cannot read; such an answer is judged here.
logging.getLogger("urllib3").setLevel(logging.ERROR)


def complaint(data: object) -> str:
    """What a system says is wrong, in whichever of the usual places it says it; empty where it says nothing."""
    if isinstance(data, dict):
        for name in ("message", "error", "errorMessages", "error_description", "description", "errors"):
            found = data.get(name)
            found = found[0] if isinstance(found, list) and found else found
            found = found.get("message") if isinstance(found, dict) else found
            if isinstance(found, str) and found:
                return foreign(found)
    return ""


def shallow(body: bytes, most: int = 100) -> bytes:
    """The JSON without what is nested deeper, which is null then: no field is that deep, and how deep json.loads may go
    depends on what else runs in this process."""
    parts, depth, start = [], 0, 0
    for found in TO_A_BRACKET.finditer(body):
        bracket, end = body[found.end() - 1 : found.end()], found.end()
        if bracket in OPENING:
            depth += 1
            if depth == most + 1:
                parts += [body[start : end - 1], b"null"]
        elif bracket in CLOSING:
            if depth == most + 1:
                start = end
            depth -= 1
    return b"".join([*parts, body[start:] if depth <= most else b""]) if parts else body


def graphql(web: Web, path: str, query: str, variables: Mapping[str, object]) -> dict[str, Any]:
    """The `data` of the answer to a question in GraphQL. Raises SourceError also where it came with status 200."""
    data = web.ask(path, body={"query": query, "variables": dict(variables)}).data
    found = data.get("data") if isinstance(data, dict) else None
    if not isinstance(found, dict) or data.get("errors"):
        raise Refused(200, f"{web.who} rejected the request ({complaint(data) or 'without a reason'}).")
    return found


class _Adapter(HTTPAdapter):
    """Takes no cookies: none is needed, and http.cookiejar prints a traceback for one that it does not understand."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        original = getattr(resp, "_original_response", None)
        if original is not None:
            for name in ("Set-Cookie", "Set-Cookie2"):
                del original.msg[name]
        return super().build_response(req, resp)


def _relations(more: str) -> list[str]:
    """What a link is ("next", "last"), from what stands behind its address."""
    found = re.search(r";\s*rel\s*=\s*(\"[^\"]*\"|[^\s;,]*)", more, re.IGNORECASE)
    return found[1].strip('"').lower().split() if found else []


def _whole_number(digits: str) -> int | float:
    """A whole number of JSON; one with more digits than any that is meant is no whole number."""
    return int(digits) if len(digits) <= 30 else float(digits)


def _reason(error: BaseException) -> str:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection"
    if isinstance(error, requests.exceptions.Timeout):
        return "no data in the middle of an answer"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "a truncated answer"
    is_away = isinstance(error, requests.exceptions.ConnectionError)
    return "no connection" if is_away else "an unreadable answer"
