from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reasoner.knowledge.terms import CONCEPT
from reasoner.letters.read import read_letter

from .test_phrases import written

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon


def conditions_in(lexicon: Lexicon, sentence: str) -> list[str]:
    """Return the names of the conditions that a sentence of the summary states."""
    summary = f"The injured worker is a 40 year old male. {sentence}"
    letter = read_letter(written(summary=summary), lexicon)
    return [
        d.condition.value.iri.removeprefix(CONCEPT)
        for d in letter.diagnoses
        if d.condition and d.condition.value.iri
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("face contusion and scalp laceration", ["HeadContusion", "HeadWound"]),
        ("right forearm contusion", ["UpperLimbContusion"]),
        ("neck contusion", ["Contusion"]),
        ("left knee contusion", ["LowerLimbContusion"]),
        ("laceration of the right index finger", ["FingerWound"]),
        ("laceration of the left shin", ["LowerLimbWound"]),
        ("a crushed right hand", ["UpperLimbCrushInjury"]),
        ("a crushed chest", ["CrushInjury"]),
        ("closed head injury", ["HeadInjury"]),
        ("blunt head trauma", ["HeadInjury"]),
        ("concussion", ["Concussion"]),
        ("postconcussive syndrome", ["PostconcussionalSyndrome"]),
        ("fracture of the shaft of the left femur", ["FemoralShaftFracture"]),
        ("fracture of the right femur", ["FemurFracture"]),
        ("fracture of the right femoral neck", ["HipFracture"]),
        ("fracture of the sacrum", ["VertebralFracture"]),
        ("fracture of the distal tibia", ["LowerLegFracture"]),
        ("right hip labral tear", ["HipLabrumTear"]),
        ("left shoulder labral tear", ["GlenoidLabrumTear"]),
        ("SLAP tear of the left shoulder", ["SuperiorLabrumLesion"]),
        ("internal derangement of the left knee", ["KneeDerangement"]),
        ("internal derangement of the right ankle", ["InternalDerangement"]),
        ("chronic pain", ["PersistentPain"]),
        ("chronic pain syndrome", ["ChronicPainSyndrome"]),
        ("cervical radiculitis", ["CervicalRadiculitis"]),
        ("right hip pain", ["HipPain"]),
    ],
)
def test_a_condition_is_the_one_of_its_part_of_the_body(
    words: str, names: list[str], lexicon: Lexicon
) -> None:
    """A condition without a row of its own stays itself; no other part of the body lends a row."""
    assert conditions_in(lexicon, f"Diagnosis: {words}.") == names
