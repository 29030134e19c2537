"""Generate small cases of lumbar strain from a few numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from reasoner import decide, load_case

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.conclude import Determination

RESPONSES = ("Affirmed", "Negated", "")
"""The treating physician's statement on functional improvement; empty for none."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """
    A case as a few values.

    Attributes:
        prior: Visits attended before; None if the count is unknown.
        asked: Visits requested.
        response: One of `RESPONSES`.
        exceptional: True if exceptional factors are documented.
        notes_missing: True if the therapy notes are known to be missing.
        requested_on: The date of the request.
    """

    prior: int | None = 0
    asked: int = 8
    response: str = ""
    exceptional: bool = False
    notes_missing: bool = False
    requested_on: str = "2014-04-20"

    def but(self, **changes: object) -> Story:
        """Return the story with some values changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def turtle(self) -> str:
        """Write the story as a case."""
        count = f"mn:attendedVisits {self.prior} ; mn:countCertainty mn:Exact"
        if self.prior is None:
            count = "mn:countCertainty mn:UnknownCount"
        findings = [finding("PainBeyondHealing", "Affirmed")]
        if self.response:
            findings.append(finding("FunctionalImprovement", self.response))
        if self.exceptional:
            findings.append(finding("ExceptionalFactors", "Affirmed"))
        notes = "mn:KnownMissing" if self.notes_missing else "mn:InFile"
        return f"""
@prefix mn: <https://w3id.org/mednec/ns#> .
@prefix mnc: <https://w3id.org/mednec/concept/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://w3id.org/mednec/case/story> a mn:Case ;
    mn:injury [ mn:injuredOn "2013-08-07"^^xsd:date ] ;
    mn:diagnosis [ mn:condition mnc:LumbarStrain ; mn:diagnosisStatus mn:Current ] ;
    mn:course [ mn:treatment mnc:PhysicalTherapy ; {count} ] ;
    mn:record [ mn:recordType mnc:TherapyNotes ; mn:availability {notes} ] ;
    mn:finding {" , ".join(findings)} ;
    mn:request [ mn:treatment mnc:PhysicalTherapy ; mn:region mnc:LumbarSpine ;
        mn:requestedVisits {self.asked} ; mn:requestedOn "{self.requested_on}"^^xsd:date ] ;
    mn:urDecision [ mn:decidedOn "{self.requested_on}"^^xsd:date ;
        mn:decisionOutcome mn:Denied ] .
"""


def finding(kind: str, truth: str) -> str:
    """Write a finding of the treating physician."""
    return f"[ mn:findingType mnc:{kind} ; mn:truth mn:{truth} ; mn:statedBy mn:TreatingPhysician ]"


def judge(story: Story, knowledge: Knowledge) -> Determination:
    """Decide a story."""
    case = load_case(story.turtle().encode(), knowledge, form="turtle")
    return decide(case, knowledge).determinations[0]


def outcome(story: Story, knowledge: Knowledge) -> str:
    """Decide a story and return the name of its outcome."""
    return judge(story, knowledge).outcome.rsplit("#", 1)[-1]


STORIES = st.builds(
    Story,
    prior=st.integers(0, 30),
    asked=st.integers(1, 30),
    response=st.sampled_from(RESPONSES),
    exceptional=st.booleans(),
    notes_missing=st.booleans(),
)
OPEN_STORIES = st.builds(
    Story,
    prior=st.none(),
    asked=st.integers(1, 30),
    response=st.sampled_from(RESPONSES),
    exceptional=st.booleans(),
    notes_missing=st.booleans(),
)
