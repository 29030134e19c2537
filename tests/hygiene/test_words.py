"""What the documents say of files, rules and counts is so."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import TYPE_CHECKING

from reasoner.rules import read_rules
from reasoner.terms import TYPE, mn

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
RULES = ROOT / "ontology" / "rules"


def rows_between(text: str, begin: str, end: str) -> list[str]:
    """Return the rows of the table between two marks, without its head."""
    part = text.split(begin, 1)[1].split(end, 1)[0]
    return [line for line in part.splitlines() if line.startswith("| ")][2:]


def named_files(text: str) -> list[str]:
    """List the patterns of files that the code map names; a name without a folder is a sibling."""
    found = []
    for row in rows_between(text, "## Code map", "\nKnowledge:"):
        folder = ""
        for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
            folder = name.rpartition("/")[0] or folder
            found.append(
                f"{name}*" if name.endswith("/") else f"{folder}/{name.rsplit('/', 1)[-1]}"
            )
    return found


def test_the_code_map_names_every_module_and_nothing_else() -> None:
    """A newcomer finds each file from one page."""
    files = [
        p.relative_to(ROOT).as_posix()
        for package in ("reasoner", "api")
        for p in sorted((ROOT / package).rglob("*.py"))
    ]
    patterns = named_files((ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    known = [f for f in files if any(fnmatch.fnmatch(f, p) for p in patterns)]
    idle = [p for p in patterns if not p.endswith("/*") and not any(ROOT.glob(p))]

    assert [f for f in files if f not in known and Path(f).stem != "__init__"] == []
    assert idle == []


def test_the_strata_of_the_page_are_the_folders_of_the_rules() -> None:
    """One row a stratum, in the order in which they run."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    told = [row.split("`")[1] for row in rows_between(text, "## Strata", "## One set of rules")]

    assert told == sorted(
        (p.name for p in RULES.iterdir() if p.is_dir()), key=lambda n: int(n.split("-")[0])
    )


def test_the_table_of_rules_is_made_of_the_rules() -> None:
    """Whoever looks up an id of a determination finds its rule."""
    text = (RULES / "README.md").read_text("utf-8")
    told = rows_between(text, "<!-- rules: begin -->", "<!-- rules: end -->")

    assert sorted(told) == sorted(
        f"| {r.stratum} | {r.id} | {r.title} | {r.role} | {r.source} |" for r in read_rules(RULES)
    )


def test_the_counts_of_what_is_verified_are_those_of_the_knowledge(knowledge: Knowledge) -> None:
    """What was seen and what is recalled is told as it is."""
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
        and knowledge.origins.get(t.subject.value, "").startswith("ontology/law/")
    }

    assert f"Of {counts[0]} recommendations, {counts[1]} are verified and {counts[2]}" in text
    assert f"Of {len(law)} provisions" in text
    assert f"statements of law, {len(law & verified)} are verified" in text


def test_a_document_that_lags_behind_is_seen() -> None:
    """The reading of tables can fail: a row that is left out is missed."""
    table = (
        "## Code map\n\n| file | does |\n| --- | --- |\n| `a/b.py`, `c_*.py` | x |\n\nKnowledge:"
    )

    assert named_files(table) == ["a/b.py", "a/c_*.py"]
