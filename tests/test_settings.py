"""Settings: whatever is wrong is one sentence, and names the file or the variable that it stands in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from settings import SettingsError, load
from store import StoreError, open_store
from tests.builders import settings


def said(folder: Path, text: str = "") -> str:
    (folder / "empathy.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(folder / "empathy.toml")
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("[sources.a]\nfresh_within_hours = 2", "empathy.toml: [sources.a] needs a line type = ..., for example type"),
        ("sources.a = 3", "empathy.toml, sources.a: this is a table; write [sources.a] and its settings on the lines"),
        ("sources = 3", "empathy.toml, sources: this is a table; write [sources.NAME] and its settings on the lines"),
        ('words = "x"', "empathy.toml, words: this is a table; write [words]"),
        ('grace_days = "x"', "empathy.toml, grace_days: this must be a whole number."),
        ("grace_days = -1", "empathy.toml, grace_days: this must be at least 0."),
        ("company = 3", 'empathy.toml, company: this must be text in quotes, like "...".'),
        ('staff_key = "short"', "empathy.toml, staff_key: this must have at least 16 letters."),
        ("colour = 3", "empathy.toml, colour: there is no such setting."),
        (
            '[sources.desk]\ntype = "files"\nshares_ids_with = ["cmr"]\n[sources.crm]\ntype = "files"',
            "empathy.toml, sources: shares_ids_with of 'desk' names 'cmr', which is not a source; the nearest is 'crm'.",
        ),
        (
            '[sources.desk]\ntype = "files"\nshares_ids_with = "crm"',
            'empathy.toml, sources.desk.shares_ids_with: this must be a list, like ["..."].',
        ),
        ("impact.half_life_days = 1e-300", "empathy.toml, impact.half_life_days: this must be at least 1."),
        ("impact.half_life_days = 1e308", "empathy.toml, impact.half_life_days: this must be at most 3650."),
        ("impact.half_life_days = inf", "empathy.toml, impact.half_life_days: this must be at most 3650."),
        ("impact.half_life_days = nan", "empathy.toml, impact.half_life_days: this must be "),
        (f"impact.half_life_days = {10**400}", "empathy.toml, impact.half_life_days: this must be "),
        ("impact.severity.major = -1", "empathy.toml, impact.severity.major: this must be more than 0."),
        ("impact.severity.major = 1e308", "empathy.toml, impact.severity.major: this must be at most 1000."),
        ("impact.unrated_severity = nan", "empathy.toml, impact.unrated_severity: this must be "),
        ("impact.unrated_severity = 0", "empathy.toml, impact.unrated_severity: this must be more than 0."),
        (f"grace_days = {10**18}", "empathy.toml, grace_days: this must be at most 3650."),
        (f"grace_days = {10**30}", "empathy.toml, grace_days: this must be at most 3650."),
        ("grace_days = 1" + "0" * 5000, "empathy.toml is not valid TOML: "),
        (f"repeat_within_days = {10**9}", "empathy.toml, repeat_within_days: this must be at most 3650."),
        ("repeat_within_days = 0", "empathy.toml, repeat_within_days: this must be more than 0."),
        (
            '[sources.a]\ntype = "files"\nfresh_within_hours = 1e300',
            "empathy.toml, sources.a.fresh_within_hours: this must",
        ),
        *(
            (
                f'[sources.desk]\ntype = "files"\nticket_url = "{address}"',
                'empathy.toml, sources.desk.ticket_url: write an address like "https://desk.example/tickets/{id}".',
            )
            for address in (
                "https://desk.example/tickets",
                "javascript:alert({id})",
                "https://{id}.example/",
                "https://desk.example@evil.example/{id}",
                "https://desk.example/a {id}",
            )
        ),
        ('words.customers = ""', "empathy.toml, words.customers: this must not be empty."),
        (f'company = "{"x" * 101}"', "empathy.toml, company: this must have at most 100 letters."),
        ("a = " + "[" * 5000, "empathy.toml is not valid TOML: "),
        ('time_zone = "Mars"', "empathy.toml, time_zone: there is no time zone 'Mars'"),
    ],
)
def test_a_mistake_in_the_file_is_one_plain_sentence(tmp_path: Path, written: str, sentence: str) -> None:
    assert said(tmp_path, written).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("EMPATHY_TIME_ZONE", "Mars", "The environment variable EMPATHY_TIME_ZONE: there is no time zone 'Mars'"),
        ("EMPATHY_SOURCES", "x", "The environment variable EMPATHY_SOURCES cannot be read: sources is a table."),
        ("EMPATHY_GRACE_DAYS", "x", "The environment variable EMPATHY_GRACE_DAYS: this must be a whole number."),
        ("EMPATHY_WORDS__CLIENT", "x", "The environment variable EMPATHY_WORDS__CLIENT: there is no such setting."),
        (
            "EMPATHY_SOURCES__A__REPOSITORY",
            "o/r",
            "The environment variable EMPATHY_SOURCES__A__REPOSITORY: [sources.a] needs a line type = ...",
        ),
    ],
)
def test_a_mistake_in_the_environment_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said(tmp_path).startswith(sentence)


def test_where_a_ticket_is_opened_is_said_source_by_source(tmp_path: Path) -> None:
    address = "https://desk.example/tickets/{id}?view=1"
    (tmp_path / "empathy.toml").write_text(f'[sources.desk]\ntype = "files"\nticket_url = "{address}"')
    desk = load(tmp_path / "empathy.toml").sources["desk"]
    assert desk.ticket_url == address
    assert desk.options == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empathy.toml").write_text("")
    (tmp_path / "empathy.toml").chmod(0)
    with pytest.raises(SettingsError, match="cannot be read: Permission denied"):
        load(tmp_path / "empathy.toml")


def test_a_home_that_nobody_has_is_one_sentence() -> None:
    with pytest.raises(SettingsError, match="no home folder"):
        load("~nobody-has-this-name/empathy.toml")


def test_one_weight_of_severity_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "empathy.toml").write_text("[impact.severity]\nblocker = 20\n")
    found = load(tmp_path / "empathy.toml").impact.severity
    assert found == {"cosmetic": 1, "minor": 2, "major": 4, "blocker": 20}


def test_the_old_name_of_the_impact_settings_is_read_for_one_more_version_with_a_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "empathy.toml"
    file.write_text("[pain]\nhalf_life_days = 60\n[pain.severity]\nblocker = 20\n")
    found = load(file)
    assert (found.impact.half_life_days, found.impact.severity["blocker"]) == (60, 20)
    assert found.notices == (
        "The settings [pain] are called [impact] now: rename them. The old name is read for one more version.",
    )
    file.write_text("[impact]\nhalf_life_days = 60\n")
    assert load(file).notices == ()
    monkeypatch.setenv("EMPATHY_PAIN__HALF_LIFE_DAYS", "45")
    with pytest.raises(SettingsError, match=r"empathy\.toml: pain is the old name of impact, and both are written"):
        load(file)
    file.write_text("")
    assert load(file).impact.half_life_days == 45
    monkeypatch.setenv("EMPATHY_PAIN__HALF_LIFE_DAYS", "0")
    with pytest.raises(SettingsError, match="EMPATHY_PAIN__HALF_LIFE_DAYS: this must be at least 1"):
        load(file)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql+psycopg2://u@h/d", "names the driver 'psycopg2', which is not installed; write postgresql://..."),
        ("postgresql://u@[::1", "is not an address of a database"),
        ("postgresql://u@h:port/d", "is not an address of a database"),
        ("mysql://u@h/d", "names 'mysql'; use sqlite or postgresql."),
        ("nonsense", "is not an address of a database"),
    ],
)
def test_an_address_that_is_none_is_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match="The setting database_url") as caught:
        open_store(settings(url))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_may_be_written_in_each_usual_way(scheme: str) -> None:
    assert open_store(settings(f"{scheme}://u@h/d")).engine.url.drivername == "postgresql+psycopg"
