"""
The ledger: the system of record, appended to and never changed.

    key = SigningKey(name="records.example.com/mednec", seed=secrets.token_bytes(32))
    ledger = Ledger.open("records.db", key)              # or "postgresql://user@host/name"
    entry = ledger.append(
        NewEntry(kind="case", subject="cases/8f3a", version=1, actor="keys/intake",
                 recorded_at=datetime.now(UTC), body=body, idempotency_key="c0ffee")
    )
    ledger.latest("case", "cases/8f3a")                  # -> RecordedEntry | None
    ledger.entries(kind="case", after=entry.index)       # a page, in order
    ledger.proof(entry.index).as_json()                  # what a stranger needs
    ledger.erase(entry.index, actor="keys/admin", recorded_at=datetime.now(UTC))

`append` returns when the entry is on disk. One entry is one leaf of a Merkle tree (RFC 9162) and
has a signed checkpoint (C2SP) of its own, so that a change of the database is found and the entry
named. The leaf contains kind, subject, version, actor, media type and time in the clear, and a
salted commitment to the body: name people by opaque identifiers in the former; the latter can be
erased, and the tree and every proof stay valid.

A version above 0 must be the next one of its subject (`VersionConflict`: HTTP 412); an idempotency
key that is repeated returns the recorded entry, or raises `KeyReused` (HTTP 422) for another
request. Both are checked in the transaction that appends, so they hold for several processes.

A JSON document that is to be verified as a document is recorded as `canonical_json(document)`;
`with_proof(document, proof)` adds the member `ledger`, and `verify_document` checks it offline.

    entries.py    what an entry is, its leaf and commitment            pure
    tree.py       Merkle tree, proofs and their verification           pure
    notes.py      keys, signed notes, checkpoints                      pure
    proof.py      the proof of one entry, and its verification         pure
    schema.py     tables and numbered migrations
    database.py   connections and transactions, SQLite and PostgreSQL
    ledger.py     `Ledger`
"""
