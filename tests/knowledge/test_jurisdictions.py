"""Another jurisdiction is data: the core with a made-up law and guideline decides a case."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner import (
    assessment_data,
    assessment_text,
    decide,
    describe_assessment,
    load_case_file,
    load_knowledge,
)
from reasoner.errors import KnowledgeUnreadable
from reasoner.knowledge.classified import generate_classification

if TYPE_CHECKING:
    from reasoner import Assessment, Knowledge

ROOT = Path(__file__).parents[2]
CORE = ROOT / "ontology" / "core"
NORTHLAND = ROOT / "fixtures" / "jurisdictions" / "northland"
CASE = NORTHLAND / "cases" / "eight-visits.ttl"
CALIFORNIAN = re.compile(r"\bLabor Code\b|\bCCR\b|\bMTUS\b")
OF_A_JURISDICTION = re.compile(rf"\bmn[gl]:\w|{CALIFORNIAN.pattern}")


@pytest.fixture(scope="module")
def northland(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """Join the made-up jurisdiction to the core, classify the result and load it."""
    home = tmp_path_factory.mktemp("northland")
    shutil.copytree(CORE, home / "ontology" / "core")
    shutil.copytree(
        NORTHLAND,
        home / "ontology" / "jurisdictions" / "northland",
        ignore=shutil.ignore_patterns("cases", "README.md"),
    )
    shutil.copytree(ROOT / "shapes", home / "shapes")
    for name in ("prefixes.ttl", "knowledge-base.ttl"):
        shutil.copy(ROOT / "ontology" / name, home / "ontology")
    generate_classification(home)
    return load_knowledge(home)


@pytest.fixture(scope="module")
def assessment(northland: Knowledge) -> Assessment:
    """Decide the case of the made-up jurisdiction once."""
    return decide(load_case_file(CASE, northland), northland)


@pytest.mark.slow
def test_the_guideline_of_another_jurisdiction_governs(assessment: Assessment) -> None:
    """Eight visits are requested, and the made-up guideline supports seven."""
    one = assessment.determinations[0]

    assert one.outcome.endswith("#NecessaryInPart")
    assert (one.visits.least, one.visits.most, one.visits.limit) == (7, 7, 7)
    assert [g.source.iri for g in one.governing] == [
        "https://w3id.org/mednec/guideline/northland-therapy-2020/lumbar-strain"
    ]


@pytest.mark.slow
def test_its_own_venue_expresses_the_outcome(assessment: Assessment) -> None:
    """No venue of California is named: the venues are those of the knowledge base."""
    one = assessment.determinations[0]

    assert one.venue.endswith("#BenefitsOffice")
    assert dict(one.dispositions) == {"benefitsOffice": "granted in part"}


@pytest.mark.slow
def test_pages_name_its_own_venue(assessment: Assessment, northland: Knowledge) -> None:
    """A page takes the names of a venue from the knowledge base."""
    page = assessment_text(describe_assessment(assessment, northland, proof=False))

    assert "\nBO: GRANT IN PART · " in page
    assert "IMR" not in page


@pytest.mark.slow
def test_it_rests_on_its_own_law_alone(assessment: Assessment, northland: Knowledge) -> None:
    """Every source that is cited is made up, and so says its file."""
    sources = assessment.determinations[0].sources

    assert sources
    assert all("(made up)" in source.citation for source in sources)
    assert not CALIFORNIAN.search(str(assessment_data(assessment, northland)))


@pytest.mark.parametrize(
    "path", sorted([*CORE.rglob("*.ttl"), *CORE.rglob("*.rq")]), ids=lambda p: p.stem
)
def test_the_core_names_no_law_and_no_guideline(path: Path) -> None:
    """What any jurisdiction would use cites none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    stated = [line for line in lines if not line.startswith(("@prefix", "PREFIX", "#+ monotone"))]

    assert [line for line in stated if OF_A_JURISDICTION.search(line)] == []


def test_a_source_for_an_unknown_rule_is_refused(tmp_path: Path) -> None:
    """The law data of a jurisdiction cites general rules by id: a misspelt id is named."""
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    path = tmp_path / "ontology" / "jurisdictions" / "us-ca" / "law" / "general-rules.ttl"
    with path.open("a", encoding="utf-8") as file:
        file.write('\nmnr:LIM-999 mn:appliesProvision "nowhere" .\n')

    with pytest.raises(KnowledgeUnreadable, match="LIM-999"):
        load_knowledge(tmp_path)
