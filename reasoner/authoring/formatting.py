"""`mednec fmt`: Turtle files brought into the one form, each whole or not at all."""

from __future__ import annotations

import difflib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reasoner.errors import MednecError
from reasoner.knowledge.find import ontology_files

from .turtle_format import format_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """
    One file and how it is written in the one form.

    Attributes:
        path: The file.
        before: Its text; empty if it could not be read.
        after: The text in the one form; that before if it could not be formatted.
        problem: Why it could not be read or formatted; empty if it could.
    """

    path: Path
    before: str
    after: str
    problem: str = ""

    @property
    def changed(self) -> bool:
        """Whether the file is not in the one form."""
        return self.before != self.after

    def difference(self) -> str:
        """Write what would change, as a unified diff."""
        before, after = (text.splitlines(keepends=True) for text in (self.before, self.after))
        name = self.path.as_posix()
        return "".join(difflib.unified_diff(before, after, fromfile=name, tofile=name))


def turtle_files(home: Path, named: Iterable[Path] = ()) -> list[Path]:
    """
    List the Turtle files to format, sorted.

    Args:
        home: The folder of the knowledge.
        named: Files and folders; empty for all files of the knowledge that authors write.
    """
    if not named:
        return [*ontology_files(home), *sorted((home / "shapes").glob("*.ttl"))]
    found: set[Path] = set()
    for path in named:
        inside = path.rglob("*.ttl") if path.is_dir() else [path]
        found |= {p for p in inside if not path.is_dir() or p.parent.name != "generated"}
    return sorted(found)


def format_files(paths: Iterable[Path], prefixes: Mapping[str, str]) -> Iterator[Formatted]:
    """Format files one by one, without writing; a file that cannot be formatted says why."""
    for path in paths:
        before = ""
        try:
            # Line ends are read as they are: a file with those of Windows is not in the one form.
            before = path.read_bytes().decode("utf-8")
            after = format_turtle(before, prefixes)
        except (MednecError, UnicodeDecodeError, OSError) as error:
            hint = f"{error.message} {error.hint}" if isinstance(error, MednecError) else str(error)
            yield Formatted(path=path, before=before, after=before, problem=hint.strip())
        else:
            yield Formatted(path=path, before=before, after=after)


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step, so that it is never seen, or left, half written."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(name).chmod(target.stat().st_mode & 0o777)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
