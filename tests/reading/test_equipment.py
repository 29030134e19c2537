from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reasoner.audits.audit import Auditor
from reasoner.determinations.as_data import describe_assessment
from reasoner.knowledge.terms import CONCEPT
from reasoner.letters.read import read_letter

from .test_phrases import item, written

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.data import DeterminationData
    from reasoner.letters.lexicon import Lexicon

WRIST = "The injured worker is a 40 year old male. Diagnosis: right wrist sprain."


@pytest.fixture(scope="module")
def auditor(knowledge: Knowledge) -> Auditor:
    """Return one auditor, which has no state, for all tests."""
    return Auditor(knowledge)


def decided(auditor: Auditor, heading: str) -> DeterminationData:
    """Decide the one item of a letter with this heading."""
    letter = read_letter(written(summary=WRIST, heading=heading), auditor.lexicon)
    (audit,) = auditor.audit(letter)
    assert audit.decision is not None
    described = describe_assessment(audit.decision, auditor.knowledge, proof=False)
    return described.determinations[0]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("TENS unit", "ElectricalNerveStimulation"),
        ("TENS unit, 30 day trial", "NerveStimulatorTrial"),
        ("One month trial of a TENS unit", "NerveStimulatorTrial"),
        ("TENS unit rental for 3 months", "NerveStimulatorRental"),
        ("Purchase of a transcutaneous electrical nerve stimulator", "NerveStimulatorPurchase"),
        ("TENS unit purchase with supplies", "NerveStimulatorPurchase"),
        ("Electrodes for the TENS unit", "StimulatorSupplies"),
        ("H-wave unit", "MuscleStimulator"),
        ("Left knee hinged brace", "Brace"),
        ("Shoulder sling with abduction pillow", "Brace"),
        ("Cold compression therapy 30 day rental", "ColdTherapyDevice"),
        ("Home cervical traction unit", "HomeTractionDevice"),
        ("Gym membership for six months", "GymMembership"),
        ("Functional capacity evaluation", "FunctionalCapacityEvaluation"),
    ],
)
def test_a_device_a_membership_or_a_test_is_named(
    heading: str, name: str, lexicon: Lexicon
) -> None:
    """Such an item has its concept, and it is not counted among visits of physical medicine."""
    read = item(lexicon, heading=heading)

    assert read.treatment is not None
    assert read.treatment.value.iri == CONCEPT + name
    assert not read.physical_medicine
    assert read.kind is None


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Therapeutic ultrasound 6 sessions, right wrist", "TherapeuticUltrasound"),
        ("Electrical stimulation 2 times a week for 3 weeks", "ElectricalStimulation"),
        ("Mechanical traction 6 sessions", "Traction"),
        ("Infrared therapy 6 sessions", "InfraredTherapy"),
        ("Ice/heat 6 sessions", "HeatOrCold"),
        ("Physical therapy 6 sessions and a wrist brace", "PhysicalTherapy"),
    ],
)
def test_a_modality_in_visits_stays_physical_medicine(
    heading: str, name: str, lexicon: Lexicon
) -> None:
    """A modality that is asked for in visits is not equipment."""
    read = item(lexicon, heading=heading)

    assert read.treatment is not None
    assert read.treatment.value.iri == CONCEPT + name
    assert read.physical_medicine


@pytest.mark.parametrize(
    ("heading", "named"),
    [
        ("Right wrist brace", "brace or support"),
        ("Therapeutic ultrasound 6 sessions, right wrist", "therapeutic ultrasound"),
        ("Functional capacity evaluation", "functional capacity evaluation"),
    ],
)
def test_care_without_a_text_is_not_decided_and_is_named(
    heading: str, named: str, auditor: Auditor
) -> None:
    """What no text held here addresses is neither refused nor supported."""
    found = decided(auditor, heading)

    assert found.outcome == "NotDecided"
    assert any(f"No recommendation held here addresses {named}" in r.text for r in found.reasons)


def test_a_text_known_from_a_quotation_is_marked_with_its_case(auditor: Auditor) -> None:
    """A quotation in a published determination is evidence of the text, and not verified."""
    found = decided(auditor, "Gym membership for six months, right wrist")

    (source,) = (s for s in found.sources if s.title == "gym membership")
    assert source.marks == ["quoted in a published determination CM17-0016761"]
    assert not source.verified
    assert any("home exercise program was not effective" in r.text for r in found.reasons)
    assert not any("no number of visits, so" in r.text for r in found.reasons)
