"""The ontology: numbers as in their rows, terms declared, expressions compiled or refused."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner import errors, load_knowledge
from reasoner.cases.intake import check_data
from reasoner.kernel.terms import DCTERMS, OWL, TYPE
from reasoner.knowledge.classified import generate_classification
from reasoner.knowledge.classify import classification_triples, classify, classify_with_hermit
from reasoner.knowledge.find import ontology_files
from reasoner.knowledge.logic import logic_ntriples
from reasoner.knowledge.populations import compile_populations
from reasoner.knowledge.terms import mn

if TYPE_CHECKING:
    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
PREFIXES = (
    (ROOT / "ontology/jurisdictions/us-ca/guidelines/odg-2016.ttl").read_text().split("\n\n", 1)[0]
)


def figures(knowledge: Knowledge, iri: str) -> dict[str, str | None]:
    names = ("minimumVisits", "maximumVisits", "withinWeeks", "trialVisits", "periodMonths")
    return {name: knowledge.value(iri, mn(name)) for name in names}


def test_each_figure_equals_that_of_its_row(knowledge: Knowledge, shared_folder: Path) -> None:
    """The figures of a recommendation equal those of the row that it names."""
    path = shared_folder / "domain" / "data" / "visit_limits.csv"
    rows = {row["id"]: row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    columns = {
        "minimumVisits": "min_visits",
        "maximumVisits": "max_visits",
        "withinWeeks": "weeks",
        "trialVisits": "trial_visits",
        "periodMonths": "period_months",
    }
    seen = 0
    for (iri, predicate), names in knowledge.described.items():
        if predicate != mn("datasetRow").value:
            continue
        named = [rows[n.value] for n in names if n.value in rows]
        seen += len(named)
        for key, value in figures(knowledge, iri).items():
            stated = {row[columns[key]] for row in named}
            assert not named or value is None or value in stated, (iri, key)
        if knowledge.value(iri, mn("verification")) == mn("Verified").value:
            assert all(row["verified"] == "yes" for row in named), iri

    assert seen > 250


def test_each_dated_provision_is_dated_as_in_its_row(
    knowledge: Knowledge, shared_folder: Path
) -> None:
    """Dates of law agree with the dossier, unless a comment in the file explains the difference."""
    path = shared_folder / "domain" / "data" / "legal_rules.csv"
    rows = {row["id"]: row for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    excused = {"EH-20", "EH-11"}  # split at 2013-01-01; the sequence is used from 2017 on
    seen = 0
    for (iri, predicate), names in knowledge.described.items():
        if predicate == mn("datasetRow").value:
            for name in (n.value for n in names if n.value in rows and n.value not in excused):
                seen += 1
                assert knowledge.value(iri, mn("effectiveFrom")) == rows[name]["effective_from"]
                until = knowledge.value(iri, mn("effectiveUntil")) or ""
                assert until == rows[name]["effective_to"], name

    assert seen >= 5


def test_all_files_bind_prefixes_alike() -> None:
    """`prefixes.ttl` is the only binding; a local prefix is the empty one."""
    declared = (ROOT / "ontology/prefixes.ttl").read_text()
    bound = dict(re.findall(r'sh:prefix "(\w+)" ; sh:namespace "([^"]+)"', declared))
    for path in [*ontology_files(ROOT), *(ROOT / "shapes").glob("*.ttl")]:
        for name, iri in re.findall(r"^@prefix (\w+): <([^>]+)>", path.read_text(), re.MULTILINE):
            assert bound.get(name) == iri, (path.name, name)


def test_each_ontology_says_its_version_and_licence(knowledge: Knowledge) -> None:
    """Each file states its version and license."""
    ontologies = [
        t.subject.value
        for t in knowledge.facts
        if t.predicate == TYPE and t.object.value == OWL + "Ontology"
    ]

    assert len(ontologies) > 15
    for iri in set(ontologies) - {"https://w3id.org/mednec/prefixes"}:
        assert knowledge.value(iri, ox.NamedNode(OWL + "versionIRI"))
        assert knowledge.value(iri, ox.NamedNode(DCTERMS + "license"))


@pytest.mark.parametrize("name", ["guideline", "vocabulary"])
def test_the_knowledge_base_conforms_to_the_shapes_for_its_authors(
    name: str, knowledge: Knowledge
) -> None:
    """Each recommendation has a population, a citation and a limit, or states that it has none."""
    data = "".join(f"{t} .\n" for t in (*knowledge.facts, *knowledge.entailed)).encode()

    results = check_data(data, knowledge.other_shapes[name])

    assert [r for r in results if r.severity == "Violation"] == []


def population(expression: str) -> tuple[ox.Triple, ...]:
    text = f"""{PREFIXES}
        mn:r mn:population mn:P .
        mn:P a owl:Class ; owl:equivalentClass {expression} ."""
    return tuple(q.triple for q in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    "expression",
    [
        "[ a owl:Class ; owl:complementOf mnc:Massage ]",
        "[ a owl:Restriction ; owl:onProperty mn:treatment ; owl:allValuesFrom mnc:Massage ]",
        "[ a owl:Restriction ; owl:onProperty mn:treatment ; owl:minCardinality 2 ]",
        "[ a owl:Class ; owl:oneOf ( mnc:Massage ) ]",
    ],
)
def test_an_expression_that_does_not_compile_is_refused_with_its_axiom(expression: str) -> None:
    """An unsupported expression is an error, since ignoring it would match too much."""
    with pytest.raises(errors.AxiomUnsupported, match=r"EquivalentClasses\(mn:P"):
        compile_populations(population(expression))


def test_a_numeric_facet_compiles(knowledge: Knowledge) -> None:
    """A numeric facet, such as an age, can restrict a population."""
    facet = """[ a owl:Restriction ; owl:onProperty mn:age ; owl:someValuesFrom [
        a rdfs:Datatype ; owl:onDatatype xsd:integer ;
        owl:withRestrictions ( [ xsd:minInclusive 60 ] ) ] ]"""

    (compiled,) = compile_populations(population(facet))

    assert ">= " in compiled.pattern
    assert knowledge.populations


@pytest.mark.slow
def test_the_committed_classification_is_up_to_date(knowledge: Knowledge, tmp_path: Path) -> None:
    """The committed classification equals a new one."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "shapes", tmp_path / "shapes")

    made = generate_classification(tmp_path)

    committed = ROOT / "ontology/generated/classification.ttl"
    assert made.read_text() == committed.read_text()
    assert knowledge.entailed


@pytest.mark.slow
def test_a_population_that_nothing_can_belong_to_is_named(knowledge: Knowledge) -> None:
    """HermiT finds the contradiction, and the message names the class."""
    text = f"""{PREFIXES}
        mnc:Massage owl:disjointWith mnc:Acupuncture .
        mn:P a owl:Class ; owl:equivalentClass [ a owl:Class ;
            owl:intersectionOf ( mnc:Massage mnc:Acupuncture ) ] ."""
    extra = [q.triple for q in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)]

    with pytest.raises(errors.VocabularyInconsistent, match="mn:P"):
        classify([*knowledge.facts, *extra])


def test_a_term_that_no_file_declares_is_refused_with_its_file(tmp_path: Path) -> None:
    """A misspelled concept is an error, since it would make a population empty."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "shapes", tmp_path / "shapes")
    path = tmp_path / "ontology/jurisdictions/us-ca/guidelines/odg-2016.ttl"
    path.write_text(path.read_text().replace("mnc:Headache", "mnc:Headach"))

    with pytest.raises(errors.KnowledgeUnreadable, match=r"odg-2016\.ttl: mnc:Headach"):
        generate_classification(tmp_path)


def test_a_file_that_is_not_turtle_is_named_with_the_place(tmp_path: Path) -> None:
    """The error names the file and the line."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "shapes", tmp_path / "shapes")
    path = tmp_path / "ontology/jurisdictions/us-ca/guidelines/odg-2016.ttl"
    path.write_text(path.read_text() + "\n:broken a")

    with pytest.raises(errors.KnowledgeUnreadable, match=r"odg-2016\.ttl: not Turtle.*line"):
        load_knowledge(tmp_path)


def copy_of_the_knowledge(folder: Path) -> Path:
    shutil.copytree(ROOT / "ontology", folder / "ontology")
    shutil.copytree(ROOT / "shapes", folder / "shapes")
    return folder


def find_text(folder: Path, text: str) -> Path:
    return next(p for p in sorted(folder.rglob("*.ttl")) if text in p.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('rdfs:label "lumbar strain"@en', 'rdfs:label "strain of the low back"@en'),
        ('mn:pinpoint "Physical Medicine, pp. 98-99"', 'mn:pinpoint "pp. 98-99"'),
        ('mn:pattern "', 'mn:pattern "xx|'),
    ],
)
def test_a_change_of_words_does_not_stale_the_classification(
    tmp_path: Path, old: str, new: str
) -> None:
    """The classification depends on the axioms, not on labels."""
    home = copy_of_the_knowledge(tmp_path)
    path = find_text(home / "ontology", old)
    path.write_text(path.read_text().replace(old, new))
    before = (home / "ontology/generated/classification.ttl").read_bytes()

    assert load_knowledge(home).entailed
    generate_classification(home)

    assert (home / "ontology/generated/classification.ttl").read_bytes() == before


def test_a_change_of_a_plain_word_stales_the_classification(tmp_path: Path) -> None:
    """A changed condition changes the population, so the classification is out of date."""
    home = copy_of_the_knowledge(tmp_path)
    path = find_text(home / "ontology", "mn:covers mnc:Myalgia")
    path.write_text(path.read_text().replace("mn:covers mnc:Myalgia", "mn:covers mnc:Arthritis"))

    with pytest.raises(errors.KnowledgeStale):
        load_knowledge(home)


def test_a_reasoner_that_is_stopped_writes_no_classification(tmp_path: Path) -> None:
    """A classification that is stopped is an error and leaves the old file unchanged."""
    home = copy_of_the_knowledge(tmp_path)
    before = (home / "ontology/generated/classification.ttl").read_bytes()

    with pytest.raises(errors.ClassifierFailed, match="did not end within 1 s"):
        generate_classification(home, fresh=True, seconds=1)

    assert (home / "ontology/generated/classification.ttl").read_bytes() == before


def test_both_carriers_of_hermit_derive_the_same() -> None:
    """HermiT gives the same result through the OWL API and through owlready2."""
    text = f"""{PREFIXES}
        mnc:A a owl:Class ; rdfs:subClassOf mnc:B . mnc:B a owl:Class ; rdfs:subClassOf mnc:C .
        mnc:C a owl:Class . mn:p a owl:ObjectProperty . mnc:a a mnc:A, owl:NamedIndividual .
        mnc:D a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:unionOf ( mnc:A mnc:B ) ] .
        mnc:E a owl:Class ; owl:equivalentClass [ a owl:Restriction ; owl:onProperty mn:p ;
            owl:someValuesFrom mnc:B ] .
        mnc:e a owl:NamedIndividual ; mn:p mnc:a ."""
    triples = [q.triple for q in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)]

    fast = classification_triples(classify(triples))

    assert fast == classification_triples(classify_with_hermit(logic_ntriples(triples)))
    assert any("E>" in str(t) and t.predicate == TYPE for t in fast)
