"""
Signed notes and checkpoints, in the form of C2SP: `signed-note` and `tlog-checkpoint`.

A checkpoint is a note whose text is the origin, the number of leaves and the root in base64, each
on a line. A signature line is an em dash, the name of the key, and in base64 four bytes of key id
and the Ed25519 signature of the text. Keys are written as the tools of that world write them:
`name+keyid+base64(0x01 || public key)`, and `PRIVATE+KEY+name+keyid+base64(0x01 || seed)`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reasoner.errors import NoteMalformed

from .tree import HASH

ED25519: Final = b"\x01"
SECRET: Final = "PRIVATE+KEY+"  # noqa: S105 - how a private key begins, not one
KEY_ID: Final = 4
SEED: Final = 32
SIGNATURES: Final = 16
"""The number of signatures of a note that are read; `signed-note` asks for at least these."""
NAME: Final = re.compile(r"[^\s+]+")
SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
LINE: Final = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")
CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, kw_only=True)
class VerifyingKey:
    """
    The public key of a log.

    Attributes:
        name: The name of the key, which is the origin of the log.
        public: The Ed25519 public key, 32 bytes.
    """

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> VerifyingKey:
        """
        Read a key written as `name+keyid+base64`.

        Raises:
            NoteMalformed: It is not one, or its id is not that of the name and the key.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = cls(name=name, public=_key_bytes(encoded, "public key"))
        _check_name(name)
        if key_id.lower() != key.key_id.hex():
            raise NoteMalformed(
                f"The public key {name}+{key_id}: the id of this name and key is "
                f"{key.key_id.hex()}.",
                hint="Copy the whole line that 'mednec ledger status' prints.",
            )
        return key

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of the hash of the name, the type and the key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:KEY_ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(ED25519 + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Return True if a signature of 64 bytes is that of this key on a text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, kw_only=True, repr=False)
class SigningKey:
    """
    The private key of a log. Its `repr` does not show it.

    Attributes:
        name: The name of the key, which is the origin of the log.
        seed: The Ed25519 seed, 32 bytes; a caller that makes a key takes it from `secrets`.
    """

    name: str
    seed: bytes

    @classmethod
    def parse(cls, text: str) -> SigningKey:
        """
        Read a key written as `PRIVATE+KEY+name+keyid+base64`.

        Raises:
            NoteMalformed: It is not one; the message does not quote the key.
        """
        body = text.strip()
        if not body.startswith(SECRET):
            raise NoteMalformed(
                f"A private key begins with {SECRET}, and this text does not.",
                hint="Make one with 'mednec ledger init'.",
            )
        name, _, rest = body.removeprefix(SECRET).partition("+")
        key_id, _, encoded = rest.partition("+")
        _check_name(name)
        key = cls(name=name, seed=_key_bytes(encoded, "private key"))
        if key_id.lower() != key.verifying.key_id.hex():
            raise NoteMalformed(f"The private key of {name}: its id is not that of name and key.")
        return key

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        _check_name(self.name)
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def verifying(self) -> VerifyingKey:
        """The public key."""
        return VerifyingKey(name=self.name, public=self._key.public_key().public_bytes_raw())

    def written(self) -> str:
        """Return the private key as text. Keep it where only the service can read it."""
        return f"{SECRET}{self.name}+{self.verifying.key_id.hex()}+{_base64(ED25519 + self.seed)}"

    def sign(self, text: str) -> bytes:
        """Return the Ed25519 signature of a text, 64 bytes."""
        return self._key.sign(text.encode())

    def __repr__(self) -> str:
        return f"SigningKey({self.verifying})"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """
    The signed head of a log.

    Attributes:
        origin: The identity of the log.
        size: The number of entries.
        root: The root of the tree over them, 32 bytes.
        note: The signed note: text, blank line, signature lines.
    """

    origin: str
    size: int
    root: bytes
    note: str


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Return the text of a checkpoint, which is what is signed."""
    return f"{origin}\n{size}\n{_base64(root)}\n"


def write_note(text: str, key: VerifyingKey, signature: bytes) -> str:
    """Return a note: a text that ends with a line, and one signature of it."""
    return f"{text}\n— {key.name} {_base64(key.key_id + signature)}\n"


def sign_checkpoint(key: SigningKey, size: int, root: bytes) -> Checkpoint:
    """Sign the head of the log that a key belongs to."""
    text = checkpoint_text(key.name, size, root)
    note = write_note(text, key.verifying, key.sign(text))
    return Checkpoint(origin=key.name, size=size, root=root, note=note)


def open_note(note: str, key: VerifyingKey) -> str:
    """
    Return the text of a note that a key signed.

    Signatures of other keys are ignored, as `signed-note` requires.

    Raises:
        NoteMalformed: It is not a signed note, has no signature of this key, or a wrong one.
    """
    text, found, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not found or CONTROL.search(note) or lines[-1] or not 1 < len(lines) <= SIGNATURES + 1:
        raise NoteMalformed(
            "A signed note is a text, a blank line and 1 to "
            f"{SIGNATURES} signature lines, each ended by a new line. This is not one."
        )
    text += "\n"
    signed = False
    for line in lines[:-1]:
        parts = LINE.fullmatch(line)
        data = _decode(parts["signature"]) if parts else None
        if parts is None or data is None:
            raise NoteMalformed(f"'{line[:80]}' is not the signature line of a note.")
        if parts["name"] != key.name or data[:KEY_ID] != key.key_id:
            continue
        if not key.verifies(text, data[KEY_ID:]):
            raise NoteMalformed(f"The signature of {key.name} is not one of this text.")
        signed = True
    if not signed:
        raise NoteMalformed(
            f"No signature is of {key.name} with key id {key.key_id.hex()}.",
            hint="Check with the public key of the log that made the note.",
        )
    return text


def read_checkpoint(note: str, key: VerifyingKey) -> Checkpoint:
    """
    Read a checkpoint that a key signed.

    Raises:
        NoteMalformed: It is not a checkpoint, not of the log of the key, or not signed by it.
    """
    lines = open_note(note, key).split("\n")
    three = 3
    if len(lines) <= three or "" in lines[:-1]:
        raise NoteMalformed("A checkpoint has an origin, a size and a root, each on a line.")
    origin, size, encoded = lines[:three]
    root = _decode(encoded)
    if origin != key.name:
        raise NoteMalformed(f"The checkpoint is of the log {origin}, not of {key.name}.")
    if not SIZE.fullmatch(size):
        raise NoteMalformed(f"The size of a checkpoint is a number, not '{size[:40]}'.")
    if root is None or len(root) != HASH:
        raise NoteMalformed(f"The root of a checkpoint is {HASH} bytes in base64.")
    return Checkpoint(origin=origin, size=int(size), root=root, note=note)


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or CONTROL.search(name):
        raise NoteMalformed(
            f"'{name[:80]}' is not the name of a log.",
            hint="A name has no spaces and no '+', such as records.example.com/mednec.",
        )


def _key_bytes(encoded: str, what: str) -> bytes:
    data = _decode(encoded)
    if data is None or len(data) != 1 + SEED or data[:1] != ED25519:
        raise NoteMalformed(
            f"A {what} is written name+keyid+base64 of the byte 01 and {SEED} bytes of Ed25519."
        )
    return data[1:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes | None:
    """Return the bytes of standard base64; None if it is not, or is not written canonically."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _base64(data) == text else None
