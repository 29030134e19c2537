"""`mednec coverage --unseen`: rows whose text was not seen, by what rests on them in many cases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.assess import decide
from reasoner.determinations.sentences import find_source
from reasoner.errors import CaseError, DecisionError
from reasoner.records.documents import is_document, parse_document, read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reasoner.determinations.data import DeterminationData, SourceData
    from reasoner.knowledge.base import Knowledge

    from .case_sources import CaseSource

GOVERNS: Final = "governs"
COMPARED: Final = "compared"
MENTIONED: Final = "mentioned"
USES: Final = (GOVERNS, COMPARED, MENTIONED)
"""What a determination does with a source, the strongest first."""
NAMED: Final = 3
"""Names of cases that are kept as examples of a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenRow:
    """
    A row or provision whose text was not seen, and what rests on it.

    Attributes:
        iri: The row or provision.
        title: What it is called.
        edition: The guideline edition that states it; empty for a provision of law.
        citation: The place of its text.
        file: The file that states it.
        governs: Determinations whose governing figure it states.
        compared: Further determinations with a reason that cites it.
        mentioned: Further determinations that list it as a source.
        examples: Names of some cases whose determinations rest on it most, sorted.
    """

    iri: str
    title: str
    edition: str
    citation: str
    file: str
    governs: int
    compared: int
    mentioned: int
    examples: tuple[str, ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """What it is ranked by: figures that govern, then comparisons, then mentions."""
        return (self.governs, self.compared, self.mentioned)


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """
    The rows that were not seen, ranked.

    Attributes:
        rows: The rows, those on which most rests first.
        determinations: How many determinations were read or made.
        resting: How many of them have a governing figure that was not seen.
        refused: Cases and documents that could not be used, with the reason.
    """

    rows: tuple[UnseenRow, ...]
    determinations: int
    resting: int
    refused: tuple[tuple[str, str], ...]


def rank_unseen(knowledge: Knowledge, sources: Iterable[CaseSource]) -> Unseen:
    """
    Rank the rows whose text was not seen by how many determinations rest on them.

    A determination counts once for a row, by the strongest use that it makes of it. Whether a text
    was seen is what the knowledge base says now, also of the sources of a stored determination.

    Args:
        knowledge: The knowledge base.
        sources: Cases, which are decided, and stored determinations, which are read.
    """
    uses: dict[str, dict[str, list[str]]] = defaultdict(lambda: {use: [] for use in USES})
    described: dict[str, SourceData] = {}
    refused: list[tuple[str, str]] = []
    count = resting = 0
    for source in sources:
        try:
            determinations = _determinations(source, knowledge)
        except (CaseError, DecisionError) as error:
            refused.append((source.name, error.message))
            continue
        for determination in determinations:
            count += 1
            unseen = [(s, u) for s, u in _uses(determination) if not _is_seen(s, knowledge)]
            resting += any(use == GOVERNS for _, use in unseen)
            for data, use in unseen:
                described.setdefault(data.iri, data)
                uses[data.iri][use].append(source.name)
    rows = [_row(described[iri], by_use) for iri, by_use in uses.items()]
    rows.sort(key=lambda row: (*(-n for n in row.weight), row.iri))
    return Unseen(rows=tuple(rows), determinations=count, resting=resting, refused=tuple(refused))


def _determinations(source: CaseSource, knowledge: Knowledge) -> Sequence[DeterminationData]:
    """Read the determinations of a document, or decide a case."""
    if source.data is None and source.path.suffix == ".json":
        data = source.path.read_bytes()
        if is_document(data):
            document = parse_document(read_document(data, source=source.name), source.name)
            return document.recommendation.determinations
    assessment = decide(source.load(knowledge), knowledge)
    return describe_assessment(assessment, knowledge, proof=False).determinations


def _uses(determination: DeterminationData) -> list[tuple[SourceData, str]]:
    """Return each source of a determination with the strongest use that is made of it."""
    by_number = {source.number: source for source in determination.sources}
    found = dict.fromkeys(by_number, MENTIONED)
    for reason in determination.reasons:
        found |= dict.fromkeys(reason.sources, COMPARED)
    for row in determination.governing:
        numbers = [row.source] if row.borrowed_from is None else [row.source, row.borrowed_from]
        found |= dict.fromkeys(numbers, GOVERNS)
    return [(by_number[number], use) for number, use in found.items()]


def _is_seen(source: SourceData, knowledge: Knowledge) -> bool:
    """Return True if the text of a source was seen, or if no text is the matter: a judgment."""
    known = source.iri in knowledge.origins
    return find_source(source.iri, knowledge).seen if known else source.seen


def _row(source: SourceData, by_use: dict[str, list[str]]) -> UnseenRow:
    strongest = next(names for use in USES if (names := by_use[use]))
    return UnseenRow(
        iri=source.iri,
        title=source.title,
        edition=source.edition,
        citation=source.citation,
        file=source.file,
        governs=len(by_use[GOVERNS]),
        compared=len(by_use[COMPARED]),
        mentioned=len(by_use[MENTIONED]),
        examples=tuple(sorted(set(strongest))[:NAMED]),
    )
