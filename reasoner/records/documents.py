"""
Documents: an assessment under its hash, and the document that adds a physician's decision to it.

A document is stored and hashed as the JSON that was written. `parse_document` gives its typed form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import field

from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.data import (
    AssessmentData,
    DeterminationData,
    Json,
    Model,
    VenueWords,
    from_json,
    to_json,
)
from reasoner.errors import DocumentUnreadable, RecommendationAltered

if TYPE_CHECKING:
    from reasoner.determinations.assess import Assessment
    from reasoner.knowledge.base import Knowledge

LIMIT: Final = 4_000_000
"""The largest document that is read, in bytes: a determination with its proof."""
REMAKE: Final = "Write one with this version: 'mednec decide CASE --format json'."


class RecommendationData(AssessmentData, frozen=True, kw_only=True):
    """An assessment with the SHA-256 of its JSON."""

    digest: str


class PhysicianData(Model, frozen=True, kw_only=True, omit_defaults=True):
    """The physician who decided; the fields are those of `signing.Physician`."""

    name: str
    licence: str
    specialty: str
    hours: str = ""


class SourceRulingData(Model, frozen=True, kw_only=True):
    """
    What the physician who decides rules on a source whose text was not seen.

    Attributes:
        ruling: `confirmed` if the physician saw the text; `withdrawn` if it is left out.
    """

    iri: str
    citation: str
    title: str
    ruling: str


class DecisionData(Model, frozen=True, kw_only=True):
    """
    A physician's decision on one determination.

    Attributes:
        on: The IRI of the determination.
        recommendation_digest: The digest of the recommendation that the physician decided on.
        decision: `accept` or `override`.
        visits: Visits found necessary.
        reason: The physician's reason; empty for none.
        decided_on: The date, as YYYY-MM-DD.
        sources: What the physician ruled, on that date, on each source that was not seen.
    """

    id: str
    on: str
    recommendation_digest: str
    decision: str
    decision_label: str
    outcome: str
    label: str
    adverse: bool
    decided: VenueWords
    visits: int
    reason: str
    decided_on: str
    physician: PhysicianData
    sources: Sequence[SourceRulingData] = field(default_factory=list)


class DecisionDocument(Model, frozen=True, kw_only=True):
    """The JSON of a decision document."""

    case: str
    name: str
    status: str
    recommendation: RecommendationData
    decisions: Sequence[DecisionData]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    A document in its typed form.

    Attributes:
        recommendation: The recommendation; for an assessment, the assessment itself.
        decisions: The decisions of a physician; empty for an assessment.
    """

    recommendation: RecommendationData
    decisions: Sequence[DecisionData] = ()

    def decision_on(self, determination: DeterminationData) -> DecisionData | None:
        """Return the decision on one determination; None if there is none."""
        return next((d for d in self.decisions if d.on == determination.id), None)

    @property
    def is_decided(self) -> bool:
        """True if a physician has decided on every determination."""
        return all(self.decision_on(d) is not None for d in self.recommendation.determinations)


def assessment_data(assessment: Assessment, knowledge: Knowledge, *, proof: bool = True) -> Json:
    """
    Write an assessment as a document with its digest.

    Args:
        assessment: The assessment.
        knowledge: The knowledge base with which it was made.
        proof: True to include the steps of the proof, and the case for a replay.

    Returns:
        The JSON of `RecommendationData`; the same for the same assessment.
    """
    data = describe_assessment(assessment, knowledge, proof=proof)
    return {**to_json(data), "digest": digest_of(data)}


def digest(data: Json) -> str:
    """
    Return the SHA-256 of a JSON object without its digest: keys sorted, no spaces, UTF-8.

    The proof that a ledger contains the object is not a part of it either.
    """
    bare = {key: value for key, value in data.items() if key not in {"digest", "ledger"}}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(model: Model) -> str:
    """Return what `digest` returns for the JSON of a model, in a tenth of the time."""
    return hashlib.sha256(msgspec.json.encode(model, order="sorted")).hexdigest()


def is_document(data: bytes) -> bool:
    """Return True if bytes are an assessment or a decision document, and not a case."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and ("determinations" in value or "recommendation" in value)


def read_document(data: bytes, *, source: str) -> Json:
    """
    Read an assessment or a decision document.

    Args:
        data: The bytes.
        source: What to call them in messages.

    Raises:
        DocumentUnreadable: They are neither.
        RecommendationAltered: The digest is not that of the content.
    """
    if len(data) > LIMIT:
        raise DocumentUnreadable(f"{source}: {len(data):,} bytes; at most {LIMIT:,} are read.")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DocumentUnreadable(f"{source}: not JSON: {error}.") from error
    if not isinstance(value, dict) or not ({"determinations", "recommendation"} & set(value)):
        raise DocumentUnreadable(
            f"{source}: neither a determination nor a decision document.",
            hint="Write one with 'mednec decide CASE --format json'.",
        )
    value.pop("ledger", None)  # the proof that a ledger contains the document
    check_document(value, source)
    return value


def parse_document(data: Json, source: str) -> Document:
    """
    Return the typed form of a document.

    Raises:
        DocumentUnreadable: A part is missing or of another type; the message has its path.
    """
    try:
        if "recommendation" not in data:
            return Document(recommendation=from_json(data, RecommendationData))
        found = from_json(data, DecisionDocument)
    except msgspec.ValidationError as error:
        raise DocumentUnreadable(f"{source}: {error}.", hint=REMAKE) from error
    return Document(recommendation=found.recommendation, decisions=found.decisions)


def check_document(data: Json, source: str) -> Document:
    """
    Check that the hash of a document is that of its content, and that its parts match.

    Returns:
        Its typed form.

    Raises:
        DocumentUnreadable: A part is missing or of another type.
        RecommendationAltered: A hash is not that of the content.
    """
    recommendation = data.get("recommendation", data)
    held = recommendation.get("determinations") if isinstance(recommendation, dict) else None
    if not isinstance(recommendation, dict) or not isinstance(held, list) or not held:
        raise DocumentUnreadable(f"{source}: a determination is missing.")
    for part in (recommendation, data):
        if part.get("digest") != digest(part):
            raise RecommendationAltered(
                f"{source}: its digest is not that of its content.",
                hint="A recommendation must not be changed. Decide the case again.",
            )
    document = parse_document(data, source)
    if data is not recommendation:
        _check_decisions(document, source)
    return document


def _check_decisions(document: Document, source: str) -> None:
    """Check that each decision is made by a named physician, and on this recommendation."""
    known = {d.id: d for d in document.recommendation.determinations}
    if not document.decisions:
        raise DocumentUnreadable(f"{source}: a decision document without a decision.")
    for decision in document.decisions:
        if decision.recommendation_digest != document.recommendation.digest:
            raise RecommendationAltered(f"{source}: a decision is on another recommendation.")
        on = known.get(decision.on)
        if on is None or not _is_whole(decision, on):
            raise DocumentUnreadable(
                f"{source}: a decision is missing its physician, its determination or its reason.",
                hint="Write it with 'mednec sign'.",
            )


def _is_whole(decision: DecisionData, on: DeterminationData) -> bool:
    """Return True if a decision names a physician and a date, and matches its determination."""
    who = decision.physician
    named = all(text.strip() for text in (who.name, who.licence, who.specialty))
    span = on.visits.supported
    inside = span is not None and decision.visits > 0 and span.least <= decision.visits <= span.most
    fits = {
        "accept": decision.outcome == on.outcome or inside,
        "override": bool(decision.reason),
    }
    return named and bool(decision.decided_on) and fits.get(decision.decision, False)
