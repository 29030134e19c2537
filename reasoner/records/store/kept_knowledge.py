"""Knowledge bases in the ledger, by their digest: determinations replay under their own."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from reasoner.errors import KnowledgeMissing, KnowledgeUnreadable
from reasoner.kernel.terms import DCTERMS, LABEL, PROV, SOURCE, TYPE
from reasoner.knowledge.base import load_knowledge
from reasoner.knowledge.terms import RULE, mn
from reasoner.records.ledger.entries import NewEntry

from .names import KNOWLEDGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from reasoner.knowledge.base import Knowledge
    from reasoner.records.ledger.entries import RecordedEntry
    from reasoner.records.ledger.ledger import Ledger

PACKAGE: Final = "application/gzip"
LARGEST: Final = 200_000_000
"""The most bytes that a knowledge base is unpacked to."""
PLAN: Final = ox.NamedNode(PROV + "Plan")
IDENTIFIER: Final = ox.NamedNode(DCTERMS + "identifier")
SUBJECT: Final = ox.NamedNode(DCTERMS + "subject")


def pack_knowledge(knowledge: Knowledge) -> bytes:
    """Return the files of a knowledge base as a compressed archive: the same bytes for the same."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in sorted(knowledge.sources.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpack_knowledge(packed: bytes, folder: Path) -> None:
    """
    Write the files of a packed knowledge base into a folder.

    Raises:
        KnowledgeUnreadable: It is not such an archive, or would write elsewhere.
    """
    left = LARGEST
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                left -= member.size
                if not member.isreg() or path.is_absolute() or ".." in path.parts or left < 0:
                    raise KnowledgeUnreadable(f"{member.name} is not a file of a knowledge base.")
                content = archive.extractfile(member)
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read() if content else b"")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise KnowledgeUnreadable(f"The archive of a knowledge base: {error}.") from error


def keep_knowledge(
    ledger: Ledger, knowledge: Knowledge, *, actor: str, recorded_at: datetime
) -> RecordedEntry:
    """Return the entry of a knowledge base; append it if the ledger does not have it yet."""
    if held := ledger.latest(KNOWLEDGE, knowledge.digest):
        return held
    return ledger.append(
        NewEntry(
            kind=KNOWLEDGE,
            subject=knowledge.digest,
            actor=actor,
            recorded_at=recorded_at,
            body=pack_knowledge(knowledge),
            media_type=PACKAGE,
            idempotency_key=f"{KNOWLEDGE}/{knowledge.digest}",
        )
    )


def kept_knowledge(
    ledger: Ledger, digest: str, folder: Path, *, cache: Path | None = None
) -> Knowledge:
    """
    Return the knowledge base with a digest.

    Args:
        ledger: The ledger that keeps it.
        digest: Its digest, which a determination states.
        folder: Where its files are written, in a folder of their own.
        cache: As for `load_knowledge`.

    Raises:
        KnowledgeMissing: The ledger does not have it.
        KnowledgeUnreadable: What is kept is not the knowledge base with this digest.
    """
    entry = ledger.latest(KNOWLEDGE, digest)
    if entry is None or entry.body is None:
        raise KnowledgeMissing(
            f"The ledger does not keep the knowledge base {digest}.",
            hint="Decide again with another knowledge base: 'mednec replay' lists what differs.",
        )
    return open_knowledge(entry.body, digest, folder, cache=cache)


def open_knowledge(
    packed: bytes, digest: str, folder: Path, *, cache: Path | None = None
) -> Knowledge:
    """
    Load a packed knowledge base; as `kept_knowledge`.

    Raises:
        KnowledgeUnreadable: It is not the knowledge base with this digest.
    """
    home = folder / digest
    home.mkdir(parents=True, exist_ok=True)
    unpack_knowledge(packed, home)
    knowledge = load_knowledge(home, cache=cache)
    if knowledge.digest != digest:
        raise KnowledgeUnreadable(
            f"The knowledge base kept as {digest} has the digest {knowledge.digest}."
        )
    return knowledge


def knowledge_triples(knowledge: Knowledge) -> Iterator[ox.Triple]:
    """Yield the facts and inferences of a knowledge base, and each rule as an individual."""
    yield from knowledge.facts
    yield from knowledge.entailed
    for rule in knowledge.rules:
        node = ox.NamedNode(RULE + rule.id)
        yield ox.Triple(node, TYPE, PLAN)
        yield ox.Triple(node, IDENTIFIER, ox.Literal(rule.id))
        yield ox.Triple(node, LABEL, ox.Literal(rule.title, language="en"))
        yield ox.Triple(node, SUBJECT, ox.Literal(PurePosixPath(rule.path).parent.name))
        if rule.source:
            yield ox.Triple(node, SOURCE, ox.Literal(rule.source))
        if rule.rationale:
            yield ox.Triple(node, mn("rationale"), ox.Literal(rule.rationale))
