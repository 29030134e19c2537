"""The allowed names that are most like one that is not allowed."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from reasoner.knowledge.case_form import Field

LONGEST: Final = 100
"""Characters of the longest name that is compared: a comparison takes the square of the length."""
CUTOFF: Final = 0.6
NAMED: Final = 4
"""How many similar names a message has."""
FAVOR: Final = 0.2
"""What is added to the likeness of a name that comes first among similar ones."""
ALL: Final = 12
"""How many allowed names are all listed if none is similar."""
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def words_of(text: str) -> frozenset[str]:
    """Return the words of a name or label, in small letters."""
    return frozenset(word.lower() for word in WORD.findall(text))


def nearest_names(
    wrong: str,
    names: Mapping[str, str],
    words: Mapping[str, tuple[str, ...]] | None = None,
    favored: Collection[str] = (),
) -> tuple[tuple[str, str], ...]:
    """
    Find the names most like a wrong one.

    Args:
        wrong: What was given.
        names: The allowed names, each with its label.
        words: What else people call some of them.
        favored: The names that come first among similar ones.

    Returns:
        At most four, most similar first, by name, label, other names, initials and shared words;
        those that are called exactly so alone, if there are any.
    """
    if len(wrong) > LONGEST:
        return ()
    others = words or {}
    scored = sorted(
        (-_likeness(wrong, (n, label, *others.get(n, ())), favored=n in favored), n, label)
        for n, label in names.items()
    )
    least = 1.0 if scored and scored[0][0] <= -1 else CUTOFF
    return tuple((name, label) for score, name, label in scored[:NAMED] if -score >= least)


def nearest_terms(wrong: str, field: Field) -> tuple[tuple[str, str], ...]:
    """Find the terms that a property allows and that are most like a value; all if they are few."""
    names = {term.name: term.label for term in field.terms.values()}
    found = nearest_names(wrong, names, {term.name: term.words for term in field.terms.values()})
    return found or (tuple(sorted(names.items())) if len(names) <= ALL else ())


def term_advice(nearest: tuple[tuple[str, str], ...], field: Field) -> str:
    """Say which terms a property allows: those most like a value, all, or where they are listed."""
    if not nearest:
        return f"'mednec schema case' lists the {len(field.terms)} terms allowed here."
    if len(nearest) < len(field.terms):
        return spoken(nearest)
    return f"Allowed here: {', '.join(name for name, _ in nearest)}."


def _likeness(wrong: str, called: tuple[str, ...], *, favored: bool) -> float:
    """Score a wrong name and what something is called, from 0 to 1; 1 if it is called so."""
    said = wrong.lower()
    if said in {each.lower() for each in called}:
        return 1.0
    asked = words_of(wrong)
    best = 0.0
    for each in called:
        offered = WORD.findall(each)
        if len(offered) > 1 and said == "".join(word[0] for word in offered).lower():
            return 0.95
        written = _ratio(wrong, each)
        shared = len(asked & words_of(each)) / len(asked) if asked else 0.0
        best = max(best, written, 0.6 * shared + 0.4 * written)
    return min(best + FAVOR * favored, 0.99)


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one.lower(), other.lower())
    return matcher.ratio() if matcher.real_quick_ratio() >= CUTOFF / 2 else 0.0


def spoken(nearest: Iterable[tuple[str, str]]) -> str:
    """Write names with their labels for a message; empty if there are none."""
    named = [
        f"{name} ({label})" if label and words_of(label) != words_of(name) else name
        for name, label in nearest
    ]
    return f"Did you mean {' or '.join(named)}?" if named else ""
