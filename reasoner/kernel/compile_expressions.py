"""
Expressions of a rule as Python source.

Each method returns the source of an expression over the local variables of a compiled rule: `v_x`
holds the term of ?x, or None where it is unbound, and `n_x` its number where BIND computed one.
The names of functions are those of `values`. An error of SPARQL is an exception of `values.ERRORS`.

Glossary: a number is an `integer`; or a `decimal`, as soon as one part of it is, for which a Python
int is enough while it is whole; or `number`, where only a run shows which of the two: there an int
is an integer, and a decimal is a Fraction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .syntax import XSD, And, Arithmetic, Call, Comparison, Iri, Literal, Not, Or, Variable
from .values import VALUE, term_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .syntax import Expression

LITERALS: Final = {XSD + "integer": "integer", XSD + "decimal": "decimal"}
KINDS: Final = {
    "BOUND": "boolean",
    "CONCAT": "text",
    "DAY": "integer",
    "IRI": "iri",
    "MONTH": "integer",
    "STR": "text",
    "STRAFTER": "text",
    "STRDT": "date",
    "STRSTARTS": "boolean",
    "YEAR": "integer",
    XSD + "integer": "integer",
}
PARTS: Final = ("YEAR", "MONTH", "DAY")
NUMERIC: Final = frozenset({"integer", "decimal", "number"})
TERMS: Final = {"text": "text_term", "integer": "integer_term", "decimal": "decimal_term"}
"""The function that writes a value of a kind as a term, where it is not `term_of`."""
PYTHON: Final = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class ExpressionWriter:
    """
    Writes expressions of one rule.

    Args:
        unsure: The variables that can be unbound where they are read.
        numbers: The kind of each variable whose number is also in a local variable of its own.
    """

    def __init__(self, unsure: set[str], numbers: dict[str, str]) -> None:
        self.unsure = unsure
        self.numbers = numbers

    def kind(self, node: Expression) -> str:  # noqa: PLR0911 - one return a kind
        """Return a kind of number, `text`, `boolean`, `iri`, `date`, or `term` for an unknown."""
        match node:
            case Iri():
                return "iri"
            case Literal():
                return LITERALS.get(node.datatype, "term")
            case Variable():
                return self.numbers.get(node.name, "term")
            case Comparison() | And() | Or() | Not():
                return "boolean"
            case Arithmetic():
                return self._kind_of_result(node)
            case Call(function="FLOOR"):
                (part,) = node.arguments
                return self._kind_of_number(part)
            case Call(function="IF"):
                kinds = {self.kind(part) for part in node.arguments[1:]}
                if len(kinds) == 1:
                    return kinds.pop()
                return "number" if kinds <= NUMERIC else "term"
            case Call():
                return KINDS.get(node.function, "number")

    def _kind_of_number(self, node: Expression) -> str:
        kind = self.kind(node)
        return kind if kind in NUMERIC else "number"

    def _kind_of_result(self, node: Arithmetic) -> str:
        """Return the kind of a result: a quotient is a decimal, and what has a decimal in it."""
        kinds = {self._kind_of_number(part) for part in (node.left, node.right)}
        if node.operator == "/" or "decimal" in kinds:
            return "decimal"
        return "number" if "number" in kinds else "integer"

    def total(self, node: Expression) -> bool:  # noqa: PLR0911 - one return a kind
        """Return True if an expression cannot fail."""
        match node:
            case Iri() | Literal():
                return True
            case Variable():
                return node.name not in self.unsure
            case Comparison():
                return "iri" in {self.kind(node.left), self.kind(node.right)} and all(
                    self.total(part) for part in (node.left, node.right)
                )
            case And() | Or():
                return all(self._boolean(part) for part in node.parts)
            case Not():
                return self._boolean(node.part)
            case Call(function="BOUND"):
                return True
            case Call(function="CONCAT" | "STR" | "STRAFTER" | "STRSTARTS" | "IRI"):
                return all(self.total(part) for part in node.arguments)
            case Call(function="IF"):
                test, *branches = node.arguments
                return self._boolean(test) and all(self.total(part) for part in branches)
            case _:
                return False

    def _boolean(self, node: Expression) -> bool:
        return self.kind(node) == "boolean" and self.total(node)

    def test(self, node: Expression) -> str:
        """Write a condition of a filter: false where it fails."""
        if isinstance(node, And):
            return " and ".join(f"({self.test(part)})" for part in node.parts)
        return self.boolean(node)

    def boolean(self, node: Expression) -> str:  # noqa: PLR0911 - one return a kind
        """Write an expression as a Python bool."""
        match node:
            case Comparison():
                return self._comparison(node)
            case And():
                return self._logic(node.parts, "and", "both")
            case Or():
                return self._logic(node.parts, "or", "either")
            case Not():
                return f"not ({self.boolean(node.part)})"
            case Call(function="BOUND"):
                return f"{self._variable(node.arguments[0])} is not None"
            case Call(function="STRSTARTS"):
                whole, start = node.arguments
                return f"{self.text(whole)}.startswith({self.text(start)})"
            case Call(function="IF") if self.kind(node) == "boolean":
                return self._choice(node, self.boolean)
            case _:
                return f"truth({self.value(node)})"

    def _logic(self, parts: tuple[Expression, ...], operator: str, function: str) -> str:
        written = [self.boolean(part) for part in parts]
        if all(self._boolean(part) for part in parts[:-1]):
            return f" {operator} ".join(f"({part})" for part in written)
        return f"{function}({', '.join(f'lambda: {part}' for part in written)})"

    def _comparison(self, node: Comparison) -> str:
        kinds = {self.kind(node.left), self.kind(node.right)}
        operator = PYTHON[node.operator]
        if kinds & NUMERIC and not kinds <= NUMERIC and node.operator in {"=", "!="}:
            negation = "not " if node.operator == "!=" else ""
            return f"{negation}equal({self.value(node.left)}, {self.value(node.right)})"
        if kinds & NUMERIC:
            return f"{self.number(node.left)} {operator} {self.number(node.right)}"
        if node.operator not in {"=", "!="}:
            if kinds == {"term"}:
                return f"RANK[{self.term(node.left)}] {operator} RANK[{self.term(node.right)}]"
            return f"order({self.value(node.left)}, {self.value(node.right)}) {operator} 0"
        left, right = self.term(node.left), self.term(node.right)
        if "iri" in kinds:
            return f"{left} {operator} {right}"
        return f"{'not ' if node.operator == '!=' else ''}same({left}, {right})"

    def term(self, node: Expression) -> str:
        """Write an expression as a term."""
        if isinstance(node, Variable):
            return self._needed(node)
        if isinstance(node, Iri | Literal):
            return repr(node.text)
        if isinstance(node, Call) and node.function == "IRI":
            return f"'<' + {self.text(node.arguments[0])} + '>'"
        if isinstance(node, Call) and node.function == "IF":
            return self._choice(node, self.term)
        return f"{TERMS.get(self.kind(node), 'term_of')}({self.value(node)})"

    def value(self, node: Expression) -> str:
        """Write an expression as a value."""
        kind = self.kind(node)
        if kind in NUMERIC:
            return self.number(node)
        if kind == "text":
            return self.text(node)
        if kind == "boolean":
            return self.boolean(node)
        if isinstance(node, Call) and node.function == "STRDT":
            return f"typed({', '.join(self.text(part) for part in node.arguments)})"
        return f"VALUE[{self.term(node)}]"

    def number(self, node: Expression) -> str:  # noqa: PLR0911 - one return a kind
        """Write an expression as a number: an int for an integer, or for a whole decimal."""
        if isinstance(node, Variable):
            return f"n_{node.name}" if node.name in self.numbers else f"NUMBER[{self.term(node)}]"
        if isinstance(node, Literal):
            value = VALUE[node.text]
            return str(value) if isinstance(value, int) else f"NUMBER[{node.text!r}]"
        if isinstance(node, Arithmetic):
            return self._result(node)
        if isinstance(node, Call):
            if node.function in PARTS:
                return f"{node.function}[{self.term(node.arguments[0])}]"
            if node.function == "FLOOR":
                return self._floor(node.arguments[0])
            if node.function == "IF":
                mixed = self.kind(node) == "number"
                return self._choice(node, self._exact if mixed else self.number)
            if node.function == XSD + "integer":
                (part,) = node.arguments
                known = self.kind(part) == "integer"
                return self.number(part) if known else f"int({self.number(part)})"
        return f"NUMBER[{self.term(node)}]"

    def _exact(self, node: Expression) -> str:
        """Write a number where only a run shows its kind: a decimal as a Fraction."""
        number = self.number(node)
        return f"divide({number}, 1)" if self.kind(node) == "decimal" else number

    def _result(self, node: Arithmetic) -> str:
        left, right = self.number(node.left), self.number(node.right)
        if node.operator == "/":
            return f"divide({left}, {right})"
        return f"({left} {node.operator} {right})"

    def _floor(self, node: Expression) -> str:
        if isinstance(node, Arithmetic) and node.operator == "/":
            return f"({self.number(node.left)} // {self.number(node.right)})"
        kind, number = self._kind_of_number(node), self.number(node)
        return {"integer": number, "decimal": f"({number} // 1)"}.get(kind, f"floor({number})")

    def text(self, node: Expression) -> str:  # noqa: PLR0911 - one return a kind
        """Write an expression as a text."""
        if isinstance(node, Literal | Iri):
            return repr(node.value if isinstance(node, Iri) else node.lexical)
        if isinstance(node, Call):
            parts = node.arguments
            if node.function == "CONCAT":
                return f"({' + '.join(self.text(part) for part in parts)})"
            if node.function == "STR":
                return self.text(parts[0])
            if node.function == "STRAFTER":
                return f"{self.text(parts[0])}.partition({self.text(parts[1])})[2]"
            if node.function == "IF":
                return self._choice(node, self.text)
        if self.kind(node) in {*NUMERIC, "boolean"}:
            return f"text_of({self.value(node)})"
        return f"TEXT[{self.term(node)}]"

    def _choice(self, node: Call, write: Callable[[Expression], str]) -> str:
        test, yes, no = node.arguments
        return f"({write(yes)} if {self.boolean(test)} else {write(no)})"

    def _variable(self, node: Expression) -> str:
        return f"v_{node.name}" if isinstance(node, Variable) else repr(term_of(False))

    def _needed(self, node: Variable) -> str:
        name = self._variable(node)
        return f"need({name})" if node.name in self.unsure else name
