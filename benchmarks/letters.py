"""Read a folder of real determination letters; score the reading with the folder's own scorer."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

SCORER = "score.py"


def main() -> None:
    """Print the table of the scorer; print a message and stop if the letters are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("letters", nargs="?", default="../shared/letters", type=Path)
    parser.add_argument("--json", action="store_true", help="the figures as data")
    parser.add_argument("--wrong", metavar="FIELD", help="the wrong answers of one field")
    arguments = parser.parse_args()
    scorer = arguments.letters / SCORER
    if not scorer.is_file():
        print(f"skipped: no letters with a {SCORER} in {arguments.letters}")
        return
    with tempfile.TemporaryDirectory() as folder:
        readings = Path(folder) / "readings.jsonl"
        read = [str(Path(sys.executable).parent / "mednec"), "corpus", "read"]
        with readings.open("w", encoding="utf-8") as out:
            done = subprocess.run(  # noqa: S603 - our own command
                [*read, str(arguments.letters), "--format", "jsonl"], stdout=out, check=False
            )
        if done.returncode > 1:
            sys.exit(done.returncode)
        options = ["--json"] if arguments.json else []
        options += ["--wrong", arguments.wrong] if arguments.wrong else []
        sys.exit(
            subprocess.run(  # noqa: S603 - the scorer that comes with the letters
                [sys.executable, str(scorer), str(readings), *options], check=False
            ).returncode
        )


if __name__ == "__main__":
    main()
