"""From a read letter and one of its items to the facts of a case, each with its passage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import pyoxigraph as ox

from reasoner.kernel.terms import TYPE
from reasoner.knowledge.terms import CASE, mn
from reasoner.letters.forms.kinds import REQUEST
from reasoner.letters.readers.courses import about
from reasoner.letters.readers.facts import classes_of, courses_of
from reasoner.letters.readers.surgeries import performed

from .case_nodes import Graph, Node, concept, turtle
from .model import Confidence, Found, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.letters.readers.statements import Statement, Words

    from .lexicon import Lexicon
    from .model import Concept, Course, GuidelineLine, Item, ItemFacts, Letter, Stated

T = TypeVar("T")

QUOTED: Final = 2
"""Passages of a ground that its quotation joins."""
GRANTED: Final = mn("Overturned").value
REQUEST_DATES: Final = {
    "receivedOn": "request_received",
    "recommendedOn": "request_recommended",
    "requestedOn": "request_dated",
}
"""The dates of the request in a case, with their names in `Letter.dates`."""
RESPONSES: Final = {"documented_yes": mn("Affirmed"), "documented_no": mn("Negated")}


def case_iri(letter: Letter, item: Item) -> str:
    """Name the case of an item or its part by the number of the letter, else by its text."""
    name = letter.case_number.value if letter.case_number else letter.digest[:12]
    safe = "".join(c if c.isalnum() else "-" for c in name).strip("-").lower()
    part = f"-part-{item.part}" if item.part else ""
    return f"{CASE}{safe}-{item.number}{part}"


def case_of(letter: Letter, item: Item, lexicon: Lexicon, words: Words) -> bytes:
    """
    Write the facts that a letter states for one item of physical medicine.

    Nothing is guessed: a fact that was not read is left out.

    Returns:
        Turtle, one fact a line, sorted; the same letter gives the same bytes.

    Raises:
        ValueError: The item has no facts, because it is not physical medicine.
    """
    if item.facts is None:
        raise ValueError(f"item {item.number} is not physical medicine")
    graph = Graph(case=ox.NamedNode(case_iri(letter, item)))
    about = Node(graph=graph, iri=graph.case)
    graph.facts.append(ox.Triple(graph.case, TYPE, mn("Case")))
    about.add("letterDigest", letter.digest)
    about.add_read("age", letter.age).add_read("sex", letter.sex)
    if letter.injured_on:
        graph.node("injury", "Injury", "injury").add_read("injuredOn", letter.injured_on)
    _diagnoses(graph, letter)
    _courses(graph, letter, item, item.facts, lexicon)
    _surgeries(graph, letter)
    summary = words.statements("summary", letter.summary)
    heading = words.statements("heading", item.heading.spans[0])
    _findings(graph, letter, item.facts, summary)
    _request(graph, letter, item, heading)
    if letter.document != REQUEST:
        _review(graph, letter, item, item.facts, words)
    _decision(graph, letter, item, words)
    return turtle(graph.facts, graph.case.value)


def _diagnoses(graph: Graph, letter: Letter) -> None:
    """
    Add the conditions that the letter diagnoses; where a name fits two concepts, both.

    A finding of imaging counts for a region in which no diagnosis lies; what the worker complains
    of counts only where nothing is diagnosed.
    """
    listed = [d for d in letter.diagnoses if d.found == Found.LISTED]
    places = {r.value.code for d in listed for r in d.regions}
    imaged = [
        d
        for d in letter.diagnoses
        if d.found == Found.IMAGED and not places & {r.value.code for r in d.regions}
    ]
    diagnosed = [*listed, *imaged] or list(letter.diagnoses)
    readings = [(d, r) for d in diagnosed for r in (*d.readings,) or (None,)]
    for n, (diagnosis, reading) in enumerate(readings, start=1):
        node = graph.node(f"diagnosis-{n}", "Diagnosis", "diagnosis")
        node.add("condition", reading.value if reading else concept("UnlistedCondition"))
        for region in diagnosis.regions:
            node.add_read("region", region)
        current = mn("Current")
        node.add("diagnosisStatus", diagnosis.status.value if diagnosis.status else current)
        node.add("quote", ox.Literal(diagnosis.words.value))
        node.read(diagnosis.words.spans, diagnosis.words.confidence)


def _courses(graph: Graph, letter: Letter, item: Item, facts: ItemFacts, lexicon: Lexicon) -> None:
    """Add the earlier courses: those of the item's class as the facts sum them up, and others."""
    code = facts.prior_certainty.value.code if facts.prior_certainty else ""
    certainty = facts.prior_certainty
    if certainty is not None and certainty.value.iri is not None:
        node = graph.node("course", "TreatmentCourse", "course")
        node.add("treatment", _treatment(facts.treatment.value))
        same = courses_of(item, lexicon, letter.courses)
        counted = _counted(same, facts) if code != "unknown" else None
        interval = about(lexicon, counted) if counted and code == "exact" else None
        if interval:
            node.add("countCertainty", mn("Between"))
            node.add("fewestVisits", interval[0]).add("mostVisits", interval[1])
            node.read(certainty.spans, Confidence.INFERRED)
        else:
            node.add_read("countCertainty", certainty)
            node.add_read("attendedVisits", facts.prior_visits if code != "unknown" else None)
        if counted and _before_an_operation(letter, counted):
            node.add_read("lastVisitOn", counted.until)
        granted = next((c.authorized for c in same if c.authorized), None)
        node.add_read("authorizedVisits", granted if code == "unknown" else None)
    own = classes_of(lexicon, facts.treatment.value)
    others: dict[str, tuple[Span, ...]] = {}
    for course in letter.courses:
        kind = course.treatment.value
        none = course.visits is not None and course.visits.value == 0
        if kind.iri and not none and not classes_of(lexicon, kind) & own:
            others[kind.iri] = (*others.get(kind.iri, ()), course.span)
    for n, (iri, spans) in enumerate(sorted(others.items()), start=1):
        node = graph.node(f"other-course-{n}", "TreatmentCourse", "course")
        node.add("treatment", iri).add("countCertainty", mn("UnknownCount"))
        node.read(spans, Confidence.STATED)


def _counted(same: list[Course], facts: ItemFacts) -> Course | None:
    """Return the course whose count the facts of an item took, or None if they count none."""
    visits = facts.prior_visits.value if facts.prior_visits else None
    equal = [c for c in same if visits and c.visits and c.visits.value == visits]
    return next(iter(sorted(equal, key=lambda c: c.until is None)), None)


def _before_an_operation(letter: Letter, course: Course) -> bool:
    """Return True if a course ended before an operation that took place."""
    since = letter.injured_on.value if letter.injured_on else None
    days = [s.performed_on.value for s in performed(letter.surgeries, since) if s.performed_on]
    return bool(course.until and days and course.until.value < min(days))


def _surgeries(graph: Graph, letter: Letter) -> None:
    """Add the operations that took place; one whose date is not stated has none."""
    since = letter.injured_on.value if letter.injured_on else None
    for n, surgery in enumerate(performed(letter.surgeries, since), start=1):
        node = graph.node(f"surgery-{n}", "Surgery", "surgery")
        node.add_read("procedure", surgery.procedure).add_read("performedOn", surgery.performed_on)
        node.read((surgery.span,), Confidence.STATED)


def _treatment(known: Concept) -> object:
    return known if known.iri else concept("OtherModality")


def _findings(
    graph: Graph, letter: Letter, facts: ItemFacts, summary: tuple[Statement, ...]
) -> None:
    for n, missing in enumerate((r for r in letter.missing_records if r.record), start=1):
        if missing.record and missing.record.value.iri:
            node = graph.node(f"record-{n}", "MedicalRecord", "record")
            node.add("recordType", missing.record.value).add("availability", mn("KnownMissing"))
            node.read((missing.span,), missing.record.confidence)
    said = facts.response
    if said is not None and said.value.code in RESPONSES:
        node = graph.node("response", "Finding", "finding")
        node.add("findingType", concept("FunctionalImprovement"))
        node.add("truth", RESPONSES[said.value.code]).add("statedBy", mn("TreatingPhysician"))
        node.read(said.spans, said.confidence)
    home = facts.home_program
    if home is not None and home.value.iri:
        node = graph.node("home-program", "Finding", "finding")
        node.add("findingType", home.value).add("truth", mn("Affirmed"))
        node.add("statedBy", mn("TreatingPhysician")).read(home.spans, home.confidence)
    reported = [s for s in summary if s.spoken_by and not s.title]
    for n, statement in enumerate(reported, start=1):
        node = graph.node(f"finding-{n}", "Finding", "finding")
        node.add("findingType", statement.about).add("truth", statement.truth)
        node.add("statedBy", statement.spoken_by).add("quote", ox.Literal(statement.words))
        node.read((statement.span,), Confidence.STATED)


def _request(graph: Graph, letter: Letter, item: Item, heading: tuple[Statement, ...]) -> None:
    facts = item.facts
    if facts is None:
        return
    node = graph.node("request", "Request", "request")
    node.add("treatment", _treatment(facts.treatment.value))
    node.read(facts.treatment.spans, facts.treatment.confidence)
    for region in facts.regions:
        node.add_read("region", region)
    whole, left = facts.visits_original, facts.visits_disputed
    asked = whole if item.whole_in_dispute else left
    node.add_read("requestedVisits", asked if asked and asked.value > 0 else None)
    if item.modified and whole and asked and asked.value < whole.value:
        node.add_read("originalVisits", whole)
    rate, weeks = item.original.per_week, item.original.weeks
    if rate and weeks and asked and rate.value.least == rate.value.most:
        product = rate.value.most * weeks.value.most
        if product in {asked.value, whole.value if whole else None}:
            node.add("visitsPerWeek", rate.value.most).add("weeks", weeks.value.most)
            node.read((*rate.spans, *weeks.spans))
    for name, key in REQUEST_DATES.items():
        node.add_read(name, letter.dates.get(key))
    for statement in heading:
        node.add("purpose", statement.about).read((statement.span,))
    for operation in _found_necessary(letter) if heading else ():
        node.add_read("operationFoundNecessary", operation)


def _found_necessary(letter: Letter) -> Iterator[Stated[Concept]]:
    """Yield the operations of a letter's other items that its reviewer found necessary."""
    for item in letter.items:
        granted = item.outcome is not None and item.outcome.value.iri == GRANTED
        if item.procedure and granted and not item.physical_medicine:
            yield item.procedure


def _review(graph: Graph, letter: Letter, item: Item, facts: ItemFacts, words: Words) -> None:
    node = graph.node("utilization-review", "UrDecision", "urDecision")
    node.add_read("decidedOn", letter.dates.get("ur_denial_date"))
    outcome = facts.ur_outcome
    node.add("decisionOutcome", outcome.value if outcome else mn("Denied"))
    node.add_read("approvedVisits", facts.ur_approved if item.modified else None)
    _citations(graph, node, item.claims_administrator, "ur", words)
    for n, statement in enumerate(words.statements("summary", letter.summary), start=1):
        if statement.title:
            cited = graph.node(f"ur-summary-citation-{n}", "Citation", "cites", node.iri)
            cited.add("citedAs", ox.Literal(statement.title)).read((statement.span,))


def _decision(graph: Graph, letter: Letter, item: Item, words: Words) -> None:
    if item.outcome is None:
        return
    node = graph.node("medical-review", "ImrDecision", "imrDecision")
    node.add_read("decidedOn", letter.dates.get("decision_date"))
    node.add("decisionOutcome", item.outcome.value).read(item.outcome.spans)
    basis = item.reviewer.basis if item.reviewer else None
    node.add_read("basis", basis)
    _citations(graph, node, item.reviewer, "imr", words)
    spoken = words.statements("rationale", item.rationale)
    for n, statement in enumerate(spoken, start=1):
        said = graph.node(f"statement-{n}", "Statement", "states", node.iri)
        said.add("about", statement.about).add("truth", statement.truth)
        said.add("quote", ox.Literal(statement.words)).add("visitsMeant", statement.visits)
        said.add("moreThanMonths", statement.months)
        said.read((statement.span,), Confidence.STATED)
        if statement.spoken_by:
            finding = graph.node(f"reviewer-finding-{n}", "Finding", "finding")
            finding.add("findingType", statement.about).add("truth", statement.truth)
            finding.add("statedBy", statement.spoken_by).add("quote", ox.Literal(statement.words))
            finding.read((statement.span,), Confidence.STATED)
    for n, ground in enumerate(item.grounds, start=1):
        said = graph.node(f"ground-{n}", "Statement", "states", node.iri)
        said.add("about", ground.value).add("truth", mn("Affirmed"))
        quotes = " … ".join(letter.words(span) for span in ground.spans[:QUOTED])
        said.add("quote", ox.Literal(quotes)).read(ground.spans, ground.confidence)
    line = item.claims_administrator
    if line and line.basis and line.basis.value.iri is None and not line.citations:
        silent = graph.node("no-citation", "Statement", "states", node.iri)
        silent.add("about", concept("CitationByUr")).add("truth", mn("Negated"))
        silent.add("quote", ox.Literal(line.words)).read(line.basis.spans, Confidence.STATED)


def _citations(
    graph: Graph, parent: Node, line: GuidelineLine | None, side: str, words: Words
) -> None:
    for n, citation in enumerate(line.citations if line else (), start=1):
        node = graph.node(f"{side}-citation-{n}", "Citation", "cites", parent.iri)
        year = f" {citation.year}" if citation.year else ""
        node.add("citedAs", ox.Literal(f"{citation.title}{year}"))
        node.add("citedGuideline", citation.guideline)
        if citation.section:
            node.add("citedSection", ox.Literal(citation.section))
        for topic in words.topics(citation.section or ""):
            node.add("citedTopic", topic)
        node.read((citation.span,), Confidence.STATED)
