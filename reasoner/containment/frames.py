"""
Messages between the service and a worker: a header as JSON, then bytes.

Each message begins with the lengths of its two parts, so that neither side looks for an end.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

LENGTHS: Final = struct.Struct(">IQ")

Header = dict[str, object]
"""What a message says about its bytes: JSON values by name."""


class Refused(Exception):
    """
    A job whose sender has to change it.

    Attributes:
        kind: The kind of fault, as the service names it.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def framed(header: Mapping[str, object], body: bytes) -> bytes:
    """Return a message as bytes."""
    head = json.dumps(header, separators=(",", ":")).encode()
    return LENGTHS.pack(len(head), len(body)) + head + body


def header_of(data: bytes) -> Header:
    """
    Read the header of a message.

    Raises:
        ValueError: It is not a JSON object.
    """
    found: object = json.loads(data)
    if not isinstance(found, dict):
        raise TypeError("the header of a message is not an object")
    return found


def read_message(stream: BinaryIO) -> tuple[Header, bytes] | None:
    """Read one message; None at the end of the stream."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    return header_of(stream.read(head)), stream.read(body)
