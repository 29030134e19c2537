"""Run `python -m tests.mutants`: seed faults, and report which checks notice them."""

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
from tests.mutants.report import Outcome, is_excused, report

HOME = Path(__file__).parents[2]
# Quick checks first: a noticed fault is not tried again, except with --full.
CHECKS = (
    "tests/cases/test_golden.py",
    "tests/knowledge/test_shapes.py",
    "tests/knowledge/test_ontology.py",
    "tests/knowledge/test_law.py",
    "tests/cases/test_blessed.py",
    "tests/properties",
)


def arguments(given: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="the size of the sample, relative to the usual one"
    )
    parser.add_argument("--number", type=int, help="the number of faults, spread over the sample")
    parser.add_argument("--only", help="only faults whose file or kind contains this")
    parser.add_argument(
        "--full", action="store_true", help="try every property on every fault that may affect it"
    )
    parser.add_argument(
        "--enough",
        type=int,
        default=3,
        help="with --full: the number of faults per property; 0 for all",
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--least", type=float, default=95.0, help="the percentage that must be noticed"
    )
    parser.add_argument("--list", action="store_true", help="list the faults and stop")
    parser.add_argument("--matrix", type=Path, help="write which check noticed which fault, as CSV")
    parser.add_argument("--check", help="only checks whose name contains this")
    return parser.parse_args(given)


def chosen(options: argparse.Namespace) -> list[Mutant]:
    """Choose the faults that the command line asks for."""
    every = all_mutants(HOME)
    if options.only:
        every = [m for m in every if options.only in m.file or options.only == m.kind]
    found = [*sample(every, scale=options.scale), *engine_mutants(HOME)]
    if options.only:
        found = [m for m in found if options.only in m.file or options.only == m.kind]
    if options.full:
        # The properties use valid cases, so they do not check faults in shapes.
        found = [m for m in found if not m.file.startswith("shapes/")]
    else:
        found = [m for m in found if not is_excused(m)]
    if options.number:
        found = found[:: max(1, len(found) // options.number)][: options.number]
    return found


def start(
    mutants: list[Mutant], folder: Path, number: int, options: argparse.Namespace
) -> tuple[Any, Path]:
    """Start one worker on its share of the faults, or of the properties with `--full`."""
    share = mutants if options.full else mutants[number :: options.workers]
    faults, out, log = (folder / f"{name}-{number}" for name in ("faults", "noticed", "log"))
    faults.write_text("".join(json.dumps(asdict(m)) + "\n" for m in share), encoding="utf-8")
    out.touch()
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.plugin"]
    command += ["-p", "no:cacheprovider", "--hypothesis-profile", "mutants"]
    command += ["--mutants", str(faults), "--mutants-out", str(out), *CHECKS]
    if options.full:
        command += ["--mutants-share", f"{number}/{options.workers}"]
        command += ["--mutants-enough", str(options.enough)]
    if options.check:
        command += ["-k", options.check]
    with log.open("w", encoding="utf-8") as output:
        worker = subprocess.Popen(command, cwd=HOME, stdout=output, stderr=subprocess.STDOUT)
    return worker, out


def follow(workers: list[tuple[Any, Path]], count: int) -> list[dict[str, Any]]:
    """Read what the workers write until all have ended; show the progress on standard error."""
    said: dict[Path, list[dict[str, Any]]] = {out: [] for _, out in workers}
    began = time.monotonic()
    while True:
        running = [worker for worker, _ in workers if worker.poll() is None]
        for out, lines in said.items():
            fresh = out.read_text(encoding="utf-8").splitlines(keepends=True)[len(lines) :]
            lines += [json.loads(line) for line in fresh if line.endswith("\n")]
        print(
            progress(list(said.values()), count, time.monotonic() - began), end="", file=sys.stderr
        )
        if not running:
            print(file=sys.stderr)
            return [one for lines in said.values() for one in lines]
        time.sleep(1)


def progress(said: list[list[dict[str, Any]]], count: int, spent: float) -> str:
    """Draw a bar of the checks that were run, with the number of faults that were noticed."""
    last = [next((one for one in lines[::-1] if "check" in one), None) for lines in said]
    share = sum(one["done"] / one["of"] for one in last if one) / max(1, len(said))
    caught = {f for lines in said for one in lines for f in (*one.get("caught", ()),)}
    caught |= {f for lines in said for one in lines for f in one.get("refused", ())}
    bar = "#" * round(40 * share)
    check = next((one["check"].rsplit("::", 1)[-1] for one in last if one), "reading knowledge")
    return f"\r{spent:5.0f} s [{bar:<40}] {len(caught)} of {count} noticed  {check[:50]:<50}"


def main(given: list[str] | None = None) -> int:
    """Seed the faults and report; return 1 if too few were noticed, 2 if the checks are unsound."""
    options = arguments(given)
    mutants = chosen(options)
    if options.list:
        print("\n".join(f"{m.kind}: {m.described()}" for m in mutants))
        return 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workers = [start(mutants, folder, n, options) for n in range(options.workers)]
        said = follow(workers, len(mutants))
        if any(worker.returncode for worker, _ in workers):
            print("\n".join(path.read_text()[-2000:] for path in sorted(folder.glob("log-*"))))
            return 2
    checks = sorted({name for one in said for name in one.get("checks", ())})
    text, share = report(outcomes(mutants, said), checks, matrix=options.matrix)
    print(text)
    print(f"{time.monotonic() - began:.0f} s on {options.workers} processes.")
    if unsound := sorted({one["check"] for one in said if not one.get("sound", True)}):
        print(f"These checks fail without any fault, and were left out: {', '.join(unsound)}")
        return 2
    return 0 if share >= options.least else 1


def outcomes(mutants: list[Mutant], said: list[dict[str, Any]]) -> list[Outcome]:
    """Gather what noticed each fault."""
    caught: dict[str, set[str]] = {}
    for one in said:
        for fault in one.get("caught", ()):
            caught.setdefault(fault, set()).add(one["check"])
    refused = {fault: why for one in said for fault, why in one.get("refused", {}).items()}
    names = [(m, json.dumps(asdict(m))) for m in mutants]
    return [
        Outcome(mutant=m, caught=tuple(sorted(caught.get(name, ()))), refused=refused.get(name, ""))
        for m, name in names
    ]


if __name__ == "__main__":
    sys.exit(main())
