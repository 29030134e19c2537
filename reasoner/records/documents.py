"""A determination as a document, and the document that adds a physician's decision to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

from reasoner.determinations.as_data import digest
from reasoner.errors import DocumentUnreadable, RecommendationAltered

if TYPE_CHECKING:
    from reasoner.determinations.as_data import Data

LIMIT: Final = 4_000_000
"""The largest document that is read, in bytes: a determination with its proof."""


def is_document(data: bytes) -> bool:
    """Tell whether bytes are a determination or a document of decision, and not a case."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and ("determinations" in value or "recommendation" in value)


def read_document(data: bytes, *, source: str) -> Data:
    """
    Read a determination or a document of decision.

    Raises:
        DocumentUnreadable: It is neither.
        RecommendationAltered: Its hash is not that of what it holds.
    """
    if len(data) > LIMIT:
        raise DocumentUnreadable(f"{source}: {len(data):,} bytes; at most {LIMIT:,} are read.")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DocumentUnreadable(f"{source}: not JSON: {error}.") from error
    if not isinstance(value, dict) or not ({"determinations", "recommendation"} & set(value)):
        raise DocumentUnreadable(
            f"{source}: neither a determination nor a document of decision.",
            hint="Write one with 'mednec decide CASE --format json'.",
        )
    check_document(value, source)
    return value


def check_document(document: Data, source: str) -> None:
    """
    Check that a document is the one whose hash it carries, and that its parts belong together.

    Raises:
        DocumentUnreadable: A part is lacking.
        RecommendationAltered: A hash is not that of what it stands on.
    """
    recommendation = recommendation_of(document)
    held = recommendation.get("determinations") if isinstance(recommendation, dict) else None
    if not isinstance(held, list) or not held or not all(isinstance(d, dict) for d in held):
        raise DocumentUnreadable(f"{source}: it holds no determination.")
    for part in (recommendation, document):
        if part.get("digest") != digest(part):
            raise RecommendationAltered(
                f"{source}: what it holds is not what its hash was made of.",
                hint="A recommendation is kept as it was made. Decide the case again.",
            )
    if document is recommendation:
        return
    try:
        _check_decisions(document, recommendation, source)
    except (AttributeError, KeyError, TypeError) as error:
        raise DocumentUnreadable(f"{source}: a part is lacking: {error}.") from error


def _check_decisions(document: Data, recommendation: Data, source: str) -> None:
    """Check that each decision is that of a named physician, and on this recommendation."""
    known = {d["id"]: d for d in cast("list[Data]", recommendation["determinations"])}
    decisions = document.get("decisions")
    if not isinstance(decisions, list) or not decisions:
        raise DocumentUnreadable(f"{source}: a document of decision without a decision.")
    for decision in cast("list[Data]", decisions):
        if decision.get("recommendationDigest") != recommendation["digest"]:
            raise RecommendationAltered(f"{source}: a decision is on another recommendation.")
        on = known.get(decision.get("on"))
        if on is None or not _is_whole(decision, on):
            raise DocumentUnreadable(
                f"{source}: a decision lacks its physician, its determination or its reason.",
                hint="Write it with 'mednec sign'.",
            )


def _is_whole(decision: Data, on: Data) -> bool:
    """Tell whether a decision names a physician and a date, and fits what it is on."""
    who = decision.get("physician")
    named = isinstance(who, dict) and all(
        isinstance(who.get(key), str) and who[key].strip()
        for key in ("name", "licence", "specialty")
    )
    fits = {
        "accept": decision.get("outcome") == on["outcome"],
        "override": bool(decision.get("reason")),
    }
    return named and bool(decision.get("decidedOn")) and fits.get(str(decision["decision"]), False)


def recommendation_of(document: Data) -> Data:
    """Return the recommendation that a document holds; a determination is its own."""
    return cast("Data", document.get("recommendation", document))


def decision_on(document: Data, determination: Data) -> Data | None:
    """Return the physician's decision on one determination; None if there is none."""
    for decision in cast("list[Data]", document.get("decisions", [])):
        if decision["on"] == determination["id"]:
            return decision
    return None


def is_decided(document: Data) -> bool:
    """Tell whether a physician has decided on every determination of a document."""
    recommendation = recommendation_of(document)
    return all(
        decision_on(document, d) is not None
        for d in cast("list[Data]", recommendation["determinations"])
    )
