"""The sentence of each rule as a person last saw it: a change is noticed, and blessed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner import load_case_file
from reasoner.determinations.sentences import say
from reasoner.kernel.engine import derive

if TYPE_CHECKING:
    from reasoner import Knowledge

FIXTURES: Final = Path(__file__).parents[2] / "fixtures"
BLESSED: Final = FIXTURES / "blessed" / "sentences.txt"
TRIED: Final = sorted([*FIXTURES.glob("cases/*/case.ttl"), *FIXTURES.glob("rules/*/fires.ttl")])


def sentences(knowledge: Knowledge) -> str:
    """Write the sentence of each rule as it is told in the first fixture in which it fires."""
    told: dict[str, str] = {}
    for path in TRIED:
        for firing in derive(knowledge, load_case_file(path, knowledge).triples).firings:
            told.setdefault(firing.name, f"{say(firing, knowledge)} ({path.parent.name})")
    return "".join(f"{rule}: {text}\n" for rule, text in sorted(told.items()))


def test_each_rule_reads_as_it_was_blessed(
    knowledge: Knowledge,
    bless: bool,  # noqa: FBT001 - a fixture
) -> None:
    """A sentence that names the wrong value is a wrong sentence, whatever the outcome."""
    text = sentences(knowledge)
    if bless:
        BLESSED.write_text(text, encoding="utf-8")

    assert text.splitlines() == BLESSED.read_text(encoding="utf-8").splitlines()
