"""How long masking takes: short texts with and without something to mask, and hostile texts of a megabyte."""

from __future__ import annotations

import timeit
from functools import partial

from store.masking import clean, mask

MEGABYTE = 1_000_000
ORDINARY = "The payment page stays empty when I press pay, and my colleague sees the same."
PRIVATE = "Call me on +44 20 7946 0123 or write to jo.lind@shop.example, card 4111 1111 1111 1111."
NAMES = ("Marta Vallés", "Jonas Okonjo")
HOSTILE = {
    "digits": "1" * MEGABYTE,
    "digits and spaces": "1 " * (MEGABYTE // 2),
    "groups of four": "4111 " * (MEGABYTE // 5),
    "letters": "a" * MEGABYTE,
    "letters before an @": "a" * (MEGABYTE - 1) + "@",
    "at signs": "@" * MEGABYTE,
    "many addresses": "a@a.a " * (MEGABYTE // 6),
    "63 letters and @": ("x" * 63 + "@") * (MEGABYTE // 64),
    "dots": "1." * (MEGABYTE // 2),
    "colons": "a:1" * (MEGABYTE // 3),
    "questions": "?a=" * (MEGABYTE // 3),
    "slashes": "://a:" * (MEGABYTE // 5),
    "brackets": "(1" * (MEGABYTE // 2),
    "like an IBAN": "GB82 " * (MEGABYTE // 5),
    "like a key": "a1" * (MEGABYTE // 2),
    "like keys": "sk_live_a1b2c3d4e5f6a7b8 " * (MEGABYTE // 25),
    "token is": "token is " * (MEGABYTE // 9) + "1",
    "dates": "2026-11-21 " * (MEGABYTE // 11),
    "part of a name": "marta valle " * (MEGABYTE // 12),
    "accents": "é" * (MEGABYTE // 2) + "\u0301" * (MEGABYTE // 2) + "1",
}


def once(text: str) -> str:
    return clean(mask(text, NAMES), 500)


def microseconds(action: object) -> float:
    timer = timeit.Timer(action)  # type: ignore[arg-type]
    number, _ = timer.autorange()
    return min(timer.repeat(3, number)) / number * 1e6


def main() -> None:
    print("per text, microseconds")
    print(f"  nothing to mask, {len(ORDINARY)} letters   {microseconds(lambda: mask(ORDINARY)):8.2f}")
    print(f"  the same with two names       {microseconds(lambda: mask(ORDINARY, NAMES)):8.2f}")
    print(f"  phone, e-mail and card        {microseconds(lambda: mask(PRIVATE, NAMES)):8.2f}")
    print(f"  clean                         {microseconds(lambda: clean(ORDINARY, 200)):8.2f}")
    print("hostile texts of a megabyte, seconds")
    for name, text in HOSTILE.items():
        seconds = min(timeit.repeat(partial(once, text), number=1, repeat=2))
        print(f"  {name:24}{seconds:8.3f}")


if __name__ == "__main__":
    main()
