"""Terms: a retired one is reported where it is used, and each has its form."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reasoner import load_case, load_knowledge
from reasoner.authoring.check_imports import check_imports
from reasoner.authoring.check_terms import check_terms
from reasoner.authoring.places import Places
from reasoner.cases.intake import check_case

ROOT = Path(__file__).parents[2]
CONDITIONS = "ontology/core/concepts/conditions.ttl"
LUMBAR = "mnc:LumbarStrain a mnc:LumbarStrain, owl:Class, owl:NamedIndividual ;\n"
RETIRED = "    owl:deprecated true ;\n    dcterms:isReplacedBy mnc:LumbosacralStrain ;\n"
RULE = "ontology/core/rules/why/some.rq"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def edit(home: Path, old: str, new: str) -> None:
    path = home / CONDITIONS
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def found(home: Path, kind: str, rules: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    places = Places(home)
    findings = [*check_terms(places, rules or {}), *check_imports(places)]
    assert {f.kind for f in findings} <= {kind}
    return [(f.path, f.message, f.hint) for f in findings]


def test_the_knowledge_base_has_no_fault_of_its_terms(home: Path) -> None:
    """Each check below is silent where nothing is wrong."""
    assert [*check_terms(Places(home), {}), *check_imports(Places(home))] == []


def test_a_retired_term_is_reported_where_it_is_still_used(home: Path) -> None:
    """The finding lists each row, letter text and rule that still uses the term."""
    edit(home, LUMBAR, LUMBAR + RETIRED)
    rules = {RULE: "?d mn:condition mnc:LumbarStrain .", "other.rq": "?d mn:x mnc:LumbarStrains ."}

    uses = found(home, "term-retired", rules)

    assert (
        RULE,
        "mnc:LumbarStrain is retired and still used here.",
        "Use mnc:LumbosacralStrain.",
    ) in uses
    assert any("guidelines/" in path for path, _, _ in uses)
    assert any("lexicon/" in path for path, _, _ in uses)
    assert not any(path in (CONDITIONS, "other.rq") for path, _, _ in uses)


def test_a_term_that_replaces_another_is_not_retired(home: Path) -> None:
    """A term that replaces another may not be retired itself."""
    edit(home, LUMBAR, LUMBAR + RETIRED)
    other = "mnc:LumbosacralStrain a mnc:LumbosacralStrain, owl:Class, owl:NamedIndividual ;\n"
    edit(home, other, other + "    owl:deprecated true ;\n")

    messages = [message for _, message, _ in found(home, "term-retired")]

    assert any("which is retired itself" in message for message in messages)


def test_a_case_that_uses_a_retired_term_is_warned_and_decided(home: Path) -> None:
    """A retired term in a case gives a warning that names its replacement."""
    edit(home, LUMBAR, LUMBAR + RETIRED)
    knowledge = load_knowledge(home)
    path = ROOT / "fixtures/cases/lumbar-strain-8-visits-within-limit/case.ttl"
    case = load_case(path.read_bytes(), knowledge, form="turtle")

    report = check_case(case, knowledge)
    said = [r for r in report.results if r.shape == "RetiredTerm"]

    assert report.conforms
    assert {r.message for r in said} == {"mnc:LumbarStrain is retired: use mnc:LumbosacralStrain."}


def test_an_import_that_no_file_holds_is_found(home: Path) -> None:
    """An import without a file is a finding, since the ontology would load incompletely."""
    edit(home, "skos:ConceptScheme ;\n", "skos:ConceptScheme ;\n    owl:imports <urn:nowhere> ;\n")

    ((path, message, _),) = found(home, "import-not-held")

    assert path == CONDITIONS
    assert "urn:nowhere" in message


def test_a_file_whose_terms_are_used_is_imported(home: Path) -> None:
    """A tool that opens one file finds each term in it, also if another file reaches it too."""
    path = home / "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"
    text = path.read_text(encoding="utf-8")
    treatments = "        <https://w3id.org/mednec/concepts/treatments>,\n"
    assert treatments in text
    path.write_text(text.replace(treatments, ""), encoding="utf-8")

    ((name, message, hint),) = found(home, "import-missing")

    assert name.endswith("mtus-chronic-pain-2009.ttl")
    assert message.startswith("1 file is used here and not imported")
    assert "https://w3id.org/mednec/concepts/treatments" in hint
