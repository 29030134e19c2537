"""Replay: make a recorded determination again, and return the same bytes or the differences."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.cases.canonical import canonical_case, canonical_hash
from reasoner.determinations.as_rdf import assessment_rdf
from reasoner.determinations.assess import decide, load_case
from reasoner.determinations.variants import COMPARISONS
from reasoner.errors import CaseError, DeterminationUnreadable
from reasoner.kernel.terms import PROV
from reasoner.knowledge.terms import KNOWLEDGE_BASE, mn

from .documents import assessment_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.cases.read import CaseGraph
    from reasoner.determinations.assess import Assessment
    from reasoner.knowledge.base import Knowledge

MOST: Final = 30
KNOWLEDGE: Final = "urn:sha256:"
KEYS: Final = {"sources": "sourcesAlone"}
"""The keys of a determination that hold comparisons under another name."""
ENGINE: Final = "urn:mednec:engine:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """
    A recorded determination.

    Attributes:
        form: `json`, `turtle` or `jsonld`.
        body: Its bytes.
        case: The canonical N-Quads of the case; empty if the document does not contain them.
        case_hash: The hash that was recorded for them.
        knowledge: The digest of the knowledge base.
        version: The version that the knowledge base stated; empty if none was recorded.
        engine: The engine and its version.
        as_of: The requested day of law and guidelines; empty if none was requested.
        include: The requested comparisons.
    """

    form: str
    body: bytes
    case: str
    case_hash: str
    knowledge: str
    version: str
    engine: str
    as_of: str
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """
    The result of a replay.

    Attributes:
        bytes_same: True if the replay gave the same bytes.
        differences: The differences, in words; empty if only the way of writing differs.
    """

    bytes_same: bool
    differences: tuple[str, ...]


def read_recorded(body: bytes, source: str) -> Recorded:
    """
    Read a recorded determination in JSON, Turtle or JSON-LD.

    Raises:
        DeterminationUnreadable: It is none of these, or does not state how it was made.
    """
    try:
        data = json.loads(body)
    except ValueError:
        return _recorded_graph(body, "turtle", source)
    if isinstance(data, dict) and isinstance(data.get("ledger"), dict):
        del data["ledger"]  # The proof of its entry is not part of what was decided.
        body = (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
    if isinstance(data, dict) and isinstance(data.get("recommendation"), dict):
        data = data["recommendation"]  # A decision document contains the recommendation unchanged.
        body = (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
    if isinstance(data, dict) and "provenance" in data:
        made = data["provenance"]
        return Recorded(
            form="json",
            body=body,
            case=str(made.get("canonicalCase", "")),
            case_hash=str(made.get("caseHash", "")),
            knowledge=str(made.get("knowledgeDigest", "")),
            version=str(made.get("knowledgeVersion", "")),
            engine=str(made.get("engine", "")),
            as_of=str(made.get("asOf") or ""),
            include=tuple(
                name
                for name in COMPARISONS
                if any(one.get(KEYS.get(name, name)) for one in data.get("determinations", ()))
            ),
        )
    return _recorded_graph(body, "jsonld", source)


def _recorded_graph(body: bytes, form: str, source: str) -> Recorded:
    kind = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}[form]
    try:
        quads = list(ox.parse(body, format=kind))
    except (SyntaxError, ValueError) as error:
        raise DeterminationUnreadable(
            f"{source}: not a determination in JSON, Turtle or JSON-LD.",
            hint="Give what 'mednec decide --format json' or 'turtle' wrote.",
        ) from error
    values: dict[str, list[str]] = {}
    for quad in quads:
        if not isinstance(quad.object, ox.Triple):
            values.setdefault(quad.predicate.value, []).append(quad.object.value)

    if not {mn("canonicalHash").value, f"{PROV}used"} & set(values):
        raise DeterminationUnreadable(
            f"{source}: neither a determination nor a decision document.",
            hint="Give what 'mednec decide --format json' or 'turtle', or 'mednec sign', wrote.",
        )

    def only(predicate: str, start: str = "") -> str:
        found = (v for v in sorted(values.get(predicate, ())) if v.startswith(start))
        return next(found, start).removeprefix(start)

    return Recorded(
        form=form,
        body=body,
        case=only(mn("canonicalCase").value),
        case_hash=only(mn("canonicalHash").value),
        knowledge=only(f"{PROV}used", KNOWLEDGE),
        version=only(f"{PROV}used", f"{KNOWLEDGE_BASE}/"),
        engine=f"mednec {only(f'{PROV}wasAssociatedWith', ENGINE)}",
        as_of=only(mn("decidedAsOf").value),
    )


def replay(recorded: Recorded, knowledge: Knowledge, case: CaseGraph | None = None) -> Replay:
    """
    Make a recorded determination again.

    Args:
        recorded: The determination.
        knowledge: The knowledge base to decide with.
        case: The case, if the determination does not contain it.

    Raises:
        DeterminationUnreadable: No case is given, and the determination does not contain one.
        CaseError: The case can no longer be decided.
    """
    if case is None:
        if not recorded.case:
            raise DeterminationUnreadable(
                "The determination does not contain its case.", hint="Give it with --case."
            )
        case = load_case(
            recorded.case.encode(), knowledge, form="turtle", source="the recorded case"
        )
    found = canonical_hash(canonical_case(case))
    differences = list(_circumstances(recorded, found, knowledge))
    try:
        day = date.fromisoformat(recorded.as_of) if recorded.as_of else None
        assessment = decide(case, knowledge, as_of=day, include=recorded.include)
    except CaseError as error:
        return Replay(bytes_same=False, differences=(*differences, f"now it is rejected: {error}"))
    differences += _circumstance("engine", recorded.engine, assessment.engine)
    writings = _writings(assessment, knowledge, recorded.form)
    if recorded.body in writings:
        return Replay(bytes_same=True, differences=tuple(differences))
    return Replay(bytes_same=False, differences=(*differences, *_compared(recorded, writings[0])))


def _circumstances(recorded: Recorded, found: str, knowledge: Knowledge) -> Iterator[str]:
    yield from _circumstance("case", recorded.case_hash, found)
    yield from _circumstance("knowledge base", recorded.knowledge, knowledge.digest)
    yield from _circumstance("version of the knowledge base", recorded.version, knowledge.version)


def _circumstance(name: str, then: str, now: str) -> Iterator[str]:
    if then != now:
        yield f"the {name} differs: {then or 'none recorded'} then, {now} now"


def _writings(assessment: Assessment, knowledge: Knowledge, form: str) -> list[bytes]:
    """Write an assessment in each way that the command line and the service write it."""
    if form != "json":
        text = assessment_rdf(assessment, knowledge, form)
        return [f"{text}\n".encode(), text.encode()]
    data = assessment_data(assessment, knowledge)
    page = json.dumps(data, indent=2, ensure_ascii=False)
    return [f"{page}\n".encode(), page.encode(), json.dumps(data, ensure_ascii=False).encode()]


def _compared(recorded: Recorded, now: bytes) -> list[str]:
    if recorded.form == "json":
        found = list(_different(json.loads(recorded.body), json.loads(now), "$"))
    else:
        then, new = (_lines(body, recorded.form) for body in (recorded.body, now))
        found = [f"only then: {line}" for line in sorted(then - new)]
        found += [f"only now: {line}" for line in sorted(new - then)]
    more = [f"and {len(found) - MOST} more differences"] if len(found) > MOST else []
    return [*found[:MOST], *more]


def _lines(body: bytes, form: str) -> set[str]:
    kind = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}[form]
    return {str(quad.triple) for quad in ox.parse(body, format=kind)}


def _different(then: object, now: object, at: str) -> Iterator[str]:
    """Yield each place at which two documents differ."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(set(then) | set(now)):
            if key not in then or key not in now:
                yield f"{at}.{key}: {'only now' if key not in then else 'only then'}"
            else:
                yield from _different(then[key], now[key], f"{at}.{key}")
    elif isinstance(then, list) and isinstance(now, list):
        for number, (one, other) in enumerate(zip(then, now, strict=False)):
            yield from _different(one, other, f"{at}[{number}]")
        if len(then) != len(now):
            yield f"{at}: {len(then)} entries then, {len(now)} now"
    elif then != now or type(then) is not type(now):
        yield f"{at}: {_short(then)} then, {_short(now)} now"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."  # noqa: PLR2004 - a line of a terminal


def replay_text(result: Replay) -> str:
    """Write the result of a replay, one line for each difference."""
    if result.bytes_same:
        head = "SAME BYTES"
    elif result.differences:
        head = "DIFFERENT"
    else:
        head = "SAME DETERMINATION, written in another way"
    return "\n".join([head, *(f"  {line}" for line in result.differences), ""])
