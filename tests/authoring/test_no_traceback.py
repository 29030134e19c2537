"""Any text in a knowledge file is either loaded or a finding, never a traceback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reasoner.authoring.check_concepts import check_concepts
from reasoner.authoring.check_files import check_files, own_code
from reasoner.authoring.check_meaning import check_circles
from reasoner.authoring.check_rule_base import check_rule_base
from reasoner.authoring.check_rule_bodies import check_rule_bodies
from reasoner.authoring.check_rules import check_order, check_rule_files, read_all
from reasoner.authoring.check_shapes import (
    check_shapes_of_authors,
    contents,
    read_shapes,
    terms_of_cases,
)
from reasoner.authoring.check_terms import check_terms
from reasoner.authoring.check_values import check_values
from reasoner.authoring.coverage import coverage
from reasoner.authoring.places import Places
from reasoner.authoring.space import Space
from reasoner.errors import MednecError
from reasoner.knowledge.base import load_knowledge

from .seeding import copy_knowledge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PIECES = re.compile(
    r'"[^"\n]*"(?:\^\^xsd:\w+|@\w+)?|\b\d+(?:\.\d+)?\b|\b(?:true|false)\b|\bmnc?:\w+|'
    r"(?<=: )[\w-]+|[;.,\[\](){}]"
)
WRONG = (
    "48.5",
    '"up to 10"',
    "-1",
    "99999999999999999999",
    '"2016-13-45"^^xsd:date',
    '"2016-02-30"^^xsd:date',
    '"soon"^^xsd:date',
    '"x"^^xsd:integer',
    '""',
    '"\\u0000"',
    "mnc:Nowhere",
    "mn:nothing",
    "true",
    "last",
    "[]",
    "()",
    "?",
    "\ufeff",
    "",
)
PROFILE = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

pytestmark = pytest.mark.slow


def everything(home: Path) -> None:
    """Run every stage of the check that works without a reasoner, and use the loaded knowledge."""
    places = Places(home)
    found = [*check_files(places), *places.malformed, *check_values(places)]
    found += [*check_concepts(places), *check_circles(places)]
    contents(places)
    shapes, refused = read_shapes(places)
    found += check_shapes_of_authors(places, shapes, known=found)
    rules, malformed = read_all(places)
    found += [*check_rule_files(places, rules), *check_rule_bodies(places, rules)]
    found += check_terms(places, {rule.name: rule.text for rule in rules})
    if not malformed:
        found += check_rule_base(places, rules, terms_of_cases(shapes), own_code())
        found += check_order(places, rules, shapes)
    faults = [*places.unreadable, *refused, *malformed, *found]
    assert all(f.message for f in faults)
    try:
        knowledge = load_knowledge(home, entailed=())
    except MednecError:
        return  # refused in a sentence
    coverage(Space(knowledge))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_knowledge(tmp_path_factory.mktemp("mutated"))


def mutate(path: Path, piece: int, wrong: str) -> Callable[[], None]:
    """Replace one piece of a file; return a function that restores it."""
    text = path.read_text(encoding="utf-8")
    found = list(PIECES.finditer(text))
    place = found[piece % len(found)]
    path.write_text(text[: place.start()] + wrong + text[place.end() :], encoding="utf-8")
    return lambda: path.write_text(text, encoding="utf-8") and None


@PROFILE
@given(data=st.data())
def test_a_wrong_word_in_a_file_is_never_a_traceback(home: Path, data: st.DataObject) -> None:
    """Any literal, number, date, name or mark of any file can be replaced by an error."""
    files = sorted(
        p
        for p in (*home.rglob("*.ttl"), *home.rglob("*.rq"))
        if p.parent.name not in {"generated", "queries"}
    )
    paths = data.draw(st.lists(st.sampled_from(files), min_size=2, max_size=2, unique=True))
    undo = [
        mutate(path, data.draw(st.integers(0, 400)), data.draw(st.sampled_from(WRONG)))
        for path in paths
    ]
    try:
        everything(home)
    finally:
        for restore in undo:
            restore()
