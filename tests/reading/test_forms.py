from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner.audits.audit import Auditor
from reasoner.errors import LetterUnreadable
from reasoner.letters.case_graph import case_of
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter
from reasoner.letters.readers.statements import Words

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Item, Letter

FOLDER = Path(__file__).parents[2] / "fixtures" / "documents"


def document(name: str, lexicon: Lexicon) -> Letter:
    return read_letter(load_source(FOLDER / f"{name}.txt"), lexicon)


def outcomes(letter: Letter) -> list[tuple[str, str | None]]:
    """Return the treatment and the outcome of each item."""
    return [
        (
            i.treatment.value.label if i.treatment else "",
            i.outcome.value.code if i.outcome else None,
        )
        for i in letter.items
    ]


def reviewed(item: Item) -> tuple[str | None, int | None, int | None]:
    """Return what utilization review decided: its outcome, visits asked and visits approved."""
    facts = item.facts
    assert facts is not None
    return (
        facts.ur_outcome.value.code if facts.ur_outcome else None,
        facts.visits_original.value if facts.visits_original else None,
        facts.ur_approved.value if facts.ur_approved else None,
    )


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("imr-2013-first", [("physical therapy", "Upheld"), ("acupuncture", "Overturned")]),
        ("imr-2013-second", [("chiropractic care", "Upheld")]),
    ],
)
def test_the_forms_of_2013_have_their_items(
    name: str, items: list[tuple[str, str]], lexicon: Lexicon
) -> None:
    """Each item has the outcome that its sentence states, both guideline lines and a rationale."""
    letter = document(name, lexicon)

    assert outcomes(letter) == items
    assert letter.problems == ()
    for item in letter.items:
        assert item.claims_administrator is not None
        assert item.reviewer is not None
        assert item.reviewer.basis is not None
        assert item.rationale is not None


def test_the_head_and_the_summary_of_2013_are_read(lexicon: Lexicon) -> None:
    """The rationale is not read as history: 14 visits are those of the summary."""
    letter = document("imr-2013-first", lexicon)

    assert letter.case_number is not None
    assert letter.case_number.value == "CM13-0900202"
    assert {name: day.value.isoformat() for name, day in letter.dates.items()} == {
        "date_of_injury": "2012-02-04",
        "decision_date": "2013-10-14",
        "ur_denial_date": "2013-08-09",
        "application_received": "2013-08-20",
    }
    facts = letter.items[0].facts
    assert facts is not None
    assert facts.prior_visits is not None
    assert facts.prior_visits.value == 14
    assert facts.visits_original is not None
    assert facts.visits_original.value == 12


def test_a_title_without_a_year_is_the_edition_of_the_day(lexicon: Lexicon) -> None:
    """The letters of 2013 print no year: the day of the decision selects the edition."""
    (item,) = document("imr-2013-second", lexicon).items

    assert item.reviewer is not None
    (citation,) = item.reviewer.citations
    assert str(citation.guideline).endswith("mtus-chronic-pain-2009")
    assert str(citation.section).startswith("Manual Therapy & Manipulation")


def test_a_request_for_authorization_has_a_row_for_each_treatment(lexicon: Lexicon) -> None:
    """The table is read by its columns, also where a cell goes on in the next line."""
    letter = document("request-for-authorization", lexicon)

    assert [i.heading.value.strip() for i in letter.items] == [
        "Physical therapy, lumbar spine 2 times a week for 4 weeks, 8 visits",
        "Acupuncture, neck 6 visits",
        "Lumbar brace 1",
    ]
    assert [reviewed(i) for i in letter.items[:2]] == [(None, 8, None), (None, 6, None)]
    assert letter.dates["request_dated"].value.isoformat() == "2016-11-14"
    assert letter.dates["date_of_injury"].value.isoformat() == "2016-03-07"
    assert letter.priority is None
    assert len(letter.diagnoses) == 2
    assert letter.problems == ()


def test_each_passage_of_a_table_points_at_its_cell(lexicon: Lexicon) -> None:
    """A value that was read out of a column has the words of that column."""
    letter = document("request-for-authorization", lexicon)
    visits = letter.items[1].original.visits

    assert visits is not None
    (span,) = visits.spans
    assert letter.words(span).startswith("6")


def test_a_checked_box_makes_a_request_expedited(lexicon: Lexicon) -> None:
    """An empty box says nothing."""
    source = load_source(FOLDER / "request-for-authorization.txt")
    checked = source.replace("[ ] Expedited", "[X] Expedited")

    priority = read_letter(checked, lexicon).priority

    assert priority is not None
    assert priority.value == "Expedited"


def test_a_request_that_names_no_treatment_says_so(lexicon: Lexicon) -> None:
    """A table that refers to another page has no items, and none is guessed."""
    source = load_source(FOLDER / "request-for-authorization.txt")
    begin, end = source.index("Lumbar strain"), source.index("Requesting Physician Signature")
    letter = read_letter(f"{source[:begin]}See page 4 of the report\n\n{source[end:]}", lexicon)

    assert letter.items == ()
    assert "items-missing" in {p.kind for p in letter.problems}


def test_a_review_decision_has_what_it_approves(lexicon: Lexicon) -> None:
    """Denied, modified and certified are outcomes of utilization review, not of a later review."""
    letter = document("utilization-review-decision", lexicon)

    assert [i.outcome for i in letter.items] == [None, None, None]
    assert [reviewed(i) for i in letter.items] == [
        ("modified", 8, 6),
        ("denied", 6, None),
        ("approved", None, None),
    ]
    days = {name: day.value.isoformat() for name, day in letter.dates.items()}
    assert days == {
        "date_of_injury": "2016-03-07",
        "ur_denial_date": "2016-11-21",
        "request_dated": "2016-11-14",
        "request_received": "2016-11-15",
    }
    assert letter.problems == ()


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)", "progress report"),
        ("DOCTOR'S FIRST REPORT OF OCCUPATIONAL INJURY OR ILLNESS", "first report"),
        ("Application for Independent Medical Review, DWC Form IMR", "application"),
        ("PANEL QUALIFIED MEDICAL EVALUATION", "medical-legal"),
    ],
)
def test_another_document_is_refused_by_its_name(title: str, named: str, lexicon: Lexicon) -> None:
    """What is not read is named, and what could be given instead."""
    with pytest.raises(LetterUnreadable, match=named) as caught:
        read_letter(f"State of California\n{title}\n\nThe patient has neck pain.\n", lexicon)

    assert "request for authorization" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [
        ("request-for-authorization", "mn:requestedOn", "mn:urDecision"),
        ("utilization-review-decision", "mn:urDecision", "mn:imrDecision"),
        ("imr-2013-second", "mn:imrDecision", "mn:requestedOn"),
    ],
)
def test_a_document_states_what_it_decides_and_nothing_more(
    name: str, has: str, has_not: str, knowledge: Knowledge
) -> None:
    """The case of a request has no decision, and that of a review no decision of a later one."""
    auditor = Auditor(knowledge)
    letter = document(name, auditor.lexicon)
    case = case_of(letter, letter.items[0], auditor.lexicon, Words(letter, auditor.lexicon))

    assert has in case.decode()
    assert has_not not in case.decode()
    audited = auditor.audit(letter)
    assert all(a.decision is not None for a in audited)
