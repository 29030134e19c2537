from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner.errors import KnowledgeUnreadable
from reasoner.knowledge.files import read_turtle
from reasoner.knowledge.find import find_knowledge, ontology_files
from reasoner.letters.lexicon import read_lexicon

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon

HEAD = """
@prefix mn: <https://w3id.org/mednec/ns#> .
@prefix mnc: <https://w3id.org/mednec/concept/> .
@prefix mnw: <https://w3id.org/mednec/lexicon/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def extended(turtle: str) -> Lexicon:
    """Read the lexicon of the checkout with one more entry."""
    home = find_knowledge()
    facts = [t for path in ontology_files(home) for t in read_turtle(path, home)]
    more = ox.parse(input=HEAD + turtle, format=ox.RdfFormat.TURTLE)
    return read_lexicon([*facts, *(ox.Triple(q.subject, q.predicate, q.object) for q in more)])


def test_an_author_adds_a_word_without_python() -> None:
    """A new lexicon entry is enough to read a word."""
    lexicon = extended(
        'mnw:cranio a mn:TreatmentWord ; rdfs:label "craniosacral therapy"@en ;'
        ' skos:notation "other_pm" ; mn:treatmentClass "cranio" ; mn:itemKind "modality" ;'
        ' skos:altLabel "craniosacral therapy"@en .'
    )

    (mention,) = lexicon.mentions("TreatmentWord", "Six visits of craniosacral-therapy")

    assert mention.entry.label == "craniosacral therapy"


def test_the_name_of_a_condition_is_known_by_itself(lexicon: Lexicon) -> None:
    """A condition is recognized by its labels, without a lexicon entry."""
    (mention,) = lexicon.mentions("ConditionWord", "olecranon bursitis of long standing")

    assert mention.entry.of("denotes") == ("https://w3id.org/mednec/concept/OlecranonBursitis",)


@pytest.mark.parametrize(
    ("pattern", "says"),
    [("(?:never closed", "not a regular expression"), ("{no_such_list} visits", "no word list")],
)
def test_a_malformed_pattern_is_refused(pattern: str, says: str) -> None:
    """The error names the entry and the reason."""
    with pytest.raises(KnowledgeUnreadable, match=says) as caught:
        extended(f'mnw:bad a mn:DosePhrase ; rdfs:label "bad"@en ; mn:pattern "{pattern}" .')

    assert "mnw:bad" in caught.value.message


def test_the_longest_of_overlapping_words_is_used(lexicon: Lexicon) -> None:
    """The longest match wins: "low back" is one region."""
    found = lexicon.mentions("RegionWord", "strain of the low back and the back of the hand")

    assert [m.match[0] for m in found] == ["low back", "back", "hand"]


def test_every_count_phrase_names_its_count(lexicon: Lexicon) -> None:
    """Each pattern that counts visits marks the number."""
    missing = [
        pattern.pattern
        for entry in lexicon.kind("CountPhrase")
        for pattern in entry.patterns
        if "count" not in pattern.groupindex
    ]

    assert missing == []
    assert lexicon.kind("CountPhrase")
