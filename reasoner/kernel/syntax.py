"""
The syntax tree of a rule: immutable dataclasses, each with the line of the file it came from.

A rule is one SPARQL CONSTRUCT below a head of `#+ key: value` lines. The tree has what rules use
and nothing else: triple patterns, FILTER, FILTER NOT EXISTS, BIND, VALUES, OPTIONAL, UNION, and
aggregates in a sub-SELECT. `parser` makes the tree, `tree` answers questions about it, `printer`
writes it back as SPARQL. Two trees are equal if they say the same; lines are not compared.

Glossary: a *term* is an IRI or a literal; a *node* of a pattern is a term or a variable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
STRING: Final = XSD + "string"
LANGUAGE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)


@dataclass(frozen=True, slots=True)
class Iri:
    """
    An IRI.

    Attributes:
        value: The absolute IRI, without angle brackets.
    """

    value: str

    @property
    def text(self) -> str:
        """The IRI as N-Triples writes it."""
        return f"<{self.value}>"


@dataclass(frozen=True, slots=True)
class Literal:
    """
    A literal.

    Attributes:
        lexical: Its text.
        datatype: The IRI of its datatype.
        language: Its language tag; empty for none.
    """

    lexical: str
    datatype: str = STRING
    language: str = ""

    @property
    def text(self) -> str:
        """The literal as N-Triples writes it."""
        quoted = f'"{self.lexical.translate(ESCAPES)}"'
        if self.language:
            return f"{quoted}@{self.language}"
        return quoted if self.datatype == STRING else f"{quoted}^^<{self.datatype}>"


@dataclass(frozen=True, slots=True)
class Variable:
    """
    A variable.

    Attributes:
        name: Its name, without the question mark.
    """

    name: str

    @property
    def text(self) -> str:
        """The variable as SPARQL writes it."""
        return f"?{self.name}"


Term = Iri | Literal
Node = Iri | Literal | Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class TriplePattern:
    """
    Three nodes that match a fact.

    Attributes:
        subject: An IRI or a variable.
        predicate: An IRI or a variable.
        value: The object: a term or a variable.
        line: The line of its object, from 1.
    """

    subject: Node
    predicate: Node
    value: Node
    line: int = field(default=0, compare=False)

    @property
    def nodes(self) -> tuple[Node, Node, Node]:
        """Subject, predicate and object."""
        return (self.subject, self.predicate, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two expressions compared by `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """A conjunction of two or more expressions."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """A disjunction of two or more expressions."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """An expression that must be false."""

    part: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Two numbers joined by `+`, `-`, `*` or `/`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """
    A function applied to arguments.

    Attributes:
        function: The name in capitals, such as `STRAFTER`, or the IRI of a cast.
        arguments: Its arguments; for `BOUND` one variable.
    """

    function: str
    arguments: tuple[Expression, ...]


Expression = Iri | Literal | Variable | Comparison | And | Or | Not | Arithmetic | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition on the solutions of its group."""

    condition: Expression
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotExists:
    """A group that must have no solution."""

    group: Group
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A variable that takes the value of an expression; unbound where the expression fails."""

    expression: Expression
    variable: Variable
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """
    Variables that take the terms of one row of a table.

    Attributes:
        variables: The columns.
        rows: The rows, each with one term for each column.
        line: The line, from 1.
    """

    variables: tuple[Variable, ...]
    rows: tuple[tuple[Term, ...], ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Optional:
    """A group whose solutions are added where there are any."""

    group: Group
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Union:
    """Two or more groups, each of whose solutions counts."""

    groups: tuple[Group, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """
    One figure of a group of solutions.

    Attributes:
        function: `SUM`, `MAX` or `MIN`.
        variable: What is summed or compared.
        name: The variable that takes the figure.
    """

    function: str
    variable: Variable
    name: Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """
    An aggregate in a sub-SELECT: one solution for each combination of the keys.

    Attributes:
        keys: The variables of GROUP BY; all are selected.
        aggregates: The figures, in the order of the text.
        patterns: The plain patterns that are counted over.
        line: The line, from 1.
    """

    keys: tuple[Variable, ...]
    aggregates: tuple[Aggregate, ...]
    patterns: tuple[TriplePattern, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """
    What stands between braces, in the order of the text.

    As in SPARQL, a FILTER or NOT EXISTS applies to the solutions of the whole group, wherever in it
    it stands; everything else is evaluated in order.
    """

    elements: tuple[Element, ...]


Element = TriplePattern | Filter | NotExists | Bind | Values | Optional | Union | Select | Group
Tree = Element | Aggregate | Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Construct:
    """
    A CONSTRUCT query.

    Attributes:
        template: The triples that each solution concludes.
        where: The group that is matched.
    """

    template: tuple[TriplePattern, ...]
    where: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One `#+ key: value` line.

    Attributes:
        key: The key.
        value: The value, without surrounding quotation marks.
        line: The line, from 1.
    """

    key: str
    value: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """
    The head of a rule, checked.

    Attributes:
        entries: All entries, by key.
        id: The stable name.
        title: What the rule finds, in one line.
        because: The sentence that describes a firing; `{?x}` stands for the value of `?x`.
        brief: The sentence in few words, for a short page; empty if `because` serves there too.
        covered: The ids of rules whose sentences include this one; a short page that shows one of
            them leaves this one out.
        role: What its firings are to a reader.
        source: The source that states the rule; None if it names none.
        rationale: Why the rule holds; None if it does not say.
        order: Its place among the rules of its role; lower comes first.
        weight: How strong its firings are on a short page; 0 for not at all.
        topic: What its firings speak of; its id if it does not say.
        argues: The side that its firings take, or the variable that holds it, with its question
            mark; empty for none.
        kind: The kind of what its firings state, in a role that has kinds; empty for none.
        about: The variable that names what a firing is about.
        listed: Variables in which firings that are worded as one sentence may differ.
        prefers: The stronger and the weaker variable; None if the rule states no priority.
        monotone: For each quantity, `rises`, `falls` or `turns`.
        starts: The first day on which the rule holds, as YYYY-MM-DD; None for no first day.
        ends: The first day on which it no longer holds, as YYYY-MM-DD; None for no such day.
        asserted: Whether the rule reads asserted facts alone, and nothing that a rule concludes.
    """

    entries: Mapping[str, Entry]
    id: str
    title: str
    because: str
    brief: str
    covered: tuple[str, ...]
    role: str
    source: str | None
    rationale: str | None
    order: int
    weight: int
    topic: str
    argues: str
    kind: str
    about: str
    listed: tuple[str, ...]
    prefers: tuple[str, str] | None
    monotone: Mapping[str, str]
    starts: str | None
    ends: str | None
    asserted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """
    A rule as its file states it.

    Attributes:
        head: The head.
        construct: The query, with the dates of the head as a pattern and a filter at its end.
        path: The file, as messages name it.
    """

    head: Head
    construct: Construct
    path: str = field(compare=False)
