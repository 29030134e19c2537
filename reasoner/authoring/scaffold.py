"""`mednec new guideline`: the file of a new edition, with the rows of the one that it replaces."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import DCTERMS, TYPE, XSD, name_of
from reasoner.knowledge.terms import PREFIXES, mn
from reasoner.knowledge.verifications import RECORD

from .scaffold_imports import complete_imports
from .turtle_format import format_turtle, read_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
USED: Final = ("dcterms", "mn", "mnc", "mng", "mnl", "owl", "rdfs", "skos", "xsd")
TODO: Final = "TODO"
BASE: Final = PREFIXES["mng"]
REPLACES: Final = ox.NamedNode(DCTERMS + "replaces")
FROM: Final = mn("effectiveFrom")
UNTIL: Final = mn("effectiveUntil")
KEPT: Final = frozenset(mn(n).value for n in ("displaces", "keyedOn", "phaseOfScope", "tier"))
"""What an edition takes over from the one that it replaces."""
VERIFIED: Final = mn("verification").value
NOT_SEEN: Final = frozenset(mn(n).value for n in ("datasetRow", "seenAt", "verificationRecord"))
"""What speaks of the text that was seen, which is not the text of the new edition."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """
    What was written for a new edition.

    Attributes:
        path: Its file.
        changed: Files of other editions that were changed.
        review: What an author has to look at by eye, one sentence each.
    """

    path: Path
    changed: tuple[Path, ...] = ()
    review: tuple[str, ...] = ()


def new_guideline(
    knowledge: Knowledge,
    slug: str,
    since: str,
    *,
    replaces: str | None = None,
    tier: str | None = None,
    publisher: str | None = None,
) -> Written:
    """
    Write the file of a new edition.

    With `replaces`, its recommendations are those of the edition before it, each marked as
    provisional; it ends when that one would have ended, and that one ends when it begins. An
    edition that replaced that one then replaces the new one.

    Args:
        knowledge: The knowledge base that it becomes a part of.
        slug: The name of the edition, such as `body-topic-2027`; the year is its last part.
        since: The first day in force, as YYYY-MM-DD.
        replaces: The slug of the edition before it; None if there is none.
        tier: Its place in the order of sources, such as `ScheduleTier`; None for that of the
            edition before it, or the lowest tier of guidelines.
        publisher: Who issued it, by its name among the publishers; None for that of the
            edition before it.

    Raises:
        KnowledgeUnreadable: The name is not a slug or is taken, its year or date is not one, the
            publisher is not known, or the edition before it cannot be replaced on that day.
    """
    _check_name(knowledge, slug, since)
    before = f"{BASE}{replaces}" if replaces else ""
    if before and before not in knowledge.editions:
        raise KnowledgeUnreadable(
            f"The edition '{replaces}' does not exist.", hint=editions_hint(knowledge.editions)
        )
    until = _until(knowledge, before, since) if before else None
    place = _tier(knowledge, tier or knowledge.value(before, mn("tier")))
    issuer = _publisher(knowledge, publisher or knowledge.value(before, mn("publisher")))
    header = _header(slug, since, until, place, issuer)
    folder = file_of(knowledge, before).parent if before else _folder(knowledge)
    path = folder / f"{slug}.ttl"
    carried = _carried(knowledge, before, f"{BASE}{slug}") if before else []
    keyed = not any(t.predicate == mn("keyedOn") for t in carried)
    lines = [*header, *([f"mng:{slug} mn:keyedOn mn:onDecisionDate ."] if keyed else [])]
    head = [f"@prefix : <{BASE}{slug}/> .", *(f"@prefix {p}: <{PREFIXES[p]}> ." for p in USED)]
    body = [f"{t} ." for t in carried]
    path.write_text(formatted("\n".join([*head, *lines, *body, ""]), knowledge), encoding="utf-8")
    complete_imports(knowledge, path)
    if not before:
        return Written(path=path)
    changed = _hand_over(knowledge, before, f"{BASE}{slug}", since)
    return Written(path=path, changed=changed, review=_review(knowledge, before, slug))


def _check_name(knowledge: Knowledge, slug: str, since: str) -> None:
    year = slug.rsplit("-", 1)[-1]
    if not SLUG.fullmatch(slug) or not re.fullmatch(r"\d{4}", year):
        raise KnowledgeUnreadable(
            f"'{slug}' is not the name of an edition.", hint="Write body-topic-year in lower case."
        )
    if not is_date(since):
        raise KnowledgeUnreadable(f"'{since}' is not a date.", hint="Write YYYY-MM-DD.")
    if f"{BASE}{slug}" in knowledge.editions:
        raise KnowledgeUnreadable(f"The edition '{slug}' exists.", hint="Choose another name.")
    refuse_taken(_folder(knowledge) / f"{slug}.ttl")


def _until(knowledge: Knowledge, before: str, since: str) -> str | None:
    """Return the first day on which the new edition is no longer in force; None for none."""
    name = before.removeprefix(BASE)
    began = knowledge.value(before, FROM) or ""
    if began >= since:
        raise KnowledgeUnreadable(
            f"{name} began on {began}; what replaces it begins later than that, not on {since}."
        )
    until = knowledge.value(before, UNTIL)
    starts = {s: knowledge.value(s, FROM) for s in _successors(knowledge, before)}
    for successor, start in starts.items():
        if start is not None and start <= since:
            raise KnowledgeUnreadable(
                f"{name} was replaced by {successor.removeprefix(BASE)} on {start}.",
                hint=f"Write --replaces {successor.removeprefix(BASE)}.",
            )
    days = [day for day in (until, *starts.values()) if day is not None and day > since]
    return min(days) if days else None


def _successors(knowledge: Knowledge, before: str) -> list[str]:
    node = ox.NamedNode(before)
    return sorted(
        name_of(t.subject) for t in knowledge.facts if t.predicate == REPLACES and t.object == node
    )


def _header(slug: str, since: str, until: str | None, tier: str, publisher: str) -> list[str]:
    title = slug.replace("-", " ")
    return [
        f"mng:{slug} a owl:Ontology, mn:Guideline ;",
        f'    rdfs:label "{title} ({TODO}: its title)"@en ;',
        f'    skos:altLabel "{title}"@en ;',
        "    dcterms:license <https://www.apache.org/licenses/LICENSE-2.0> ;",
        f'    dcterms:source "{TODO}: where it is published" ;',
        f'    mn:effectiveFrom "{since}"^^xsd:date ;',
        *([f'    mn:effectiveUntil "{until}"^^xsd:date ;'] if until else []),
        f"    mn:editionYear {slug.rsplit('-', 1)[-1]} ;",
        f"    mn:publisher mnl:{publisher} ;",
        f"    mn:tier mn:{tier} ;",
        "    mn:verification mn:Provisional ;",
        f"    owl:versionIRI <{BASE}{slug}/{since}> .",
    ]


def _carried(knowledge: Knowledge, before: str, new: str) -> list[ox.Triple]:
    """Return the statements that the new edition takes over, renamed, and marked provisional."""
    found: list[ox.Triple] = []
    statements = _statements(file_of(knowledge, before))
    records = {t.object for t in statements if t.predicate == RECORD}
    for t in statements:
        subject, predicate = name_of(t.subject), t.predicate.value
        if t.subject in records:
            continue
        if subject == before:
            if predicate in KEPT - {mn("tier").value}:
                found.append(ox.Triple(ox.NamedNode(new), t.predicate, t.object))
            continue
        if predicate in NOT_SEEN or isinstance(t.object, ox.Triple):
            continue
        renamed = _renamed(t.subject, before, new)
        if not isinstance(renamed, ox.NamedNode | ox.BlankNode):
            continue
        value = mn("Provisional") if predicate == VERIFIED else _renamed(t.object, before, new)
        found.append(ox.Triple(renamed, t.predicate, value))
    found.append(ox.Triple(ox.NamedNode(new), REPLACES, ox.NamedNode(before)))
    return found


def _statements(path: Path) -> list[ox.Triple]:
    quads = ox.parse(path=path, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    return [ox.Triple(q.subject, q.predicate, q.object) for q in quads]


def _renamed(
    node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, before: str, new: str
) -> ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple:
    """Rename an edition, and what is named below it."""
    if isinstance(node, ox.NamedNode) and (
        node.value == before or node.value.startswith(f"{before}/")
    ):
        return ox.NamedNode(new + node.value.removeprefix(before))
    return node


def _hand_over(knowledge: Knowledge, before: str, new: str, since: str) -> tuple[Path, ...]:
    """End the edition before, and let what replaced it replace the new one; return the files."""
    changed = []
    until = knowledge.value(before, UNTIL)
    if until is None or until > since:
        end = ox.Literal(since, datatype=ox.NamedNode(XSD + "date"))
        _restate(knowledge, before, UNTIL, end)
        changed.append(file_of(knowledge, before))
    for successor in _successors(knowledge, before):
        _restate(knowledge, successor, REPLACES, ox.NamedNode(new), instead=ox.NamedNode(before))
        changed.append(file_of(knowledge, successor))
    return tuple(changed)


def _restate(
    knowledge: Knowledge,
    subject: str,
    predicate: ox.NamedNode,
    value: ox.NamedNode | ox.Literal,
    *,
    instead: ox.NamedNode | None = None,
) -> None:
    """Write a statement into the file of a subject, in place of the one that is there, if any."""
    path = file_of(knowledge, subject)
    text = path.read_text(encoding="utf-8")
    name, old = subject.removeprefix(BASE), r'"[^"]*"\^\^xsd:date'
    if instead:
        old = rf"mng:{re.escape(instead.value.removeprefix(BASE))}"
    if isinstance(value, ox.NamedNode):
        said = f"mng:{value.value.removeprefix(BASE)}"
    else:
        said = f'"{value.value}"^^xsd:date'
    property_ = predicate.value.replace(DCTERMS, "dcterms:").replace(PREFIXES["mn"], "mn:")
    block = re.search(rf"^mng:{re.escape(name)}\s.*?\s\.$", text, re.MULTILINE | re.DOTALL)
    pattern = re.compile(rf"({re.escape(property_)}\s+){old}(?![\w-])")
    if block and pattern.search(block[0]):
        changed = pattern.sub(lambda m: m[1] + said, block[0], count=1)
        text = text[: block.start()] + changed + text[block.end() :]
    else:
        text += f"\nmng:{name} {property_} {said} .\n"
    path.write_text(formatted(text, knowledge), encoding="utf-8")


def _review(knowledge: Knowledge, before: str, slug: str) -> tuple[str, ...]:
    """Say what of other files names the edition before, and may have to name the new one."""
    name = before.removeprefix(BASE)
    found = {
        (name_of(t.subject), t.predicate.value)
        for t in knowledge.facts
        if name_of(t.object) == before or name_of(t.object).startswith(f"{before}/")
        if name_of(t.subject) != before and not name_of(t.subject).startswith(f"{before}/")
        if t.predicate != REPLACES and isinstance(t.subject, ox.NamedNode)
    }
    return tuple(
        f"{knowledge.label(subject)}: {knowledge.label(predicate)} names {name}; should it also "
        f"name {slug}?"
        for subject, predicate in sorted(found)
    )


def file_of(knowledge: Knowledge, iri: str) -> Path:
    """
    Return the file that describes a thing.

    Raises:
        KnowledgeUnreadable: No file does.
    """
    if iri not in knowledge.origins:
        raise KnowledgeUnreadable(f"No file describes {iri}.")
    return knowledge.folder / knowledge.origins[iri]


def _folder(knowledge: Knowledge) -> Path:
    """Return the folder that holds most editions."""
    folders = Counter(file_of(knowledge, iri).parent for iri in knowledge.editions)
    if not folders:
        return knowledge.folder / "ontology" / "guidelines"
    return max(sorted(folders), key=lambda folder: folders[folder])


def is_date(text: str) -> bool:
    """Return True if a text is a date of the calendar, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _tier(knowledge: Knowledge, name: str | None) -> str:
    """Return the local name of a tier; that of other guidelines if none is given."""
    if name is None:
        return mn("OtherGuidelineTier").value.rsplit("#", 1)[-1]
    short = name.rsplit("#", 1)[-1]
    known = [i for i in knowledge.vocabulary.individuals if i.endswith("Tier")]
    if mn(short).value not in known:
        names = ", ".join(sorted(i.rsplit("#", 1)[-1] for i in known))
        raise KnowledgeUnreadable(f"The tier '{short}' does not exist.", hint=f"One of: {names}.")
    return short


def _publisher(knowledge: Knowledge, name: str | None) -> str:
    """Return the local name of a publisher; an edition without one is in no set of sources."""
    base = PREFIXES["mnl"]
    kind = mn("Publisher")
    known = sorted(
        name_of(t.subject).removeprefix(base)
        for t in knowledge.facts
        if t.predicate == TYPE and t.object == kind
    )
    short = (name or "").removeprefix(base)
    if short not in known:
        raise KnowledgeUnreadable(
            f"The publisher '{short}' does not exist." if short else "The publisher is not given.",
            hint=f"One of: {', '.join(known)}; declare a new one where these are declared.",
        )
    return short


def formatted(text: str, knowledge: Knowledge) -> str:
    """Write Turtle in the one form of this knowledge base."""
    return format_turtle(text, read_prefixes(knowledge.folder / "ontology" / "prefixes.ttl"))


def refuse_taken(path: Path) -> None:
    """
    Refuse to overwrite a file.

    Raises:
        KnowledgeUnreadable: It exists.
    """
    if path.exists():
        raise KnowledgeUnreadable(f"{path.name} exists.", hint="Choose another name.")


def editions_hint(editions: Iterable[str]) -> str:
    """List the editions, for a message."""
    return f"The editions are: {', '.join(sorted(e.rsplit('/', 1)[-1] for e in editions))}."
