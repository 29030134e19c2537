"""
The library of queries: questions as files, with a title, parameters and columns.

A file `queries/<name>.rq` is SPARQL with a head. It runs as it stands; a parameter is a line
`VALUES ?name { value }`, whose value is the default, or UNDEF for no restriction.

    #+ title: Editions in force on a day
    #+ summary: Which editions of guidelines are in force on a day?
    #+ reads: knowledge                         (or records)
    #+ parameter: day | date | The day.         (name | type | description)
    #+ column: edition | The edition.           (name | description)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeUnreadable, NamedQueryUnknown

from .nearest_names import nearest
from .query_parameters import KINDS, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from .base import Knowledge

HEAD: Final = re.compile(r"^#\+ (?P<key>\w+):[ \t]*(?P<text>.*)$", re.MULTILINE)
READS: Final = ("knowledge", "records")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column of the answer to a query.

    Attributes:
        name: The variable.
        description: What it holds.
    """

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedQuery:
    """
    A question of the library.

    Attributes:
        name: The name of its file.
        title: A short title.
        summary: The question.
        reads: `knowledge`, or `records` if it also reads what was decided.
        parameters: What the asker may choose, in the order of the head.
        columns: The columns of the answer, in order.
        text: The query.
        path: Its file, relative to the knowledge base.
    """

    name: str
    title: str
    summary: str
    reads: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    text: str
    path: str

    def asked(self, values: Mapping[str, ox.NamedNode | ox.Literal]) -> str:
        """
        Return the query with values in place of its defaults.

        Args:
            values: The value of each parameter that is given, by name.
        """
        text = self.text
        for parameter in self.parameters:
            place = _place_of(parameter.variable)
            value = values.get(parameter.name)
            if value is not None:
                line = f"VALUES ?{parameter.variable} {{ {value} }}"
                text = place.sub(lambda _, line=line: line, text)  # type: ignore[misc] # mypy#8123
            elif parameter.default is None:
                text = place.sub("", text)
        return text


def _place_of(variable: str) -> re.Pattern[str]:
    return re.compile(rf"VALUES \?{variable} \{{ (?P<value>[^}}]*?) \}}")


def named_queries(knowledge: Knowledge) -> dict[str, NamedQuery]:
    """
    Read the library of a knowledge base, sorted by name.

    Raises:
        KnowledgeUnreadable: The head of a query is incomplete or malformed.
    """
    home = knowledge.folder / "ontology"
    found = [read_named_query(path, knowledge.folder) for path in home.rglob("queries/*.rq")]
    return {query.name: query for query in sorted(found, key=lambda query: query.name)}


def find_query(name: str, knowledge: Knowledge) -> NamedQuery:
    """
    Return the query with a name.

    Raises:
        NamedQueryUnknown: No query has this name; the error has the nearest ones.
    """
    library = named_queries(knowledge)
    if name not in library:
        near = nearest(name, library)
        raise NamedQueryUnknown(
            f"'{name}' is not a query of the library.",
            hint=f"The nearest are {', '.join(near)}."
            if near
            else "List them: mednec query --list",
        )
    return library[name]


def read_named_query(path: Path, folder: Path) -> NamedQuery:
    """
    Read one file of the library.

    Raises:
        KnowledgeUnreadable: Its head is incomplete or malformed.
    """
    text = path.read_text(encoding="utf-8-sig")
    place = path.relative_to(folder).as_posix()
    heads: dict[str, list[str]] = {}
    for line in HEAD.finditer(text):
        heads.setdefault(line["key"], []).append(line["text"].strip())
    for key in ("title", "summary", "reads", "column"):
        if not all(heads.get(key, [""])):
            raise KnowledgeUnreadable(f"{place}: the line '#+ {key}:' is missing or empty.")
    if heads["reads"][0] not in READS:
        raise KnowledgeUnreadable(f"{place}: '#+ reads:' is one of {', '.join(READS)}.")
    return NamedQuery(
        name=path.stem,
        title=heads["title"][0],
        summary=heads["summary"][0],
        reads=heads["reads"][0],
        parameters=tuple(_parameter(line, text, place) for line in heads.get("parameter", ())),
        columns=tuple(_column(line, place) for line in heads["column"]),
        text=text,
        path=place,
    )


def _column(line: str, place: str) -> Column:
    name, _, description = (part.strip() for part in line.partition("|"))
    if not name or not description:
        raise KnowledgeUnreadable(f"{place}: write '#+ column: name | description'.")
    return Column(name=name, description=description)


def _parameter(line: str, text: str, place: str) -> Parameter:
    first, _, rest = (part.strip() for part in line.partition("|"))
    kind, _, description = (part.strip() for part in rest.partition("|"))
    name, _, variable = (part.strip() for part in first.partition("="))
    variable = variable or name
    word, _, of = kind.partition(" ")
    if word not in KINDS or not description:
        raise KnowledgeUnreadable(
            f"{place}: write '#+ parameter: name | type | description', "
            f"with a type of {', '.join(KINDS)}."
        )
    found = _place_of(variable).search(text)
    if found is None:
        raise KnowledgeUnreadable(
            f"{place}: the parameter '{name}' needs a line 'VALUES ?{variable} {{ UNDEF }}'."
        )
    value = found["value"].strip()
    return Parameter(
        name=name,
        variable=variable,
        kind=word,
        of=of.strip(),
        description=description,
        default=None if value == "UNDEF" else value,
    )
