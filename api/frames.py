"""What the service and its processes send each other: a request and a reply, with their length."""

from __future__ import annotations

import os
import select
import struct
import time
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH: Final = struct.Struct(">I")
PIECE: Final = 1 << 20


class Job(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """
    A request that a process answers.

    Attributes:
        method: The method.
        path: The path.
        query: The query string, as it was sent.
        headers: The headers that the answer depends on.
        body: The whole body.
    """

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Reply(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """
    What a process answered.

    Attributes:
        status: The status; 0 where the process reports that it is ready.
        headers: The headers.
        body: The whole body.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class PipeClosed(Exception):
    """The other end of a pipe is gone."""


class PipeLate(Exception):
    """The other end of a pipe did not send in time."""


JOBS: Final = msgspec.msgpack.Decoder(Job)
REPLIES: Final = msgspec.msgpack.Decoder(Reply)
ENCODER: Final = msgspec.msgpack.Encoder()


def send(descriptor: int, message: Job | Reply) -> None:
    """
    Write a message to a pipe.

    Raises:
        PipeClosed: Nobody reads it.
    """
    data = ENCODER.encode(message)
    left = memoryview(LENGTH.pack(len(data)) + data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError as error:
        raise PipeClosed from error


def receive(descriptor: int, seconds: float | None = None) -> bytes:
    """
    Read one message from a pipe.

    Args:
        descriptor: The reading end.
        seconds: The longest time until all of it is there; None to wait.

    Raises:
        PipeClosed: The other end is gone.
        PipeLate: The time is over.
    """
    ends = None if seconds is None else time.monotonic() + seconds
    (length,) = LENGTH.unpack(b"".join(_pieces(descriptor, LENGTH.size, ends)))
    return b"".join(_pieces(descriptor, length, ends))


def _pieces(descriptor: int, length: int, ends: float | None) -> Iterator[bytes]:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while length:
        if ends is not None:
            left = ends - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise PipeLate
        piece = os.read(descriptor, min(length, PIECE))
        if not piece:
            raise PipeClosed
        length -= len(piece)
        yield piece
