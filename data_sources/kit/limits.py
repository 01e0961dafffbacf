"""How long another system wants us to wait, whichever of the vendors' headers it says that with.

Retry-After in seconds or as a date; X-RateLimit-Remaining and -Reset as GitHub (seconds since 1970) and Jira (a date)
write them; RateLimit-Remaining and -Reset as GitLab (seconds since 1970) and Zendesk (seconds from now) do; the one
header RateLimit of the drafts of the IETF; and Zendesk-RateLimit-..., of which it has one for each kind of question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

A_YEAR = 366 * 86_400.0  # in seconds: the longest wait that is told with a date
FOREVER = 10 * A_YEAR  # what any longer one is taken for
A_MINUTE = 60.0
IN_ONE = re.compile(r"\b(remaining|resets?|r|t)\s*=\s*(\d+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Ours, in seconds and bytes. `tries` counts the first one."""

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


def wait(headers: Mapping[str, str], now: datetime) -> float:
    """How long to wait, in seconds: Retry-After if it makes sense, else until the reset by the other side's own clock,
    else a minute."""
    now = instant(headers.get("Date")) or now
    after = seconds(headers.get("Retry-After"), now)
    if after is not None:
        return after
    waits = [_until(reset, now) for left, reset in _said(headers) if left == "0"]
    return max((each for each in waits if each is not None), default=A_MINUTE)


def is_used_up(headers: Mapping[str, str]) -> bool:
    """Whether the next question would be refused, though this one was answered."""
    return any(left == "0" for left, _ in _said(headers))


def seconds(text: str | None, now: datetime) -> float | None:
    """A Retry-After header, in seconds or as a date; None where it is absent, negative or nonsense."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), FOREVER)
    when = instant(text)
    found = (when - now).total_seconds() if when else -1
    return found if found >= 0 else None


def instant(text: str | None) -> datetime | None:
    """A date in a header; None where it is absent, nonsense, or of a year that no clock shows."""
    try:
        found = parsedate_to_datetime(text or "")
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return found if 1970 <= found.year < 2200 else None


def _said(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(questions left, reset) of each limit that is spoken of."""
    for name in ("X-RateLimit", "RateLimit"):
        if (left := headers.get(f"{name}-Remaining")) is not None:
            yield left.strip(), headers.get(f"{name}-Reset", "")
    for name, value in headers.items():
        if name.lower() == "ratelimit" or name.lower().startswith("zendesk-ratelimit-"):
            pairs = {key[0].lower() if len(key) == 1 else key[:3].lower(): text for key, text in IN_ONE.findall(value)}
            yield pairs.get("rem", pairs.get("r", "")), pairs.get("res", pairs.get("t", ""))


def _until(reset: str, now: datetime) -> float | None:
    reset = reset.strip()
    if reset.isascii() and reset.isdigit():
        number = float(reset)
        if number < 1e8:  # seconds from now
            return min(number, FOREVER)
        return min(max(1.0, (number / 1000 if number > 1e11 else number) - now.timestamp() + 1), FOREVER)
    try:
        when = datetime.fromisoformat(reset)
        return min(max(1.0, (when - now).total_seconds() + 1), FOREVER)
    except (ValueError, TypeError, OverflowError):  # nonsense, or a time without a zone
        return None
