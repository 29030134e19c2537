"""An edition that replaces another starts with its rows and continues its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reasoner.authoring.changes import State, diff_editions
from reasoner.authoring.scaffold import new_guideline
from reasoner.authoring.scaffold_parts import new_concept
from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import TYPE
from reasoner.knowledge.base import load_knowledge
from reasoner.knowledge.terms import PREFIXES, mn

from .seeding import HOME, copy_knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from reasoner import Knowledge

OLD = "mtus-chronic-pain-2016"
NEW = "mtus-chronic-pain-2017"
NEXT = "acoem-chronic-pain-2017"
BASE = PREFIXES["mng"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = copy_knowledge(tmp_path_factory.mktemp("succession"))
    written = new_guideline(load_knowledge(home, entailed=()), NEW, "2017-02-01", replaces=OLD)
    assert {path.stem for path in written.changed} == {OLD, NEXT}
    assert any("displaces" in sentence for sentence in written.review)
    return home


@pytest.fixture(scope="module")
def after(home: Path) -> Knowledge:
    return load_knowledge(home, entailed=())


def rows(knowledge: Knowledge, edition: str) -> dict[str, str]:
    term = mn("statedIn")
    return {
        t.subject.value.rsplit("/", 1)[-1]: t.subject.value
        for t in knowledge.facts
        if t.predicate == term
        and t.object.value == BASE + edition
        and mn("Recommendation") in knowledge.described[t.subject.value, TYPE.value]
    }


def test_the_rows_are_carried_over_with_their_figures(after: Knowledge) -> None:
    """`--replaces` copies the rows of the previous edition."""
    old, new = rows(after, OLD), rows(after, NEW)
    figure = mn("maximumVisits")

    assert old.keys() == new.keys()
    assert all(after.value(new[n], figure) == after.value(old[n], figure) for n in old)


def test_every_row_carried_over_is_provisional(after: Knowledge) -> None:
    """Copied rows are provisional, since the text of the new edition was not seen."""
    marks = {after.value(row, mn("verification")) for row in rows(after, NEW).values()}

    assert marks == {mn("Provisional").value}
    assert not any(after.value(row, mn("seenAt")) for row in rows(after, NEW).values())


def test_scope_and_displacement_are_kept(after: Knowledge) -> None:
    """Without them another chapter would govern as well."""
    for name in ("displaces", "phaseOfScope", "keyedOn", "tier"):
        term = mn(name).value
        assert after.described[BASE + OLD, term] == after.described[BASE + NEW, term]


def test_the_dates_and_the_succession_follow(after: Knowledge) -> None:
    """The old edition ends, and the new one takes over its end date and its successor."""
    replaces = "http://purl.org/dc/terms/replaces"

    assert after.value(BASE + OLD, mn("effectiveUntil")) == "2017-02-01"
    assert after.value(BASE + NEW, mn("effectiveUntil")) == "2017-12-01"
    assert [v.value for v in after.described[BASE + NEXT, replaces]] == [BASE + NEW]
    assert [v.value for v in after.described[BASE + NEW, replaces]] == [BASE + OLD]


def test_what_was_replaced_already_is_not_replaced_again(tmp_path: Path) -> None:
    """The message names the edition to replace."""
    known = load_knowledge(copy_knowledge(tmp_path), entailed=())

    with pytest.raises(KnowledgeUnreadable, match=NEXT):
        new_guideline(known, "mtus-chronic-pain-2018", "2018-02-01", replaces=OLD)


def test_a_concept_is_a_member_of_itself_in_the_file_of_those_above_it(tmp_path: Path) -> None:
    """A case can use the new concept at once."""
    home = copy_knowledge(tmp_path)
    known = load_knowledge(home, entailed=())
    path = new_concept(
        known, "FacetSyndrome", under="LowBackPain", label="facet syndrome", icd10=("M47.816",)
    )
    iri = PREFIXES["mnc"] + "FacetSyndrome"
    after = load_knowledge(home, entailed=())
    kind = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

    assert path == home / known.origins[PREFIXES["mnc"] + "LowBackPain"]
    assert iri in {v.value for v in after.described[iri, kind]}
    assert after.value(iri, mn("icd10")) == "M47.816"
    for words in ({"under": "Nothing"}, {"under": "LowBackPain", "region": "Moon"}):
        with pytest.raises(KnowledgeUnreadable):
            new_concept(known, "Other", label="other", **words)


def test_an_edition_held_by_name_only_retires_nothing() -> None:
    """The text of the edition is missing, so its rows are not known to be retired."""
    changes = diff_editions(State(HOME), BASE + OLD, BASE + NEXT)
    what = {change.what for change in changes}

    assert "not held" in what
    assert "retired" not in what


def test_an_edition_that_is_held_in_part_retires_nothing() -> None:
    """A row that the later edition does not have here may be one that was not read."""
    changes = diff_editions(
        State(HOME), BASE + "mtus-chronic-pain-2009", BASE + "mtus-chronic-pain-2016"
    )
    (massage,) = (c for c in changes if c.subject.startswith("massage"))

    assert massage.what == "not held"
    assert "retired" not in {change.what for change in changes}


def test_two_editions_held_by_name_only_are_not_the_same() -> None:
    """Nothing is known to be unchanged between two texts that are not held."""
    changes = diff_editions(State(HOME), BASE + "acoem-knee-2015", BASE + "acoem-knee-2019")

    assert [change.what for change in changes] == ["not held"]
