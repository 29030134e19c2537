"""Compare the sentence of each rule with the text that was last reviewed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import load_case_file
from reasoner.determinations.sentences import fill_sentence
from reasoner.kernel.engine import derive
from reasoner.kernel.rules import PLACE

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.kernel.derivation import Firing

FIXTURES: Final = Path(__file__).parents[2] / "fixtures"
BLESSED: Final = FIXTURES / "blessed" / "sentences.txt"
TRIED: Final = sorted([*FIXTURES.glob("cases/*/case.ttl"), *FIXTURES.glob("rules/*/fires.ttl")])
NAME: Final = re.compile(r"\?(\w+)")


def sentences(knowledge: Knowledge) -> str:
    """Return each sentence of each rule, as written for the first fixture that produces it."""
    by_wording: dict[tuple[str, str], str] = {}
    for path in TRIED:
        for firing in derive(knowledge, load_case_file(path, knowledge).triples).firings:
            by_wording.setdefault(
                wording(firing), f"{fill_sentence(firing, knowledge)} ({path.parent.name})"
            )
    return "".join(f"{rule}: {text}\n" for (rule, _), text in sorted(by_wording.items()))


def wording(firing: Firing) -> tuple[str, str]:
    """Return a key for a sentence of a rule: the words it chooses and the parts it leaves out."""
    text = firing.rule.text if firing.rule else ""
    chosen = {v for head in re.findall(r"VALUES ([^{]*)\{", text) for v in re.findall(r"\w+", head)}
    placed = {m[1] for m in PLACE.finditer(firing.rule.because)} if firing.rule else set()
    optional = {v for part in re.findall(r"OPTIONAL \{([^}]*)\}", text) for v in NAME.findall(part)}
    words = [firing.row[name] for name in sorted(chosen & placed)]
    return firing.name, " ".join([*words, *sorted(optional & set(firing.row))])


def test_each_rule_reads_as_it_was_blessed(
    knowledge: Knowledge,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """A sentence with a wrong value fails even if the outcome is right."""
    text = sentences(knowledge)
    if bless:
        BLESSED.write_text(text, encoding="utf-8")

    assert text.splitlines() == BLESSED.read_text(encoding="utf-8").splitlines()


IMPERATIVE: Final = re.compile(
    r"(?:^|[.;:] )(?:Add|Ask|Cite|Document|Give|Leave|Name|Provide|Rebut|State|Submit|Supply)\b"
)


def test_what_is_missing_and_what_would_change_it_are_statements_or_questions(
    knowledge: Knowledge,
) -> None:
    """A page is read by the reviewer as well; it does not order the requester about."""
    found = [
        (rule.id, rule.because)
        for rule in knowledge.rules
        if rule.role in {"missing", "change"} and IMPERATIVE.search(rule.because)
    ]

    assert found == []


def test_a_sentence_is_covered_by_one_of_a_rule_that_exists(knowledge: Knowledge) -> None:
    """A worksheet leaves a sentence out only where another states it."""
    ids = {rule.id for rule in knowledge.rules}

    assert {name for rule in knowledge.rules for name in rule.covered} <= ids
