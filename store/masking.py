"""Takes out of a text what would tell who wrote it. (First slice: only cuts; the real one replaces this file whole.)"""


def mask(text: str, names: tuple[str, ...] = ()) -> str:
    return text


def clean(text: str, longest: int) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]
