"""The verifier on its own: `python3 -m verifier PROOF [--case CASE] [--knowledge FOLDER]`."""

import argparse
import sys
from pathlib import Path

from .case import read_case
from .sources import read_folder
from .terms import Unreadable
from .verify import report, verify


def main() -> int:
    """Check a proof and report what was found; return 0 if it is accepted, 1 if not, 2 on error."""
    parser = argparse.ArgumentParser(prog="verifier", description=__doc__)
    parser.add_argument("proof", type=Path)
    parser.add_argument("--case", type=Path, help="the case, as Turtle or N-Triples")
    parser.add_argument("--knowledge", type=Path, help="the folder with 'ontology' and 'shapes'")
    given = parser.parse_args()
    try:
        verdict = verify(
            given.proof.read_text(encoding="utf-8"),
            case=read_case(given.case) if given.case else None,
            folder=read_folder(given.knowledge) if given.knowledge else None,
        )
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"verifier: {error}\n")
        return 2
    sys.stdout.write(report(verdict))
    return 0 if verdict.accepted else 1


if __name__ == "__main__":
    sys.exit(main())
