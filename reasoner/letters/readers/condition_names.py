"""What the name of a condition says: its kind, and the concepts that it may mean in a region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reasoner.letters.model import Concept, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.marked.model import Marked
    from reasoner.letters.model import Span

PAIN: Final = "pain_unspecified"
OTHER: Final = "other"
VAGUE: Final = frozenset({PAIN, OTHER})
"""Kinds that add nothing where the same words also name a kind of injury or disease."""


def kind_of(lexicon: Lexicon, mention: Marked) -> str:
    """Return the code of the kind of a condition; `other` where the lexicon has none for it."""
    if mention.entry is None:
        return OTHER
    own = mention.entry.one("conditionKind")
    coded = map(lexicon.fact_code, mention.entry.of("denotes"))
    return own or next((code for code in coded if code), OTHER)


def of_the_whole_body(mention: Marked) -> bool:
    """Return True for a condition that is not in one place: chronic pain, myalgia, anxiety."""
    return mention.entry is not None and mention.entry.one("ofTheWholeBody") == "true"


def fitting(
    lexicon: Lexicon, named: Iterable[Marked], regions: Iterable[Stated[Concept]]
) -> list[Marked]:
    """
    Return the mentions without those whose words also match an entry that fits the regions.

    "Degenerative changes" are wear of a joint or of the spine: the region selects the entry.
    """
    found = list(named)
    places = {r.value.iri for r in regions}

    def fits(mention: Marked) -> bool:
        denoted = mention.entry.of("denotes") if mention.entry else ()
        return any(places & set(lexicon.regions_of.get(iri, ())) for iri in denoted)

    def rivals(mention: Marked) -> list[Marked]:
        return [o for o in found if (o.start, o.end) == (mention.start, mention.end)]

    return [m for m in found if fits(m) or not any(map(fits, rivals(m)))]


def readings_of(
    lexicon: Lexicon, mention: Marked, regions: Iterable[Stated[Concept]], span: Span
) -> tuple[Stated[Concept], ...]:
    """
    Return the concepts that a name may mean, given the regions that its words name.

    A name that denotes one concept means it. One that denotes several means those that lie in the
    regions, else those that lie in no region; else the condition stays itself, without a concept.
    """
    if mention.entry is None:
        return ()
    denoted = mention.entry.of("denotes")
    named = {r.value.iri for r in regions}
    here = tuple(c for c in denoted if named & set(lexicon.regions_of.get(c, ())))
    anywhere = tuple(c for c in denoted if c not in lexicon.regions_of)
    known = here or anywhere
    if not known and len(denoted) == 1 and mention.entry.one("onlyInItsRegion") != "true":
        known = denoted
    code = mention.entry.iri.rsplit("/", 1)[-1]
    return tuple(
        Stated(
            value=Concept(
                iri=iri,
                code=code,
                label=lexicon.labels.get(iri, mention.entry.label),
                entry=mention.entry.iri,
            ),
            spans=(span,),
        )
        for iri in known
    )
