"""Words and phrases that readers stumbled over are said nowhere: not on pages, in the terminal, in messages, nor in documents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.project import ROOT

# What was struck, as a pattern, and what to say instead.
STRUCK: dict[str, str] = {
    # archaisms and private dialect
    r"stands? behind|stood behind": "is based on",
    r"told us": "reported, rated, answered",
    r"hurts? somebody": "reported",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bset aside\b|rows aside": "rejected",
    r"\bstretch(es)?\b": "period",
    r"\blately\b": "recently",
    r"\bin time\b": "up to date",
    r"before and now\b": "previous and current",
    r"the silent ones|had all the": "non-respondents",
    r"slowest tenth": "90th percentile",
    r"even day": "the average day",
    r"if a whole year went": "annualised",
    r"\bcame back\b(?! \{\})": "reactivated (customers), regression (bugs)",
    r"looked after by|whoever looks after": "owner; your administrator",
    r"what to beware": "limitations",
    r"how it went": "trend",
    r"where it differs|split by": "breakdown, break down by",
    r"^what it means\b": "definition",
    r"all numbers": "all metrics",
    r"behind them": "supporting metrics",
    r"\bmood\b": "rating factor",
    r"(?<!\[)\bpain\b(?! is the old)": "impact",
    r"not tested: not tested": "not comparable",
    r"look at the range|only (a|the) range": "small sample",
    r"too few to say|too few yet|too few before": "not enough data",
    r"can(not)? be told\b|told apart": "is available; distinguished",
    r"take (it|them) as a file": "Download CSV",
    r"the same as a table": "Show data",
    r"\(snapshot \{\}\)|\bcounted \{\}\.": "Updated 6 min ago",
    r"\bis old: read": "is out of date: last read ..., expected every ...",
    r"rows of before are kept": "previous data kept",
    r"where chance alone": "95% confidence interval",
    # names of metrics
    r"recommendation \(nps\)": "Net Promoter Score (NPS)",
    r"ease of getting help": "Customer Effort Score (CES)",
    r"\bopened again\b(?! at)": "reopened",
    r"within target\b": "SLA met",
    r"revenue kept": "Revenue retention (gross, net)",
    # translated idioms
    r"(?<!there )\b(is|are) no (number|date|list|text|table|percent|share|bug|churn|metric|format|source)\b": "is not a ...",
    r"a comma unless": "default: comma",
    r"allows no more questions": "rate limit reached until",
    r"from address to address|go(es)? in a circle": "redirect loop; pagination loop",
    r"a date that cannot be|cannot be meant|can be meant": "date out of range; implausible",
    r"less than nothing": "must not be negative",
    r"\bis none of\b|\bit is none\b": "is not one of",
    r"stand together": "be consecutive",
    r"take the # away|taken? away": "remove",
    r"apart by blanks|columns of blanks": "separated by spaces",
    r"say what came of it|says what came of it": "print a summary",
    r"put back a copy": "restore a backup",
    r"make room": "free some space",
    r"\blook whether\b": "check that",
    r"stands? in `?empathy\.toml": "is in empathy.toml; empathy.toml defines",
    r"\bleft alone\b": "skipped",
    r"sets? (our|the) counts": "compares the counts with",
    r"where to read on": "documentation",
    r"only be away": "may not be mounted",
    r"wherever in it": "anywhere in it",
    r"what comes? of (it|them)": "result; records that it creates",
    r"window is over|window not over": "too early to count",
    r"\bknows no \{\}": "cannot find, or the key may not see it",
    r"people at work": "employments",
    r"is (asked|looked) for each time": "is read every time",
    r"\d %": "percent without a blank",
}
FOLDERS = ("reporting", "metrics", "views", "data_sources", "store", "web", "display", "pages")
PROGRAMS = ("refresh.py", "read.py", "sources.py", "progress.py", "settings.py", "app.py")
DOCUMENTS = ("CONTRIBUTING.md", "README.md", "docs")
# Not said by us: names of files, headers of other systems, what a program is asked for.
ALLOWED = {
    "data_sources/files/guess/headers.py",  # words of headers of other people's files
    "data_sources/files/guess/known_exports.py",
    "data_sources/sample",  # what invented customers write
    "store/masking",  # patterns
    "store/migrations",  # stay as they were written
    "docs/decisions",  # history
    "docs/look",
}


def is_below(path: Path, places: tuple[str, ...] | set[str]) -> bool:
    inside = path.relative_to(ROOT).as_posix()
    return any(inside == place or inside.startswith(f"{place}/") for place in places)


@cache
def read_by_people() -> tuple[Path, ...]:
    code = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    documents = [path for name in DOCUMENTS for path in (sorted((ROOT / name).rglob("*.md")) or [ROOT / name])]
    found = [*code, *(ROOT / name for name in PROGRAMS), *documents, ROOT / "run"]
    return tuple(path for path in found if path.exists() and not is_below(path, ALLOWED))


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of what a person reads: lines of documents, and texts in code with a blank; values in braces are {}."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        for at, line in enumerate(text.splitlines(), start=1):
            if path.suffix == ".md" or re.search(r"say |fail |echo |^  \w+ {2,}", line):
                yield at, line
        return
    tree = ast.parse(text)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            said = "".join(str(part) for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value
        else:
            continue
        if id(node) not in statements and id(node) not in inside and " " in said.strip():
            yield node.lineno, said


@pytest.mark.parametrize("path", read_by_people(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_struck_word_is_said(path: Path) -> None:
    wrong = []
    for line, said in sentences(path):
        for pattern, instead in STRUCK.items():
            if found := re.search(pattern, said, re.IGNORECASE):
                wrong.append(f"line {line}: {found[0]!r} in {said[:90]!r}; say: {instead}")
    assert not wrong, "\n".join(wrong)


def test_a_struck_word_is_found_in_a_sentence_of_an_f_string_and_not_in_a_docstring(tmp_path: Path) -> None:
    code = tmp_path / "said.py"
    code.write_text('"""It stands behind."""\nsaid = f"{1} of them stand behind it"\n')
    assert [said for _, said in sentences(code)] == ["{} of them stand behind it"]
    assert re.search(next(iter(STRUCK)), "{} of them stand behind it")
