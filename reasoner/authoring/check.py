"""`mednec check`: all checks of a knowledge base, in order, remembered while nothing changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeError, ShapeMalformed
from reasoner.knowledge.base import find_classified, load_knowledge
from reasoner.knowledge.classify import classification_triples
from reasoner.knowledge.find import find_knowledge
from reasoner.knowledge.limits import SECONDS
from reasoner.knowledge.logic import logic_digest
from reasoner.knowledge.shapes import ShapeSet

from .check_codes import check_nested_codes
from .check_files import check_files, check_use
from .check_logic import RAN_AWAY, check_logic
from .check_meaning import (
    check_circles,
    check_codes,
    check_conflicts,
    check_dates,
    check_duplicates,
    check_populations,
    check_shapes_of_authors,
)
from .check_rules import check_order, check_rules, read_all
from .check_terms import check_terms
from .finding import ERROR, WARNING, Finding
from .places import Places
from .space import Space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pyoxigraph as ox

    from reasoner.knowledge.base import Knowledge

OWN_SHAPES: Final = ("case", "decision", "determination")
INCOMPLETE: Final = ("-not-checked", RAN_AWAY, "classifier-failed")
"""Endings of the kinds of findings that say that a step did not run: such a report is not kept."""
MEMORY: Final = "check.json"


@dataclass(frozen=True, kw_only=True)
class Report:
    """
    What a check found.

    Attributes:
        findings: Sorted by file and line.
        remembered: Whether nothing had changed, so that an earlier report is given again.
    """

    findings: tuple[Finding, ...]
    remembered: bool = False

    @property
    def errors(self) -> int:
        """How many findings keep the knowledge from being published."""
        return sum(f.severity == ERROR for f in self.findings)


def check_knowledge(
    folder: Path | None = None,
    *,
    memory: Path | None = None,
    fresh: bool = False,
    seconds: int = SECONDS,
    tell: Callable[[str], object] = lambda _: None,
) -> Report:
    """
    Check a knowledge base.

    Args:
        folder: The folder that holds `ontology` and `shapes`; None for that of this installation.
        memory: A folder in which to remember the report; None to remember nothing.
        fresh: Whether to look at everything again, remembered or not.
        seconds: Processor time after which the reasoner is stopped, which is an error.
        tell: Is called with the name of each step as it begins.

    Raises:
        KnowledgeMissing: There is no knowledge at that place.
    """
    home = find_knowledge(folder)
    digest = _digest(home)
    kept = memory / MEMORY if memory else None
    if kept and not fresh and kept.exists() and (known := _recall(kept, digest)) is not None:
        return Report(findings=known, remembered=True)
    report = Report(findings=tuple(sorted(set(_look(home, tell, seconds)))))
    if kept and not any(f.kind.endswith(INCOMPLETE) for f in report.findings):
        kept.parent.mkdir(parents=True, exist_ok=True)
        said = {"digest": digest, "findings": [asdict(f) for f in report.findings]}
        kept.write_text(json.dumps(said), encoding="utf-8")
    return report


def _recall(path: Path, digest: str) -> tuple[Finding, ...] | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["digest"] != digest:
            return None
        return tuple(Finding(**{**f, "detail": tuple(f["detail"])}) for f in said["findings"])
    except (ValueError, KeyError, TypeError):
        return None


def _digest(home: Path) -> str:
    """Hash all files that a report rests on: the knowledge and the code that checks it."""
    total = hashlib.sha256()
    code = Path(__file__).parents[1]
    files = [p for d in ("ontology", "shapes") for p in (home / d).rglob("*") if p.is_file()]
    for path in sorted([*files, *code.rglob("*.py")]):
        total.update(f"{path.name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _look(home: Path, tell: Callable[[str], object], seconds: int) -> Iterable[Finding]:
    tell("files")
    places = Places(home)
    yield from check_files(places)
    yield from places.malformed
    yield from check_circles(places)
    tell("rules")
    rules, malformed = read_all(places)
    yield from malformed
    yield from check_rules(places, rules)
    tell("codes")
    yield from check_codes(places)
    tell("logic: profile, consistency")
    logic = check_logic(places, seconds=seconds)
    yield from logic.findings
    tell("shapes")
    shapes, refused = _shapes(places)
    yield from refused
    yield from check_order(places, rules, shapes)
    yield from check_shapes_of_authors(places, shapes, leave_out=OWN_SHAPES)
    texts = {rule.path: rule.text for rule in rules}
    yield from check_terms(places, texts)
    yield from check_use(places, texts, _case_terms(shapes))
    if logic.classification is None:
        return
    if places.unreadable or places.malformed or malformed or refused:
        return  # what follows needs knowledge that can be assembled
    entailed = tuple(classification_triples(logic.classification))
    yield from check_nested_codes(places, entailed)
    knowledge, complaint = _assembled(home, places, entailed)
    yield from complaint
    if knowledge is None:
        return
    tell("dates and duplicates")
    yield from check_dates(places, knowledge)
    yield from check_duplicates(places, knowledge)
    tell("populations and conflicts")
    space = Space(knowledge)
    yield from check_populations(places, space)
    yield from check_conflicts(places, space)


def _shapes(places: Places) -> tuple[dict[str, ShapeSet], list[Finding]]:
    shapes: dict[str, ShapeSet] = {}
    found = []
    for name, triples in places.triples.items():
        if name.startswith("shapes/"):
            try:
                shapes[Path(name).stem] = ShapeSet.read(triples)
            except ShapeMalformed as error:
                found.append(
                    Finding(
                        path=name, kind="shape-malformed", message=error.message, hint=error.hint
                    )
                )
    return shapes, found


def _case_terms(shapes: dict[str, ShapeSet]) -> frozenset[str]:
    """Collect the terms that a shape names: they are used."""
    texts = (s.text.decode() for s in shapes.values())
    return frozenset(part for text in texts for part in text.replace("<", ">").split(">"))


def _assembled(
    home: Path, places: Places, entailed: tuple[ox.Triple, ...]
) -> tuple[Knowledge | None, list[Finding]]:
    """Load the knowledge with what follows from its axioms now; compare with what is committed."""
    found = []
    written = [t for name, ts in places.written.items() for t in ts if name.startswith("ontology/")]
    if find_classified(home, logic_digest(written)) is None:
        found.append(
            Finding(
                path="ontology/generated/classification.ttl",
                kind="classification-stale",
                severity=WARNING,
                message="The committed classification was made from other axioms.",
                hint="Run 'mednec generate' and commit the result.",
            )
        )
    try:
        return load_knowledge(home, entailed=entailed), found
    except KnowledgeError as error:
        return None, [*found, _complaint(error, places)]


def _complaint(error: KnowledgeError, places: Places) -> Finding:
    """Tell an error of loading as a finding, at the place of the term that it names."""
    for iri, (name, line) in places.lines.items():
        short = iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        if f"{short} " in error.message and len(short) > 3:  # noqa: PLR2004 - a word, not a letter
            return Finding(
                path=name, line=line, kind=error.code, message=error.message, hint=error.hint
            )
    return Finding(kind=error.code, message=error.message, hint=error.hint)
