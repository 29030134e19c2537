"""Check the ledger on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from reasoner.errors import (
    EntryRefused,
    EntryUnknown,
    KeyReused,
    LedgerKeyDiffers,
    LedgerMissing,
    LedgerOutdated,
    LedgerUnavailable,
    MednecError,
    RecordRejected,
    VersionConflict,
)
from reasoner.records.ledger.entries import NewEntry, canonical_json
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.ledger.notes import SigningKey, read_checkpoint
from reasoner.records.ledger.proof import verify_document, with_proof
from reasoner.records.ledger.schema import CURRENT, METADATA, SCHEMA
from reasoner.records.ledger.tree import verify_consistency, verify_inclusion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = SigningKey(name="records.example.com/log", seed=bytes(range(32)))
OTHER = SigningKey(name="records.example.com/log", seed=bytes(32))
NOON = datetime(2014, 9, 19, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "records.db")
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = Ledger.open(url, KEY)
    yield opened
    opened.close()


def new(subject: str = "cases/1", **changes: object) -> NewEntry:
    fields = {
        "kind": "case",
        "subject": subject,
        "actor": "keys/intake",
        "recorded_at": NOON,
        "body": b'{"a":1}',
    } | changes
    return NewEntry(**fields)  # type: ignore[arg-type]


def test_an_entry_is_read_as_it_was_appended(ledger: Ledger) -> None:
    """What is acknowledged is what is kept."""
    made = ledger.append(new(version=1, idempotency_key="k", media_type="text/turtle"))

    assert made == ledger.entry(0) == ledger.latest("case", "cases/1")
    assert made == ledger.by_key("keys/intake", "k")
    assert (made.index, made.version, made.body) == (0, 1, b'{"a":1}')
    assert made.recorded_at == "2014-09-19T12:00:00.000000Z"


def test_a_time_is_recorded_in_utc(ledger: Ledger) -> None:
    """Entries of two hosts in two zones can be compared."""
    zone = timezone(timedelta(hours=-8))

    made = ledger.append(new(recorded_at=NOON.astimezone(zone)))

    assert made.recorded_at == "2014-09-19T12:00:00.000000Z"


def test_entries_are_listed_by_kind_subject_and_position(ledger: Ledger) -> None:
    """Lists are in the order of the log and can be continued."""
    ledger.append_all([new(f"cases/{n % 2}", kind="case" if n < 6 else "letter") for n in range(8)])

    def found(**wanted: object) -> list[int]:
        return [entry.index for entry in ledger.entries(**wanted)]  # type: ignore[arg-type]

    assert found() == list(range(8))
    assert found(kind="letter") == [6, 7]
    assert found(kind="case", subject="cases/1") == [1, 3, 5]
    assert found(after=2, limit=3) == [3, 4, 5]
    assert [entry.index for entry in ledger.every_entry(after=4)] == [5, 6, 7]
    assert ledger.entries(limit=1, bodies=False)[0].body is None
    last = ledger.latest("case", "cases/1")
    assert last is not None
    assert last.index == 5
    assert ledger.latest("case", "cases/7") is None


def test_every_proof_of_a_growing_log_verifies(ledger: Ledger) -> None:
    """Inclusion in every later log, and consistency of every log with every later one."""
    for n in range(13):
        ledger.append(new(f"cases/{n}"))
    heads = [ledger.checkpoint(size) for size in range(14)]

    for size in range(1, 14):
        for index in range(size):
            leaf, proof = ledger.entry(index).leaf_hash, ledger.inclusion(index, size)
            assert verify_inclusion(leaf, index, size, proof, heads[size].root)
        for old in range(size + 1):
            proof = ledger.consistency(old, size)
            assert verify_consistency(old, size, proof, heads[old].root, heads[size].root)
    assert ledger.checkpoint() == heads[-1] == read_checkpoint(heads[-1].note, KEY.verifying)


def test_a_log_grows_the_same_from_several_objects(url: str) -> None:
    """Two processes that append in turn make one log."""
    one, two = Ledger.open(url, KEY), Ledger.open(url, KEY)

    indexes = [ledger.append(new(f"c/{n}")).index for n in range(5) for ledger in (one, two)]

    assert indexes == list(range(10))
    assert one.checkpoint() == two.checkpoint()
    one.close()
    two.close()


def test_threads_append_one_after_the_other(ledger: Ledger) -> None:
    """Entries appended at the same time get different positions, and all are kept."""
    made: list[int] = []

    def work(number: int) -> None:
        made.extend(ledger.append(new(f"cases/{number}-{n}")).index for n in range(5))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == list(range(20))
    leaf, proof = ledger.entry(7).leaf_hash, ledger.inclusion(7)
    assert verify_inclusion(leaf, 7, 20, proof, ledger.checkpoint().root)


def test_a_repeated_key_appends_once(ledger: Ledger) -> None:
    """A request that is sent again is answered as the first time."""
    first = ledger.append(new(idempotency_key="k"))
    again = ledger.append(new(idempotency_key="k", recorded_at=NOON + timedelta(days=1)))

    assert again == first
    assert ledger.size() == 1
    assert ledger.append(new(idempotency_key="k", actor="keys/other")).index == 1


@pytest.mark.parametrize("change", [{"body": b"{}"}, {"subject": "cases/2"}, {"kind": "letter"}])
def test_a_repeated_key_with_another_request_is_refused(
    ledger: Ledger, change: dict[str, object]
) -> None:
    """A key does not stand for two requests."""
    ledger.append(new(idempotency_key="k"))

    with pytest.raises(KeyReused):
        ledger.append(new(idempotency_key="k", **change))
    assert ledger.size() == 1


def test_a_fingerprint_decides_where_the_body_is_made_by_the_service(ledger: Ledger) -> None:
    """The same request may be answered with another identifier the second time."""
    first = ledger.append(new(idempotency_key="k", fingerprint="ab"))

    same = new("cases/2", body=b"{}", idempotency_key="k", fingerprint="ab")
    assert ledger.append(same) == first
    with pytest.raises(KeyReused):
        ledger.append(new(idempotency_key="k", fingerprint="cd"))


def test_the_next_version_is_appended_and_any_other_refused(ledger: Ledger) -> None:
    """Of two writers who change the same version, one is refused."""
    ledger.append(new(version=1))
    ledger.append(new(version=2))

    for version in (1, 2, 4):
        with pytest.raises(VersionConflict):
            ledger.append(new(version=version))
    assert ledger.append(new(version=3)).index == 2
    with pytest.raises(VersionConflict):
        ledger.append(new("cases/2", version=2))


def test_entries_of_one_transaction_are_appended_together_or_not(ledger: Ledger) -> None:
    """A refused entry takes the others with it, and the log goes on."""
    with pytest.raises(VersionConflict):
        ledger.append_all([new(), new(version=9)])

    assert ledger.size() == 0
    assert [entry.index for entry in ledger.append_all([new(), new(version=1)])] == [0, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "Case"},
        {"kind": ""},
        {"subject": ""},
        {"subject": "a\nb"},
        {"actor": "x" * 401},
        {"version": -1},
        {"recorded_at": NOON.replace(tzinfo=None)},
        {"idempotency_key": ""},
        {"subject": "\ud800"},
    ],
)
def test_a_malformed_entry_is_refused(ledger: Ledger, change: dict[str, object]) -> None:
    """The fields of a leaf are short, printable and complete."""
    with pytest.raises(EntryRefused):
        ledger.append(new(**change))
    assert ledger.size() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET actor = 'x'",
        "DELETE FROM ledger_entries",
        "UPDATE ledger_bodies SET body = salt",
        "DELETE FROM ledger_bodies",
        "UPDATE ledger_nodes SET level = 1",
        "DELETE FROM ledger_nodes",
        "UPDATE ledger_identity SET verifying_key = 'x'",
        "DELETE FROM ledger_identity",
    ],
)
def test_the_database_refuses_changes(ledger: Ledger, statement: str) -> None:
    """A mistake at the console of the database does not change the record."""
    ledger.append(new())

    with pytest.raises(LedgerUnavailable, match="append-only"), ledger.database.writing() as link:
        link.exec_driver_sql(statement)


def test_an_erased_body_is_gone_and_every_proof_stays(ledger: Ledger) -> None:
    """Erasure by law does not cost the record its integrity."""
    secret = b'{"name":"ERASE-ME-1234"}'
    ledger.append_all([new(), new("cases/2", body=secret, idempotency_key="k"), new("cases/3")])
    head, leaf = ledger.checkpoint(), ledger.entry(1).leaf_hash

    erasure = ledger.erase(1, actor="keys/admin", recorded_at=NOON, reason=b"request of 09/19")

    held = ledger.entry(1)
    assert (held.body, held.salt) == (None, None)
    assert held.leaf_hash == leaf
    assert verify_inclusion(leaf, 1, 3, ledger.inclusion(1, 3), head.root)
    assert erasure.erases == 1
    assert ledger.erase(1, actor="keys/admin", recorded_at=NOON) == erasure
    assert ledger.append(new("cases/2", body=b"other", idempotency_key="k")) == held
    if ledger.database.path:
        files = ledger.database.path.parent.glob("records.db*")
        assert not any(secret in file.read_bytes() for file in files)


def test_only_what_exists_is_erased(ledger: Ledger) -> None:
    """A mistyped number is an error and leaves no entry."""
    with pytest.raises(EntryUnknown):
        ledger.erase(0, actor="keys/admin", recorded_at=NOON)
    assert ledger.size() == 0


def test_a_document_is_verified_without_the_ledger(ledger: Ledger) -> None:
    """A letter carries its proof; spacing and order of its JSON do not matter."""
    document = {"outcome": "MedicallyNecessary", "visits": 12, "note": "à"}
    ledger.append(new("cases/0"))
    ledger.append(new("determinations/1", kind="determination", body=canonical_json(document)))
    ledger.append(new("cases/3"))

    whole = with_proof(document, ledger.proof(1))
    text = json.dumps(whole, indent=2, ensure_ascii=True).encode()

    found = verify_document(text, KEY.verifying)
    assert (found.entry.index, found.entry.kind, found.checkpoint.size) == (1, "determination", 3)
    assert verify_document(text).verifying == KEY.verifying
    with pytest.raises(MednecError):
        verify_document(text, OTHER.verifying)


@pytest.mark.parametrize(
    "path",
    [
        ("visits",),
        ("ledger", "entry", "index"),
        ("ledger", "entry", "version"),
        ("ledger", "entry", "kind"),
        ("ledger", "entry", "subject"),
        ("ledger", "entry", "actor"),
        ("ledger", "entry", "recordedAt"),
        ("ledger", "entry", "mediaType"),
        ("ledger", "salt"),
        ("ledger", "inclusion"),
        ("ledger", "checkpoint"),
        ("ledger",),
    ],
)
def test_any_alteration_of_a_verified_document_is_rejected(
    tmp_path: Path, path: tuple[str, ...]
) -> None:
    """Each value of the document and of its proof counts."""
    ledger = Ledger.open(str(tmp_path / "r.db"), KEY)
    ledger.append_all([new("cases/0"), new("d/1", body=canonical_json({"visits": 12}))])
    whole = json.loads(json.dumps(with_proof({"visits": 12}, ledger.proof(1))))
    part = whole
    for name in path[:-1]:
        part = part[name]
    value = part[path[-1]]
    changed = {int: lambda v: v + 1, list: lambda v: v[:-1], dict: lambda _: {}}
    part[path[-1]] = changed.get(type(value), lambda v: v[::-1])(value)

    with pytest.raises(MednecError):
        verify_document(json.dumps(whole).encode(), KEY.verifying)
    ledger.close()


def test_an_erased_entry_has_no_document_proof(ledger: Ledger) -> None:
    """The salt is erased with the body; only the leaf can still be proved."""
    ledger.append(new())
    ledger.erase(0, actor="keys/admin", recorded_at=NOON)

    with pytest.raises(RecordRejected):
        ledger.proof(0).as_json()


def test_a_ledger_is_opened_with_its_own_key_alone(url: str) -> None:
    """Two keys would make two logs of one."""
    Ledger.open(url, KEY).close()

    with pytest.raises(LedgerKeyDiffers):
        Ledger.open(url, OTHER)
    reader = Ledger.open(url)
    assert reader.verifying == KEY.verifying
    with pytest.raises(LedgerKeyDiffers):
        reader.append(new())
    reader.close()


def test_a_ledger_that_was_not_begun_is_not_opened_for_reading(url: str) -> None:
    """A mistyped address does not make an empty ledger."""
    with pytest.raises(LedgerMissing):
        Ledger.open(url)


def test_a_newer_schema_is_refused(url: str) -> None:
    """An older program does not write to a ledger that it does not understand."""
    ledger = Ledger.open(url, KEY)
    with ledger.database.writing() as connection:
        row = {"number": CURRENT + 1, "title": "of a later version"}
        connection.execute(SCHEMA.insert(), row)
    ledger.close()

    with pytest.raises(LedgerOutdated):
        Ledger.open(url, KEY)


def test_the_migrations_make_the_tables_that_are_used(ledger: Ledger) -> None:
    """Both databases have the same tables, columns, keys and indexes."""
    found = sa.inspect(ledger.database.engine)

    assert set(found.get_table_names()) == set(METADATA.tables)
    for name, table in METADATA.tables.items():
        columns = found.get_columns(name)
        assert [column["name"] for column in columns] == [column.name for column in table.columns]
        assert [column["nullable"] for column in columns] == [c.nullable for c in table.columns]
        key = found.get_pk_constraint(name)["constrained_columns"]
        assert key == [column.name for column in table.primary_key]
        indexes = {
            i["name"]: (i["column_names"], bool(i["unique"])) for i in found.get_indexes(name)
        }
        assert indexes == {
            str(index.name): ([c.name for c in index.columns], index.unique)
            for index in table.indexes
        }


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense://"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    """The message names the forms that are understood."""
    with pytest.raises(LedgerUnavailable):
        Ledger.open(url, KEY)


def test_the_message_of_a_server_that_is_away_has_no_password(tmp_path: Path) -> None:
    """Addresses with passwords are not quoted."""
    url = f"postgresql://user:SECRET@/x?host={tmp_path}"

    with pytest.raises(LedgerUnavailable) as raised:
        Ledger.open(url, KEY)
    assert "SECRET" not in str(raised.value)
