"""The answer of an explanation as typed data for its pages; `proofs` defines the JSON names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import field

from reasoner.determinations.data import Model


class PlaceData(Model, frozen=True, kw_only=True):
    """Where a fact is stated; the line, from 1, is None if it is not known."""

    file: str
    line: int | None


class RuleLine(Model, frozen=True, kw_only=True):
    """A rule with its source, its rationale and its file; each may be empty."""

    rule: str = ""
    source: str = ""
    rationale: str = ""
    rule_file: str = ""


class WhyNode(RuleLine, frozen=True, kw_only=True):
    """
    A fact that is true; `rule` is empty for a stated fact.

    Attributes:
        words: The fact in words.
        place: Where it is stated; None if it is concluded.
        shown_above: True if its premises were shown before.
        text: The sentence of the rule.
        names: The names by which the explanation calls what the rule made, such as a scenario.
        absent: What the rule found to be absent.
        premises: What the rule rests on.
    """

    words: str = ""
    place: PlaceData | None = None
    shown_above: bool = False
    text: str = ""
    names: Sequence[str] = ()
    citations: Sequence[str] = ()
    absent: Sequence[str] = ()
    premises: Sequence[WhyNode] = field(name="from", default=())


class TitleData(RuleLine, frozen=True, kw_only=True):
    """A rule with the sentence that it would write; all parts are empty without a rule."""

    would_say: str = ""


class PresentData(Model, frozen=True, kw_only=True):
    """A fact that is true, where it is stated, and the rule that concluded it."""

    words: str
    place: PlaceData | None
    by: TitleData | None = None


class TestData(Model, frozen=True, kw_only=True):
    """A test that fails: its values, how they were computed, and where they are stated."""

    test: str
    values: Mapping[str, str]
    computed: Mapping[str, str]
    origins: Mapping[str, Sequence[PresentData]]


class AttemptData(Model, frozen=True, kw_only=True):
    """One way of using a rule: missing premises, failing tests and facts that prevent it."""

    missing: Sequence[MissingData]
    failing: Sequence[TestData]
    present: Sequence[PresentData]


class WayData(TitleData, frozen=True, kw_only=True):
    """A rule that could conclude a fact, with the attempts shown and the number of others."""

    passes_on: bool
    attempts: Sequence[AttemptData]
    others: int


class OutsideData(Model, frozen=True, kw_only=True):
    """A population that does not contain the situation, and the conditions that are not met."""

    population: str
    unmet: Sequence[str]


class MissingData(Model, frozen=True, kw_only=True):
    """
    A fact that is not true.

    Attributes:
        premise: The fact with prefixes.
        about: What it is about.
        outside: The population, if the fact is membership in one; None otherwise.
        instead: What is true instead.
        concludable: False if no rule concludes such a fact.
        ways: The rules that could conclude it.
    """

    premise: str
    about: str
    words: str
    shown_above: bool = False
    outside: OutsideData | None = None
    instead: Sequence[PresentData] = ()
    concludable: bool = True
    ways: Sequence[WayData] = ()


class OutcomeLine(Model, frozen=True, kw_only=True):
    """The outcome of one request."""

    request: str
    label: str


class WhyData(Model, frozen=True, kw_only=True):
    """The answer to why: each use of a rule, or each fact, in question."""

    about: str
    found: Sequence[WhyNode]


class WhyNotData(Model, frozen=True, kw_only=True):
    """The answer to why not: each fact that would have to be true."""

    about: str
    found: Sequence[MissingData]


class ExplanationData(Model, frozen=True, kw_only=True):
    """The answer to a question; a part that was not requested is None."""

    determinations: Sequence[OutcomeLine]
    why: WhyData | None = None
    why_not: WhyNotData | None = None
