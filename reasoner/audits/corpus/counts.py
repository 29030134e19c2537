"""The figures of a report on many letters, counted from the rows of a store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .model import AgreementData, CorpusSummary, DifferenceData, GroupData, PairCount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from msgspec import UnsetType

    from .model import ItemRow, LetterRow

UNSTATED: Final = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """
    One item with its letter.

    Attributes:
        letter: The row of the letter.
        item: The item in it.
    """

    letter: LetterRow
    item: ItemRow


def summary(rows: Sequence[LetterRow]) -> CorpusSummary:
    """Count the figures of a report."""
    every = [Counted(letter=row, item=item) for row in rows for item in row.items]
    decided = [i for i in every if i.item.decided]
    assessed = [i for i in every if i.item.decided or i.item.is_not_decided]
    return CorpusSummary(
        letters=len(rows),
        items=len(every),
        decided=len(decided),
        not_decided=len(assessed) - len(decided),
        by_reviewer=dict(Counter(_reviewer(i) for i in every)),
        agreement=_agreement(decided),
        outcomes={
            "treatment": _groups(assessed, lambda i: [i.item.treatment or UNSTATED]),
            "region": _groups(assessed, lambda i: _words(i.item.regions)),
            "governing guideline": _groups(assessed, lambda i: _words(i.item.governing)),
            "guideline cited by the reviewer": _groups(assessed, lambda i: _words(i.item.cites)),
            "reviewer specialty": _groups(assessed, lambda i: _words(i.letter.specialties)),
        },
        departures=_counted(d for i in decided for d in i.item.departures or ()),
        departure_letters=_letters(decided),
        rules=_counted(d for i in decided for d in i.item.findings or ()),
        differences=[_difference(i) for i in decided if i.item.differs],
    )


def _words(found: Sequence[str] | UnsetType) -> Sequence[str]:
    return found or [UNSTATED]


def _reviewer(item: Counted) -> str:
    return item.item.reviewer or UNSTATED


def _reasoner(item: Counted) -> str:
    return item.item.imr or UNSTATED


def _outcome(item: Counted) -> str:
    return item.item.outcome or UNSTATED


def _letters(items: list[Counted]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for item in items:
        for kind in item.item.departures or ():
            found.setdefault(kind, set()).add(item.letter.source)
    return {kind: sorted(letters) for kind, letters in sorted(found.items())}


def _counted(words: Iterable[str]) -> dict[str, int]:
    found = Counter(words)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _groups(items: list[Counted], of: Callable[[Counted], Sequence[str]]) -> list[GroupData]:
    groups: dict[str, list[Counted]] = {}
    for item in items:
        for name in dict.fromkeys(of(item)):
            groups.setdefault(name, []).append(item)
    made = [_group(name, members) for name, members in groups.items()]
    return sorted(made, key=lambda g: (-g.items, g.name))


def _group(name: str, members: list[Counted]) -> GroupData:
    return GroupData(
        name=name,
        items=len(members),
        not_decided=sum(m.item.is_not_decided for m in members),
        reviewer=dict(sorted(Counter(_reviewer(m) for m in members).items())),
        reasoner=dict(sorted(Counter(_outcome(m) for m in members).items())),
        agree=sum(m.item.differs is False for m in members),
        letters=sorted({m.letter.source for m in members}),
    )


def _agreement(items: list[Counted]) -> AgreementData:
    pairs = Counter((_reviewer(i), _reasoner(i)) for i in items)
    theirs = sorted({a for a, _ in pairs})
    recall = {a: pairs[a, a] / total for a in theirs if (total := sum(pairs[a, b] for b in theirs))}
    return AgreementData(
        table=[PairCount(reviewer=a, reasoner=b, items=n) for (a, b), n in sorted(pairs.items())],
        same=sum(n for (a, b), n in pairs.items() if a == b),
        balanced=round(sum(recall.values()) / len(recall), 3) if recall else None,
    )


def _difference(item: Counted) -> DifferenceData:
    return DifferenceData(
        case=item.letter.case,
        source=item.letter.source,
        number=item.item.number,
        heading=item.item.heading,
        reviewer=_reviewer(item),
        reasoner=_reasoner(item),
        outcome=_outcome(item),
        departures=item.item.departures or [],
        findings=item.item.findings or [],
    )
