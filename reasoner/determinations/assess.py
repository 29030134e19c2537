"""The pipeline that decides a case: read it, check it, derive from it, conclude."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reasoner.cases.faults import beyond, report_faults
from reasoner.cases.intake import CaseReport, check_case
from reasoner.cases.read import LIMIT, CaseGraph, all_of, read_case
from reasoner.errors import CaseRejected, CaseTooLarge, CaseUnreadable
from reasoner.kernel.engine import derive
from reasoner.version import VERSION

from .conclude import Determination, conclude
from .margins import find_margins
from .slots import suppose_answers
from .variants import COMPARISONS, RequestComparison, as_of_facts, compare

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from pathlib import Path

    from reasoner.kernel.derivation import Derivation
    from reasoner.knowledge.base import Knowledge


FORMS: Final = {".ttl": "turtle", ".json": "json", ".jsonld": "jsonld"}
DETERMINATION: Final = re.compile(
    rb"""(?:^|[{,])\s*"(?:determinations"\s*:\s*\[|recommendation"\s*:\s*\{)"""
    rb"""|(?:\bmn:|/ns\#)Determination(?![\w-])"""
)
"""What a recorded determination or decision states, in JSON, JSON-LD or Turtle, and no case."""
LETTERS: Final = frozenset({".txt", ".pdf"})
"""The endings of letters, which other commands read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """
    The result of deciding one case.

    Attributes:
        case: The case as it was read.
        report: The result of validating it against the shapes.
        derivation: Everything that was derived.
        determinations: One for each request, in the order of their IRIs.
        knowledge_digest: The hash of the files of the knowledge base.
        knowledge_version: The version that the knowledge base states.
        engine: The engine and its version.
        as_of: The requested day of law and guidelines; None for the dates of the case itself.
        comparisons: The requested comparisons, by request.
    """

    case: CaseGraph
    report: CaseReport
    derivation: Derivation
    determinations: tuple[Determination, ...]
    knowledge_digest: str
    knowledge_version: str
    engine: str
    as_of: str | None = None
    comparisons: Mapping[str, RequestComparison] = field(default_factory=dict)


def load_case(
    data: bytes,
    knowledge: Knowledge,
    *,
    form: str,
    source: str = "request body",
    limit: int = LIMIT,
) -> CaseGraph:
    """
    Read a case from bytes.

    Args:
        data: The document.
        knowledge: The knowledge base, whose terms the case may use.
        form: `turtle`, `json` or `jsonld`.
        source: What to call it in messages.
        limit: The largest number of bytes that is read.

    Raises:
        CaseError: It cannot be read; the error has all faults, those of the shapes too.
    """
    try:
        return read_case(
            data,
            form=form,
            source=source,
            vocabulary=knowledge.vocabulary,
            fields=knowledge.form,
            limit=limit,
        )
    except CaseUnreadable as error:
        if not isinstance(error.rest, CaseGraph):
            raise
        found = report_faults(check_case(error.rest, knowledge), error.rest, knowledge.form)
        faults = tuple(sorted({*error.faults, *beyond(found, error.faults)}))
        raise CaseUnreadable(all_of(faults, source), faults=faults) from error


def load_case_file(path: Path, knowledge: Knowledge) -> CaseGraph:
    """
    Read a case from a file, in the form that its ending names.

    Raises:
        CaseError: The file does not exist, is too large, or cannot be read.
    """
    form = FORMS.get(path.suffix.lower())
    if path.is_dir():
        raise CaseUnreadable(f"{path} is a folder.", hint="Name one case file.")
    if path.suffix.lower() in LETTERS:
        raise CaseUnreadable(
            f"{path} is a letter by its ending, not a case.",
            hint=f"Read a letter with 'mednec read {path}' (with --format turtle it writes cases), "
            f"or compare it with the guidelines with 'mednec audit {path}'.",
        )
    if form is None:
        raise CaseUnreadable(
            f"{path}: the ending '{path.suffix}' is not that of a case.",
            hint=f"Use one of {', '.join(FORMS)}.",
        )
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        size = path.stat().st_size
    except OSError as error:
        raise CaseUnreadable(f"{path}: {error.strerror or error}.") from error
    if DETERMINATION.search(data):
        raise CaseUnreadable(
            f"{path} is a recorded determination, not a case.",
            hint=f"Decide it again with 'mednec replay {path}'"
            + (
                f", or write it as a letter with 'mednec letter {path}'." if form == "json" else "."
            ),
        )
    if size > LIMIT:
        raise CaseTooLarge(f"{path}: {size:,} bytes; at most {LIMIT:,} are read.")
    return load_case(data, knowledge, form=form, source=str(path))


def decide(
    case: CaseGraph,
    knowledge: Knowledge,
    *,
    as_of: date | None = None,
    include: Collection[str] = (),
) -> Assessment:
    """
    Decide a case.

    Args:
        case: The case.
        knowledge: The knowledge base.
        as_of: The day whose law and guidelines apply; None for the dates of the case itself.
        include: The comparisons to add: some of `COMPARISONS`.

    Raises:
        ValueError: A name in `include` is not a comparison.
        CaseRejected: The shapes find a violation; the error carries the report.
    """
    if unknown := set(include) - set(COMPARISONS):
        raise ValueError(f"not a comparison: {', '.join(sorted(unknown))}")
    report = check_case(case, knowledge)
    if not report.conforms:
        faults = report_faults(report, case, knowledge.form)
        raise CaseRejected(all_of(faults, case.source), report=report, faults=faults)
    asserted = case.triples
    if as_of is not None:
        asserted += as_of_facts(case.requests, as_of.isoformat())
    derivation = derive(knowledge, asserted)
    supposed = suppose_answers(knowledge, derivation, case.requests)
    margins = find_margins(knowledge, derivation, case.requests)
    return Assessment(
        case=case,
        report=report,
        derivation=derivation,
        determinations=tuple(
            conclude(knowledge, derivation, request, supposed, margins) for request in case.requests
        ),
        knowledge_digest=knowledge.digest,
        knowledge_version=knowledge.version,
        engine=f"mednec {VERSION}",
        as_of=as_of.isoformat() if as_of else None,
        comparisons=compare(case, knowledge, asserted, include) if include else {},
    )
