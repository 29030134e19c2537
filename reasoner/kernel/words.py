"""The words of SPARQL that a rule may not use, each with the reason, and small checks of values."""

from __future__ import annotations

from datetime import date
from typing import Final

SAME_ANSWER: Final = "a rule must give the same answer on every run"
NOTHING_OUTSIDE: Final = "a rule reaches nothing outside the facts it is given"
SHOWN: Final = "a proof must be able to show each premise and each absence"
REFUSED: Final = {
    "ASK": ("a rule concludes facts", "Write CONSTRUCT { ... } WHERE { ... }."),
    "BNODE": (SAME_ANSWER, "Make an IRI with IRI(CONCAT(...)) from what is bound."),
    "COUNT": (
        "a count of nothing is a solution without a premise",
        "Use SUM, MAX or MIN over values that facts state.",
    ),
    "DELETE": ("a rule adds facts and removes none", "State the finding as a fact of its own."),
    "DESCRIBE": ("a rule concludes facts", "Write CONSTRUCT { ... } WHERE { ... }."),
    "EXISTS": (SHOWN, "Write the pattern itself, so that it is a premise."),
    "FROM": (NOTHING_OUTSIDE, "Remove it: a rule reads the case and the knowledge base."),
    "GRAPH": (NOTHING_OUTSIDE, "Write its patterns without GRAPH."),
    "GROUP_CONCAT": ("the order of its parts is undefined", "Use 'list' in the head."),
    "HAVING": (SHOWN, "Filter on the figure outside the sub-SELECT."),
    "INSERT": ("a rule is a query", "Write CONSTRUCT { ... } WHERE { ... }."),
    "LIMIT": (SAME_ANSWER, "State which solutions count by patterns or with MIN or MAX."),
    "LOAD": (NOTHING_OUTSIDE, "Put the data into the ontology."),
    "MINUS": (SHOWN, "Use FILTER NOT EXISTS { ... }."),
    "NOW": (SAME_ANSWER, "Read a date of the case."),
    "OFFSET": (SAME_ANSWER, "State which solutions count by patterns or with MIN or MAX."),
    "ORDER": ("facts have no order", "Remove it."),
    "RAND": (SAME_ANSWER, "Remove it."),
    "REDUCED": (SAME_ANSWER, "Remove it."),
    "SAMPLE": (SAME_ANSWER, "Use MIN or MAX."),
    "SERVICE": (NOTHING_OUTSIDE, "Put the data into the ontology."),
    "STRUUID": (SAME_ANSWER, "Make an IRI with IRI(CONCAT(...)) from what is bound."),
    "UNDEF": ("a rule binds each variable or does not name it", "Use OPTIONAL or two rules."),
    "UUID": (SAME_ANSWER, "Make an IRI with IRI(CONCAT(...)) from what is bound."),
}
"""Each word, with why it is refused and what to do."""
ESCAPED: Final = {
    "t": "\t",
    "n": "\n",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}


def date_fault(text: str) -> str | None:
    """Return what is wrong with a date as YYYY-MM-DD; None if nothing is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return f"'{text}' is not a date of the calendar as YYYY-MM-DD"
    return None if found.isoformat() == text else f"'{text}' is not written as YYYY-MM-DD"
