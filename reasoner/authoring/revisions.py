"""Two states of the knowledge: folders, git revisions, or two editions of one guideline."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from reasoner.errors import KnowledgeMissing
from reasoner.kernel.terms import XSD
from reasoner.knowledge.find import holds_knowledge
from reasoner.knowledge.terms import PREFIXES, mn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner.knowledge.base import Knowledge

DATES = (mn("effectiveFrom"), mn("effectiveUntil"))


@contextmanager
def open_revision(name: str, home: Path) -> Iterator[Path]:
    """
    Give the folder of a state of the knowledge: a folder as it is, a git revision in a copy.

    Args:
        name: A folder that holds `ontology` and `shapes`, or a git revision of `home`.
        home: The checkout that the revision is of.

    Raises:
        KnowledgeMissing: Neither a folder of knowledge nor a revision that holds one.
    """
    if holds_knowledge(Path(name)):
        yield Path(name)
        return
    git = shutil.which("git")
    if git is None:
        raise KnowledgeMissing(f"'{name}' is not a folder of knowledge, and git is not installed.")

    def run(*words: str) -> subprocess.CompletedProcess[bytes]:
        command = [git, "-C", str(home), *words]
        return subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git only

    found = run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found.returncode != 0:
        raise KnowledgeMissing(
            f"'{name}' is not a folder of knowledge, a revision or an edition.",
            hint="Name a folder with 'ontology' and 'shapes', such as '.', or a git revision.",
        )
    packed = run("archive", "--format=tar", found.stdout.decode().strip(), "ontology", "shapes")
    if packed.returncode != 0:
        raise KnowledgeMissing(f"The revision '{name}' holds no 'ontology' and 'shapes'.")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
            if hasattr(tarfile, "data_filter"):  # the first releases of Python 3.11 have none
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(folder)  # noqa: S202  git has just written the archive
        yield Path(folder)


def edition_iri(knowledge: Knowledge, slug: str) -> str | None:
    """Return the IRI of an edition by its slug, or None if there is none."""
    iri = PREFIXES["mng"] + slug
    return iri if iri in knowledge.editions else None


def as_if(knowledge: Knowledge, chosen: str, other: str) -> Knowledge:
    """
    Make knowledge in which one edition is in force over the days of both, and the other never.

    What either of them takes the place of, the chosen one takes the place of; rows of the other
    stay in the knowledge and are not in force.

    Args:
        knowledge: The knowledge that holds both.
        chosen: The IRI of the edition that is to be in force.
        other: The IRI of the edition that is not.
    """
    both = (chosen, other)
    since = [knowledge.value(iri, DATES[0]) for iri in both]
    until = [knowledge.value(iri, DATES[1]) for iri in both]
    first = min(day for day in since if day)
    last = None if None in until else max(day for day in until if day)
    kept = [
        t
        for t in knowledge.facts
        if not (t.predicate in DATES and t.subject in {ox.NamedNode(iri) for iri in both})
    ]
    displaced = {
        t.object
        for t in knowledge.facts
        if t.predicate == mn("displaces") and t.subject in {ox.NamedNode(iri) for iri in both}
    }
    subject = ox.NamedNode(chosen)
    added = [ox.Triple(subject, DATES[0], _day(first))]
    added += [ox.Triple(subject, DATES[1], _day(last))] if last else []
    added += [ox.Triple(subject, mn("displaces"), thing) for thing in displaced]
    facts = tuple(dict.fromkeys([*kept, *added]))
    return knowledge.with_facts(facts)


def _day(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + "date"))
