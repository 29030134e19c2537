"""The words for an outcome at a venue are the same on every page, in letters and in data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from reasoner import (
    Physician,
    Ruling,
    assessment_data,
    assessment_html,
    assessment_text,
    decide,
    describe_assessment,
    errors,
    load_case_file,
    sign,
    write_letter,
)
from reasoner.audits.data import audit_data
from reasoner.determinations.selection import unseen_sources
from reasoner.kernel.terms import TYPE, name_of
from reasoner.knowledge.terms import NS, mn
from reasoner.pages.layout import capital
from reasoner.records.documents import parse_document

if TYPE_CHECKING:
    from reasoner import Assessment, Knowledge
    from reasoner.determinations.data import DeterminationData

CASES: Final = Path(__file__).parents[2] / "fixtures" / "cases"
WHO: Final = Physician(name="Ana Reyes, MD", licence="California A 1", specialty="Pain Medicine")


def by_outcome() -> dict[str, Path]:
    """Return the first fixture of one request with each outcome, by the name of the outcome."""
    found: dict[str, Path] = {}
    for path in sorted(CASES.glob("*/expected.json")):
        outcome = json.loads(path.read_text(encoding="utf-8")).get("outcome")
        case = path.with_name("case.ttl")
        if case.read_text(encoding="utf-8").count("mn:requestedVisits") == 1:
            found.setdefault(outcome, case)
    found.pop(None, None)
    return found


EACH: Final = sorted(by_outcome().items())


def decided(path: Path, knowledge: Knowledge) -> tuple[Assessment, DeterminationData]:
    assessment = decide(load_case_file(path, knowledge), knowledge)
    return assessment, describe_assessment(assessment, knowledge, proof=False).determinations[0]


def test_every_outcome_has_a_fixture(knowledge: Knowledge) -> None:
    """The tests below try each outcome of the vocabulary, the undecided one included."""
    kind = (TYPE, mn("Outcome"))
    known = {name_of(t.subject) for t in knowledge.facts if (t.predicate, t.object) == kind}

    assert {NS + name for name, _ in EACH} == known


@pytest.mark.parametrize(("outcome", "path"), EACH, ids=[name for name, _ in EACH])
def test_pages_letters_audits_and_data_have_the_same_words(
    outcome: str, path: Path, knowledge: Knowledge
) -> None:
    """Worksheet, HTML, letter, audit and JSON express an outcome alike at each venue."""
    assessment, d = decided(path, knowledge)
    page = describe_assessment(assessment, knowledge, proof=False)
    data: Any = assessment_data(assessment, knowledge)
    text = assessment_text(page).lower()
    html = assessment_html(page, lambda _: "").lower()
    (audit,) = audit_data(assessment, knowledge)["audits"]  # type: ignore[misc]

    assert d.outcome == outcome
    assert bool(d.recommended) == d.is_decided
    for venue in d.venues:
        words = d.recommended.get(venue.key)
        if words is None:
            assert f"{venue.notation.lower()}: " not in text
            with pytest.raises(errors.LetterUndecided):
                write_letter(data, knowledge, "text", venue=venue.notation)
            continue
        letter = write_letter(data, knowledge, "text", venue=venue.notation).decode()
        assert f"{venue.notation}: {words}".lower() in text
        assert f"{venue.notation}: {words}".lower() in html
        assert f"Recommendation: {capital(words)} · " in letter
        assert data["determinations"][0]["recommended"][venue.key] == words
    assert audit["columns"][2]["outcome"] == d.recommended.get("independentMedicalReview")


@pytest.mark.parametrize(("outcome", "path"), EACH, ids=[name for name, _ in EACH])
def test_an_accepted_outcome_keeps_its_words(
    outcome: str, path: Path, knowledge: Knowledge
) -> None:
    """The decision of a physician who accepts is that of the recommendation at each venue."""
    assessment, d = decided(path, knowledge)
    data: Any = assessment_data(assessment, knowledge)
    (kept,) = parse_document(data, "it").recommendation.determinations
    confirmed = tuple(
        kept.sources[n - 1].iri for n in unseen_sources(kept, kept.outcome, kept.rejects)
    )
    visits = d.visits.supported.least if d.visits.supported else None
    ruling = Ruling(decision="accept", decided_on="2026-01-02", visits=visits, confirmed=confirmed)
    if not d.is_decided:
        with pytest.raises(errors.DecisionRefused, match="no disposition to accept"):
            sign(data, knowledge, WHO, ruling)
        return
    signed: Any = sign(data, knowledge, WHO, ruling)

    assert signed["decisions"][0]["outcome"] == outcome
    for venue in d.venues:
        words = signed["decisions"][0]["decided"][venue.key]
        letter = write_letter(signed, knowledge, "text", venue=venue.notation).decode()
        assert f"Decision: {capital(words)} · {d.label}" in " ".join(letter.split())
        assert "DRAFT" not in letter
        assert "not seen" not in letter
