"""An item of a letter, decided by the reasoner and compared with what the reviewers decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from reasoner.determinations.accusations import accuses
from reasoner.determinations.assess import decide, load_case
from reasoner.determinations.data import Model, to_json
from reasoner.errors import CaseError
from reasoner.kernel.terms import name_of
from reasoner.knowledge.terms import mn
from reasoner.knowledge.venues import whole_disposition
from reasoner.letters.case_graph import case_of
from reasoner.letters.lexicon import read_lexicon
from reasoner.letters.readers.facts import parts_of
from reasoner.letters.readers.statements import Words

if TYPE_CHECKING:
    from reasoner.determinations.assess import Assessment
    from reasoner.determinations.conclude import Determination
    from reasoner.determinations.sentences import Sentence
    from reasoner.knowledge.base import Knowledge
    from reasoner.letters.lexicon import Lexicon
    from reasoner.letters.model import Item, Letter

DIFFERS: Final = mn("DiffersFromDetermination").value
ACCOUNTS: Final = mn("accountsForOutcome")
ADVERSE: Final = mn("adverse")


class ComparedData(Model, frozen=True, kw_only=True):
    """
    A determination in the form in which readings are compared.

    Attributes:
        imr: The disposition of the request as made, in a form of letter without partial outcomes;
            None if nothing was decided.
        limit: The limit on its page, never a trial; None without a limit.
        robust: True if no open fact can change the answer; None if no text held decides it.
        findings: The rules whose audit findings can account for a disagreement.
    """

    imr: str | None
    limit: int | None
    robust: bool | None
    findings: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ItemAudit:
    """
    One item of physical medicine, decided and compared.

    Attributes:
        item: The item as it was read.
        case: The case as Turtle, each fact with its passage.
        decision: The assessment of the case; None if the facts are not sufficient.
        trouble: Why the case could not be assessed; empty if it was.
    """

    item: Item
    case: bytes
    decision: Assessment | None
    trouble: str

    @property
    def determination(self) -> Determination | None:
        """The determination of the item's one request, or None."""
        return self.decision.determinations[0] if self.decision else None


class Auditor:
    """Decides and compares the items of letters; one instance serves many letters."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon | None = None) -> None:
        self.knowledge = knowledge
        self.lexicon = lexicon or read_lexicon(knowledge.facts)

    def audit(self, letter: Letter) -> tuple[ItemAudit, ...]:
        """Decide each item that is decided here, or each of its parts, in the letter's order."""
        words = Words(letter, self.lexicon)
        return tuple(
            self._item(letter, part, words)
            for item in letter.items
            if is_decided_here(item)
            for part in parts_of(item)
        )

    def _item(self, letter: Letter, item: Item, words: Words) -> ItemAudit:
        data = case_of(letter, item, self.lexicon, words)
        name = f"item {item.number}" + (f", part {item.part}" if item.part else "")
        try:
            case = load_case(data, self.knowledge, form="turtle", source=name)
            decision, trouble = decide(case, self.knowledge), ""
        except CaseError as error:
            decision, trouble = None, str(error)
        return ItemAudit(item=item, case=data, decision=decision, trouble=trouble)


def not_covered(letter: Letter) -> tuple[Item, ...]:
    """Return the items of a letter that are not decided here: those of other fields."""
    return tuple(item for item in letter.items if not is_decided_here(item))


def is_decided_here(item: Item) -> bool:
    """Return True if an item is care by visits, or has a concept in the ontology."""
    facts = item.facts
    return facts is not None and (item.physical_medicine or facts.treatment.value.iri is not None)


def determination_of(audit: ItemAudit, knowledge: Knowledge) -> ComparedData:
    """Return a determination in the form in which readings are compared."""
    found = audit.determination
    if found is None:
        return ComparedData(imr=None, limit=None, robust=False, findings=[])
    disposition = whole_disposition(found.outcome, knowledge)
    return ComparedData(
        imr=knowledge.label(disposition).capitalize() if disposition else None,
        limit=found.visits.limit,
        robust=found.robust,
        findings=explaining(found, knowledge),
    )


def departures(found: Determination) -> list[Sentence]:
    """List the findings of the audit that hold something against the decision."""
    return [s for s in found.audit if accuses(s)]


def explaining(found: Determination, knowledge: Knowledge) -> list[str]:
    """List the rules of the audit whose findings can account for a difference in the outcome."""
    return list(
        dict.fromkeys(
            sentence.rule
            for sentence in found.audit
            if DIFFERS not in _kinds(sentence)
            and any(knowledge.value(kind, ACCOUNTS) == "true" for kind in _kinds(sentence))
        )
    )


def _kinds(sentence: Sentence) -> set[str]:
    facts = sentence.firing.conclusions
    return {name_of(f.object) for f in facts if f.predicate == mn("auditFinding")}


def of_each_item(audits: tuple[ItemAudit, ...]) -> dict[int, list[ItemAudit]]:
    """Group audits by the number of their item."""
    found: dict[int, list[ItemAudit]] = {}
    for audit in audits:
        found.setdefault(audit.item.number, []).append(audit)
    return found


def deciding(parts: list[ItemAudit], knowledge: Knowledge) -> ItemAudit:
    """
    Return the part that decides an item: the item is granted only if each part is.

    A part that is refused decides; without one, a part that is not decided leaves the item open.
    """
    return min(parts, key=lambda audit: _granted(audit, knowledge))


def _granted(audit: ItemAudit, knowledge: Knowledge) -> int:
    """Order a part: 0 if it is refused or could not be assessed, 1 if not decided, 2 if granted."""
    found = audit.determination
    if found is None:
        return 0
    if not found.is_decided:
        return 1
    return 2 if knowledge.value(found.outcome, ADVERSE) == "false" else 0


def _together(parts: list[ItemAudit], knowledge: Knowledge) -> ComparedData:
    findings = [f for a in parts if a.determination for f in explaining(a.determination, knowledge)]
    found = determination_of(deciding(parts, knowledge), knowledge)
    return replace(found, findings=list(dict.fromkeys(findings)))


def with_determinations(
    data: dict[str, object], audits: tuple[ItemAudit, ...], knowledge: Knowledge
) -> dict[str, object]:
    """Add the determinations to the items of a letter, in the form in which they are compared."""
    items = data["items"]
    if isinstance(items, list):
        for number, parts in of_each_item(audits).items():
            items[number - 1]["determination"] = to_json(_together(parts, knowledge))
    return data
