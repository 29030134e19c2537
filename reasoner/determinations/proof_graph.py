"""The proof of a determination as a graph of steps, rules and premises, for SPARQL queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import DeterminationUnreadable
from reasoner.kernel.facts import decode
from reasoner.kernel.terms import LABEL, RDF, TYPE
from reasoner.knowledge.terms import RULE, mn

from .sentences import prove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reasoner.kernel.derivation import Derivation, Firing
    from reasoner.kernel.facts import Fact

    from .conclude import Determination

PLACES: Final = tuple(ox.NamedNode(f"{RDF}{name}") for name in ("subject", "predicate", "object"))
ENDINGS: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
STATEMENT: Final = ox.NamedNode(f"{RDF}Statement")


def proof_triples(determination: Determination, derivation: Derivation) -> set[ox.Triple]:
    """
    Write the steps that the outcome and the reasons of a determination rest on.

    Each premise is a statement, with subject, predicate and object, so that a query can
    find a figure of a guideline. An absence is a statement with only the places that are bound.
    """
    return set(_Graph(determination, derivation).triples())


def _steps(determination: Determination, derivation: Derivation) -> tuple[Firing, ...]:
    """Collect the firings of outcome and reasons, and all that they rest on, in their order."""
    reasons = [sentence.firing for sentence in determination.reasons]
    ends = [
        firing
        for firing in derivation.with_role("outcome")
        if firing.row.get("request") == f"<{determination.request}>"
    ]
    below = prove(derivation, (fact for firing in (*ends, *reasons) for fact in firing.rests_on))
    wanted = {id(firing) for firing in (*below, *ends, *reasons)}
    return tuple(firing for firing in derivation.firings if id(firing) in wanted)


def stored_triples(paths: Iterable[Path]) -> list[ox.Triple]:
    """
    Read determinations that were written as Turtle or JSON-LD.

    Args:
        paths: Files, and folders whose files with these endings are read, sorted by path.

    Raises:
        DeterminationUnreadable: A file does not exist, or is neither.
    """
    files = [f for path in paths for f in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    found: list[ox.Triple] = []
    for path in files:
        form = ENDINGS.get(path.suffix.lower())
        if form is None and path in set(paths):
            raise DeterminationUnreadable(
                f"{path}: the ending '{path.suffix}' is not that of a determination.",
                hint=f"Use one of {', '.join(ENDINGS)}.",
            )
        if form is not None:
            found += _read(path, form)
    return found


def _read(path: Path, form: ox.RdfFormat) -> list[ox.Triple]:
    try:
        quads = list(ox.parse(path.read_bytes(), format=form, rename_blank_nodes=True))
    except (SyntaxError, ValueError, OSError) as error:
        raise DeterminationUnreadable(f"{path}: cannot be read: {error}") from error
    return [quad.triple for quad in quads]


class _Graph:
    """Numbers steps and facts, and writes them."""

    def __init__(self, determination: Determination, derivation: Derivation) -> None:
        self.name, self.derivation = determination.iri, derivation
        self.outcome = mn("outcome")
        self.steps = _steps(determination, derivation)
        self.nodes = {
            id(firing): ox.NamedNode(f"{self.name}/step-{number}")
            for number, firing in enumerate(self.steps, start=1)
        }
        stated = {
            fact
            for firing in self.steps
            for fact in (*firing.rests_on, *firing.concluded, *_absent(firing))
        }
        self.facts = {
            fact: ox.NamedNode(f"{self.name}/fact-{number}")
            for number, fact in enumerate(sorted(stated), start=1)
        }

    def triples(self) -> Iterator[ox.Triple]:
        """Yield the triples of all steps and facts."""
        for firing in self.steps:
            yield from self._step(firing)
        for fact, node in self.facts.items():
            yield ox.Triple(node, TYPE, STATEMENT)
            for place, term in zip(PLACES, fact, strict=True):
                if not term.startswith("?"):
                    yield ox.Triple(node, place, decode(term))

    def _step(self, firing: Firing) -> Iterator[ox.Triple]:
        node = self.nodes[id(firing)]
        yield ox.Triple(ox.NamedNode(self.name), mn("hasStep"), node)
        yield ox.Triple(node, TYPE, mn("Step"))
        if firing.rule is not None:
            rule = ox.NamedNode(f"{RULE}{firing.rule.id}")
            yield ox.Triple(node, mn("usesRule"), rule)
            yield ox.Triple(rule, LABEL, ox.Literal(firing.rule.title, language="en"))
        else:
            yield ox.Triple(node, mn("usesPopulation"), decode(firing.row["population"]))
        for fact in firing.rests_on:
            yield ox.Triple(node, mn("premise"), self.facts[fact])
            below = self.derivation.firing_of(fact)
            if below is not None and id(below) in self.nodes:
                yield ox.Triple(node, mn("restsOn"), self.nodes[id(below)])
        for fact in _absent(firing):
            yield ox.Triple(node, mn("absentPremise"), self.facts[fact])
        for fact in firing.concluded:
            yield ox.Triple(node, mn("concludes"), self.facts[fact])
            if fact[1] == str(self.outcome):
                yield ox.Triple(ox.NamedNode(self.name), mn("outcomeStep"), node)


def _absent(firing: Firing) -> list[Fact]:
    return [pattern for group in firing.absences for pattern in group]
