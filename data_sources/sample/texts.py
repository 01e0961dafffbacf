"""How the sample company's customers write: short, different from each other, now and then with something private in it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any


@cache
def texts() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))


def about_bug(rng: Random, bug: dict[str, Any]) -> tuple[str, str]:
    """Subject and excerpt of a ticket about this bug (or about the pain that has no bug)."""
    return _pick(rng, bug["subjects"]), _dressed(rng, _pick(rng, bug["says"]))


def about_something(rng: Random, area: str, kind: str) -> tuple[str, str]:
    """Subject and excerpt of a ticket of this area that is not about a known bug."""
    words = texts()
    thing: str = _pick(rng, words["areas"][area]["things"])
    if kind == "problem":
        symptom = _pick(rng, words["symptoms"])
        said = f"{thing} {symptom}. {_pick(rng, words['contexts'])}"
        return _capital(f"{thing} {symptom}"), _dressed(rng, said)
    if kind == "question":
        return _pick(rng, words["questions"]).format(thing=thing), _greeted(rng, _pick(rng, words["question_says"]))
    return _pick(rng, words["requests"]).format(thing=thing), _greeted(
        rng, f"It is about {thing}. {_pick(rng, words['question_says'])}"
    )


def slip(rng: Random, first: str, last: str, shop: str) -> str:
    """Something private that should not have been written into a ticket."""
    words = texts()
    place = "".join(letter for letter in shop.lower() if letter.isascii() and letter.isalnum())
    parts = {"first": first, "last": last, "name": f"{first} {last}", "shop": place, "n": str(rng.randrange(100, 200))}
    parts["email"] = _pick(rng, words["emails"]).format(**parts).lower()
    parts["phone"] = _pick(rng, words["phones"]).format(**parts)
    parts["card"] = _pick(rng, words["cards"])
    parts["iban"] = _pick(rng, words["ibans"])
    parts["token"] = f"{rng.getrandbits(128):032x}"
    parts["ip"] = f"203.0.113.{rng.randrange(1, 255)}"  # the range that is kept for documentation
    return str(_pick(rng, words["slips"])).format(**parts)


def _dressed(rng: Random, said: str) -> str:
    words = texts()
    before, after = _pick(rng, words["openers"]), _pick(rng, words["closers"])
    if not before.endswith((", ", ": ", "but ", "and ")):
        said = _capital(said)
    return f"{before}{said}{after}"


def _greeted(rng: Random, said: str) -> str:
    before = _pick(rng, ["", "", "", "Hello! ", "Hi there! ", "Good morning! "])
    after = _pick(rng, ["", "", "", " Thank you!", " Thanks in advance.", " Have a nice day."])
    return f"{before}{said}{after}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pick(rng: Random, among: list[Any]) -> Any:
    return among[int(rng.random() * len(among))]
