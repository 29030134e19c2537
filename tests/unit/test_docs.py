"""The parts of pages."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoner.pages.knowledge.book import Book, Link
from reasoner.pages.knowledge.expressions import Phrase, population_phrase, things_of
from reasoner.pages.knowledge.guidelines import Edition
from reasoner.pages.knowledge.links import file_name, filed, served
from reasoner.pages.knowledge.rules import sentence
from reasoner.pages.knowledge.timeline import LANE, NAMES, WIDTH, timeline
from reasoner.pages.knowledge.usage import Usage, rule_terms

if TYPE_CHECKING:
    from reasoner import Knowledge

NS = "https://w3id.org/mednec/ns#"
CONCEPT = "https://w3id.org/mednec/concept/"
GUIDELINE = "https://w3id.org/mednec/guideline/"
NAMES_IN_PATHS = st.from_regex(r"[A-Za-z0-9][\w.-]{0,6}", fullmatch=True)
PATHS = st.lists(NAMES_IN_PATHS, min_size=1, max_size=3).map("/".join)


@pytest.fixture(scope="module")
def book(knowledge: Knowledge) -> Book:
    return Book(knowledge)


@given(here=PATHS, path=PATHS)
def test_an_address_between_files_leads_to_the_file(here: str, path: str) -> None:
    """Links between pages are relative, so the folder can be moved."""
    address = filed(path, here)

    folder = posixpath.dirname(file_name(here))
    assert posixpath.normpath(posixpath.join(folder, unquote(address))) == file_name(path)


@given(here=PATHS, path=PATHS)
def test_an_address_of_the_service_does_not_depend_on_the_page(here: str, path: str) -> None:
    """Links of the service are absolute paths."""
    assert unquote(served(path, here)) == f"/{path}"


@pytest.mark.parametrize("links", [filed, served])
def test_an_anchor_is_kept(links: object) -> None:
    """A link to a part of a page opens the page at the part."""
    assert links("shapes#Case-injury", "ns/Case").endswith("#Case-injury")  # type: ignore[operator]


def words(phrase: Phrase) -> str:
    """Write a phrase as one line."""
    parts = [words(part) for part in phrase.parts]
    if phrase.kind == "step":
        return f"{phrase.link.text if phrase.link else ''}: {parts[0]}"
    if phrase.kind in {"all", "any"}:
        return f"({(' and ' if phrase.kind == 'all' else ' or ').join(parts)})"
    return phrase.link.text if phrase.link else phrase.text


@pytest.mark.parametrize(
    ("population", "said"),
    [
        (
            "mtus-chronic-pain-2009/myalgia-situations",
            (
                "(situation and treatment: physical medicine and phase: chronic and "
                "treats diagnosis: condition: myalgia or myositis)"
            ),
        ),
        (
            "acoem-knee-2015/text-situations",
            "(situation and treats diagnosis: condition: region: knee and leg)",
        ),
    ],
)
def test_a_population_is_described_by_the_labels_of_its_parts(
    population: str, said: str, book: Book
) -> None:
    """A population is described by the labels of its parts."""
    phrase = population_phrase(book, GUIDELINE + population)

    assert phrase is not None
    assert words(phrase) == said


def test_every_population_is_described_completely(book: Book, knowledge: Knowledge) -> None:
    """The description of a population contains each class, value and property."""
    for population in knowledge.populations:
        phrase = population_phrase(book, population.iri)
        named = set(things_of(book, population.iri))

        assert phrase is not None
        assert "test" not in {part.kind for part in phrase.parts}
        assert {book.link(iri).name for iri in named} <= set(phrase.things())


def test_a_rule_reads_and_concludes_what_its_text_names(knowledge: Knowledge) -> None:
    """The page of a term lists separately the rules that conclude it and those that read it."""
    terms = rule_terms(knowledge.rule["LIM-02"])

    assert terms.concludes == {f"{NS}ground"}
    assert {f"{NS}largestLimit", f"{NS}measuredBy", f"{NS}requestedVisits"} <= terms.reads
    assert f"{NS}ground" not in terms.reads


def test_no_premise_of_a_rule_is_missed(book: Book, knowledge: Knowledge) -> None:
    """The page of a rule lists all premises that the loader finds."""
    usage = Usage(book)
    for rule in knowledge.rules:
        terms = [n[1] for p in rule.premises for n in p[1:] if not n[0]]
        needed = {term[1:-1] for term in terms if term.startswith("<")}
        ours = {iri for iri in needed if iri.startswith((NS, CONCEPT))}

        assert ours <= usage.rules[rule.id].reads


def test_a_sentence_is_cut_at_its_variables(knowledge: Knowledge) -> None:
    """The sentence of a rule is divided into fixed text and variables."""
    because = "{?prior} {?prior|visit|visits} and {?asked} requested make {?total}."
    parts = sentence(replace(knowledge.rule["LIM-02"], because=because))

    assert [p.variable for p in parts if p.variable] == ["prior", "prior", "asked", "total"]
    assert "visit/visits" in [p.text for p in parts]
    assert not any("{?" in p.text for p in parts)


def edition(name: str, since: str, until: str, *replaces: str) -> Edition:
    """Make an edition with the given dates."""
    blank = dict.fromkeys(Edition.__dataclass_fields__, ())
    link = Link(text=name, path=name)
    stated = {
        "link": link,
        "iri": name,
        "short": name,
        "since": since,
        "until": until,
        "tier": None,
        "replaces": tuple(Link(text=r, path=r) for r in replaces),
    }
    return Edition(**{**blank, **stated})  # type: ignore[arg-type]


def lanes(*editions: Edition) -> list[list[str]]:
    return [
        [bar.edition.short for bar in lane.bars]
        for group in timeline(editions).groups
        for lane in group.lanes
    ]


def test_editions_that_follow_each_other_share_a_lane() -> None:
    """Editions that replace each other are in one lane."""
    a = edition("a", "2009-01-01", "2015-01-01")
    b = edition("b", "2015-01-01", "", "a")

    assert lanes(a, b) == [["a", "b"]]


def test_editions_that_share_a_predecessor_or_overlap_do_not_share_a_lane() -> None:
    """Editions that overlap or share a predecessor are in separate lanes."""
    a = edition("a", "2009-01-01", "2015-01-01")
    b = edition("b", "2015-01-01", "", "a")
    c = edition("c", "2015-01-01", "", "a")
    early = edition("early", "2014-12-31", "", "a")

    assert lanes(a, b, c) == [["a"], ["b"], ["c"]]
    assert lanes(a, early) == [["a"], ["early"]]


def test_bars_meet_at_the_day_and_never_leave_the_picture() -> None:
    """Bars meet on the day of change and stay within the picture."""
    a = edition("a", "2009-07-18", "2016-07-29")
    b = edition("b", "2016-07-29", "", "a")
    drawn = timeline([a, b, edition("never", "", "")])
    first, second = drawn.groups[0].lanes[0].bars

    assert first.x + first.width == pytest.approx(second.x, abs=0.11)
    assert NAMES <= first.x < second.x
    assert second.x + second.width == pytest.approx(WIDTH)
    assert (first.open, second.open) == (False, True)
    assert drawn.height > drawn.groups[0].lanes[-1].y + LANE - 1
