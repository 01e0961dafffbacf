"""Says which sentences stand in two files of the product: `python -m tests.one_home`, a step of `./run check`.

A sentence that has two homes drifts: one is mended and the other is not. Texts of seven words and more count, and what is
said of a value that is not what it should be ("is not a date", "it is no date"); docstrings do not.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
FREE = {"tests", "benchmarks"}
WORDS = 7
REASON = re.compile(
    r"(?<!there )\bis (?:not an|not a|not|no) (web address|whole number|number|date|list|object|text)\b(?![ -][a-z])"
)


def sentences_of(code: str) -> set[str]:
    """The texts in this code, also those around the braces of an f-string, that are long enough to be a sentence, and the
    reasons in them, however they are worded."""
    tree = ast.parse(code)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in statements)
    said = [text.value.strip() for text in texts if isinstance(text.value, str)]
    reasons = {f"is not: {noun}" for text in said for noun in REASON.findall(text)}
    return reasons | {text for text in said if len(text.split()) >= WORDS}


def said_twice(root: Path) -> list[str]:
    homes = defaultdict(list)
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        # A migration stays as it was when it was written.
        if (
            inside.parts[0] in FREE
            or "migrations" in inside.parts
            or any(part.startswith(".") for part in inside.parts)
        ):
            continue
        for sentence in sentences_of(path.read_text("utf-8")):
            homes[sentence].append(inside.as_posix())
    return [f"{' and '.join(paths)} both say {text!r}" for text, paths in sorted(homes.items()) if len(paths) > 1]


def main() -> int:
    said = said_twice(ROOT)
    print("\n".join(said) or "Every sentence has one home.")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
