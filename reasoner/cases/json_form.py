"""JSON, decoded strictly: nothing that a decoder would correct or ignore in silence passes."""

from __future__ import annotations

import json
import re
from typing import Final

from reasoner.errors import CaseUnreadable

from .limits import LIMITS

DEPTH: Final = LIMITS.depth
DIGITS: Final = LIMITS.digits
CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")
TOKEN: Final = re.compile(
    r'(?P<word>"(?:[^"\\]|\\.)*"|[\[\]{}]|NaN|-?Infinity|-?\d[\d.eE+-]*)(?P<colon>\s*:)?'
)


def decode(data: bytes, source: str) -> object:
    """
    Decode JSON strictly.

    Raises:
        CaseUnreadable: The text is not JSON, or has a repeated key, a number that JSON does not
            allow, a lone surrogate, or too many levels.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseUnreadable(
            f"{source}: not UTF-8 at byte {error.start}.", hint="Send the case as UTF-8."
        ) from error
    try:
        value = json.loads(text, parse_int=_integer)
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise CaseUnreadable(
            f"{source}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeEncodeError as error:
        raise CaseUnreadable(
            f"{source}: contains a lone surrogate, which is not a character."
        ) from error
    except RecursionError as error:
        raise CaseUnreadable(f"{source}: nested more than {DEPTH} levels deep.") from error
    _scan(text, source)
    return value


def _integer(digits: str) -> int:
    return int(digits[: DIGITS + 2])  # the scan rejects a longer one, with its line


def _scan(text: str, source: str) -> None:  # noqa: C901 - one branch for each kind of token
    """Reject, with its line, what a decoder would silently correct or ignore."""
    open_objects: list[set[str] | None] = []
    for token in TOKEN.finditer(text):
        word = token["word"]
        fault = ""
        if word in "{[":
            open_objects.append(set() if word == "{" else None)
            if len(open_objects) > DEPTH:
                fault = f"nested more than {DEPTH} levels deep"
        elif word in "}]":
            open_objects.pop()
        elif word in CONSTANTS:
            fault = f"{word} is not a JSON number"
        elif word[0] != '"':
            if len(word.lstrip("-")) > DIGITS or "e" in word.lower():
                fault = f"the number {word[:DIGITS]} is too large or not written out"
        elif len(word) - 2 > LIMITS.text:
            fault = (
                f"a text of {len(word) - 2:,} characters; at most {LIMITS.text:,} are read. "
                "Quote the passage that matters, not the document"
            )
        elif token["colon"] and (keys := open_objects[-1]) is not None:
            key = json.loads(word)
            if key in keys:
                fault = f"the key '{key}' is given twice in one object; give it once"
            keys.add(key)
        if fault:
            line = text.count("\n", 0, token.start()) + 1
            raise CaseUnreadable(f"{source}: line {line}: {fault}.")
