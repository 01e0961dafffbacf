"""The access key: read from an environment variable, sent in the way that the other side wants, and never said."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from data_sources.source import SourceError


class Key(AuthBase):
    """A header with the key in it. Without a key nothing is sent, also not what a .netrc file says."""

    def __init__(self, secret: SecretStr | None, header: str = "Authorization", before: str = "Bearer ") -> None:
        self.secret, self.header, self.before = secret, header, before

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.secret is not None:
            request.headers[self.header] = self.before + self.secret.get_secret_value()
        return request


def bearer(secret: SecretStr | None) -> Key:
    return Key(secret)


def basic(user: str) -> Callable[[SecretStr | None], Key]:
    """User and key as one word (RFC 7617)."""

    def auth(secret: SecretStr | None) -> Key:
        pair = f"{user}:{secret.get_secret_value() if secret else ''}".encode()
        return Key(SecretStr(base64.b64encode(pair).decode()), before="Basic ")

    return auth


def in_header(name: str) -> Callable[[SecretStr | None], Key]:
    """The bare key in a header of its own."""
    return lambda secret: Key(secret, name, "")


def secret_in(variable: str, source: str, named: bool, needed: bool) -> SecretStr | None:
    """The key in this environment variable, None where there is none. Raises SourceError where the settings of the source
    have `named` the variable, or where it is `needed` because the system answers nobody without a key."""
    found = os.environ.get(variable, "").strip()
    if found and not re.fullmatch(r"[\x21-\x7e]+", found):
        raise SourceError(f"The access key in {variable} holds blanks or letters that no key has; set it again.")
    if found:
        return SecretStr(found)
    if named:
        raise SourceError(
            f"sources.{source}.token_env names {variable}, but that environment variable is empty. "
            "Set it to an access key."
        )
    if needed:
        raise SourceError(f"[sources.{source}] needs an access key: set the environment variable {variable} to it.")
    return None
