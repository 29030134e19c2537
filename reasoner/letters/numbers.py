"""Numbers and dates as English letters write them: the patterns, and their values."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from .values import Amount

UNITS: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS: Final = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
VALUES: Final = {
    **{word: value for value, word in enumerate(UNITS)},
    **{word: 10 * value for value, word in enumerate(TENS, start=2)},
    **{word: value for value, word in enumerate(ORDINALS, start=1)},
    "dozen": 12,
    "once": 1,
    "weekly": 1,
    "twice": 2,
    "thrice": 3,
    "biw": 2,
    "tiw": 3,
    "a single": 1,
    "single": 1,
}
MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

_WORD: Final = "|".join(
    [
        rf"(?:{'|'.join(TENS)})(?:[ -](?:{'|'.join(UNITS[1:10])}))?",
        *sorted(UNITS, key=len, reverse=True),
        "once",
        "twice",
        "thrice",
        "biw",
        "tiw",
    ]
)
NUMBER: Final = (
    rf"(?:(?:{_WORD})(?: ?\( ?[0-9]{{1,3}} ?\))?"
    r"|(?<![0-9./-])[0-9]{1,3}(?:\.0+)?(?![0-9]|[./-][0-9])(?: ?\((?:" + _WORD + r")\))?)"
)
ORDINAL: Final = rf"(?:(?:{'|'.join(ORDINALS)})|(?<![0-9])[0-9]{{1,2}}(?:st|nd|rd|th))"
_LOOSE: Final = (
    rf"(?:(?:{_WORD})(?: ?\( ?[0-9]{{1,3}} ?\))?|(?<![0-9./])[0-9]{{1,3}}(?![0-9]|/[0-9]))"
)
RANGE: Final = rf"(?:{_LOOSE}(?: ?(?:-|to|or) ?{_LOOSE})?)"
_SHORT: Final = "|".join(sorted({month[:3] for month in MONTHS} | {"sept"}, reverse=True))
DATE: Final = (
    r"(?:[0-9]{1,2} ?[-/] ?[0-9]{1,2} ?[-/] ?(?:[0-9]{4}|[0-9]{2})(?![0-9])"
    r"|[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}(?![0-9])|[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])"
    rf"|(?:{'|'.join(MONTHS)}|{_SHORT})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})"
)
CENTURY: Final = 2000
PIVOT: Final = 70
"""Two digits of a year below this belong to this century, the others to the last."""


def number_of(text: str) -> int | None:
    """Return the value of a number in digits or words, or None if it is none."""
    digits = re.search(r"[0-9]+", text)
    if digits:
        return int(digits[0])
    words = re.findall("[a-z]+", text.lower())
    values = [VALUES[word] for word in words if word in VALUES]
    return sum(values) if values else None


def amount_of(text: str) -> Amount | None:
    """Return the value of a number or a range, or None if it is none."""
    parts = [m[0] for m in re.finditer(_LOOSE, text, re.IGNORECASE)]
    values = [value for value in map(number_of, parts or [text]) if value is not None]
    if not values:
        return None
    return Amount(least=min(values), most=max(values))


def date_of(text: str) -> date | None:
    """Return the date that American digits or an English month give, or None if it is none."""
    text = text.strip()
    parts = re.fullmatch(r"([0-9]{1,2}) ?[-/.] ?([0-9]{1,2}) ?[-/.] ?([0-9]{2,4})", text)
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
        if parts:
            year = int(parts[3])
            if year < CENTURY // 20:
                year += CENTURY if year < PIVOT else CENTURY - 100
            return date(year, int(parts[1]), int(parts[2]))
        words = re.fullmatch(r"([a-z]{3,})\.? ([0-9]{1,2})[a-z]*,? ([0-9]{4})", text.lower())
        named = [n for n, m in enumerate(MONTHS, start=1) if words and m[:3] == words[1][:3]]
        if words and named:
            return date(int(words[3]), named[0], int(words[2]))
    except ValueError:
        return None
    return None


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of a month that is shorter."""
    total = day.month - 1 + months
    year, month = day.year + total // 12, total % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError
