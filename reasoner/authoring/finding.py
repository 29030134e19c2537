"""A finding of a check: what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """
    One thing that an author has to look at.

    Attributes:
        path: The file, relative to the folder of the knowledge; empty if it is in no one file.
        line: The line, from 1; 0 if no line is known.
        kind: The stable name of the check, in kebab-case.
        message: What is wrong, in words that name the terms.
        hint: What to do next; empty if there is nothing to add.
        severity: `error` (do not publish) or `warning` (look at it).
        detail: More to read, such as axioms or an example case, one item a line.
    """

    path: str = ""
    line: int = 0
    kind: str
    message: str
    hint: str = ""
    severity: str = ERROR
    detail: tuple[str, ...] = ()
