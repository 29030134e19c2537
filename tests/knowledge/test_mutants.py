"""The mutation harness finds places for faults, notices faults and reports survivors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reasoner import decide, load_case_file
from reasoner.cases.intake import check_case
from tests.mutants.__main__ import main
from tests.mutants.engine import FAULTS, engine_mutants
from tests.mutants.operators import Mutant, all_mutants, sample
from tests.mutants.report import Outcome, report
from tests.mutants.world import World

if TYPE_CHECKING:
    from reasoner import Knowledge

HOME = Path(__file__).parents[2]
CHRONIC = "ontology/jurisdictions/us-ca/guidelines/mtus-chronic-pain-2009.ttl"
MTUS = "https://w3id.org/mednec/guideline/mtus-chronic-pain-2009"
NARROWER = (
    f"<{MTUS}/{{}}-situations> <https://w3id.org/mednec/ns#narrowerThan> <{MTUS}/{{}}-situations>"
)
# The operator, the file, the original and the changed text, and a case with another outcome.
SEEDED = (
    (
        "comparison turned",
        "ontology/core/rules/how-many-visits/exceeds.rq",
        "?total > ?largest",
        "?total < ?largest",
        "crps-25-visits-requested-2016-07-28",
    ),
    (
        "off by one",
        "ontology/core/rules/how-many-visits/within.rq",
        "<= ?smallest",
        "< ?smallest",
        "chronic-after-injection-2-visits",
    ),
    (
        "premise dropped",
        "ontology/core/rules/what-the-record-shows/in-trial.rq",
        "  FILTER (?visits < ?trial)\n",
        "",
        "low-back-manipulation-remainder-after-trial",
    ),
    (
        "sign turned",
        "ontology/core/rules/how-many-visits/remaining.rq",
        "?smallest - ?visits",
        "?smallest + ?visits",
        "lumbar-strain-4-visits-count-decides",
    ),
    (
        "negation removed",
        "ontology/core/rules/which-row-governs/standing.rq",
        "  FILTER NOT EXISTS { ?situation mn:closedTier ?tier }\n",
        "",
        "chronic-after-injection-2-visits",
    ),
    (
        "ranks swapped",
        "ontology/core/rules/which-row-governs/closed-tier.rq",
        "?first < ?place",
        "?first > ?place",
        "acupuncture-without-indication",
    ),
    (
        "populations swapped",
        "ontology/generated/classification.ttl",
        NARROWER.format("crps", "chronic-physical-medicine"),
        NARROWER.format("chronic-physical-medicine", "crps"),
        "crps-26-visits-cap-authorized",
    ),
    (
        "date moved",
        CHRONIC,
        'mn:effectiveUntil "2016-07-29"',
        'mn:effectiveUntil "2016-07-28"',
        "crps-25-visits-requested-2016-07-28",
    ),
    (
        "number changed",
        CHRONIC,
        "mn:maximumVisits 24",
        "mn:maximumVisits 25",
        "crps-25-visits-requested-2016-07-28",
    ),
)
MUTANTS = all_mutants(HOME)


@pytest.fixture(scope="module")
def world() -> World:
    """Load the knowledge into which faults are seeded."""
    return World(HOME)


def comes_out(folder: Path, knowledge: Knowledge) -> bool:
    """Return True if a fixture case gives the results stated in its folder."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    one = decide(load_case_file(folder / "case.ttl", knowledge), knowledge).determinations[0]
    governing = [g.source.iri.split("/guideline/")[1] for g in one.governing]
    found = {
        "outcome": one.outcome.rsplit("#", 1)[-1],
        "robust": one.robust,
        "supported": [one.visits.least, one.visits.most],
        "governing": governing,
    }
    return all(expected[key] == value for key, value in found.items() if key in expected)


@pytest.mark.parametrize(("what", "file", "old", "new", "case"), SEEDED, ids=lambda v: str(v)[:24])
def test_a_seeded_fault_is_noticed(
    what: str, file: str, old: str, new: str, case: str, world: World
) -> None:
    """A case that passes with the sound knowledge fails with a fault in it."""
    text = (HOME / file).read_text(encoding="utf-8")
    mutant = Mutant(kind=what, file=file, start=text.index(old), old=old, new=new)
    folder = HOME / "fixtures" / "cases" / case

    assert comes_out(folder, world.sound)
    with world.fault(mutant) as faulty:
        assert not comes_out(folder, faulty)


def test_a_shape_that_lost_its_constraint_is_noticed(world: World) -> None:
    """The counterexample passes after its constraint is removed."""
    text = (HOME / "shapes" / "case.ttl").read_text(encoding="utf-8")
    old = "    sh:minInclusive 0 ;\n"
    mutant = Mutant(kind="bound", file="shapes/case.ttl", start=text.index(old), old=old, new="")
    case = load_case_file(min((HOME / "fixtures/invalid/Case-age").glob("*.ttl")), world.sound)

    assert not check_case(case, world.sound).conforms
    with world.fault(mutant) as faulty:
        assert check_case(case, faulty).conforms


def test_there_are_faults_of_every_kind() -> None:
    """Each operator finds at least one place for a fault."""
    chosen = sample(MUTANTS)

    assert len(chosen) >= 40
    assert {m.kind for m in chosen} == {m.kind for m in MUTANTS}
    assert len({m.kind for m in chosen}) >= 25
    assert len(chosen) == len(set(chosen))


def test_the_same_seed_chooses_the_same_faults() -> None:
    """A seed selects the same faults again, so a survivor can be examined."""
    assert sample(all_mutants(HOME)) == sample(all_mutants(HOME))


def test_each_listed_fault_of_the_engine_has_its_place() -> None:
    """Each listed fault of the engine still finds its text."""
    assert len(engine_mutants(HOME)) == len(FAULTS)


@pytest.mark.parametrize("mutant", MUTANTS[::97], ids=lambda m: m.name)
def test_a_fault_changes_one_place(mutant: Mutant) -> None:
    """The description of a fault matches the change."""
    text = (HOME / mutant.file).read_text(encoding="utf-8")
    other = mutant.apply(text)

    assert other != text
    assert len(other) - len(text) == len(mutant.new) - len(mutant.old)


def test_a_fault_does_not_fit_a_file_that_has_changed() -> None:
    """A fault is not applied at a place whose text changed."""
    with pytest.raises(ValueError, match="has changed"):
        MUTANTS[0].apply("another text")


def test_the_faults_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """The list has one line for each fault that a run would seed."""
    assert main(["--list", "--number", "3"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(": " in line and " -> " in line for line in lines)


def test_survivors_are_named_and_counted() -> None:
    """A survivor lowers the score and is listed in the report."""
    seen, missed = (
        Outcome(mutant=MUTANTS[n], caught=c, refused="") for n, c in ((0, ("x",)), (1, ()))
    )

    text, share = report([seen, missed], ["properties/idle"])

    assert share == 50
    assert f"Survived: {MUTANTS[1].kind}" in text
    assert "noticed nothing: properties/idle" in text
