"""`mednec test`: cases and queries that authors keep with the knowledge, with their answers."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import yaml

from reasoner.containment.sparql import SparqlQuestion, put_query
from reasoner.determinations.assess import decide, load_case
from reasoner.errors import CaseError, KnowledgeUnreadable, QueryError
from reasoner.knowledge.query import asked_over
from reasoner.knowledge.terms import CASE
from reasoner.proofs.explanation import explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reasoner.containment.pool import WorkerPool
    from reasoner.determinations.assess import Assessment
    from reasoner.determinations.conclude import Determination
    from reasoner.knowledge.base import Knowledge

KEYS: Final = frozenset({"name", "case", "expect"})
Speak = Callable[[dict[str, object]], str]
MOST_REASONS: Final = 3
MOST_LINES: Final = 12
"""How much of an explanation a failing test shows; `mednec explain` shows all of it."""
RECORDS: Final = re.compile(r"^#\+ reads:\s*records", re.MULTILINE)
EXPECTED: Final = ("outcome", "supported", "robust", "governing", "rules", "absent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """
    One test and how it came out.

    Attributes:
        path: The file, relative to the folder of the knowledge.
        name: The test within it.
        wrong: What was expected, what came out and why, one a line; empty if all is as expected.
    """

    path: str
    name: str
    wrong: tuple[str, ...]


def run_author_tests(knowledge: Knowledge, speak: Speak = str) -> Iterator[Tried]:
    """
    Run all tests of a knowledge base, file by file.

    A file `<name>.tests.yaml` anywhere below `ontology` holds `defaults` (a case in the JSON form
    of a case) and `tests`: a list of `name`, `case` (laid over the defaults, key by key) and
    `expect`. A file `<name>.rq` in a folder `queries` is a question; `<name>.csv` next to it is its
    answer. A question about records has none: the knowledge alone does not answer it.

    Args:
        knowledge: The knowledge base.
        speak: Writes an explanation for people.

    Raises:
        KnowledgeUnreadable: A file of tests breaks its form, or a question has no answer.
    """
    home = knowledge.folder
    for path in sorted((home / "ontology").rglob("*.tests.yaml")):
        yield from _run_file(path, path.relative_to(home).as_posix(), knowledge, speak)
    questions = sorted((home / "ontology").rglob("queries/*.rq"))
    if questions:
        with asked_over(knowledge) as pool:
            for path in questions:
                if path.with_suffix(".csv").exists() or not RECORDS.search(path.read_text("utf-8")):
                    yield _run_question(path, path.relative_to(home).as_posix(), pool)


def _run_file(path: Path, name: str, knowledge: Knowledge, speak: Speak) -> Iterator[Tried]:
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeUnreadable(f"{name}: not YAML: {error}") from error
    if not isinstance(said, dict) or not isinstance(said.get("tests"), list):
        raise KnowledgeUnreadable(
            f"{name}: no list 'tests'.", hint="Write 'tests:' and under it '- name: …'."
        )
    defaults = said.get("defaults") or {}
    for number, test in enumerate(said["tests"], 1):
        if not isinstance(test, dict) or set(test) - KEYS or not {"name", "expect"} <= set(test):
            raise KnowledgeUnreadable(
                f"{name}: test {number} is not of 'name', 'case' and 'expect'.",
                hint=f"Its keys are {', '.join(sorted(KEYS))}.",
            )
        if unknown := sorted(set(test["expect"]) - set(EXPECTED)):
            raise KnowledgeUnreadable(
                f"{name}: '{test['name']}' expects {', '.join(unknown)}.",
                hint=f"What can be expected: {', '.join(EXPECTED)}.",
            )
        case = lay_over(defaults, test.get("case") or {})
        case.setdefault("id", f"{CASE}{path.name.split('.')[0]}-{number}")
        case.setdefault("type", "Case")
        yield Tried(
            path=name, name=test["name"], wrong=_wrong(case, test["expect"], knowledge, speak)
        )


def lay_over(under: Any, over: Any) -> Any:  # noqa: ANN401 - parts of a JSON case
    """Lay one mapping over another, key by key; anything else replaces what it lies on."""
    if isinstance(under, dict) and isinstance(over, dict):
        return {
            key: lay_over(under.get(key), over.get(key, under.get(key)))
            for key in {**under, **over}
        }
    return over if over is not None else under


def _wrong(
    case: dict[str, Any], expect: dict[str, Any], knowledge: Knowledge, speak: Speak
) -> tuple[str, ...]:
    data = json.dumps(case, default=lambda v: v.isoformat() if isinstance(v, date) else str(v))
    try:
        decision = decide(load_case(data.encode(), knowledge, form="json"), knowledge)
    except CaseError as error:
        return (f"the case was refused: {error}",)
    fired = {f.name for f in decision.derivation.firings}
    found = _found(decision.determinations[0])
    wrong = [
        f"{key}: expected {expect[key]}, came out {found[key]}"
        for key in ("outcome", "supported", "robust", "governing")
        if key in expect and not _same(expect[key], found[key])
    ]
    if wrong:
        reasons = decision.determinations[0].reasons[:MOST_REASONS]
        wrong += [f"because {reason.rule}: {reason.text}" for reason in reasons]
    for rule in expect.get("rules", ()):
        if rule not in fired:
            wrong += [f"{rule} did not fire", *_explained(decision, knowledge, speak, why_not=rule)]
    for rule in expect.get("absent", ()):
        if rule in fired:
            wrong += [f"{rule} fired", *_explained(decision, knowledge, speak, why=rule)]
    return tuple(wrong)


def _explained(
    decision: Assessment,
    knowledge: Knowledge,
    speak: Speak,
    *,
    why: str | None = None,
    why_not: str | None = None,
) -> list[str]:
    """Explain a rule that fired, or did not, in a few lines."""
    try:
        answer = explain(decision, knowledge, why=why, why_not=why_not)
    except QueryError as error:
        return [f"    {error}"]
    lines = [line for line in speak(answer).splitlines() if line.strip()]
    return [f"    {line}" for line in lines[:MOST_LINES]]


def _found(one: Determination) -> dict[str, Any]:
    return {
        "outcome": one.outcome.rsplit("#", 1)[-1],
        "supported": list(one.visits.supported) if one.visits.supported else None,
        "robust": one.robust,
        "governing": sorted(g.source.iri.split("/guideline/")[-1] for g in one.governing),
    }


def _same(expected: Any, found: Any) -> bool:  # noqa: ANN401 - what YAML holds
    if isinstance(found, list) and isinstance(expected, int):
        return bool(found == [expected, expected])
    if isinstance(found, list) and isinstance(expected, list):
        return sorted(map(str, expected)) == sorted(map(str, found))
    return bool(expected == found)


def _run_question(path: Path, name: str, pool: WorkerPool) -> Tried:
    answer = path.with_suffix(".csv")
    if not answer.exists():
        raise KnowledgeUnreadable(
            f"{name}: the file with its answer is missing.",
            hint=f"Write {answer.name}: mednec query {path.name} > {answer.name}, and read it.",
        )
    try:
        text = path.read_text(encoding="utf-8")
        body = put_query(SparqlQuestion(text=text, table="text/csv"), pool).body.decode()
    except QueryError as error:
        return Tried(path=name, name=path.stem, wrong=(str(error),))
    found, wanted = _rows(body), _rows(answer.read_text(encoding="utf-8"))
    wrong = [f"is missing {', '.join(row)}" for row in wanted if row not in found]
    wrong += [f"has {', '.join(row)}" for row in found if row not in wanted]
    return Tried(path=name, name=path.stem, wrong=tuple(wrong))


def _rows(text: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in csv.reader(StringIO(text))]
