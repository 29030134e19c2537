"""Check the files, rules and counts that the documents state."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
RULES = ROOT / "ontology" / "core" / "rules"


def rows_between(text: str, begin: str, end: str) -> list[str]:
    """Return the rows of the table between two marks, without its head."""
    part = text.split(begin, 1)[1].split(end, 1)[0]
    return [line for line in part.splitlines() if line.startswith("| ")][2:]


def named_rooms(text: str) -> list[str]:
    """List the rooms, or files outside any room, that the code map names."""
    rows = rows_between(text, "## Code map", "\n`reasoner/__init__.py`")
    return [row.split("`")[1] for row in rows]


def test_the_code_map_names_every_room_and_nothing_else() -> None:
    """The code map lists every room."""
    here = [
        f"reasoner/{path.name}{'/' if path.is_dir() else ''}"
        for path in (ROOT / "reasoner").iterdir()
        if (path.is_dir() and any(path.glob("*.py"))) or path.suffix == ".py"
    ]
    rooms = {*here, "api/"} - {"reasoner/__init__.py"}

    assert sorted(named_rooms((ROOT / "ARCHITECTURE.md").read_text("utf-8"))) == sorted(rooms)


def test_the_table_of_questions_names_the_folders_of_rules() -> None:
    """An author finds the folder for a new rule in one table."""
    text = (RULES / "README.md").read_text("utf-8")
    rows = [
        line
        for line in text.split("| folder |")[1].split("`mednec docs`")[0].splitlines()
        if line.startswith("| `")
    ]
    folders = {
        path.name
        for folder in (ROOT / "ontology").rglob("rules")
        for path in folder.iterdir()
        if path.is_dir()
    }

    assert {row.split("`")[1] for row in rows} == folders


def test_the_counts_of_what_is_verified_are_those_of_the_knowledge(knowledge: Knowledge) -> None:
    """README.md states the counts of verified and provisional entries."""
    text = (ROOT / "README.md").read_text("utf-8")
    verified = {t.subject for t in knowledge.facts if t.object == mn("Verified")}
    rows = {
        t.subject
        for t in knowledge.facts
        if (t.predicate, t.object) == (TYPE, mn("Recommendation"))
    }
    counts = (len(rows), len(rows & verified), len(rows - verified))
    law = {
        t.subject
        for t in knowledge.facts
        if t.predicate == mn("verification")
        and knowledge.origins.get(t.subject.value, "").startswith(
            "ontology/jurisdictions/us-ca/law/"
        )
    }

    assert f"Of {counts[0]} recommendations, {counts[1]} are verified and {counts[2]}" in text
    assert f"Of {len(law)} provisions" in text
    assert f"statements of law, {len(law & verified)} are verified" in text


def test_an_outdated_document_is_reported() -> None:
    """The check of the code map fails for a missing row."""
    table = "## Code map\n\n| room | does |\n| --- | --- |\n| `a/` | x |\n\n`reasoner/__init__.py`"

    assert named_rooms(table) == ["a/"]
