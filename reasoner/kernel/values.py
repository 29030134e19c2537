"""Values of terms, and the operations on them that compiled rules use."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final, TypeVar

from .syntax import ESCAPES, XSD
from .words import ESCAPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .facts import Fact

INTEGER: Final = f"^^<{XSD}integer>"
BOOLEAN: Final = f"^^<{XSD}boolean>"
DECIMAL: Final = f"^^<{XSD}decimal>"
DATE: Final = f"^^<{XSD}date>"
TRUE: Final = f'"true"{BOOLEAN}'
FALSE: Final = f'"false"{BOOLEAN}'
MOST: Final = 100_000
"""The number of terms whose values are remembered; more are computed again."""
ERRORS: Final = (ArithmeticError, LookupError, TypeError, ValueError)
"""What an operation raises where SPARQL has an error."""
UNESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


class IriValue(str):
    """An IRI, in angle brackets."""

    __slots__ = ()


class Day(str):
    """A date, as YYYY-MM-DD: the order of the texts is the order of the days."""

    __slots__ = ()


Kept = TypeVar("Kept")
Number = int | Fraction
Value = IriValue | Day | str | int | bool | Fraction


class _Cache(dict[str, Value]):
    """The value of each term that was asked for."""

    def __missing__(self, term: str) -> Value:
        """Compute a value and remember it."""
        return _kept(self, term, value_of(term))


def value_of(term: str) -> Value:
    """
    Return the value of a term.

    Args:
        term: The term, as N-Triples writes it.

    Raises:
        ValueError: The text of a number is not one.
    """
    if term.startswith("<"):
        return IriValue(term)
    quoted, _, kind = term[1:].rpartition('"')
    if kind == INTEGER:
        return int(quoted)
    if kind == BOOLEAN:
        return quoted in {"true", "1"}
    if kind == DECIMAL:
        return Fraction(quoted)
    if kind == DATE:
        return Day(quoted)
    return UNESCAPE.sub(_unescape, quoted) if "\\" in quoted else quoted


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else ESCAPED[match[3]]


VALUE: Final = _Cache()
Comparable = int | Fraction | str | bytes | tuple[bool]


class _Rank(dict[str, Comparable]):
    """What stands for each term in a comparison: Python compares those that SPARQL does."""

    def __missing__(self, term: str) -> Comparable:
        """
        Compute what stands for a term and remember it.

        Raises:
            TypeError: It is an IRI, which has no order.
        """
        value = VALUE[term]
        if isinstance(value, IriValue):
            raise TypeError(f"{term} has no order")
        rank: Comparable = value
        if isinstance(value, bool):
            rank = (value,)
        elif isinstance(value, Day):
            rank = value.encode()
        return _kept(self, term, rank)


class _Number(dict[str, Number]):
    """The value of each number that was asked for."""

    def __missing__(self, term: str) -> Number:
        """Compute a number and remember it; see `number`."""
        return _kept(self, term, number(term))


class _Text(dict[str, str]):
    """The text of each term that was asked for."""

    def __missing__(self, term: str) -> str:
        """Compute a text and remember it; see `text`."""
        return _kept(self, term, text(term))


class _Part(dict[str, int]):
    """
    The year, month or day of each date that was asked for.

    Args:
        start: Where it begins in YYYY-MM-DD.
        end: Where it ends.
    """

    def __init__(self, start: int, end: int) -> None:
        super().__init__()
        self.start, self.end = start, end

    def __missing__(self, term: str) -> int:
        """Compute a part and remember it; see `date_part`."""
        return _kept(self, term, date_part(term, self.start, self.end))


def _kept(cache: dict[str, Kept], term: str, value: Kept) -> Kept:
    if len(cache) < MOST:
        cache[term] = value
    return value


def term_of(value: Value) -> str:
    """Write a value as a term."""
    if isinstance(value, IriValue):
        return str(value)
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        return f'"{value}"{INTEGER}'
    if isinstance(value, Fraction):
        whole = value.denominator == 1
        return f'"{value.numerator if whole else f"{float(value):.12f}"}"{DECIMAL}'
    if isinstance(value, Day):
        return f'"{value}"{DATE}'
    return text_term(value)


def text_term(value: str) -> str:
    """Write a text as a term."""
    return f'"{value.translate(ESCAPES)}"'


def integer_term(value: int) -> str:
    """Write an integer as a term."""
    return f'"{value}"{INTEGER}'


def decimal_term(value: Number) -> str:
    """Write a decimal, an int where it is whole, as a term."""
    return f'"{value}"{DECIMAL}' if isinstance(value, int) else term_of(value)


def number(term: str) -> Number:
    """
    Return the value of a number.

    Raises:
        TypeError: It is none.
    """
    value = VALUE[term]
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise TypeError(f"{term} is not a number")
    return value


def text(term: str) -> str:
    """Return the text of a term: an IRI without its brackets, or the value of a literal."""
    return text_of(VALUE[term])


def text_of(value: Value) -> str:
    """Return the text of a value."""
    if isinstance(value, IriValue):
        return value[1:-1]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def truth(value: Value) -> bool:
    """
    Return the effective boolean value.

    Raises:
        TypeError: The value has none.
    """
    if isinstance(value, IriValue | Day):
        raise TypeError(f"{value} is not true or false")
    return bool(value)


def same(one: str, other: str) -> bool:
    """Return True if two terms have equal values."""
    if one == other:
        return True
    if one[0] == "<" or other[0] == "<":
        return False
    return equal(VALUE[one], VALUE[other])


def equal(one: Value, other: Value) -> bool:
    """Return True if two values of one kind are equal; no date equals a text, no truth a number."""
    kinds = (bool, IriValue, Day)
    return all(isinstance(one, k) == isinstance(other, k) for k in kinds) and one == other


def order(one: Value, other: Value) -> int:
    """
    Return a number below, equal to or above 0 as one value is less, equal or more than another.

    Raises:
        TypeError: They are not both numbers, dates, texts or truth values.
    """
    numbers = isinstance(one, Fraction | int) and isinstance(other, Fraction | int)
    alike = type(one) is type(other) and not isinstance(one, IriValue)
    if alike or (numbers and bool not in {type(one), type(other)}):
        return (one > other) - (one < other)  # type: ignore[operator] # of one kind, as tested
    raise TypeError(f"{one} and {other} have no order")


def either(*parts: Callable[[], bool]) -> bool:
    """Return True if one part is true, whether or not another fails; else fail if one fails."""
    fault: Exception | None = None
    for part in parts:
        try:
            if part():
                return True
        except ERRORS as error:
            fault = error
    if fault:
        raise fault
    return False


def both(*parts: Callable[[], bool]) -> bool:
    """Return False if one part is false, whether or not another fails; else fail if one fails."""
    return not either(*(lambda part=part: not part() for part in parts))


def divide(one: Number, other: Number) -> Fraction:
    """Divide exactly; the quotient of integers is a decimal, as in SPARQL."""
    return Fraction(one) / other


def floor(value: Number) -> Number:
    """Round down; an integer stays an integer and a decimal a decimal."""
    return value if isinstance(value, int) else Fraction(math.floor(value))


def date_part(term: str, start: int, end: int) -> int:
    """
    Return the year, month or day of a date.

    Raises:
        TypeError: The term is not a date.
    """
    value = VALUE[term]
    if not isinstance(value, Day):
        raise TypeError(f"{term} is not a date")
    return int(value[start:end])


RANK: Final = _Rank()
NUMBER: Final = _Number()
TEXT: Final = _Text()
YEAR: Final = _Part(0, 4)
MONTH: Final = _Part(5, 7)
DAY: Final = _Part(8, 10)


def typed(lexical: str, datatype: str) -> Day:
    """
    Make a date of a text.

    Raises:
        TypeError: The datatype is another one.
    """
    if datatype != f"{XSD}date":
        raise TypeError(f"{datatype} is not a type that a rule may give")
    return Day(lexical)


def need(term: str | None) -> str:
    """
    Return the term of a variable.

    Raises:
        TypeError: It is unbound.
    """
    if term is None:
        raise TypeError("an unbound variable")
    return term


def aggregate(
    solutions: Iterable[tuple[tuple[str, ...], tuple[str, ...], tuple[Fact, ...]]],
    functions: tuple[str, ...],
) -> list[tuple[object, ...]]:
    """
    Group solutions by their keys and compute the figures of each group.

    Args:
        solutions: For each solution its keys, the terms that are aggregated, and its facts.
        functions: `SUM`, `MAX` or `MIN`, one for each term.

    Returns:
        For each group its keys, its figures as terms, and the facts counted over, sorted. A figure
        over what is not a number is None.
    """
    groups: dict[tuple[str, ...], list[tuple[tuple[str, ...], tuple[Fact, ...]]]] = {}
    for keys, terms, facts in solutions:
        groups.setdefault(keys, []).append((terms, facts))
    return [
        (
            *keys,
            *(
                _figure(function, [terms[place] for terms, _ in members])
                for place, function in enumerate(functions)
            ),
            tuple(sorted({fact for _, facts in members for fact in facts})),
        )
        for keys, members in groups.items()
    ]


def _figure(function: str, terms: list[str]) -> str | None:
    try:
        if function == "SUM":
            return term_of(sum(number(term) for term in terms))
        values = sorted((VALUE[term], term) for term in terms)
    except ERRORS:
        return None
    return values[-1][1] if function == "MAX" else values[0][1]


def otherwise(
    rows: Iterable[tuple[str | None, ...]], row: tuple[None, ...]
) -> Iterator[tuple[str | None, ...]]:
    """Yield some rows; the other row if there are none."""
    found = False
    for found_row in rows:
        found = True
        yield found_row
    if not found:
        yield row


def present(facts: tuple[tuple[str | None, str | None, str | None], ...]) -> tuple[Fact, ...]:
    """Return the facts all of whose terms are bound."""
    return tuple(
        (s, p, o) for s, p, o in facts if s is not None and p is not None and o is not None
    )
