"""The rule parser accepts a subset of SPARQL with its meaning, and explains what it rejects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from rdflib import XSD, URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from reasoner.errors import RuleMalformed
from reasoner.kernel import syntax as s
from reasoner.kernel import tree
from reasoner.kernel.head import Form
from reasoner.kernel.parser import parse_construct
from reasoner.kernel.printer import print_construct
from reasoner.kernel.rule_texts import parse_rule
from reasoner.knowledge.rule_form import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "ontology").rglob("*.rq"))
FILES = [path for path in FILES if "rules" in path.parts]
FORM = Form(
    dated_by="https://w3id.org/mednec/ns#onDecisionDate",
    silent=("step",),
    kinds=(("audit", KINDS),),
    about="request",
)
HEAD = "#+ id: A-01\n#+ title: t\n#+ because: b\n#+ role: step\n#+ rationale: w\n"


def node_of(node: Any) -> s.Node:
    """Turn a term of rdflib into one of ours."""
    if isinstance(node, Variable):
        return s.Variable(str(node))
    if isinstance(node, URIRef):
        return s.Iri(str(node))
    kind = str(node.datatype or XSD.string)
    lexical = str(node).lower() if kind == str(XSD.boolean) else str(node)
    return s.Literal(lexical, kind)


def expression_of(node: Any) -> s.Expression:  # noqa: PLR0911 - one return a kind
    """Turn an expression of rdflib's algebra into one of ours."""
    if not isinstance(node, CompValue):
        return node_of(node)
    name = node.name.removeprefix("Builtin_")
    if name == "RelationalExpression":
        left, right = expression_of(node.expr), expression_of(node.other)
        return s.Comparison(operator=str(node.op), left=left, right=right)
    if name in {"ConditionalAndExpression", "ConditionalOrExpression"}:
        parts = tuple(expression_of(part) for part in (node.expr, *node.other))
        return (s.And if "And" in name else s.Or)(parts=parts)
    if name in {"AdditiveExpression", "MultiplicativeExpression"}:
        found = expression_of(node.expr)
        for operator, other in zip(node.op, node.other, strict=True):
            found = s.Arithmetic(operator=str(operator), left=found, right=expression_of(other))
        return found
    if name == "UnaryNot":
        return s.Not(part=expression_of(node.expr))
    if name == "Function":
        (argument,) = node.expr
        return s.Call(function=str(node.iri), arguments=(expression_of(argument),))
    if name == "CONCAT":
        return s.Call(function=name, arguments=tuple(expression_of(a) for a in node.arg))
    keys = [key for key in ("arg", "arg1", "arg2", "arg3") if key in node]
    return s.Call(function=name, arguments=tuple(expression_of(node[key]) for key in keys))


def theirs(node: Any) -> Iterator[object]:  # noqa: C901 - one branch a kind
    """List the parts of a group pattern, in any order, as rdflib reads it."""
    name = node.name
    if name == "BGP":
        yield from (tuple(node_of(n) for n in triple) for triple in node.triples)
    elif name == "Join":
        yield from (*theirs(node.p1), *theirs(node.p2))
    elif name == "LeftJoin":
        yield from theirs(node.p1)
        yield ("optional", frozenset(Counter(theirs(node.p2)).items()))
    elif name == "Union":
        yield ("union", frozenset(branch(part) for part in alternatives(node)))
    elif name == "Extend":
        yield from theirs(node.p)
        yield ("bind", node_of(node.var), expression_of(node.expr))
    elif name == "Filter":
        yield from theirs(node.p)
        for part in conjuncts(node.expr):
            if part.name == "Builtin_NOTEXISTS":
                yield ("absent", branch(part.graph))
            else:
                yield ("filter", expression_of(part))
    elif name == "ToMultiSet" and "p" in node and node.p.name == "Project":
        yield selected(node.p)
    elif name in {"ToMultiSet", "values"}:
        rows = node.res if "res" in node else node.p.res
        yield (
            "values",
            tuple(frozenset((str(k), node_of(v)) for k, v in row.items()) for row in rows),
        )
    else:
        yield from theirs(node.p)


def alternatives(node: Any) -> list[Any]:
    """List the groups of a union, which rdflib joins two by two."""
    if node.name == "Union":
        return [*alternatives(node.p1), *alternatives(node.p2)]
    return [node]


def conjuncts(node: Any) -> list[Any]:
    if node.name == "ConditionalAndExpression":
        return [part for inner in (node.expr, *node.other) for part in conjuncts(inner)]
    return [node]


def branch(node: Any) -> object:
    return frozenset(Counter(theirs(node)).items())


def selected(node: Any) -> object:
    named, inner = {}, node.p
    while inner.name == "Extend":
        named[str(inner.expr)] = node_of(inner.var)
        inner = inner.p
    figures = frozenset(
        (a.name.removeprefix("Aggregate_").upper(), node_of(a.vars), named[str(a.res)])
        for a in inner.A
        if str(a.res) in named and a.name != "Aggregate_Sample"
    )
    keys = frozenset(node_of(key) for key in inner.p.expr)
    return ("select", keys, figures, branch(inner.p.p))


def ours(group: s.Group) -> Iterator[object]:  # noqa: C901 - one branch a kind
    """List the parts of a group pattern, in any order, as our parser reads it."""
    for element in group.elements:
        match element:
            case s.TriplePattern():
                yield element.nodes
            case s.Group():
                yield from ours(element)
            case s.Optional():
                yield ("optional", contents(element.group))
            case s.Union():
                yield ("union", frozenset(contents(part) for part in element.groups))
            case s.Bind():
                yield ("bind", element.variable, element.expression)
            case s.NotExists():
                yield ("absent", contents(element.group))
            case s.Values():
                names = [variable.name for variable in element.variables]
                rows = tuple(frozenset(zip(names, row, strict=True)) for row in element.rows)
                yield ("values", rows)
            case s.Select():
                figures = frozenset((a.function, a.variable, a.name) for a in element.aggregates)
                inner = s.Group(elements=element.patterns)
                yield ("select", frozenset(element.keys), figures, contents(inner))
    for condition in tree.conditions(group):
        yield ("filter", condition)


def contents(group: s.Group) -> object:
    return frozenset(Counter(ours(group)).items())


@pytest.fixture(scope="module")
def rules() -> dict[str, s.RuleText]:
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in FILES}
    return {path: parse_rule(text, path, FORM) for path, text in texts.items()}


def test_every_rule_is_read_as_rdflib_reads_it(rules: dict[str, s.RuleText]) -> None:
    """Two parsers find the same patterns, filters, bindings, tables and figures in each text."""
    assert rules
    for path, rule in rules.items():
        algebra = prepareQuery((ROOT / path).read_text("utf-8")).algebra
        undated = len(rule.construct.where.elements) - 2 * bool(rule.head.starts or rule.head.ends)
        where = s.Group(elements=rule.construct.where.elements[:undated])

        assert contents(where) == branch(algebra.p), path
        assert {p.nodes for p in rule.construct.template} == {
            tuple(node_of(n) for n in triple) for triple in algebra.template
        }, path


def test_every_rule_is_printed_as_it_was_read(rules: dict[str, s.RuleText]) -> None:
    """A tree written as SPARQL parses to an equal tree, and a SPARQL engine accepts the text."""
    store = ox.Store()
    for path, rule in rules.items():
        text = print_construct(rule.construct)

        assert parse_construct(text, path) == rule.construct, path
        assert isinstance(store.query(text), ox.QueryTriples)


def test_a_pattern_knows_its_line() -> None:
    """Each pattern has the line of its text, whatever the layout."""
    text = "PREFIX m: <urn:m#>\nCONSTRUCT { ?x m:p ?y }\nWHERE {\n  ?x m:q ?y ;\n    m:r 1 .\n}\n"
    where = parse_construct(text, "r.rq").where

    assert [e.line for e in where.elements if isinstance(e, s.TriplePattern)] == [4, 5]


def test_a_dated_rule_states_its_dates_as_a_pattern_and_a_filter() -> None:
    """The dates of a head become patterns of the tree, so that every engine applies them."""
    text = HEAD + "#+ from: 2010-01-01\n#+ until: 2012-01-01\n"
    rule = parse_rule(
        text + "CONSTRUCT { ?request <urn:p> 1 } WHERE { ?request a <urn:C> }", "r", FORM
    )

    *_, pattern, condition = rule.construct.where.elements
    assert isinstance(pattern, s.TriplePattern)
    assert pattern.predicate.text == f"<{FORM.dated_by}>"
    assert isinstance(condition, s.Filter)
    assert '>= "2010-01-01"' in print_construct(rule.construct)
    assert '< "2012-01-01"' in print_construct(rule.construct)


BODIES = {
    "no rule at all": ("", "expected CONSTRUCT, found the end of the file"),
    "a select": ("SELECT ?x WHERE { ?x a ?y }", "expected CONSTRUCT, found 'SELECT'"),
    "nothing after it": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?y } LIMIT 1", "LIMIT is not allowed"),
    "an open brace": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?y", "found the end of the file"),
    "a property path": ("CONSTRUCT { ?x a ?y } WHERE { ?x a/<urn:p> ?y }", "a property path"),
    "an inverse path": ("CONSTRUCT { ?x a ?y } WHERE { ?x ^<urn:p> ?y }", "a property path"),
    "a starred path": ("CONSTRUCT { ?x a ?y } WHERE { ?x <urn:p>* ?y }", "a property path"),
    "a service": ("CONSTRUCT { ?x a ?y } WHERE { SERVICE <urn:s> { ?x a ?y } }", "SERVICE is not"),
    "a load": ("LOAD <urn:x>", "LOAD is not allowed"),
    "a dataset": ("CONSTRUCT { ?x a ?y } FROM <urn:g> WHERE { ?x a ?y }", "FROM is not allowed"),
    "a graph": ("CONSTRUCT { ?x a ?y } WHERE { GRAPH ?g { ?x a ?y } }", "GRAPH is not allowed"),
    "minus": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?y MINUS { ?x a 1 } }", "MINUS is not allowed"),
    "exists": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER EXISTS { ?x a 1 } }", "EXISTS is not"),
    "the clock": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER (?y < NOW()) }", "NOW is not"),
    "chance": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?z BIND (RAND() AS ?y) }", "RAND is not"),
    "fresh names": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?z BIND (UUID() AS ?y) }", "UUID is not"),
    "fresh nodes": ("CONSTRUCT { ?x a ?y } WHERE { ?x a ?z BIND (BNODE() AS ?y) }", "BNODE is not"),
    "a blank node": ("CONSTRUCT { ?x a ?y } WHERE { ?x a [ a ?y ] }", "a blank node is not"),
    "a named blank node": ("CONSTRUCT { ?x a ?y } WHERE { ?x a _:b . ?x a ?y }", "a blank node"),
    "an undeclared prefix": ("CONSTRUCT { ?x m:p 1 } WHERE { ?x m:p 1 }", "found 'm:p'"),
    "a prefix declared inside": (
        "CONSTRUCT { ?x a ?y } WHERE { PREFIX m: <urn:m#> ?x a ?y }",
        "expected a pattern, found 'PREFIX'",
    ),
    "a prefix bound twice": (
        "PREFIX m: <urn:m#> PREFIX m: <urn:n#> CONSTRUCT { ?x m:p 1 } WHERE { ?x m:p 1 }",
        "bound to <urn:m#>",
    ),
    "a relative iri": ("CONSTRUCT { ?x <p> 1 } WHERE { ?x <p> 1 }", "an absolute IRI"),
    "a literal as subject": ("CONSTRUCT { ?x a ?y } WHERE { 1 a ?y . ?x a ?y }", "as subject"),
    "leading zeros": ("CONSTRUCT { ?x a 007 } WHERE { ?x a ?y }", "a number in its usual form"),
    "a day of no month": (
        'CONSTRUCT { ?x a "2021-02-30"^^<http://www.w3.org/2001/XMLSchema#date> } WHERE { ?x a 1 }',
        "'2021-02-30' is not a date of the calendar",
    ),
    "a literal left open": ('CONSTRUCT { ?x a "y } WHERE { ?x a 1 }', "not closed on its line"),
    "another function": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER REGEX(?y) }",
        "expected '('",
    ),
    "an unknown function": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER (REGEX(?y, 1)) }",
        "expected a function",
    ),
    "too few arguments": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER (IF(?y, 1)) }",
        "IF with 3 arguments",
    ),
    "a count": (
        (
            "CONSTRUCT { ?x a ?n } WHERE { { SELECT ?x (COUNT(?y) AS ?n) "
            "WHERE { ?x a ?y } GROUP BY ?x } }"
        ),
        "COUNT is not allowed",
    ),
    "an aggregate without keys": (
        "CONSTRUCT { ?x a ?n } WHERE { { SELECT ?x (SUM(?y) AS ?n) WHERE { ?x a ?y } } }",
        "expected GROUP",
    ),
    "an aggregate over an absence": (
        (
            "CONSTRUCT { ?x a ?n } WHERE { { SELECT ?x (SUM(?y) AS ?n) "
            "WHERE { ?x a ?y FILTER NOT EXISTS { ?x a 1 } } GROUP BY ?x } }"
        ),
        "a sub-SELECT over more than plain patterns",
    ),
    "an unequal row": (
        "CONSTRUCT { ?x a ?y } WHERE { VALUES (?x ?y) { (<urn:a>) } }",
        "a row of 2 terms",
    ),
    "an unbound conclusion": (
        "CONSTRUCT { ?x a ?z } WHERE { ?x a ?y }",
        "concludes a fact with ?z",
    ),
    "a conclusion that is optional": (
        "CONSTRUCT { ?x a ?z } WHERE { ?x a ?y OPTIONAL { ?x <urn:p> ?z } }",
        "concludes a fact with ?z",
    ),
    "a filter on nothing": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER (?z > 1) }",
        "the filter tests ?z",
    ),
    "a filter that does not see out": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y . { ?x a ?z FILTER (?y != ?z) } UNION { ?x a 1 } }",
        "the filter tests ?y",
    ),
    "a binding before its time": (
        "CONSTRUCT { ?x a ?z } WHERE { BIND (?y AS ?z) ?x a ?y }",
        "BIND reads ?y",
    ),
    "a binding twice": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y BIND (1 AS ?y) }",
        "BIND gives a value to ?y",
    ),
    "a pattern after its option": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y OPTIONAL { ?x <urn:p> ?z } ?z a ?y }",
        "?z may be unbound here",
    ),
    "an absence of an option": (
        (
            "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y OPTIONAL { ?x <urn:p> ?z } "
            "FILTER NOT EXISTS { ?z a ?y } }"
        ),
        "NOT EXISTS names ?z",
    ),
    "deep groups": ("CONSTRUCT { ?x a ?y } WHERE " + "{" * 9000, "nested more than"),
    "deep brackets": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER (" + "(" * 9000,
        "nested more than",
    ),
    "deep negation": (
        "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y FILTER (" + "!" * 9000 + "?y)",
        "nested more than",
    ),
    "a long text": ("# " + "x" * 70_000, "a rule may have 64,000"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_text_outside_the_subset_is_refused_with_its_place(name: str) -> None:
    """Each error gives the file, line, column, what was expected and the next step."""
    text, said = BODIES[name]
    with pytest.raises(RuleMalformed) as refused:
        parse_rule(HEAD + text, "rules/r.rq", FORM)

    assert said in refused.value.message
    assert refused.value.message.startswith("rules/r.rq:")
    assert refused.value.hint


HEADS = {
    "a missing key": ("#+ id: A-01\n", "the head is missing title, because, role"),
    "an order in words": (HEAD + "#+ order: last\n", "r.rq:6: expected a whole number for 'order'"),
    "a thirteenth month": (HEAD + "#+ until: 2016-13-45\n", "r.rq:6: expected a date"),
    "an end before its start": (
        HEAD + "#+ from: 2016-01-01\n#+ until: 2015-01-01\n",
        "r.rq:7: expected a day after 'from'",
    ),
    "an end on its start": (
        HEAD + "#+ from: 2016-01-01\n#+ until: 2016-01-01\n",
        "expected a day after 'from'",
    ),
    "an unknown key": (HEAD + "#+ sauce: x\n", "r.rq:6: the key 'sauce' is unknown"),
    "a key twice": (HEAD + "#+ id: A-02\n", "r.rq:6: the key 'id' is already in line 1"),
    "no key": (HEAD + "#+ order 7\n", "r.rq:6: expected '#+ key: value'"),
    "an empty value": (HEAD + "#+ order:\n", "r.rq:6: expected '#+ key: value'"),
    "a preference of one": (HEAD + "#+ prefers: ?x\n", "expected two variables"),
    "a preference of strangers": (HEAD + "#+ prefers: ?x over ?z\n", "names ?z, which the query"),
    "a direction of none": (HEAD + "#+ monotone: grows\n", "expected directions of change"),
    "a direction of a stranger": (HEAD + "#+ monotone: rises with ?z\n", "names ?z"),
    "a sentence with a stranger": (
        HEAD.replace("because: b", "because: {?z} visits"),
        "'because' names ?z, which the query never binds",
    ),
    "another reading": (HEAD + "#+ reads: everything\n", "expected 'asserted' for 'reads'"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_head_that_breaks_its_form_is_refused_with_its_line(name: str) -> None:
    """A malformed head gives an error with its line, not a traceback."""
    head, said = HEADS[name]
    with pytest.raises(RuleMalformed) as refused:
        parse_rule(head + "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y }", "rules/r.rq", FORM)

    assert said in refused.value.message
    assert refused.value.hint


def test_a_head_inside_the_query_is_refused() -> None:
    """A head line below the query is an error."""
    with pytest.raises(RuleMalformed, match="the head continues inside the query"):
        parse_rule(HEAD + "CONSTRUCT { ?x a ?y }\n#+ order: 1\nWHERE { ?x a ?y }", "r.rq", FORM)


def test_a_prefix_of_the_house_means_the_same_in_every_rule() -> None:
    """A rule that binds `mn:` to another namespace would never fire, and nobody would see why."""
    form = Form(prefixes={"mn": "https://w3id.org/mednec/ns#"})
    text = HEAD + "PREFIX mn: <https://w3id.org/mednec/#>\nCONSTRUCT { ?x a ?y } WHERE { ?x a ?y }"
    with pytest.raises(RuleMalformed, match="the prefix 'mn:' bound to"):
        parse_rule(text, "r.rq", form)


def test_a_rule_has_a_source_or_a_rationale() -> None:
    """`source` names a source, and `rationale` states why the rule holds."""
    body = "CONSTRUCT { ?x a ?y } WHERE { ?x a ?y }"
    reasoned = parse_rule(HEAD + body, "r", FORM).head
    sourced = parse_rule(HEAD.replace("rationale: w", "source: 8 CCR 1") + body, "r", FORM).head

    assert (reasoned.source, reasoned.rationale) == (None, "w")
    assert (sourced.source, sourced.rationale) == ("8 CCR 1", None)
    with pytest.raises(RuleMalformed, match="neither source nor rationale"):
        parse_rule(HEAD.replace("#+ rationale: w\n", "") + body, "r", FORM)


def test_a_subtraction_without_spaces_is_not_a_negative_number() -> None:
    """`?y -1` subtracts, as in SPARQL."""
    text = "CONSTRUCT { ?x a ?z } WHERE { ?x a ?y BIND (?y -1 AS ?z) }"
    *_, bind = parse_construct(text, "r.rq").where.elements

    assert isinstance(bind, s.Bind)
    assert isinstance(bind.expression, s.Arithmetic)
