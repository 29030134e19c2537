"""The faults: each operator finds the places in a file where it can put one."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SEED: Final = 20261127
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """
    One seeded fault.

    Attributes:
        kind: The operator that made it.
        file: The path of the file, relative to the checkout.
        start: The offset in the text of the file.
        old: The original text.
        new: The changed text.
    """

    kind: str
    file: str
    start: int
    old: str
    new: str

    @property
    def name(self) -> str:
        """A name that stays the same while the file does."""
        return f"{self.kind}:{self.file.rsplit('/', 1)[-1]}@{self.start}"

    def described(self) -> str:
        """Describe the change in one line."""
        short = [" ".join(text.split()) or "nothing" for text in (self.old, self.new)]
        return f"{self.file}: {short[0]} -> {short[1]}"

    def apply(self, text: str) -> str:
        """
        Return the text of the file with the fault in it.

        Raises:
            ValueError: The text at the offset differs from that when the fault was found.
        """
        end = self.start + len(self.old)
        if text[self.start : end] != self.old:
            raise ValueError(f"{self.file} has changed: no '{self.old}' at {self.start}")
        return text[: self.start] + self.new + text[end:]


Change = tuple[int, str, str]
"""The place, the original text and the changed text."""
Operator = "Callable[[str], Iterator[Change]]"


def replaced(
    pattern: str, new: str | Callable[[re.Match[str]], str], *, within: str = ""
) -> Callable[[str], Iterator[Change]]:
    """Make an operator that replaces each match on lines of one kind."""

    def find(text: str) -> Iterator[Change]:
        for line in re.finditer(r"[^\n]*\n", text):
            if line[0].startswith(("PREFIX", "@prefix")) or not re.search(within, line[0]):
                continue
            for m in re.finditer(pattern, line[0]):
                put = new(m) if callable(new) else new
                if put != m[0]:
                    yield line.start() + m.start(), m[0], put

    return find


def swapped(*pairs: tuple[str, str], within: str = r"^[^#]") -> Callable[[str], Iterator[Change]]:
    """Make an operator that exchanges two terms."""
    table = {old: new for one, other in pairs for old, new in ((one, other), (other, one))}
    words = "|".join(re.escape(term) for term in sorted(table, key=len, reverse=True))
    return replaced(rf"(?:{words})(?![\w-])", lambda m: table[m[0]], within=within)


def shifted(days: int) -> Callable[[re.Match[str]], str]:
    """Move the date in a match by some days."""

    def shift(match: re.Match[str]) -> str:
        return DAY.sub(lambda m: (date.fromisoformat(m[0]) + timedelta(days)).isoformat(), match[0])

    return shift


def more(match: re.Match[str]) -> str:
    """Add one to the number at the end of a match."""
    return re.sub(r"\d+$", lambda m: str(int(m[0]) + 1), match[0])


def sentences(text: str) -> Iterator[Change]:
    """Exchange the first two different variables of a sentence."""
    for line in re.finditer(r"#\+ because:[^\n]*\n", text):
        names = list(dict.fromkeys(re.findall(r"\{\?(\w+)\}", line[0])))
        if len(names) > 1:
            one, other = (f"{{?{n}}}" for n in names[:2])
            new = line[0].replace(one, "\0").replace(other, one).replace("\0", other)
            yield line.start(), line[0], new


COMPARISONS: Final = {">": ">=", ">=": ">", "<": "<=", "<=": "<", "=": "!=", "!=": "="}
CONSTANTS: Final = (
    ("mn:Affirmed", "mn:Negated"),
    ("mn:Current", "mn:Past"),
    ("mn:InFile", "mn:KnownMissing"),
    ("mn:Improved", "mn:NotImproved"),
    ("mn:MedicallyNecessary", "mn:NotMedicallyNecessary"),
    ("mn:NotEstablished", "mn:NecessaryInPart"),
    ("mnc:Chronic", "mnc:NotChronic"),
    ("mn:onRequestDate", "mn:onDecisionDate"),
    ("mn:smallestLimit", "mn:largestLimit"),
    ("true", "false"),
)
GUARD: Final = r"(?:mn:\w+|a) (?:mnc?:[A-Z]\w*|true|false|\d+)"
RULES: Final[dict[str, Callable[[str], Iterator[Change]]]] = {
    "comparison": replaced(
        r"(?<= )(?:>=|<=|!=|>|<|=)(?= )", lambda m: COMPARISONS[m[0]], within=r"^  FILTER \("
    ),
    "arithmetic": replaced(
        r"(?<= )[+-](?= )", lambda m: "-" if m[0] == "+" else "+", within=r"^  BIND \("
    ),
    "absence": replaced(r"^  FILTER NOT EXISTS [^\n]*\n", ""),
    "guard": replaced(rf" ; {GUARD}(?= [;.])", "", within=r"^  \?"),
    "condition": replaced(r"^  FILTER \([^\n]*\n", ""),
    "constant": swapped(*CONSTANTS, within=r"^(?:  |CONSTRUCT)"),
    "choice": replaced(r" (?:mnc?:\w+|\([^()]*\)) \}$", " }", within=r"^  VALUES"),
    "rule-date": replaced(r"#\+ (?:from|until):\s+[\d-]+", shifted(1)),
    "sentence": sentences,
}
KNOWLEDGE: Final[dict[str, Callable[[str], Iterator[Change]]]] = {
    "figure": replaced(
        r"mn:(?:maximumVisits|trialVisits|periodMonths|maximumDays|monthsFromOnset) \d+", more
    ),
    "source-date": replaced(r'mn:effective(?:From|Until) "[\d-]+"', shifted(1)),
    "key": swapped(
        ("mn:keyedOn mn:onRequestDate", "mn:keyedOn mn:onInjuryDate"),
        ("mn:keyedOn mn:onDecisionDate", "mn:keyedOn mn:onRequestDate"),
    ),
    "tier": swapped(("mn:tier mn:ScheduleTier", "mn:tier mn:OtherGuidelineTier")),
    "rank": swapped(("mn:position 1", "mn:position 2")),
    "displaced": replaced(r"^    mn:(?:displaces|overrides) [^\n]*;\n", ""),
    "borrowed": replaced(r"^    mn:sameLimitAs [^\n]*;\n", "    mn:limitAbsent true ;\n"),
    "remark": replaced(r"^    mn:(?:homeProgram|fading|extendable) true ;\n", ""),
    "verified": swapped(("mn:Verified", "mn:Provisional"), within=r"mn:verification"),
    "disposition": swapped(("mn:Upheld", "mn:Overturned"), within=r"reviewedAt|decisionOutcome"),
    "carries": replaced(r"^    mn:carries [^\n]*;\n", ""),
}
CLASSES: Final[dict[str, Callable[[str], Iterator[Change]]]] = {
    "narrower": replaced(
        r"^(<[^>]+>) (<[^>]+narrowerThan>) (<[^>]+>)", lambda m: f"{m[3]} {m[2]} {m[1]}"
    ),
}
SHAPES: Final[dict[str, Callable[[str], Iterator[Change]]]] = {
    "severity": swapped(("sh:Violation", "sh:Warning")),
    "least": replaced(r"sh:(?:qualifiedM|m)inCount 1 ;", lambda m: m[0].replace("1", "0")),
    "most": replaced(r" sh:maxCount 1 ;", " sh:maxCount 9 ;"),
    "bound": replaced(r"sh:m(?:in|ax)Inclusive \d+", more),
    "class": replaced(r"sh:class mn:\w+ ;", "sh:nodeKind sh:IRI ;"),
    "pattern": replaced(r' sh:pattern "[^"]*" ;', ""),
    "order": replaced(r"sh:lessThanOrEquals", "sh:lessThan"),
}
WHERE: Final = (
    ("ontology/core/rules/*/*.rq", RULES),
    ("ontology/jurisdictions/*/rules/*/*.rq", RULES),
    ("ontology/jurisdictions/us-ca/guidelines/*.ttl", KNOWLEDGE),
    ("ontology/jurisdictions/us-ca/law/*.ttl", KNOWLEDGE),
    ("ontology/core/vocabulary/decision.ttl", KNOWLEDGE),
    ("ontology/core/concepts/record-types.ttl", KNOWLEDGE),
    ("ontology/generated/classification.ttl", CLASSES),
    ("shapes/*.ttl", SHAPES),
)
# The number of each kind in the usual sample, most of them for rules.
USUAL: Final = {
    "comparison": 6,
    "arithmetic": 4,
    "absence": 5,
    "guard": 5,
    "condition": 3,
    "constant": 5,
    "choice": 2,
    "rule-date": 2,
    "sentence": 2,
    "figure": 3,
    "source-date": 3,
    "severity": 2,
}


def all_mutants(home: Path) -> list[Mutant]:
    """List every fault that the operators can put into the knowledge of a checkout, sorted."""
    found = []
    for pattern, operators in WHERE:
        for path in sorted(home.glob(pattern)):
            text, name = path.read_text(encoding="utf-8"), path.relative_to(home).as_posix()
            for kind, operator in operators.items():
                found += [
                    Mutant(kind=kind, file=name, start=start, old=old, new=new)
                    for start, old, new in operator(text)
                ]
    return found


def sample(mutants: list[Mutant], *, scale: float = 1.0, seed: int = SEED) -> list[Mutant]:
    """
    Choose faults of every kind, spread over the files.

    Args:
        mutants: All faults.
        scale: The size, relative to the usual sample; at least one fault of each kind.
        seed: The random seed; the same seed chooses the same faults of the same files.
    """
    order = random.Random(seed)  # noqa: S311 - a choice, not a secret
    chosen: list[Mutant] = []
    kinds: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        kinds.setdefault(mutant.kind, []).append(mutant)
    for kind, found in sorted(kinds.items()):
        order.shuffle(found)
        first: dict[str, Mutant] = {}
        for mutant in found:
            first.setdefault(mutant.file, mutant)
        spread = [*first.values(), *(m for m in found if first[m.file] is not m)]
        chosen += spread[: max(1, round(USUAL.get(kind, 1) * scale))]
    return chosen
