"""Populations in plain words: what each word means and what is rejected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner import errors
from reasoner.kernel.terms import LABEL
from reasoner.knowledge.plain_populations import expand_populations
from reasoner.knowledge.populations import compile_populations
from reasoner.knowledge.terms import mn, shorten
from reasoner.verifier.sources import read_folder

if TYPE_CHECKING:
    from reasoner.verifier.classes import Expression

    from reasoner import Knowledge

ROOT = Path(__file__).parents[2]
HEAD = """
    @prefix : <https://w3id.org/mednec/guideline/g-2027/> .
    @prefix mn: <https://w3id.org/mednec/ns#> .
    @prefix mnc: <https://w3id.org/mednec/concept/> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    mnc:Massage rdfs:label "massage"@en . mnc:Chronic rdfs:label "chronic"@en .
    mnc:Knee rdfs:label "knee"@en . mnc:KneeSprain rdfs:label "knee sprain"@en .
"""
KNEE = "Value(mn:region <https://w3id.org/mednec/concept/Knee>)"


def expanded(text: str) -> tuple[ox.Triple, ...]:
    triples = [q.triple for q in ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)]
    return tuple(expand_populations({"file": triples})["file"])


def expression(words: str) -> str:
    (population,) = compile_populations(expanded(f":row a mn:Recommendation ; {words} ."))
    assert population.iri == "https://w3id.org/mednec/guideline/g-2027/row-situations"
    return population.expression.removeprefix("And(mn:Situation ").removesuffix(")")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mn:limits mnc:Massage", "Some(mn:treatment mnc:Massage)"),
        (
            "mn:limits mnc:Massage, mnc:Acupuncture",
            "Some(mn:treatment Or(mnc:Acupuncture mnc:Massage))",
        ),
        ("mn:phase mnc:Chronic", "Some(mn:phase mnc:Chronic)"),
        (
            "mn:phase mnc:FlareUp, mnc:Chronic",
            "Some(mn:phase mnc:Chronic) Some(mn:phase mnc:FlareUp)",
        ),
        ("mn:procedure mnc:KneeArthroplasty", "Some(mn:treatsProcedure mnc:KneeArthroplasty)"),
        (
            "mn:covers mnc:KneeSprain",
            "Some(mn:treatsDiagnosis Some(mn:condition mnc:KneeSprain))",
        ),
        (
            "mn:covers mnc:KneeSprain, mnc:KneeArthritis",
            "Some(mn:treatsDiagnosis Some(mn:condition Or(mnc:KneeArthritis mnc:KneeSprain)))",
        ),
        (
            "mn:region mnc:Knee",
            f"Some(mn:treatsDiagnosis Some(mn:condition {KNEE}))",
        ),
        (
            "mn:covers mnc:Arthritis ; mn:region mnc:Knee",
            f"Some(mn:treatsDiagnosis Some(mn:condition And(mnc:Arthritis {KNEE})))",
        ),
    ],
)
def test_each_word_stands_for_one_part_of_the_class(words: str, expected: str) -> None:
    """Several values mean any of them, except phases: a situation is in all of them."""
    assert expression(words) == expected


def test_a_population_is_named_and_labelled_after_its_words() -> None:
    """A population gets its name and label from its words."""
    facts = expanded(
        ":row a mn:Recommendation ; mn:limits mnc:Massage ; mn:phase mnc:Chronic ; "
        "mn:covers mnc:KneeSprain ."
    )
    population = ox.NamedNode("https://w3id.org/mednec/guideline/g-2027/row-situations")

    said = [t.object for t in facts if (t.subject, t.predicate) == (population, LABEL)]

    assert said == [ox.Literal("massage, chronic: knee sprain", language="en")]


def test_a_recommendation_may_name_its_population_and_label_it() -> None:
    """A recommendation may name a population, and a written label is kept."""
    facts = expanded(
        ":row a mn:Recommendation ; mn:limits mnc:Massage ; mn:population :others . "
        ':others a owl:Class ; rdfs:label "the others"@en .'
    )
    (population,) = compile_populations(facts)
    labels = [
        t.object.value
        for t in facts
        if t.subject == ox.NamedNode(population.iri)
        and t.predicate == LABEL
        and isinstance(t.object, ox.Literal)
    ]

    assert population.iri.endswith("/others")
    assert labels == ["the others"]


@pytest.mark.parametrize(
    "text",
    [
        ':row a mn:Recommendation ; mn:covers "knee sprain" .',
        ":row a mn:Recommendation ; mn:covers [] .",
        """:a a mn:Recommendation ; mn:covers mnc:KneeSprain ; mn:population :p .
        :b a mn:Recommendation ; mn:covers mnc:Knee ; mn:population :p .""",
        """:row a mn:Recommendation ; mn:covers mnc:KneeSprain .
        :row-situations owl:equivalentClass mn:Situation .""",
    ],
)
def test_a_population_that_is_stated_twice_or_not_in_concepts_is_refused(text: str) -> None:
    """A population stated twice or without concepts is an error."""
    with pytest.raises(errors.PopulationMalformed, match=r"mng:g-2027/"):
        expanded(text)


def test_the_verifier_reads_the_same_populations(knowledge: Knowledge) -> None:
    """The verifier and the loader share no code and agree on all populations."""
    read = {iri[1:-1]: functional(said) for iri, said in read_folder(ROOT).populations.items()}

    assert len(read) > 250
    assert read == {p.iri: sorted_parts(p.expression) for p in knowledge.populations}


def functional(expression: Expression) -> str:
    """Write an expression of the verifier as the loader writes its own, its parts sorted."""
    word, *parts = expression
    names = [shorten(str(p)[1:-1]) if isinstance(p, str) else functional(p) for p in parts]  # type: ignore[arg-type]
    if word == "value":
        return f"Value({names[0]} {parts[1]})"
    if word == "is":
        return names[0]
    joined = sorted(names) if word in ("and", "or") else names
    return f"{str(word).capitalize()}({' '.join(joined)})"


def sorted_parts(text: str) -> str:
    """Sort the parts of each `And` and `Or` of an expression of the loader."""
    inner = re.compile(r"(And|Or|Some|Value)\(([^()]*)\)")
    held: list[str] = []
    while match := inner.search(text):
        word, parts = match[1], match[2].split(" ")
        spoken = [held[int(p[1:])] if p.startswith("#") else p for p in parts]
        spoken = sorted(spoken) if word in ("And", "Or") else spoken
        held.append(f"{word}({' '.join(spoken)})")
        text = f"{text[: match.start()]}#{len(held) - 1}{text[match.end() :]}"
    return held[int(text[1:])]


def test_plain_words_suffice_for_every_population(knowledge: Knowledge) -> None:
    """No guideline file contains a class expression."""
    written = [
        path.name
        for path in (ROOT / "ontology").rglob("*.ttl")
        if "mn:Recommendation" in (text := path.read_text(encoding="utf-8"))
        and "owl:Restriction" in text
    ]

    assert written == []
    assert {mn("covers").value, mn("limits").value} <= knowledge.vocabulary.links
