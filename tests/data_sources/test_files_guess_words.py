"""Which record a file is follows from the words of its headers: each word that weighs something decides at least one file.

Every case is a file that only its words tell from another record; without the weight of the field it is named after, it is
taken for something else, or for nothing.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from data_sources.files.guess import mapping_for
from data_sources.files.guess.headers import FIELDS

DAY = "2026-03-{n:02}"
# What stands in a column, by the field it is for.
CELLS = {
    "score": "{five}",
    "amount": "{n}.50",
    "mrr": "{n}.00",
    "replies": "{five}",
    "reopens": "0",
    "within_target": "true",
    "severity": "major",
    "bug": "B{five}",
    "ticket": "T{five}",
    "customer": "C{five}",
    "title": "It breaks {n}",
    "left_how": "voluntary",
}


def cell(field: str, n: int) -> str:
    written = DAY if field.endswith(("_at", "_on")) else CELLS.get(field, "some {five}")
    return written.format(n=n, five=n % 5 + 1)


def record_of(path: Path) -> str | None:
    sources = tomllib.loads(mapping_for(path)).get("sources", {})
    return next((table["files"][0]["record"] for table in sources.values()), None)


def written(path: Path, columns: dict[str, str]) -> Path:
    """A file whose columns have these names; the values say for which field each one is."""
    rows = [",".join(columns), *(",".join(cell(field, n) for field in columns.values()) for n in range(1, 25))]
    path.write_text("\n".join(rows))
    return path


def test_customer_date_and_amount_are_purchases(tmp_path: Path) -> None:
    for names in (("customer", "date", "amount"), ("Kundennummer", "Datum", "Betrag"), ("user_id", "paid_at", "value")):
        path = written(tmp_path / "export.csv", dict(zip(names, ("customer", "ordered_at", "amount"), strict=True)))
        assert record_of(path) == "purchase"


GERMAN = {
    "ticket": "Ticketnummer,Erstellt am,Erste Antwort,Gelöst am,Kategorie,Kanal,Priorität,Betreff",
    "survey_response": "Antwort-ID,Zufriedenheit,Beantwortet am,Kommentar",
    "customer": "Kundennummer,Firma,Branche,Tarif,Monatsbetrag,Kunde seit,Kündigungsdatum",
    "subscription": "Vertragsnummer,Kundennr.,Vertragsbeginn,Vertragsende,Tarif,Monatspreis",
    "purchase": "Rechnungsnr,Kunde,Rechnungsdatum,Gesamtbetrag",
    "bug": "Fehlernummer,Titel,Erstellt,Schweregrad,Status,Behoben am",
    "release": "Version,Bezeichnung,Veröffentlicht am",
    "employment": "Personalnummer,Abteilung,Eintrittsdatum,Austrittsdatum,Austrittsgrund",
}
FILLED = {
    "Ticketnummer": "T{n}",
    "Antwort-ID": "R{n}",
    "Kundennummer": "K{n}",
    "Vertragsnummer": "V{n}",
    "Rechnungsnr": "RE{n}",
    "Fehlernummer": "F{n}",
    "Version": "1.{n}",
    "Personalnummer": "P{n}",
    "Zufriedenheit": "{five}",
    "Gesamtbetrag": '"1.20{five},50"',
    "Monatsbetrag": '"{n},50"',
    "Monatspreis": '"{n},50"',
    "Kunde": "K{five}",
    "Kundennr.": "K{five}",
    "Schweregrad": "hoch",
    "Priorität": "hoch",
    "Austrittsgrund": "Eigenkündigung",
}
DATES = (
    "Erstellt",
    "Antwort",
    "Gelöst am",
    "Beantwortet am",
    "seit",
    "datum",
    "beginn",
    "ende",
    "Behoben am",
    "Veröffentlicht",
)


@pytest.mark.parametrize("record", GERMAN)
def test_german_headers_are_understood(tmp_path: Path, record: str) -> None:
    names = GERMAN[record].split(",")

    def german(name: str, n: int) -> str:
        if name not in FILLED and any(part in name for part in DATES):
            return f"{n:02}.03.2026 10:00" if record in ("ticket", "survey_response", "bug") else f"{n:02}.03.2026"
        return FILLED.get(name, "etwas {five}").format(n=n, five=n % 5 + 1)

    path = tmp_path / "export.csv"
    path.write_text("\n".join([GERMAN[record], *(",".join(german(name, n) for name in names) for n in range(1, 25))]))
    text = mapping_for(path)
    assert record_of(path) == record
    assert "# not used" not in text, text
    if record == "bug":
        assert 'hoch = "major"' in text
    if record == "employment":
        assert '"Eigenkündigung" = "voluntary"' in text or 'Eigenkündigung = "voluntary"' in text


# Record, field -> a file that is this record only because of that field: its columns by the field each is for. Where the
# weight of the field is taken away, less than enough is left, or another record comes first.
DECIDED_BY = {
    ("ticket", "opened_at"): "id first_reply_at",
    ("ticket", "customer"): "id opened_at solved_at",
    ("ticket", "first_reply_at"): "id opened_at",
    ("ticket", "solved_at"): "id opened_at customer",
    ("ticket", "replies"): "id opened_at",
    ("ticket", "reopens"): "id opened_at",
    ("ticket", "within_target"): "id opened_at",
    ("ticket", "area"): "id opened_at solved_at",
    ("ticket", "channel"): "id opened_at",
    ("ticket", "kind"): "id opened_at solved_at",
    ("ticket", "priority"): "id opened_at solved_at",
    ("ticket", "subject"): "id opened_at solved_at",
    ("ticket", "excerpt"): "id opened_at solved_at",
    ("survey_response", "score"): "id answered_at",
    ("survey_response", "answered_at"): "ticket_id score created_at comment",
    ("survey_response", "ticket"): "ticket_id score date",
    ("survey_response", "customer"): "ticket_id score date",
    ("survey_response", "area"): "ticket_id score date",
    ("survey_response", "channel"): "ticket_id score date",
    ("survey_response", "comment"): "ticket_id score created_at answered_at",
    ("survey_response", "sent_at"): "ticket_id score created_at",
    ("customer", "name"): "id segment mrr",
    ("customer", "segment"): "id name mrr",
    ("customer", "plan"): "id name mrr",
    ("customer", "mrr"): "id name segment",
    ("customer", "started_on"): "id name mrr",
    ("customer", "ended_on"): "id name mrr",
    ("subscription", "customer"): "id started_on ended_on plan",
    ("subscription", "started_on"): "id customer mrr",
    ("subscription", "ended_on"): "id customer started_on plan",
    ("subscription", "plan"): "id customer started_on ended_on",
    ("subscription", "mrr"): "id customer started_on",
    ("purchase", "customer"): "date amount",
    ("purchase", "ordered_at"): "customer amount date",
    ("purchase", "amount"): "customer date",
    ("bug", "title"): "id opened_at severity",
    ("bug", "opened_at"): "id title severity",
    ("bug", "severity"): "id title opened_at",
    ("bug", "status"): "id title opened_at released_at",
    ("bug", "fixed_at"): "id title opened_at",
    ("bug", "released_at"): "id title opened_at expected_on",
    ("bug", "closed_at"): "id title opened_at status owner",
    ("bug", "expected_on"): "id title opened_at released_at",
    ("bug", "area"): "id title opened_at expected_on",
    ("bug", "owner"): "id title opened_at expected_on",
    ("bug", "url"): "id title opened_at expected_on",
    ("bug_report", "bug"): "id ticket",
    ("bug_report", "ticket"): "id bug",
    ("release", "name"): "id released_at",
    ("release", "released_at"): "id name",
    ("employment", "team"): "id started_on",
    ("employment", "started_on"): "id ended_on",
    ("employment", "ended_on"): "id started_on",
    ("employment", "left_how"): "id started_on",
}
DATED = ("answered_at", "ordered_at")
PLAIN = {"id": "title", "ticket_id": "title", "date": "answered_at", "created_at": "opened_at"}


def file_of(path: Path, record: str, fields: list[str]) -> Path:
    """A column for each field, called by the first word for it. A plain name is a column of that name."""
    named = {FIELDS[record][each].words.split()[0] if each not in PLAIN else each: each for each in fields}
    return written(path, {name: PLAIN.get(each, each) for name, each in named.items()})


@pytest.mark.parametrize(("record", "field"), DECIDED_BY)
def test_every_word_that_weighs_something_decides_a_file(tmp_path: Path, record: str, field: str) -> None:
    others = DECIDED_BY[record, field].split()
    is_there = (field == "ticket" and "ticket_id" in others) or (
        field in DATED and bool({"date", "created_at"} & set(others))
    )
    in_it = others if is_there else [*others, field]
    assert record_of(file_of(tmp_path / "export.csv", record, in_it)) == record


def test_no_word_weighs_something_without_a_file_that_it_decides() -> None:
    weighing = {(record, field) for record, fields in FIELDS.items() for field, words in fields.items() if words.weight}
    assert weighing == set(DECIDED_BY)


def test_the_name_of_the_key_and_of_the_file_say_what_a_row_is(tmp_path: Path) -> None:
    columns = {"created_at": "opened_at", "status": "status"}
    assert record_of(written(tmp_path / "export.csv", {"no": "title"} | columns)) is None
    assert record_of(written(tmp_path / "export.csv", {"case_id": "title"} | columns)) == "ticket"
    assert record_of(written(tmp_path / "incidents.csv", {"no": "title"} | columns)) == "ticket"


def test_the_key_of_something_else_is_no_record_of_ours(tmp_path: Path) -> None:
    columns = {"created_at": "opened_at", "channel": "channel"}
    assert record_of(written(tmp_path / "export.csv", {"id": "title"} | columns)) == "ticket"
    path = written(tmp_path / "export.csv", {"call_id": "title"} | columns)
    assert record_of(path) is None
    first, *rest = mapping_for(path).splitlines()
    assert first.startswith("# export.csv is not one of the records that are counted: customer, subscription, purchase")
    assert "# Its key, call_id, names something else." in rest
