"""Check keys, signed notes and checkpoints against the texts of C2SP and of Go's tools."""

from __future__ import annotations

import base64

import pytest

from reasoner.errors import NoteMalformed
from reasoner.records.ledger.notes import (
    SigningKey,
    VerifyingKey,
    checkpoint_text,
    open_note,
    read_checkpoint,
    sign_checkpoint,
    write_note,
)

# A key pair that the transparency-dev tools publish for their own tests.
PRIVATE = "PRIVATE+KEY+Test-Betty+df84580a+Afge8kCzBXU7jb3cV2Q363oNXCufJ6u9mjOY1BGRY9E2"
PUBLIC = "Test-Betty+df84580a+AQQASqPUZoIHcJAF5mBOryctwFdTV1E0GRY4kEAtTzwB"
KEY = SigningKey(name="records.example.com/log", seed=bytes(range(32)))
OTHER = SigningKey(name="records.example.com/log", seed=bytes(32))
ROOT = bytes(range(32))
CHECKPOINT = sign_checkpoint(KEY, 7, ROOT)


def test_a_key_pair_of_other_tools_is_read() -> None:
    """Key id, public key and text form are those of `signed-note`."""
    key = SigningKey.parse(PRIVATE)

    assert str(key.verifying) == PUBLIC
    assert key.written() == PRIVATE
    assert VerifyingKey.parse(f" {PUBLIC}\n") == key.verifying


def test_a_checkpoint_is_the_three_lines_and_a_signature_line() -> None:
    """The form of `tlog-checkpoint`, to the byte."""
    text, blank, signature = CHECKPOINT.note.partition("\n\n")
    name = "— records.example.com/log "

    assert text == f"records.example.com/log\n7\n{base64.b64encode(ROOT).decode()}"
    assert blank
    assert signature.startswith(name)
    assert signature.endswith("\n")
    data = base64.b64decode(signature.removeprefix(name))
    assert data[:4] == KEY.verifying.key_id
    assert len(data) == 4 + 64
    assert KEY.verifying.verifies(f"{text}\n", data[4:])


def test_a_checkpoint_is_read_back() -> None:
    """Writing and reading agree."""
    assert read_checkpoint(CHECKPOINT.note, KEY.verifying) == CHECKPOINT


def test_signatures_of_other_keys_are_ignored() -> None:
    """Witnesses may add their signatures to a checkpoint."""
    witness = SigningKey(name="witness.example", seed=bytes(32)).verifying
    line = f"— witness.example {base64.b64encode(witness.key_id + bytes(64)).decode()}\n"

    assert read_checkpoint(CHECKPOINT.note + line, KEY.verifying).size == 7


def test_the_private_key_is_not_shown() -> None:
    """A key in a traceback or a log does not reveal its seed."""
    assert base64.b64encode(b"\x01" + KEY.seed).decode() not in repr(KEY)


@pytest.mark.parametrize(
    "note",
    [
        CHECKPOINT.note.replace("\n7\n", "\n8\n"),
        CHECKPOINT.note.replace("\n7\n", "\n7\nextension\n"),
        sign_checkpoint(OTHER, 7, ROOT).note,
        CHECKPOINT.note.rstrip("\n"),
        CHECKPOINT.note.replace("\n\n", "\n"),
        CHECKPOINT.note.replace("—", "-"),
        CHECKPOINT.note.replace("\n7\n", "\n7\t\n"),
        CHECKPOINT.note.partition("\n\n")[0] + "\n\n",
        "",
        write_note("a\nb\n", KEY.verifying, KEY.sign("a\nb\n")),
    ],
)
def test_an_altered_note_is_refused(note: str) -> None:
    """The text is used only after the signature of the known key was checked."""
    with pytest.raises(NoteMalformed):
        read_checkpoint(note, KEY.verifying)


@pytest.mark.parametrize(
    "text",
    [
        checkpoint_text("another.example/log", 7, ROOT),
        f"{KEY.name}\n07\n{base64.b64encode(ROOT).decode()}\n",
        f"{KEY.name}\n-7\n{base64.b64encode(ROOT).decode()}\n",
        f"{KEY.name}\n7\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"{KEY.name}\n7\nnot base64\n",
        f"{KEY.name}\n7\n{base64.b64encode(ROOT).decode()}\n\nmore\n",
    ],
)
def test_a_signed_text_that_is_not_a_checkpoint_is_refused(text: str) -> None:
    """A signature does not make a checkpoint of any text."""
    note = write_note(text, KEY.verifying, KEY.sign(text))

    assert open_note(note, KEY.verifying) == text
    with pytest.raises(NoteMalformed):
        read_checkpoint(note, KEY.verifying)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        PUBLIC.replace("df84580a", "df84580b"),
        PUBLIC.replace("Betty", "Bet ty"),
        PUBLIC[:-4],
        PUBLIC.replace("+AQQ", "+AgQ"),
    ],
)
def test_a_malformed_public_key_is_refused(text: str) -> None:
    """A mistyped key is not taken for another key."""
    with pytest.raises(NoteMalformed):
        VerifyingKey.parse(text)


def test_a_malformed_private_key_is_refused_without_being_quoted() -> None:
    """The message of a mistake in a key does not contain the key."""
    wrong = PRIVATE.replace("df84580a", "df84580b")

    with pytest.raises(NoteMalformed) as raised:
        SigningKey.parse(wrong)
    assert wrong[-20:] not in str(raised.value)
