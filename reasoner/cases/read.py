"""Read a case from Turtle, JSON or JSON-LD into checked triples without blank nodes."""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import CaseTooLarge, CaseUnreadable, Fault
from reasoner.kernel.terms import TYPE, XSD
from reasoner.knowledge.codes import SYSTEMS, normal_code
from reasoner.knowledge.terms import CASE, mn, shorten
from reasoner.knowledge.vocabulary import text_of

from .json_case import JsonFacts, is_day, read_json
from .json_form import decode
from .limits import LIMITS, shown
from .names import case_named, find_names, with_names
from .terms import find_misuse, speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reasoner.knowledge.case_form import CaseForm
    from reasoner.knowledge.vocabulary import Vocabulary

LIMIT: Final = LIMITS.size
REQUEST: Final = mn("request")
A_CASE: Final = mn("Case")
FORMS: Final = ("turtle", "json", "jsonld")
WHOLE: Final = re.compile(rf"[+-]?[0-9]{{1,{LIMITS.digits}}}")
TRUTH: Final = re.compile(r"true|false|0|1")
INTEGERS: Final[dict[str, tuple[int | None, int | None]]] = {
    XSD + "integer": (None, None),
    XSD + "long": (-(2**63), 2**63 - 1),
    XSD + "int": (-(2**31), 2**31 - 1),
    XSD + "short": (-(2**15), 2**15 - 1),
    XSD + "byte": (-(2**7), 2**7 - 1),
    XSD + "nonNegativeInteger": (0, None),
    XSD + "positiveInteger": (1, None),
    XSD + "nonPositiveInteger": (None, 0),
    XSD + "negativeInteger": (None, -1),
    XSD + "unsignedLong": (0, 2**64 - 1),
    XSD + "unsignedInt": (0, 2**32 - 1),
    XSD + "unsignedShort": (0, 2**16 - 1),
    XSD + "unsignedByte": (0, 2**8 - 1),
}
"""xsd:integer and its derived types, each with its smallest and largest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGraph:
    """
    The facts of one case.

    Attributes:
        iri: The case.
        triples: Its facts, without blank nodes, sorted.
        requests: The requests in dispute, sorted.
        sent: The facts as they were sent, before parts without names were given one; a part has
            the class that the property leading to it implies.
        source: Where the case came from, as messages name it.
        digest: SHA-256 of the sorted N-Triples.
        parts: For a case in JSON, the path of each object by the IRI of the part; else empty.
        values: For a case in JSON, the path of each value by part, property and text.
    """

    iri: str
    triples: tuple[ox.Triple, ...]
    requests: tuple[str, ...]
    sent: frozenset[ox.Triple] = field(compare=False)
    source: str
    digest: str
    parts: Mapping[str, str] = field(default_factory=dict, compare=False)
    values: Mapping[tuple[str, str, str], str] = field(default_factory=dict, compare=False)


def read_case(
    data: bytes,
    *,
    form: str,
    source: str,
    vocabulary: Vocabulary,
    fields: CaseForm,
    limit: int = LIMIT,
) -> CaseGraph:
    """
    Read a case.

    Args:
        data: The bytes of a document that holds one case.
        form: One of `FORMS`.
        source: What to call the document in messages.
        vocabulary: The terms that a case may use.
        fields: The form of a case: the properties of each part, and what each may say.
        limit: The largest number of bytes that is read.

    Raises:
        CaseTooLarge: The document has too many bytes or facts.
        CaseUnreadable: It is not well-formed, or terms or values are not in the vocabulary: the
            error has all such faults, and the rest of the case.
    """
    if len(data) > limit:
        raise CaseTooLarge(
            f"{source}: {len(data):,} bytes; at most {limit:,} are read.",
            hint="Send the facts of one case, not its documents.",
        )
    if form not in FORMS:
        raise CaseUnreadable(
            f"{source}: '{form}' is not a form of a case.", hint=f"One of {', '.join(FORMS)}."
        )
    if form == "turtle":
        facts = JsonFacts(quads=_parse_turtle(data, source))
    else:
        facts = read_json(decode(data, source), fields, vocabulary, source)
    if len(facts.quads) > LIMITS.facts:
        raise CaseTooLarge(
            f"{source}: {len(facts.quads):,} facts; at most {LIMITS.facts:,} are read.",
            hint="Send one case at a time, and only the facts that bear on its requests.",
        )
    _check_sizes(facts.quads, source)
    if graphs := [q.graph_name for q in facts.quads if q.graph_name != ox.DefaultGraph()]:
        raise CaseUnreadable(
            f"{source}: the case is in a named graph, {graphs[0]}.",
            hint="Send the facts without a graph name.",
        )
    triples = _normal(facts)
    triples |= implied_types(triples, fields.implied)
    for t, fault in find_misuse(triples, vocabulary, fields):
        at = facts.values.get((t.subject, t.predicate.value, text_of(t.object)))
        facts.faults.append(fault(at))
        triples.discard(t)
    if facts.faults:
        raise _unreadable(facts, triples, source)
    return _case_of(facts, triples, source)


def _normal(facts: JsonFacts) -> set[ox.Triple]:
    """Bring the values of all facts into their form; a malformed one is a fault."""
    triples = set()
    for q in facts.quads:
        try:
            triples.add(ox.Triple(q.subject, q.predicate, normal_value(q)))
        except CaseUnreadable as error:
            value = text_of(q.object)
            place = facts.values.get((q.subject, q.predicate.value, value))
            at = place or f"{speak(q.subject)} {shorten(q.predicate.value)}"
            message = f"{at} {error}" if place else f"{error.message} {error.hint}"
            facts.faults.append(Fault(at=at, value=shown(value), message=message.strip()))
    return triples


def _unreadable(facts: JsonFacts, triples: set[ox.Triple], source: str) -> CaseUnreadable:
    """Make the error of all faults; the rest of the case goes with it if it can be read."""
    faults = tuple(sorted(facts.faults))
    rest: CaseGraph | None = None
    with suppress(CaseUnreadable):
        rest = _case_of(facts, triples, source)
    return CaseUnreadable(all_of(faults, source), faults=faults, rest=rest)


def all_of(faults: Sequence[Fault], source: str) -> str:
    """Write all faults as one message: one sentence, or a numbered list."""
    if len(faults) == 1:
        return f"{source}: {faults[0].message}"
    lines = [f"{n:>4}  {fault.message}" for n, fault in enumerate(faults, 1)]
    return "\n".join([f"{source}: {len(faults)} errors", *lines])


def _case_of(facts: JsonFacts, triples: set[ox.Triple], source: str) -> CaseGraph:
    """Name the parts of a case and put its facts in order."""
    iri = _find_case(triples, source)
    names = find_names(triples, iri, source)
    named = {with_names(t, names) for t in triples} if names else triples
    _check_single(named, source)
    ordered = tuple(sorted(named, key=str))
    text = "".join(f"{t} .\n" for t in ordered)

    def name_of(node: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
        return text_of(names.get(node, node) if isinstance(node, ox.BlankNode) else node)

    return CaseGraph(
        iri=iri,
        triples=ordered,
        requests=tuple(sorted({text_of(t.object) for t in ordered if t.predicate == REQUEST})),
        sent=frozenset(triples),
        source=source,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        parts={name_of(node): path for node, path in facts.parts.items()},
        values={(name_of(n), p, text): at for (n, p, text), at in facts.values.items()},
    )


def _check_sizes(quads: list[ox.Quad], source: str) -> None:
    """Reject a name, a text or a list of values that exceeds the limits of a case."""
    counts: dict[tuple[str, str, bool], int] = {}
    for quad in quads:
        for node in (quad.subject, quad.predicate, quad.object):
            if isinstance(node, ox.NamedNode) and len(node.value) > LIMITS.name:
                raise CaseTooLarge(
                    f"{source}: the IRI {shown(node.value)} has {len(node.value):,} characters; "
                    f"at most {LIMITS.name:,} are read.",
                    hint="Name the part with a shorter IRI.",
                )
        text = isinstance(quad.object, ox.Literal)
        if isinstance(quad.object, ox.Literal) and len(quad.object.value) > LIMITS.text:
            raise CaseTooLarge(
                f"{source}: {_place(quad)} has {len(quad.object.value):,} characters; "
                f"at most {LIMITS.text:,} are read.",
                hint="Quote the passage that matters, not the document.",
            )
        key = (str(quad.subject), quad.predicate.value, text)
        counts[key] = counts.get(key, 0) + 1
        most = LIMITS.values if text else LIMITS.parts
        if counts[key] > most:
            raise CaseTooLarge(
                f"{source}: {_place(quad)} has more than {most} values; at most {most} are read.",
                hint="Give the values that bear on the requests in this case.",
            )


def _place(quad: ox.Quad) -> str:
    """Name the property of a fact and what has it, as messages do."""
    return f"{shorten(quad.predicate.value)} of {speak(quad.subject)}"


def _parse_turtle(data: bytes, source: str) -> list[ox.Quad]:
    try:
        return list(
            ox.parse(data.removeprefix(BOM_UTF8), format=ox.RdfFormat.TURTLE, base_iri=CASE)
        )
    except (SyntaxError, ValueError) as error:
        raise CaseUnreadable(
            f"{source}: not Turtle: {error}.",
            hint="Fix the place named: end each statement with a period, and declare each prefix.",
        ) from error


def normal_value(quad: ox.Quad) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """
    Check the form of a value, and normalize integers, booleans and diagnosis codes.

    Raises:
        CaseUnreadable: It is malformed; the message does not name the document.
    """
    value = quad.object
    if isinstance(value, ox.Triple):
        raise CaseUnreadable("A quoted triple is not allowed in a case.")
    if not isinstance(value, ox.Literal):
        return value
    kind = value.datatype.value
    if value.direction:
        raise CaseUnreadable(
            f"{_place(quad)} has the text direction '{value.direction}'.",
            hint="Leave the direction out: texts of a case are in English.",
        )
    if "\0" in value.value:
        raise CaseUnreadable(
            f"{_place(quad)} contains the character NUL, which is not allowed in text."
        )
    if kind in INTEGERS:
        return ox.Literal(_whole_number(value.value, kind, quad))
    if kind == XSD + "boolean":
        if not TRUTH.fullmatch(value.value):
            raise CaseUnreadable(
                f"{_place(quad)} is '{shown(value.value)}', which is not an xsd:boolean.",
                hint="Write true or false.",
            )
        return ox.Literal(value.value in {"true", "1"})
    if kind == XSD + "date" and not is_day(value.value):
        raise CaseUnreadable(
            f"{_place(quad)} is '{shown(value.value)}', which is not a date.",
            hint="Write YYYY-MM-DD.",
        )
    if quad.predicate.value in SYSTEMS and kind == XSD + "string":
        return ox.Literal(normal_code(quad.predicate.value, value.value))
    return value


def _whole_number(text: str, kind: str, quad: ox.Quad) -> int:
    """Return the value of a literal of an integer type; a derived type keeps its range."""
    least, largest = INTEGERS[kind]
    number = int(text) if WHOLE.fullmatch(text) else None
    if (
        number is None
        or (least is not None and number < least)
        or (largest is not None and number > largest)
    ):
        raise CaseUnreadable(
            f"{_place(quad)} is '{shown(text)}', which is not an {shorten(kind)}.",
            hint=f"Write a whole number of at most {LIMITS.digits} digits.",
        )
    return number


def implied_types(triples: set[ox.Triple], parts: Mapping[str, str]) -> set[ox.Triple]:
    """Give each part the class that the property leading to it implies, if it has none."""
    typed = {t.subject for t in triples if t.predicate == TYPE}
    described = {t.subject for t in triples}
    return {
        ox.Triple(t.object, TYPE, ox.NamedNode(parts[t.predicate.value]))
        for t in triples
        if t.predicate.value in parts
        and isinstance(t.object, ox.NamedNode | ox.BlankNode)
        and t.object in described
        and t.object not in typed
    }


def _find_case(triples: set[ox.Triple], source: str) -> str:
    found = sorted(
        {t.subject for t in triples if t.predicate == TYPE and t.object == A_CASE}, key=str
    )
    if not triples:
        raise CaseUnreadable(f"{source}: the case is empty.", hint="Give an injury and a request.")
    if len(found) != 1:
        raise CaseUnreadable(
            f"{source}: expected one mn:Case, found {len(found)}.", hint="Send one case at a time."
        )
    if isinstance(found[0], ox.NamedNode):
        return found[0].value
    return case_named(source)


def _check_single(triples: set[ox.Triple], source: str) -> None:
    """Reject two requests under one IRI: one request cannot ask for two numbers of visits."""
    single = {mn("requestedVisits"), mn("treatment"), mn("visitsPerWeek"), mn("weeks")}
    requests = {t.object for t in triples if t.predicate == REQUEST}
    seen: dict[tuple[object, object], ox.Triple] = {}
    for t in sorted(triples, key=str):
        if t.subject in requests and t.predicate in single:
            other = seen.setdefault((t.subject, t.predicate), t)
            if other != t:
                raise CaseUnreadable(
                    f"{source}: {speak(t.subject)} has two values of "
                    f"{shorten(t.predicate.value)}: {other.object} and {t.object}.",
                    hint="If these are two requests, give each an IRI of its own.",
                )
