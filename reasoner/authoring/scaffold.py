"""`mednec new`: the text of a new edition, recommendation or rule, ready to be filled in."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeUnreadable
from reasoner.kernel.terms import PREFIXES, TYPE, mn

from .turtle_format import format_turtle, read_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reasoner.knowledge.base import Knowledge

SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
RULE_ID: Final = re.compile(r"[A-Z]+-\d+")
USED: Final = ("dcterms", "mn", "mnc", "mng", "mnl", "owl", "rdfs", "skos", "xsd")
TODO: Final = "TODO"


def new_guideline(
    knowledge: Knowledge,
    slug: str,
    since: str,
    *,
    replaces: str | None = None,
    tier: str | None = None,
    publisher: str | None = None,
) -> Path:
    """
    Write the file of a new edition.

    Args:
        knowledge: The knowledge base that it becomes a part of.
        slug: The name of the edition, such as `body-topic-2027`; the year is its last part.
        since: The first day in force, as YYYY-MM-DD.
        replaces: The slug of the edition before it; None if there is none. If that one has no
            end yet, the first day of the new one is written into it.
        tier: Its place in the order of sources, such as `ScheduleTier`; None for that of the
            edition before it, or the lowest tier of guidelines.
        publisher: Who issued it, by its name among the publishers; None for that of the
            edition before it.

    Returns:
        The file.

    Raises:
        KnowledgeUnreadable: The name is no slug, taken, or its year or date is no date; or the
            publisher is not known.
    """
    path = _guideline_file(knowledge, slug)
    year = slug.rsplit("-", 1)[-1]
    if not SLUG.fullmatch(slug) or not re.fullmatch(r"\d{4}", year):
        raise KnowledgeUnreadable(
            f"'{slug}' is no name of an edition.", hint="Write body-topic-year in lower case."
        )
    if not is_date(since):
        raise KnowledgeUnreadable(f"'{since}' is no date.", hint="Write YYYY-MM-DD.")
    _refuse_taken(path)
    base = PREFIXES["mng"]
    like = f"{base}{replaces}" if replaces else ""
    if replaces and like not in knowledge.editions:
        raise KnowledgeUnreadable(
            f"No edition is called '{replaces}'.", hint=_editions(knowledge.editions)
        )
    began = knowledge.value(like, mn("effectiveFrom")) or ""
    if began >= since:
        raise KnowledgeUnreadable(
            f"{replaces} began on {began}; what replaces it begins later than that, not on {since}."
        )
    place = _tier(knowledge, tier or knowledge.value(like, mn("tier")))
    issuer = _publisher(knowledge, publisher or knowledge.value(like, mn("publisher")))
    key = knowledge.value(like, mn("keyedOn")) or mn("onDecisionDate").value
    title = slug.replace("-", " ")
    lines = [
        f"@prefix : <{base}{slug}/> .",
        *(f"@prefix {p}: <{PREFIXES[p]}> ." for p in USED),
        "",
        f"mng:{slug} a owl:Ontology, mn:Guideline ;",
        f'    rdfs:label "{title} ({TODO}: its title)"@en ;',
        f'    skos:altLabel "{title}"@en ;',
        "    dcterms:license <https://www.apache.org/licenses/LICENSE-2.0> ;",
        *([f"    dcterms:replaces mng:{replaces} ;"] if replaces else []),
        f'    dcterms:source "{TODO}: where it stands" ;',
        f'    mn:effectiveFrom "{since}"^^xsd:date ;',
        f"    mn:editionYear {year} ;",
        f"    mn:keyedOn mn:{key.rsplit('#', 1)[-1]} ;",
        f"    mn:publisher mnl:{issuer} ;",
        f"    mn:tier mn:{place} ;",
        "    mn:verification mn:Provisional ;",
        f"    owl:versionIRI <{base}{slug}/{since}> .",
        "",
    ]
    path.write_text(_formatted("\n".join(lines), knowledge), encoding="utf-8")
    if replaces and knowledge.value(like, mn("effectiveUntil")) is None:
        _end(knowledge, replaces, since)
    return path


def is_date(text: str) -> bool:
    """Tell whether a text is a date of the calendar, as YYYY-MM-DD."""
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
        raise KnowledgeUnreadable(f"No tier is called '{short}'.", hint=f"One of: {names}.")
    return short


def _publisher(knowledge: Knowledge, name: str | None) -> str:
    """Return the local name of a publisher; an edition without one is in no set of sources."""
    base = PREFIXES["mnl"]
    kind = f"<{mn('Publisher').value}>"
    found = knowledge.base_facts.subjects.get((f"<{TYPE.value}>", kind), ())
    known = sorted(term[1:-1].removeprefix(base) for term in found)
    short = (name or "").removeprefix(base)
    if short not in known:
        raise KnowledgeUnreadable(
            f"No publisher is called '{short}'." if short else "The publisher is not given.",
            hint=f"One of: {', '.join(known)}; a new one is added beside the sets of sources.",
        )
    return short


def _end(knowledge: Knowledge, slug: str, day: str) -> None:
    """Write into an edition the first day on which it is no longer in force."""
    path = _guideline_file(knowledge, slug)
    statement = f'mng:{slug} mn:effectiveUntil "{day}"^^xsd:date .\n'
    text = path.read_text(encoding="utf-8") + "\n" + statement
    path.write_text(_formatted(text, knowledge), encoding="utf-8")


def _guideline_file(knowledge: Knowledge, slug: str) -> Path:
    """Return the file of an edition; a new one goes to the folder that holds most editions."""
    known = knowledge.origins.get(PREFIXES["mng"] + slug)
    if known is not None:
        return knowledge.folder / known
    folders = Counter(str(Path(knowledge.origins[iri]).parent) for iri in knowledge.editions)
    folder = max(sorted(folders), key=lambda name: folders[name], default="ontology")
    return knowledge.folder / folder / f"{slug}.ttl"


def _formatted(text: str, knowledge: Knowledge) -> str:
    return format_turtle(text, read_prefixes(knowledge.folder / "ontology" / "prefixes.ttl"))


def new_recommendation(
    knowledge: Knowledge, slug: str, name: str, *, treatment: str, condition: str, visits: int
) -> Path:
    """
    Append a recommendation to the file of an edition.

    Args:
        knowledge: The knowledge base.
        slug: The edition.
        name: The name of the recommendation within it, such as `lumbar-strain`.
        treatment: A treatment of the concepts, such as `PhysicalTherapy`.
        condition: A condition of the concepts, such as `LumbarStrain`.
        visits: The most visits that it supports.

    Raises:
        KnowledgeUnreadable: No such edition or concept, or the name is taken.
    """
    path = _guideline_file(knowledge, slug)
    if not path.exists():
        raise KnowledgeUnreadable(
            f"No edition is called '{slug}'.", hint=_editions(knowledge.editions)
        )
    if not SLUG.fullmatch(name):
        raise KnowledgeUnreadable(f"'{name}' is no name.", hint="Write words-in-lower-case.")
    for concept in (treatment, condition):
        iri = PREFIXES["mnc"] + concept
        if not knowledge.vocabulary.knows(iri):
            near = knowledge.vocabulary.nearest(concept, knowledge.vocabulary.individuals)
            raise KnowledgeUnreadable(f"No concept is called '{concept}'.", hint=near)
    text = path.read_text(encoding="utf-8")
    if re.search(rf"^:{name}(-situations)? ", text, re.MULTILINE):
        raise KnowledgeUnreadable(f"{slug} has a recommendation '{name}'.")
    spoken = [knowledge.label(PREFIXES["mnc"] + c) for c in (treatment, condition)]
    block = f"""
:{name} a mn:Recommendation ;
    rdfs:label "{spoken[0]}, {spoken[1]}"@en ;
    mn:covers mnc:{condition} ;
    mn:limits mnc:{treatment} ;
    mn:maximumVisits {visits} ;
    mn:pinpoint "{TODO}: the heading or page" ;
    mn:statedIn mng:{slug} ;
    mn:verification mn:Provisional .
"""
    head = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in USED)
    path.write_text(_formatted(f"{text}\n{head}{block}", knowledge), encoding="utf-8")
    return path


def new_rule(knowledge: Knowledge, identifier: str, stratum: str, name: str) -> Path:
    """
    Write the file of a new rule, which parses and finds nothing yet that matters.

    Args:
        knowledge: The knowledge base.
        identifier: A free id, such as `LIM-30`.
        stratum: The folder of its stratum, such as `23-reasons`.
        name: The name of the file: what the rule finds, in words-in-lower-case.

    Raises:
        KnowledgeUnreadable: The id is taken or no id, or there is no such stratum.
    """
    folder = knowledge.folder / "ontology" / "rules" / stratum
    strata = sorted(p.name for p in folder.parent.iterdir() if p.is_dir())
    if stratum not in strata:
        raise KnowledgeUnreadable(
            f"No stratum is called '{stratum}'.", hint=f"One of: {', '.join(strata)}."
        )
    if not RULE_ID.fullmatch(identifier) or identifier in knowledge.rule:
        raise KnowledgeUnreadable(
            f"'{identifier}' is taken or no id.", hint="Write TOPIC-NN, a number not used before."
        )
    if not SLUG.fullmatch(name):
        raise KnowledgeUnreadable(f"'{name}' is no name.", hint="Write words-in-lower-case.")
    path = folder / f"{name}.rq"
    _refuse_taken(path)
    text = f"""#+ id:      {identifier}
#+ title:   {TODO}: what the rule finds, in one line
#+ source:  {TODO}: the provision or guideline that it applies, or a line rationale: in place of it
#+ role:    step
#+ because: "{{?request}}: {TODO}: the sentence."
PREFIX mn: <{PREFIXES["mn"]}>

CONSTRUCT {{ ?request mn:ground ?row }}
WHERE {{
  ?situation mn:ofRequest ?request ; mn:governedBy ?row .
}}
"""
    path.write_text(text, encoding="utf-8")
    return path


def _refuse_taken(path: Path) -> None:
    if path.exists():
        raise KnowledgeUnreadable(f"{path.name} exists.", hint="Choose another name.")


def _editions(editions: Iterable[str]) -> str:
    return f"The editions are: {', '.join(sorted(e.rsplit('/', 1)[-1] for e in editions))}."
