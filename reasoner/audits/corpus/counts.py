"""What a report says of many letters, counted from the rows of a store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Row = dict[str, object]
UNSTATED: Final = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """
    One item with its letter.

    Attributes:
        letter: The row of the letter.
        item: The item in it.
    """

    letter: Row
    item: Row

    def words(self, name: str) -> list[str]:
        """Return a list of the item, or of the letter where the item has none."""
        found = cast("list[str]", self.item.get(name) or self.letter.get(name) or [])
        return found or [UNSTATED]

    def word(self, name: str) -> str:
        """Return one value of the item in words."""
        return str(self.item.get(name) or UNSTATED)


def items_of(rows: Iterable[Row], *, decided: bool) -> list[Counted]:
    """List the items of letters; with `decided`, only those that the reasoner decided."""
    return [
        Counted(letter=row, item=item)
        for row in rows
        for item in cast("list[Row]", row["items"])
        if item["decided"] or not decided
    ]


def summary(rows: list[Row]) -> Row:
    """Count what the report shows, largest groups first."""
    every, decided = items_of(rows, decided=False), items_of(rows, decided=True)
    return {
        "letters": len(rows),
        "items": len(every),
        "decided": len(decided),
        "byReviewer": dict(Counter(i.word("reviewer") for i in every)),
        "agreement": _agreement(decided),
        "outcomes": {
            "treatment": _groups(decided, lambda i: [i.word("treatment")]),
            "region": _groups(decided, lambda i: i.words("regions")),
            "governing guideline": _groups(decided, lambda i: i.words("governing")),
            "guideline cited by the reviewer": _groups(decided, lambda i: i.words("cites")),
            "reviewer specialty": _groups(decided, lambda i: i.words("specialties")),
        },
        "departures": _counted(d for i in decided for d in _list(i, "departures")),
        "departureLetters": _letters(decided),
        "rules": _counted(d for i in decided for d in _list(i, "findings")),
        "differences": [_difference(i) for i in decided if i.item["differs"]],
    }


def _letters(items: list[Counted]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for item in items:
        for kind in _list(item, "departures"):
            found.setdefault(kind, set()).add(str(item.letter["source"]))
    return {kind: sorted(letters) for kind, letters in sorted(found.items())}


def _list(item: Counted, name: str) -> list[str]:
    return cast("list[str]", item.item.get(name) or [])


def _counted(words: Iterable[str]) -> dict[str, int]:
    found = Counter(words)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _groups(items: list[Counted], of: Callable[[Counted], list[str]]) -> list[Row]:
    groups: dict[str, list[Counted]] = {}
    for item in items:
        for name in dict.fromkeys(of(item)):
            groups.setdefault(name, []).append(item)
    made = [_group(name, members) for name, members in groups.items()]
    return sorted(made, key=lambda g: (-cast("int", g["items"]), str(g["name"])))


def _group(name: str, members: list[Counted]) -> Row:
    return {
        "name": name,
        "items": len(members),
        "reviewer": dict(sorted(Counter(m.word("reviewer") for m in members).items())),
        "reasoner": dict(sorted(Counter(m.word("outcome") for m in members).items())),
        "agree": sum(not m.item["differs"] for m in members),
        "letters": sorted({str(m.letter["source"]) for m in members}),
    }


def _agreement(items: list[Counted]) -> Row:
    pairs = Counter((i.word("reviewer"), i.word("imr")) for i in items)
    theirs = sorted({a for a, _ in pairs})
    recall = {a: pairs[a, a] / total for a in theirs if (total := sum(pairs[a, b] for b in theirs))}
    return {
        "table": [
            {"reviewer": a, "reasoner": b, "items": n} for (a, b), n in sorted(pairs.items())
        ],
        "same": sum(n for (a, b), n in pairs.items() if a == b),
        "balanced": round(sum(recall.values()) / len(recall), 3) if recall else None,
    }


def _difference(item: Counted) -> Row:
    return {
        "case": item.letter["case"],
        "source": item.letter["source"],
        "number": item.item["number"],
        "heading": item.item["heading"],
        "reviewer": item.word("reviewer"),
        "reasoner": item.word("imr"),
        "outcome": item.word("outcome"),
        "departures": _list(item, "departures"),
        "findings": _list(item, "findings"),
    }
