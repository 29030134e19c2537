"""`mednec fmt` rewrites a file completely or not at all, and changes only its form."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from reasoner.commands import main as cli

ROOT = Path(__file__).parents[2]
UNTIDY = (
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    "@prefix : <http://example.org/> .\n# of b\n:b rdfs:label 'x' .\n:a rdfs:label 'y' .\n"
)
TIDY = (
    "@prefix : <http://example.org/> .\n"
    "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n"
    ':a\n    rdfs:label "y" .\n\n# of b\n:b\n    rdfs:label "x" .\n'
)


def fmt(*words: str | Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["mednec", "fmt", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "untidy.ttl"
    path.write_text(UNTIDY, encoding="utf-8")
    return path


def test_a_file_is_brought_into_the_one_form(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefixes and subjects are sorted, and comments stay above their subject."""
    file.chmod(0o640)

    assert fmt(file, monkeypatch=monkeypatch) == 0
    assert file.read_text(encoding="utf-8") == TIDY
    assert file.stat().st_mode & 0o777 == 0o640
    assert fmt("--check", file, monkeypatch=monkeypatch) == 0


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_a_look_writes_nothing(
    file: Path,
    option: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`--check` reports files that differ and changes none of them."""
    assert fmt(option, file, monkeypatch=monkeypatch) == 1
    assert file.read_text(encoding="utf-8") == UNTIDY
    assert "untidy.ttl" in capsys.readouterr().out


def test_a_broken_file_is_named_and_left_alone_and_the_others_are_formatted(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that does not parse is left as it is, and the others are formatted."""
    broken = file.with_name("broken.ttl")
    broken.write_text("@prefix : <http://example.org/> .\n:a :b", encoding="utf-8")

    assert fmt(file.parent, monkeypatch=monkeypatch) == 2
    assert broken.read_text(encoding="utf-8").endswith(":a :b")
    assert file.read_text(encoding="utf-8") == TIDY
    assert "broken.ttl: Line 2" in capsys.readouterr().err
    assert sorted(p.name for p in file.parent.iterdir()) == ["broken.ttl", "untidy.ttl"]


def test_generated_files_are_not_formatted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mednec fmt` skips files that `mednec generate` writes."""
    shutil.copytree(ROOT / "ontology" / "generated", tmp_path / "generated")

    assert fmt("--check", tmp_path, monkeypatch=monkeypatch) == 0


def test_all_knowledge_is_in_the_one_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every committed Turtle file is formatted, so that a diff shows only changes of meaning."""
    assert fmt("--check", ROOT / "ontology", ROOT / "shapes", monkeypatch=monkeypatch) == 0


def test_a_missing_file_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelled file name is an error, not an empty success."""
    assert fmt(tmp_path / "none.ttl", monkeypatch=monkeypatch) == 2
    assert "does not exist" in capsys.readouterr().err
