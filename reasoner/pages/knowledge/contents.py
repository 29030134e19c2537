"""The contents of each kind of page, for its template."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import RDFS, SOURCE
from reasoner.knowledge.terms import CONCEPT, NS, RULE, mn

from .book import CLASS
from .expressions import population_phrase
from .finding import entries
from .guidelines import REPLACES
from .models import (
    ConceptContent,
    ConceptsContent,
    EditionContent,
    GuidelinesContent,
    HomeContent,
    LawContent,
    LawFileContent,
    LimitsContent,
    PopulationContent,
    ProvisionContent,
    RecommendationContent,
    RuleContent,
    RulesContent,
    SchemeContent,
    SearchContent,
    ShapesContent,
    TermContent,
    TermsContent,
    VocabularyContent,
)
from .rules import question_of, questions, sentence
from .things import KINDS, term, thing
from .timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .book import Link
    from .catalogue import Catalogue, DocPage
    from .limits import LimitRow
    from .models import Content
    from .things import Thing

_DATED: Final = ("keyedOn", "effectiveFrom", "effectiveUntil", "seenAt")
_SAID: Final = ("appliesWhen", "provides", "exceptWhere")
_FIGURES: Final = (
    "minimumVisits",
    "maximumVisits",
    "withinWeeks",
    "withinMonths",
    "trialVisits",
    "trialMonths",
    "periodMonths",
    "countedIn",
    "limitAbsent",
    "notRecommended",
    "sameLimitAs",
    "textHeld",
)
_PLACE: Final = (
    "statedIn",
    "population",
    "overrides",
    "pinpoint",
    "datasetRow",
    "seenAt",
    "verificationRecord",
)
SHOWN_BY: Final = {
    "provision": frozenset(
        {SOURCE.value, REPLACES.value, *(mn(name).value for name in (*_DATED, *_SAID))}
    ),
    "recommendation": frozenset(mn(name).value for name in (*_FIGURES, *_PLACE)),
    "term": frozenset({RDFS + "range", RDFS + "subPropertyOf"}),
}
"""For each template, the properties that it shows separately."""


def content(catalogue: Catalogue, page: DocPage, sought: str) -> Content | None:
    """Collect what the template of a page shows; None if it shows the subject alone."""
    if page.template == "search":
        return SearchContent(groups=entries(catalogue, sought), sought=sought)
    build = _BUILDERS.get(page.template)
    return build(catalogue, page) if build else None


def subject(catalogue: Catalogue, page: DocPage) -> Thing | None:
    """Describe the subject of a page, without what its template shows separately."""
    if not page.iri:
        return None
    shown = SHOWN_BY.get(page.template, frozenset())
    return thing(catalogue.book, catalogue.usage, page.iri, shown=shown)


def _home(catalogue: Catalogue, _: DocPage) -> HomeContent:
    said = [r for r in catalogue.guidelines.recommendations.all.values() if r.population]
    editions = catalogue.guidelines.editions.values()
    provisions = [p for f in catalogue.law.files.values() for p in f.provisions]
    return HomeContent(
        terms=sum(iri.startswith(NS) for iri in catalogue.book.subjects),
        concepts=sum(iri.startswith(CONCEPT) for iri in catalogue.book.subjects),
        schemes=catalogue.concepts.schemes,
        editions=sum(e.governs for e in editions),
        said=len(said),
        limits=sum(r.figures.says == "limit" for r in said),
        provisions=len(provisions),
        questions=len(questions(catalogue.book)),
        shapes=sum(len(s.checks) for s in catalogue.usage.shapes),
        verifications=tuple(
            thing(catalogue.book, catalogue.usage, iri)
            for iri in reversed(catalogue.book.members(mn("Verification").value))
        ),
        marks=(
            ("Editions", _marks(e.mark for e in editions)),
            ("Recommendations", _marks(r.mark for r in said)),
            ("Provisions", _marks(p.mark for p in provisions)),
        ),
    )


def _marks(marks: Iterable[Link | None]) -> Mapping[str, int]:
    return Counter(mark.text if mark else "" for mark in marks)


def _terms(catalogue: Catalogue, _: DocPage) -> TermsContent:
    book = catalogue.book
    names = book.in_order(iri for iri in book.subjects if iri.startswith(NS))
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    others: list[str] = []
    for iri in names:
        kind = next((k for k in KINDS if k in book.kinds[iri]), None)
        (kinds[kind] if kind else others).append(iri)
    groups = [(f"{KINDS[kind]}", found) for kind, found in kinds.items()]
    return TermsContent(
        groups=tuple(
            (heading, tuple(thing(book, catalogue.usage, iri) for iri in found))
            for heading, found in (*groups, ("individual", others))
        )
    )


def _term(catalogue: Catalogue, page: DocPage) -> TermContent:
    kinds = set(catalogue.book.kinds[page.iri])
    return TermContent(
        term=term(catalogue.book, catalogue.usage, page.iri),
        is_class=CLASS in kinds,
        is_property=bool((set(KINDS) - {CLASS}) & kinds),
    )


def _concept(catalogue: Catalogue, page: DocPage) -> ConceptContent:
    concepts = catalogue.concepts
    return ConceptContent(
        broader=catalogue.book.links(concepts.broader(page.iri)),
        narrower=catalogue.book.links(concepts.narrower(page.iri)),
        rows=_rows(catalogue, concepts.speaking.get(page.iri, ())),
        wider=tuple(
            (broader, _rows(catalogue, said)) for broader, said in concepts.wider(page.iri)
        ),
    )


def _rows(catalogue: Catalogue, said: Iterable[str]) -> tuple[LimitRow, ...]:
    wanted = set(said)
    return tuple(row for iri, row in catalogue.rows.items() if iri in wanted)


def _concepts(catalogue: Catalogue, _: DocPage) -> ConceptsContent:
    return ConceptsContent(schemes=catalogue.concepts.schemes)


def _scheme(catalogue: Catalogue, page: DocPage) -> SchemeContent:
    return SchemeContent(scheme=next(s for s in catalogue.concepts.schemes if s.iri == page.iri))


def _guidelines(catalogue: Catalogue, _: DocPage) -> GuidelinesContent:
    editions = catalogue.guidelines.editions.values()
    return GuidelinesContent(editions=tuple(editions), timeline=timeline(editions))


def _edition(catalogue: Catalogue, page: DocPage) -> EditionContent:
    return EditionContent(edition=catalogue.guidelines.editions[page.iri])


def _recommendation(catalogue: Catalogue, page: DocPage) -> RecommendationContent:
    return RecommendationContent(said=catalogue.guidelines.recommendations.all[page.iri])


def _population(catalogue: Catalogue, page: DocPage) -> PopulationContent:
    narrower, wider = catalogue.guidelines.recommendations.order_of(page.iri)
    return PopulationContent(
        phrase=population_phrase(catalogue.book, page.iri),
        said=catalogue.guidelines.recommendations.of_population(page.iri),
        narrower=narrower,
        wider=wider,
    )


def _limits(catalogue: Catalogue, _: DocPage) -> LimitsContent:
    rows = tuple(catalogue.rows.values())
    tiers = dict.fromkeys(row.edition.tier.text for row in rows if row.edition.tier)
    return LimitsContent(rows=rows, tiers=tuple(tiers))


def _law(catalogue: Catalogue, _: DocPage) -> LawContent:
    return LawContent(files=tuple(catalogue.law.files.values()))


def _law_file(catalogue: Catalogue, page: DocPage) -> LawFileContent:
    return LawFileContent(file=catalogue.law.files[page.iri])


def _provision(catalogue: Catalogue, page: DocPage) -> ProvisionContent:
    return ProvisionContent(
        provision=catalogue.law.provision(page.iri), file=catalogue.law.file_of(page.iri)
    )


def _rules(catalogue: Catalogue, _: DocPage) -> RulesContent:
    return RulesContent(questions=questions(catalogue.book))


def _rule(catalogue: Catalogue, page: DocPage) -> RuleContent:
    rule = catalogue.book.knowledge.rule[page.iri.removeprefix(RULE)]
    named = catalogue.usage.rules[rule.id]
    return RuleContent(
        rule=rule,
        sentence=sentence(rule),
        reads=catalogue.book.links(named.reads),
        concludes=catalogue.book.links(named.concludes),
        question=question_of(rule),
    )


def _shapes(catalogue: Catalogue, _: DocPage) -> ShapesContent:
    files = dict.fromkeys(shape.file for shape in catalogue.usage.shapes)
    return ShapesContent(
        files=tuple((f, tuple(s for s in catalogue.usage.shapes if s.file == f)) for f in files)
    )


def _vocabulary(catalogue: Catalogue, page: DocPage) -> VocabularyContent:
    book = catalogue.book
    file = book.file(page.iri)
    inside = book.in_order(i for i in page.subjects if i != page.iri and book.file(i) == file)
    return VocabularyContent(inside=tuple(thing(book, catalogue.usage, iri) for iri in inside))


_BUILDERS: Final[Mapping[str, Callable[[Catalogue, DocPage], Content]]] = {
    "concept": _concept,
    "concepts": _concepts,
    "edition": _edition,
    "guidelines": _guidelines,
    "home": _home,
    "law": _law,
    "law_file": _law_file,
    "limits": _limits,
    "population": _population,
    "provision": _provision,
    "recommendation": _recommendation,
    "rule": _rule,
    "rules": _rules,
    "scheme": _scheme,
    "shapes": _shapes,
    "term": _term,
    "terms": _terms,
    "vocabulary": _vocabulary,
}
