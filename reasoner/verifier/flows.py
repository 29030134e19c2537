"""
Flows: the kinds of facts that rules can read and conclude, in whatever case.

Two rules may use one property of different things: requests have a response, and scenarios have
one. So facts are followed by *sort*: what the case names, what the knowledge base names, and for
each IRI that a rule makes a sort of its own. A *flow* is a fact with sorts in place of individuals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from .rule_text import Part, Pattern
    from .terms import Fact

CASE: Final = "what the case names"
KNOWLEDGE: Final = "what the knowledge base names"
NAMED: Final = frozenset({CASE, KNOWLEDGE})
Sorts = frozenset[str]
Flow = tuple[str, str]
"""The sort of a subject; and a term, or the sort of an object that is not a known term."""
Makers = set[tuple[int, str]]
"""The strata and names of those who conclude a flow."""
Values = dict[str, dict[str, dict[str, Makers]]]
"""By property, value and sort of the subject, who concludes it."""
GIVEN: Final = (0, "")
ANY: Final = "a term that no rule names"


class Clause:
    """
    A rule, or a population, as far as its order is concerned.

    Args:
        name: What to call it.
        stratum: Its stratum.
        template: What it concludes.
        sure: The patterns that each solution matches.
        other: The patterns that are optional, denied or totaled.
        made: For each variable that takes a made IRI or value, its sort.
        values: For each variable, the terms that VALUES allows.
        asserted: Whether it reads asserted facts alone.
    """

    def __init__(
        self,
        name: str,
        stratum: int,
        template: Iterable[Pattern],
        where: Iterable[Part],
        *,
        asserted: bool = False,
    ) -> None:
        self.name, self.stratum, self.template = name, stratum, tuple(template)
        self.asserted = asserted
        self.sure: list[Pattern] = []
        self.other: list[Pattern] = []
        self.made: dict[str, Sorts] = {}
        self.values: dict[str, Sorts] = {}
        self._collect(where, sure=True)
        self.sorts: dict[str, Sorts] = {}
        self.terms: dict[str, Sorts] = {}

    def _collect(self, group: Iterable[Part], *, sure: bool) -> None:
        for part in group:
            (self.sure if sure else self.other).extend(part.patterns)
            if part.kind == "bind":
                made = part.expression[0] == "IRI"
                sort = f"made by {self.name}: {part.names[0]}"
                self.made[part.names[0]] = frozenset({sort}) if made else NAMED
            if part.kind == "values" and sure:
                for place, name in enumerate(part.names):
                    self.values[name] = frozenset(row[place] for row in part.rows)
            alone = part.kind == "union" and len(part.inner) == 1
            for inner in part.inner:
                self._collect(inner, sure=sure and (alone or part.kind == "count"))
                if part.kind == "count":
                    self.other += [p for one in inner for p in one.patterns]

    @property
    def constants(self) -> set[str]:
        """The terms that the clause names as values."""
        patterns = (*self.template, *self.sure, *self.other)
        named = {o for _, _, o in patterns if not o.startswith("?")}
        return named.union(*self.values.values())

    @property
    def leading(self) -> set[str]:
        """The properties whose values the clause uses as properties."""
        used = {p for _, p, _ in (*self.template, *self.sure) if p.startswith("?")}
        return {p for _, p, o in self.sure if o in used}

    def follow(self, flows: Flows) -> bool:
        """Find the sorts of the variables; return True if the clause can be used at all."""
        self.sorts, self.terms = dict(self.made), dict(self.values)
        before: object = None
        while before != (self.sorts, self.terms):
            before = dict(self.sorts), dict(self.terms)
            for pattern in self.sure:
                ends = [flow for flow, _ in self.matching(pattern, flows)]
                if not ends:
                    return False
                s, _, o = pattern
                if s.startswith("?"):
                    self.sorts[s[1:]] = frozenset(subject for subject, _ in ends)
                if o.startswith("?"):
                    self.sorts[o[1:]] = frozenset(s for _, value in ends for s in sorts_of(value))
                    if all(_is_term(value) and value != ANY for _, value in ends):
                        self.terms[o[1:]] = frozenset(value for _, value in ends)
        return True

    def matching(self, pattern: Pattern, flows: Flows) -> Iterator[tuple[Flow, Makers]]:
        """Yield the flows that a pattern can match, with who concludes them."""
        s, p, o = pattern
        subjects = self.sorts.get(s[1:]) if s.startswith("?") else NAMED
        terms = self.terms.get(o[1:]) if o.startswith("?") else frozenset({o})
        sorts = self.sorts.get(o[1:]) if o.startswith("?") else NAMED
        properties = self.terms.get(p[1:]) if p.startswith("?") else (p,)
        for one in flows.terms if properties is None else properties:
            stated = flows.terms.get(one, {})
            known = set(stated) if terms is None else terms & stated.keys()
            named = sorts is None or not sorts.isdisjoint(NAMED)
            found = [(value, stated[value]) for value in known] if named else []
            found += [
                (value, makers)
                for value, makers in flows.sorts.get(one, {}).items()
                if sorts is None or value in sorts
            ]
            for value, by_subject in found:
                for subject, makers in by_subject.items():
                    seen = not self.asserted or GIVEN in makers
                    if seen and (subjects is None or subject in subjects):
                        yield (subject, value), makers

    def conclusions(self) -> Iterator[tuple[str, Flow]]:
        """Yield the property and the flow of each fact that the clause can conclude."""
        for s, p, o in self.template:
            subjects = self.sorts.get(s[1:], NAMED) if s.startswith("?") else NAMED
            values = frozenset({o})
            if o.startswith("?"):
                values = self.terms.get(o[1:]) or self.sorts.get(o[1:], NAMED)
            properties = self.terms.get(p[1:], ()) if p.startswith("?") else (p,)
            for one in properties:
                for subject in subjects:
                    for value in values:
                        yield one, (subject, value)


class Flows:
    """
    The flows that are known, by property and value, each with the clauses that conclude it.

    Args:
        asserted: The facts of the case.
        knowledge: The facts of the knowledge base.
        clauses: What will be applied to the flows; a term that none names is kept as `ANY`.

    Attributes:
        terms: The flows whose value is a term.
        sorts: Those of whose value the sort alone is known.
    """

    def __init__(
        self, asserted: Iterable[Fact], knowledge: Collection[Fact], clauses: Iterable[Clause]
    ) -> None:
        self.terms: Values = {}
        self.sorts: Values = {}
        leading = set[str]().union(*(clause.leading for clause in clauses))
        named = {o for _, p, o in knowledge if p in leading}
        named.update(*(clause.constants for clause in clauses))
        for sort, facts in ((CASE, asserted), (KNOWLEDGE, knowledge)):
            for _, p, o in facts:
                self._makers(p, (sort, o if o in named else ANY)).add(GIVEN)

    def _makers(self, one: str, flow: Flow) -> Makers:
        subject, value = flow
        kept = self.terms if _is_term(value) else self.sorts
        return kept.setdefault(one, {}).setdefault(value, {}).setdefault(subject, set())

    def add(self, one: str, flow: Flow, clause: Clause) -> bool:
        """Add a flow that a clause concludes; return True if it is new."""
        makers = self._makers(one, flow)
        fresh = not makers
        makers.add((clause.stratum, clause.name))
        return fresh


def _is_term(value: str) -> bool:
    return value[0] in '<"' or value == ANY


def sorts_of(value: str) -> Sorts:
    """Return the sorts that a term, or a sort itself, can be of."""
    return NAMED if _is_term(value) else frozenset({value})
