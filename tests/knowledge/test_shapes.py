"""Each shape fails for a counterexample, and the two validators agree."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner.cases.intake import (
    Result,
    check_case,
    check_case_with_referee,
    check_data,
    check_data_with_referee,
)
from reasoner.determinations.assess import load_case, load_case_file
from reasoner.errors import ShapeMalformed
from reasoner.kernel.terms import OWL, SH
from reasoner.knowledge.shapes import ShapeSet
from reasoner.knowledge.terms import SHAPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from _pytest.mark import ParameterSet

    from reasoner.knowledge.base import Knowledge

HOME = Path(__file__).parents[2]
INVALID = HOME / "fixtures" / "invalid"
COUNTER_EXAMPLES = sorted(INVALID.glob("*/*.ttl"))
CASES = sorted((HOME / "fixtures" / "cases").glob("*/case.ttl"))
HEAD = (
    f"@prefix mn: <https://w3id.org/mednec/ns#> . @prefix mnsh: <{SHAPES}> . @prefix sh: <{SH}> ."
)
SPEAKING = {SH + name for name in ("message", "name", "description", "severity", "path", "order")}
"""Properties of a shape that state no constraint."""
GOOD = """
mnsh:AShape a sh:NodeShape ; sh:targetClass mn:Case ; sh:property mnsh:A-age .
mnsh:A-age a sh:PropertyShape ; sh:path mn:age ; sh:minCount 1 ;
    sh:severity sh:Violation ; sh:message "Give the age." .
"""


@cache
def shape_triples() -> tuple[ox.Triple, ...]:
    """Read all shapes, without the knowledge base, which is not there when tests are collected."""
    paths = sorted((HOME / "shapes").glob("*.ttl"))
    quads = [q for path in paths for q in ox.parse(path=path, rename_blank_nodes=True)]
    return tuple(q.triple for q in quads)


@cache
def described() -> dict[ox.NamedNode | ox.BlankNode, list[tuple[str, object]]]:
    """Return the properties and values of each node of the shapes."""
    found: dict[ox.NamedNode | ox.BlankNode, list[tuple[str, object]]] = defaultdict(list)
    for t in shape_triples():
        found[t.subject].append((t.predicate.value, t.object))
    return found


@cache
def components(name: str) -> frozenset[tuple[str, str]]:
    """Return the constraint components of a shape, each with the severity of the shape."""
    node = ox.NamedNode(SHAPES + name)
    said = described()[node]
    severity = next(str(value) for predicate, value in said if predicate == SH + "severity")
    todo: list[object] = [node]
    used: set[str] = set()
    while todo:
        for predicate, value in described().get(todo.pop(), ()):  # type: ignore[call-overload]
            if predicate.startswith(SH) and predicate not in SPEAKING:
                used.add(predicate)
            if isinstance(value, ox.BlankNode):
                todo.append(value)
    return frozenset((component, severity) for component in used)


@cache
def refereed() -> tuple[Path, ...]:
    """Choose counterexamples until each component was chosen at each severity, and some more."""
    chosen: list[Path] = []
    covered: set[tuple[str, str]] = set()
    for path in COUNTER_EXAMPLES:
        if not components(path.parent.name) <= covered:
            covered |= components(path.parent.name)
            chosen.append(path)
    return tuple(sorted({*chosen, *COUNTER_EXAMPLES[::6]}))


def sampled(paths: Iterable[Path], sample: Collection[Path]) -> list[ParameterSet]:
    """Mark the paths outside a sample as part of the sweep."""
    return [
        pytest.param(path, marks=[] if path in sample else [pytest.mark.sweep]) for path in paths
    ]


REFEREED = refereed()


def shape_sets(knowledge: Knowledge) -> list[ShapeSet]:
    return [knowledge.shapes, *knowledge.other_shapes.values()]


def named(shapes: ShapeSet) -> set[str]:
    """Name the shapes that can complain: property shapes, and node shapes with a message."""
    with_message = {t.subject for t in shapes.triples if t.predicate.value == SH + "message"}
    queries = {t.object for t in shapes.triples if t.predicate.value == SH + "sparql"}
    return {
        t.value.removeprefix(SHAPES) for t in with_message - queries if isinstance(t, ox.NamedNode)
    }


def expected(path: Path) -> set[str]:
    """Read which shapes a counter-example fails: its folder, and those after `# also:`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    also = [line.removeprefix("# also:") for line in lines if line.startswith("# also:")]
    return {path.parent.name, *(name.strip() for line in also for name in line.split(",") if name)}


def complaints(path: Path, knowledge: Knowledge, *, referee: bool) -> frozenset[Result]:
    """Return what one of the two validators says of a file, by the shapes that it is for."""
    shapes = next(
        (s for s in shape_sets(knowledge) if path.parent.name in named(s)), knowledge.shapes
    )
    if shapes is knowledge.shapes:
        case = load_case(path.read_bytes(), knowledge, form="turtle")
        check = check_case_with_referee if referee else check_case
        return frozenset(check(case, knowledge).results)
    check_all = check_data_with_referee if referee else check_data
    return frozenset(check_all(path.read_bytes(), shapes))


def verdict(results: Iterable[Result]) -> set[tuple[str, str, str, str]]:
    return {(r.severity, r.shape, r.focus, r.path) for r in results}


def read(text: str) -> ShapeSet:
    quads = ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)
    return ShapeSet.read([ox.Triple(q.subject, q.predicate, q.object) for q in quads])


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_each_shape_has_a_counter_example(knowledge: Knowledge) -> None:
    """Each shape has a file that fails it."""
    without = {n for s in shape_sets(knowledge) for n in named(s)} - {
        p.parent.name for p in COUNTER_EXAMPLES
    }

    assert not without


def test_each_counter_example_is_of_a_shape(knowledge: Knowledge) -> None:
    """Each counterexample belongs to an existing shape."""
    assert {p.parent.name for p in COUNTER_EXAMPLES} <= {
        n for s in shape_sets(knowledge) for n in named(s)
    }


@pytest.mark.parametrize("path", COUNTER_EXAMPLES, ids=name_of)
def test_a_counter_example_fails_its_shape_and_no_other(path: Path, knowledge: Knowledge) -> None:
    """The fast validator reports the named shape and no other."""
    assert {r.shape for r in complaints(path, knowledge, referee=False)} == expected(path)


@pytest.mark.parametrize("path", sampled(COUNTER_EXAMPLES, REFEREED), ids=name_of)
def test_both_validators_agree_on_a_counter_example(path: Path, knowledge: Knowledge) -> None:
    """The fast validator agrees with pySHACL for each constraint component at each severity."""
    fast, slow = (complaints(path, knowledge, referee=referee) for referee in (False, True))

    assert verdict(fast) == verdict(slow)


def test_the_sample_has_each_component_at_each_severity() -> None:
    """What the shapes of all counterexamples use is used by the shapes of the sample."""
    every = {pair for path in COUNTER_EXAMPLES for pair in components(path.parent.name)}

    assert {pair for path in REFEREED for pair in components(path.parent.name)} == every
    assert len({severity for _, severity in every}) == 2
    assert len(REFEREED) < len(COUNTER_EXAMPLES) / 3


@pytest.mark.parametrize("path", sampled(CASES, CASES[::8]), ids=name_of)
def test_both_validators_agree_on_a_case(path: Path, knowledge: Knowledge) -> None:
    """The fast validator agrees with pySHACL on a sample of the fixtures; `make laws` has all."""
    case = load_case_file(path, knowledge)

    fast, slow = check_case(case, knowledge), check_case_with_referee(case, knowledge)

    assert verdict(fast.results) == verdict(slow.results)


@pytest.mark.parametrize("name", ["guideline", "vocabulary"])
def test_the_knowledge_base_conforms(name: str, knowledge: Knowledge) -> None:
    """The knowledge base conforms to its shapes, and each shape has targets."""
    shapes = knowledge.other_shapes[name]
    facts = "".join(f"{t} .\n" for t in (*knowledge.facts, *knowledge.entailed)).encode()

    results = check_data(facts, shapes)

    assert not results
    for _, target in shapes.targets.values():
        assert f"<{target}> ." in facts.decode() or target.startswith(OWL)


def test_a_well_formed_shape_is_read() -> None:
    """The sample shape is valid before the next test breaks it."""
    assert read(GOOD).targets == {SHAPES + "AShape": ("class", "https://w3id.org/mednec/ns#Case")}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("sh:minCount", "sh:mincount", "sh:mincount"),
        ("sh:targetClass mn:Case ;", "", "no target"),
        ("sh:targetClass", "sh:targetNode", "cannot count"),
        ("sh:property mnsh:A-age .", "sh:property mnsh:A-agee .", "not described"),
        ("sh:property mnsh:A-age .", 'sh:message "x" .', "used by no node shape"),
        ("sh:property mnsh:A-age .", "sh:property mnsh:A-age, [ sh:path mn:sex ] .", "has no name"),
        (' ; sh:message "Give the age."', "", "exactly one sh:message"),
        ("sh:severity sh:Violation ;", "", "exactly one sh:severity"),
        ("sh:minCount 1", "sh:node mnsh:A-age", "refers to itself"),
        ("sh:minCount 1", "sh:not mnsh:AShape", "refers to itself"),
        (
            "sh:minCount 1",
            'sh:minInclusive "1900-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
            "bounds a date",
        ),
    ],
)
def test_a_shape_that_would_be_ignored_is_refused(old: str, new: str, fault: str) -> None:
    """Shapes that a validator would ignore are rejected at load."""
    assert GOOD.count(old) == 1

    with pytest.raises(ShapeMalformed, match=fault):
        read(GOOD.replace(old, new))


def test_two_shapes_may_not_say_the_same() -> None:
    """Each property shape of a node shape has its own message."""
    twin = """mnsh:A-sex a sh:PropertyShape ; sh:path mn:sex ; sh:minCount 1 ;
        sh:severity sh:Violation ; sh:message "Give the age." ."""

    with pytest.raises(ShapeMalformed, match="one message"):
        read(GOOD.replace("mnsh:A-age .", "mnsh:A-age, mnsh:A-sex .") + twin)
