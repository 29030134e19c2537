"""`mednec verify-rows` finds rows in a text that an author holds, and records who read them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from reasoner import load_knowledge
from reasoner.authoring.check_verifications import check_verifications
from reasoner.authoring.compare_rows import (
    DIFFERS,
    EXACT,
    IN_PART,
    NOT_FOUND,
    TO_CONFIRM,
    compare_rows,
)
from reasoner.authoring.formatting import format_files
from reasoner.authoring.printed_figures import figure_words
from reasoner.authoring.row_words import rows_of
from reasoner.authoring.source_text import LIMIT, read_source
from reasoner.authoring.turtle_format import read_prefixes
from reasoner.commands import main as cli
from reasoner.errors import SourceTextTooLarge, SourceTextUnreadable

from .seeding import copy_knowledge, edit, places_of

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner import Knowledge
    from reasoner.authoring.compare_rows import RowFinding

EDITION = "example-therapy-2014"
ROW = """
:{name} a mn:Recommendation ;
    rdfs:label "{label}"@en ;
    mn:covers mnc:{condition} ;
    mn:limits mnc:PhysicalMedicine ;
    {figures} ;
    mn:pinpoint "{pinpoint}" ;
    mn:statedIn mng:example-therapy-2014 ;
    mn:verification mn:Provisional .
"""
HEAD = """@prefix : <https://w3id.org/mednec/guideline/example-therapy-2014/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mn: <https://w3id.org/mednec/ns#> .
@prefix mnc: <https://w3id.org/mednec/concept/> .
@prefix mng: <https://w3id.org/mednec/guideline/> .
@prefix mnl: <https://w3id.org/mednec/law/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

mng:example-therapy-2014 a mn:Guideline, owl:Ontology ;
    rdfs:label "an invented guideline, 2014"@en ;
    dcterms:license <https://www.apache.org/licenses/LICENSE-2.0> ;
    dcterms:source "an example" ;
    mn:editionYear 2014 ;
    mn:effectiveFrom "2014-01-01"^^xsd:date ;
    mn:keyedOn mn:onRequestDate ;
    mn:publisher mnl:division-of-workers-compensation ;
    mn:tier mn:OtherGuidelineTier ;
    mn:verification mn:Provisional ;
    owl:imports <https://w3id.org/mednec/all-terms> ;
    owl:versionIRI <https://w3id.org/mednec/guideline/example-therapy-2014/2026-11-30> .
"""


def row(name: str, condition: str, figures: str, pinpoint: str = "Table of visits") -> str:
    label = f"physical therapy, {name.replace('-', ' ')}"
    return ROW.format(
        name=name, label=label, condition=condition, figures=figures, pinpoint=pinpoint
    )


ANKLE = row(
    "ankle-sprain", "AnkleSprain", "mn:maximumVisits 9 ;\n    mn:withinWeeks 8", "Ankle, p. 1"
)
KNEE = row(
    "knee-sprain",
    "KneeSprain",
    "mn:maximumVisits 12 ;\n    mn:minimumVisits 10 ;\n    mn:withinWeeks 6",
    "Knee, pp. 1-2",
)
ELBOW = row(
    "epicondylitis",
    "LateralEpicondylitis",
    "mn:maximumVisits 14 ;\n    mn:trialVisits 4",
    "Elbow, p. 1",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a knowledge base with an invented guideline of three rows."""
    return with_rows(tmp_path_factory.mktemp("knowledge"), ANKLE, KNEE, ELBOW)


def with_rows(folder: Path, *rows: str) -> Path:
    home = copy_knowledge(folder)
    path = file_in(home)
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    (one,) = format_files([path], read_prefixes(home / "ontology" / "prefixes.ttl"))
    path.write_text(one.after, encoding="utf-8")
    return home


def file_in(home: Path) -> Path:
    return home / "ontology/jurisdictions/us-ca/guidelines" / f"{EDITION}.ttl"


@pytest.fixture(scope="module")
def invented(home: Path) -> Knowledge:
    return load_knowledge(home, entailed=())


def pdf(folder: Path, text: str) -> Path:
    """Set a text as PDF, 17 cm wide."""
    source = folder / "source.typ"
    page = '#set page(width: 17cm, height: 20cm, margin: 2cm, numbering: "1")\n'
    source.write_text(page + text, encoding="utf-8")
    path = folder / "source.pdf"
    path.write_bytes(typst.compile(source))
    return path


def plain(folder: Path, text: str) -> Path:
    path = folder / "source.txt"
    path.write_text(text, encoding="utf-8")
    return path


def found_in(knowledge: Knowledge, path: Path) -> dict[str, RowFinding]:
    words = figure_words(knowledge)
    rows = rows_of(knowledge, EDITION, words)
    return {f.row.name: f for f in compare_rows(rows, read_source(path), words)}


# Finding


@pytest.mark.parametrize(
    "line",
    [
        "Ankle sprain: 9 visits over 8 weeks",
        "Ankle sprains (ICD9 845.0): nine visits over eight weeks",
        "Sprain of the ankle: up to 9 phys-\nical therapy vis-\nits over 8 weeks",
        "ICD9 845.00: 9 sessions over 6\u20138 weeks",
        "Ankle sprain\n9 visits\n8 weeks",
        "Ankle sprain       9 visits      8 weeks",
        "Condition          Visits        Weeks\nAnkle sprain       9             8",
    ],
)
def test_a_row_is_exact_however_it_is_printed(
    invented: Knowledge, tmp_path: Path, line: str
) -> None:
    """Words or digits, ranges, hyphens at line ends, codes, cells with and without units."""
    path = plain(tmp_path, f"Ankle\n\n{line}\n\f\n")
    found = found_in(invented, path)["ankle-sprain"]

    assert (found.grade, found.doubts) == (EXACT, ())
    assert found.passage is not None
    assert found.passage.page == 1


def test_a_row_is_found_on_its_page_of_a_pdf(invented: Knowledge, tmp_path: Path) -> None:
    """Both ends of a printed range belong to the figure."""
    text = "Preface\n#pagebreak()\n= Knee\nKnee sprain: 10--12 visits over 6 weeks"
    found = found_in(invented, pdf(tmp_path, text))["knee-sprain"]

    assert (found.grade, found.passage and found.passage.page) == (EXACT, 2)


@pytest.mark.parametrize(
    ("line", "grade", "doubt"),
    [
        # another figure
        ("Ankle sprain: 10 visits over 8 weeks", DIFFERS, ""),
        ("Ankle sprain: 9 visits over 9 weeks", DIFFERS, ""),
        # a figure is missing, or in another passage
        ("Ankle sprain: 9 visits", IN_PART, ""),
        ("Ankle sprain: 9 visits\n\nFracture of a toe: 8 weeks", IN_PART, ""),
        # more than one figure, or more than one row
        ("Ankle sprain: 9 visits over 8 weeks, then 12 visits", TO_CONFIRM, "other figures"),
        ("Ankle sprain and knee sprain: 9 visits over 8 weeks", TO_CONFIRM, "other rows"),
        (
            "Fracture of the wrist and ankle sprain: 9 visits over 8 weeks",
            TO_CONFIRM,
            "other words",
        ),
        # another meaning
        ("Ankle sprain: at least 9 visits over 8 weeks", TO_CONFIRM, "limited"),
        # the words are above
        ("Ankle sprain is common. Give 9 visits over 8 weeks", TO_CONFIRM, "sentence above"),
        ("Ankle sprain:\nfor athletes: 9 visits over 8 weeks", TO_CONFIRM, "lead"),
    ],
)
def test_what_is_not_in_one_passage_is_not_exact(
    invented: Knowledge, tmp_path: Path, line: str, grade: str, doubt: str
) -> None:
    """A row is exact only if one passage has its words, all its figures, and no others."""
    found = found_in(invented, plain(tmp_path, f"Ankle\n\n{line}\n\f\n"))["ankle-sprain"]

    assert found.grade == grade
    if doubt:
        assert doubt in found.doubts


def test_a_difference_names_both_figures(invented: Knowledge, tmp_path: Path) -> None:
    """An author sees what the row states and what the text prints."""
    text = "Ankle\n\nAnkle sprain: 9 visits over 10 weeks\n\f\n"
    found = found_in(invented, plain(tmp_path, text))["ankle-sprain"]

    assert [(d.stated.most, [p.most for p in d.printed]) for d in found.differing] == [(8, [10])]


@pytest.mark.parametrize("visits", ["12", "9-12", "10-13", "10"])
def test_both_ends_of_a_range_count(invented: Knowledge, tmp_path: Path, visits: str) -> None:
    """The row states 10-12."""
    text = f"Knee\n\nKnee sprain: {visits} visits over 6 weeks\n\f\n"

    assert found_in(invented, plain(tmp_path, text))["knee-sprain"].grade == DIFFERS


def test_a_page_number_does_not_part_a_row(invented: Knowledge, tmp_path: Path) -> None:
    """It stands between a condition and its figures."""
    text = "Knee\n\nKnee sprain:\n1\n\f10-12 visits over 6 weeks\n2\n"

    assert found_in(invented, plain(tmp_path, text))["knee-sprain"].grade == EXACT


def test_a_trial_is_not_taken_for_the_number_of_visits(invented: Knowledge, tmp_path: Path) -> None:
    """A trial of 4 visits is the trial, and 14 are the maximum."""
    line = "Lateral epicondylitis: a trial of 4 visits, then up to 14 visits"
    found = found_in(invented, plain(tmp_path, f"Elbow\n\n{line}\n\f\n"))["epicondylitis"]

    assert found.grade == EXACT


def test_a_passage_at_another_place_is_not_exact(invented: Knowledge, tmp_path: Path) -> None:
    """The row cites page 1 and the heading 'Ankle'; the words are on page 2, under another."""
    text = "Contents\n\f\nAppendix\n\nAnkle sprain: 9 visits over 8 weeks\n"
    found = found_in(invented, plain(tmp_path, text))["ankle-sprain"]

    assert (found.grade, found.doubts) == (TO_CONFIRM, ("elsewhere",))


def test_the_printed_number_of_a_page_is_the_cited_one(invented: Knowledge, tmp_path: Path) -> None:
    """The row cites page 1: the third page of the file, which is numbered 1, and not the first."""
    line = "Ankle sprain: 9 visits over 8 weeks"
    first = found_in(invented, plain(tmp_path, f"{line}\n7\n\f\nWords\n8\n\fWords\n9\n"))
    third = found_in(invented, plain(tmp_path, f"Words\n\nv\n\f\nWords\n\f{line}\n\n1\n"))

    assert first["ankle-sprain"].doubts == ("elsewhere",)
    assert third["ankle-sprain"].grade == EXACT


def test_another_figure_at_the_same_place_raises_a_doubt(
    invented: Knowledge, tmp_path: Path
) -> None:
    """The text says both, so a person decides."""
    text = "Ankle\n\nAnkle sprain: 9 visits over 8 weeks\n\nAnkle sprain: 7 visits over 8 weeks\n\f"
    found = found_in(invented, plain(tmp_path, text))["ankle-sprain"]

    assert (found.grade, found.doubts) == (TO_CONFIRM, ("contradicted",))


def test_two_columns_are_not_read_across(invented: Knowledge, tmp_path: Path) -> None:
    """Figures of the right column do not belong to the condition of the left one."""
    left = ["The chapter in general says", "Ankle sprain, as is shown", "in the pictures below it."]
    right = ["for what is meant elsewhere", "and 9 visits over 8 weeks", "as a rule for everybody."]
    lines = "\n".join(f"{a:<30}{b}" for a, b in zip(left, right, strict=True))
    across = found_in(invented, plain(tmp_path, f"Ankle\n\n{lines}\n\f\n"))["ankle-sprain"]

    assert (across.grade, across.doubts) == (TO_CONFIRM, ("columns",))


def test_a_row_in_one_of_two_columns_is_exact(invented: Knowledge, tmp_path: Path) -> None:
    """Each column is read from top to bottom."""
    text = """= Ankle and knee
#columns(2)[
  Some words about the ankle that fill several lines of this column.

  Ankle sprain: 9 visits over 8 weeks

  Some words that follow the row and fill the rest of it.
  #colbreak()
  Some words about the knee that fill several lines of this column.

  Knee sprain: 10 to 12 visits over 6 weeks

  Some words that follow the row and fill the rest of it.
]
"""
    found = found_in(invented, pdf(tmp_path, text))

    assert [found[name].grade for name in ("ankle-sprain", "knee-sprain")] == [EXACT, EXACT]


def test_a_table_of_a_pdf_is_read_row_by_row(invented: Knowledge, tmp_path: Path) -> None:
    """A cell may be wrapped, and the unit may be in the heading alone."""
    text = """= Ankle and knee
#table(columns: (2.6cm, 3cm, 3cm),
  [Condition], [Visits], [Weeks],
  [Ankle or foot sprain, other than knee], [20], [10],
  [Ankle sprain], [9], [8],
  [Knee sprain], [10-12], [6])
"""
    found = found_in(invented, pdf(tmp_path, text))

    assert [found[name].grade for name in ("ankle-sprain", "knee-sprain")] == [EXACT, EXACT]


def test_a_running_title_and_a_page_number_do_not_part_a_row(
    invented: Knowledge, tmp_path: Path
) -> None:
    """They stand on every page, between a condition and its figures."""
    texts = [
        "Knee\n\nA sentence of the first page.\nAnother sentence.",
        "A sentence of the second page.\nKnee sprain:",
        "10-12 visits over 6 weeks\nA sentence of the third page.",
    ]
    pages = [f"Invented guideline {n}\n{text}\n{n}" for n, text in enumerate(texts, start=1)]
    found = found_in(invented, plain(tmp_path, "\f".join(pages)))["knee-sprain"]

    assert found.grade == EXACT
    assert found.passage is not None
    assert (found.passage.page, found.passage.line) == (3, 2)


def test_what_is_not_found_says_where_its_words_are(invented: Knowledge, tmp_path: Path) -> None:
    """An author looks there first."""
    text = "Contents\n\f\nKnee\n\nA knee sprain heals slowly.\n"
    found = found_in(invented, plain(tmp_path, text))

    assert (found["knee-sprain"].grade, found["knee-sprain"].mentioned) == (NOT_FOUND, (2,))
    assert (found["ankle-sprain"].grade, found["ankle-sprain"].mentioned) == (NOT_FOUND, ())


SENTENCES = st.lists(
    st.sampled_from(
        [
            "Ankle sprain",
            "Knee sprain:",
            "Ankle sprain:",
            "9 visits",
            "8 weeks",
            "9 visits over 8 weeks",
            "12 visits over 6 weeks",
            "nine visits",
            "Give exercise.",
            "for athletes",
        ]
    ),
    min_size=1,
    max_size=6,
)


@given(parts=SENTENCES, joints=st.lists(st.sampled_from([" ", "\n", "\n\n", "    "]), min_size=6))
def test_exact_means_one_passage_with_the_words_and_all_figures(
    invented: Knowledge,
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[str],
    joints: list[str],
) -> None:
    """An exact passage has each word and figure, and no others, in any arrangement of the text."""
    text = "".join(a + b for a, b in zip(parts, joints, strict=False))
    path = plain(tmp_path_factory.mktemp("text"), f"Ankle\n\n{text}\n\f\n")
    found = found_in(invented, path)["ankle-sprain"]
    if found.grade == EXACT and found.passage is not None:
        passage = " ".join(found.passage.whole.lower().split())
        assert "ankle sprain" in passage
        assert "9 visits" in passage or "nine visits" in passage
        assert "8 weeks" in passage
        assert "knee" not in passage
        assert "12 visits" not in passage


# Files


def test_a_scan_is_refused(tmp_path: Path) -> None:
    """A PDF without text cannot be compared, and says what to do."""
    with pytest.raises(SourceTextUnreadable, match="it is a scan"):
        read_source(pdf(tmp_path, "#set page(numbering: none)\n#rect(width: 3cm)"))


def test_a_page_without_text_is_listed(tmp_path: Path) -> None:
    """A document may hold some scanned pages."""
    text = "#set page(numbering: none)\nWords\n#pagebreak()\n#rect()\n#pagebreak()\nWords"

    assert read_source(pdf(tmp_path, text)).empty == (2,)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7\nbroken", "the PDF cannot be opened"),
        (b"\x00\x01\x02" * 100, "neither text nor PDF"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    """The message states what is wrong and what to do."""
    path = tmp_path / "source"
    path.write_bytes(data)

    with pytest.raises(SourceTextUnreadable, match=words):
        read_source(path)


def test_a_damaged_pdf_is_refused(tmp_path: Path) -> None:
    """Cut anywhere, a PDF is an error of the file and not of the program."""
    data = pdf(tmp_path, "Words\n#pagebreak()\nWords").read_bytes()
    path = tmp_path / "cut.pdf"
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(SourceTextUnreadable):
            read_source(path)


def test_a_protected_pdf_is_refused(tmp_path: Path) -> None:
    """Its text can be read only with the password."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=pdf(tmp_path, "Words"))
    writer.encrypt("secret", algorithm="RC4-128")
    path = tmp_path / "protected.pdf"
    writer.write(path)

    with pytest.raises(SourceTextUnreadable, match="protected by a password"):
        read_source(path)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """It is refused by its size, before it is read."""
    path = tmp_path / "large.pdf"
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)

    with pytest.raises(SourceTextTooLarge, match="20,000,001 bytes"):
        read_source(path)


# The command

GOOD = """Ankle

Ankle sprain: 9 visits over 8 weeks

Knee

Knee sprain: 8 visits over 6 weeks

Elbow

Lateral epicondylitis: 14 visits
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a knowledge base of this test alone."""
    return with_rows(tmp_path / "knowledge", ANKLE, KNEE, ELBOW)


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["mednec", "verify-rows", EDITION, *map(str, words)])
    try:
        cli.main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_nothing_is_written_without_a_word(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The comparison alone changes no file; a row that differs makes the exit code 1."""
    before = file_in(own).read_bytes()
    code = run(monkeypatch, "--source", plain(tmp_path, GOOD), "--knowledge", own)
    out = capsys.readouterr().out

    assert code == 1
    assert file_in(own).read_bytes() == before
    assert "ankle-sprain · Ankle, p. 1 · EXACT" in out
    assert "maximum visits: the row states 10-12, the text prints 8" in out
    assert "not in the passage: trial visits 4" in out
    assert "3 rows: 1 differs, 1 exact, 1 in part." in out


def test_exact_rows_are_recorded(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who, when, where and in which file; the file stays as `mednec fmt` writes it."""
    source = plain(tmp_path, GOOD)
    words = ("--accept-exact", "--by", 'A. "Al" Reader', "--on", "2026-11-30")
    run(monkeypatch, "--source", source, "--knowledge", own, *words)
    path = file_in(own)
    known = load_knowledge(own, entailed=())
    (iri,) = known.verifications
    (record,) = known.verifications[iri]

    assert iri.endswith("/ankle-sprain")
    assert (record.by, record.on, record.page, record.line) == (
        'A. "Al" Reader',
        "2026-11-30",
        None,
        3,
    )
    assert record.source == read_source(source).digest
    assert check_verifications(places_of(own)) == []
    (one,) = format_files([path], read_prefixes(own / "ontology" / "prefixes.ttl"))
    assert not one.changed
    assert path.read_text("utf-8").count("mn:verification mn:Verified") == 1


def test_a_record_that_is_withdrawn_leaves_no_trace(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is as it was, byte by byte."""
    before = file_in(own).read_bytes()
    run(
        monkeypatch,
        *("--source", plain(tmp_path, GOOD), "--knowledge", own),
        *("--accept-exact", "--by", "A. Reader"),
    )
    changed = file_in(own).read_bytes()
    code = run(monkeypatch, "--withdraw", "ankle-sprain", "--knowledge", own)

    assert changed != before
    assert code == 0
    assert file_in(own).read_bytes() == before


def test_a_file_in_another_form_keeps_its_lines(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An author who does not use `mednec fmt` sees only the record in the difference."""
    path = file_in(own)
    edit(path, "    mn:covers mnc:AnkleSprain ;\n", "    mn:covers mnc:AnkleSprain ;  # both\n")
    before = path.read_text("utf-8")
    run(
        monkeypatch,
        *("--source", plain(tmp_path, GOOD), "--knowledge", own),
        *("--accept-exact", "--by", "A. Reader"),
    )
    lines = path.read_text("utf-8").splitlines()
    removed = [line for line in before.splitlines() if line not in lines]
    added = [line for line in lines if line not in before.splitlines()]

    assert removed == []
    assert added[0] == "    mn:verification mn:Verified ;"
    assert added[-1] == "    ] ;"
    run(monkeypatch, "--withdraw", "ankle-sprain", "--knowledge", own)
    assert path.read_text("utf-8") == before


def test_a_person_confirms_row_by_row(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that differs is not offered, and a row that is declined is not recorded."""
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO("n\ny\n"))
    words = ("--confirm", "--by", "A. Reader")
    run(monkeypatch, "--source", plain(tmp_path, GOOD), "--knowledge", own, *words)
    verified = load_knowledge(own, entailed=()).verifications
    out = capsys.readouterr()

    assert [iri.rsplit("/", 1)[-1] for iri in verified] == ["epicondylitis"]
    assert out.err.count("Record that A. Reader read this row here?") == 2
    assert "1 row is now verified." in out.out


def test_a_row_that_differs_is_never_recorded(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a finding: the row or the text is wrong."""
    words = ("--row", "knee-sprain", "--accept-exact", "--by", "A. Reader")
    before = file_in(own).read_bytes()

    assert run(monkeypatch, "--source", plain(tmp_path, GOOD), "--knowledge", own, *words) == 1
    assert file_in(own).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Name the text of the guideline with --source FILE."),
        (("--source", "none.txt", "--accept-exact"), "--by NAME"),
        (("--source", "none.txt", "--row", "hip-sprain"), "no row 'hip-sprain'"),
        (("--withdraw", "ankle-sprain"), "has no verification record"),
    ],
)
def test_a_mistake_says_what_to_do(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    """Each message names the next step."""
    assert run(monkeypatch, *words, "--knowledge", home) == 2
    assert message in capsys.readouterr().err


def test_a_program_reads_the_comparison(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON holds each row with its grade, its place and what differs."""
    words = ("--format", "json", "--html", tmp_path / "rows.html")
    run(monkeypatch, "--source", plain(tmp_path, GOOD), "--knowledge", home, *words)
    data = json.loads(capsys.readouterr().out)
    page = (tmp_path / "rows.html").read_text("utf-8")

    assert data["counts"]["differs"] == 1
    assert [(r["row"], r["grade"], r["line"]) for r in data["rows"]] == [
        ("knee-sprain", "differs", 7),
        ("ankle-sprain", "exact", 3),
        ("epicondylitis", "in part", 11),
    ]
    assert "Ankle sprain: 9 visits over 8 weeks" in page
    assert "<script" not in page


def test_a_record_that_a_row_has_outgrown_is_replaced(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row was corrected, and read again."""
    source = plain(tmp_path, GOOD)
    words = ("--source", source, "--knowledge", own, "--accept-exact", "--by")
    run(monkeypatch, *words, "First Reader")
    edit(file_in(own), "mn:maximumVisits 9", "mn:maximumVisits 11")
    source.write_text(GOOD.replace("9 visits", "11 visits"), encoding="utf-8")
    run(monkeypatch, *words, "Second Reader", "--row", "ankle-sprain")
    (records,) = load_knowledge(own, entailed=()).verifications.values()

    assert [(r.by, r.before.rsplit("#")[-1]) for r in records] == [("Second Reader", "Provisional")]
    assert check_verifications(places_of(own)) == []
