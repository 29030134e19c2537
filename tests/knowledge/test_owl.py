"""The ontology as OWL: kinds are disjoint, and properties have domains and ranges."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.check_codes import check_nested_codes
from reasoner.authoring.check_logic import check_logic
from reasoner.authoring.places import Places
from reasoner.kernel.terms import OWL, RDFS, TYPE, name_of
from reasoner.knowledge.terms import NS, mn

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]


def copy_of_the_knowledge(folder: Path) -> Path:
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def edit(folder: Path, old: str, new: str) -> None:
    """Replace a text in the one file of the ontology that holds it."""
    (path,) = [p for p in (folder / "ontology").rglob("*.ttl") if old in p.read_text("utf-8")]
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


@pytest.mark.slow
def test_a_condition_that_is_made_a_treatment_is_found(tmp_path: Path) -> None:
    """The main kinds are disjoint, so a mistake in the hierarchy is a contradiction."""
    home = copy_of_the_knowledge(tmp_path)
    edit(
        home,
        "mnc:LumbarStrain a mnc:LumbarStrain, owl:Class, owl:NamedIndividual ;\n"
        "    rdfs:subClassOf mnc:SpinalSprainOrStrain",
        "mnc:LumbarStrain a mnc:LumbarStrain, owl:Class, owl:NamedIndividual ;\n"
        "    rdfs:subClassOf mnc:PhysicalTherapy, mnc:SpinalSprainOrStrain",
    )

    found = check_logic(Places(home)).findings

    assert [f.kind for f in found] == ["inconsistent"]
    assert any("mnc:LumbarStrain mnc:PhysicalTherapy" in axiom for axiom in found[0].detail)
    assert found[0].path.endswith("concepts/conditions.ttl")


def test_most_properties_have_a_domain_and_a_range(knowledge: Knowledge) -> None:
    """A statement with a subject of the wrong kind is a contradiction."""
    kinds = {OWL + "ObjectProperty", OWL + "DatatypeProperty"}
    properties = {
        t.subject
        for t in knowledge.facts
        if t.predicate == TYPE and name_of(t.object) in kinds and name_of(t.subject).startswith(NS)
    }
    having = {
        name: {t.subject for t in knowledge.facts if t.predicate.value == RDFS + name}
        for name in ("domain", "range")
    }

    assert len(properties & having["domain"]) > 0.8 * len(properties)
    assert len(properties & having["range"]) > 0.8 * len(properties)


def nested(home: Path, knowledge: Knowledge) -> list[str]:
    return [f.message for f in check_nested_codes(Places(home), knowledge.entailed)]


def test_a_code_below_that_of_another_condition_is_a_finding(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    """Nested codes of unrelated conditions are a finding, since the longest code decides."""
    home = copy_of_the_knowledge(tmp_path)
    assert nested(home, knowledge) == []
    edit(home, "    mn:codedApartFrom mnc:ShoulderDislocation ;\n", "")

    (message,) = nested(home, knowledge)
    assert message.startswith("The code 831.04 of mnc:AcromioclavicularDislocation is below 831 ")


def test_one_code_of_two_conditions_is_a_finding(tmp_path: Path, knowledge: Knowledge) -> None:
    """A code listed for two conditions is a finding, since it would match both."""
    home = copy_of_the_knowledge(tmp_path)
    edit(home, '    mn:icd9 "833" ;', '    mn:icd9 "833", "831" ;')

    same = "The code 831 of mnc:WristDislocation is also a code of mnc:ShoulderDislocation."
    assert same in nested(home, knowledge)


def test_a_condition_is_coded_apart_from_another(knowledge: Knowledge) -> None:
    """`mn:codedApartFrom` states that nested codes are intended."""
    assert any(t.predicate == mn("codedApartFrom") for t in knowledge.facts)
