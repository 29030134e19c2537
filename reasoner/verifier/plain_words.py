"""Populations that a recommendation states in plain words, read by the verifier itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from .terms import NS, TYPE, Unreadable

if TYPE_CHECKING:
    from .populations import Expression
    from .terms import Fact

Stated = tuple["Fact", str, int]
"""A statement, the name of its file, and its line."""


def _mn(name: str) -> str:
    return f"<{NS}{name}>"


POPULATION: Final = _mn("population")
WORDS: Final = tuple(_mn(w) for w in ("limits", "phase", "procedure", "covers", "region"))


def read_plain_words(statements: list[Stated]) -> tuple[dict[str, Expression], list[Stated]]:
    """
    Read the populations that recommendations state in plain words.

    Args:
        statements: All statements of the ontology.

    Returns:
        The class expression of each population; and, for a recommendation that does not name its
        population, the statement that names it, at the place of its first word.

    Raises:
        Unreadable: Two recommendations state one population.
    """
    recommendations = {
        s for (s, p, o), _, _ in statements if (p, o) == (TYPE, _mn("Recommendation"))
    }
    words: dict[str, dict[str, set[str]]] = {}
    place: dict[str, tuple[str, int]] = {}
    names: dict[str, str] = {}
    for (subject, predicate, value), file, line in statements:
        if subject in recommendations and predicate in WORDS:
            words.setdefault(subject, {}).setdefault(predicate, set()).add(value)
            place[subject] = min(place.get(subject, (file, line)), (file, line))
        elif subject in recommendations and predicate == POPULATION:
            names[subject] = value
    found: dict[str, Expression] = {}
    links: list[Stated] = []
    for subject, said in sorted(words.items()):
        population = names.get(subject, f"{subject[:-1]}-situations>")
        if population in found:
            raise Unreadable(f"{population} is stated by two recommendations.")
        found[population] = _expression({word: sorted(values) for word, values in said.items()})
        if subject not in names:
            links.append(((subject, POPULATION, population), *place[subject]))
    return found, links


def _expression(said: dict[str, list[str]]) -> Expression:
    limits, phase, procedure, covers, region = (said.get(word, []) for word in WORDS)
    parts: list[Expression] = [["is", _mn("Situation")]]
    if limits:
        parts.append(["some", _mn("treatment"), _any([["is", one] for one in limits])])
    parts += [["some", _mn("phase"), ["is", one]] for one in phase]
    if procedure:
        parts.append(["some", _mn("treatsProcedure"), _any([["is", one] for one in procedure])])
    conditions: list[Expression] = []
    if covers:
        conditions.append(_any([["is", one] for one in covers]))
    if region:
        conditions.append(_any([["value", _mn("region"), one] for one in region]))
    if conditions:
        condition = _all(conditions)
        parts.append(["some", _mn("treatsDiagnosis"), ["some", _mn("condition"), condition]])
    return _all(parts)


def _all(parts: list[Expression]) -> Expression:
    return parts[0] if len(parts) == 1 else ["and", *sorted(parts, key=json.dumps)]


def _any(options: list[Expression]) -> Expression:
    return options[0] if len(options) == 1 else ["or", *sorted(options, key=json.dumps)]
