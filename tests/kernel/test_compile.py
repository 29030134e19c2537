"""Compare compiled rules with a SPARQL engine on generated rules and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reasoner.errors import RuleMalformed
from reasoner.kernel import syntax as s
from reasoner.kernel.evaluate import holds
from reasoner.kernel.flow import Clause
from reasoner.kernel.index import Index
from reasoner.kernel.parser import parse_construct
from reasoner.kernel.plan import Statistics
from reasoner.kernel.printer import print_group
from reasoner.kernel.program import code_of, compile_alone, load
from reasoner.kernel.scope import check_scope
from reasoner.kernel.tree import possible

if TYPE_CHECKING:
    from reasoner.kernel.program import Compiled

INTEGER = s.XSD + "integer"
IRIS = [s.Iri(f"urn:{name}") for name in "abc"]
DAYS = [s.Literal(day, s.XSD + "date") for day in ("2013-12-31", "2014-01-01")]
NUMBERS = [s.Literal(str(number), INTEGER) for number in (-1, 0, 1, 2)]
AMOUNT = s.Iri("urn:amount")
"""A property with numeric values only, for aggregates."""
PROPERTIES = [s.Iri(f"urn:{name}") for name in "pqr"]
NAMES = [s.Variable(name) for name in "wxyz"]

nodes = st.sampled_from([*NAMES, *NAMES, *IRIS, *NUMBERS[:2]])
patterns = st.builds(
    s.TriplePattern,
    subject=st.sampled_from([*NAMES, *NAMES, *IRIS]),
    predicate=st.sampled_from(PROPERTIES),
    value=nodes,
)
leaves = st.sampled_from([*NAMES, *NAMES, *NUMBERS])
numbers = st.recursive(
    leaves,
    lambda inner: st.builds(s.Arithmetic, operator=st.sampled_from("+-*"), left=inner, right=inner),
    max_leaves=3,
)
comparisons = st.one_of(
    st.builds(
        s.Comparison,
        operator=st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
        left=numbers,
        right=numbers,
    ),
    st.builds(
        s.Comparison,
        operator=st.sampled_from(["=", "!="]),
        left=st.sampled_from(NAMES),
        right=st.sampled_from([*NAMES, *IRIS]),
    ),
    st.builds(
        s.Comparison,
        operator=st.sampled_from(["=", "<", "<=", ">", ">="]),
        left=st.sampled_from(NAMES),
        right=st.sampled_from([*NAMES, *DAYS]),
    ),
    st.builds(s.Call, function=st.just("BOUND"), arguments=st.tuples(st.sampled_from(NAMES))),
).filter(lambda c: isinstance(c, s.Call) or c.left != c.right)  # pyoxigraph folds ?x < ?x to false
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(s.Not, part=inner),
        st.builds(s.And, parts=st.tuples(inner, inner)),
        st.builds(s.Or, parts=st.tuples(inner, inner)),
    ),
    max_leaves=3,
)
filters = st.builds(s.Filter, condition=conditions)
small = st.builds(
    s.Group,
    elements=st.lists(st.one_of(patterns, patterns, filters), min_size=1, max_size=2).map(tuple),
)
extras = st.one_of(
    filters,
    st.builds(s.NotExists, group=small),
    st.builds(s.Optional, group=small),
    st.builds(s.Union, groups=st.tuples(small, small)),
    st.builds(s.Bind, expression=numbers, variable=st.sampled_from([*NAMES, s.Variable("v")])),
    st.builds(
        s.Values,
        variables=st.just((NAMES[0],)),
        rows=st.lists(st.tuples(st.sampled_from([*IRIS, *NUMBERS])), min_size=1).map(tuple),
    ),
    st.builds(
        s.Select,
        keys=st.just((s.Variable("x"),)),
        aggregates=st.sampled_from(["SUM", "MAX", "MIN"]).map(
            lambda name: (
                s.Aggregate(function=name, variable=s.Variable("y"), name=s.Variable("n")),
            )
        ),
        patterns=st.just((s.TriplePattern(subject=NAMES[1], predicate=AMOUNT, value=NAMES[2]),)),
    ).map(lambda select: s.Group(elements=(select,))),
)
groups = st.builds(
    lambda joined, others: s.Group(elements=(*joined, *others)),
    st.lists(patterns, min_size=1, max_size=3),
    st.lists(extras, max_size=3),
)
facts = st.sets(
    st.one_of(
        st.tuples(
            st.sampled_from(IRIS),
            st.sampled_from(PROPERTIES),
            st.sampled_from([*IRIS, *NUMBERS, *DAYS]),
        ),
        st.tuples(st.sampled_from(IRIS), st.just(AMOUNT), st.sampled_from(NUMBERS)),
    ),
    max_size=12,
)

amounts = st.sampled_from([s.Variable("x"), s.Variable("y"), *NUMBERS, s.Literal("7", INTEGER)])
halves = st.builds(s.Arithmetic, operator=st.just("/"), left=amounts, right=amounts)
rounded = st.builds(s.Call, function=st.just("FLOOR"), arguments=st.tuples(amounts | halves))
sums = st.builds(s.Arithmetic, operator=st.sampled_from("+-*"), left=rounded, right=amounts)
calendar = st.recursive(
    amounts | rounded | sums,
    lambda inner: st.one_of(
        st.builds(s.Arithmetic, operator=st.sampled_from("+-*"), left=inner, right=inner),
        st.builds(s.Call, function=st.just("FLOOR"), arguments=st.tuples(inner)),
        st.builds(s.Call, function=st.just(INTEGER), arguments=st.tuples(inner)),
        st.builds(
            s.Call,
            function=st.just("IF"),
            arguments=st.tuples(
                st.builds(s.Comparison, operator=st.just("<"), left=inner, right=inner),
                inner,
                inner,
            ),
        ),
    ),
    max_leaves=4,
)
"""What calendars compute with: a quotient rounded down is a decimal, others stay integers."""


def construct_of(group: s.Group) -> s.Construct:
    fact = s.TriplePattern(subject=IRIS[0], predicate=PROPERTIES[0], value=IRIS[0])
    return s.Construct(template=(fact,), where=group)


def rows_of(rule: Compiled, asserted: set[tuple[s.Node, ...]]) -> set[Any]:
    index = Index()
    index.add((subject.text, predicate.text, value.text) for subject, predicate, value in asserted)
    return set(rule.match(index.objects, index.subjects))


def rows_in_store(group: s.Group, asserted: set[tuple[s.Node, ...]]) -> set[Any]:
    names = sorted(possible(group))
    columns = " ".join(f"?{name}" for name in names) or "(1 AS ?one)"
    store = ox.Store()
    for triple in asserted:
        store.update(f"INSERT DATA {{ {' '.join(node.text for node in triple)} }}")
    answers: Any = store.query(f"SELECT DISTINCT {columns} WHERE {print_group(group)}")
    return {tuple(str(row[n]) if row[n] else None for n in names) for row in answers}


@given(expression=calendar, first=st.integers(-3, 12), second=st.integers(-3, 12))
def test_numbers_have_the_values_and_types_of_a_sparql_engine(
    expression: s.Expression, first: int, second: int
) -> None:
    """Sums, products and rounded quotients are the integers and decimals of a SPARQL engine."""
    group = s.Group(
        elements=(
            s.TriplePattern(subject=IRIS[0], predicate=AMOUNT, value=s.Variable("x")),
            s.TriplePattern(subject=IRIS[1], predicate=AMOUNT, value=s.Variable("y")),
            s.Bind(expression=expression, variable=s.Variable("z")),
        )
    )
    asserted: set[tuple[s.Node, ...]] = {
        (IRIS[0], AMOUNT, s.Literal(str(first), INTEGER)),
        (IRIS[1], AMOUNT, s.Literal(str(second), INTEGER)),
    }
    compiled = compile_alone(Clause(id="r", path="r", construct=construct_of(group)))

    assert rows_of(compiled, asserted) == rows_in_store(group, asserted)


@given(group=groups, asserted=facts)
def test_a_compiled_rule_finds_what_a_sparql_engine_finds(group: s.Group, asserted: Any) -> None:
    """A compiled rule finds the solutions of a SPARQL engine, for all supported patterns."""
    construct = construct_of(group)
    try:
        check_scope(construct, "r")
    except RuleMalformed:
        assume(False)
    theirs = rows_in_store(group, asserted)

    ours = rows_of(compile_alone(Clause(id="r", path="r", construct=construct)), asserted)

    assert ours == theirs


@given(group=groups, asserted=facts, others=facts)
def test_the_order_of_joins_makes_no_difference(group: s.Group, asserted: Any, others: Any) -> None:
    """Statistics on the facts change the speed of a rule, not its solutions."""
    construct = construct_of(group)
    try:
        check_scope(construct, "r")
    except RuleMalformed:
        assume(False)
    index = Index()
    index.add((subject.text, predicate.text, value.text) for subject, predicate, value in others)
    clause = Clause(id="r", path="r", construct=construct)
    (informed,) = load([clause], code_of([clause], Statistics.of(index)))

    assert rows_of(informed, asserted) == rows_of(compile_alone(clause), asserted)


KINDS = [
    IRIS[0],
    DAYS[1],
    s.Literal(DAYS[1].lexical),
    NUMBERS[2],
    s.Literal("1", s.XSD + "decimal"),
    s.Literal("1"),
    s.Literal("true", s.XSD + "boolean"),
]
"""A value of each kind; some have the text of another one."""


@pytest.mark.parametrize("operator", ["=", "!=", "<", ">"])
def test_values_of_all_kinds_compare_as_in_a_sparql_engine(operator: str) -> None:
    """A compiled rule and an expression of one row compare values of any two kinds alike."""
    left, right = s.Variable("x"), s.Variable("y")
    condition = s.Comparison(operator=operator, left=left, right=right)
    group = s.Group(
        elements=(
            s.TriplePattern(subject=IRIS[0], predicate=PROPERTIES[0], value=left),
            s.TriplePattern(subject=IRIS[0], predicate=PROPERTIES[1], value=right),
            s.Filter(condition=condition),
        )
    )
    asserted = {(IRIS[0], p, value) for p in PROPERTIES[:2] for value in KINDS}
    compiled = compile_alone(Clause(id="r", path="r", construct=construct_of(group)))
    found = {
        (one.text, other.text)
        for one in KINDS
        for other in KINDS
        if holds(condition, {"x": one.text, "y": other.text})
    }

    assert rows_of(compiled, asserted) == found == rows_in_store(group, asserted)


def test_a_rule_of_too_many_joins_is_refused() -> None:
    """A rule with too many nested loops for Python is an error that states what to do."""
    joins = " . ".join(f"?x{n} <urn:p> ?x{n + 1}" for n in range(19))
    construct = parse_construct(f"CONSTRUCT {{ ?x0 a <urn:T> }} WHERE {{ {joins} }}", "r.rq")

    with pytest.raises(RuleMalformed, match="Split the rule"):
        compile_alone(Clause(id="r", path="r.rq", construct=construct))


def test_an_index_leaves_the_facts_below_it_alone() -> None:
    """A case is overlaid on the knowledge base and never written into it."""
    base = Index()
    base.add([("<a>", "<p>", "<b>"), ("<a>", "<q>", "<b>")])
    over = Index(base)
    over.add([("<a>", "<p>", "<c>"), ("<d>", "<p>", "<b>"), ("<a>", "<r>", "<b>")])

    assert list(over.objects["<p>"]["<a>"]) == ["<b>", "<c>"]
    assert list(over.subjects["<p>"]["<b>"]) == ["<a>", "<d>"]
    assert base.facts.all == {("<a>", "<p>", "<b>"), ("<a>", "<q>", "<b>")}
    assert over.has(("<a>", "<q>", "<b>"))
    assert not base.has(("<a>", "<p>", "<c>"))
