"""Write Turtle in one way only, so that the difference of two versions is one of meaning."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import EngineError, KnowledgeUnreadable
from reasoner.kernel.terms import OWL, RDF, SH

from .turtle_nodes import Node, Term, describe, find_owner, find_users, label_nodes
from .turtle_page import TurtlePage
from .turtle_text import Block, TurtleLayout, TurtleWords, read_layout, tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

_TYPE: Final = RDF + "type"
_ONTOLOGY: Final = ox.NamedNode(OWL + "Ontology")
_END: Final = ox.NamedNode("urn:mednec:end-of-statement")


def read_prefixes(path: Path) -> dict[str, str]:
    """
    Read which prefix stands for which IRI, from the `sh:declare` of a Turtle file.

    Returns:
        IRIs by prefix, sorted by prefix.

    Raises:
        KnowledgeUnreadable: The file does not exist, is not Turtle, or declares nothing.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeUnreadable(
            f"{path.name} cannot be read: {error}", hint="The prefixes are declared in that file."
        ) from error
    about = describe(_parse(text)[0])
    found: dict[str, str] = {}
    for said in about.values():
        names, namespaces = said.get(SH + "prefix", ()), said.get(SH + "namespace", ())
        found |= {n.value: iri.value for n in names for iri in namespaces}
    if not found:
        raise KnowledgeUnreadable(
            f"{path.name} declares no prefix.",
            hint='Declare each with sh:declare [ sh:prefix "…" ; sh:namespace "…"^^xsd:anyURI ].',
        )
    return dict(sorted(found.items()))


def format_turtle(text: str, prefixes: Mapping[str, str]) -> str:
    """
    Write a Turtle file in the form of this project; what it says stays the same.

    Args:
        text: The file.
        prefixes: IRIs by prefix, which take precedence over those of the file, but for its `:`.

    Raises:
        KnowledgeUnreadable: The text is not Turtle 1.1, or nests too deeply.
        EngineError: What would be written does not say the same: a fault of this formatter.
    """
    source = text.removeprefix("\ufeff")
    triples, declared = _parse(source)
    layout = read_layout(source)
    about = describe(triples)
    words = TurtleWords(namespaces=_namespaces(prefixes, declared), languages=layout.languages)
    page = TurtlePage(about=about, labels=label_nodes(triples), words=words)
    try:
        body = _body(page, layout, _by_statement(source, layout, triples))
    except RecursionError as error:
        raise KnowledgeUnreadable(
            "Parts without a name are nested too deeply.", hint="Give some of them an IRI."
        ) from error
    head = _head(body, words, keep=declared.keys() & {""})
    top = "\n\n".join("\n".join(block) for block in layout.top)
    if layout.tight and head:
        top, head = "", f"{top}\n{head}"
    text_of_parts = "\n\n".join(part for part in (top, head, body) if part)
    result = f"{text_of_parts}\n" if text_of_parts else ""
    if _canonical(_parse(result)[0]) != _canonical(triples):
        raise EngineError(
            "The formatted text would not say the same; the file is left as it is.",
            hint="Report this with the file.",
        )
    return result


def _parse(source: str) -> tuple[list[ox.Triple], dict[str, str]]:
    """Read the triples of a text in their order, and the prefixes that it binds."""
    try:
        parser = ox.parse(input=source.encode(), format=ox.RdfFormat.TURTLE)
        triples = [ox.Triple(q.subject, q.predicate, q.object) for q in parser]
    except SyntaxError as error:
        message = error.msg.partition(": ")[2] or error.msg
        raise KnowledgeUnreadable(
            f"Line {error.lineno}, column {error.offset}: not Turtle: {message}.",
            hint="Fix the file there, or in the line before; prefixes are declared at its head.",
        ) from error
    return triples, parser.prefixes


def _by_statement(
    source: str, layout: TurtleLayout, triples: Sequence[ox.Triple]
) -> list[list[ox.Triple]]:
    """Say which triples each statement makes: the text is read once more, with marks in it."""
    mark = f" {_END} {_END} {_END} ."
    ends = [0, *(statement.end for statement in layout.statements)]
    parts = [source[a:b] for a, b in pairwise(ends)]
    # Unlabeled nodes get new names in each reading, so triples are identified by their place.
    rest = iter(triples)
    found: list[list[ox.Triple]] = [[]]
    for triple in _parse("".join(part + mark for part in parts))[0]:
        if triple.subject == _END:
            found.append([])
        else:
            found[-1].append(next(rest))
    return found[:-1]


def _namespaces(
    prefixes: Mapping[str, str], declared: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Order the prefixes: the longest IRI first, then the file's own `:`, then the project's."""
    given = {p: iri for p, iri in prefixes.items() if p or p not in declared}
    named = {**declared, **given}
    return tuple(
        sorted(named.items(), key=lambda n: (-len(n[1]), n[0] != "", n[0] not in given, n[0]))
    )


def _head(body: str, words: TurtleWords, *, keep: AbstractSet[str]) -> str:
    """Write the prefixes that are used, and those to keep anyway."""
    used = {token.text.partition(":")[0] for token in tokenize(body) if token.kind == "name"}
    lines = (f"@prefix {p}: <{iri}> ." for p, iri in sorted(words.namespaces) if p in used | keep)
    return "\n".join(lines)


def _body(page: TurtlePage, layout: TurtleLayout, statements: Sequence[Sequence[ox.Triple]]) -> str:
    """Write all sections with their subjects and comments."""
    users = find_users(triple for triples in statements for triple in triples)
    places: dict[Node, int] = {}
    notes: dict[Node, Block] = {}
    for statement, triples in zip(layout.statements, statements, strict=True):
        said = describe(triples)
        for node in said:
            if find_owner(node, users, page.labels) == node:
                places.setdefault(node, statement.section)
        owner = find_owner(_speaker(said), users, page.labels)
        notes[owner] = notes.get(owner, ()) + statement.notes
    headers = {node for node in places if _is_header(page, node)}
    if {places[node] for node in headers} - {min(places.values(), default=0)}:
        # Headers stand above all: they leave their sections, unless the first one has them all.
        places |= dict.fromkeys(headers, 0)
    parts: list[str] = []
    for number, heading in enumerate(layout.headings):
        nodes = [node for node, place in places.items() if place == number]
        nodes.sort(key=lambda node: (node not in headers, *_order(page, node)))
        parts += ["\n".join(heading)] * bool(heading)
        parts += ["\n".join((*notes.get(node, ()), page.block(node))) for node in nodes]
    return "\n\n".join(parts)


def _speaker(said: Mapping[Node, Mapping[str, Sequence[Term]]]) -> Node:
    """Return the subject of a statement, not a node described inside it."""
    inner = {value for values in said.values() for vs in values.values() for value in vs}
    named = [node for node in said if isinstance(node, ox.NamedNode)]
    return next(iter([*named, *(node for node in said if node not in inner), *said]))


def _is_header(page: TurtlePage, node: Node) -> bool:
    return _ONTOLOGY in page.about[node].get(_TYPE, ())


def _order(page: TurtlePage, node: Node) -> tuple[int, int, str]:
    """Sort IRIs first, then labels by their number, then what has neither."""
    if isinstance(node, ox.NamedNode):
        return 0, 0, node.value
    if node in page.labels:
        return 1, len(page.labels[node]), page.labels[node]
    return 2, 0, page.line(node)


def _canonical(triples: Sequence[ox.Triple]) -> ox.Dataset:
    """Name blank nodes by what is said of them, so that two graphs can be compared."""
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset
