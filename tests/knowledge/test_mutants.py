"""The harness that seeds faults: it finds them, notices them, and tells what it did not notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.engine import FAULTS, engine_mutants
from tests.mutants.operators import Mutant, all_mutants, sample
from tests.mutants.report import Outcome, report

HOME = Path(__file__).parents[2]
MUTANTS = all_mutants(HOME)


def test_there_are_faults_of_every_kind() -> None:
    """An operator that finds no place any more puts no fault anywhere."""
    chosen = sample(MUTANTS)

    assert len(chosen) >= 40
    assert {m.kind for m in chosen} == {m.kind for m in MUTANTS}
    assert len({m.kind for m in chosen}) >= 25
    assert len(chosen) == len(set(chosen))


def test_the_same_seed_chooses_the_same_faults() -> None:
    """A survivor can be looked at again."""
    assert sample(all_mutants(HOME)) == sample(all_mutants(HOME))


def test_each_listed_fault_of_the_engine_has_its_place() -> None:
    """A listed fault whose text was changed is mended here, not lost in silence."""
    assert len(engine_mutants(HOME)) == len(FAULTS)


@pytest.mark.parametrize("mutant", MUTANTS[::97], ids=lambda m: m.name)
def test_a_fault_changes_one_place(mutant: Mutant) -> None:
    """What is told of a fault is what was done."""
    text = (HOME / mutant.file).read_text(encoding="utf-8")
    other = mutant.apply(text)

    assert other != text
    assert len(other) - len(text) == len(mutant.new) - len(mutant.old)


def test_a_fault_does_not_fit_a_file_that_has_changed() -> None:
    """A place that moved is not changed blindly."""
    with pytest.raises(ValueError, match="has changed"):
        MUTANTS[0].apply("another text")


def test_survivors_are_named_and_counted() -> None:
    """A fault that nothing noticed lowers the share and stands in the report."""
    seen, missed = (
        Outcome(mutant=MUTANTS[n], caught=c, refused="") for n, c in ((0, ("x",)), (1, ()))
    )

    text, share = report([seen, missed], ["properties/idle"])

    assert share == 50
    assert f"Survived: {MUTANTS[1].kind}" in text
    assert "noticed nothing: properties/idle" in text
