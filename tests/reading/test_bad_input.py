from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from reasoner.commands.main import commands
from reasoner.errors import CaseError, LetterTooLarge, LetterUnreadable
from reasoner.letters.files import LIMIT, TEXT_LIMIT, load_source
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference

from .test_phrases import written as written_letter

if TYPE_CHECKING:
    from reasoner.letters.lexicon import Lexicon

FOLDER = Path(__file__).parents[2] / "fixtures" / "letters"
KNEE = (FOLDER / "knee-sprain-first-visits.txt").read_text(encoding="utf-8")
FINGER = (FOLDER / "finger-after-surgery.txt").read_text(encoding="utf-8")


def pdf(*pages: str) -> bytes:
    """Write a plain PDF with one page for each text, in a monospaced font."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>")
    for page in pages:
        lines = [line.replace("\\", r"\\").replace("(", r"\(") for line in page.split("\n")]
        shown = " T* ".join("({}) Tj".format(line.replace(")", r"\)")) for line in lines)
        stream = f"BT /F1 9 Tf 11 TL 40 800 Td {shown} ET" if page else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        content = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 820] /Contents {content} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(out)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    out += f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def write(folder: Path, data: bytes, name: str = "letter.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (b"\x00\x01\x02" * 400, "neither text nor PDF"),
        (bytes(range(256)) * 20, "neither text nor PDF"),
        (b"%PDF-1.4 broken", "cannot be opened"),
        (pdf("", ""), "scan"),
    ],
    ids=["empty", "blank", "binary", "all-bytes", "broken-pdf", "scan"],
)
def test_a_file_without_text_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    """The error states what is wrong with the file and what to do."""
    with pytest.raises(LetterUnreadable, match=says) as caught:
        load_source(write(tmp_path, data))

    assert caught.value.hint


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The error names the file, without a traceback."""
    with pytest.raises(LetterUnreadable, match=r"nowhere\.txt"):
        load_source(tmp_path / "nowhere.txt")


def test_a_file_of_20_mb_is_refused(tmp_path: Path) -> None:
    """A file over the size limit is not opened."""
    with pytest.raises(LetterTooLarge, match="bytes"):
        load_source(write(tmp_path, b"a" * 20_000_000))


@pytest.mark.parametrize(
    ("size", "passes"), [(LIMIT + 1, False), (TEXT_LIMIT + 1, False), (TEXT_LIMIT, True)]
)
def test_the_limit_of_size_holds(tmp_path: Path, size: int, *, passes: bool) -> None:
    """A letter of the size limit is read; one byte more is refused."""
    path = write(tmp_path, b"a" * size)
    if passes:
        assert len(load_source(path)) == size
    else:
        with pytest.raises(LetterTooLarge):
            load_source(path)


@pytest.mark.parametrize(
    "text",
    ["Dear Madam, your claim was accepted.\n", "PR-2\nProgress report of a physician\n", "x" * 500],
    ids=["letter", "report", "noise"],
)
def test_another_kind_of_letter_is_refused(text: str, lexicon: Lexicon) -> None:
    """A text in another form is refused, not guessed at."""
    with pytest.raises(LetterUnreadable, match="not a determination letter") as caught:
        read_letter(text, lexicon)

    assert isinstance(caught.value, CaseError)


def test_a_truncated_letter_is_read_as_far_as_it_goes(lexicon: Lexicon) -> None:
    """A truncated letter is read, and the missing parts are listed."""
    letter = read_letter(KNEE[: KNEE.index("MAXIMUS guideline")], lexicon)

    assert letter.age is not None
    assert len(letter.items) == 1
    assert letter.items[0].claims_administrator is not None
    assert letter.items[0].reviewer is None
    assert [p.kind for p in letter.problems] == ["item-incomplete"]


def test_a_letter_truncated_in_its_summary_has_no_items(lexicon: Lexicon) -> None:
    """The summary is read, and the missing items are a problem."""
    letter = read_letter(KNEE[: KNEE.index("The treatment plan included")], lexicon)

    assert letter.items == ()
    assert letter.courses
    assert {p.kind for p in letter.problems} == {"part-issues-missing"}


def test_every_truncated_letter_is_read_or_refused(lexicon: Lexicon) -> None:
    """A letter truncated anywhere is refused with a message or read in part."""
    for end in range(0, len(KNEE), 61):
        try:
            letter = read_letter(KNEE[:end], lexicon)
        except LetterUnreadable:
            continue
        assert letter.problems or letter.items


def test_of_two_letters_the_first_is_read(lexicon: Lexicon) -> None:
    """Items of the second letter are not assigned to the first."""
    letter = read_letter(f"{KNEE}\n\n{FINGER}", lexicon)
    alone = read_letter(KNEE, lexicon)

    assert as_reference(letter) == as_reference(alone)
    problem = next(p for p in letter.problems if p.kind == "several-letters")
    assert "CM16-0900002" in problem.message
    assert "CM17-0900046" in problem.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_does_not_matter(tmp_path: Path, lexicon: Lexicon, encoding: str) -> None:
    """A letter can be read in several encodings."""
    source = KNEE.replace("'", "\u2019")
    path = write(tmp_path, source.encode(encoding))

    assert as_reference(read_letter(load_source(path), lexicon)) == as_reference(
        read_letter(KNEE, lexicon)
    )


def test_a_pdf_reads_like_its_text(tmp_path: Path, lexicon: Lexicon) -> None:
    """A PDF gives the same reading as its text."""
    lines = KNEE.replace("\f", "\n").split("\n")
    pages = ["\n".join(lines[at : at + 30]) for at in range(0, len(lines), 30)]
    path = write(tmp_path, pdf(*pages), "letter.pdf")

    read = as_reference(read_letter(load_source(path), lexicon))

    assert read == as_reference(read_letter(KNEE, lexicon))


def test_an_audit_of_a_truncated_letter_states_what_is_missing(tmp_path: Path) -> None:
    """The audit of a truncated letter states what is missing."""
    half = KNEE[: KNEE.index("The treatment plan included")]
    done = CliRunner().invoke(commands, ["audit", str(write(tmp_path, half.encode()))])

    assert isinstance(done.exception, LetterUnreadable)
    assert "no disputed item was found" in str(done.exception)
    assert "no head of the disputed items" in str(done.exception)


def test_an_audit_of_two_letters_says_that_it_took_the_first(tmp_path: Path) -> None:
    """The page covers the first letter, and standard error names the second."""
    path = write(tmp_path, f"{KNEE}\n\n{FINGER}".encode())
    done = CliRunner().invoke(commands, ["audit", str(path)])

    assert done.exit_code == 0
    assert "CM17-0900046" in done.stderr
    assert "the first was read" in done.stderr
    assert "cm17-0900046" not in done.stdout


def test_a_20_mb_file_stops_no_other_letter(tmp_path: Path) -> None:
    """The other letters of a folder are read if one file is too large."""
    write(tmp_path, b"a" * 20_000_000, "large.txt")
    write(tmp_path, KNEE.encode(), "small.txt")
    done = CliRunner().invoke(commands, ["corpus", "read", str(tmp_path)])

    assert done.exit_code == 1
    assert "large.txt: letter-too-large" in done.stderr
    assert done.stdout.count('"case"') == 1


def test_parts_in_another_order_are_read_where_they_are(lexicon: Lexicon) -> None:
    """A summary after the disputed items is not taken for the rationale of the last of them."""
    begin = KNEE.index("CLINICAL CASE SUMMARY")
    middle = KNEE.index("IMR ISSUES")
    moved = f"{KNEE[:begin]}{KNEE[middle:]}\n\n{KNEE[begin:middle]}"
    letter, alone = read_letter(moved, lexicon), read_letter(KNEE, lexicon)

    assert [p.kind for p in letter.problems] == ["parts-in-another-order"]
    assert letter.age == alone.age or (letter.age and alone.age)
    assert [i.heading.value for i in letter.items] == [i.heading.value for i in alone.items]
    last = letter.items[-1].rationale
    assert last is not None
    assert "CLINICAL CASE SUMMARY" not in letter.words(last)
    assert [i.facts and i.facts.prior_visits and i.facts.prior_visits.value for i in letter.items]


@pytest.mark.parametrize(
    ("written", "noise", "missing"),
    [
        ("Date of Injury:", "Date of lnjury:", "date-of-injury-missing"),
        ("CLINICAL CASE SUMMARY", "CL1N1CAL CASE SUMMARY", "part-summary-missing"),
        ("Case Number:", "Case Nurnber:", "case-number-missing"),
    ],
)
def test_noise_of_text_recognition_leaves_a_part_missing(
    written: str, noise: str, missing: str, lexicon: Lexicon
) -> None:
    """A head that text recognition spoiled is named as missing; its value is not guessed."""
    letter = read_letter(KNEE.replace(written, noise), lexicon)

    assert missing in {p.kind for p in letter.problems}


@pytest.mark.parametrize("visits", ["l2", "1O", "l O"])
def test_a_number_with_a_letter_in_it_is_not_a_number(visits: str, lexicon: Lexicon) -> None:
    """The letters l and O that text recognition puts for 1 and 0 make no other number."""
    source = written_letter(heading=f"Physical therapy, {visits} visits, lumbar spine")
    (item,) = read_letter(source, lexicon).items

    assert item.original.visits is None
    assert item.facts is not None
    assert item.facts.visits_disputed is None
