"""
Read a folder of real determination letters; score the readings with the scorers of the folder.

The letters are in thirds by the last digit of their case number: one to develop on, one to tune
on, and one that is held out, whose figures are printed only on request.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

THIRDS: Final = {"develop": "2468", "tune": "035", "held-out": "179"}
"""Each third with the last digits of its case numbers."""
SCORERS: Final = {"score.py": ("reference", "items"), "score_facts.py": ("reference", "facts")}
"""Each scorer with the files, of the same folder, that it compares with."""


def main() -> None:
    """Print the tables of each third; print a message and stop if the letters are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("letters", nargs="?", default="../shared/letters", type=Path)
    parser.add_argument(
        "--third",
        action="append",
        choices=list(THIRDS),
        help="the third to score, may be repeated; develop and tune if none is given",
    )
    parser.add_argument("--json", action="store_true", help="the figures as data")
    parser.add_argument("--wrong", metavar="FIELD", help="the wrong answers of one field")
    arguments = parser.parse_args()
    scorers = [name for name in SCORERS if (arguments.letters / name).is_file()]
    if not scorers:
        print(f"skipped: no letters with a {' or '.join(SCORERS)} in {arguments.letters}")
        return
    options = ["--json"] if arguments.json else []
    options += ["--wrong", arguments.wrong] if arguments.wrong else []
    with tempfile.TemporaryDirectory() as folder:
        for third in arguments.third or ["develop", "tune"]:
            readings = read(arguments.letters, third, Path(folder))
            for scorer in scorers:
                if not (arguments.json or arguments.wrong):
                    print(f"\n{third}, {scorer}", flush=True)
                score(arguments.letters, scorer, third, readings, options)


def of_third(lines: Iterable[str], third: str) -> list[str]:
    """Return the lines, one JSON object each, whose "case" is in a third."""
    cases = ((line, str(json.loads(line)["case"])) for line in lines if line.strip())
    return [line for line, case in cases if case[-1] in THIRDS[third]]


def read(letters: Path, third: str, folder: Path) -> Path:
    """Read the letters of one third with the command line; return the file of readings."""
    own = folder / third
    own.mkdir()
    for path in sorted(letters.rglob("*.txt")):
        if path.stem[-1] in THIRDS[third] and path.stem[:2].isupper():
            (own / path.name).symlink_to(path.resolve())
    command = [str(Path(sys.executable).parent / "mednec"), "corpus", "read", str(own)]
    readings = folder / f"{third}.jsonl"
    with readings.open("w", encoding="utf-8") as out:
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, "--format", "jsonl"],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode > 1 or not readings.stat().st_size:
        sys.exit(done.stderr)
    return readings


def score(letters: Path, scorer: str, third: str, readings: Path, options: list[str]) -> None:
    """Run one scorer on the readings of a third, with the lines of its files in that third."""
    command = [sys.executable, str(letters / scorer), str(readings), *options]
    for name in SCORERS[scorer]:
        lines = (letters / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        kept = readings.with_name(f"{third}-{name}.jsonl")
        kept.write_text("\n".join(of_third(lines, third)), encoding="utf-8")
        command += [f"--{name}", str(kept)]
    done = subprocess.run(command, check=False)  # noqa: S603 - the scorer of the letters
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
