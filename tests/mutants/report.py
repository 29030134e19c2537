"""The report on the seeded faults."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.mutants.operators import Mutant

EQUIVALENT: Final = Path(__file__).parent / "equivalent.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    The result for one fault.

    Attributes:
        mutant: The fault.
        caught: The checks that noticed it.
        refused: The message if it was rejected at load, otherwise empty.
    """

    mutant: Mutant
    caught: tuple[str, ...]
    refused: str

    @property
    def by(self) -> str:
        """Return in a few words which check noticed the fault."""
        if self.refused:
            return "refused when read"
        if not self.caught:
            return "SURVIVED"
        properties = sum(name.startswith("properties/") for name in self.caught)
        others = len(self.caught) - properties
        return f"{properties} properties, {others} other checks"


def excused() -> dict[tuple[str, str, str], str]:
    """Read the faults that change no answer, with the reason why not."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as lines:
        return {(r["file"], r["old"], r["new"]): r["why"] for r in csv.DictReader(lines)}


def is_excused(mutant: Mutant) -> bool:
    """Return True if a fault is listed as one that changes no answer."""
    words = (" ".join(mutant.old.split()), " ".join(mutant.new.split()))
    return (mutant.file, *words) in excused()


def report(
    outcomes: list[Outcome], checks: list[str], *, matrix: Path | None = None
) -> tuple[str, float]:
    """Return a table of faults, a table of properties, and the share that was noticed."""
    counted = [o for o in outcomes if o.refused or o.caught or not is_excused(o.mutant)]
    noticed = [o for o in counted if o.refused or o.caught]
    share = 100 * len(noticed) / len(counted) if counted else 100.0
    lines = [f"{o.by:<36} {o.mutant.kind:<12} {o.mutant.described()[:150]}" for o in outcomes]
    tally = Counter(name for o in outcomes for name in o.caught)
    properties = [name for name in checks if name.startswith("properties/")]
    lines += ["", "Faults that each property noticed:"]
    lines += [f"{tally[name]:5}  {name}" for name in sorted(properties, key=lambda n: -tally[n])]
    never = [name for name in properties if not tally[name]]
    lines += ["", f"Properties that noticed nothing: {', '.join(never) or 'none'}"]
    survived = [o for o in counted if not (o.refused or o.caught)]
    lines += [f"Survived: {o.mutant.kind} {o.mutant.described()}" for o in survived]
    only = sum(any(n.startswith("properties/") for n in o.caught) for o in counted)
    apart = len(outcomes) - len(counted)
    lines += [
        f"Properties noticed {only} of {len(counted)} faults, as far as they were asked.",
        f"{len(noticed)} of {len(counted)} faults were noticed: {share:.1f} per cent.",
        f"{apart} faults that change no answer are not counted.",
    ]
    if matrix:
        _write(matrix, outcomes, properties)
    return "\n".join(lines), share


def _write(path: Path, outcomes: list[Outcome], properties: list[str]) -> None:
    """Write a row for each fault that a property noticed, and one for a property without any."""
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["property", "kind", "fault"])
        for name in properties:
            noticed = [o.mutant for o in outcomes if name in o.caught]
            short = name.removeprefix("properties/test_").replace(".py::test_", ": ")
            for mutant in noticed:
                table.writerow([short, mutant.kind, mutant.described().removeprefix("ontology/")])
            if not noticed:
                table.writerow([short, "", ""])
