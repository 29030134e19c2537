from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

from reasoner.commands import main as cli
from reasoner.knowledge.terms import NS

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

LETTERS = Path(__file__).parents[2] / "fixtures" / "letters"
KNEE = LETTERS / "knee-sprain-first-visits.txt"
FINGER = LETTERS / "finger-after-surgery.txt"


@pytest.fixture
def mednec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in this process; give its exit code, output and errors."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mednec", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_page_says_what_was_read(mednec: Run) -> None:
    """The page shows the facts and marks those inferred by convention."""
    code, out, _ = mednec("read", KNEE)

    assert code == 0
    assert "physical therapy, 4 visits, at least" in out
    assert "denied (inferred)" in out
    assert "Every passage that usually states a fact was read." in out


def test_the_data_point_into_the_letter(mednec: Run) -> None:
    """The offsets refer to the characters of the file."""
    _, out, _ = mednec("read", KNEE, "--format", "json")
    data: dict[str, Any] = json.loads(out)
    ((start, end),) = data["age"]["spans"]

    assert KNEE.read_text(encoding="utf-8")[start:end] == "37 year old"
    assert "source" not in data


def test_the_letter_is_shown_with_its_marks(mednec: Run) -> None:
    """The page without its marks is the letter, character by character."""
    _, out, _ = mednec("read", KNEE, "--show")
    source = KNEE.read_text(encoding="utf-8")

    assert "[37 year old|age: 37]" in out
    assert out.count("\n") == source.count("\n") + 1


def test_the_marked_page_harms_no_browser(mednec: Run, tmp_path: Path) -> None:
    """Text of a letter is escaped."""
    letter = tmp_path / "letter.txt"
    letter.write_text(KNEE.read_text("utf-8").replace("mild swelling", "<script>x</script>"))
    _, out, _ = mednec("read", letter, "--format", "html")

    assert "<script>" not in out
    assert "&lt;script&gt;" in out
    assert '<mark class="stated" title="age: 37 (stated)">37 year old</mark>' in out


def test_the_case_graph_points_at_the_words_of_each_fact(mednec: Run) -> None:
    """The Turtle has a case for each item; each fact has its offsets and confidence."""
    code, out, _ = mednec("read", KNEE, "--format", "turtle")
    source = KNEE.read_text(encoding="utf-8")
    triples = list(ox.parse(out.encode(), format=ox.RdfFormat.TURTLE))
    said = {(t.subject, t.predicate.value.rsplit("#", 1)[-1]): t.object for t in triples}
    course = next(s for s, name in said if name == "attendedVisits")
    passages = [
        t.object for t in triples if t.subject == course and t.predicate.value.endswith("readFrom")
    ]
    words = [
        source[int(said[p, "start"].value) : int(said[p, "end"].value)]  # type: ignore[union-attr] # offsets
        for p in passages
    ]

    assert code == 0
    assert len([t for t in triples if t.object.value == f"{NS}Case"]) == 2  # type: ignore[union-attr] # no blank nodes
    assert said[course, "attendedVisits"] == ox.Literal(4)
    assert said[course, "readingConfidence"].value.endswith("StatedInWords")  # type: ignore[union-attr] # a concept
    assert any("physical therapy" in " ".join(w.split()) for w in words)


def test_a_part_that_is_missing_gives_exit_code_1(mednec: Run, tmp_path: Path) -> None:
    """The exit code is 1 if a part of the letter is missing."""
    letter = tmp_path / "letter.txt"
    source = KNEE.read_text("utf-8")
    letter.write_text(source[: source.index("IMR ISSUES")])
    code, out, _ = mednec("read", letter)

    assert code == 1
    assert "no head of the disputed items" in out


def test_a_file_that_is_not_a_letter_gives_exit_code_2(mednec: Run, tmp_path: Path) -> None:
    """The error is one paragraph, and the exit code is 2."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir,\n")
    code, out, err = mednec("read", letter)

    assert (code, out) == (2, "")
    assert err.startswith("mednec: letter-unreadable: ")


def test_one_bad_file_stops_no_other(mednec: Run, tmp_path: Path) -> None:
    """Each letter gives one line; other files are named on standard error."""
    shutil.copy(KNEE, tmp_path / "b.txt")
    shutil.copy(FINGER, tmp_path / "c.TXT")
    (tmp_path / "a.txt").write_bytes(b"\x00\x01")
    (tmp_path / "notes.md").write_text("no letter")
    code, out, err = mednec("corpus", "read", tmp_path, "--format", "jsonl")
    read = [json.loads(line) for line in out.splitlines()]

    assert code == 1
    assert [r["case"] for r in read] == ["CM16-0900002", "CM17-0900046"]
    assert "a.txt: letter-unreadable:" in err
    assert "2 letters read as jsonl, 1 not" in err


def test_an_empty_folder_is_an_error(mednec: Run, tmp_path: Path) -> None:
    """An empty folder is an error."""
    code, _, err = mednec("corpus", "read", tmp_path)

    assert code == 2
    assert "no letter" in err


def test_the_same_letter_reads_the_same_twice(mednec: Run) -> None:
    """Reading the same letter twice gives the same result."""
    assert mednec("read", FINGER, "--format", "json") == mednec("read", FINGER, "--format", "json")
