"""Compare some letters word for word in each form, and check what holds for every letter."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest

from reasoner import assessment_data, decide, errors, load_case, load_case_file, write_letter
from reasoner.determinations.selection import unseen_sources
from reasoner.pages.letter.as_html import letter_html
from reasoner.pages.letter.as_pdf import letter_pdf
from reasoner.pages.letter.as_text import letter_text
from reasoner.pages.letter.compose import compose
from reasoner.pages.letter.lines import said_date
from reasoner.pages.style import STYLE
from reasoner.records.documents import parse_document
from reasoner.records.rulings import Ruling
from reasoner.records.signing import Physician, sign

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.determinations.data import Json
    from reasoner.pages.letter.page import LetterPage, Line

CASES = Path(__file__).parents[2] / "fixtures" / "cases"
GOLDEN = (
    "seed-2014-spine-12-visits",
    "lumbar-strain-8-and-6-visits-over-limit",
    "lumbar-strain-notes-missing-decide",
    "headache-2017-schedule-silent",
    "at-utilization-review-12-visits",
    "lumbar-strain-6-and-6-visits-one-limit",
)
UNDECIDED = sorted(
    path.parent.name
    for path in CASES.glob("*/expected.json")
    if json.loads(path.read_text()).get("outcome") == "NotDecided"
)
ALL = sorted({path.parent.name for path in CASES.glob("*/case.ttl")} - set(UNDECIDED))


def letter_of(name: str, knowledge: Knowledge, venue: str | None = None) -> LetterPage:
    case = load_case_file(CASES / name / "case.ttl", knowledge)
    data = assessment_data(decide(case, knowledge), knowledge)
    return compose(parse_document(data, name), knowledge, venue=venue)


def to_confirm(document: Json) -> tuple[str, ...]:
    """List the sources that a signer of the recommended outcome has to confirm."""
    (d,) = parse_document(document, "it").recommendation.determinations
    return tuple(d.sources[n - 1].iri for n in unseen_sources(d, d.outcome, d.rejects))


def lines_of(letter: LetterPage) -> list[Line]:
    return [line for s in letter.sections for block in s.blocks for line in block.lines]


class Page(HTMLParser):
    """A parser that keeps the tags and the words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.targets: set[str] = set()
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record opened tags, anchors and links."""
        found = dict(attrs)
        if tag not in {"meta", "rect", "line", "br"}:
            self.open.append(tag)
        self.ids |= {value for value in [found.get("id")] if value}
        self.targets |= {value[1:] for value in [found.get("href")] if value}

    def handle_endtag(self, tag: str) -> None:
        """Check that tags are closed in the order in which they were opened."""
        if tag not in {"rect", "line"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep the text, without the style sheet."""
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def without_style(page: str) -> str:
    """Return a page without the contents of its style element."""
    assert page.count("<style>") == 1
    assert f"<style>{STYLE}</style>" in page
    return page.replace(STYLE, "")


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize("form", ["txt", "html"])
def test_a_letter_reads_as_it_was_blessed(
    name: str, form: str, knowledge: Knowledge, pytestconfig: pytest.Config
) -> None:
    """A changed letter fails until a person has reviewed it; the hashes are not compared."""
    letter = replace(letter_of(name, knowledge), foot=())
    text = letter_text(letter) if form == "txt" else without_style(letter_html(letter))
    path = CASES / name / f"letter.{form}"
    if pytestconfig.getoption("--bless"):
        path.write_text(text, encoding="utf-8")

    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL)
def test_each_citation_of_a_letter_resolves(name: str, knowledge: Knowledge) -> None:
    """Each citation number refers to a listed source, and each listed source is cited."""
    letter = letter_of(name, knowledge)
    page = Page(letter_html(letter))
    listed = next(s for s in letter.sections if s.key == "sources").blocks[0].lines
    cited = {n for line in lines_of(letter) if line not in listed for n in line.cites}

    assert cited == set(range(1, len(listed) + 1))
    assert page.targets <= page.ids
    assert page.open == []


@pytest.mark.parametrize("name", ALL)
def test_a_letter_is_marked_a_draft_in_each_form(name: str, knowledge: Knowledge) -> None:
    """The letter of a recommendation is marked as a draft, not as a decision."""
    case = load_case_file(CASES / name / "case.ttl", knowledge)
    data = assessment_data(decide(case, knowledge), knowledge)
    for form in ("text", "html"):
        page = write_letter(data, knowledge, form).decode()
        words = " ".join(page.split() if form == "text" else Page(page).words)

        assert words.lower().count("draft for a physician's decision") >= 1
        assert "This is not a decision" in words
        assert "Decision:" not in words


@pytest.mark.parametrize("name", UNDECIDED)
@pytest.mark.parametrize("venue", ["ur", "imr"])
def test_no_letter_is_served_where_no_text_held_decides(
    name: str, venue: str, knowledge: Knowledge
) -> None:
    """The error names the request, what would decide it, and the command of the physician."""
    case = load_case_file(CASES / name / "case.ttl", knowledge)
    data = assessment_data(decide(case, knowledge), knowledge)

    with pytest.raises(errors.LetterUndecided, match="not decided") as refused:
        write_letter(data, knowledge, "text", venue=venue)

    assert "mednec sign" in refused.value.hint
    assert data["determinations"][0]["wouldDecide"][0]["text"] in refused.value.hint


KEPT = ("audit", "search", "rules")
"""The sections that only an internal memorandum has."""


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("venue", ["IndependentMedicalReview", "UtilizationReview"])
def test_what_is_served_is_the_decision_of_the_venue_alone(
    name: str, venue: str, knowledge: Knowledge
) -> None:
    """A served letter has no cap, timeliness, advice, question or audit; the memorandum has."""
    case = load_case_file(CASES / name / "case.ttl", knowledge)
    document = parse_document(assessment_data(decide(case, knowledge), knowledge), name)
    served = compose(document, knowledge, venue=venue)
    memo = compose(document, knowledge, venue=venue, memo=True)
    found = document.recommendation.determinations
    kept = {s.text for d in found for s in (*d.legal, *d.changes, *d.audit)}
    said = {line.text for line in lines_of(served)}
    dated = {said_date(text) for text in kept}

    assert not said & (kept | dated)
    assert not {s.key for s in served.sections} & set(KEPT)
    assert not [b for s in served.sections for b in s.blocks if b.kind == "question"]
    assert dated <= {line.text for line in lines_of(memo)} | {
        line.text for s in memo.sections for b in s.blocks for line in b.lines
    }
    assert not memo.draft


@pytest.mark.parametrize("name", GOLDEN)
def test_text_html_and_pdf_have_the_same_sentences(name: str, knowledge: Knowledge) -> None:
    """HTML, PDF and text contain the same sentences."""
    letter = letter_of(name, knowledge)
    squeeze = re.compile(r"\s+")
    pdf = pypdf.PdfReader(io.BytesIO(letter_pdf(letter)))
    pages = {
        "text": letter_text(letter),
        "html": " ".join(Page(letter_html(letter)).words),
        "pdf": " ".join(page.extract_text() for page in pdf.pages),
    }
    for form, page in pages.items():
        found = squeeze.sub("", page)
        missing = [
            line.text for line in lines_of(letter) if squeeze.sub("", line.text) not in found
        ]

        # A sentence of a PDF may continue on the next page, after its footer and header.
        assert len(missing) <= (len(pdf.pages) if form == "pdf" else 0), (form, missing)


def test_the_pdf_of_a_letter_is_the_same_bytes_each_time(knowledge: Knowledge) -> None:
    """The same letter gives the same bytes, so it can be compared and hashed."""
    letter = letter_of(GOLDEN[0], knowledge)

    assert letter_pdf(letter) == letter_pdf(letter)


def test_the_pdf_of_a_letter_is_tagged_and_fits_its_pages(knowledge: Knowledge) -> None:
    """The PDF is PDF/UA and has two pages, and no text is outside the page."""
    pdf = pypdf.PdfReader(io.BytesIO(letter_pdf(letter_of(GOLDEN[0], knowledge))))

    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert "pdfuaid" in str(pdf.trailer["/Root"]["/Metadata"].get_data())
    assert len(pdf.pages) == 2
    for page in pdf.pages:
        places: list[tuple[float, float]] = []

        def note(
            text: str,
            cm: list[float],
            tm: list[float],
            *_: object,
            places: list[tuple[float, float]] = places,
        ) -> None:
            if text.strip():
                places.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

        page.extract_text(visitor_text=note)
        width, height = float(page.mediabox.width), float(page.mediabox.height)

        assert len(places) > 5
        assert all(0 <= x <= width and 0 <= abs(y) <= height for x, y in places)


def test_text_of_a_record_cannot_break_a_letter(knowledge: Knowledge) -> None:
    """Text from a record is escaped in HTML and typst."""
    nasty = "<script>alert(1)</script> #panic() $x$ *b* _i_ @c <a> \\\\ &amp; “2014-05-09”"
    text = (CASES / GOLDEN[0] / "case.ttl").read_text(encoding="utf-8")
    text = text.replace('mn:citedAs "Chronic Pain Guidelines"', f'mn:citedAs "{nasty}"')
    case = load_case(text.encode(), knowledge, form="turtle")
    data = assessment_data(decide(case, knowledge), knowledge)
    said = nasty.replace("\\\\", "\\")
    html = write_letter(data, knowledge, "html").decode()
    pdf = pypdf.PdfReader(io.BytesIO(write_letter(data, knowledge, "pdf")))

    assert "<script>" not in html
    assert said in " ".join(Page(html).words)
    assert "#panic() $x$ *b* _i_ @c <a>" in " ".join(
        " ".join(page.extract_text().split()) for page in pdf.pages
    )


def test_dates_are_written_out_but_not_in_quotations(knowledge: Knowledge) -> None:
    """A letter writes "May 9, 2014", but leaves dates in quotations unchanged."""
    text = (CASES / GOLDEN[0] / "case.ttl").read_text(encoding="utf-8")
    text = text.replace('"Chronic Pain Guidelines"', '"Guidelines of 2014-05-09"')
    case = load_case(text.encode(), knowledge, form="turtle")
    data = assessment_data(decide(case, knowledge), knowledge)
    letter = compose(parse_document(data, "it"), knowledge)
    words = " ".join(line.text for line in lines_of(letter))

    assert "“Guidelines of 2014-05-09”" in words
    assert "On May 9, 2014, utilization review denied the request." in words


def test_a_letter_of_utilization_review_gives_its_own_notices(knowledge: Knowledge) -> None:
    """Each venue has its own title, wording and notices."""
    text = (CASES / "lumbar-strain-no-improvement" / "case.ttl").read_text(encoding="utf-8")
    head, _, _ = text.partition("    mn:urDecision [")
    case = load_case(f"{head.rstrip().rstrip(';')} .".encode(), knowledge, form="turtle")
    data = assessment_data(decide(case, knowledge), knowledge)
    letter = compose(parse_document(data, "it"), knowledge)
    notices = next(s for s in letter.sections if s.key == "notices").blocks[0].lines

    assert letter.title == "Utilization review"
    assert any("application is due within 30 days" in line.text for line in notices)
    assert "Deny" in letter.results[0][1]


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ("when the request was received", r"Request received +December 6, 2016"),
        ("when it was decided", r"Date of decision +entered when a physician decides"),
        ("what was requested", r"12 visits \(2 a week for 6 weeks\), lumbar spine"),
        ("what is approved", r"Modify · .*visits supported: 4"),
        ("which records were reviewed", r"DOCUMENTS REVIEWED\n(.*\n)+ +-  Progress report"),
        ("the reasons", r"Rationale\n +1\. 6 earlier and 12 requested visits make 18"),
        ("the criteria", r"Governing guideline\n +-  MTUS Low Back Complaints"),
        ("the clinical grounds", r"treating physician documented functional improvement"),
        ("how to ask for independent review", r"Time to ask for independent medical review"),
        ("the reviewer's specialty", r"Certification or specialty +_"),
        ("the reviewer's state of license", r"State and number of license +_"),
        ("the reviewer's hours", r"Hours and telephone +_"),
        ("the reviewer's name", r"Name +_"),
    ],
)
def test_a_letter_of_utilization_review_has_the_elements_of_the_regulation(
    element: str, words: str, knowledge: Knowledge
) -> None:
    """A modification letter contains each element that 8 CCR 9792.9.1(e)(5) lists."""
    text = letter_text(letter_of("at-utilization-review-12-visits", knowledge))

    assert re.search(words, text), element


def test_the_hours_of_a_physician_are_in_the_notice(knowledge: Knowledge) -> None:
    """The letter states when the treating physician can reach the reviewer."""
    case = load_case_file(CASES / "at-utilization-review-12-visits" / "case.ttl", knowledge)
    who = Physician(name="A. Reader", licence="California A 1", specialty="PM&R", hours="M-F 9-11")
    data = assessment_data(decide(case, knowledge), knowledge)
    ruling = Ruling(decision="accept", decided_on="2016-12-09", confirmed=to_confirm(data))
    text = letter_text(compose(parse_document(sign(data, knowledge, who, ruling), "it"), knowledge))

    assert re.search(r"Hours and telephone +M-F 9-11", text)
    assert text.count("December 9, 2016") == 1


def test_a_part_says_how_many_visits_are_supported(knowledge: Knowledge) -> None:
    """A partial approval states the number of visits."""
    letter = letter_of("lumbar-strain-8-and-6-visits-over-limit", knowledge)

    assert letter.results[0][1].endswith("visits supported: 2")
