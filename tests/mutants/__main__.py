"""`python -m tests.mutants`: seed faults, see which checks notice them, tell which did not."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.mutants.engine import engine_mutants
from tests.mutants.operators import Mutant, all_mutants, sample
from tests.mutants.report import Outcome, report

HOME = Path(__file__).parents[2]
CHECKS = (
    "tests/properties",
    "tests/cases",
    "tests/knowledge/test_rules.py",
    "tests/knowledge/test_shapes.py",
    "tests/knowledge/test_ontology.py",
    "tests/knowledge/test_law.py",
)


def arguments(given: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="how many, against the usual sample"
    )
    parser.add_argument("--number", type=int, help="only so many, spread over the sample")
    parser.add_argument("--only", help="only faults whose file or kind contains this")
    parser.add_argument("--full", action="store_true", help="run every check on every fault")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--least", type=float, default=95.0, help="per cent that must be caught")
    parser.add_argument("--list", action="store_true", help="list the faults and stop")
    parser.add_argument("--matrix", type=Path, help="write which check noticed which fault, as CSV")
    return parser.parse_args(given)


def chosen(options: argparse.Namespace) -> list[Mutant]:
    """Choose the faults that the command line asks for."""
    every = all_mutants(HOME)
    if options.only:
        every = [m for m in every if options.only in m.file or options.only == m.kind]
    found = [*sample(every, scale=options.scale), *engine_mutants(HOME)]
    if options.only:
        found = [m for m in found if options.only in m.file or options.only == m.kind]
    if options.number:
        found = found[:: max(1, len(found) // options.number)][: options.number]
    return found


def start(mutants: list[Mutant], folder: Path, options: argparse.Namespace) -> Any:
    """Start one worker on its share of the faults."""
    faults, out = folder / "faults", folder / "noticed"
    faults.write_text("".join(json.dumps(asdict(m)) + "\n" for m in mutants), encoding="utf-8")
    out.touch()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.mutants.plugin",
        "-p",
        "no:cacheprovider",
    ]
    command += ["--hypothesis-profile", "mutants", "--mutants", str(faults)]
    command += ["--mutants-out", str(out), *(["--mutants-full"] if options.full else []), *CHECKS]
    log = (folder / "log").open("w", encoding="utf-8")
    return subprocess.Popen(command, cwd=HOME, stdout=log, stderr=subprocess.STDOUT), out, folder


def follow(workers: list[Any], count: int) -> list[dict[str, Any]]:
    """Read what the workers write until all have ended; tell the progress on standard error."""
    said: list[dict[str, Any]] = []
    read = dict.fromkeys((out for _, out, _ in workers), 0)
    began = time.monotonic()
    while True:
        running = [worker for worker, _, _ in workers if worker.poll() is None]
        for out in read:
            for line in out.read_text(encoding="utf-8").splitlines()[read[out] :]:
                read[out] += 1
                said.append(json.loads(line))
                done = sum("mutant" in one for one in said)
                print(progress(said[-1], done, count, time.monotonic() - began), file=sys.stderr)
        if not running:
            return said
        time.sleep(0.5)


def progress(one: dict[str, Any], done: int, count: int, spent: float) -> str:
    """Say in one line what one worker just found."""
    if "mutant" not in one:
        return f"{spent:5.0f} s  the sound knowledge passes {len(one['checks'])} checks"
    mutant = Mutant(**json.loads(one["mutant"]))
    by = "refused" if one["refused"] else f"noticed by {len(one['caught'])}"
    told = by if one["refused"] or one["caught"] else "SURVIVED"
    return f"{spent:5.0f} s  {done}/{count}  {told:<14} {mutant.kind}: {mutant.told()[:110]}"


def main(given: list[str] | None = None) -> int:
    """Seed the faults and report; return 1 if too few were noticed, 2 if the checks are unsound."""
    options = arguments(given)
    mutants = chosen(options)
    if options.list:
        print("\n".join(f"{m.kind}: {m.told()}" for m in mutants))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        shares = [mutants[n :: options.workers] for n in range(options.workers)]
        workers = []
        for number, share in enumerate(filter(None, shares)):
            home = Path(folder) / str(number)
            home.mkdir()
            workers.append(start(share, home, options))
        said = follow(workers, len(mutants))
        if sum("mutant" in one for one in said) < len(mutants):
            print("\n".join((home / "log").read_text()[-2000:] for _, _, home in workers))
            return 2
    unsound = sorted({name for one in said for name in one.get("sound", ())})
    outcomes = [
        Outcome(
            mutant=Mutant(**json.loads(one["mutant"])),
            caught=tuple(one["caught"]),
            refused=one["refused"],
        )
        for one in said
        if "mutant" in one
    ]
    checks = sorted({name for one in said for name in one.get("checks", ())})
    text, share = report(outcomes, checks, matrix=options.matrix)
    print(text)
    if unsound:
        print(f"These checks fail without any fault, and were left out: {', '.join(unsound)}")
        return 2
    return 0 if share >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
