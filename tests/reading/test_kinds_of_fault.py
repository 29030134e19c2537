from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.audits.audit import Auditor
from reasoner.knowledge.terms import CONCEPT
from reasoner.letters.facts_form import facts_read
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.readers.courses import about

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Letter

KINDS = Path(__file__).parents[2] / "fixtures" / "letters" / "kinds"


def letter(lexicon: Lexicon, name: str) -> Letter:
    return read_letter(load_source(KINDS / f"{name}.txt"), lexicon)


def concepts(read: Letter) -> list[str]:
    """Return the concepts of all readings of the conditions."""
    iris = [r.value.iri or "" for d in read.diagnoses for r in d.readings]
    return sorted(iri.removeprefix(CONCEPT) for iri in iris)


def course(lexicon: Lexicon, name: str) -> tuple[object, ...]:
    """Return count, certainty, whether attended, and before or after an operation."""
    read = letter(lexicon, name)
    (found,) = facts_read(read, read.items[0], lexicon)["courses"]  # type: ignore[misc]
    return tuple(found[key] for key in COURSE)


COURSE = ("count", "certainty", "attended_or_authorized", "relative_to_surgery")


def response(lexicon: Lexicon, name: str) -> str | None:
    facts = letter(lexicon, name).items[0].facts
    return facts.response.value.code if facts and facts.response else None


def test_a_condition_outside_a_row_stays_itself(lexicon: Lexicon) -> None:
    """A contusion of the face is one of the head, a laceration of the scalp a wound of the head."""
    assert concepts(letter(lexicon, "face-and-scalp")) == ["HeadContusion", "HeadWound"]


def test_a_sentence_diagnoses_like_a_label(lexicon: Lexicon) -> None:
    """The same conditions are read from a sentence and behind a label."""
    sentence, label = (
        concepts(letter(lexicon, f"diagnosis-{where}"))
        for where in ("in-a-sentence", "after-a-label")
    )

    assert sentence == label == ["LowBackPain", "LumbarStrain"]


def test_the_diagnosis_selects_among_operations_with_one_name(lexicon: Lexicon) -> None:
    """A repair of the rotator cuff after a sprain is that of the row for sprains."""
    (operation,) = letter(lexicon, "cuff-repair-after-sprain").surgeries

    assert operation.procedure is not None
    assert operation.procedure.value.iri == f"{CONCEPT}RotatorCuffRepair"


def test_a_name_of_two_operations_is_both(lexicon: Lexicon) -> None:
    """Without a diagnosis that selects one, both rows of a repair of the cuff are readings."""
    source = load_source(KINDS / "cuff-repair-after-sprain.txt")
    read = read_letter(source.replace("rotator cuff sprain", "shoulder pain"), lexicon)

    procedures = {s.procedure.value.iri for s in read.surgeries if s.procedure}

    assert procedures == {f"{CONCEPT}RotatorCuffReconstruction", f"{CONCEPT}RotatorCuffRepair"}


def test_visits_before_an_operation_are_distinguished(lexicon: Lexicon) -> None:
    """A course of the year before the operation came before it; one operation is read."""
    read = letter(lexicon, "visits-before-an-operation")

    assert len(read.surgeries) == 1
    assert course(lexicon, "visits-before-an-operation") == (10, "exact", "attended", "before")


def test_authorized_visits_leave_attendance_open(lexicon: Lexicon) -> None:
    """Visits that were authorized are a course whose attended visits are unknown."""
    read = letter(lexicon, "authorized-visits")
    (given,) = [c for c in read.courses if c.authorized]

    assert given.authorized is not None
    assert given.authorized.value == 24
    assert course(lexicon, "authorized-visits") == (None, "unknown", "authorized", "no_surgery")


def test_about_is_an_interval(lexicon: Lexicon) -> None:
    """An approximate count is not exact."""
    counted = [c for c in letter(lexicon, "about-two-visits").courses if c.visits]

    assert {about(lexicon, c) for c in counted} == {(1, 3)}


@pytest.mark.parametrize("name", ["improvement-without-documents", "improvement-unclear"])
def test_improvement_that_is_denied_or_doubted_is_not_read(name: str, lexicon: Lexicon) -> None:
    """Words such as "without documented improvement" and "not clear whether" document none."""
    assert response(lexicon, name) == "not_documented"


def test_a_negation_reaches_both_of_two_treatments(lexicon: Lexicon) -> None:
    """The words "no physical therapy and no acupuncture" count none of either."""
    counts = {
        c.treatment.value.code: c.visits and c.visits.value
        for c in letter(lexicon, "neither-of-two").courses
    }

    assert counts == {"physical_therapy": 0, "acupuncture": 0}


def test_the_receipt_of_a_request_is_read(lexicon: Lexicon) -> None:
    """The day on which the request was received is the receipt, not the date of the form."""
    dates = letter(lexicon, "receipt-stated").dates

    assert dates["request_received"].value.isoformat() == "2016-11-01"
    assert "request_dated" not in dates


@pytest.mark.parametrize("path", sorted(KINDS.glob("*.txt")), ids=lambda path: path.stem)
def test_each_letter_gives_a_case_of_the_form(path: Path, knowledge: Knowledge) -> None:
    """What is read of each kind of letter passes the check of a case."""
    auditor = Auditor(knowledge)
    read = read_letter(load_source(path), auditor.lexicon)

    assert [audit.trouble for audit in auditor.audit(read)] == [""] * len(read.items)
