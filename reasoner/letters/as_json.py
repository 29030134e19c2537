"""A reading as plain data: every value with its offsets and its confidence."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum

from .model import Concept, Letter, Span


def letter_data(letter: Letter) -> dict[str, object]:
    """Return a letter as data for JSON; spans are pairs of offsets, and the source is left out."""
    data = _data(letter)
    if not isinstance(data, dict):  # pragma: no cover - a dataclass gives a dict
        raise TypeError
    del data["source"]
    return data


def _data(value: object) -> object:
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, Concept):
        return {"iri": value.iri, "code": value.code, "label": value.label}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _data(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_data(part) for part in value]
    if isinstance(value, dict):
        return {key: _data(part) for key, part in sorted(value.items())}
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
