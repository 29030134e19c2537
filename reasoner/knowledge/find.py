"""Where a knowledge base is on disk, and which files belong to it."""

from __future__ import annotations

from pathlib import Path

from reasoner.errors import KnowledgeMissing


def holds_knowledge(folder: Path) -> bool:
    """Return True if a folder holds `ontology` with its rules, and `shapes`."""
    return (folder / "ontology").is_dir() and (folder / "shapes").is_dir()


def find_knowledge(folder: Path | None = None) -> Path:
    """
    Find the knowledge base: the given folder, else the installed data, else this checkout.

    Raises:
        KnowledgeMissing: The folder does not hold `ontology` and `shapes`.
    """
    package = Path(__file__).parents[1]
    choices = [folder] if folder else [package / "_data", package.parent]
    for choice in choices:
        if holds_knowledge(choice):
            return choice
    raise KnowledgeMissing(
        f"{choices[-1]}: the folders 'ontology' and 'shapes' are not both there.",
        hint="Name the folder that holds both with --knowledge.",
    )


def enclosing_knowledge(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upward, that holds a knowledge base, if any."""
    return next((f for f in (start, *start.parents) if holds_knowledge(f)), None)


def ontology_files(home: Path) -> list[Path]:
    """List the Turtle files that authors write, sorted by path."""
    found = (home / "ontology").rglob("*.ttl")
    return sorted(path for path in found if path.parent.name != "generated")
