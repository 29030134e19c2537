"""
Sentences: firings in the words of their rules, with their sources.

This module has no wording of its own. A sentence comes from its rule, a name from a label, and a
figure from a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

import pyoxigraph as ox

from reasoner.kernel.facts import decode
from reasoner.kernel.rules import PLACE
from reasoner.kernel.terms import LABEL, SKOS, SOURCE
from reasoner.knowledge.citations import cite_on
from reasoner.knowledge.terms import mn, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reasoner.kernel.derivation import Derivation, Firing
    from reasoner.kernel.facts import Fact
    from reasoner.kernel.rules import Rule
    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.verifications import VerificationRecord

SHORT = ox.NamedNode(SKOS + "altLabel")
STATED_IN = mn("statedIn")
PINPOINT = mn("pinpoint")
VERIFICATION = mn("verification")
UNSEEN = mn("unseen")
MARK = mn("markedAs")
QUOTED_IN = mn("quotedIn").value
PHRASE: Final = "phrase"
"""The prefix of variables whose value is a phrase that has places of its own."""
RANK: Final = "rank"
"""The variable whose number orders the sentences of rules with the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A source that a reason cites.

    Attributes:
        iri: The recommendation or provision.
        citation: The place of its text, down to the heading or page.
        title: What it is called.
        edition: The guideline edition that states it; empty for a provision of law.
        verified: True if its text or a quotation of it was seen; if not, it is provisional.
        seen: False if it states what its text is recalled or assumed to say.
        marks: The words for what a reader has to know of it, such as `judgment`; sorted.
        file: The knowledge file that states it.
        seen_at: Addresses at which its text was read.
        row: Rows of the project's data from which its figures came.
        records: Who read it in its text, by day; empty if no file records it.
    """

    iri: str
    citation: str
    title: str
    edition: str
    verified: bool
    seen: bool
    marks: tuple[str, ...]
    file: str
    seen_at: tuple[str, ...]
    row: tuple[str, ...]
    records: tuple[VerificationRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """
    One finding, in the words of its rule.

    Attributes:
        rule: The id of the rule.
        order: Its place among the rules of its role.
        weight: How strong it is on a short page; 0 for not at all.
        topic: What it speaks of; a short page has one sentence a topic.
        argues: `for` or `against` the request as made; empty for neither.
        kind: The kind of a finding of an audit; empty for other sentences.
        title: What the rule finds.
        text: The sentence.
        brief: The sentence in few words, for a short page; empty if `text` serves there too.
        covered: The ids of rules whose sentences include this one.
        source: The source that the rule applies; empty if it applies none.
        rationale: Why the rule holds, in words; empty if its source says all.
        sources: IRIs of the sources that the firing rests on, sorted.
        firing: The firing itself, for the proof.
    """

    rule: str
    order: int
    weight: int
    topic: str
    argues: str
    kind: str
    title: str
    text: str
    brief: str
    covered: tuple[str, ...]
    source: str
    rationale: str
    sources: tuple[str, ...]
    firing: Firing

    @property
    def basis(self) -> str:
        """The source of the rule, or its rationale if it has no source."""
        return self.source or self.rationale


def write_value(value: ox.NamedNode | ox.Literal, knowledge: Knowledge) -> str:
    """Write a value for people: its label, the words of a node's name, or the plain value."""
    if isinstance(value, ox.Literal):
        return value.value
    label = knowledge.label(value.value)
    if value.value in knowledge.editions:
        label = knowledge.value(value.value, SHORT) or label
    if label == shorten(value.value) and "#" in value.value:
        return value.value.rsplit("#", 1)[1].replace("-", " ")
    return label


def fill_sentence(firing: Firing, knowledge: Knowledge, together: Sequence[Firing] = ()) -> str:
    """
    Fill the sentence of a firing's rule with its values.

    If the value of a variable is a phrase (its name begins with `phrase`), its places are filled
    too.

    Args:
        firing: The firing.
        knowledge: The knowledge base, for labels.
        together: All firings that the sentence combines, sorted, if its rule lists values.
    """
    if firing.rule is None:
        return f"{shorten(firing.bindings['population'].value)} contains the situation."

    text = _filled(firing.rule.because, firing.rule, together or (firing,), knowledge)
    return text[:1].upper() + text[1:]


def _filled(words: str, rule: Rule, firings: Sequence[Firing], knowledge: Knowledge) -> str:
    """Fill the places of a sentence, or of a phrase in it."""
    found: list[str] = []
    for before, name, one, several in _parts(words):
        found.append(before)
        if not name:
            continue
        texts = _texts(name, firings, knowledge)
        if one is not None and several is not None:
            single = len(texts) == 1 if name in rule.listed else texts == ["1"]
            found.append(one if single else several)
        elif not texts:
            found.append("…")
        elif name.startswith(PHRASE):
            found.append(_filled(_joined(texts), rule, firings, knowledge))
        else:
            found.append(_joined(texts))
    return "".join(found)


@lru_cache(maxsize=4_000)
def _parts(words: str) -> tuple[tuple[str, str, str | None, str | None], ...]:
    """Split a sentence at its places: the text before, the variable, its two forms; the rest."""
    found: list[tuple[str, str, str | None, str | None]] = []
    end = 0
    for place in PLACE.finditer(words):
        found.append((words[end : place.start()], place[1], place[2], place[3]))
        end = place.end()
    return (*found, (words[end:], "", None, None))


def _texts(name: str, firings: Sequence[Firing], knowledge: Knowledge) -> list[str]:
    """List the values of a variable in some firings, each once, sorted as they are written."""
    if len(firings) == 1:
        term = firings[0].row.get(name)
        return [] if term is None else [_write_term(term, knowledge)]
    terms = {term for firing in firings if (term := firing.row.get(name)) is not None}
    return sorted({_write_term(term, knowledge) for term in terms})


def _write_term(term: str, knowledge: Knowledge) -> str:
    """Write a term for people; remember what is written for a term of the knowledge base."""
    written = knowledge.written.get(term)
    if written is None:
        value = decode(term)
        written = write_value(value, knowledge)
        if (value.value, LABEL.value) in knowledge.described:
            knowledge.written[term] = written
    return written


def _joined(words: Sequence[str]) -> str:
    """Write a list in words: a, b and c."""
    if len(words) == 1:
        return words[0]
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def sentences_of(
    derivation: Derivation, knowledge: Knowledge, role: str, request: str
) -> tuple[Sentence, ...]:
    """
    Return the sentences of one role about one request, in the order of their rules.

    Sentences of the same order are sorted by `?rank`, if their rules bind it. Firings with the same
    sentence are returned once.
    """
    groups: dict[tuple[object, ...], list[Firing]] = {}
    for firing in derivation.firings_about(role, request):
        rule = cast("Rule", firing.rule)
        same = (
            (t for n, t in zip(firing.names, firing.terms, strict=True) if n not in rule.listed)
            if rule.listed
            else firing.terms
        )
        groups.setdefault((rule.id, *same), []).append(firing)
    day = derivation.value(request, "onDecisionDate") or ""
    by_text: dict[str, Sentence] = {}
    for group in groups.values():
        sentence = _sentence(group, knowledge, day)
        by_text.setdefault(sentence.text, sentence)
    return tuple(sorted(by_text.values(), key=lambda s: (s.order, _rank(s.firing), s.rule, s.text)))


def _rank(firing: Firing) -> int:
    """Return the value of `?rank` in a firing; 0 if its rule does not bind it."""
    term = firing.row.get(RANK)
    return int(decode(term).value) if term is not None else 0


def _sentence(group: list[Firing], knowledge: Knowledge, day: str) -> Sentence:
    firing = group[0]
    rule = cast("Rule", firing.rule)
    return Sentence(
        rule=rule.id,
        order=rule.order,
        weight=rule.weight,
        topic=rule.topic,
        argues=_side(firing, rule.argues),
        kind=rule.kind,
        title=rule.title,
        text=fill_sentence(firing, knowledge, group),
        brief=_filled(rule.brief, rule, group, knowledge),
        covered=rule.covered,
        source=cite_on(rule.source, day, knowledge),
        rationale=rule.rationale,
        sources=tuple(sorted({iri for one in group for iri in cited(one, knowledge)})),
        firing=firing,
    )


def _side(firing: Firing, argues: str) -> str:
    """Return the side that a firing takes: a word, or the value of a variable."""
    if not argues.startswith("?"):
        return argues
    term = firing.row.get(argues[1:])
    return decode(term).value if term is not None else ""


def cited(firing: Firing, knowledge: Knowledge) -> tuple[str, ...]:
    """List the recommendations and provisions that a firing names."""
    named = {term[1:-1] for term in firing.terms if term is not None and term[0] == "<"}
    found = {iri for iri in named if (iri, VERIFICATION.value) in knowledge.described}
    stated = {knowledge.value(iri, STATED_IN) for iri in found}
    return tuple(sorted(found - stated))


def find_source(iri: str, knowledge: Knowledge, day: str = "") -> Source:
    """
    Describe a recommendation or provision as a source.

    Args:
        iri: The recommendation or provision.
        knowledge: The knowledge base.
        day: The day on which it is cited, as YYYY-MM-DD; empty for every citation it has.
    """
    edition = knowledge.value(iri, STATED_IN) or ""
    written = knowledge.value(edition or iri, SOURCE) or ""
    place = [cite_on(written, day, knowledge), knowledge.value(iri, PINPOINT)]
    described = knowledge.described
    status = knowledge.value(iri, VERIFICATION) or ""
    return Source(
        iri=iri,
        citation=", ".join(part for part in place if part),
        title=knowledge.label(iri),
        edition=knowledge.label(edition) if edition else "",
        verified=status == mn("Verified").value,
        seen=knowledge.value(status, UNSEEN) != "true",
        marks=_marks(iri, status, knowledge),
        file=knowledge.origins.get(iri, ""),
        seen_at=tuple(v.value for v in described.get((iri, mn("seenAt").value), ())),
        row=tuple(v.value for v in described.get((iri, mn("datasetRow").value), ())),
        records=knowledge.verifications.get(iri, ()),
    )


def _marks(iri: str, status: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Return what is printed where a text is cited: the mark, and the cases that quote the text."""
    mark = knowledge.value(status, MARK)
    quoting = (v.value for v in knowledge.described.get((iri, QUOTED_IN), ()))
    return (" ".join((mark, *sorted(quoting))),) if mark else ()


def prove(derivation: Derivation, goals: Iterable[Fact]) -> tuple[Firing, ...]:
    """
    Collect the firings that some facts rest on, down to the facts that the case asserts.

    Returns:
        The firings in the order in which they were made.
    """
    wanted: dict[int, Firing] = {}
    todo = list(goals)
    seen: set[Fact] = set()
    while todo:
        fact = todo.pop()
        if fact in seen:
            continue
        seen.add(fact)
        firing = derivation.firing_of(fact)
        if firing is not None and id(firing) not in wanted:
            wanted[id(firing)] = firing
            todo += firing.rests_on
    return derivation.in_order(wanted.values())
