"""What stands in the mapping of one record: the line of each field, with what is not sure about it."""

# ruff: noqa: E501 (sentences for the comments of the mapping)

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields

from data_sources.files.guess import headers
from data_sources.files.guess.choose import Guess
from data_sources.files.guess.columns import Column, folded
from data_sources.files.guess.lines import Draft, Line, columns_in, line_of
from data_sources.files.guess.ratings import Rating, rating_of
from data_sources.mapping.plan import Written
from data_sources.source import harmless
from data_sources.words import number
from store.records import BY_TABLE

# Whether the rows of each value of these columns follow each other in the whole file.
StandTogether = Callable[[Sequence[str]], bool]


def draft_of(guess: Guess, columns: list[Column], together: StandTogether) -> Draft:
    draft = Draft(guess.record, missing=list(guess.missing), used={column.name for column in guess.fields.values()})
    merges = _merges(guess, draft, together)
    found: dict[str, Line] = {"id": _id(guess, columns, draft, merges, together)}
    merges = merges or "same_id" in draft.options
    for name, column in guess.fields.items():
        if name not in ("id", "score"):
            found[name] = line_of(guess.record, name, column, merges, name in guess.by_content)
    if guess.record == "survey_response" and "score" in guess.fields:
        _add_rating(found, draft, rating_of(guess.fields["score"]))
    elif guess.record == "ticket":
        _lengths(found, draft, columns)
        if merges and "solved_at" not in found and "opened_at" in guess.fields:
            _closing(found, guess, columns)
    elif guess.record in ("customer", "subscription"):
        _yearly(found, columns)
    elif guess.record == "purchase":
        _amounts(found, draft, guess, columns, merges)
    if guess.record in ("bug", "ticket") and not merges:
        _leave_out_what_is_no_end(found, draft, columns)
    draft.fields = _in_order(guess.record, found)
    add_common(draft, columns)
    return draft


def ratings_beside(tickets: Draft, guess: Guess, columns: list[Column], others: Sequence[Guess]) -> Draft | None:
    """The ratings that stand in the rows of tickets, as records of their own."""
    surveys = next(each for each in others if each.record == "survey_response")
    score = surveys.fields.get("score")
    if guess.record != "ticket" or score is None or score.name in tickets.used or "id" not in tickets.fields:
        return None
    draft = Draft("survey_response", used={score.name})
    found = {"id": Line(tickets.fields["id"].value), "ticket": Line(tickets.fields["id"].value)}
    _add_rating(found, draft, rating_of(score))
    answered = surveys.fields.get("answered_at")
    is_own = answered is not None and answered.name not in tickets.used
    ends = tickets.fields.get("solved_at") or tickets.fields.get("opened_at")
    if (
        answered is not None
        and is_own
        and answered.stem in headers.FIELDS["survey_response"]["answered_at"].words.split()
    ):
        found["answered_at"] = line_of("survey_response", "answered_at", answered, False)
        draft.used.add(answered.name)
    elif ends is not None:
        end = "solved" if "solved_at" in tickets.fields else "opened"
        doubt = f"the file does not say when it was rated; the day the ticket was {end} is taken"
        found["answered_at"] = Line(ends.value, [doubt])
    else:
        draft.missing.append("answered_at")
    for name in ("customer", "area", "channel"):
        if name in tickets.fields:
            found[name] = Line(tickets.fields[name].value)
    if "comment" in surveys.fields and surveys.fields["comment"].name not in tickets.used:
        found["comment"] = line_of("survey_response", "comment", surveys.fields["comment"], False)
    if "same_id" in tickets.options:
        draft.options["same_id"] = Line(tickets.options["same_id"].value)
        found = {name: Line(_without_take(line.value), line.doubts) for name, line in found.items()}
    draft.fields = _in_order("survey_response", found)
    add_common(draft, columns)
    return draft


def add_common(draft: Draft, columns: list[Column]) -> None:
    """Words for nothing, and the time zone: of all columns that are used."""
    named = {column for line in draft.fields.values() for column in columns_in(line.value)}
    draft.used |= named
    used = [column for column in columns if column.name in named]
    missing = sorted({word.casefold(): word for column in used for word in column.missing}.values())
    if missing and "blanks" not in draft.options:
        draft.options["blanks"] = Line(missing, ['that these mean "not known"'])
    bare = any(
        re.search(r"\d:\d\d", text) and not re.search(r"(Z|UTC|[+-]\d\d:?\d\d)$", text)
        for column in used
        if column.dates and column.dates not in ("unix", "unix_ms")
        for text in column.texts[:50]
    )
    if bare and "time_zone" not in draft.options:
        draft.notes.append(
            'not sure: in which time zone its times are; the company\'s is used, otherwise write time_zone = "Europe/Madrid"'
        )


def _in_order(record: str, found: dict[str, Line]) -> dict[str, Line]:
    order = [each.name for each in fields(BY_TABLE[record])]
    return {name: found[name] for name in order if name in found}


def _without_take(value: Written) -> Written:
    return {key: each for key, each in value.items() if key != "take"} if isinstance(value, dict) else value


# --- the key -----------------------------------------------------------------------------------------------------


def _merges(guess: Guess, draft: Draft, together: StandTogether) -> bool:
    """Whether this is an event log or the lines of orders: ids repeat, and the rows of each one follow each other."""
    key = guess.fields.get("id")
    if guess.record not in ("ticket", "purchase") or key is None or key.distinct > 0.9 * len(key.texts):
        return False
    if not together([key.name]):
        return False
    draft.options["same_id"] = Line("merge", ["many consecutive rows share an id; they are read as one record"])
    return True


def _id(guess: Guess, columns: list[Column], draft: Draft, merges: bool, together: StandTogether) -> Line:
    key = guess.fields.get("id")
    if key is not None and merges:
        return Line(key.name)
    rows = len(columns[0].cells)
    if key is not None and key.distinct >= 0.5 * len(key.texts):
        repeated = len(key.texts) - key.distinct
        if not repeated:
            return Line(key.name)
        second = _second_key(key, columns)
        if second is not None and guess.record in ("purchase", "survey_response", "bug_report", "subscription"):
            return Line([key.name, second.name], [f"{key.name} alone repeats in {number(repeated, 'row')}"])
        doubt = (
            f'{number(repeated, "row")} of {rows:,} repeat an id and are rejected; where the later row is right, write same_id = "last_wins"; '
            'for an event log or the lines of an order write same_id = "merge"'
        )
        return Line(key.name, [doubt])
    parts = [
        guess.fields[name].name
        for name in ("id", "bug", "ticket", "customer", "ordered_at", "answered_at", "reported_at", "started_on")
        if name in guess.fields
    ]
    parts = list(dict.fromkeys(parts))
    if len(parts) >= 2 and guess.record in ("purchase", "bug_report", "survey_response", "subscription"):
        line = Line(parts, ["no single column tells the rows apart"])
        if guess.record == "purchase" and _repeats(parts, columns):
            if together(parts):
                doubt = "rows of one customer on one day are read as one purchase, and their amounts added up"
                draft.options["same_id"] = Line("merge", [doubt])
            elif "amount" in guess.fields:
                line.value = [*parts, guess.fields["amount"].name]
        return line
    if key is not None:
        if guess.record in ("ticket", "bug"):
            draft.missing.append("id")  # a table about tickets, such as their comments
        doubt = (
            "each is in many rows, and the later ones are rejected; "
            'if the rows of one are consecutive, write same_id = "merge"'
        )
        return Line(key.name, [doubt])
    unique = sorted((each for each in columns if each.texts), key=lambda each: (-each.distinct, each.dates is not None))
    return Line(
        (unique or columns)[0].name,
        ["no column is named like a key; this one differs most from row to row"],
    )


def _second_key(key: Column, columns: list[Column]) -> Column | None:
    """Another column that is called a key, and with which no row repeats."""
    for column in columns:
        if column is not key and column.names_a_key and len(column.cells) == len(key.cells):
            pairs = set(zip(map(str, key.cells), map(str, column.cells), strict=True))
            if len(pairs) == len(key.cells):
                return column
    return None


def _repeats(names: list[str], columns: list[Column]) -> bool:
    by_name = {column.name: column for column in columns}
    rows = list(zip(*(map(str, by_name[name].cells) for name in names), strict=True))
    return len(set(rows)) < len(rows)


# --- what several columns say together ---------------------------------------------------------------------------


def _add_rating(found: dict[str, Line], draft: Draft, rating: Rating) -> None:
    if rating.wrong:
        draft.missing.append("scale")
        draft.notes.append(f"not sure: {rating.wrong}")
        return
    found["kind"] = Line({"constant": rating.kind}, rating.about_kind)
    found["scale"] = Line({"constant": rating.scale})
    score = rating.score if len(rating.score) > 1 else rating.score["column"]
    found["score"] = Line(score, rating.about_score)


def _lengths(found: dict[str, Line], draft: Draft, columns: list[Column]) -> None:
    """first_response_time_minutes: a wait that is written as a length is added to when the ticket was opened."""
    opened = found.get("opened_at")
    if opened is None:
        return
    start = opened.value if isinstance(opened.value, dict) else {"column": opened.value}
    opening = next(column for column in columns if column.name == start["column"])
    for name, patterns in headers.LENGTHS.items():
        mapped = found.get(name)
        old = next((c for c in columns if mapped is not None and c.name in columns_in(mapped.value)), None)
        if old is not None and (old.has_clock or opening.has_clock):
            continue
        for column, unit in _waits(columns, patterns):
            plus = {key: value for key, value in start.items() if key != "take"}
            found[name] = Line({**plus, "plus": {unit: column.name}})
            draft.used.add(column.name)
            break


def _closing(found: dict[str, Line], guess: Guess, columns: list[Column]) -> None:
    """In a log of events, the event with which nearly every case ends closes it."""
    key, time = guess.fields["id"], guess.fields["opened_at"]
    cases = [str(cell) for cell in key.cells]
    ends = [place for place, case in enumerate(cases[:-1]) if case != cases[place + 1]]  # the last one may be cut
    for column in columns:
        if column in guess.fields.values() or column.dates or not 2 <= column.distinct <= 60 or len(ends) < 20:
            continue
        said = [str(cell) for cell in column.cells]
        last, times = Counter(said[place] for place in ends).most_common(1)[0]
        if last.strip() and times >= 0.8 * len(ends) and said.count(last) <= 1.5 * times:
            doubt = f"{times} of {len(ends)} cases end with {harmless(column.name)} {harmless(last)}; it is read as the closing"
            value = line_of("ticket", "solved_at", time, True).value
            found["solved_at"] = Line({**value, "when": {column.name: last}}, [doubt])
            return


def _yearly(found: dict[str, Line], columns: list[Column]) -> None:
    """A yearly amount where there is no monthly one."""
    yearly = next((c for c in columns if c.folded in headers.YEARLY.split() and c.is_number), None)
    if yearly is not None and "mrr" not in found:
        line = line_of("customer", "mrr", yearly, False)
        value = line.value if isinstance(line.value, dict) else {"column": yearly.name}
        found["mrr"] = Line({**value, "divided_by": 12}, line.doubts)


def _waits(columns: list[Column], patterns: Sequence[str]) -> list[tuple[Column, str]]:
    """Columns of numbers whose name says what length and in which unit; those of business hours last."""
    found = []
    for column in columns:
        name = column.folded
        if not column.is_number or column.dates or not any(re.match(p.replace("*", ".*"), name) for p in patterns):
            continue
        unit = next((u for u, said in headers.UNITS.items() if set(said.split()) & set(name.split("_"))), None)
        if unit is not None:
            found.append((column, unit))
    return sorted(found, key=lambda each: "business" in each[0].folded or "calendar" in each[0].folded)


def _amounts(found: dict[str, Line], draft: Draft, guess: Guess, columns: list[Column], merges: bool) -> None:
    """Quantity times price; what was taken back, and what nobody bought, is no purchase."""
    named = {column.folded: column for column in columns if column.is_number and not column.dates}
    quantity = next((named[name] for name in headers.QUANTITY if name in named), None)
    price = next((named[name] for name in headers.UNIT_PRICE if name in named), None)
    amount = guess.fields.get("amount")
    where: dict[str, Written] = {}
    doubts: list[str] = []
    if quantity is not None and price is not None and (amount is None or amount is price or "unit" in price.folded):
        value: dict[str, Written] = {"product": [quantity.name, price.name]}
        if quantity.comma or price.comma:
            value["decimal_comma"] = True
        found["amount"] = Line(value | ({"take": "sum"} if merges else {}))
        amount = quantity
    elif (
        amount is not None
        and merges
        and "take" not in (found["amount"].value if isinstance(found["amount"].value, dict) else {})
    ):
        found["amount"] = line_of("purchase", "amount", amount, True)
    if amount is not None and any(each < 0 for each in amount.numbers()):
        where[amount.name] = {"at_least": 0}
        doubts.append("rows below zero are read as returns and left out")
    customer = guess.fields.get("customer")
    if customer is not None and (blank := len(customer.cells) - len(customer.texts)):
        where[customer.name] = {"blank": False}
        doubts.append(f"{number(blank, 'row')} of {len(customer.cells):,} name no customer and are left out")
    if where:
        draft.options["where"] = Line(where, doubts)


def _leave_out_what_is_no_end(found: dict[str, Line], draft: Draft, columns: list[Column]) -> None:
    """Some exports fill the day of closing for what is open, too: there it is only the last change."""
    status = next((c for c in columns if c.folded in ("status", "state", "zustand") and c.texts), None)
    if status is None:
        return
    for name in ("closed_at", "solved_at"):
        line = found.get(name)
        end = next((c for c in columns if line is not None and c.name in columns_in(line.value)), None)
        if end is None:
            continue
        is_open = [folded(str(cell or "")) in headers.OPEN.split() for cell in status.cells]
        filled = [bool(str(cell or "").strip()) for cell, still in zip(end.cells, is_open, strict=True) if still]
        if filled and sum(filled) > 0.2 * len(filled):
            del found[name]
            draft.notes.append(
                f"not used for {name}: {harmless(end.name)}; it is filled for rows whose {harmless(status.name)} is open, too"
            )


def stands_together(keys: Iterable[tuple[str, ...]]) -> bool:
    """Whether equal keys follow each other, as in an event log that is sorted by case."""
    seen: set[int] = set()
    now: Written = None
    for key in keys:
        if any(key) and key != now:
            if hash(key) in seen:
                return False
            seen.add(hash(key))
            now = key
    return True
