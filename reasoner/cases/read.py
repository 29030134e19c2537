"""Read a case from Turtle, JSON or JSON-LD into checked triples without blank nodes."""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import CaseTooLarge, CaseUnreadable
from reasoner.kernel.terms import OWL, RDFS, SH, TYPE, XSD
from reasoner.knowledge.codes import SYSTEMS, normal_code
from reasoner.knowledge.terms import CASE, PREFIXES, mn, shorten
from reasoner.knowledge.vocabulary import text_of

from .json_form import decode, quads_of
from .limits import LIMITS, shown
from .names import name_blank_nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reasoner.knowledge.vocabulary import Vocabulary

LIMIT: Final = LIMITS.size
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
KNOWLEDGE: Final = tuple(PREFIXES[p] for p in ("mn", "mnc", "mng", "mnl", "mnr", "mnsh"))
DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


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
    """

    iri: str
    triples: tuple[ox.Triple, ...]
    requests: tuple[str, ...]
    sent: frozenset[ox.Triple] = field(compare=False)
    source: str
    digest: str


def read_case(
    data: bytes,
    *,
    form: str,
    source: str,
    vocabulary: Vocabulary,
    parts: Mapping[str, str],
    limit: int = LIMIT,
) -> CaseGraph:
    """
    Read a case.

    Args:
        data: The bytes of a document that holds one case.
        form: One of `FORMS`.
        source: What to call the document in messages.
        vocabulary: The terms that a case may use.
        parts: For each property that leads to a part of a case, the class of that part.
        limit: The largest number of bytes that is read.

    Raises:
        CaseTooLarge: The document has too many bytes or facts.
        CaseUnreadable: It is not well-formed, or a term or value is not in the vocabulary.
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
        quads = _parse_turtle(data, source)
    else:
        quads = quads_of(decode(data, source), vocabulary, source)
    if len(quads) > LIMITS.facts:
        raise CaseTooLarge(
            f"{source}: {len(quads):,} facts; at most {LIMITS.facts:,} are read.",
            hint="Send one case at a time, and only the facts that bear on its requests.",
        )
    _check_sizes(quads, source)
    if graphs := [q.graph_name for q in quads if q.graph_name != ox.DefaultGraph()]:
        raise CaseUnreadable(
            f"{source}: the case is in a named graph, {graphs[0]}.",
            hint="Send the facts without a graph name.",
        )
    triples = {ox.Triple(q.subject, q.predicate, normal_value(q, source)) for q in quads}
    triples |= implied_types(triples, parts)
    sent = frozenset(triples)
    _check_terms(triples, vocabulary, source)
    iri = _find_case(triples, source)
    named = name_blank_nodes(triples, iri, source)
    _check_single(named, source)
    ordered = tuple(sorted(named, key=str))
    text = "".join(f"{t} .\n" for t in ordered)
    return CaseGraph(
        iri=iri,
        triples=ordered,
        requests=tuple(
            sorted({text_of(t.object) for t in ordered if t.predicate == mn("request")})
        ),
        sent=sent,
        source=source,
        digest=hashlib.sha256(text.encode()).hexdigest(),
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
        where = f"{source}: {shorten(quad.predicate.value)} of {_speak(quad.subject)}"
        text = isinstance(quad.object, ox.Literal)
        if isinstance(quad.object, ox.Literal) and len(quad.object.value) > LIMITS.text:
            raise CaseTooLarge(
                f"{where} has {len(quad.object.value):,} characters; "
                f"at most {LIMITS.text:,} are read.",
                hint="Quote the passage that matters, not the document.",
            )
        key = (str(quad.subject), quad.predicate.value, text)
        counts[key] = counts.get(key, 0) + 1
        most = LIMITS.values if text else LIMITS.parts
        if counts[key] > most:
            raise CaseTooLarge(
                f"{where} has more than {most} values; at most {most} are read.",
                hint="Give the values that bear on the requests in this case.",
            )


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


def normal_value(quad: ox.Quad, source: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Check the form of a value, and normalize integers, booleans and diagnosis codes."""
    value = quad.object
    if isinstance(value, ox.Triple):
        raise CaseUnreadable(f"{source}: a quoted triple is not allowed in a case.")
    if not isinstance(value, ox.Literal):
        return value
    kind = value.datatype.value
    where = f"{source}: {shorten(quad.predicate.value)} of {_speak(quad.subject)}"
    if value.direction:
        raise CaseUnreadable(
            f"{where} has the text direction '{value.direction}'.",
            hint="Leave the direction out: texts of a case are in English.",
        )
    if "\0" in value.value:
        raise CaseUnreadable(f"{where} contains the character NUL, which is not allowed in text.")
    if kind in INTEGERS:
        return ox.Literal(_whole_number(value.value, kind, where))
    if kind == XSD + "boolean":
        if not TRUTH.fullmatch(value.value):
            raise CaseUnreadable(
                f"{where} is '{shown(value.value)}', which is not an xsd:boolean.",
                hint="Write true or false.",
            )
        return ox.Literal(value.value in {"true", "1"})
    if kind == XSD + "date" and not _is_day(value.value):
        raise CaseUnreadable(
            f"{where} is '{shown(value.value)}', which is not a date.", hint="Write YYYY-MM-DD."
        )
    if quad.predicate.value in SYSTEMS and kind == XSD + "string":
        return ox.Literal(normal_code(quad.predicate.value, value.value))
    return value


def _whole_number(text: str, kind: str, where: str) -> int:
    """Return the value of a literal of an integer type; a derived type keeps its range."""
    least, largest = INTEGERS[kind]
    number = int(text) if WHOLE.fullmatch(text) else None
    if (
        number is None
        or (least is not None and number < least)
        or (largest is not None and number > largest)
    ):
        raise CaseUnreadable(
            f"{where} is '{shown(text)}', which is not an {shorten(kind)}.",
            hint=f"Write a whole number of at most {LIMITS.digits} digits.",
        )
    return number


def _is_day(text: str) -> bool:
    match = DAY.fullmatch(text)
    try:
        return match is not None and bool(date(*(int(part) for part in match.groups())))
    except ValueError:
        return False


def _speak(node: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
    return shorten(node.value) if isinstance(node, ox.NamedNode) else "a part of the case"


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


def _check_terms(triples: set[ox.Triple], vocabulary: Vocabulary, source: str) -> None:
    for t in sorted(triples, key=str):
        if _is_plain(t, vocabulary):
            continue
        where = f"{source}: {_speak(t.subject)}"
        if t.predicate != TYPE and t.predicate.value not in vocabulary.properties:
            raise CaseUnreadable(
                f"{where} has {shorten(t.predicate.value)}, which is not a property of a case.",
                hint=vocabulary.nearest(
                    t.predicate.value.rsplit("#", 1)[-1], vocabulary.properties
                ),
            )
        for node in (t.subject, t.object):
            if not isinstance(node, ox.NamedNode):
                continue
            if not vocabulary.knows(node.value):
                raise CaseUnreadable(
                    f"{where} names {shorten(node.value)}, which is not in the vocabulary.",
                    hint=vocabulary.nearest(
                        node.value.rsplit("#", 1)[-1].rsplit("/", 1)[-1],
                        vocabulary.individuals | vocabulary.classes,
                    ),
                )
            if node.value.startswith((OWL, RDFS, SH)):
                raise CaseUnreadable(f"{where}: axioms and shapes are not allowed in a case.")
        if isinstance(t.subject, ox.NamedNode) and t.subject.value.startswith(KNOWLEDGE):
            raise CaseUnreadable(
                f"{where}: a case may not state facts of the knowledge base itself."
            )
        if t.predicate == TYPE and text_of(t.object) not in vocabulary.classes:
            raise CaseUnreadable(
                f"{where} is a {shorten(text_of(t.object))}, not a class of the vocabulary."
            )


def _is_plain(t: ox.Triple, vocabulary: Vocabulary) -> bool:
    """Return True if a quick test shows that a fact is valid, as most are."""
    return (
        t.predicate.value in vocabulary.properties
        and (isinstance(t.object, ox.Literal) or text_of(t.object) in vocabulary.individuals)
        and isinstance(t.subject, ox.NamedNode)
        and not t.subject.value.startswith(KNOWLEDGE)
    )


def _find_case(triples: set[ox.Triple], source: str) -> str:
    found = sorted(
        {t.subject for t in triples if t.predicate == TYPE and t.object == mn("Case")}, key=str
    )
    if not triples:
        raise CaseUnreadable(f"{source}: the case is empty.", hint="Give an injury and a request.")
    if len(found) != 1:
        raise CaseUnreadable(
            f"{source}: expected one mn:Case, found {len(found)}.", hint="Send one case at a time."
        )
    if isinstance(found[0], ox.NamedNode):
        return found[0].value
    slug = re.sub(r"[^a-z0-9-]+", "-", source.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower())
    return CASE + (slug.strip("-") or "unnamed")


def _check_single(triples: set[ox.Triple], source: str) -> None:
    """Reject two requests under one IRI: one request cannot ask for two numbers of visits."""
    single = {mn("requestedVisits"), mn("treatment"), mn("visitsPerWeek"), mn("weeks")}
    requests = {t.object for t in triples if t.predicate == mn("request")}
    seen: dict[tuple[object, object], ox.Triple] = {}
    for t in sorted(triples, key=str):
        if t.subject in requests and t.predicate in single:
            other = seen.setdefault((t.subject, t.predicate), t)
            if other != t:
                raise CaseUnreadable(
                    f"{source}: {_speak(t.subject)} has two values of "
                    f"{shorten(t.predicate.value)}: {other.object} and {t.object}.",
                    hint="If these are two requests, give each an IRI of its own.",
                )
