"""Whatever is wrong, each program says it in one sentence, says where more stands, and ends with the same code."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import read
import refresh
import sources

PROGRAMS = [pytest.param(read, ["csat"], id="read"), pytest.param(refresh, [], id="refresh")]
PROGRAMS += [pytest.param(sources, [], id="sources"), pytest.param(sources, ["check", "desk"], id="sources check")]


@pytest.mark.parametrize(("program", "words"), PROGRAMS)
def test_what_was_typed_wrongly_is_one_line_that_says_where_more_stands(
    program: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main([*words, "--colour\x1b[2J", "red"]) == 2
    said = capsys.readouterr().err
    assert said.endswith(f" Type ./run {program.__name__} --help for what it takes.\n")
    assert (said.count("\n"), "\x1b" in said) == (1, False)


@pytest.mark.parametrize(("program", "words"), PROGRAMS)
def test_settings_that_cannot_be_used_are_one_line_on_stderr(
    program: ModuleType, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empathy.toml").write_text("[sources.desk\n")
    assert program.main([*words, "--config", str(tmp_path / "empathy.toml")]) == 2
    found = capsys.readouterr()
    assert (found.out, found.err.count("\n")) == ("", 1)


@pytest.mark.parametrize(("program", "words"), PROGRAMS)
def test_help_is_no_failure(program: ModuleType, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([*words, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: ./run {program.__name__}")
