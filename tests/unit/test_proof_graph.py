"""The proof of a determination as a graph: questions over many determinations are one query."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner import ask, assessment_rdf, decide, load_case_file
from reasoner.determinations.proof_graph import stored_triples
from reasoner.errors import DeterminationUnreadable
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    import pyoxigraph as ox

    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
CASES = ROOT / "fixtures" / "cases"
TRIAL = (
    ROOT
    / "ontology/jurisdictions/us-ca/queries"
    / "which-determinations-hinge-on-a-six-visit-trial.rq"
)
STORED = (
    "acupuncture-first-6-treatments",
    "lumbar-strain-8-visits-within-limit",
    "myalgia-2017-trial-not-reassessed",
    "seed-2014-spine-12-visits",
)


@pytest.fixture(scope="module")
def store(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Decide some cases and keep their determinations in a folder, in two forms."""
    folder = tmp_path_factory.mktemp("determinations")
    for number, name in enumerate(STORED):
        decision = decide(load_case_file(CASES / name / "case.ttl", knowledge), knowledge)
        form, ending = [("turtle", "ttl"), ("jsonld", "jsonld")][number % 2]
        (folder / f"{name}.{ending}").write_text(assessment_rdf(decision, knowledge, form))
    return folder


def rows(query: str, knowledge: Knowledge, over: list[ox.Triple]) -> list[dict[str, str]]:
    answer = ask(query, knowledge, accept="csv", over=over)
    return list(csv.DictReader(io.StringIO(answer.body.decode())))


def test_which_determinations_hinge_on_the_six_visit_trial_is_one_query(
    store: Path, knowledge: Knowledge
) -> None:
    """The query finds exactly the determinations that depend on the figure."""
    found = rows(TRIAL.read_text(encoding="utf-8"), knowledge, stored_triples([store]))

    names = {row["determination"].partition("#")[0].rsplit("/", 1)[-1] for row in found}

    assert names == {"acupuncture-first-6-treatments", "myalgia-2017-trial-not-reassessed"}


def test_each_step_leads_to_the_outcome_and_has_no_open_premise(
    store: Path, knowledge: Knowledge
) -> None:
    """Each premise is asserted, in the knowledge base, or concluded by an earlier step."""
    triples = stored_triples([store])
    outcomes = rows(f"SELECT ?d ?s {{ ?d <{mn('outcomeStep').value}> ?s }}", knowledge, triples)
    by = {
        name: {(t.subject, t.object) for t in triples if t.predicate == mn(name)}
        for name in ("premise", "concludes", "restsOn")
    }
    concluded = {fact for _, fact in by["concludes"]}
    rested = {
        (step, fact)
        for step, below in by["restsOn"]
        for one, fact in by["concludes"]
        if one == below
    }

    assert len({row["d"] for row in outcomes}) == len(STORED)
    assert {pair for pair in by["premise"] if pair[1] in concluded} <= rested


def test_the_negative_half_is_in_the_graph(store: Path, knowledge: Knowledge) -> None:
    """Absent facts are in the graph as premises and can be queried."""
    query = f"""SELECT DISTINCT ?rule {{
        ?step <{mn("absentPremise").value}> ?absent ; <{mn("usesRule").value}> ?rule .
        ?absent <http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate> <{mn("asMade").value}> .
    }}"""

    found = {
        row["rule"].rsplit("/", 1)[-1] for row in rows(query, knowledge, stored_triples([store]))
    }

    assert {"OUT-20", "OUT-21"} <= found


@pytest.mark.parametrize("name", ["none.ttl", "x.txt", "bad.ttl"])
def test_a_file_that_is_not_a_determination_is_named(name: str, tmp_path: Path) -> None:
    """The error names the file that is not a determination."""
    if name == "x.txt":
        (tmp_path / name).write_text("x")
    if name == "bad.ttl":
        (tmp_path / name).write_text("<a")

    with pytest.raises(DeterminationUnreadable, match=name):
        stored_triples([tmp_path / name])
