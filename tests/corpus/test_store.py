"""A store of letters: each is added once, by one writer; bad letters are skipped; the report."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from reasoner import errors
from reasoner.audits.corpus.store import FACTS, INDEX, LOCK, build, rows, stored_facts
from reasoner.commands.main import commands
from reasoner.knowledge.query import ask
from reasoner.pages.charts import stacked_bars
from reasoner.pages.corpus import write_report

if TYPE_CHECKING:
    from reasoner import Knowledge

FIXTURES = Path(__file__).parents[2] / "fixtures" / "letters"
NAMES = ("low-back-whole-request-judged.txt", "hip-infrared-wrong-section.txt")
ASKED = """
PREFIX mn: <https://w3id.org/mednec/ns#>
SELECT (COUNT(?case) AS ?cases) WHERE {
  ?letter mn:tellsCase ?case . ?case mn:imrDecision ?d .
  ?d mn:auditObservation mn:WholeRequestJudged .
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of two letters and one file that is not a letter."""
    made = tmp_path_factory.mktemp("letters")
    for name in NAMES:
        shutil.copy(FIXTURES / name, made / name)
    (made / "bad.txt").write_text("No letter at all, only words.")
    return made


@pytest.fixture(scope="module")
def store(folder: Path, knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a store of that folder."""
    made = tmp_path_factory.mktemp("store")
    done = build(sorted(folder.glob("*.txt")), made, knowledge)

    assert (done.added, done.known, len(done.failed)) == (2, 0, 1)
    assert done.failed[0].startswith("bad.txt")
    return made


def test_a_letter_is_added_once(folder: Path, store: Path, knowledge: Knowledge) -> None:
    """A second build with the same knowledge skips known letters and adds no duplicate facts."""
    before = (store / FACTS).read_bytes()

    done = build(sorted(folder.glob("*.txt")), store, knowledge)

    assert (done.added, done.known) == (0, 2)
    assert (store / FACTS).read_bytes() == before
    assert len(rows(store)) == 2


def test_two_copies_of_one_letter_are_one_letter(
    folder: Path, knowledge: Knowledge, tmp_path: Path
) -> None:
    """A copy with other spaces and line ends has the case number of the first."""
    first = folder / NAMES[0]
    copy = tmp_path / "copy.txt"
    copy.write_bytes(first.read_bytes().replace(b"\n", b" \r\n"))

    built = build([first, copy], tmp_path / "store", knowledge)

    assert (built.added, built.known) == (1, 1)
    assert len(rows(tmp_path / "store")) == 1


def test_the_letters_of_others_do_not_matter(
    folder: Path, store: Path, knowledge: Knowledge, tmp_path: Path
) -> None:
    """A letter has the same row and audit alone as among others."""
    name = NAMES[1]
    build([folder / name], tmp_path, knowledge)
    (alone,) = rows(tmp_path)
    (among,) = (row for row in rows(store) if row.file == name)
    audit = f"audits/{alone.source}.json"

    assert alone == among
    assert (tmp_path / audit).read_bytes() == (store / audit).read_bytes()
    assert set(stored_facts(tmp_path)) <= set(stored_facts(store))


def test_a_second_writer_is_refused(folder: Path, store: Path, knowledge: Knowledge) -> None:
    """A second build is refused while one is running."""
    with (store / LOCK).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(errors.StoreBusy, match="another build"):
            build(sorted(folder.glob("*.txt")), store, knowledge)


def test_a_build_that_broke_off_is_recovered(
    folder: Path, store: Path, tmp_path: Path, knowledge: Knowledge
) -> None:
    """A build after a crash drops the incomplete line and reads its letter again."""
    broken = tmp_path / "broken"
    shutil.copytree(store, broken)
    index = (broken / INDEX).read_text("utf-8")
    facts = (broken / FACTS).read_text("utf-8")
    first, second = index.splitlines(keepends=True)
    (broken / INDEX).write_text(first + second[:40], "utf-8")
    (broken / FACTS).write_text(facts[:-30], "utf-8")
    (broken / LOCK).write_text("A build writes here.\n", "utf-8")
    letters = sorted(folder.glob("*.txt"))

    done = build(letters, broken, knowledge)

    assert (done.recovered, done.added, done.known) == (True, 1, 1)
    assert set(stored_facts(broken)) == set(stored_facts(store))
    assert {r.digest for r in rows(broken)} == {r.digest for r in rows(store)}
    assert not build(letters, broken, knowledge).recovered


def test_analysts_ask_the_store_with_the_knowledge(store: Path, knowledge: Knowledge) -> None:
    """Cases, decisions and findings can be joined with the terms of the knowledge base."""
    answer = ask(ASKED, knowledge, accept="csv", over=stored_facts(store))

    assert answer.body.decode().split() == ["cases", "1"]


def test_the_report_counts_and_links_every_letter(store: Path, tmp_path: Path) -> None:
    """Each figure of the report links to its letters, and each link resolves."""
    found = write_report(store, tmp_path)
    page = (tmp_path / "report.html").read_text()
    data = json.loads((tmp_path / "report.json").read_text())

    assert (found.letters, found.items, found.decided, found.not_decided) == (2, 3, 2, 1)
    assert data["departures"]["edition not in force"] == 1
    assert "whole request judged" not in data["departures"]
    assert sum(row["items"] for row in data["agreement"]["table"]) == 2
    links = set(re.findall(r'href="(letters/[^"]+)"', page))
    assert len(links) == 2
    assert all((tmp_path / link).is_file() for link in links)
    assert "<script" not in page


def test_what_no_text_held_decides_is_its_own_class(store: Path, tmp_path: Path) -> None:
    """It is counted in its groups, and is neither an agreement nor a difference nor a departure."""
    found = write_report(store, tmp_path)
    (open_,) = (i for row in rows(store) for i in row.items if i.is_not_decided)
    (group,) = (g for g in found.outcomes["treatment"] if g.name == open_.treatment)

    assert (open_.decided, open_.differs, open_.imr, open_.robust) == (False, None, None, None)
    assert open_.outcome == "not decided"
    assert (group.items, group.not_decided, group.agree) == (1, 1, 0)
    assert dict(group.reasoner) == {"not decided": 1}
    assert open_.heading not in {d.heading for d in found.differences}
    assert "section off topic" in open_.departures  # type: ignore[operator]
    assert "section off topic" not in found.departures


def test_a_folder_without_a_store_is_an_error(tmp_path: Path) -> None:
    """The message names the command that builds a store."""
    with pytest.raises(errors.StoreUnreadable, match="corpus build"):
        rows(tmp_path)
    with pytest.raises(errors.StoreUnreadable, match="corpus build"):
        stored_facts(tmp_path)


def test_a_damaged_line_of_the_index_is_named(store: Path, tmp_path: Path) -> None:
    """A damaged store is an error."""
    copy = tmp_path / "copy"
    shutil.copytree(store, copy)
    with (copy / "index.jsonl").open("a") as out:
        out.write("{\n")

    with pytest.raises(errors.StoreUnreadable, match="line 3"):
        rows(copy)


def test_the_commands_build_and_report(folder: Path, tmp_path: Path) -> None:
    """Progress and refusals go to standard error; exit code 1 says that one was not read."""
    store, out = tmp_path / "store", tmp_path / "out"

    built = CliRunner().invoke(commands, ["corpus", "build", str(folder), "--store", str(store)])
    answered = CliRunner().invoke(
        commands, ["corpus", "report", "--store", str(store), "--out", str(out)]
    )

    assert built.exit_code == 1
    assert "2 added, 0 known, 1 not read" in built.stdout
    assert "bad.txt" in built.stderr
    assert answered.exit_code == 0
    assert (out / "report.html").is_file()


def test_words_in_a_chart_are_escaped() -> None:
    """Labels are escaped in the report."""
    drawn = stacked_bars("a <title>", [("<script>", {"<b>": 2}), ("none", {})])

    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "&lt;script&gt;" in drawn
