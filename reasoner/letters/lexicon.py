"""The lexicon of letters: words and patterns of the knowledge base, compiled for matching."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import LABEL, RDFS, SKOS, TYPE, name_of
from reasoner.knowledge.terms import CONCEPT, NS, mn, shorten

from .model import Concept
from .numbers import DATE, NUMBER, ORDINAL, RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pyoxigraph as ox

SLOT: Final = re.compile(r"\{([a-z_]+:)?([a-zT][a-z_]*)\}")
ESCAPED: Final = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
"""An escaped character, or a class of characters."""
GROUP: Final = re.compile(r"[(]([^()]*)[)]([*?+]|\{[^}]*\})?")
"""A group without groups inside, with what says how often it comes."""
OPTIONAL: Final = re.compile(r".(?:[*?]|\{[^}]*\})[+?]?")
LITERAL: Final = re.compile("[A-Za-z]{3,}")
TARGET: Final = "\ue000"
OTHER: Final = "\ue001"
"""Characters of no language: the treatment in question, and the others, in a masked sentence."""
BUILT_IN: Final = {
    "number": NUMBER,
    "ordinal": ORDINAL,
    "range": RANGE,
    "date": DATE,
    "T": f"(?:{TARGET}++)",
}
ICD: Final = re.compile(
    r"(?<![A-Za-z0-9.])(?:(?P<ten>[A-TV-Z][0-9][0-9AB](?:[.][0-9A-Z]{1,4}))"
    r"|(?<=[(])(?P<nine>[0-9]{3}[.][0-9]{1,2})(?=[)]))(?![A-Za-z0-9])"
)
"""A code of a diagnosis: one of ICD-10-CM with its point, or one of ICD-9-CM in parentheses."""
PHRASES: Final = (SKOS + "altLabel", SKOS + "hiddenLabel")
DEEP: Final = 8
"""Word lists may use word lists, so deep at most."""


@dataclass(frozen=True, kw_only=True)
class LexiconEntry:
    """
    An entry of the lexicon.

    Attributes:
        iri: Its IRI.
        kind: The local name of its class.
        code: Its `skos:notation`; empty if it has none.
        label: Its label.
        values: All that it says, by the IRI of the property, sorted.
        patterns: Its phrases and patterns, compiled; in no order of meaning.
    """

    iri: str
    kind: str
    code: str
    label: str
    values: Mapping[str, tuple[str, ...]]
    patterns: tuple[re.Pattern[str], ...]

    def of(self, name: str) -> tuple[str, ...]:
        """Return the values of a property of our vocabulary."""
        return self.values.get(NS + name, ())

    def one(self, name: str, default: str = "") -> str:
        """Return the least value of a property of our vocabulary, or the default."""
        return next(iter(self.of(name)), default)

    @cached_property
    def searches(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """The patterns, each with a word in lower case without which it matches nothing."""
        return tuple((pattern, _needed(pattern.pattern)) for pattern in self.patterns)

    @property
    def forms(self) -> tuple[str, ...]:
        """The codes of the forms in which alone it is used; empty for every form."""
        return self.of("inForm")

    @property
    def order(self) -> int:
        """Its place among the entries of its kind."""
        return int(self.one("tryOrder", "5"))

    @cached_property
    def concept(self) -> Concept:
        """The concept that it names first."""
        iri = self.one("denotes") or None
        return Concept(iri=iri, code=self.code, label=self.label, entry=self.iri)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Words that an entry matched: a stretch of plain text, and the match itself."""

    entry: LexiconEntry
    start: int
    end: int
    match: re.Match[str]


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """
    All entries.

    Attributes:
        entries: By IRI.
        regions_of: The regions of each condition, as the concepts state them (`mn:region`).
        years: The year of each edition of a guideline (`mn:editionYear`).
        in_force: First day in force and first day no longer in force of each edition, as text.
        labels: The label of each concept.
        broader: The classes that each concept is directly below.
        argues: The side of each ground of a decision (`mn:groundArgues`).
        icd_codes: The concepts that a code of ICD-10-CM or ICD-9-CM begins, by that code.
    """

    entries: Mapping[str, LexiconEntry]
    regions_of: Mapping[str, tuple[str, ...]]
    years: Mapping[str, int]
    in_force: Mapping[str, tuple[str, str]]
    labels: Mapping[str, str]
    broader: Mapping[str, tuple[str, ...]]
    argues: Mapping[str, str]
    form: str = ""

    @cached_property
    def fact_codes(self) -> Mapping[str, str]:
        """The code of each concept that has one of its own, by its IRI (`mn:FactCode`)."""
        return {iri: e.code for e in self.kind("FactCode") for iri in e.of("denotes")}

    def fact_code(self, iri: str) -> str | None:
        """Return the code of a concept or of the nearest broader one that has a code, or None."""
        waiting: tuple[str, ...] = (iri,)
        for _ in range(DEEP):
            for one in waiting:
                if one in self.fact_codes:
                    return self.fact_codes[one]
            waiting = tuple(above for one in waiting for above in self.broader.get(one, ()))
        return None

    icd_codes: Mapping[str, tuple[str, ...]]

    def codes_in(self, text: str, start: int, end: int) -> Iterator[Mention]:
        """Find the codes of diagnoses in a stretch: M54.5, S33.5XXA, and 724.2 in parentheses."""
        for match in ICD.finditer(text, start, end):
            code = (match["ten"] or match["nine"]).upper()
            known = [c for c in self.icd_codes if code.startswith(c)]
            if known:
                longest = max(known, key=len)
                yield Mention(
                    entry=self._coded_condition(longest),
                    start=match.start(),
                    end=match.end(),
                    match=match,
                )

    def _coded_condition(self, code: str) -> LexiconEntry:
        return LexiconEntry(
            iri=self.icd_codes[code][0],
            kind="ConditionWord",
            code=code,
            label=self.labels.get(self.icd_codes[code][0], code),
            values={NS + "denotes": self.icd_codes[code]},
            patterns=(),
        )

    def at_and_above(self, iri: str) -> set[str]:
        """Return a concept and all concepts that are broader than it."""
        found: set[str] = set()
        waiting = {iri}
        while waiting:
            found |= waiting
            waiting = {a for one in waiting for a in self.broader.get(one, ())} - found
        return found

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[LexiconEntry, ...]]:
        replaced = {
            (e.kind, e.code) for e in self.entries.values() if self.form and self.form in e.forms
        }
        kinds: dict[str, list[LexiconEntry]] = {}
        for entry in sorted(self.entries.values(), key=lambda e: (e.order, e.iri)):
            used = self.form in entry.forms
            if used if entry.forms else (entry.kind, entry.code) not in replaced:
                kinds.setdefault(entry.kind, []).append(entry)
        return {kind: tuple(entries) for kind, entries in kinds.items()}

    @cached_property
    def _in_forms(self) -> dict[str, Lexicon]:
        return {}

    def in_form(self, form: str) -> Lexicon:
        """Return the lexicon for documents of a form: its entries replace those of the letter."""
        if form == self.form:
            return self
        if form not in self._in_forms:
            self._in_forms[form] = replace(self, form=form)
        return self._in_forms[form]

    def kind(self, kind: str) -> tuple[LexiconEntry, ...]:
        """Return the entries of a class, by their order."""
        return self._kinds.get(kind, ())

    def coded(self, kind: str, code: str) -> LexiconEntry:
        """
        Return the entry of a class with this code.

        Raises:
            KnowledgeUnreadable: There is none.
        """
        for entry in self.kind(kind):
            if entry.code == code:
                return entry
        raise KnowledgeUnreadable(
            f"The lexicon has no mn:{kind} with the code '{code}'.",
            hint="The reader asks for this entry by its skos:notation; write it.",
        )

    def mark(self, code: str) -> LexiconEntry:
        """Return the mark of the form with this code."""
        return self.coded("FormMark", code)

    def printed(self, code: str) -> tuple[LexiconEntry, ...]:
        """Return the mark of the form with this code, or nothing if the form prints none."""
        return tuple(e for e in self.kind("FormMark") if e.code == code and e.patterns)

    def mentions(
        self,
        kinds: str | tuple[LexiconEntry, ...],
        text: str,
        start: int = 0,
        end: int | None = None,
    ) -> list[Mention]:
        """Find the words of entries in a stretch; of words that overlap, the longest stay."""
        entries = self.kind(kinds) if isinstance(kinds, str) else kinds
        found = list(_matches(entries, text, start, len(text) if end is None else end))
        found.sort(key=lambda m: (-(m.end - m.start), m.entry.order, m.start, m.entry.iri))
        taken: list[Mention] = []
        for mention in found:
            if all(
                mention.end <= other.start
                or mention.start >= other.end
                or (mention.start, mention.end) == (other.start, other.end)
                for other in taken
            ):
                taken.append(mention)
        return sorted(taken, key=lambda m: (m.start, m.entry.iri))


def _matches(entries: Iterable[LexiconEntry], text: str, start: int, end: int) -> Iterator[Mention]:
    lower = text[start:end].lower()
    for entry in entries:
        for pattern, needed in entry.searches:
            if needed and needed not in lower:
                continue
            for match in pattern.finditer(text, start, end):
                if match.end() > match.start():
                    yield Mention(entry=entry, start=match.start(), end=match.end(), match=match)


def read_lexicon(facts: Iterable[ox.Triple]) -> Lexicon:
    """
    Read the lexicon out of the ontology.

    Raises:
        KnowledgeUnreadable: A pattern is not a regular expression, or names an unknown list.
    """
    described: dict[str, dict[str, set[str]]] = {}
    for t in facts:
        row = described.setdefault(name_of(t.subject), {})
        row.setdefault(t.predicate.value, set()).add(name_of(t.object))
    kinds = {iri for iri, row in described.items() if mn("LexicalEntry").value in _supers(row)}
    lists = _word_lists(described)
    entries = {}
    for iri, row in sorted(described.items()):
        kind = next(iter(sorted(row.get(TYPE.value, set()) & kinds)), None)
        if kind is not None:
            entries[iri] = _entry(iri, kind, row, lists)
    entries |= _named_conditions(described, entries)
    editions = {i: r for i, r in described.items() if NS + "editionYear" in r}
    return Lexicon(
        entries=entries,
        regions_of={
            iri: tuple(sorted(row[NS + "region"]))
            for iri, row in described.items()
            if iri.startswith(CONCEPT) and NS + "region" in row
        },
        years={i: int(min(r[NS + "editionYear"])) for i, r in editions.items()},
        in_force={
            i: (
                min(r.get(NS + "effectiveFrom", {""})),
                min(r.get(NS + "effectiveUntil", {"9999-12-31"})),
            )
            for i, r in editions.items()
        },
        labels={i: min(r[LABEL.value]) for i, r in described.items() if LABEL.value in r},
        broader={
            i: tuple(sorted(a for a in _supers(r) if a.startswith(CONCEPT)))
            for i, r in described.items()
            if i.startswith(CONCEPT)
        },
        argues={
            i: min(r[NS + "groundArgues"]) for i, r in described.items() if NS + "groundArgues" in r
        },
        icd_codes=_icd_codes(described),
    )


def _icd_codes(described: Mapping[str, Mapping[str, set[str]]]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for iri, row in sorted(described.items()):
        for name in ("icd10", "icd9"):
            for code in row.get(NS + name, set()) if iri.startswith(CONCEPT) else ():
                codes[code] = (*codes.get(code, ()), iri)
    return codes


def _supers(row: Mapping[str, set[str]]) -> set[str]:
    return row.get(RDFS + "subClassOf", set())


def _word_lists(described: Mapping[str, Mapping[str, set[str]]]) -> dict[str, str]:
    lists = {}
    for row in described.values():
        if mn("WordList").value in row.get(TYPE.value, set()):
            patterns = sorted(row.get(NS + "pattern", set()))
            lists[min(row[SKOS + "notation"])] = f"(?:{'|'.join(patterns)})"
    return lists


def _entry(
    iri: str,
    kind: str,
    row: Mapping[str, set[str]],
    lists: Mapping[str, str],
) -> LexiconEntry:
    phrases = {_phrase(p) for name in PHRASES for p in row.get(name, set())}
    patterns = [*sorted(phrases), *sorted(row.get(NS + "pattern", set()))]
    sensitive = kind == mn("FormMark").value
    return LexiconEntry(
        iri=iri,
        kind=kind.removeprefix(NS),
        code=min(row.get(SKOS + "notation", {""})),
        label=min(row.get(LABEL.value, {shorten(iri)})),
        values={name: tuple(sorted(values)) for name, values in row.items()},
        patterns=tuple(_compile(p, lists, iri, sensitive=sensitive) for p in patterns),
    )


def _named_conditions(
    described: Mapping[str, Mapping[str, set[str]]], entries: Mapping[str, LexiconEntry]
) -> dict[str, LexiconEntry]:
    """
    Make an entry of each condition of the ontology: its own labels name it, and no other.

    A label that an entry of the lexicon reads, and which that entry reads as one of several
    conditions, is left to that entry: the region decides which of them is meant.
    """
    shared = _shared_words(entries)
    named = {}
    for iri in sorted(_below(mn("Condition").value, described)):
        row = described[iri]
        words = {p for name in (LABEL.value, *PHRASES) for p in row.get(name, set())}
        own = {w for w in words if not any(p.fullmatch(w) for p in shared.get(iri, ()))}
        named[iri] = LexiconEntry(
            iri=iri,
            kind="ConditionWord",
            code=iri.removeprefix(CONCEPT),
            label=min(row.get(LABEL.value, {shorten(iri)})),
            values={NS + "denotes": (iri,)},
            patterns=tuple(
                re.compile(rf"(?<![A-Za-z0-9]){_phrase(p)}(?:e?s)?(?![A-Za-z0-9])", re.IGNORECASE)
                for p in sorted(own)
            ),
        )
    return named


def _shared_words(entries: Mapping[str, LexiconEntry]) -> dict[str, list[re.Pattern[str]]]:
    """Return the patterns that denote several conditions, by each of these conditions."""
    shared: dict[str, list[re.Pattern[str]]] = {}
    for entry in entries.values():
        denoted = entry.of("denotes")
        if entry.kind == "ConditionWord" and len(denoted) > 1:
            for iri in denoted:
                shared.setdefault(iri, []).extend(entry.patterns)
    return shared


def _below(top: str, described: Mapping[str, Mapping[str, set[str]]]) -> set[str]:
    """Return the concepts that are asserted to be below a class, at any depth."""
    found: set[str] = set()
    waiting = {top}
    while waiting:
        waiting = {i for i, row in described.items() if _supers(row) & waiting} - found
        found |= waiting
    return {iri for iri in found if iri.startswith(CONCEPT)}


def _needed(pattern: str) -> str:
    """
    Return a word that each match of a pattern contains, in lower case; empty if none is certain.

    What may be left out, and what has alternatives, is cut away.
    """
    bare = ESCAPED.sub(" ", pattern)
    while (shorter := GROUP.sub(_certain, bare)) != bare:
        bare = shorter
    if "|" in bare or "(" in bare:
        return ""
    words = LITERAL.findall(OPTIONAL.sub(" ", bare))
    return max((w.lower() for w in words), key=len, default="")


def _certain(group: re.Match[str]) -> str:
    """Return what a group certainly matches: nothing for one that may be left out."""
    inside, often = group[1], group[2] or ""
    if "|" in inside or often[:1] in {"?", "*", "{"}:
        return " "
    if inside.startswith("?P<"):
        return inside[inside.index(">") + 1 :]
    return inside[2:] if inside.startswith("?:") else (" " if inside.startswith("?") else inside)


def _phrase(words: str) -> str:
    """Make the pattern of a plain phrase: between its words a space, a hyphen or both."""
    return "[ -]+".join(re.escape(part) for part in re.split("[ -]+", words))


def _compile(
    pattern: str, lists: Mapping[str, str], iri: str, *, sensitive: bool
) -> re.Pattern[str]:
    expanded = pattern
    for _ in range(DEEP):
        expanded = SLOT.sub(lambda slot: _slot(slot, lists, iri), expanded)
    head = "" if expanded[:1] in "^[:,;\\" or expanded[:2] == "{T" else r"(?<![A-Za-z0-9])"
    tail = "" if expanded[-1:] in "]:$+*?" else r"(?![A-Za-z0-9])"
    capitals = sensitive and bool(re.search("[A-Z]{4}", pattern))
    try:
        return re.compile(f"{head}(?:{expanded}){tail}", re.NOFLAG if capitals else re.IGNORECASE)
    except re.error as error:
        raise KnowledgeUnreadable(
            f"{shorten(iri)}: the pattern '{pattern}' is not a regular expression: {error}.",
            hint="The README of the lexicon's folder describes the form of a pattern.",
        ) from error


def _slot(slot: re.Match[str], lists: Mapping[str, str], iri: str) -> str:
    inside = BUILT_IN.get(slot[2]) or lists.get(slot[2])
    if inside is None:
        raise KnowledgeUnreadable(
            f"{shorten(iri)}: no word list has the code '{slot[2]}'.",
            hint="Write an mn:WordList with this skos:notation, or fix the name in braces.",
        )
    return f"(?P<{slot[1][:-1]}>{inside})" if slot[1] else inside
