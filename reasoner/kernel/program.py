"""
Programs: clauses compiled, loaded and ready to run.

What Python made of the source of a program is data of this user: `code_of` returns it as bytes to
be kept, `load` takes it back.
"""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from . import values
from .compile import compile_clause, required, slots
from .plan import Statistics
from .syntax import Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from .facts import Fact
    from .flow import Clause
    from .index import Side

Row = tuple[str | None, ...]
Counted = tuple[tuple[str, str, str], ...] | None
NAMES: Final[dict[str, object]] = {
    name: getattr(values, name)
    for name in """
        DAY ERRORS MONTH NUMBER RANK TEXT VALUE YEAR aggregate both decimal_term divide either
        equal floor integer_term need order otherwise present same term_of text_of text_term truth
        typed
    """.split()  # noqa: SIM905 - a list that people read
} | {
    "NONE": {},
    "UNBOUND": (None,),
    "chain": chain,
    "int": int,
    "next": next,
    "__builtins__": {},
}
"""All that the code of a program can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """
    A clause, ready to run.

    Attributes:
        clause: What it was compiled from.
        names: The variables of a solution, in order.
        needs: The properties that need facts in a case before there is a solution.
        match: Returns the solutions in an index, each with the facts that its aggregates counted.
        conclude: Returns the facts that a solution concludes.
        premises: Returns the facts that its patterns matched, in the order of the text.
    """

    clause: Clause
    names: tuple[str, ...]
    needs: frozenset[str]
    match: Callable[[dict[str, Side], dict[str, Side]], dict[Row, Counted]]
    conclude: Callable[[Row], tuple[Fact, ...]]
    premises: Callable[[Row], tuple[Fact, ...]]


def code_of(clauses: Sequence[Clause], statistics: Statistics) -> bytes:
    """
    Compile clauses to code that `load` takes.

    Raises:
        RuleMalformed: A clause joins more patterns than can be nested.
    """
    source = "\n".join(
        compile_clause(str(number), clause.construct, statistics, clause.path)
        for number, clause in enumerate(clauses)
    )
    return marshal.dumps(compile(source, "<rules>", "exec", optimize=2))


def compile_alone(clause: Clause) -> Compiled:
    """Compile one clause, without knowledge of the facts."""
    return load([clause], code_of([clause], Statistics()))[0]


def load(
    clauses: Sequence[Clause], code: bytes, held: Collection[str] = ()
) -> tuple[Compiled, ...]:
    """
    Load what `code_of` made of the same clauses.

    Args:
        clauses: The clauses.
        code: The code. It is executed: it must come from `code_of`, or from where nobody else can
            write.
        held: The properties that have facts in the knowledge base.
    """
    space: dict[str, Any] = dict(NAMES)
    exec(marshal.loads(code), space)  # noqa: S102, S302 - see above
    return tuple(
        Compiled(
            clause=clause,
            names=slots(clause.construct),
            needs=frozenset(
                pattern.predicate.text
                for pattern in required(clause.construct.where)
                if not isinstance(pattern.predicate, Variable)
                and pattern.predicate.text not in held
            ),
            match=space[f"match_{number}"],
            conclude=space[f"conclude_{number}"],
            premises=space[f"premises_{number}"],
        )
        for number, clause in enumerate(clauses)
    )
