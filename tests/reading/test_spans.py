from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasoner.letters.files import load_source
from reasoner.letters.model import Confidence, Letter, Span, Stated
from reasoner.letters.numbers import DATE, NUMBER, date_of, number_of
from reasoner.letters.read import read_letter
from reasoner.letters.reference_form import as_reference
from reasoner.letters.text import COMPOUNDING, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.lexicon import Lexicon

LETTERS = sorted((Path(__file__).parents[2] / "fixtures" / "letters").glob("*.txt"))
SOURCES = {path.stem: load_source(path) for path in LETTERS}


def values(value: Any, name: str = "") -> Iterator[tuple[str, Stated[Any]]]:
    """Yield every value of a reading with the name of the field that holds it."""
    if isinstance(value, Stated):
        yield name, value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from values(part, name)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from values(part, key)
    elif is_dataclass(value) and not isinstance(value, type):
        for f in fields(value):
            yield from values(getattr(value, f.name), f.name)


def read(name: str, lexicon: Lexicon) -> Letter:
    return read_letter(SOURCES[name], lexicon)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_value_has_words(name: str, lexicon: Lexicon) -> None:
    """Each value has its words, so that a person can check it."""
    letter = read(name, lexicon)
    found = list(values(letter))

    assert found
    for _, stated in found:
        assert stated.spans
        assert all(letter.words(span) for span in stated.spans)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_stated_number_or_date_is_in_its_words(name: str, lexicon: Lexicon) -> None:
    """The span of a stated number contains that number."""
    letter = read(name, lexicon)
    for field, stated in values(letter):
        words = " ".join(letter.words(span) for span in stated.spans)
        if (
            stated.confidence == Confidence.STATED
            and isinstance(stated.value, int)
            and stated.value
        ):
            numbers = [number_of(m[0]) for m in re.finditer(NUMBER, words, re.IGNORECASE)]
            assert stated.value in numbers, (field, words)
        if stated.confidence == Confidence.STATED and hasattr(stated.value, "isoformat"):
            dates = [date_of(m[0]) for m in re.finditer(DATE, words, re.IGNORECASE)]
            assert stated.value in dates, (field, words)


def in_essence(letter: Letter) -> object:
    """Return the values that were read, without spans and white space."""
    data: dict[str, Any] = as_reference(letter)
    data.pop("summary")
    data["items"] = [{k: v for k, v in i.items() if k != "rationale"} for i in data["items"]]
    return (
        data,
        [
            (c.treatment.value, c.visits and c.visits.value, c.certainty.value)
            for c in letter.courses
        ],
        [(d.words.value, d.condition and d.condition.value) for d in letter.diagnoses],
        letter.home_program and letter.home_program.value,
        [r.words for r in letter.missing_records],
    )


@st.composite
def disturbed(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a letter, and a copy with other white space, page breaks and hyphenation."""
    name = draw(st.sampled_from(sorted(SOURCES)))
    source = SOURCES[name]
    body = source.index("CLINICAL CASE SUMMARY")
    places = [m.start() for m in re.finditer(r"(?<=[a-z,]) (?=[a-z])", source) if m.start() > body]
    # a page break inside the summary, or between words of any part
    for _ in range(draw(st.integers(min_value=1, max_value=4))):
        at = draw(st.sampled_from(places))
        broken = draw(
            st.sampled_from(["\n", "  ", "\t", "\r\n", "\n\f", "\f", "\n\n\f\n", "\u00a0"])
        )
        source = f"{source[:at]}{broken}{source[at + 1 :]}"
        places = [p if p < at else p + len(broken) - 1 for p in places if p != at]
    words = [
        place
        for m in re.finditer(r"\b[a-z]{6,}\b", source)
        for place in range(m.start() + 2, m.end() - 2)
        if m.start() > body and source[m.start() : place] not in COMPOUNDING
    ]
    for at in sorted(draw(st.sets(st.sampled_from(words), max_size=3)), reverse=True):
        source = f"{source[:at]}-\n{source[at:]}"
    return name, source


@given(case=disturbed())
@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_layout_does_not_change_what_is_read(case: tuple[str, str], lexicon: Lexicon) -> None:
    """A letter in two layouts gives the same reading."""
    name, source = case

    assert in_essence(read_letter(source, lexicon)) == in_essence(read(name, lexicon))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_running_heads_do_not_change_what_is_read(name: str, lexicon: Lexicon) -> None:
    """A page header inside a sentence is not part of it."""
    lines = SOURCES[name].replace("\f", "\n").split("\n")
    paged, page, since = [], 1, 0
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        paged.append(line)
        since += 1
        if since > 12 and line.strip() and following.strip():
            paged += ["", f"   {page}", "\fState Division of Reviews   A Notice", ""]
            page, since = page + 1, 0
    source = "\n".join(["State Division of Reviews   A Notice", *paged])

    assert "\f" in source
    assert in_essence(read_letter(source, lexicon)) == in_essence(read(name, lexicon))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_doubled_lines_do_not_change_what_is_read(name: str, lexicon: Lexicon) -> None:
    """A letter with doubled line spacing keeps its paragraphs."""
    source = SOURCES[name].replace("\f", "\n").replace("\n", "\n\n")

    assert in_essence(read_letter(source, lexicon)) == in_essence(read(name, lexicon))


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_ligatures_and_quotes_do_not_change_what_is_read(name: str, lexicon: Lexicon) -> None:
    """Ligatures and typographic quotes are read as plain characters."""
    source = SOURCES[name].replace("fi", "\ufb01").replace("ff", "\ufb00").replace("'", "\u2019")

    assert "\ufb01" in source
    assert in_essence(read_letter(source, lexicon)) == in_essence(read(name, lexicon))


@given(source=st.text(alphabet=st.sampled_from("ab -\n\f\r\t\ufb01\u00ad\u2019.1/"), max_size=80))
@settings(deadline=None)
def test_plain_text_points_into_its_source(source: str) -> None:
    """Each plain character has a position in the source, in order."""
    text = plain_text(source, ())

    assert len(text.flat) == len(text.starts) == len(text.ends)
    assert list(text.starts) == sorted(text.starts)
    assert "  " not in text.flat
    for char, start, end in zip(text.flat, text.starts, text.ends, strict=True):
        assert 0 <= start < end <= len(source)
        assert char == " " or char in {source[start], *"fi'"}


def test_a_span_is_cut_to_its_words() -> None:
    """A span does not include surrounding white space."""
    text = plain_text("one  two\n three", ())

    assert text.span(3, 8) == Span(start=5, end=8)
