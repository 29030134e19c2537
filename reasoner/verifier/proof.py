"""The document of a proof: its parts, and how they are read."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, cast

from .layout import FORMAT, difference, text_of
from .rule_text import read_rule_text
from .terms import NS, XSD, Prefixes, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .layout import Data
    from .populations import Expression
    from .steps import Rules
    from .terms import Fact

KEYS: Final = (
    "format",
    "engine",
    "prefixes",
    "case",
    "knowledge",
    "requests",
    "priorities",
    "memberships",
    "facts",
    "rules",
    "populations",
    "searches",
    "steps",
)
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_proof(text: str) -> Data:
    """
    Read the text of a proof; a key that is given twice is an error, not a choice.

    Raises:
        Unreadable: It is not JSON, or does not have the keys of a proof.
    """

    def once(pairs: list[tuple[str, object]]) -> Data:
        if len(dict(pairs)) != len(pairs):
            raise Unreadable("a key is given twice")
        return dict(pairs)

    try:
        proof = json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from error
    if not isinstance(proof, dict) or set(proof) != set(KEYS):
        raise Unreadable(f"a proof has the keys {', '.join(KEYS)}")
    if proof["format"] != FORMAT:
        raise Unreadable(f"the format is not {FORMAT}")
    if not isinstance(proof["engine"], str) or not proof["engine"]:
        raise Unreadable("the engine is not named")
    return proof


class Claims:
    """
    What a proof claims, read.

    Args:
        proof: The document.

    Attributes:
        case: The name of the case, as N-Triples writes it.
        as_of: The day whose law was asked for, as the document gives it.
        listed: Each fact with its entry.
        stated: The facts of the case.
        asked: Those of them that would ask for the day, one of each request.
        rules: The stratum and text of each rule, by id.
        populations: The class expression of each population.
        membership: The stratum of memberships in populations.

    Raises:
        Unreadable: A part does not have its form, or contradicts itself.
    """

    def __init__(self, proof: Data) -> None:
        about = cast("dict[str, str]", proof["case"])
        self.prefixes = Prefixes(about["iri"])
        self.case = f"<{about['iri']}>"
        self.as_of = cast("str | None", about["asOf"])
        if text_of(self.prefixes.table) != text_of(proof["prefixes"]):
            raise Unreadable("the prefixes are not those of the format")
        self.listed = [
            (self._fact(entry["fact"]), entry) for entry in cast("list[Data]", proof["facts"])
        ]
        self.stated = [f for f, entry in self.listed if not {"stratum", "file"} & set(entry)]
        self.asked = self._asked()
        self.rules = _rules(cast("list[dict[str, str]]", proof["rules"]))
        self.populations = self._populations(cast("list[Data]", proof["populations"]))
        self.membership = whole(proof["memberships"], "the stratum of memberships")

    def _fact(self, terms: object) -> Fact:
        subject, predicate, value = cast("list[str]", terms)
        full = self.prefixes.full
        return full(subject), full(predicate), full(value)

    def _asked(self) -> set[Fact]:
        if self.as_of is None:
            return set()
        if not isinstance(self.as_of, str) or not DAY.fullmatch(self.as_of):
            raise Unreadable(f"the case is decided as of {self.as_of!r}, which is not a day")
        requests = {o for s, p, o in self.stated if (s, p) == (self.case, f"<{NS}request>")}
        return {(one, f"<{NS}asOf>", f'"{self.as_of}"^^<{XSD}date>') for one in requests}

    def _populations(self, listed: list[Data]) -> Mapping[str, Expression]:
        full, short = self.prefixes.full, self.prefixes.short
        found = {full(cast("str", entry["iri"])): _each(entry["members"], full) for entry in listed}
        right: list[Data] = [
            {"iri": short(name), "members": _each(found[name], short)} for name in sorted(found)
        ]
        for wanted, entry in zip(right, listed, strict=True):
            if text_of(wanted) != text_of(entry):
                raise Unreadable(difference("population", wanted, entry))
        return found


def _rules(listed: list[dict[str, str]]) -> Rules:
    found: Rules = {}
    order = []
    for entry in listed:
        rule = read_rule_text(entry["text"], entry["file"])
        stratum = whole(entry["stratum"], f"the stratum of {rule.id}")
        if set(entry) != {"id", "stratum", "file", "text"} or rule.id != entry["id"]:
            raise Unreadable(f"rule {entry['id']}: its entry is not that of its text")
        found[rule.id] = (stratum, rule)
        order.append((stratum, rule.id))
    if order != sorted(set(order)) or len(found) != len(order):
        raise Unreadable("the rules are not listed once each, by stratum and id")
    return found


def whole(value: object, what: str) -> int:
    """Return a whole number from 1; a text, a fraction or a truth value is none."""
    if type(value) is not int or value < 1:
        raise Unreadable(f"{what} is not a whole number from 1")
    return value


def _each(expression: object, write: Callable[[str], str]) -> Expression:
    """Write each term of a class expression in another form; words of the format stay."""
    if not isinstance(expression, list) or not expression:
        raise Unreadable("a population is not given by a class expression")
    word, *rest = expression
    return [
        word,
        *(
            part
            if word == "range" and place % 2 == 0
            else _each(part, write)
            if isinstance(part, list)
            else write(part)
            for place, part in enumerate(rest)
        ),
    ]
