"""The stages of a check: what each looked at, and results kept while what they read is the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    One stage of a check.

    Attributes:
        name: Its name.
        looked_at: What it looked at, with how many of each.
        skipped: Why it did not run; empty if it ran.
    """

    name: str
    looked_at: tuple[tuple[str, int], ...] = ()
    skipped: str = ""


class Stages:
    """
    The stages of one check as they end, with their findings.

    Args:
        report: Is called with the name of each stage as it begins.
    """

    def __init__(self, report: Callable[[str], object]) -> None:
        self.report = report
        self.stages: list[Stage] = []
        self.findings: list[Finding] = []

    def begin(self, name: str) -> None:
        """Announce a stage."""
        self.report(name)

    def end(self, name: str, looked_at: Mapping[str, int], found: Iterable[Finding]) -> None:
        """Record a stage that ran; one that looked at nothing is an error, not a pass."""
        self.findings += found
        self.stages.append(Stage(name=name, looked_at=tuple(looked_at.items())))
        for what, count in looked_at.items():
            if not count:
                self.findings.append(
                    Finding(
                        kind="nothing-looked-at",
                        message=f"The stage '{name}' found no {what}, so it checked none.",
                        hint="Is this the folder of a knowledge base, and is it complete?",
                    )
                )

    def skip(self, name: str, why: str) -> None:
        """Record a stage that did not run."""
        self.stages.append(Stage(name=name, skipped=why))


class Memory:
    """
    Results of single stages, each kept with the hash of what the stage read.

    Args:
        folder: Where results are kept; None to keep none.
        fresh: Compute every result again, kept or not.
    """

    def __init__(self, folder: Path | None, *, fresh: bool = False) -> None:
        self.folder = folder
        self.fresh = fresh

    def recall(
        self, stage: str, reads: Iterable[str], compute: Callable[[], Sequence[str]]
    ) -> list[str]:
        """
        Return the kept result of a stage, or compute it and keep it.

        Args:
            stage: The name under which it is kept.
            reads: All that the result depends on, except the code of this project.
            compute: Computes the result; what it raises is raised, and nothing is kept.
        """
        if self.folder is None:
            return list(compute())
        total = hashlib.sha256(f"{self._code}\n".encode())
        for part in reads:
            total.update(f"{len(part)}:{part}".encode())
        digest, path = total.hexdigest(), self.folder / f"{stage}.json"
        kept = None if self.fresh else _read(path, digest)
        if kept is not None:
            return kept
        result = list(compute())
        write_kept(path, json.dumps({"digest": digest, "result": result}))
        return result

    @cached_property
    def _code(self) -> str:
        return code_digest()


def code_digest() -> str:
    """Hash the Python of this project."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        total.update(f"{path.name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def write_kept(path: Path, text: str) -> None:
    """Write a file of kept results; where the folder cannot be written, nothing is kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        return


def _read(path: Path, digest: str) -> list[str] | None:
    """Return what was kept under a digest; None if there is nothing, or it was another one."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(kept, dict) or kept.get("digest") != digest:
        return None
    result = kept.get("result")
    return [str(part) for part in result] if isinstance(result, list) else None
