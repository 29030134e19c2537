"""
A case in JSON, walked along the form of a case: facts, the place of each, and all faults.

A key is a property of the part that it is in, a text is a term that the property allows or the id
of another part of the same case. JSON-LD keywords are understood; no context is ever loaded.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import CaseUnreadable, Fault
from reasoner.kernel.terms import TYPE, XSD
from reasoner.knowledge.case_form import PART, REFERENCE, TERM, datatype_of
from reasoner.knowledge.terms import CASE, CONTEXT, PREFIXES

from .limits import shown
from .names import case_named, stem_of
from .nearest import nearest_names, nearest_terms, spoken, term_advice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from reasoner.knowledge.case_form import CaseForm, Field, Part
    from reasoner.knowledge.vocabulary import Vocabulary

NO_IRI: Final = re.compile(r'[\x00-\x20<>"{}|\\^`]')
SCHEMES: Final = frozenset({*PREFIXES, "http", "https", "urn", "_"})
"""What an id that is a whole IRI may begin with, before its colon."""
SPOKEN: Final = {
    "number": "a whole number",
    "truth": "true or false",
    "text": "text in quotation marks",
    "date": "a date as text, YYYY-MM-DD",
    TERM: "the name of a term",
    REFERENCE: "the id of another part of the case, as text",
    PART: "an object",
}
TYPES: Final = {"number": int, "truth": bool, "text": str, "date": str}
COMPARED: Final = 20
"""The number of faults for which similar names are looked for."""
NAMES: Final = ("id", "@id")
CLASSES: Final = ("type", "@type")
KEYWORDS: Final = frozenset({*NAMES, *CLASSES, "@context", "@graph"})
Object = dict[str, object]
Resource = ox.NamedNode | ox.BlankNode
Nearest = tuple[tuple[str, str], ...]


@dataclass(kw_only=True)
class JsonFacts:
    """
    What a JSON document states.

    Attributes:
        quads: Its facts.
        faults: What is wrong with it; the facts leave that out.
        parts: The JSON path of each object, by the node that it became.
        values: The JSON path of each value, by node, property and text.
    """

    quads: list[ox.Quad] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    parts: dict[Resource, str] = field(default_factory=dict)
    values: dict[tuple[Resource | ox.Triple, str, str], str] = field(default_factory=dict)


def read_json(value: object, form: CaseForm, vocabulary: Vocabulary, source: str) -> JsonFacts:
    """
    Read a decoded JSON case.

    Args:
        value: The JSON.
        form: The form of a case.
        vocabulary: All terms, so that a term that is not allowed differs from an unknown one.
        source: What to call the document in messages.

    Raises:
        CaseUnreadable: The value is not an object, or it names another context or a graph.
    """
    if not isinstance(value, dict):
        raise CaseUnreadable(
            f"{source}: expected one JSON object, the case.",
            hint='Start with {"type": "Case", "injury": …}.',
        )
    _check_context(value, source)
    if "@graph" in value and {*NAMES} & set(value):
        raise CaseUnreadable(
            f"{source}: the case is in a named graph.", hint="Send the facts without a graph name."
        )
    walk = _Walk(value, form, vocabulary, source)
    walk.find_ids(value, "$")
    graph = value.get("@graph")
    if graph is None:
        walk.part(value, form.case, "$")
    else:
        for place, item in enumerate(graph if isinstance(graph, list) else [graph]):
            walk.part(item if isinstance(item, dict) else {}, None, f"$.@graph[{place}]")
    return walk.found


def _check_context(value: object, source: str, path: str = "$") -> None:
    """Reject any context but ours, at any level."""
    for key, item, place in _items(value, path):
        if key == "@context" and (path != "$" or item != CONTEXT):
            raise CaseUnreadable(
                f"{source}: {place} is not the context of this vocabulary.",
                hint=f'Leave it out, or write "{CONTEXT}". No context is fetched.',
            )
        _check_context(item, source, place)


def _items(value: object, path: str) -> Iterator[tuple[str, object, str]]:
    """Yield what an object or list holds: the key (empty in a list), the value and its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item, f"{path}.{key}"
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield "", item, f"{path}[{place}]"


def _written(value: object) -> str:
    return shown(json.dumps(value, ensure_ascii=False))


def _first(value: Object, keys: tuple[str, ...]) -> object:
    return next((value[key] for key in keys if key in value), None)


class _Walk:
    """One walk through a document, with what it found so far."""

    def __init__(self, root: Object, form: CaseForm, vocabulary: Vocabulary, source: str) -> None:
        self.form = form
        self.vocabulary = vocabulary
        self.found = JsonFacts()
        self.ids: dict[str, str] = {}
        self.blank = count()
        self.root = _case_in(root)
        name = _first(self.root, NAMES)
        given = isinstance(name, str) and name and not NO_IRI.search(name)
        self.case = whole_iri(str(name), CASE) if given else case_named(source)

    def fault(
        self, at: str, value: object, message: str, near: Callable[[], Nearest] = tuple
    ) -> None:
        """Keep a fault; its message begins with its place. Those beyond many are not compared."""
        nearest = near() if len(self.found.faults) < COMPARED else ()
        self.add(at, value, f"{message} {spoken(nearest)}", nearest)

    def wrong_term(self, at: str, value: object, known: Field) -> None:
        """Keep the fault of a value that is not a term that its property allows."""
        compared = len(self.found.faults) < COMPARED
        nearest = nearest_terms(str(value), known) if compared else ()
        message = f"is {_written(value)}, which is not a term. {term_advice(nearest, known)}"
        self.add(at, value, message, nearest)

    def add(self, at: str, value: object, message: str, nearest: Nearest) -> None:
        """Keep a fault."""
        text = f"{shown(at)} {message}".rstrip()
        self.found.faults.append(
            Fault(
                at=at,
                value="" if value is None else _written(value),
                message=text,
                nearest=nearest,
            )
        )

    def find_ids(self, value: object, path: str) -> None:
        """Note the ids of all objects that state something; two objects never share one."""
        if isinstance(value, dict) and "@value" not in value:
            name = _first(value, NAMES)
            if isinstance(name, str) and (set(value) - {*NAMES} or path == "$"):
                key = name.removeprefix("#")
                if key in self.ids:
                    self.fault(
                        path,
                        name,
                        f"and {self.ids[key]} have one id, {name}. "
                        "Give each object its own id, or leave the ids out.",
                    )
                self.ids.setdefault(key, path)
        for _, item, place in _items(value, path):
            self.find_ids(item, place)

    def node(self, value: Object, path: str) -> Resource | None:
        """Return the node of an object: its id, or a blank node of its own; None for a wrong id."""
        name = _first(value, NAMES)
        if not {*NAMES} & set(value):
            return ox.BlankNode(f"part{next(self.blank)}")
        if not isinstance(name, str) or NO_IRI.search(name) or not name.strip("#"):
            self.fault(
                path,
                name,
                f"has the id {_written(name)}, which is not an IRI. "
                "Write a short name without spaces, or an IRI, or leave the id out.",
            )
            return None
        prefix, colon, _ = name.partition(":")
        if colon and prefix not in SCHEMES:
            self.fault(
                path,
                name,
                f"has the id {_written(name)}, whose scheme '{prefix}' is not allowed. "
                "Write a short name without a colon, or an IRI with https.",
            )
            return None
        if value is self.root:
            return self.iri(self.case, path)
        return self.of_id(name, path)

    def of_id(self, name: str, path: str) -> Resource | None:
        """Return the node of the id of a part: local to the case unless it is a whole IRI."""
        if name.startswith("_:"):
            return ox.BlankNode(f"sent{name[2:].encode().hex()}")
        return self.iri(whole_iri(name, stem_of(self.case)), path)

    def iri(self, text: str, path: str) -> ox.NamedNode | None:
        """Return the node of an IRI; None, with a fault, if it is malformed."""
        try:
            return ox.NamedNode(text)
        except ValueError:
            self.fault(path, text, f"is {_written(text)}, which is not an IRI.")
            return None

    def part(self, value: Object, part: Part | None, path: str) -> Resource | None:
        """
        Read an object.

        Args:
            value: The object.
            part: What it is; None if only its type says so.
            path: Where it is.

        Returns:
            Its node; None if its id is wrong.
        """
        node = self.node(value, path)
        if node is None:
            return None
        self.found.parts.setdefault(node, path)
        part = self.classes(value, node, part, path)
        for key, item in value.items():
            if key in KEYWORDS:
                continue
            place = f"{path}.{key}"
            known = part.fields.get(key) if part else self.form.fields.get(key)
            if known is None:
                self.unknown(key, part, place)
            elif isinstance(item, list):
                for at, one in enumerate(item):
                    self.value(node, known, one, f"{place}[{at}]")
            else:
                self.value(node, known, item, place)
        return node

    def classes(self, value: Object, node: Resource, part: Part | None, path: str) -> Part | None:
        """State the classes of an object, and return the part that it is."""
        given = _first(value, CLASSES)
        names = given if isinstance(given, list) else [] if given is None else [given]
        if not names and path == "$":
            names = ["Case"]
        for name in names:
            named = self.form.parts.get(name.removeprefix("mn:")) if isinstance(name, str) else None
            other = self.vocabulary_term(name)
            if named is None and not other:
                parts = {each.name: each.label for each in self.form.parts.values()}
                self.fault(
                    f"{path}.type",
                    name,
                    f"is {_written(name)}, which is not the name of a part of a case.",
                    partial(nearest_names, str(name), parts),
                )
                continue
            kind = self.iri(named.iri if named else other, f"{path}.type")
            if kind is not None:
                self.state(node, TYPE.value, kind, path)
            part = named or part
        return part

    def vocabulary_term(self, name: object) -> str:
        """Return the IRI of any term of the vocabulary, or of an IRI; empty for another name."""
        if not isinstance(name, str) or NO_IRI.search(name):
            return ""
        prefix, colon, rest = name.partition(":")
        if colon:
            return PREFIXES.get(prefix, f"{prefix}:") + rest if prefix in SCHEMES else ""
        return self.vocabulary.named.get(name, "")

    def unknown(self, key: str, part: Part | None, place: str) -> None:
        """Report a key that is not a property of the part that it is in."""
        fields = part.fields if part else self.form.fields
        article = f"a property of {part.name}" if part else "a property of a case"
        owners = [owner.name for owner in self.form.owners(key)]
        elsewhere = f" It is a property of {', '.join(owners)}." if owners else ""
        usual = [name for name, each in fields.items() if each.least or each.question]
        stated = f" Usual are {', '.join(usual)}." if usual and part and not owners else ""
        labels = {name: each.label for name, each in fields.items()}
        self.fault(
            place,
            None,
            f"is not {article}.{elsewhere}{stated}",
            partial(nearest_names, key, labels, favored=usual),
        )

    def state(
        self,
        node: Resource,
        predicate: str,
        value: Resource | ox.Literal,
        path: str,
    ) -> None:
        """Add a fact, and remember where it stands."""
        self.found.quads.append(ox.Quad(node, ox.NamedNode(predicate), value))
        self.found.values.setdefault((node, predicate, value.value), path)

    def value(self, node: Resource, known: Field, value: object, path: str) -> None:
        """Read one value of a property."""
        read: Resource | ox.Literal | None
        if isinstance(value, dict) and "@value" in value:
            read = self.typed(value, known, path)
        elif known.kind in TYPES:
            read = self.literal(value, known, path)
        elif isinstance(value, dict) and set(value) <= {*NAMES} and value:
            read = self.name(_first(value, NAMES), known, path)
        elif isinstance(value, dict):
            read = self.part(value, self.inner(known), path)
        else:
            read = self.name(value, known, path)
        if read is not None:
            self.state(node, known.iri, read, path)

    def inner(self, known: Field) -> Part | None:
        """Return the part that a property leads to; None if there are several."""
        return self.form.parts[known.parts[0]] if len(known.parts) == 1 else None

    def literal(self, value: object, known: Field, path: str) -> ox.Literal | None:
        """Read a number, a text, a date or a truth value."""
        if type(value) is not TYPES[known.kind]:
            self.fault(path, value, f"is {_written(value)}; expected {SPOKEN[known.kind]}.")
            return None
        if known.kind == "date" and not is_day(str(value)):
            self.fault(path, value, f"is {_written(value)}, which is not a date. Write YYYY-MM-DD.")
            return None
        if isinstance(value, bool | int):
            return ox.Literal(value)
        return ox.Literal(str(value), datatype=ox.NamedNode(datatype_of(known)))

    def typed(self, value: Object, known: Field, path: str) -> ox.Literal | None:
        """Read a value that JSON-LD describes with its type or language."""
        text, kind, language = value["@value"], value.get("@type"), value.get("@language")
        unread = set(value) - {"@value", "@type", "@language"}
        if unread or not isinstance(text, str | int | bool):
            self.fault(path, value, f"is {_written(value)}, which is not understood as a value.")
            return None
        written = str(text).lower() if isinstance(text, bool) else str(text)
        try:
            if isinstance(language, str):
                return ox.Literal(written, language=language)
            if isinstance(kind, str):
                return ox.Literal(written, datatype=ox.NamedNode(whole_iri(kind, XSD)))
        except ValueError:
            self.fault(path, value, f"is {_written(value)}, which is not understood as a value.")
            return None
        if isinstance(text, bool | int):
            return ox.Literal(text)
        return self.literal(text, known, path) if known.kind in TYPES else ox.Literal(text)

    def name(self, value: object, known: Field, path: str) -> Resource | None:
        """Read a text that names a term, or another part of the case by its id."""
        named = isinstance(value, str) and value and not NO_IRI.search(value)
        if not isinstance(value, str) or not named:
            if known.kind == TERM:
                self.wrong_term(path, value, known)
            elif known.kind == PART:
                self.not_an_object(path, value, known)
            else:
                expected = SPOKEN[known.kind]
                self.fault(path, value, f"is {_written(value)}; expected {expected}.")
            return None
        if known.kind == TERM and value in known.terms:
            return ox.NamedNode(known.terms[value].iri)
        if value.removeprefix("#") in self.ids:
            return self.of_id(value, path)
        other = self.vocabulary_term(value)
        if other and (known.kind == TERM or ":" in value):
            return self.iri(other, path)  # the shapes check that it fits
        if known.kind == TERM:
            self.wrong_term(path, value, known)
        elif known.kind == PART:
            self.not_an_object(path, value, known)
        else:
            ids = {key: "" for key, at in self.ids.items() if at != "$"}
            self.fault(
                path,
                value,
                f"is {_written(value)}, which is not the id of a part of this case. "
                f"Its ids: {shown(', '.join(sorted(ids)) or 'none')}.",
                partial(nearest_names, value, ids),
            )
        return None

    def not_an_object(self, path: str, value: object, known: Field) -> None:
        """Report a value in the place of a part, with the properties that the part usually has."""
        fields = [f for name in known.parts for f in self.form.parts[name].fields.values()]
        usual = [f.name for f in fields if f.least or f.question] or [f.name for f in fields]
        expected = f"an object with {', '.join(usual[:6])}"
        self.fault(path, value, f"is {_written(value)}; expected {expected}.")


def _case_in(root: Object) -> Object:
    """Return the object that is the case: the whole, or the one of that type in a graph."""
    graph = root.get("@graph")
    items = graph if isinstance(graph, list) else [root]
    return next(
        (i for i in items if isinstance(i, dict) and _first(i, CLASSES) in ["Case", "mn:Case"]),
        root,
    )


def whole_iri(name: str, stem: str) -> str:
    """Return the IRI of a name: with its prefix written out, or after a stem if it has none."""
    prefix, colon, rest = name.partition(":")
    return PREFIXES.get(prefix, f"{prefix}:") + rest if colon else stem + name.removeprefix("#")


def is_day(text: str) -> bool:
    """Return True if a text is a day written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def context_of(form: CaseForm) -> Mapping[str, object]:
    """Build the JSON-LD context of a case: its properties with their types, and its terms."""
    context: dict[str, object] = {"@version": 1.1, "id": "@id", "type": "@type", **PREFIXES}
    context |= form.terms
    for name, known in form.fields.items():
        kind = datatype_of(known) if known.kind in TYPES else "@vocab"
        context[name] = {"@id": known.iri, "@type": kind}
    return context
