"""The proof of one entry, with which a stranger checks it offline, without the rest of the log."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from reasoner.determinations.data import Json, Model, from_json, to_json
from reasoner.errors import RecordRejected

from .entries import RecordedEntry, canonical_json, commit
from .notes import Checkpoint, VerifyingKey, read_checkpoint
from .tree import HASH, verify_inclusion

MEMBER: Final = "ledger"
"""The member of a JSON document that contains the proof of the rest of the document."""


class EntryHead(Model, frozen=True, kw_only=True):
    """The leaf of an entry, without the commitment; the fields are those of `RecordedEntry`."""

    index: int
    kind: str
    subject: str
    version: int
    actor: str
    recorded_at: str
    media_type: str


class ProofData(Model, frozen=True, kw_only=True):
    """
    The JSON of a proof.

    Attributes:
        entry: The leaf.
        salt: The salt of the commitment to the body, in base64.
        inclusion: The inclusion proof of RFC 9162, each hash in base64.
        checkpoint: The signed note.
        key: The public key that signed it: a hint, not a reason to trust it.
    """

    entry: EntryHead
    salt: str
    inclusion: Sequence[str]
    checkpoint: str
    key: str


@dataclass(frozen=True, kw_only=True)
class EntryProof:
    """
    The proof that a log contains an entry.

    Attributes:
        entry: The entry; its body is not needed to check the proof against a body.
        inclusion: The hashes of the siblings, from the leaf upward.
        checkpoint: The signed head of the log.
        verifying: The public key of the log.
    """

    entry: RecordedEntry
    inclusion: tuple[bytes, ...]
    checkpoint: Checkpoint
    verifying: VerifyingKey

    def as_json(self) -> Json:
        """
        Return the proof as JSON, for the member `ledger` of a document.

        Raises:
            RecordRejected: The body was erased, and with it the salt.
        """
        entry = self.entry
        if entry.salt is None:
            raise RecordRejected(
                f"The body of entry {entry.index} was erased: nothing is left to check it with."
            )
        head = EntryHead(
            index=entry.index,
            kind=entry.kind,
            subject=entry.subject,
            version=entry.version,
            actor=entry.actor,
            recorded_at=entry.recorded_at,
            media_type=entry.media_type,
        )
        data = ProofData(
            entry=head,
            salt=_text(entry.salt),
            inclusion=[_text(value) for value in self.inclusion],
            checkpoint=self.checkpoint.note,
            key=str(self.verifying),
        )
        return to_json(data)


def with_proof(document: Json, proof: EntryProof) -> Json:
    """Return a JSON document, recorded as `canonical_json(document)`, with its proof in it."""
    return {**document, MEMBER: proof.as_json()}


def attach_proof(proof: EntryProof) -> str:
    """
    Return a recorded JSON document with its proof, as text.

    Raises:
        RecordRejected: The body was erased, or is not a JSON document in canonical form.
    """
    body = proof.entry.body
    try:
        document = json.loads(body or b"")
    except (ValueError, RecursionError) as error:
        document = None
        reason: Exception | None = error
    else:
        reason = None
    if not isinstance(document, dict) or canonical_json(document) != body:
        raise RecordRejected(
            f"Entry {proof.entry.index} is not a JSON document that can contain its proof.",
            hint="Only JSON that was recorded with sorted keys and without spaces can.",
        ) from reason
    whole = with_proof(document, proof)
    return json.dumps(whole, indent=2, ensure_ascii=False)


def verify_document(data: bytes, key: VerifyingKey | None = None) -> EntryProof:
    """
    Check a JSON document against the proof in its member `ledger`.

    Args:
        data: The document, however it is spaced and ordered.
        key: The public key of the log; None for the one that the proof names, which shows only
            that document and proof belong together.

    Returns:
        The proof, checked.

    Raises:
        RecordRejected: The document is not the one that was recorded, or the proof is wrong.
        NoteMalformed: The checkpoint is not one, or another key signed it.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RecordRejected(f"The record is not JSON: {error}.") from error
    if not isinstance(document, dict) or MEMBER not in document:
        raise RecordRejected(
            f"The record has no member '{MEMBER}' with the proof of its entry.",
            hint="Give a document as the service or 'mednec ledger proof' wrote it.",
        )
    body = canonical_json({name: value for name, value in document.items() if name != MEMBER})
    return verify_body(body, document[MEMBER], key)


def verify_body(body: bytes, proof: object, key: VerifyingKey | None = None) -> EntryProof:
    """
    Check recorded bytes against the JSON of a proof.

    Args:
        body: The bytes.
        proof: The JSON of `ProofData`.
        key: As for `verify_document`.

    Raises:
        RecordRejected, NoteMalformed: As `verify_document`.
    """
    try:
        found = from_json(proof, ProofData)
    except msgspec.ValidationError as error:
        raise RecordRejected(f"The proof is malformed: {error}.") from error
    salt = _bytes(found.salt, "salt")
    inclusion = tuple(_bytes(text, "inclusion") for text in found.inclusion)
    verifying = key or VerifyingKey.parse(found.key)
    checkpoint = read_checkpoint(found.checkpoint, verifying)
    head = found.entry
    entry = RecordedEntry(
        index=head.index,
        kind=head.kind,
        subject=head.subject,
        version=head.version,
        actor=head.actor,
        recorded_at=head.recorded_at,
        media_type=head.media_type,
        commitment=commit(salt, body),
        salt=salt,
        body=body,
    )
    if not verify_inclusion(
        entry.leaf_hash, entry.index, checkpoint.size, inclusion, checkpoint.root
    ):
        raise RecordRejected(
            f"Entry {entry.index} of {checkpoint.origin} is not this record: its hash does not "
            f"lead to the root of the {checkpoint.size} entries that were signed.",
            hint="The document, its proof or both were changed after they were recorded.",
        )
    return EntryProof(entry=entry, inclusion=inclusion, checkpoint=checkpoint, verifying=verifying)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise RecordRejected(f"The {what} of the proof is not base64.") from error
    if len(data) != HASH:
        raise RecordRejected(f"The {what} of the proof has {len(data)} bytes, not {HASH}.")
    return data
