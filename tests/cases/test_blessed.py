"""Every figure, date and sentence as a person last saw it: a change is noticed, and blessed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner import load_case_file
from reasoner.determinations.sentences import say
from reasoner.kernel.engine import derive
from reasoner.kernel.terms import SH, mn, name_of, shorten

if TYPE_CHECKING:
    from reasoner import Knowledge

FIXTURES: Final = Path(__file__).parents[2] / "fixtures"
BLESSED: Final = FIXTURES / "blessed"
TRIED: Final = sorted([*FIXTURES.glob("cases/*/case.ttl"), *FIXTURES.glob("rules/*/fires.ttl")])
SAID: Final = (
    "keyedOn",
    "effectiveFrom",
    "effectiveUntil",
    "tier",
    "position",
    "minimumVisits",
    "maximumVisits",
    "withinWeeks",
    "maximumPerWeek",
    "trialVisits",
    "periodMonths",
    "maximumDays",
    "monthsFromOnset",
    "limitAbsent",
    "sameLimitAs",
    "displaces",
    "overrides",
    "fading",
    "homeProgram",
    "extendable",
    "carries",
    "urDisposition",
    "imrDisposition",
    "verification",
)
"""What rules compare and cite, in the order in which it is written down."""


def figures(knowledge: Knowledge) -> str:
    """Write one line for each source, recommendation or term of which rules compare something."""
    told: dict[str, list[str]] = {}
    for key in SAID:
        for (iri, predicate), values in knowledge.described.items():
            if predicate == mn(key).value:
                words = sorted(shorten(value.value) for value in values)
                told.setdefault(shorten(iri), []).append(f"{key} {', '.join(words)}")
    for rule in knowledge.rules:
        if days := re.findall(r'\?lawOf (>=|<) "([\d-]+)"', rule.text):
            told[rule.id] = [f"{'from' if sign == '>=' else 'until'} {day}" for sign, day in days]
    return "".join(f"{name}: {'; '.join(parts)}\n" for name, parts in sorted(told.items()))


def constraints(knowledge: Knowledge) -> str:
    """Write one line for each shape that has a name: how severe it is, and what it asks."""
    told: dict[str, set[str]] = {}
    for shapes in (knowledge.shapes, *knowledge.other_shapes.values()):
        for t in shapes.triples:
            plain = not isinstance(t.object, ox.BlankNode) and t.predicate.value != f"{SH}message"
            if isinstance(t.subject, ox.NamedNode) and t.predicate.value.startswith(SH) and plain:
                word = shorten(name_of(t.object)).replace(SH, "sh:")
                asked = f"{t.predicate.value.removeprefix(SH)} {' '.join(word.split())}"
                told.setdefault(shorten(t.subject.value), set()).add(asked)
    return "".join(f"{name}: {'; '.join(sorted(what))}\n" for name, what in sorted(told.items()))


def sentences(knowledge: Knowledge) -> str:
    """Write the sentence of each rule as it is told in the first fixture in which it fires."""
    told: dict[str, str] = {}
    for path in TRIED:
        for firing in derive(knowledge, load_case_file(path, knowledge).triples).firings:
            told.setdefault(firing.name, f"{say(firing, knowledge)} ({path.parent.name})")
    return "".join(f"{rule}: {text}\n" for rule, text in sorted(told.items()))


def check(name: str, text: str, *, bless: bool) -> None:
    path = BLESSED / name
    if bless:
        path.write_text(text, encoding="utf-8")

    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()


def test_each_figure_and_date_is_as_it_was_blessed(
    knowledge: Knowledge,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """A figure that was mistyped, a date a day off, a source of another rank: each shows here."""
    check("figures.txt", figures(knowledge), bless=bless)


def test_each_shape_asks_what_it_was_blessed_to_ask(
    knowledge: Knowledge,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """A constraint that was lost or loosened shows here, and a violation that became a warning."""
    check("shapes.txt", constraints(knowledge), bless=bless)


def test_each_rule_reads_as_it_was_blessed(
    knowledge: Knowledge,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """A sentence that names the wrong value is a wrong sentence, whatever the outcome."""
    check("sentences.txt", sentences(knowledge), bless=bless)
