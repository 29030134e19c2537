"""The case file, read by the verifier itself, and compared with the facts that a proof lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .terms import NS, TYPE, XSD, Unreadable
from .turtle import read_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .terms import Fact

FIRST: Final = 3
"""Facts of each side that are listed where a case differs."""
CASE: Final = "https://w3id.org/mednec/case/"
INTEGER: Final = re.compile(r'"([+-]?\d+)"\^\^<' + re.escape(XSD) + "integer>")
TRUE_OR_FALSE: Final = {
    f'"{text}"^^<{XSD}boolean>': f'"{plain}"^^<{XSD}boolean>'
    for text, plain in (("1", "true"), ("0", "false"))
}
CODES: Final = {
    f"<{NS}icd9>": re.compile(r"(\d{3}|V\d\d|E\d{3})(\d{0,2})"),
    f"<{NS}icd10>": re.compile(r"([A-Z]\d[0-9A-Z])([0-9A-Z]{0,4})"),
}
"""The properties that state a diagnosis code, with the form of a code: category, then detail."""


def read_case(path: Path) -> set[Fact]:
    """
    Read the facts of a case from Turtle or N-Triples.

    Raises:
        Unreadable: It is in another form, or not well-formed.
    """
    if path.suffix.lower() not in {".ttl", ".nt"}:
        raise Unreadable(f"{path}: the verifier reads cases in Turtle and N-Triples only.")
    return read_case_text(path.read_text(encoding="utf-8"), path.name)


def read_case_text(text: str, where: str) -> set[Fact]:
    """Read the facts of a case from the text of its file."""
    return set(read_case_lines(text, where))


def read_case_lines(text: str, where: str) -> dict[Fact, int]:
    """Read the facts of a case with the line on which each is first stated."""
    found: dict[Fact, int] = {}
    for (s, p, o), line in read_turtle(text, where, CASE):
        found.setdefault((s, p, _code(o, CODES[p]) if p in CODES else _plain(o)), line)
    return found


def _code(term: str, form: re.Pattern[str]) -> str:
    """Write a diagnosis code with capital letters and a dot after its category."""
    match = form.fullmatch(term.strip('"').strip().upper().replace(".", ""))
    return f'"{".".join(part for part in match.groups() if part)}"' if match else term


def _plain(term: str) -> str:
    """Bring integers and booleans into one form."""
    if match := INTEGER.fullmatch(term):
        return f'"{int(match[1])}"^^<{XSD}integer>'
    return TRUE_OR_FALSE.get(term, term)


def differences(
    sent: set[Fact], listed: set[Fact], case: str, parts: Mapping[str, str] | None
) -> list[str]:
    """
    State how a case as it was sent differs from the facts that a proof lists as its own.

    A part without a name in the one has a name in the other; a part without a class may have got
    the one that the property leading to it implies.

    Args:
        sent: The facts of the case file.
        listed: The facts of the case in the proof.
        case: The name of the case in the proof.
        parts: See `Folder.parts`; None if no knowledge is given, and then any class is taken.

    Returns:
        Nothing if they are the same; one line if the file holds another case; else a line with the
        counts, and the first facts that only one of them states.
    """
    sent_as = sorted(s for s, *rest in sent if tuple(rest) == (TYPE, f"<{NS}Case>"))
    if sent_as and not any(s == case or s.startswith("_:") for s in sent_as):
        return [f"the proof is of the case {case}, and the file holds {' and '.join(sent_as)}"]
    names = Names(sent, listed, case)
    named = {names.fact(fact) for fact in sent}
    lost = [f"the file states {' '.join(f)}, the proof does not" for f in sorted(named - listed)]
    typed = {s for s, p, _ in named if p == TYPE}
    added = [
        f"the proof states {' '.join(f)}, the file does not"
        for f in sorted(listed - named)
        if not (f[1] == TYPE and f[0] not in typed and _implied(f, named, parts))
    ]
    if not lost and not added:
        return []
    shown = [*lost[:FIRST], *added[:FIRST]]
    rest = len(lost) + len(added) - len(shown)
    head = (
        f"the case in the file differs from that of the proof: {len(lost)} of its facts are not in "
        f"the proof, and {len(added)} of the proof are not in the file"
    )
    return [
        head,
        *shown,
        *([f"and {rest} more of these facts"] if rest else []),
    ]


def _implied(fact: Fact, named: set[Fact], parts: Mapping[str, str] | None) -> bool:
    leading = {p for _, p, o in named if o == fact[0]}
    return bool(leading) if parts is None else any(parts.get(p) == fact[2] for p in leading)


class Names:
    """
    Finds, for each part without a name, the part of the proof with the same content.

    Args:
        sent: The facts of the case file.
        listed: The facts in which its parts have names.
        case: The name of the case.
    """

    def __init__(self, sent: set[Fact], listed: set[Fact], case: str) -> None:
        self.sent: dict[str, list[Fact]] = {}
        self.listed: dict[str, list[Fact]] = {}
        for index, facts in ((self.sent, sent), (self.listed, listed)):
            for fact in sorted(facts):
                index.setdefault(fact[0], []).append(fact)
        self.taken = {term for fact in sent for term in fact}
        self.names: dict[str, str] = {}
        for fact in sorted(sent):
            if fact[0].startswith("_:") and fact[1:] == (TYPE, f"<{NS}Case>"):
                self._pair(fact[0], case)
        for subject in sorted(s for s in self.sent if not s.startswith("_:")):
            self._below(subject, subject)

    def fact(self, fact: Fact) -> Fact:
        """Write a fact with the names that were found."""
        return (self.names.get(fact[0], fact[0]), fact[1], self.names.get(fact[2], fact[2]))

    def _pair(self, blank: str, name: str) -> None:
        self.names[blank] = name
        self.taken.add(name)
        self._below(blank, name)

    def _below(self, one: str, other: str) -> None:
        """Name the parts that a thing leads to."""
        for fact in self.sent.get(one, ()):
            if fact[2].startswith("_:") and fact[2] not in self.names:
                for _, p, o in self.listed.get(other, ()):
                    if p == fact[1] and o not in self.taken and self._alike(fact[2], o, 0):
                        self._pair(fact[2], o)
                        break

    def _alike(self, blank: str, name: str, depth: int) -> bool:
        """Return True if a part without a name has the same content as one with a name."""
        mine = self.sent.get(blank, [])
        typed = any(p == TYPE for _, p, _ in mine)
        theirs = [f for f in self.listed.get(name, []) if typed or f[1] != TYPE]
        if len(mine) != len(theirs) or depth > len(self.sent):
            return False
        free = list(theirs)
        for _, p, o in mine:
            for other in free:
                same = o == other[2] or (
                    o.startswith("_:")
                    and other[2] not in self.taken
                    and self._alike(o, other[2], depth + 1)
                )
                if p == other[1] and same:
                    free.remove(other)
                    break
            else:
                return False
        return True
