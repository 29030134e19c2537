"""The summary of a letter reports the findings of one person on one day in one sentence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.generated_cases import Part, finding, judged

if TYPE_CHECKING:
    from reasoner import Knowledge

CASE: Part = {
    "id": "https://w3id.org/mednec/case/findings",
    "injury": {"injuredOn": date(2013, 8, 7)},
    "diagnosis": [{"condition": "LumbarStrain", "diagnosisStatus": "Current"}],
    "request": [
        {
            "treatment": "PhysicalTherapy",
            "region": ["LumbarSpine"],
            "requestedVisits": 4,
            "requestedOn": date(2014, 4, 20),
        }
    ],
}


@pytest.mark.parametrize(
    ("truths", "reported"),
    [
        (("Affirmed", "Affirmed"), {"documented functional improvement and tenderness."}),
        (("Negated", "Affirmed"), {"the absence of functional improvement.", "ed tenderness."}),
        (
            ("Negated", "Negated"),
            {"documented that these were absent: functional improvement and tenderness."},
        ),
    ],
)
def test_findings_that_are_absent_cannot_be_read_as_present(
    truths: tuple[str, str], reported: set[str], knowledge: Knowledge
) -> None:
    """A list of absent findings says first that they are absent, each of them."""
    kinds = ("FunctionalImprovement", "Tenderness")
    stated = [finding(kind, truth) for kind, truth in zip(kinds, truths, strict=True)]

    sentences = [
        s.text for s in judged(CASE | {"finding": stated}, knowledge).summary if s.rule == "SUMM-30"
    ]

    assert len(sentences) == len(reported)
    assert all(any(text.endswith(end) for text in sentences) for end in reported)
