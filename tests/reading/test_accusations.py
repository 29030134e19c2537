from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from reasoner.audits.audit import Auditor
from reasoner.audits.data import describe_audits
from reasoner.commands.main import commands
from reasoner.determinations.accusations import accuses, barred
from reasoner.determinations.as_data import describe_assessment
from reasoner.determinations.assess import decide, load_case
from reasoner.determinations.sentences import find_source
from reasoner.letters.files import load_source
from reasoner.letters.read import read_letter

if TYPE_CHECKING:
    from reasoner import Knowledge
    from reasoner.audits.audit import ItemAudit

FOLDER = Path(__file__).parents[2] / "fixtures" / "letters"
AUDITED = FOLDER / "audited"
LETTERS = sorted(FOLDER.rglob("*.txt"))
ACCUSED = {
    "trial-quoted-and-not-applied": {"AUD-32"},
    "acupuncture-of-2018-unsettled": set(),
    "text-not-held": set(),
    "visits-before-the-operation": set(),
}
"""For letters of our own wording the rules that hold something against a decision."""


@pytest.fixture(scope="module")
def auditor(knowledge: Knowledge) -> Auditor:
    """Return an auditor for all tests of the module."""
    return Auditor(knowledge)


def audits(auditor: Auditor, path: Path) -> tuple[ItemAudit, ...]:
    """Return the audits of the items of a letter."""
    return auditor.audit(read_letter(load_source(path), auditor.lexicon))


@pytest.mark.parametrize("name", ACCUSED)
def test_a_letter_is_accused_of_what_it_did_alone(name: str, auditor: Auditor) -> None:
    """A quoted trial, an unsettled edition and a text that is not held accuse nobody."""
    found = {
        sentence.rule
        for audit in audits(auditor, AUDITED / f"{name}.txt")
        if audit.determination
        for sentence in audit.determination.audit
        if accuses(sentence)
    }

    assert found == ACCUSED[name]


def test_no_accusation_rests_on_what_was_not_seen_or_stated(auditor: Auditor) -> None:
    """Every source that an accusation names was seen, and nothing behind it is barred."""
    knowledge, accused = auditor.knowledge, 0
    for path in LETTERS:
        for audit in audits(auditor, path):
            if audit.decision is None or audit.determination is None:
                continue
            for sentence in filter(accuses, audit.determination.audit):
                accused += 1
                assert all(find_source(iri, knowledge).seen for iri in sentence.sources)
                assert not list(barred(sentence, audit.decision.derivation, knowledge))

    assert accused > 3


def test_an_observation_is_made_once_a_letter(auditor: Auditor) -> None:
    """The same observation on two items is made for the first."""
    for path in LETTERS:
        letter = read_letter(load_source(path), auditor.lexicon)
        decided = [a.decision for a in auditor.audit(letter) if a.decision]
        pages = describe_audits(decided, auditor.knowledge, letter)
        made = [(o.rule, o.text) for p in pages for a in p.audits for o in a.observations]

        assert len(made) == len(set(made))


def test_decide_and_audit_agree_on_the_same_facts(auditor: Auditor) -> None:
    """The determination on the page of an audit is the one of the case that was read."""
    for path in LETTERS:
        letter = read_letter(load_source(path), auditor.lexicon)
        found = [a for a in auditor.audit(letter) if a.decision]
        pages = describe_audits([a.decision for a in found if a.decision], auditor.knowledge)
        for audit, page in zip(found, pages, strict=True):
            case = load_case(audit.case, auditor.knowledge, form="turtle")
            whole = describe_assessment(
                decide(case, auditor.knowledge), auditor.knowledge, proof=False
            )

            assert [a.determination for a in page.audits] == list(whole.determinations)


def test_only_a_departure_whose_correction_changes_the_outcome_is_marked(auditor: Auditor) -> None:
    """No finding is marked where the decision and the determination agree."""
    marked = 0
    for path in LETTERS:
        letter = read_letter(load_source(path), auditor.lexicon)
        decided = [a.decision for a in auditor.audit(letter) if a.decision]
        for page in describe_audits(decided, auditor.knowledge, letter):
            for audit in page.audits:
                for finding in (*audit.departures, *audit.observations):
                    marked += finding.accounts
                    assert not finding.accounts or audit.agrees is False

    assert marked > 0


def test_a_letter_that_breaks_off_ends_with_1(tmp_path: Path) -> None:
    """The exit code says that the audit is not whole."""
    whole = load_source(FOLDER / "low-back-whole-request-judged.txt")
    cut = tmp_path / "cut.txt"
    cut.write_text(whole[: whole.index("Decision rationale")], encoding="utf-8")

    done = CliRunner().invoke(commands, ["audit", str(cut)])

    assert done.exit_code == 1
    assert "has no line for: rationale" in done.stderr
