"""`mednec check`: all stages of a check, in order; a stage that did not run is not a pass."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeError
from reasoner.knowledge.base import load_knowledge
from reasoner.knowledge.classified import find_classified
from reasoner.knowledge.classify import classification_triples
from reasoner.knowledge.find import find_knowledge
from reasoner.knowledge.limits import SECONDS
from reasoner.knowledge.logic import logic_digest

from .check_codes import check_nested_codes
from .check_concepts import check_concepts
from .check_files import check_files, check_use, own_code
from .check_imports import check_imports
from .check_logic import RAN_AWAY, check_logic
from .check_meaning import (
    check_circles,
    check_conflicts,
    check_dates,
    check_duplicates,
    check_governing,
    check_populations,
)
from .check_rule_base import check_rule_base
from .check_rule_bodies import check_rule_bodies
from .check_rules import check_order, check_rule_files, read_all
from .check_shapes import check_shapes_of_authors, contents, read_shapes, terms_of_cases
from .check_terms import check_terms
from .check_values import check_values
from .check_verifications import check_verifications
from .code_tables import check_codes
from .finding import ERROR, WARNING, Finding
from .places import Places
from .space import Space
from .stages import Memory, Stage, Stages, code_digest, write_kept
from .versions import check_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pyoxigraph as ox

    from reasoner.knowledge.base import Knowledge

REPORT: Final = "check.json"
FLEETING: Final = frozenset({RAN_AWAY, "logic-not-checked", "classifier-failed"})
"""Findings that another run, or another installation, may not have."""
OBSTACLES: Final = frozenset(
    {
        "byte-order-mark",
        "file-not-readable",
        "file-too-large",
        "inconsistent",
        "class-empty",
        "not-utf-8",
        "rule-malformed",
        "rules-unordered",
        "rule-sentence-unbound",
        "shape-malformed",
        "population-malformed",
        "shapes-missing",
        "subject-in-two-files",
        "syntax",
        "term-undeclared",
        "value-malformed",
        "value-of-wrong-type",
        RAN_AWAY,
    }
)
"""Findings after which the knowledge cannot be loaded, or would be loaded wrong."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """
    What a check found.

    Attributes:
        findings: Sorted by file and line.
        stages: What each stage looked at, or why it did not run, in order.
        remembered: Whether nothing had changed, so that an earlier report is given again.
    """

    findings: tuple[Finding, ...]
    stages: tuple[Stage, ...] = ()
    remembered: bool = False

    @property
    def skipped(self) -> tuple[Stage, ...]:
        """The stages that did not run."""
        return tuple(stage for stage in self.stages if stage.skipped)

    @property
    def errors(self) -> int:
        """How many findings keep the knowledge from being published."""
        return sum(f.severity == ERROR for f in self.findings)

    @property
    def passed(self) -> bool:
        """Whether the knowledge can be published: every stage ran, and none found an error."""
        return not self.errors and not self.skipped


def check_knowledge(
    folder: Path | None = None,
    *,
    memory: Path | None = None,
    fresh: bool = False,
    seconds: int = SECONDS,
    announce: Callable[[str], object] = lambda _: None,
) -> Report:
    """
    Check a knowledge base.

    Args:
        folder: The folder that holds `ontology` and `shapes`; None for that of this installation.
        memory: A folder in which to keep the report and the results of single stages; None to
            keep nothing.
        fresh: Whether to check everything again, kept or not.
        seconds: Processor time after which the reasoner is stopped, which is an error.
        announce: Is called with the name of each stage as it begins.

    Raises:
        KnowledgeMissing: The folder is not a knowledge base.
    """
    home = find_knowledge(folder)
    digest = _digest(home)
    path = memory / REPORT if memory else None
    if path and not fresh and (known := _recall(path, digest)) is not None:
        return known
    stages = Stages(announce)
    _look(home, stages, Memory(memory, fresh=fresh), seconds)
    report = Report(findings=tuple(sorted(set(stages.findings))), stages=tuple(stages.stages))
    if path and not report.skipped and not any(f.kind in FLEETING for f in report.findings):
        write_kept(path, json.dumps({"digest": digest, **asdict(report)}))
    return report


def _recall(path: Path, digest: str) -> Report | None:
    """Return the report that was kept for this state of the files; None if there is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["digest"] != digest:
            return None
        return Report(
            findings=tuple(
                Finding(**{**f, "detail": tuple(f["detail"])}) for f in kept["findings"]
            ),
            stages=tuple(
                Stage(name=s["name"], looked_at=tuple((w, n) for w, n in s["looked_at"]))
                for s in kept["stages"]
            ),
            remembered=True,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digest(home: Path) -> str:
    """Hash everything that a report depends on: the knowledge and the code that checks it."""
    total = hashlib.sha256(code_digest().encode())
    files = [p for d in ("ontology", "shapes") for p in (home / d).rglob("*") if p.is_file()]
    for path in sorted(files):
        total.update(f"{path.relative_to(home)}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _look(home: Path, stages: Stages, memory: Memory, seconds: int) -> None:
    """Run all stages; one that needs what an earlier stage found broken does not run."""
    stages.begin("files")
    places = Places(home)
    found = [*check_files(places), *places.malformed, *check_values(places)]
    found += [*check_concepts(places), *check_circles(places)]
    found += [*check_verifications(places), *check_versions(places)]
    stages.end(
        "files", {"files": len(places.texts), "statements": sum(1 for _ in places.facts)}, found
    )
    stages.end("contents", contents(places), ())
    stages.begin("shapes")
    shapes, refused = read_shapes(places)
    stages.end(
        "shapes",
        {"shapes": sum(len(s.targets) for s in shapes.values())},
        [*refused, *check_shapes_of_authors(places, shapes, known=found)],
    )
    stages.begin("rules")
    rules, malformed = read_all(places)
    stated = terms_of_cases(shapes)
    texts = {rule.name: rule.text for rule in rules}
    stages.end(
        "rules",
        {"rules": len(rules) + len(malformed)},
        [
            *malformed,
            *check_rule_files(places, rules),
            *check_rule_bodies(places, rules),
            *([] if malformed else check_rule_base(places, rules, stated, own_code())),
            *([] if malformed else check_order(places, rules, shapes)),
            *check_use(places, texts, stated),
            *check_terms(places, texts),
            *check_imports(places),
        ],
    )
    stages.begin("codes")
    check_codes(places, stages)
    stages.begin("logic")
    logic = check_logic(places, memory, seconds=seconds)
    stages.findings += _once(logic.findings, found)
    if logic.answered:
        axioms = sum(name.startswith("ontology/") for name, _ in places.facts)
        stages.end("logic", {"statements": axioms}, ())
    else:
        stages.skip("logic", "the reasoner gave no answer")
    obstacle = _obstacle([*places.unreadable, *malformed, *refused, *found, *logic.findings])
    entailed: tuple[ox.Triple, ...] = ()
    if logic.classification is None:
        obstacle = obstacle or "the axioms were not classified"
    else:
        entailed = tuple(classification_triples(logic.classification))
        stages.findings += check_nested_codes(places, entailed)
    _look_at_meaning(home, places, stages, entailed, obstacle)


def _obstacle(findings: Iterable[Finding]) -> str:
    """Return why the knowledge cannot be loaded; empty if it can."""
    for finding in findings:
        if finding.severity == ERROR and finding.kind in OBSTACLES:
            return f"{finding.path or 'the knowledge'}: {finding.kind}"
    return ""


def _once(logic: Iterable[Finding], found: list[Finding]) -> list[Finding]:
    """Drop what the OWL API says of terms that are already reported as undeclared."""
    names = [f.message.split(" ")[0] for f in found if f.kind.endswith("-undeclared")]
    return [f for f in logic if f.kind != "not-owl-2-dl" or not any(n in f.message for n in names)]


def _look_at_meaning(
    home: Path, places: Places, stages: Stages, entailed: tuple[ox.Triple, ...], obstacle: str
) -> None:
    """Run the stages that need the knowledge as a whole."""
    knowledge = None
    if not obstacle:
        knowledge, complaints = _assembled(home, places, entailed)
        stages.findings += complaints
        if knowledge is None:
            obstacle = "the knowledge could not be loaded"
    if knowledge is None:
        for name in ("editions", "recommendations"):
            stages.skip(name, obstacle)
        return
    stages.begin("editions")
    stages.end(
        "editions",
        {"editions": len(knowledge.editions)},
        [*check_dates(places, knowledge), *check_duplicates(places, knowledge)],
    )
    stages.begin("recommendations")
    space = Space(knowledge)
    stages.end(
        "recommendations",
        {
            "recommendations": len(space.rows),
            "populations": len(space.populations),
            "situations": len(space.points),
        },
        [
            *check_populations(places, space),
            *check_conflicts(places, space),
            *check_governing(places, space),
        ],
    )


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
    """Convert a loading error to a finding, at the place of the term that it names."""
    for iri, (name, line) in places.lines.items():
        short = iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        if f"{short} " in error.message and len(short) > 3:  # noqa: PLR2004 - a word, not a letter
            return Finding(
                path=name, line=line, kind=error.code, message=error.message, hint=error.hint
            )
    return Finding(kind=error.code, message=error.message, hint=error.hint)
