"""`mednec coverage --unseen` ranks what was not seen by the determinations that rest on it."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.case_sources import find_cases
from reasoner.authoring.unseen import Unseen, rank_unseen
from reasoner.commands import main as cli
from reasoner.determinations.assess import decide, load_case_file
from reasoner.records.documents import assessment_data

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
CASES = (
    "knee-manual-therapy-not-recommended",
    "lumbar-strain-8-visits-within-limit",
    "seed-2014-spine-12-visits",
)
KNEE = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009/knee-manual-therapy"
MYALGIA = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009/myalgia"
NEAREST = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009/soft-tissue-nearest-row"


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    for name in CASES:
        shutil.copy(ROOT / "fixtures" / "cases" / name / "case.ttl", folder / f"{name}.ttl")
    return folder


@pytest.fixture(scope="module")
def found(knowledge: Knowledge, cases: Path) -> Unseen:
    return rank_unseen(knowledge, find_cases(cases))


def test_what_governs_is_ranked_before_what_is_mentioned(found: Unseen) -> None:
    """A figure that decides is read before a source that is only listed."""
    weights = [row.weight for row in found.rows]

    assert weights == sorted(weights, reverse=True)
    assert found.rows[0].iri == KNEE
    assert found.rows[0].weight[0] == 1
    assert found.rows[0].examples == ("knee-manual-therapy-not-recommended.ttl",)


def test_a_row_that_was_seen_or_that_is_a_judgment_is_left_out(found: Unseen) -> None:
    """There is nothing to read for either."""
    assert not {MYALGIA, NEAREST} & {row.iri for row in found.rows}


def test_a_determination_counts_once_for_a_row(found: Unseen) -> None:
    """By its strongest use alone."""
    assert found.determinations == len(CASES)
    assert all(sum(row.weight) <= len(CASES) for row in found.rows)
    assert found.resting == 1


def test_stored_determinations_rank_as_the_cases_do(
    knowledge: Knowledge, cases: Path, found: Unseen, tmp_path: Path
) -> None:
    """A determination is read as it was stored, and not made again."""
    for path in cases.iterdir():
        made = assessment_data(decide(load_case_file(path, knowledge), knowledge), knowledge)
        (tmp_path / f"{path.stem}.json").write_text(json.dumps(made), encoding="utf-8")
    stored = rank_unseen(knowledge, find_cases(tmp_path))

    assert [(r.iri, r.weight) for r in stored.rows] == [(r.iri, r.weight) for r in found.rows]


def test_a_case_that_cannot_be_read_is_listed(knowledge: Knowledge, tmp_path: Path) -> None:
    """The others are still counted."""
    (tmp_path / "broken.ttl").write_text("not Turtle", encoding="utf-8")
    found = rank_unseen(knowledge, find_cases(tmp_path))

    assert [name for name, _ in found.refused] == ["broken.ttl"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--unseen"], "--cases"),
        (["--unseen", "--cases", ".", "--gaps"], "--unseen goes with --cases and --format only"),
        (["--cases", "."], "--cases goes with --unseen"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    """No option is ignored in silence."""
    monkeypatch.setattr(sys, "argv", ["mednec", "coverage", *words])
    with pytest.raises(SystemExit):
        cli.main()

    assert message in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_each_form_names_the_row(
    cases: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """People read the table, programs the others."""
    words = ["--unseen", "--cases", str(cases), "--format", form, "--knowledge", str(ROOT)]
    monkeypatch.setattr(sys, "argv", ["mednec", "coverage", *words])
    cli.main()

    assert "manual therapy, knee" in capsys.readouterr().out
