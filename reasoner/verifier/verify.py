"""Check a proof: its parts against the facts that it lists, and those against the sources."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from .case import differences
from .facts import Facts, Index
from .layout import Content, Layout, difference, text_of
from .proof import Claims, read_proof, whole
from .sources import GENERATED
from .steps import find_steps
from .strata import find_circles
from .terms import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .layout import Data
    from .sources import Folder
    from .terms import Fact

MOST: Final = 20
"""Faults that are reported; one is enough to reject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What the verifier found.

    Attributes:
        faults: What is wrong; none if the proof is accepted.
        trusted: What the verifier had to take on trust.
        counts: How many facts, rules, populations, steps, absences and totals were checked.
    """

    faults: tuple[str, ...]
    trusted: tuple[str, ...] = ()
    counts: Mapping[str, int]

    @property
    def accepted(self) -> bool:
        """Whether the proof holds."""
        return not self.faults


def report(verdict: Verdict) -> str:
    """Write a verdict as lines of text."""
    lines = ["ACCEPTED" if verdict.accepted else "REJECTED"]
    lines += [f"  fault: {fault}" for fault in verdict.faults]
    if verdict.counts:
        lines.append(
            "  checked: " + ", ".join(f"{n:,} {name}" for name, n in verdict.counts.items())
        )
    lines += [f"  trusted: {thing}" for thing in verdict.trusted]
    return "\n".join([*lines, ""])


def verify(text: str, *, case: set[Fact] | None = None, folder: Folder | None = None) -> Verdict:
    """
    Check a proof.

    Args:
        text: The proof, as JSON.
        case: The facts of the case as it was sent; None to trust those that the proof lists.
        folder: The knowledge; None to trust what the proof lists of it.
    """
    try:
        return _Checker(read_proof(text), case, folder).verdict()
    except Unreadable as error:
        return Verdict(faults=(str(error),), counts={})
    except (
        AttributeError,
        IndexError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
        ZeroDivisionError,
    ) as error:
        fault = f"not of the form of a proof: {type(error).__name__}: {error}"
        return Verdict(faults=(fault,), counts={})


def digest_of(facts: Iterable[Fact]) -> str:
    """Hash the facts of a case: SHA-256 of their N-Triples, sorted."""
    lines = sorted(" ".join(fact) for fact in facts)
    return hashlib.sha256("".join(f"{line} .\n" for line in lines).encode()).hexdigest()


class _Checker:
    """Checks one proof, part by part, and gathers the faults."""

    def __init__(self, proof: Data, case: set[Fact] | None, folder: Folder | None) -> None:
        self.proof, self.sent, self.folder = proof, case, folder
        self.claims = Claims(proof)
        self.faults: list[str] = []

    def verdict(self) -> Verdict:
        self._source_of_case()
        self._source_of_knowledge()
        facts = self._facts()
        if self.faults:
            return self._verdict({})
        given = (facts, self.claims.rules, self.claims.populations, self.claims.membership)
        steps = find_steps(*given)
        concluded = {fact for step in steps for fact in step.concludes}
        for fact in sorted(concluded - set(facts.stratum) - facts.knowledge.facts):
            self._fault(f"left out: {' '.join(fact)} follows from what is listed")
        if self.faults:
            return self._verdict({})
        uses = {(step.rule, step.solution.key) for step in steps}
        for step in find_steps(*given, later=True):
            uses ^= {(step.rule, step.solution.key)}
        for rule, row in sorted(uses):
            self._fault(
                f"rule {rule or 'of populations'}: what its own or a later stratum concludes "
                f"changes its use with {dict(row)}"
            )
        layout = Layout(
            Content(
                case=self.claims.case,
                stated=self.claims.stated,
                asked=self.claims.asked,
                facts=facts,
                steps=steps,
                rules=self.claims.rules,
                prefixes=self.claims.prefixes,
            )
        )
        self._support(layout)
        self._compare("fact", layout.facts(self._places()), self.proof["facts"])
        self._compare("search", layout.written_searches(), self.proof["searches"])
        self._compare("step", layout.written_steps(), self.proof["steps"])
        self._compare("priority", layout.priorities(), self.proof["priorities"])
        self._compare("request", layout.requests(), self.proof["requests"])
        self._outcomes(layout.requests())
        if not self.faults:
            self._order(facts)
        return self._verdict(
            {
                "steps": len(steps),
                "absences": sum(len(step.solution.absent) for step in steps),
                "totals": sum(len(step.solution.totals) for step in steps),
            }
        )

    def _verdict(self, found: Mapping[str, int]) -> Verdict:
        counts = {
            "facts": len(self.claims.listed),
            "rules": len(self.claims.rules),
            "populations": len(self.claims.populations),
            **found,
        }
        trusted = []
        if self.sent is None:
            trusted.append("that the case states the facts listed as its own, and no others")
        if self.folder is None:
            trusted.append(
                "that the knowledge base of the digest named holds the rules, populations and "
                "facts listed, and no others that matter"
            )
        else:
            trusted.append(f"{GENERATED}, the work of the classifier, as it is in the folder")
        return Verdict(faults=tuple(self.faults), trusted=tuple(trusted), counts=counts)

    def _fault(self, text: str) -> None:
        if len(self.faults) < MOST:
            self.faults.append(text)

    def _compare(self, what: str, expected: list[Data], found: object) -> None:
        """Compare a list of the proof with what it must be, entry by entry."""
        if not isinstance(found, list) or len(found) != len(expected):
            number = len(found) if isinstance(found, list) else "no list"
            self._fault(f"{what}: {len(expected)} must be listed, {number} found")
            return
        for right, entry in zip(expected, found, strict=True):
            if text_of(right) != text_of(entry):
                self._fault(difference(what, right, entry))

    def _source_of_case(self) -> None:
        claims = self.claims
        asked = claims.asked
        if not asked <= set(self.claims.stated):
            self._fault(f"the day asked for, {self.claims.as_of}, is not a fact of each request")
        stated = set(self.claims.stated) - asked
        digest = {
            "iri": self.claims.case[1:-1],
            "digest": digest_of(stated),
            "asOf": self.claims.as_of,
        }
        if text_of(digest) != text_of(self.proof["case"]):
            self._fault("the digest of the case is not that of its facts")
        if self.sent is not None:
            parts = self.folder.parts if self.folder else None
            for line in differences(self.sent, stated, self.claims.case, parts):
                self._fault(line)

    def _source_of_knowledge(self) -> None:
        knowledge = cast("dict[str, str]", self.proof["knowledge"])
        if set(knowledge) != {"version", "digest", "classification"}:
            raise Unreadable("the knowledge is named by version, digest and classification")
        if self.folder is None:
            return
        named = {
            "version": self.folder.version,
            "digest": self.folder.digest,
            "classification": self.folder.classification,
        }
        for key in sorted(named):
            if knowledge[key] != named[key]:
                self._fault(
                    f"the knowledge base is not the one that the proof names: its {key} is "
                    f"{named[key]}, not {knowledge[key]}"
                )
        texts = {
            entry["file"]: entry["text"].encode()
            for entry in cast("list[dict[str, str]]", self.proof["rules"])
        }
        for file in sorted(set(texts) | set(self.folder.rules)):
            if texts.get(file) != self.folder.rules.get(file):
                self._fault(f"rule: {file} differs between the proof and the knowledge base")
        if text_of(self.claims.populations) != text_of(dict(self.folder.populations)):
            self._fault("the populations are not those of the knowledge base")

    def _facts(self) -> Facts:
        """Take the facts as listed: the strata are claims, which the steps must bear out."""
        cited = [fact for fact, entry in self.claims.listed if "file" in entry]
        if self.folder is not None:
            for fact in cited:
                if fact not in self.folder.facts:
                    self._fault(f"fact: the knowledge base does not state {' '.join(fact)}")
        facts = Facts(self.claims.stated, self.folder.index if self.folder else Index(cited))
        for fact, entry in self.claims.listed:
            if "stratum" in entry:
                if facts.has(fact):
                    self._fault(f"fact {entry['id']} is asserted, or listed twice")
                facts.add(fact, whole(entry["stratum"], f"the stratum of {entry['id']}"))
        return facts

    def _places(self) -> Mapping[Fact, tuple[str, int]]:
        if self.folder is not None:
            return self.folder.facts
        return {
            fact: (cast("str", entry["file"]), cast("int", entry["line"]))
            for fact, entry in self.claims.listed
            if "file" in entry
        }

    def _support(self, layout: Layout) -> None:
        """Require each concluded fact to be of the stratum of the first step that concludes it."""
        first: dict[Fact, int] = {}
        for step in layout.steps:
            for fact in step.concludes:
                first.setdefault(fact, step.stratum)
        for fact in layout.derived:
            if fact not in first:
                self._fault(f"{' '.join(fact)} is concluded by no step from what is below it")
            elif first[fact] != layout.view.stratum[fact]:
                self._fault(f"{' '.join(fact)} is concluded at another stratum")

    def _order(self, facts: Facts) -> None:
        """Require strata that are an order of the rules, in whatever case."""
        knowledge = facts.knowledge.facts
        given = (
            self.claims.rules,
            self.claims.populations,
            self.claims.membership,
            self.claims.stated,
            knowledge,
        )
        for fault in find_circles(*given):
            self._fault(fault)

    def _outcomes(self, requests: list[Data]) -> None:
        """Require one outcome of each request, and of each of its completions."""
        for request in requests:
            if len(cast("list[str]", request["outcome"])) > 1:
                self._fault(f"{request['request']} has more than one outcome")
            for completion in cast("list[Data]", request["completions"]):
                if not completion["outcome"]:
                    self._fault(f"{completion['scenario']} has no outcome")
