"""Check a proof: its parts against the facts that it lists, and those against the sources."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from .faults import Unreadable
from .form import (
    Data,
    ListedFact,
    ListedPopulation,
    ListedRule,
    difference,
    fact_of,
    read_proof,
    text_of,
)
from .layout import ABOVE_ALL, Layout, as_of_facts, find_steps
from .rule_text import read_rule_text
from .sources import GENERATED, differences
from .view import Index, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .classes import Expression
    from .rule_text import RuleText
    from .sources import Folder
    from .turtle import Fact

STRATUM: Final = re.compile(r"ontology/rules/(\d+)-[a-z-]+/[a-z0-9-]+\.rq")
MOST: Final = 20
"""Faults that are told; one is enough to reject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """
    What the checker found.

    Attributes:
        faults: What is wrong; none if the proof is accepted.
        trusted: What the checker had to take on trust.
        counts: How many facts, rules, populations, steps, absences and totals were checked.
    """

    faults: tuple[str, ...]
    trusted: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def accepted(self) -> bool:
        """Whether the proof holds."""
        return not self.faults


def verify(text: str, *, case: set[Fact] | None = None, folder: Folder | None = None) -> Verdict:
    """
    Check a proof.

    Args:
        text: The proof, as JSON.
        case: The facts of the case as it was sent; None to trust those that the proof lists.
        folder: The knowledge; None to trust what the proof lists of it.
    """
    try:
        proof = read_proof(text)
        return _Checker(proof, case, folder).verdict()
    except Unreadable as error:
        return Verdict(faults=(str(error),), trusted=(), counts={})
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        fault = f"not of the form of a proof: {type(error).__name__}: {error}"
        return Verdict(faults=(fault,), trusted=(), counts={})


def digest_of(told: Iterable[Fact]) -> str:
    """Hash the facts of a case: SHA-256 of their N-Triples, sorted."""
    lines = sorted(" ".join(fact) for fact in told)
    return hashlib.sha256("".join(f"{line} .\n" for line in lines).encode()).hexdigest()


class _Checker:
    """Checks one proof, part by part, and gathers the faults."""

    def __init__(self, proof: Data, case: set[Fact] | None, folder: Folder | None) -> None:
        self.proof, self.sent, self.folder = proof, case, folder
        self.faults: list[str] = []
        self.listed = cast("list[ListedFact]", proof["facts"])
        self.told = [fact_of(f) for f in self.listed if "level" not in f and "file" not in f]
        self.rules = self._rules(cast("list[ListedRule]", proof["rules"]))
        self.populations = self._populations(cast("list[ListedPopulation]", proof["populations"]))
        about = cast("dict[str, str]", proof["case"])
        self.case = about["iri"]
        self.as_of = cast("str | None", about["asOf"])

    def verdict(self) -> Verdict:
        self._sources()
        view = self._view()
        if self.faults:
            return self._verdict(0, 0, 0)
        steps = find_steps(view, self.rules, self.populations)
        self._closed(view, {fact for step in steps for fact in step.concludes})
        if self.faults:
            return self._verdict(0, 0, 0)
        layout = Layout(self.case, self.told, view, steps, self.as_of)
        self._compare("fact", self._facts(layout), self.listed)
        self._compare("step", layout.written_steps(), self.proof["steps"])
        self._compare("priority", layout.priorities(), self.proof["priorities"])
        self._compare("request", layout.requests(), self.proof["requests"])
        self._outcomes(layout)
        return self._verdict(
            len(steps),
            sum(len(step.solution.absences) for step in steps),
            sum(len(step.solution.counts) for step in steps),
        )

    def _verdict(self, steps: int, absences: int, totals: int) -> Verdict:
        counts = {
            "facts": len(self.listed),
            "rules": len(self.rules),
            "populations": len(self.populations),
            "steps": steps,
            "absences": absences,
            "totals": totals,
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
            trusted.append(f"{GENERATED}, the work of the classifier, as it stands in the folder")
        return Verdict(faults=tuple(self.faults), trusted=tuple(trusted), counts=counts)

    def _fault(self, text: str) -> None:
        if len(self.faults) < MOST:
            self.faults.append(text)

    def _compare(self, what: str, expected: list[Data], found: object) -> None:
        """Hold a list of the proof to what it must be, entry by entry."""
        if not isinstance(found, list) or len(found) != len(expected):
            told = len(found) if isinstance(found, list) else "no list"
            self._fault(f"{what}: {len(expected)} are to be listed, {told} found")
            return
        for right, entry in zip(expected, found, strict=True):
            if text_of(right) != text_of(entry):
                self._fault(difference(what, right, entry))

    def _rules(self, listed: list[ListedRule]) -> dict[str, tuple[int, RuleText]]:
        found: dict[str, tuple[int, RuleText]] = {}
        order = []
        for entry in listed:
            place = STRATUM.fullmatch(entry["file"])
            stratum = int(place[1]) if place else -1
            rule = read_rule_text(entry["text"], entry["file"])
            right: Data = {
                "id": rule.id,
                "stratum": stratum,
                "file": entry["file"],
                "sha256": hashlib.sha256(entry["text"].encode()).hexdigest(),
                "text": entry["text"],
            }
            if stratum < 0 or text_of(right) != text_of(entry):
                self._fault(f"rule {entry['id']}: its id, stratum and hash are not of its text")
            found[rule.id] = (stratum, rule)
            order.append((stratum, rule.id))
        if order != sorted(set(order)) or len(found) != len(order):
            self._fault("the rules are not listed once each, by stratum and id")
        return found

    def _populations(self, listed: list[ListedPopulation]) -> dict[str, Expression]:
        found = {entry["iri"]: entry["members"] for entry in listed}
        right: list[Data] = [{"iri": k, "members": found[k]} for k in sorted(found)]
        self._compare("population", right, listed)
        return found

    def _sources(self) -> None:
        """Hold what the proof says of case and knowledge to the sources, where they are given."""
        self._source_of_case()
        self._source_of_knowledge()

    def _source_of_case(self) -> None:
        asked = as_of_facts(self.case, self.told, self.as_of)
        if not asked <= set(self.told):
            self._fault(f"the day asked for, {self.as_of}, is not a fact of each request")
        stated = set(self.told) - asked
        digest = {"iri": self.case, "digest": digest_of(stated), "asOf": self.as_of}
        if text_of(digest) != text_of(self.proof["case"]):
            self._fault("the digest of the case is not that of its facts")
        if self.sent is not None:
            parts = self.folder.parts if self.folder else None
            for line in differences(self.sent, stated, self.case, parts):
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
                    f"the knowledge base is another than the proof names: its {key} is "
                    f"{named[key]}, not {knowledge[key]}"
                )
        texts = {
            entry["file"]: entry["text"].encode()
            for entry in cast("list[ListedRule]", self.proof["rules"])
        }
        for file in sorted(set(texts) | set(self.folder.rules)):
            if texts.get(file) != self.folder.rules.get(file):
                self._fault(f"rule: {file} is not the same in the proof and in the knowledge base")
        if text_of(self.populations) != text_of(dict(self.folder.populations)):
            self._fault("the populations are not those of the knowledge base")

    def _view(self) -> View:
        """Take the facts as listed: the levels are claims, which the steps have to bear out."""
        cited = [fact_of(f) for f in self.listed if "file" in f]
        if self.folder is not None:
            for fact in cited:
                if fact not in self.folder.facts:
                    self._fault(f"fact: the knowledge base does not state {' '.join(fact)}")
        view = View(self.told, self.folder.index if self.folder else Index(cited))
        for entry in self.listed:
            if "level" in entry:
                if type(entry["level"]) is not int or entry["level"] < 1:
                    raise Unreadable(f"{entry['id']} is concluded at no level")
                if view.has(fact_of(entry), ABOVE_ALL):
                    self._fault(f"fact {entry['id']} is told, or listed twice")
                view.add(fact_of(entry), entry["level"])
        return view

    def _closed(self, view: View, concluded: set[Fact]) -> None:
        """Hold the list of facts to what the steps conclude: nothing that follows is left out."""
        for fact in sorted(concluded - set(view.level) - view.knowledge.facts):
            self._fault(f"left out: {' '.join(fact)} follows from what is listed")

    def _facts(self, layout: Layout) -> list[Data]:
        """Write the facts as they must be, each concluded one at the level of its first step."""
        if self.folder is not None:
            places = dict(self.folder.facts)
        else:
            places = {fact_of(f): (f["file"], f["line"]) for f in self.listed if "file" in f}
        first: dict[Fact, int] = {}
        for step in layout.steps:
            for fact in step.concludes:
                first.setdefault(fact, step.level)
        for fact in layout.derived:
            if fact not in first:
                self._fault(f"{' '.join(fact)} is concluded by no step from what is below it")
            elif first[fact] != layout.view.level[fact]:
                self._fault(f"{' '.join(fact)} is concluded at another level")
        return layout.facts(places)

    def _outcomes(self, layout: Layout) -> None:
        """Each completion has an outcome: none was left undecided."""
        for request in layout.requests():
            if len(cast("list[str]", request["outcome"])) > 1:
                self._fault(f"{request['request']} has more than one outcome")
            for completion in cast("list[Data]", request["completions"]):
                if not completion["outcome"]:
                    self._fault(f"{completion['scenario']} has no outcome")
