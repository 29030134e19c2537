"""The commands of the ledger: `mednec ledger`."""

from __future__ import annotations

import gzip
import os
import secrets
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.errors import LedgerKeyDiffers, RecordRejected
from reasoner.records.ledger.checking import check_ledger
from reasoner.records.ledger.entries import NewEntry
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.ledger.notes import SigningKey, VerifyingKey, read_checkpoint
from reasoner.records.ledger.proof import MEMBER, attach_proof, verify_document
from reasoner.records.ledger.retention import expired
from reasoner.records.ledger.transfer import export_lines, import_lines

from .options import FOLDER, load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from reasoner.records.ledger.notes import Checkpoint

LEDGER = click.option(
    "--ledger",
    "url",
    envvar="MEDNEC_LEDGER",
    required=True,
    metavar="ADDRESS",
    help="Path of an SQLite file, or postgresql://USER@HOST/NAME.",
)
KEY = click.option(
    "--key",
    "key_file",
    envvar="MEDNEC_LEDGER_KEY",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the private key of the ledger.",
)
STORE = click.option(
    "--store",
    envvar="MEDNEC_STORE",
    required=True,
    metavar="PLACE",
    help="Folder of the store, or the address of a SPARQL 1.1 endpoint.",
)
ACTOR = click.option(
    "--actor", default="command-line", show_default=True, help="Identifier of who does this."
)
OUT = click.argument("out", type=click.Path(path_type=Path, dir_okay=False))


@click.group("ledger")
def ledger_group() -> None:
    """Begin, read, check, back up and restore the ledger of records."""


@ledger_group.command("init")
@LEDGER
@KEY
@click.option(
    "--origin",
    help="Name of the log for a new key, such as records.example.com/mednec. Default: a random "
    "name.",
)
def init_command(url: str, key_file: Path, origin: str | None) -> None:
    """Begin a ledger, or migrate its schema; the key is made if its file does not exist."""
    if not key_file.exists():
        seed = secrets.token_bytes(32)
        name = origin or f"mednec.invalid/{secrets.token_hex(8)}"
        made = SigningKey(name=name, seed=seed)
        text = f"{made.written()}\n"
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    with closing(Ledger.open(url, _key(key_file))) as ledger:
        click.echo(f"{ledger.database.name}: {ledger.size()} entries")
        click.echo(f"public key: {ledger.verifying}")


@ledger_group.command("status")
@LEDGER
def status_command(url: str) -> None:
    """Print the size, the public key and the signed checkpoint of the ledger."""
    with closing(Ledger.open(url)) as ledger:
        size = ledger.size()
        click.echo(f"{ledger.database.name}: {size} entries")
        click.echo(f"public key: {ledger.verifying}")
        if size:
            click.echo(f"\n{ledger.checkpoint(size).note}", nl=False)


@ledger_group.command("append")
@click.argument("file", type=click.File("rb"))
@click.option("--kind", required=True, help="Kind of the entry, such as case or comment.")
@click.option("--subject", required=True, help="Identifier of the resource.")
@click.option("--version", type=int, default=0, help="Version of the subject; 0 for none.")
@click.option("--media-type", default="application/json", show_default=True)
@click.option("--idempotency-key", help="Append once, however often this is repeated.")
@ACTOR
@LEDGER
@KEY
def append_command(file: IO[bytes], url: str, key_file: Path, **fields: str | int | None) -> None:
    """Append FILE (- for standard input) and print the index of the entry."""
    new = NewEntry(body=file.read(), recorded_at=datetime.now(UTC), **fields)  # type: ignore[arg-type]
    with closing(Ledger.open(url, _key(key_file))) as ledger:
        click.echo(ledger.append(new).index)


@ledger_group.command("proof")
@click.argument("index", type=int)
@LEDGER
def proof_command(index: int, url: str) -> None:
    """Print entry INDEX, a JSON document, with its proof; 'mednec verify' checks it offline."""
    with closing(Ledger.open(url)) as ledger:
        click.echo(attach_proof(ledger.proof(index)))


@ledger_group.command("verify")
@LEDGER
@click.option(
    "--checkpoint",
    "files",
    multiple=True,
    type=click.File("rb"),
    help="A checkpoint, or a document with its proof, that was kept elsewhere; may be repeated. "
    "Without one, entries removed from the end with all their rows are not found.",
)
def verify_ledger_command(url: str, files: tuple[IO[bytes], ...]) -> None:
    """Check every entry, node and signature of the ledger; exit code 1 if any does not match."""
    with closing(Ledger.open(url)) as ledger:
        kept = [_checkpoint(file.read(), ledger.verifying) for file in files]
        report = check_ledger(ledger, kept)
    for problem in report.problems:
        click.echo(str(problem))
    verdict = "DAMAGED" if report.problems else "INTACT"
    click.echo(f"{verdict}: {report.entries} entries, {report.erased} of them erased")
    sys.exit(1 if report.problems else 0)


@ledger_group.command("backup")
@OUT
@LEDGER
def backup_command(out: Path, url: str) -> None:
    """Write the whole ledger to OUT as JSON Lines, compressed if OUT ends with .gz."""
    part = out.with_name(f"{out.name}.part")
    with closing(Ledger.open(url)) as ledger, part.open("wb") as file:
        packed = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if out.suffix == ".gz" else None
        for line in export_lines(ledger):
            (packed or file).write(line)
        if packed:
            packed.close()
        file.flush()
        os.fsync(file.fileno())
        size = ledger.size()
    part.replace(out)
    click.echo(f"{out}: {size} entries")


@ledger_group.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@LEDGER
@KEY
def restore_command(file: Path, url: str, key_file: Path) -> None:
    """Write what 'backup' or 'export' wrote to FILE into a new ledger, checking each entry."""
    with closing(Ledger.open(url, _key(key_file))) as ledger:
        size = import_lines(_lines(file), ledger)
        click.echo(f"{ledger.database.name}: {size} entries")


@ledger_group.command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "nquads"]),
    default="jsonl",
    show_default=True,
    help="jsonl: the entries; nquads: the named graphs of the store.",
)
@click.option("--store", envvar="MEDNEC_STORE", help="For nquads: as for 'rebuild'.")
@LEDGER
@FOLDER
def export_command(form: str, store: str | None, url: str, folder: Path) -> None:
    """Write the ledger to standard output, as JSON Lines or as N-Quads."""
    from reasoner.records.store.projection import Projection  # noqa: PLC0415 - for nquads alone

    with closing(Ledger.open(url)) as ledger:
        if form == "jsonl":
            for line in export_lines(ledger):
                click.echo(line, nl=False)
            return
        if store is None:
            raise click.UsageError("Name the store with --store.")
        with closing(Projection.open(store, knowledge=load(folder))) as projection:
            projection.follow(ledger)
            for quad in projection.quads():
                click.echo(quad, nl=False)


@ledger_group.command("rebuild")
@LEDGER
@STORE
@FOLDER
def rebuild_command(url: str, store: str, folder: Path) -> None:
    """Empty the store that SPARQL sees, and write it again from the ledger."""
    from reasoner.records.store.projection import Projection  # noqa: PLC0415 - slow to import

    with (
        closing(Ledger.open(url)) as ledger,
        closing(Projection.open(store, knowledge=load(folder))) as projection,
    ):
        click.echo(f"{projection.place.name}: {projection.rebuild(ledger)} entries")


@ledger_group.command("erase")
@click.argument("index", type=int)
@click.option("--reason", required=True, help="Why the body is erased; it is recorded.")
@ACTOR
@LEDGER
@KEY
def erase_command(index: int, reason: str, actor: str, url: str, key_file: Path) -> None:
    """Erase the body of entry INDEX; the entry, the tree and all proofs stay."""
    with closing(Ledger.open(url, _key(key_file))) as ledger:
        now = datetime.now(UTC)
        made = ledger.erase(index, actor=actor, recorded_at=now, reason=reason.encode())
        click.echo(f"entry {index} was erased by entry {made.index}")


@ledger_group.command("retain")
@click.option(
    "--keep",
    "kept",
    multiple=True,
    required=True,
    metavar="KIND=DAYS",
    envvar="MEDNEC_RETENTION",
    help="Erase the bodies of this kind that are older; may be repeated. Other kinds are kept.",
)
@ACTOR
@LEDGER
@KEY
def retain_command(kept: tuple[str, ...], actor: str, url: str, key_file: Path) -> None:
    """Erase the bodies that are kept no longer."""
    days = dict(_kept(text) for text in kept)
    now = datetime.now(UTC)
    with closing(Ledger.open(url, _key(key_file))) as ledger:
        found = expired(ledger, days, now)
        for index in found:
            ledger.erase(index, actor=actor, recorded_at=now, reason=b"retention")
    click.echo(f"{len(found)} erased")


def verified_text(data: bytes, key: str | None) -> str:
    """
    Check a document with the proof of its entry, and describe it.

    Args:
        data: The document.
        key: The public key of the log, or a file that holds it; None for the one in the proof.

    Raises:
        RecordRejected, NoteMalformed: The document is not the one that was recorded.
    """
    found = verify_document(data, _verifying(key) if key else None)
    entry, head = found.entry, found.checkpoint
    trust = (
        f"signed by {found.verifying}"
        if key
        else f"signed by {found.verifying}, which the document itself names; give --key to check "
        "that it is the key of the log"
    )
    return (
        f"RECORDED: entry {entry.index} of {head.size} of {head.origin}: {entry.kind} "
        f"{entry.subject}, {entry.recorded_at}\n  {trust}\n"
    )


def has_proof(text: str) -> bool:
    """Return True if a text is a JSON object with the proof of its entry."""
    start = text.lstrip()
    return start.startswith("{") and f'"{MEMBER}"' in start and '"checkpoint"' in start


def _key(file: Path) -> SigningKey:
    try:
        return SigningKey.parse(file.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerKeyDiffers(
            f"{file}: the private key cannot be read.", hint="Make one with 'mednec ledger init'."
        ) from error


def _verifying(key: str) -> VerifyingKey:
    path = Path(key)
    return VerifyingKey.parse(path.read_text("utf-8") if path.is_file() else key)


def _checkpoint(data: bytes, key: VerifyingKey) -> Checkpoint:
    text = data.decode("utf-8", "replace")
    return verify_document(data, key).checkpoint if has_proof(text) else read_checkpoint(text, key)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
            yield from lines
    except (EOFError, gzip.BadGzipFile) as error:
        raise RecordRejected(f"{file}: the file is damaged: {error}.") from error


def _kept(text: str) -> tuple[str, int]:
    kind, _, days = text.partition("=")
    if not kind or not days.isdecimal():
        raise click.BadParameter(f"'{text}' is not KIND=DAYS, such as access=2190.")
    return kind, int(days)
