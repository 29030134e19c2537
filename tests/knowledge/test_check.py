"""`mednec check` finds each kind of fault on its line, and reports nothing without one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.authoring import places as places_module
from reasoner.authoring.check import Report, check_knowledge
from reasoner.authoring.check_logic import check_logic
from reasoner.authoring.check_meaning import check_dates
from reasoner.authoring.check_output import as_json, as_sarif, as_text
from reasoner.authoring.places import Places
from reasoner.knowledge.base import load_knowledge

if TYPE_CHECKING:
    from reasoner.authoring.finding import Finding

HOME = Path(__file__).parents[2]
KEPT = ("mtus-chronic-pain-2009", "mtus-chronic-pain-2016", "acoem-low-back-2016")
GUIDELINE = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2016.ttl"
OTHER = "ontology/jurisdictions/us-ca/guidelines/acoem-low-back-2016.ttl"
CONDITIONS = "ontology/core/concepts/conditions.ttl"
SITUATION = """
:{name}-situations a owl:Class ;
    rdfs:label "{name}"@en ;
    owl:equivalentClass [ a owl:Class ; owl:intersectionOf (
        mn:Situation
        [ a owl:Restriction ; owl:onProperty mn:treatment ; owl:someValuesFrom mnc:Massage ]
        {more}
    ) ] .
"""
ROW = """
:{name} a mn:Recommendation ;
    rdfs:label "{name}"@en ;
    mn:statedIn mng:mtus-chronic-pain-2016 ;
    mn:population :{name}-situations ;
    {said}
    mn:verification mn:Provisional .
"""
HEAD = "PREFIX mn: <https://w3id.org/mednec/ns#>\n"

pytestmark = pytest.mark.slow


def of(property_: str, concept: str) -> str:
    return (
        f"[ a owl:Restriction ; owl:onProperty mn:{property_} ; owl:someValuesFrom mnc:{concept} ]"
    )


def diagnosis(concept: str) -> str:
    inner = of("condition", concept)
    return f"[ a owl:Restriction ; owl:onProperty mn:treatsDiagnosis ; owl:someValuesFrom {inner} ]"


def row(name: str, more: str, said: str = 'mn:maximumVisits 5 ; mn:pinpoint "p. 1" ;') -> str:
    return ROW.format(name=name, said=said) + SITUATION.format(name=name, more=more)


def small_copy(folder: Path) -> Path:
    """Copy the knowledge with only a few editions, so that HermiT takes one second."""
    shutil.copytree(HOME / "ontology", folder / "ontology")
    shutil.copytree(HOME / "shapes", folder / "shapes")
    for path in (folder / "ontology" / "jurisdictions" / "us-ca" / "guidelines").glob("*.ttl"):
        if path.stem not in KEPT:  # its name stays, because other files import it
            iri = f"https://w3id.org/mednec/guideline/{path.stem}"
            path.write_text(f"<{iri}> a <http://www.w3.org/2002/07/owl#Ontology> .\n")
    for path in (folder / "ontology").rglob("*.tests.yaml"):
        path.unlink()
    return folder


def edit(home: Path, name: str, old: str, new: str) -> None:
    path = home / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} does not hold {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def append(home: Path, name: str, text: str) -> None:
    path = home / name
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + text, encoding="utf-8")


def rule(home: Path, place: str, identifier: str, body: str, because: str = "Said.") -> None:
    head = (
        f"#+ id:      {identifier}\n#+ title:   a fault\n#+ source:  none\n"
        f'#+ role:    step\n#+ because: "{because}"\n'
    )
    append(home, f"ontology/core/rules/{place}", head + HEAD + body)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds a sound copy and room for what its check keeps."""
    folder = tmp_path_factory.mktemp("clean")
    small_copy(folder / "copy")
    return folder


@pytest.fixture(scope="module")
def clean(kept: Path) -> Report:
    return check_knowledge(kept / "copy", memory=kept / "memory")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Make one copy with many faults that do not hide each other."""
    home = small_copy(tmp_path_factory.mktemp("seeded"))
    edit(
        home,
        OTHER,
        "@prefix dcterms: <http://purl",
        "@prefix skos: <http://example.org/> .\n@prefix dcterms: <http://purl",
    )
    edit(home, OTHER, "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n", "")
    edit(home, GUIDELINE, "mnc:ComplexRegionalPainSyndrome", "mnc:ComplexRegionalPainSyndrom")
    append(
        home,
        "ontology/jurisdictions/us-ca/guidelines/copied.ttl",
        (home / OTHER).read_text(encoding="utf-8"),
    )
    append(
        home,
        "ontology/core/vocabulary/guideline.ttl",
        '\nmn:neverRead a owl:ObjectProperty ;\n    rdfs:label "never read"@en ;\n'
        '    skos:definition "a term that nothing uses"@en .\n',
    )
    append(home, GUIDELINE, row("uncited", of("phase", "Chronic"), "mn:maximumVisits 3 ;"))
    append(
        home,
        GUIDELINE,
        row(
            "both",
            diagnosis("Headache"),
            'mn:maximumVisits 3 ; mn:limitAbsent true ; mn:pinpoint "p" ;',
        ),
    )
    append(
        home,
        GUIDELINE,
        row("unverified", diagnosis("Ganglion"))
        .replace(" ;\n    mn:verification mn:Provisional .", " .", 1)
        .replace(
            'mn:pinpoint "p. 1" ;\n    mn:verification mn:Provisional .', 'mn:pinpoint "p. 1" .'
        ),
    )
    append(
        home,
        CONDITIONS,
        "\nmnc:Unnamed a owl:Class, owl:NamedIndividual, mnc:Unnamed ;\n"
        "    rdfs:subClassOf mn:Condition ;\n"
        '    skos:definition "a condition"@en .\n'
        "\nmnc:Undefined a owl:Class, owl:NamedIndividual, mnc:Undefined ;\n"
        '    rdfs:subClassOf mn:Condition ;\n    mn:icd10 "M99.QQ" ;\n'
        '    rdfs:label "undefined"@en .\n'
        "\nmnc:Round a owl:Class, owl:NamedIndividual, mnc:Round ;\n"
        "    rdfs:subClassOf mnc:About ;\n"
        '    rdfs:label "round"@en ; skos:definition "one"@en .\n'
        "\nmnc:About a owl:Class, owl:NamedIndividual, mnc:About ;\n"
        "    rdfs:subClassOf mnc:Round, mn:Condition ;\n"
        '    rdfs:label "about"@en ; skos:definition "other"@en .\n',
    )
    rule(
        home,
        "why/misread.rq",
        "ZZZ-01",
        "CONSTRUCT { ?request mn:ground ?row } WHERE { ?request mn:goverendBy ?row }",
    )
    for name in ("one", "two"):
        rule(
            home,
            f"why/{name}.rq",
            "ZZZ-02",
            "CONSTRUCT { ?request mn:ground ?row } "
            "WHERE { ?s mn:ofRequest ?request ; mn:governedBy ?row }",
        )
    rule(
        home,
        "why/too-early.rq",
        "ZZZ-03",
        "CONSTRUCT { ?situation mn:governedBy ?row } WHERE { ?situation mn:ofRequest ?request . "
        "?row mn:population ?any FILTER NOT EXISTS { ?situation mn:governedBy ?other } }",
    )
    return check_knowledge(home)


@pytest.fixture(scope="module")
def muddled(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Make a copy that can be loaded and contradicts itself."""
    home = small_copy(tmp_path_factory.mktemp("muddled"))
    append(home, GUIDELINE, row("first", of("phase", "Chronic")))
    edition = (home / OTHER).read_text(encoding="utf-8").split("\n:text")[0]
    for year, since, until, replaces in (
        (2061, "2061-01-01", "2062-06-01", "acoem-low-back-2064"),
        (2062, "2062-01-01", "2063-01-01", "acoem-low-back-2061"),
        (2063, "2063-03-01", "2064-01-01", "acoem-low-back-2062"),
        (2064, "2064-05-01", "2064-01-01", "acoem-low-back-2063"),
    ):
        header = edition.replace("-2016", f"-{year}")
        header = header.replace("2017-12-01", since).replace("2019-08-11", until)
        header = header.replace("mng:acoem-low-back-2004", f"mng:{replaces}")
        header = header.replace("(ACOEM, 2016-02-24)", f"({year})")
        append(home, f"ontology/jurisdictions/us-ca/guidelines/acoem-low-back-{year}.ttl", header)
    append(
        home,
        GUIDELINE,
        row("twin", of("phase", "Chronic"), 'mn:maximumVisits 5 ; mn:pinpoint "p" ;'),
    )
    append(home, GUIDELINE, row("four", diagnosis("KneeArthritis")))
    append(
        home,
        GUIDELINE,
        row("nine", of("phase", "FlareUp"), 'mn:maximumVisits 9 ; mn:pinpoint "p" ;'),
    )
    append(home, GUIDELINE, row("nobody", f"{of('phase', 'Chronic')} {of('phase', 'NotChronic')}"))
    return check_knowledge(home)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Make a copy with files that cannot be read."""
    home = small_copy(tmp_path_factory.mktemp("broken"))
    append(home, GUIDELINE, "\n:half a mn:Recommendation ;\n    mn:statedIn ;\n")
    (home / "ontology/jurisdictions/us-ca/guidelines/latin.ttl").write_bytes(
        "# für\n".encode("latin-1")
    )
    rule(home, "why/cut.rq", "ZZZ-01", "CONSTRUCT { ?a mn:ground ?b } WHERE { ?a mn:ground")
    rule(
        home,
        "why/unbound.rq",
        "ZZZ-02",
        "CONSTRUCT { ?request mn:ground ?b } WHERE { ?request mn:ground ?b }",
        "Of {?nothing}.",
    )
    edit(home, "shapes/guideline.ttl", "sh:minCount 1", "sh:minCuont 1")
    return check_knowledge(home)


@pytest.fixture(scope="module")
def unsound(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Make a copy whose axioms leave a class empty, and that leaves OWL 2 DL."""
    home = small_copy(tmp_path_factory.mktemp("unsound"))
    append(
        home,
        "ontology/core/concepts/body-regions.ttl",
        "\nmnc:KneeOfTheHead a owl:Class, owl:NamedIndividual ;\n"
        "    rdfs:subClassOf mnc:Knee, mnc:Head ;\n"
        '    rdfs:label "x"@en ; skos:definition "x"@en .\n'
        "\nmnc:Knee owl:disjointWith mnc:Head .\n",
    )
    append(
        home,
        "ontology/core/concepts/body-regions.ttl",
        "\nmnc:Hip rdfs:subClassOf <http://example.org/terminology/Hip> .\n",
    )
    return check_knowledge(home)


@pytest.fixture(scope="module")
def contradictory(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Make a copy in which an individual is of two classes that exclude each other."""
    home = small_copy(tmp_path_factory.mktemp("contradictory"))
    append(
        home,
        "ontology/core/concepts/body-regions.ttl",
        "\nmnc:Knee owl:disjointWith mnc:Head .\nmnc:Knee a mnc:Head .\n",
    )
    return check_knowledge(home)


@pytest.fixture(scope="module")
def unsupported(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Make a copy with a class expression that cannot be compiled."""
    home = small_copy(tmp_path_factory.mktemp("unsupported"))
    append(
        home,
        GUIDELINE,
        row(
            "only",
            "[ a owl:Restriction ; owl:onProperty mn:phase ; owl:allValuesFrom mnc:Chronic ]",
        ),
    )
    return check_knowledge(home)


SEEDED = {
    "prefix-differs": (OTHER, "skos:"),
    "term-undeclared": (GUIDELINE, "Did you mean mnc:ComplexRegionalPainSyndrome?"),
    "subject-in-two-files": (
        "ontology/jurisdictions/us-ca/guidelines/copied.ttl",
        "acoem-low-back-2016",
    ),
    "term-unused": ("ontology/core/vocabulary/guideline.ttl", "mn:neverRead"),
    "citation-missing": (GUIDELINE, "uncited"),
    "limit-unclear": (GUIDELINE, "both"),
    "shape-Recommendation-verification": (GUIDELINE, "unverified"),
    "label-missing": (CONDITIONS, "mnc:Unnamed"),
    "definition-missing": (CONDITIONS, "mnc:Undefined"),
    "code-unknown": (CONDITIONS, "M99.QQ"),
    "subclass-circle": (CONDITIONS, "mnc:Round"),
    "rule-unknown-term": ("ontology/core/rules/why/misread.rq", "mn:goverendBy"),
    "rule-id-twice": ("ontology/core/rules/why/two.rq", "ZZZ-02"),
}
MUDDLED = {
    "replaces-in-a-circle": (
        "ontology/jurisdictions/us-ca/guidelines/acoem-low-back-2061.ttl",
        "2064",
    ),
    "dates-out-of-order": (
        "ontology/jurisdictions/us-ca/guidelines/acoem-low-back-2064.ttl",
        "before the first day",
    ),
    "duplicate": (GUIDELINE, "first"),
    "conflict": (GUIDELINE, "5 visits"),
    "population-unreachable": (GUIDELINE, "nobody"),
}


def findings_of(report: Report, kind: str, path: str, words: str) -> list[Finding]:
    return [
        f
        for f in report.findings
        if f.kind == kind and f.path == path and words in f"{f.message} {f.hint} {f.detail}"
    ]


def test_knowledge_without_a_fault_has_no_error(clean: Report) -> None:
    """Sound knowledge produces no findings, so that authors keep the check on."""
    assert [f for f in clean.findings if f.severity == "error"] == []


@pytest.mark.parametrize("kind", sorted({**SEEDED, **MUDDLED}))
def test_a_seeded_fault_is_reported_with_its_line(
    seeded: Report, muddled: Report, clean: Report, kind: str
) -> None:
    """Each check reports the seeded fault with its file and line."""
    report = seeded if kind in SEEDED else muddled
    path, words = {**SEEDED, **MUDDLED}[kind]
    found = findings_of(report, kind, path, words)

    assert found, [f for f in report.findings if f.kind == kind]
    assert all(f.line > 0 for f in found)
    assert not findings_of(clean, kind, path, words)


def test_dates_that_overlap_or_leave_a_gap_are_named(tmp_path: Path) -> None:
    """An edition takes effect on the day the previous edition ends."""
    home = small_copy(tmp_path)
    old = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"
    edit(home, old, '"2016-07-29"^^xsd:date', '"2016-09-01"^^xsd:date')
    overlap = check_dates(Places(home), load_knowledge(home, entailed=()))
    edit(home, old, '"2016-09-01"^^xsd:date', '"2016-03-01"^^xsd:date')
    gap = check_dates(Places(home), load_knowledge(home, entailed=()))

    assert [(f.kind, f.path, "2016-09-01" in f.message) for f in overlap] == [
        ("dates-overlap", GUIDELINE, True)
    ]
    assert [(f.kind, f.path, "2016-03-01" in f.message) for f in gap] == [
        ("dates-gap", GUIDELINE, True)
    ]


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [
        ("syntax", GUIDELINE, "not valid Turtle"),
        ("not-utf-8", "ontology/jurisdictions/us-ca/guidelines/latin.ttl", "UTF-8"),
        ("rule-malformed", "ontology/core/rules/why/cut.rq", "expected"),
        ("rule-sentence-unbound", "ontology/core/rules/why/unbound.rq", "nothing"),
        ("shape-malformed", "shapes/guideline.ttl", "minCuont"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    broken: Report, kind: str, path: str, words: str
) -> None:
    """A broken file does not hide the faults of the next."""
    assert findings_of(broken, kind, path, words)


def test_a_huge_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file over the size limit is reported and not parsed."""
    home = small_copy(tmp_path)
    monkeypatch.setattr(places_module, "MOST_BYTES", 1000)

    assert "file-too-large" in {f.kind for f in Places(home).unreadable}


def test_an_empty_class_comes_with_the_axioms_that_empty_it(unsound: Report) -> None:
    """The finding lists a minimal set of axioms."""
    found = findings_of(
        unsound, "class-empty", "ontology/core/concepts/body-regions.ttl", "KneeOfTheHead"
    )

    assert len(found) == 1
    assert len(found[0].detail) == 3
    assert any("Disjoint" in axiom for axiom in found[0].detail)


def test_axioms_outside_owl_2_dl_are_named(unsound: Report) -> None:
    """HermiT is complete only for OWL 2 DL."""
    assert findings_of(
        unsound, "not-owl-2-dl", "ontology/core/concepts/body-regions.ttl", "terminology/Hip"
    )


def test_a_contradiction_comes_with_the_axioms_that_make_it(contradictory: Report) -> None:
    """The finding lists the statements that contradict each other."""
    found = [f for f in contradictory.findings if f.kind == "inconsistent"]

    assert len(found) == 1
    assert "mnc:Knee" in found[0].message
    assert "mnc:Head" in found[0].message
    assert 2 <= len(found[0].detail) <= 4


def test_a_class_expression_outside_the_forms_is_named(unsupported: Report) -> None:
    """An unsupported expression is an error, since ignoring it would match too much."""
    assert findings_of(unsupported, "axiom-unsupported", GUIDELINE, "only")


def test_a_reasoner_that_runs_away_is_stopped_and_the_axioms_named(tmp_path: Path) -> None:
    """HermiT does not finish on large cardinalities, so it is stopped."""
    home = small_copy(tmp_path)
    append(
        home,
        "ontology/core/vocabulary/case.ttl",
        "\nmn:Crowd a owl:Class ;\n    owl:equivalentClass [ a owl:Restriction ; owl:onProperty "
        'mn:course ; owl:minCardinality "20"^^xsd:nonNegativeInteger ] ,\n        [ a '
        "owl:Restriction ; owl:onProperty mn:course ; owl:maxCardinality "
        '"19"^^xsd:nonNegativeInteger ] .\nmn:crowd a mn:Crowd, owl:NamedIndividual .\n',
    )
    found = check_logic(Places(home), seconds=12).findings

    assert [f.kind for f in found] == ["reasoner-ran-away"]
    assert any("ardinality" in line for line in found[0].detail)


def test_a_conflict_shows_a_case_that_falls_into_both(muddled: Report) -> None:
    """The finding contains a case for which the two rows differ."""
    found = findings_of(muddled, "conflict", GUIDELINE, "5 visits")

    assert any("mn:request" in line for f in found for line in f.detail)
    assert any("KneeArthritis" in line for f in found for line in f.detail)


def test_an_unchanged_knowledge_base_is_not_looked_at_again(
    clean: Report, kept: Path, tmp_path: Path
) -> None:
    """A second check only reads the files, and notices a change."""
    home, memory = tmp_path / "copy", tmp_path / "memory"
    for name in ("copy", "memory"):
        shutil.copytree(kept / name, tmp_path / name)
    again = check_knowledge(home, memory=memory)
    edit(home, GUIDELINE, "mn:withinWeeks 8", "mn:withinWeeks 9")
    changed = check_knowledge(home, memory=memory)
    fresh = check_knowledge(home, memory=memory, fresh=True)

    assert (clean.remembered, again.remembered) == (False, True)
    assert clean.findings == again.findings
    assert (changed.remembered, fresh.remembered) == (False, False)
    assert check_knowledge(home, memory=memory).remembered


def test_a_report_is_written_as_text_json_and_sarif(seeded: Report) -> None:
    """The three formats contain the same findings."""
    sarif = json.loads(as_sarif(seeded, "1"))
    data = json.loads(as_json(seeded))

    assert len(sarif["runs"][0]["results"]) == len(data["findings"]) == len(seeded.findings)
    assert sarif["version"] == "2.1.0"
    assert f"{data['errors']} errors" in as_text(seeded)
