"""How what is sent is packed, so that fewer bytes cross a slow line: which ways there are, and which of them a browser takes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from typing import NamedTuple


class Encoding(NamedTuple):
    """`name` as HTTP knows it; `folder` keeps what was packed, and gets another name when it is packed otherwise."""

    name: str
    folder: str
    pack: Callable[[bytes], bytes]
    unpack: Callable[[bytes], bytes]


# The only place that knows them; the first that a browser takes is used.
ENCODINGS = (Encoding("gzip", "gzip-9", partial(gzip.compress, compresslevel=9, mtime=0), gzip.decompress),)


def best(accepted: str) -> Encoding | None:
    """The encoding for a browser that sends this Accept-Encoding; None: it takes none of ours."""
    weights = dict(map(_weighed, accepted.lower().split(",")))
    anything = weights.get("*", 0.0)
    return next((each for each in ENCODINGS if weights.get(each.name, anything) > 0), None)


def _weighed(part: str) -> tuple[str, float]:
    """ "gzip;q=0.5" -> ("gzip", 0.5); what cannot be read weighs nothing."""
    name, _, parameter = part.partition(";")
    key, _, weight = parameter.partition("=")
    if not parameter.strip():
        return name.strip(), 1.0
    try:
        return name.strip(), float(weight) if key.strip() == "q" else 0.0
    except ValueError:
        return name.strip(), 0.0
