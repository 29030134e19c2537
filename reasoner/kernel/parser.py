"""
The parser of rule texts: the subset of SPARQL that rules use, in linear time.

Everything else is refused with the place, what was expected, and the next step. A rule must give
the same answer on every run, reach nothing outside, and match each premise by a pattern of its
own, so that a proof can show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .cursor import Cursor
from .expression_parser import parse_expression
from .syntax import (
    Aggregate,
    Bind,
    Construct,
    Element,
    Filter,
    Group,
    Literal,
    Node,
    NotExists,
    Optional,
    Select,
    Term,
    TriplePattern,
    Union,
    Values,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

AGGREGATES: Final = ("SUM", "MAX", "MIN")
FORM: Final = "Write: PREFIX lines, then CONSTRUCT { ... } WHERE { ... }."


def parse_construct(
    text: str, path: str, *, prefixes: Mapping[str, str] | None = None
) -> Construct:
    """
    Parse one CONSTRUCT query.

    Args:
        text: The text; lines that begin with `#` are comments.
        path: The file, as messages name it.
        prefixes: Prefixes that a text may bind to this namespace and to no other.

    Raises:
        RuleMalformed: The text uses what a rule may not use, or is not SPARQL; the message gives
            file, line and column.
    """
    cursor = Cursor(text, path, prefixes or {})
    _prologue(cursor)
    cursor.word("CONSTRUCT", FORM)
    cursor.mark("{")
    template = _triples(cursor, "a triple of the template")
    cursor.mark("}", "A template holds triples alone.")
    if not cursor.take_word("WHERE"):
        cursor.fail("WHERE", FORM)
    where = _group(cursor)
    if cursor.token.kind != "end":
        cursor.fail("the end of the rule", "One file holds one CONSTRUCT, and nothing after it.")
    return Construct(template=tuple(template), where=where)


def _prologue(cursor: Cursor) -> None:
    while cursor.take_word("PREFIX"):
        token = cursor.token
        if token.kind != "name" or not token.text.endswith(":"):
            cursor.fail("a prefix such as 'ex:'")
        prefix = cursor.advance().text[:-1]
        if cursor.token.kind != "iri":
            cursor.fail("the namespace in angle brackets")
        namespace = cursor.iri("the namespace in angle brackets").value
        usual = cursor.prefixes.get(prefix, cursor.reserved.get(prefix, namespace))
        if usual != namespace:
            cursor.fail(
                f"the prefix '{prefix}:' bound to <{usual}>",
                "A prefix means the same in every rule: use another one for another namespace.",
                token,
            )
        cursor.prefixes[prefix] = namespace
    if cursor.is_word("BASE"):
        cursor.fail("PREFIX or CONSTRUCT", "Write IRIs in full or with a prefix.")


def _group(cursor: Cursor) -> Group:
    cursor.mark("{")
    with cursor.nested():
        elements: list[Element] = []
        while not cursor.is_mark("}"):
            elements += _elements(cursor)
            cursor.take_mark(".")
        if any(isinstance(e, Select) for e in elements) and len(elements) > 1:
            cursor.fail("the end of the group", "Put the sub-SELECT into braces of its own.")
    cursor.mark("}")
    return Group(elements=tuple(elements))


def _elements(cursor: Cursor) -> list[Element]:  # noqa: PLR0911 - one return a kind
    """Parse the next element of a group; triples that share a subject come together."""
    line = cursor.line
    if cursor.is_mark("{"):
        return [_alternatives(cursor)]
    if cursor.is_word("PREFIX", "BASE"):
        cursor.fail("a pattern", "Declare every prefix once, above CONSTRUCT.")
    if cursor.take_word("FILTER"):
        return _filter(cursor, line)
    if cursor.take_word("OPTIONAL"):
        return [Optional(group=_group(cursor), line=line)]
    if cursor.take_word("BIND"):
        return [_bind(cursor, line)]
    if cursor.take_word("VALUES"):
        return [_values(cursor, line)]
    if cursor.take_word("SELECT"):
        return [_select(cursor, line)]
    if cursor.token.kind == "word" and not cursor.is_word("TRUE", "FALSE"):
        cursor.fail("a pattern, FILTER, BIND, VALUES, OPTIONAL or '}'")
    found = _same_subject(cursor, "a pattern, FILTER, BIND, VALUES, OPTIONAL or '}'")
    if not (cursor.is_mark(".", "}", "{") or cursor.token.kind == "word"):
        cursor.fail("'.' or '}'", "End each pattern with a full stop.")
    return list(found)


def _alternatives(cursor: Cursor) -> Element:
    line = cursor.line
    groups = [_group(cursor)]
    while cursor.take_word("UNION"):
        groups.append(_group(cursor))
    return groups[0] if len(groups) == 1 else Union(groups=tuple(groups), line=line)


def _filter(cursor: Cursor, line: int) -> list[Element]:
    if cursor.take_word("NOT"):
        cursor.word("EXISTS")
        return [NotExists(group=_group(cursor), line=line)]
    if not cursor.is_mark("("):
        cursor.fail("'(' or NOT EXISTS", "Write FILTER (...) or FILTER NOT EXISTS { ... }.")
    cursor.mark("(")
    condition = parse_expression(cursor)
    cursor.mark(")")
    return [Filter(condition=condition, line=line)]


def _bind(cursor: Cursor, line: int) -> Bind:
    cursor.mark("(")
    expression = parse_expression(cursor)
    cursor.word("AS", "Write BIND (expression AS ?name).")
    variable = cursor.variable()
    cursor.mark(")")
    return Bind(expression=expression, variable=variable, line=line)


def _values(cursor: Cursor, line: int) -> Values:
    several = cursor.take_mark("(")
    variables = [cursor.variable()]
    while several and not cursor.take_mark(")"):
        variables.append(cursor.variable())
    cursor.mark("{")
    rows: list[tuple[Term, ...]] = []
    while not cursor.take_mark("}"):
        if not several:
            rows.append((cursor.term("a term or '}'"),))
            continue
        cursor.mark("(", "Write each row in brackets.")
        row = []
        while not cursor.take_mark(")"):
            row.append(cursor.term("a term or ')'"))
        if len(row) != len(variables):
            cursor.fail(f"a row of {len(variables)} terms before this", f"It has {len(row)}.")
        rows.append(tuple(row))
    if len(set(variables)) != len(variables) or not rows:
        cursor.fail("VALUES with different variables and at least one row before this")
    return Values(variables=tuple(variables), rows=tuple(rows), line=line)


def _select(cursor: Cursor, line: int) -> Select:
    keys: list[Variable] = []
    aggregates: list[Aggregate] = []
    cursor.take_word("DISTINCT")
    while not cursor.is_mark("{") and not cursor.take_word("WHERE"):
        if cursor.token.kind == "variable":
            keys.append(cursor.variable())
        elif cursor.is_mark("("):
            aggregates.append(_aggregate(cursor))
        else:
            cursor.fail("a variable, an aggregate such as (MAX(?x) AS ?most), or WHERE")
    inner = _group(cursor)
    patterns = tuple(e for e in inner.elements if isinstance(e, TriplePattern))
    if len(patterns) != len(inner.elements) or not patterns or not aggregates:
        cursor.refuse(
            "a sub-SELECT over more than plain patterns, or without an aggregate",
            "a proof must be able to list what was counted",
            "Mark what counts in another rule, then count the marks.",
        )
    cursor.word("GROUP", "Name the keys with GROUP BY.")
    cursor.word("BY")
    grouped = [cursor.variable()]
    while cursor.token.kind == "variable":
        grouped.append(cursor.variable())
    bound = {n for p in patterns for n in p.nodes}
    if set(grouped) != set(keys) or len(set(keys)) != len(keys):
        cursor.fail("GROUP BY with just the variables that are selected")
    names = [a.name for a in aggregates]
    read = {*grouped, *(a.variable for a in aggregates)}
    if not read <= bound or len({*names}) != len(names) or {*names} & bound:
        cursor.fail("aggregates over variables of the patterns, each under a new name")
    return Select(keys=tuple(keys), aggregates=tuple(aggregates), patterns=patterns, line=line)


def _aggregate(cursor: Cursor) -> Aggregate:
    cursor.mark("(")
    token = cursor.advance()
    name = token.text.upper()
    if name not in AGGREGATES:
        cursor.fail(f"one of {', '.join(AGGREGATES)}", "", token)
    cursor.mark("(")
    if cursor.is_word("DISTINCT"):
        cursor.fail("a variable", "Mark what counts once in another rule, then count the marks.")
    variable = cursor.variable()
    cursor.mark(")")
    cursor.word("AS")
    result = Aggregate(function=name, variable=variable, name=cursor.variable())
    cursor.mark(")")
    return result


def _triples(cursor: Cursor, expected: str) -> list[TriplePattern]:
    found: list[TriplePattern] = []
    while not cursor.is_mark("}"):
        found += _same_subject(cursor, expected)
        if not cursor.take_mark("."):
            break
    if not found:
        cursor.fail(expected)
    return found


def _same_subject(cursor: Cursor, expected: str) -> list[TriplePattern]:
    token = cursor.token
    subject = cursor.node(expected)
    if isinstance(subject, Literal):
        cursor.fail("an IRI or a variable as subject", "A literal is nobody's subject.", token)
    found: list[TriplePattern] = []
    while True:
        predicate = cursor.verb()
        found += _objects(cursor, subject, predicate)
        if not cursor.is_mark(";"):
            return found
        while cursor.take_mark(";"):
            pass
        if cursor.is_mark(".", "}"):
            return found


def _objects(cursor: Cursor, subject: Node, predicate: Node) -> list[TriplePattern]:
    found = []
    while True:
        line = cursor.line
        value = cursor.node("an object: a variable, an IRI or a literal")
        found.append(TriplePattern(subject=subject, predicate=predicate, value=value, line=line))
        if not cursor.take_mark(","):
            return found
