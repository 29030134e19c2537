"""Intake: validate a case against its shapes, with a report of what was checked."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.kernel.terms import SH, TYPE
from reasoner.knowledge.codes import SYSTEMS
from reasoner.knowledge.terms import CONCEPT, NS, SHAPES, mn, shorten
from reasoner.knowledge.vocabulary import text_of

from .limits import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reasoner.knowledge.base import Knowledge
    from reasoner.knowledge.codes import CodeTables
    from reasoner.knowledge.shapes import ShapeSet

    from .read import CaseGraph

SEVERITIES: Final = ("Violation", "Warning", "Info")
TREATMENT: Final = mn("treatment")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Result:
    """
    One complaint about a case.

    Attributes:
        severity: `Violation` blocks a decision; `Warning` weakens it; `Info` is for information.
        shape: The local name of the shape.
        focus: The node complained about.
        path: The property complained about, shortened; empty for the node as a whole.
        value: The value complained about; empty if something is missing.
        message: What to supply, and why.
        nearest: What exists and is most like the value, each with its title.
    """

    severity: str
    shape: str
    focus: str
    path: str
    value: str
    message: str
    nearest: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """
    The result of validating a case against its shapes.

    Attributes:
        conforms: True if nothing blocks a decision.
        results: All complaints, sorted, violations first.
        targets: How many nodes each shape checked.
    """

    conforms: bool
    results: tuple[Result, ...]
    targets: tuple[tuple[str, int], ...]


def check_case(case: CaseGraph, knowledge: Knowledge) -> CaseReport:
    """
    Validate a case against its shapes, and check that the shapes covered all of it.

    Returns:
        The report. A required shape without a target and a fact that no shape reads are
        violations too: a report that checked nothing is not a pass.
    """
    results = check_data(case_data(case, knowledge), knowledge.shapes)
    return _report([*results, *_beyond_shapes(case, knowledge)], case, knowledge.shapes)


def check_data(data: bytes, shapes: ShapeSet) -> set[Result]:
    """
    Validate any facts, as N-Triples or Turtle, against shapes.

    Returns:
        The complaints. Unlike `check_case`, this does not report shapes that checked nothing.
    """
    outcome = shapes.validator.validate_algebra(data, infer=False, on_unsupported="error")
    results = set()
    for violation in outcome.violations:
        for reason in violation.reasons:
            name = shapes.named_by(violation.shape_name, reason.author_message)
            same = reason.value == violation.focus_node
            results.add(
                Result(
                    severity=str(reason.severity),
                    shape=name,
                    focus=_plain(violation.focus_node),
                    path=_path(name, shapes),
                    value="" if same else _plain(reason.value or ""),
                    message=reason.author_message or reason.message,
                )
            )
    return results


def _path(shape: str, shapes: ShapeSet) -> str:
    """Name the property of a shape; for a longer path, return the name of the shape."""
    return shorten(shapes.path_of[shape]) if shape in shapes.path_of else ""


def _plain(text: str) -> str:
    """Remove the angle brackets of an IRI, or the quotes and datatype of a literal."""
    if text.startswith("<"):
        return text.strip("<>")
    return text[1 : text.rindex('"')] if text.startswith('"') else text


def check_case_with_referee(case: CaseGraph, knowledge: Knowledge) -> CaseReport:
    """Validate a case with pySHACL, the slower reference for `check_case`."""
    results = check_data_with_referee(case_data(case, knowledge), knowledge.shapes)
    return _report([*results, *_beyond_shapes(case, knowledge)], case, knowledge.shapes)


def check_data_with_referee(data: bytes, shapes: ShapeSet) -> set[Result]:
    """Validate any facts, as N-Triples or Turtle, against shapes with pySHACL."""
    import pyshacl  # noqa: PLC0415 - a second to import, and only for the referee
    from rdflib import Graph  # noqa: PLC0415

    facts = Graph().parse(data=data, format="turtle")
    judged_by = Graph().parse(data=shapes.text, format="nt")
    with warnings.catch_warnings():
        warnings.simplefilter("error", category=pyshacl.errors.ShapeRecursionWarning)
        _, graph, _ = pyshacl.validate(facts, shacl_graph=judged_by, inference="none")
    return read_results(graph.serialize(format="nt").encode(), shapes)


def _coded(
    t: ox.Triple, coded: Mapping[tuple[str, str], tuple[ox.Triple, ...]], longest: int
) -> tuple[ox.Triple, ...]:
    """Find the facts of the concepts whose listed code is the longest prefix of a code."""
    code = text_of(t.object)[:longest]
    listed = (coded.get((t.predicate.value, code[:end]), ()) for end in range(len(code), 0, -1))
    return next((facts for facts in listed if facts), ())


def case_data(case: CaseGraph, knowledge: Knowledge) -> bytes:
    """Return the facts of a case, with the types of terms and codes they name, as N-Triples."""
    lines = [f"{t} .\n" for t in case.triples]
    coded = knowledge.vocabulary.coded
    longest = knowledge.vocabulary.longest
    tested = knowledge.shapes.tested
    named = {n for t in case.triples if isinstance(n := t.object, ox.NamedNode)}
    treatments = {t.object for t in case.triples if t.predicate == TREATMENT}
    for t in case.triples:
        if (length := longest.get(t.predicate.value)) is None:
            continue
        for fact in _coded(t, coded, length):
            lines.append(f"{fact} .\n")
            if isinstance(fact.subject, ox.NamedNode):
                named.add(fact.subject)
    for node in sorted(named, key=str):
        kinds = knowledge.described.get((node.value, TYPE.value), ())
        asked = node in treatments  # a course and a request may be of one kind of care
        lines += [
            f"{node} {TYPE} {kind} .\n"
            for kind in kinds
            if kind.value in tested or (asked and kind.value.startswith(CONCEPT))
        ]
    return "".join(lines).encode()


def read_results(report: bytes, shapes: ShapeSet) -> set[Result]:
    """Read the results of a W3C validation report in N-Triples."""
    about: dict[object, dict[str, list[ox.NamedNode | ox.Literal | ox.BlankNode]]] = {}
    for quad in ox.parse(report, format=ox.RdfFormat.N_TRIPLES):
        values = about.setdefault(quad.subject, {}).setdefault(quad.predicate.value, [])
        values.append(quad.object)
    found = set()
    for properties in about.values():
        if SH + "sourceShape" not in properties:
            continue

        def first(name: str, of: dict[str, list[ox.NamedNode | ox.Literal | ox.BlankNode]]) -> str:
            values = sorted(of.get(SH + name, []), key=str)
            return values[0].value if values else ""

        shape, value = first("sourceShape", properties), first("value", properties)
        found.add(
            Result(
                severity=first("resultSeverity", properties).removeprefix(SH),
                shape=shape.removeprefix(SHAPES),
                focus=first("focusNode", properties),
                path=_path(shape.removeprefix(SHAPES), shapes),
                value="" if value == first("focusNode", properties) else value,
                message=first("resultMessage", properties),
            )
        )
    return found


def _report(results: Iterable[Result], case: CaseGraph, shapes: ShapeSet) -> CaseReport:
    kinds: dict[str, set[str]] = {}
    for t in case.triples:
        if t.predicate == TYPE:
            kinds.setdefault(text_of(t.object), set()).add(text_of(t.subject))
    counted = {shape: _count(shape, case, shapes, kinds) for shape in shapes.targets}
    every = [
        *results,
        *(_unmatched(shape) for shape in sorted(shapes.required) if not counted.get(shape)),
        *_unread(case, shapes),
    ]
    every.sort(key=lambda r: (SEVERITIES.index(r.severity), r))
    return CaseReport(
        conforms=all(r.severity != "Violation" for r in every),
        results=tuple(every),
        targets=tuple(sorted((s.removeprefix(SHAPES), n) for s, n in counted.items())),
    )


def _beyond_shapes(case: CaseGraph, knowledge: Knowledge) -> list[Result]:
    """Check what no shape can: retired terms, and codes that are in no table."""
    return [*_retired(case, knowledge), *_codes(case, knowledge.codes)]


def _codes(case: CaseGraph, tables: CodeTables) -> list[Result]:
    """Report each diagnosis code that does not exist, with the codes most like it."""
    found = []
    for t in case.triples:
        system, code = t.predicate.value, text_of(t.object)
        if system not in SYSTEMS or tables.holds(system, code):
            continue
        elsewhere = tables.systems_of(code)
        nearest = tuple(
            (near, tables.title(each, near))
            for each in elsewhere or [system]
            for near in ([code] if elsewhere else tables.nearest(system, code))
        )
        named = "; ".join(f"{near} {title}".rstrip() for near, title in nearest)
        if elsewhere:
            advice = (
                f"It is a code of {SYSTEMS[elsewhere[0]]} ({nearest[0][1]}): "
                f"state it as {elsewhere[0].removeprefix(NS)}."
            )
        elif named:
            advice = f"Codes that exist and are most like it: {named}."
        else:
            advice = "No code that exists is like it: name the condition instead."
        found.append(
            Result(
                severity="Violation",
                shape="UnknownCode",
                focus=text_of(t.subject),
                path=shorten(system),
                value=code,
                message=f"{shown(code)} is not a code of {SYSTEMS[system]}. {advice}",
                nearest=nearest,
            )
        )
    return found


def _retired(case: CaseGraph, knowledge: Knowledge) -> list[Result]:
    """Report each retired term that a case uses, with the term that replaces it."""
    if not knowledge.retired:
        return []
    found = []
    for t in case.triples:
        for node in (t.predicate, t.object):
            iri = text_of(node)
            if iri in knowledge.retired:
                instead = knowledge.retired[iri]
                found.append(
                    Result(
                        severity="Warning",
                        shape="RetiredTerm",
                        focus=text_of(t.subject),
                        path=shorten(t.predicate.value),
                        value=iri,
                        message=f"{shorten(iri)} is retired: use {shorten(instead)}."
                        if instead
                        else f"{shorten(iri)} is retired, and no term replaces it.",
                    )
                )
    return found


def _count(shape: str, case: CaseGraph, shapes: ShapeSet, kinds: dict[str, set[str]]) -> int:
    kind, target = shapes.targets[shape]
    if kind == "class":
        return len(kinds.get(target, ()))
    return len({t.subject for t in case.triples if t.predicate.value == target})


def _unmatched(shape: str) -> Result:
    name = shape.removeprefix(SHAPES)
    return Result(
        severity="Violation",
        shape=name,
        focus="",
        path="",
        value="",
        message=f"The case has no {name.removesuffix('Shape')}: add one.",
    )


def _unread(case: CaseGraph, shapes: ShapeSet) -> list[Result]:
    """Report facts that no shape reads, and facts of parts that the case does not link to."""
    read: dict[object, frozenset[str]] = {}
    parts: dict[object, list[object]] = {}
    for t in case.triples:
        if t.predicate == TYPE:
            read[t.subject] = read.get(t.subject, frozenset()) | shapes.paths.get(
                text_of(t.object), frozenset()
            )
        elif isinstance(t.object, ox.NamedNode):
            parts.setdefault(t.subject, []).append(t.object)
    reached: set[object] = set()
    todo: list[object] = [ox.NamedNode(case.iri)]
    while todo:
        node = todo.pop()
        if node not in reached:
            reached.add(node)
            todo += parts.get(node, [])
    return [
        Result(
            severity="Violation",
            shape="UnreadFact",
            focus=text_of(t.subject),
            path=shorten(t.predicate.value),
            value=text_of(t.object),
            message="No shape reads this fact here: remove it, or move it to the part it describes."
            if t.subject in reached
            else "The case does not link to this part: link it from the case, or remove it.",
        )
        for t in case.triples
        if t.subject not in reached
        or (t.predicate == TYPE and text_of(t.object) not in shapes.paths)
        or (t.predicate != TYPE and t.predicate.value not in read.get(t.subject, frozenset()))
    ]
