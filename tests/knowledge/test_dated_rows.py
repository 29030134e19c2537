"""A single recommendation can begin later or end earlier than its edition."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

from reasoner import decide, load_case, load_knowledge
from reasoner.authoring.space import Space

ROOT = Path(__file__).parents[2]
ROW = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009/myalgia"
CASE = """
    @prefix mn: <https://w3id.org/mednec/ns#> .
    @prefix mnc: <https://w3id.org/mednec/concept/> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <https://w3id.org/mednec/case/dated> a mn:Case ;
        mn:injury [ mn:injuredOn "2009-08-07"^^xsd:date ] ;
        mn:diagnosis [ mn:condition mnc:Myalgia ; mn:diagnosisStatus mn:Current ] ;
        mn:finding [ mn:findingType mnc:PainBeyondHealing ; mn:truth mn:Affirmed ;
            mn:statedBy mn:TreatingPhysician ] ;
        mn:course [ mn:treatment mnc:PhysicalTherapy ; mn:attendedVisits 0 ;
            mn:countCertainty mn:Exact ] ;
        mn:request [ mn:treatment mnc:PhysicalTherapy ; mn:requestedVisits 6 ;
            mn:region mnc:LumbarSpine ;
            mn:requestedOn "DAY"^^xsd:date ] .
"""


@pytest.fixture(scope="module")
def applies(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Return which rows apply on a day, where the row for myalgia is in force for one year."""
    home = tmp_path_factory.mktemp("dated")
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, home / name)
    (path,) = (home / "ontology").rglob("mtus-chronic-pain-2009.ttl")
    old = "    mn:covers mnc:Myalgia ;\n"
    assert path.read_text().count(old) == 1
    days = {"From": "2012-03-01", "Until": "2013-03-01"}
    dates = "".join(f'    mn:effective{k} "{v}"^^xsd:date ;\n' for k, v in days.items())
    path.write_text(path.read_text().replace(old, old + dates))
    knowledge = load_knowledge(home)
    row = Space(knowledge).rows[ROW]
    assert (row.since, row.until) == ("2012-03-01", "2013-03-01")

    @cache
    def rows(day: str) -> frozenset[str]:
        case = load_case(CASE.replace("DAY", day).encode(), knowledge, form="turtle")
        facts = decide(case, knowledge).derivation.facts.all
        applicable = "<https://w3id.org/mednec/ns#applicable>"
        return frozenset(o[1:-1] for _, p, o in facts if p == applicable)

    return rows


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2012-02-29", False),
        ("2012-03-01", True),
        ("2013-02-28", True),
        ("2013-03-01", False),
    ],
)
def test_a_dated_row_applies_within_its_dates_only(
    applies,  # noqa: ANN001
    day: str,
    *,
    expected: bool,
) -> None:
    """The first day is inclusive, the last exclusive; the edition is in force throughout."""
    assert (ROW in applies(day)) is expected
    assert ROW.replace("myalgia", "physical-medicine") in applies(day)
