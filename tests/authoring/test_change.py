"""`mednec diff` and `mednec impact` report what changed and which outcomes flip."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner import decide
from reasoner.authoring.case_sources import find_cases
from reasoner.authoring.changes import State, changes_text, diff, diff_editions
from reasoner.authoring.impact import impact
from reasoner.authoring.revisions import as_if, open_revision
from reasoner.determinations.assess import load_case_file
from reasoner.errors import CaseUnreadable, KnowledgeMissing
from reasoner.knowledge.terms import PREFIXES, mn
from reasoner.pages.impact import impact_text

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
CASES = ROOT / "fixtures" / "cases"
OLD = "mtus-chronic-pain-2009"
NEW = "mtus-chronic-pain-2016"
ROW = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"


@pytest.fixture(scope="module")
def state() -> State:
    return State(ROOT)


def copy(folder: Path) -> Path:
    shutil.copytree(ROOT / "ontology", folder / "ontology")
    shutil.copytree(ROOT / "shapes", folder / "shapes")
    return folder


def edit(home: Path, name: str, old: str, new: str) -> None:
    path = home / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def with_figure(knowledge: Knowledge, row: str, figure: int) -> Knowledge:
    """Change the maximum of one row, as an author would in its file."""
    subject, term = ox.NamedNode(row), mn("maximumVisits")
    assert any(t.subject == subject and t.predicate == term for t in knowledge.facts)
    facts = [t for t in knowledge.facts if not (t.subject == subject and t.predicate == term)]
    return knowledge.with_facts((*facts, ox.Triple(subject, term, ox.Literal(figure))))


def test_a_changed_figure_is_reported_with_its_old_and_new_value(
    state: State, tmp_path: Path
) -> None:
    """The report names limits and rows, not triples, and no other changes."""
    home = copy(tmp_path)
    edit(home, ROW, "mn:maximumVisits 24", "mn:maximumVisits 30")
    changes = diff(state, State(home))

    assert [(c.kind, c.what, c.details) for c in changes] == [
        ("recommendations", "changed", ("maximum visits: 24 -> 30",))
    ]
    assert "complex regional pain syndrome" in changes[0].subject
    assert "2009" in changes[0].subject


def test_an_unchanged_state_has_no_difference(state: State) -> None:
    """Renamed blank nodes are not reported as a change."""
    assert diff(state, State(ROOT)) == ()
    assert changes_text(()) == "Nothing changed."


def test_rules_and_concepts_are_reported_too(state: State, tmp_path: Path) -> None:
    """A retired rule, a reworded one and a renamed concept are named by title and label."""
    home = copy(tmp_path)
    (home / "ontology/core/rules/why/home-program.rq").unlink()
    edit(home, "ontology/core/rules/why/no-fading.rq", 'because: "', 'because: "So: ')
    edit(
        home,
        "ontology/core/concepts/conditions.ttl",
        '"lumbar strain"@en',
        '"strain of the loins"@en',
    )
    reported = {(c.kind, c.what, c.subject.split(" · ")[0]) for c in diff(state, State(home))}

    assert reported == {
        ("rules", "retired", "HOME-01"),
        ("rules", "changed", "FADE-01"),
        ("concepts", "changed", "strain of the loins"),
    }


def test_two_editions_are_compared_row_by_row(state: State) -> None:
    """The report shows the figures of both editions, from the first day of the later one."""
    changes = diff_editions(state, PREFIXES["mng"] + OLD, PREFIXES["mng"] + NEW)
    by_name = {c.subject.split(" (")[0]: c for c in changes}
    crps = by_name["physical medicine, complex regional pain syndrome"]

    assert "maximum visits: 24 -> 26 from 2016-07-29" in crps.details
    assert by_name["physical medicine, arthritis"].what == "added"
    assert by_name["physical medicine, after injection"].what == "added"


def test_a_new_edition_is_compared_with_the_one_that_it_replaces(
    state: State, tmp_path: Path
) -> None:
    """The report shows the old figure, the new figure and the first day of the new one."""
    home = copy(tmp_path)
    text = (home / ROW).read_text(encoding="utf-8")
    text = text.replace(OLD, "mtus-chronic-pain-2027").replace("2009-07-18", "2027-01-01")
    text = text.replace(
        'mn:effectiveUntil "2016-07-29"^^xsd:date ;', f"dcterms:replaces mng:{NEW} ;"
    )
    text = text.replace("mn:maximumVisits 10 ;", "mn:maximumVisits 12 ;")
    (home / "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2027.ttl").write_text(
        text, encoding="utf-8"
    )
    changes = diff(state, State(home))
    details = {d for c in changes if c.kind == "recommendations" for d in c.details}

    assert "maximum visits: 10 -> 12 from 2027-01-01" in details
    assert any(c.kind == "guidelines" and c.what == "added" for c in changes)


def test_between_the_editions_the_flips_are_those_of_the_rows_that_differ(
    knowledge: Knowledge,
) -> None:
    """The report lists exactly the fixture cases that the 2016 edition changes."""
    iris = [PREFIXES["mng"] + slug for slug in (OLD, NEW)]
    before, after = as_if(knowledge, iris[0], iris[1]), as_if(knowledge, iris[1], iris[0])
    found = impact(before, after, find_cases(CASES))
    names = {flip.case.split("/")[0] for flip in found.flips}

    crps = [flip for flip in found.flips if flip.case.startswith("crps-25-visits")]
    assert names == {
        "crps-1-and-2-visits-other-discipline",  # 24 or 26 visits, and 22 may have been given
        "crps-25-visits-request-date-missing",
        "crps-25-visits-requested-2016-07-28",
        "crps-25-visits-requested-2016-07-29",
        "crps-25-visits-two-decision-dates-request-undated",
        "crps-25-visits-two-request-dates",
        "crps-26-visits-cap-authorized",  # the excess of 2 fits within 26
        "crps-26-visits-cap-exceeded",
        "crps-30-visits-two-request-dates-either-way",  # 24 supported, or 26
        "low-back-massage-2016-nothing-held",  # the later edition is not held on massage
        "lumbar-strain-exceptional-factors",  # only the later edition admits exceptional factors
        "two-regions-4-visits-improvement-not-shown",  # the later edition lets a trial run first
    }
    for flip in crps:
        assert (flip.old.supported, flip.new.supported) == ((24, 24), (25, 25))
        assert flip.reason[0] != flip.reason[1]
        assert flip.conditions == ("complex regional pain syndrome",)
    for source in find_cases(CASES):
        alone = [decide(source.load(k), k).determinations for k in (before, after)]
        differs = any(
            (a.outcome, a.visits.supported, a.robust) != (b.outcome, b.visits.supported, b.robust)
            for a, b in zip(*alone, strict=True)
        )
        assert differs == any(flip.case == source.name for flip in found.flips), source.name


def test_a_changed_figure_flips_the_case_that_turns_on_it(knowledge: Knowledge) -> None:
    """The first reason that changed names the new figure."""
    row = f"{PREFIXES['mng']}{OLD}/crps"
    changed = with_figure(knowledge, row, 25)
    found = impact(knowledge, changed, find_cases(CASES / "crps-25-visits-requested-2016-07-28"))
    text = impact_text(found)

    assert [flip.new.supported for flip in found.flips] == [(25, 25)]
    assert "25" in found.flips[0].reason[1][1]
    assert "1 of 1 determinations flip." in text
    assert "medically necessary in part -> medically necessary" in text


def test_cases_come_from_folders_files_graphs_and_stores(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """Each case in a file of named graphs or in a store is decided as if it were alone."""
    slugs = ("lumbar-strain-no-improvement", "crps-25-visits-requested-2016-07-28")
    quads = []
    for slug in slugs:
        case = load_case_file(CASES / slug / "case.ttl", knowledge)
        graph = ox.NamedNode(case.iri)
        quads += [ox.Quad(t.subject, t.predicate, t.object, graph) for t in case.triples]
    many = tmp_path / "many.nq"
    many.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    store = ox.Store(str(tmp_path / "store"))
    store.extend(quads)
    store.flush()
    del store

    for place in (many, tmp_path / "store"):
        outcomes = {
            s.name.rsplit("/", 1)[-1]: decide(s.load(knowledge), knowledge).determinations[0].label
            for s in find_cases(place)
        }
        assert outcomes == {
            slug: decide(load_case_file(CASES / slug / "case.ttl", knowledge), knowledge)
            .determinations[0]
            .label
            for slug in slugs
        }
    assert [s.name for s in find_cases(CASES / slugs[0])] == ["case.ttl"]


def test_a_file_that_holds_no_quads_is_named(tmp_path: Path) -> None:
    """A truncated file stops the run with a message that names it, without a traceback."""
    path = tmp_path / "cut.nq"
    path.write_text("<http://example.org/a> <http://", encoding="utf-8")

    with pytest.raises(CaseUnreadable, match=r"cut\.nq"):
        find_cases(path)


def test_a_case_that_cannot_be_decided_is_listed_and_the_rest_goes_on(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    """The message names the one bad file and what is wrong with it."""
    shutil.copy(CASES / "lumbar-strain-no-improvement" / "case.ttl", tmp_path / "good.ttl")
    (tmp_path / "bad.ttl").write_text("no Turtle", encoding="utf-8")
    found = impact(knowledge, knowledge, find_cases(tmp_path))

    assert (found.decided, [name for name, _ in found.refused]) == (1, ["bad.ttl"])
    assert "bad.ttl" in impact_text(found)


def test_a_revision_is_the_files_of_that_commit(tmp_path: Path) -> None:
    """The comparison reads the commit, not the working folder."""
    home = copy(tmp_path / "checkout")
    for words in (
        ("init", "--quiet"),
        ("add", "--all"),
        ("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "one"),
    ):
        subprocess.run(("git", "-C", home, *words), check=True)
    edit(home, ROW, "mn:maximumVisits 24", "mn:maximumVisits 30")
    with open_revision("HEAD", home) as before, open_revision(str(home), home) as now:
        changes = diff(State(before), State(now))

    assert [c.details for c in changes] == [("maximum visits: 24 -> 30",)]
    with (
        pytest.raises(KnowledgeMissing, match="not a folder of knowledge, a revision"),
        open_revision("v9", home),
    ):
        pass


def test_the_commands_tell_people_programs_and_ci(tmp_path: Path) -> None:
    """The command writes text or JSON, and its exit code is 1 if an outcome flips."""
    mednec = ROOT / ".venv" / "bin" / "mednec"
    if not mednec.exists():
        pytest.skip("No .venv in this checkout: 'make setup' makes it.")
    cases = CASES / "crps-25-visits-requested-2016-07-28"
    shutil.copy(cases / "case.ttl", tmp_path / "case.ttl")
    words = ("impact", OLD, NEW, "--cases", tmp_path)
    text = subprocess.run((mednec, *words), capture_output=True, text=True, check=False)
    data = subprocess.run(
        (mednec, *words, "--format", "json"), capture_output=True, text=True, check=False
    )
    same = subprocess.run(
        (mednec, "impact", ".", ".", "--cases", tmp_path),
        capture_output=True,
        check=False,
        cwd=ROOT,
    )

    assert (text.returncode, data.returncode, same.returncode) == (1, 1, 0)
    assert "1 of 1 determinations flip." in text.stdout
    assert len(json.loads(data.stdout)["flips"]) == 1
