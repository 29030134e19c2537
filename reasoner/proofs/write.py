"""
Write the proof of a decision from its derivation and the syntax trees of its rules.

The separate verifier reads what is written here. The two share the form of a proof, which
`reasoner/verifier/README.md` describes, and no code.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import TYPE, XSD
from reasoner.knowledge.terms import PREFIXES, mn

from .order import known_facts
from .populations import class_expressions
from .steps import proof_steps
from .trees import denied_patterns, rule_trees

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reasoner.determinations.assess import Assessment
    from reasoner.kernel.facts import Fact
    from reasoner.knowledge.base import Knowledge

    from .known import Known
    from .populations import Expression
    from .steps import ProofStep

Data = dict[str, object]
FORM: Final = "https://w3id.org/mednec/proof/2"
SHORT: Final = ("mn", "mnc", "mng", "mnl", "rdf", "xsd")
"""The prefixes of a proof, in addition to `case`."""
CLASSIFICATION: Final = "ontology/generated/classification.ttl"
IS_A: Final = f"<{TYPE.value}>"


def build_proof(assessment: Assessment, knowledge: Knowledge) -> Data:
    """
    Write the proof of a decision as plain data.

    Args:
        assessment: The decision; its whole derivation is proved, also what did not hold.
        knowledge: The knowledge base with which it was made.

    Raises:
        ProofFailed: The derivation does not bear out one of its own steps.
    """
    known = known_facts(assessment.derivation, knowledge)
    steps = proof_steps(known, knowledge)
    writer = _Writer(assessment, knowledge, known, steps)
    return {
        "format": FORM,
        "engine": assessment.engine,
        "prefixes": writer.prefixes,
        "case": {
            "iri": assessment.case.iri,
            "digest": assessment.case.digest,
            "asOf": assessment.as_of,
        },
        "knowledge": {
            "version": knowledge.version,
            "digest": knowledge.digest,
            "classification": hashlib.sha256(knowledge.sources[CLASSIFICATION]).hexdigest(),
        },
        "requests": writer.requests(),
        "priorities": writer.priorities(),
        "memberships": known.membership,
        "facts": writer.facts(),
        "rules": _rules(knowledge, known),
        "populations": [
            {"iri": writer.short(name), "members": _each(expression, writer.short)}
            for name, expression in sorted(class_expressions(knowledge).items())
        ],
        "searches": writer.searches(),
        "steps": [writer.step(f"s{number}", step) for number, step in enumerate(steps, start=1)],
    }


def proof_text(proof: Data) -> str:
    """Write a proof as JSON, one entry of a list a line."""
    parts = []
    for key, value in proof.items():
        if isinstance(value, list):
            rows = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in value)
            parts.append(f' "{key}": [\n{rows}\n ]')
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rules(knowledge: Knowledge, known: Known) -> list[Data]:
    listed = sorted((known.of_rule[rule.id], rule.id, rule.path) for rule in knowledge.rules)
    return [
        {
            "id": name,
            "stratum": stratum,
            "file": f"ontology/{path}",
            "text": knowledge.sources[f"ontology/{path}"].decode("utf-8"),
        }
        for stratum, name, path in listed
    ]


@lru_cache(maxsize=4)
def _denied_facts(knowledge: Knowledge) -> Mapping[str, tuple[Fact, ...]]:
    """Return, for each IRI, the stated facts about it of the kinds that rules deny or total."""
    whole: set[str] = set()
    fixed: set[tuple[str, str]] = set()
    for tree in rule_trees(knowledge).values():
        for _, predicate, value in denied_patterns(tree.construct.where):
            if value.startswith("?"):
                whole.add(predicate)
            else:
                fixed.add((predicate, value))
    found: dict[str, list[Fact]] = {}
    for fact in knowledge.base_facts.all:
        subject, predicate, value = fact
        if predicate in whole or (predicate, value) in fixed:
            found.setdefault(subject, []).append(fact)
        if predicate in whole and value.startswith("<"):
            found.setdefault(value, []).append(fact)
    return {term: tuple(facts) for term, facts in found.items()}


class _Writer:
    """Numbers the facts, searches and steps of one proof, and writes them."""

    def __init__(
        self, assessment: Assessment, knowledge: Knowledge, known: Known, steps: list[ProofStep]
    ) -> None:
        self.assessment, self.knowledge, self.known = assessment, knowledge, known
        self.steps = steps
        self.case = f"<{assessment.case.iri}>"
        self.prefixes = {"case": assessment.case.iri} | {name: PREFIXES[name] for name in SHORT}
        self._shortened: dict[str, str] = {}
        self.asserted = sorted(known.asserted)
        self.derived = sorted(
            (fact for fact, stratum in known.stratum.items() if stratum),
            key=lambda fact: (known.stratum[fact], fact),
        )
        self.found = {
            (pattern, below): sorted(known.find(pattern, {}, below))
            for step in steps
            for pattern, below in step.searches
        }
        self.stated = sorted(self._stated())
        self.ids = {
            fact: f"{letter}{number}"
            for letter, facts in (("c", self.asserted), ("k", self.stated), ("d", self.derived))
            for number, fact in enumerate(facts, start=1)
        }
        self.search_ids = {search: f"q{n}" for n, search in enumerate(self.found, start=1)}

    def _stated(self) -> set[Fact]:
        """Find the facts of the knowledge base that a proof lists; see the README of the form."""
        named = {fact for step in self.steps for fact in (*step.premises, *step.concludes)}
        named |= {fact for step in self.steps for total in step.totals for fact in total.members}
        named |= {fact for facts in self.found.values() for fact in facts}
        found = named & self.known.stated.all
        about = _denied_facts(self.knowledge)
        seen: set[str] = set()
        terms = {term for fact in (*self.asserted, *self.derived, *found) for term in fact}
        while terms := terms - seen:
            seen |= terms
            more = {fact for term in terms for fact in about.get(term, ())} - found
            found |= more
            terms = {term for fact in more for term in fact}
        return found - self.known.asserted

    def short(self, term: str) -> str:
        """Write a term of N-Triples in the short form of a proof."""
        if (found := self._shortened.get(term)) is None:
            found = self._shortened[term] = self._shorten(term)
        return found

    def _shorten(self, term: str) -> str:
        if term.startswith('"'):
            text, mark, datatype = term.rpartition("^^")
            whole = mark and datatype.endswith(">")
            return f"{text}^^{self._shorten(datatype)}" if whole else term
        for prefix, namespace in self.prefixes.items():
            if term.startswith(f"<{namespace}"):
                return f"{prefix}:{term[len(namespace) + 1 : -1]}"
        return term

    def _names(self, facts: Iterable[Fact]) -> list[str]:
        return [self.ids[fact] for fact in facts]

    def facts(self) -> list[Data]:
        """Write the facts: those of the case, of the knowledge base, and those concluded."""
        day = f'"{self.assessment.as_of}"^^<{XSD}date>'
        requests = {
            (o, f"<{mn('asOf').value}>", day)
            for s, p, o in self.asserted
            if (s, p) == (self.case, f"<{mn('request').value}>")
        }
        found = [
            self._fact(fact, {"from": "asked" if fact in requests else "case"})
            for fact in self.asserted
        ]
        for fact in self.stated:
            file, line = self.knowledge.places[fact]
            found.append(self._fact(fact, {"file": file, "line": line}))
        by: dict[Fact, dict[str, None]] = {}
        for number, step in enumerate(self.steps, start=1):
            for fact in step.concludes:
                by.setdefault(fact, {})[f"s{number}"] = None
        for fact in self.derived:
            found.append(
                self._fact(fact, {"stratum": self.known.stratum[fact], "by": list(by[fact])})
            )
        return found

    def _fact(self, fact: Fact, more: Data) -> Data:
        return {"id": self.ids[fact], "fact": [self.short(term) for term in fact], **more}

    def searches(self) -> list[Data]:
        """Write what was searched, each search once."""
        return [
            {
                "id": self.search_ids[pattern, below],
                "pattern": [self.short(term) for term in pattern],
                "below": below,
                "found": self._names(facts),
            }
            for (pattern, below), facts in self.found.items()
        ]

    def step(self, name: str, step: ProofStep) -> Data:
        """Write one step."""
        row = {key: self.short(term) for key, term in sorted(step.row.items())}
        return {
            "id": name,
            **({"rule": step.rule} if step.rule else {"population": row["population"]}),
            "bindings": row,
            "premises": self._names(step.premises),
            "absent": [
                {
                    "pattern": [self.short(term) for term in pattern],
                    "search": self.search_ids[search],
                }
                for pattern, search in step.absent
            ],
            "totals": [
                {
                    "binds": list(total.names),
                    "of": self._names(total.members),
                    "searches": [self.search_ids[search] for search in total.searches],
                }
                for total in step.totals
            ],
            "concludes": self._names(step.concludes),
        }

    def priorities(self) -> list[Data]:
        """Write which recommendation came before which, and by what step."""
        return [
            {
                "step": f"s{number}",
                "over": self.short(step.prefers[0]),
                "under": self.short(step.prefers[1]),
            }
            for number, step in enumerate(self.steps, start=1)
            if step.prefers is not None
        ]

    def requests(self) -> list[Data]:
        """Write what was decided of each request, and the outcome of each of its completions."""
        found = self._values(self.case, "request")
        return [
            {
                "request": self.short(request),
                "outcome": self._stating(request, "outcome"),
                "robust": self._stating(request, "robust"),
                "completions": [
                    {
                        "scenario": self.short(scenario),
                        "outcome": self._stating(scenario, "scenarioOutcome"),
                    }
                    for scenario in self._completions(request)
                ],
            }
            for request in found
            if (self.case, f"<{mn('request').value}>", request) in self.known.asserted
        ]

    def _values(self, subject: str, name: str) -> list[str]:
        return sorted(o for _, _, o in self.known.find((subject, f"<{mn(name).value}>", "?o"), {}))

    def _stating(self, subject: str, name: str) -> list[str]:
        return self._names(sorted(self.known.find((subject, f"<{mn(name).value}>", "?o"), {})))

    def _completions(self, request: str) -> list[str]:
        completion = f"<{mn('Completion').value}>"
        of_request = self.known.find(("?s", f"<{mn('ofRequest').value}>", request), {})
        return sorted(s for s, _, _ in of_request if self.known.has((s, IS_A, completion)))


def _each(expression: Expression, write: Callable[[str], str]) -> Expression:
    """Write each term of a class expression in another form; words of the form stay."""
    word, *rest = expression
    return [
        word,
        *(
            _each(part, write)
            if isinstance(part, list)
            else part
            if word == "range" and place % 2 == 0
            else write(str(part))
            for place, part in enumerate(rest)
        ),
    ]
