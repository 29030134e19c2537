"""Each fault in a file gives one finding, with the line and the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from reasoner.authoring.check_concepts import check_concepts
from reasoner.authoring.check_files import check_files
from reasoner.authoring.check_shapes import check_shapes_of_authors, read_shapes
from reasoner.authoring.check_values import check_values
from reasoner.authoring.places import Places

from .seeding import HOME, append, copy_knowledge, edit, find_file

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner.authoring.finding import Finding

EDITION = "mtus-chronic-pain-2016.ttl"
CONDITIONS = "conditions.ttl"


def findings(home: Path) -> list[Finding]:
    places = Places(home)
    found = [*check_files(places), *places.malformed, *check_values(places)]
    found += check_concepts(places)
    shapes, refused = read_shapes(places)
    return [*found, *refused, *check_shapes_of_authors(places, shapes, known=found)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_knowledge(tmp_path)


@pytest.fixture
def conditions(home: Path) -> Path:
    return next(p for p in home.rglob(CONDITIONS) if p.parent.name == "concepts")


def test_the_knowledge_base_has_no_fault() -> None:
    """Sound knowledge produces no findings, so that authors keep the check on."""
    assert findings(HOME) == []


FAULTS: Final = [
    ("mn:maximumVisits 26", "mn:maximumVisits 48.5", "value-of-wrong-type", '"48.5"'),
    ("mn:maximumVisits 9", 'mn:maximumVisits "up to 10"', "value-of-wrong-type", "up to 10"),
    ("mn:maximumVisits 18", "mn:maximumVisits mnc:Knee", "value-of-wrong-kind", "mnc:Knee"),
    ('"2017-12-01"^^xsd:date', '"2017-02-30"^^xsd:date', "value-malformed", "2017-02-30"),
    ('"2016-07-29"^^xsd:date', '"2016-07-29"', "value-of-wrong-type", "xsd:date"),
    ("mn:phaseOfScope mnc:Chronic", 'mn:phaseOfScope "chronic"', "value-of-wrong-kind", "chronic"),
    ("mnc:ComplexRegionalPainSyndrome", "mnc:ComplexRegionalPainSyndrom", "term-undeclared", "Did"),
    ("skos:altLabel", "skos:altLable", "property-undeclared", "skos:altLabel"),
    ("dcterms:replaces", "dcterms:isVersionOf", "property-undeclared", "dcterms:"),
    ('rdfs:label "physical medicine, arthritis"', 'rdfs:label " "', "text-empty", "arthritis"),
]
"""The text of an edition, what is written instead, and the kind and words of the finding."""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[int], list[Finding]]:
    """Seed all faults into one edition; return their lines, and what the check finds."""
    home = copy_knowledge(tmp_path_factory.mktemp("seeded"))
    path = find_file(home, EDITION)
    lines = [edit(path, old, new) for old, new, _, _ in FAULTS]
    return lines, findings(home)


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=lambda n: f"{n}-{FAULTS[n][2]}")
def test_a_fault_is_one_finding_on_its_line(
    seeded: tuple[list[int], list[Finding]], number: int
) -> None:
    """The finding gives the line of the word, not of the subject, and is reported once."""
    lines, found = seeded
    _, _, kind, words = FAULTS[number]
    here = [f for f in found if f.path.endswith(EDITION) and f.line == lines[number]]

    assert [f.kind for f in here] == [kind], found
    assert words in f"{here[0].message} {here[0].hint}"


def test_no_seeded_fault_is_reported_elsewhere(
    seeded: tuple[list[int], list[Finding]],
) -> None:
    """A fault gives no finding on another line or in another file."""
    assert len(seeded[1]) == len(FAULTS)


def test_a_misspelt_population_is_placed_where_it_is_named(home: Path) -> None:
    """The finding points to the misspelling in the guideline, not to the vocabulary."""
    path = find_file(home, EDITION)
    line = append(
        path,
        ':seeded a mn:Recommendation ;\n    rdfs:label "seeded"@en ;\n'
        '    mn:maximumVisits 5 ;\n    mn:pinpoint "p. 1" ;\n'
        "    mn:population :seeded-situatons ;\n    mn:statedIn mng:mtus-chronic-pain-2016 ;\n"
        "    mn:verification mn:Provisional .\n",
    )
    found = findings(home)

    assert [(f.path.endswith(EDITION), f.line) for f in found] == [(True, line + 4)]
    assert "seeded-situatons" in found[0].message


def test_a_concept_that_is_not_its_own_member_is_found(conditions: Path, home: Path) -> None:
    """No case that names the concept would match."""
    line = edit(
        conditions, "mnc:LumbarStrain a mnc:LumbarStrain, owl:Class", "mnc:LumbarStrain a owl:Class"
    )
    found = [f for f in findings(home) if f.kind == "concept-not-its-member"]

    assert [(f.line, "mnc:LumbarStrain" in f.message) for f in found] == [(line, True)]


def test_a_label_in_another_language_alone_is_found(conditions: Path, home: Path) -> None:
    """Labels are in English."""
    line = edit(conditions, '"lumbar strain"@en', '"esguince lumbar"@es')

    assert [(f.kind, f.line) for f in findings(home)] == [("label-not-english", line)]


def test_an_empty_definition_is_found(conditions: Path, home: Path) -> None:
    """An empty definition is a finding."""
    line = edit(conditions, '"sprain or strain of the lumbar spine"@en', '""@en')

    assert [(f.kind, f.line) for f in findings(home)] == [("text-empty", line)]


def test_a_byte_order_mark_is_one_finding(conditions: Path, home: Path) -> None:
    """The terms of the file are still known, so other files have no findings."""
    conditions.write_bytes(b"\xef\xbb\xbf" + conditions.read_bytes())
    places = Places(home)

    assert [f.kind for f in places.unreadable] == ["byte-order-mark"]
    assert [f.kind for f in findings(home)] == ["byte-order-mark"]


def test_a_broken_file_does_not_make_its_terms_unknown(conditions: Path, home: Path) -> None:
    """A fault gives one finding even if a hundred files use the term."""
    append(conditions, "mnc:Half a owl:Class ;\n")
    found = findings(home)

    assert [f.kind for f in found if not f.kind.startswith("term-unused")] == ["syntax"]


def test_a_copied_file_is_one_finding(home: Path) -> None:
    """There is one finding for the file, not one for each subject."""
    path = find_file(home, EDITION)
    path.with_name("copied.ttl").write_text(path.read_text("utf-8"), encoding="utf-8")
    found = findings(home)

    assert [f.kind for f in found] == ["subject-in-two-files"]
    assert "other subjects" in found[0].message


def test_a_file_that_nothing_reads_is_found(home: Path) -> None:
    """An author would assume that a misplaced file is read."""
    names = ["ontology/lost.owl", "ontology/lost.sparql", "shapes/more/x.ttl"]
    for name in names:
        path = home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("# nothing\n", encoding="utf-8")

    assert sorted((f.kind, f.path) for f in findings(home)) == [("file-not-read", n) for n in names]


def test_a_missing_file_of_shapes_is_found(home: Path) -> None:
    """A check without shapes would pass everything, so missing shapes are an error."""
    (home / "shapes" / "guideline.ttl").unlink()

    assert "shapes-missing" in [f.kind for f in findings(home)]
