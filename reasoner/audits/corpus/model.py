"""The JSON of a store of letters and of the report on it: `index.jsonl` and `report.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UNSET, UnsetType

from reasoner.determinations.data import Model


class ItemRow(Model, frozen=True, kw_only=True):
    """
    One item of a letter.

    Attributes:
        number: Its number in the letter, from 1.
        treatment: The treatment; None if it was not read.
        reviewer: The reviewer's outcome; None if it was not read.
        cites: The sources that the reviewer cited, sorted.
        decided: True if the reasoner decided it.
        trouble: Why it was not decided; empty if its kind is not decided here. Except for an item
            that no text held decides, the fields after it are then unset.
        imr: The disposition of the request as made; None if its outcome has none.
        limit: The limit that applies to its visits; None without a limit.
        robust: None if no text held decides the item.
        findings: Rules of the audit that can account for a difference in the outcome.
        departures: Kinds of departure, sorted.
        differs: True if the reviewer's outcome differs; None if no text held decides the item.
    """

    number: int
    heading: str
    treatment: str | None
    physical_medicine: bool
    reviewer: str | None
    modified: bool
    cites: Sequence[str]
    decided: bool
    trouble: str | UnsetType = UNSET
    imr: str | UnsetType | None = UNSET
    limit: int | UnsetType | None = UNSET
    robust: bool | UnsetType | None = UNSET
    findings: Sequence[str] | UnsetType = UNSET
    regions: Sequence[str] | UnsetType = UNSET
    outcome: str | UnsetType = UNSET
    governing: Sequence[str] | UnsetType = UNSET
    departures: Sequence[str] | UnsetType = UNSET
    differs: bool | UnsetType | None = UNSET

    @property
    def is_not_decided(self) -> bool:
        """True if the item was assessed, and no text held decides it."""
        return self.differs is None


class LetterRow(Model, frozen=True, kw_only=True):
    """
    One letter.

    Attributes:
        case: The case number; None if it was not read.
        digest: The SHA-256 of the letter.
        knowledge: The digest of the knowledge base with which it was decided.
        dates: Its dates as YYYY-MM-DD, by their names in the reading.
        problems: The kinds of problems of its reading.
        file: The name of the file from which it was added.
        source: Its name in the store.
    """

    case: str | None
    digest: str
    knowledge: str
    dates: Mapping[str, str]
    specialties: Sequence[str]
    problems: Sequence[str]
    items: Sequence[ItemRow]
    file: str
    source: str

    @property
    def title(self) -> str:
        """The case number, or the name of the file where that was not read."""
        return self.case or self.file


class PairCount(Model, frozen=True, kw_only=True):
    """The number of items with one outcome of the reviewer and one of the reasoner."""

    reviewer: str
    reasoner: str
    items: int


class AgreementData(Model, frozen=True, kw_only=True):
    """Items by both outcomes; `balanced` is the mean recall, 0 to 1, or None without items."""

    table: Sequence[PairCount]
    same: int
    balanced: float | None


class GroupData(Model, frozen=True, kw_only=True):
    """
    Items of one group, with the counts of the outcomes and the letters, sorted.

    Attributes:
        items: All its items, with those that no text held decides.
        not_decided: Items that no text held decides; none of them agrees or differs.
        agree: Items on which the reviewer and the reasoner agree.
    """

    name: str
    items: int
    not_decided: int
    reviewer: Mapping[str, int]
    reasoner: Mapping[str, int]
    agree: int
    letters: Sequence[str]


class DifferenceData(Model, frozen=True, kw_only=True):
    """An item on which the reviewer and the reasoner differ, and what can account for it."""

    case: str | None
    source: str
    number: int
    heading: str
    reviewer: str
    reasoner: str
    outcome: str
    departures: Sequence[str]
    findings: Sequence[str]


class CorpusSummary(Model, frozen=True, kw_only=True):
    """
    The figures of a report.

    Attributes:
        decided: Items that the reasoner decided; agreement, differences and departures are theirs.
        not_decided: Items of the kinds that are decided here, but that no text held decides.
        by_reviewer: All items by the reviewer's outcome.
        outcomes: Groups of the items that are or are not decided, the largest first, by what they
            are grouped by.
        departures: Decided items by kind of departure, the most frequent first.
        departure_letters: The letters of each kind of departure, sorted.
        rules: Decided items by audit rule, the most frequent first.
    """

    letters: int
    items: int
    decided: int
    not_decided: int
    by_reviewer: Mapping[str, int]
    agreement: AgreementData
    outcomes: Mapping[str, Sequence[GroupData]]
    departures: Mapping[str, int]
    departure_letters: Mapping[str, Sequence[str]]
    rules: Mapping[str, int]
    differences: Sequence[DifferenceData]
