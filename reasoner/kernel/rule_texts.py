"""Rule texts: a head and a query, read into a syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .head import Form, check_head, parse_head
from .parser import parse_construct
from .scope import check_scope
from .syntax import (
    XSD,
    And,
    Comparison,
    Construct,
    Filter,
    Group,
    Iri,
    Literal,
    RuleText,
    TriplePattern,
    Variable,
)
from .tree import possible

if TYPE_CHECKING:
    from .syntax import Element, Expression, Head

LAW_OF = Variable("lawOf")
"""The variable that takes the day on which a dated rule is held against its dates."""


def parse_rule(text: str, path: str, form: Form) -> RuleText:
    """
    Parse the text of a rule file.

    Args:
        text: The whole file.
        path: The file, as messages name it.
        form: What the rules of the knowledge base share.

    Raises:
        RuleMalformed: The head or the query breaks the form of a rule.
    """
    head = parse_head(text, path, form)
    construct = parse_construct(text, path, prefixes=form.prefixes)
    construct = Construct(
        template=construct.template,
        where=Group(elements=(*construct.where.elements, *_dates(head, form))),
    )
    check_scope(construct, path)
    check_head(head, possible(construct.where), path, form)
    return RuleText(head=head, construct=construct, path=path)


def _dates(head: Head, form: Form) -> tuple[Element, ...]:
    """Write the dates of a head as a pattern and a filter, so that every engine keeps to them."""
    tests: list[Expression] = []
    line = 0
    for key, operator, day in (("from", ">=", head.starts), ("until", "<", head.ends)):
        if day is not None:
            line = line or head.entries[key].line
            date = Literal(day, XSD + "date")
            tests.append(Comparison(operator=operator, left=LAW_OF, right=date))
    if not tests or form.dated_by is None:
        return ()
    condition = tests[0] if len(tests) == 1 else And(parts=tuple(tests))
    pattern = TriplePattern(
        subject=Variable(head.about), predicate=Iri(form.dated_by), value=LAW_OF, line=line
    )
    return (pattern, Filter(condition=condition, line=line))
