"""Check the store: named graphs that follow the ledger, on disk and at an endpoint."""

from __future__ import annotations

import io
import json
import re
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from reasoner import assessment_data, canonical_json, decide, load_case_file
from reasoner.determinations.as_rdf import assessment_triples
from reasoner.errors import (
    KnowledgeMissing,
    KnowledgeUnreadable,
    LedgerDamaged,
    ProjectionUnavailable,
)
from reasoner.kernel.terms import LABEL, PROV, SOURCE
from reasoner.knowledge.terms import KNOWLEDGE_BASE, mn
from reasoner.records.ledger.entries import NewEntry
from reasoner.records.ledger.ledger import Ledger
from reasoner.records.ledger.notes import SigningKey
from reasoner.records.replay import read_recorded, replay
from reasoner.records.store.graphs import entry_triples
from reasoner.records.store.kept_knowledge import (
    keep_knowledge,
    kept_knowledge,
    pack_knowledge,
    unpack_knowledge,
)
from reasoner.records.store.names import RECORDS
from reasoner.records.store.places import Folder
from reasoner.records.store.projection import Projection
from tests.conftest import CACHE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reasoner import Knowledge
    from reasoner.determinations.assess import Assessment

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures/cases/seed-2014-spine-12-visits/case.ttl"
KEY = SigningKey(name="records.example.com/log", seed=bytes(range(32)))
NOON = datetime(2014, 9, 19, 12, 0, tzinfo=UTC)
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"


@pytest.fixture(scope="module")
def assessment(knowledge: Knowledge) -> Assessment:
    return decide(load_case_file(SEED, knowledge), knowledge)


@pytest.fixture(scope="module")
def body(assessment: Assessment, knowledge: Knowledge) -> bytes:
    return canonical_json(assessment_data(assessment, knowledge))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(str(tmp_path / "ledger.db"), KEY)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path, knowledge: Knowledge) -> Iterator[Projection]:
    opened = Projection.open(str(tmp_path / "store"), knowledge=knowledge)
    yield opened
    opened.close()


def new(kind: str, subject: str, body: bytes, **changes: object) -> NewEntry:
    fields = {
        "kind": kind,
        "subject": subject,
        "body": body,
        "actor": "keys/SECRET-ACTOR",
        "recorded_at": NOON,
    } | changes
    return NewEntry(**fields)  # type: ignore[arg-type]


def comment(subject: str, text: str, **changes: object) -> NewEntry:
    return new("comment", subject, json.dumps({"on": "urn:x", "text": text}).encode(), **changes)


def graphs(store: Projection) -> list[str]:
    return [row["g"].removeprefix(RECORDS) for row in store.place.select(GRAPHS)]


def texts(store: Projection) -> list[str]:
    query = "SELECT ?t { GRAPH ?g { ?s <http://www.w3.org/ns/oa#bodyValue> ?t } } ORDER BY ?t"
    return [row["t"] for row in store.place.select(query)]


def test_a_determination_reads_as_it_was_written_as_turtle(
    assessment: Assessment, body: bytes, knowledge: Knowledge, ledger: Ledger
) -> None:
    """The JSON of the record gives the graph that the decision itself gives."""
    entry = ledger.append(new("determination", "determinations/1", body))
    numbered = ("/step-", "/fact-")  # the record has all steps, the Turtle those of the outcome

    made = set(entry_triples(entry, knowledge))
    wanted = {
        t
        for t in assessment_triples(assessment, knowledge)
        if not any(part in str(t) for part in numbered)
        and t.predicate not in {LABEL, ox.NamedNode(f"{PROV}wasDerivedFrom"), mn("canonicalCase")}
    }

    assert wanted <= made
    assert any(t.predicate == SOURCE and isinstance(t.object, ox.Literal) for t in wanted)


def test_the_queries_of_proofs_run_on_the_store(
    body: bytes, ledger: Ledger, store: Projection
) -> None:
    """Steps, rules, premises and the figures in them are in the graph, with their datatypes."""
    ledger.append(new("determination", "determinations/1", body))
    store.follow(ledger)

    rows = store.place.select(
        f"SELECT DISTINCT ?figure {{ GRAPH ?g {{ ?d <{mn('hasStep').value}> ?step . "
        f"?step <{mn('usesRule').value}> <https://w3id.org/mednec/rule/LIM-09> ; "
        f"<{mn('restsOn').value}>* ?below . ?below <{mn('premise').value}> ?fact . "
        f"?fact <http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate> "
        f"<{mn('maximumVisits').value}> ; "
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#object> ?figure "
        "FILTER(?figure > 9) } }"
    )

    assert {"figure": "10"} in rows


def test_each_record_has_a_graph_and_what_it_is(
    body: bytes, ledger: Ledger, store: Projection, knowledge: Knowledge
) -> None:
    """Cases, determinations, knowledge and comments are apart; nothing says who wrote them."""
    ledger.append(new("case", "cases/1", SEED.read_bytes(), media_type="text/turtle", version=1))
    ledger.append(new("determination", "determinations/1", body))
    ledger.append(comment("comments/1", "text"))
    ledger.append(new("access", "cases/1", b"{}"))
    keep_knowledge(ledger, knowledge, actor="keys/SECRET-ACTOR", recorded_at=NOON)

    assert store.follow(ledger) == 5

    assert set(graphs(store)) == {
        f"{KNOWLEDGE_BASE}/{knowledge.digest}",
        "",
        "cases/1",
        "comments/1",
        "determinations/1",
    }
    kinds = store.place.select(
        f"SELECT ?id ?kind {{ GRAPH <{RECORDS}> {{ ?g <http://purl.org/dc/terms/identifier> ?id ; "
        "<http://purl.org/dc/terms/type> ?kind } } ORDER BY ?id"
    )
    assert {"id": "cases/1", "kind": mn("Case").value} in kinds
    rules = store.place.select(
        f"SELECT (COUNT(?r) AS ?n) {{ GRAPH <{KNOWLEDGE_BASE}/{knowledge.digest}> "
        f"{{ ?r a <{PROV}Plan> }} }}"
    )
    assert rules == [{"n": str(len(knowledge.rules))}]
    assert not any("SECRET-ACTOR" in line for line in store.quads())


def test_the_store_follows_one_entry_at_a_time(ledger: Ledger, store: Projection) -> None:
    """A new version replaces the earlier one, and nothing is written twice."""
    ledger.append(comment("comments/1", "first", version=1))
    assert store.follow(ledger) == 1
    assert store.follow(ledger) == 0
    ledger.append(comment("comments/1", "second", version=2))
    ledger.append(comment("comments/2", "other"))

    assert store.follow(ledger) == 2
    assert texts(store) == ["other", "second"]


def test_an_erased_record_leaves_the_store(ledger: Ledger, store: Projection) -> None:
    """Its graph is removed; that of a later version stays."""
    ledger.append(comment("comments/1", "erased"))
    ledger.append(comment("comments/2", "replaced", version=1))
    store.follow(ledger)
    ledger.append(comment("comments/2", "kept", version=2))
    ledger.erase(0, actor="keys/admin", recorded_at=NOON)
    ledger.erase(1, actor="keys/admin", recorded_at=NOON)

    store.follow(ledger)

    assert texts(store) == ["kept"]
    assert store.rebuild(ledger) == 5
    assert texts(store) == ["kept"]


def test_a_rebuilt_store_is_the_same(body: bytes, ledger: Ledger, store: Projection) -> None:
    """What was written an entry at a time can be written again at once."""
    for number in range(3):
        ledger.append(comment(f"comments/{number}", str(number)))
        ledger.append(new("determination", f"determinations/{number}", body))
        store.follow(ledger)
    before = set(store.quads())

    store.rebuild(ledger)

    assert set(store.quads()) == before


def test_a_store_of_an_older_form_is_rebuilt(
    ledger: Ledger, store: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of the vocabulary reaches the records that are already there."""
    ledger.append(comment("comments/1", "text"))
    store.follow(ledger)
    store.place.update("DROP GRAPH <https://w3id.org/mednec/records/comments/1>")
    monkeypatch.setattr("reasoner.records.store.projection.FORM", 2)

    assert store.follow(ledger) == 1
    assert texts(store) == ["text"]


def test_a_body_that_cannot_be_read_does_not_stop_the_others(
    ledger: Ledger, store: Projection
) -> None:
    """One malformed entry costs one graph."""
    ledger.append(new("case", "cases/1", b"not turtle", media_type="text/turtle"))
    ledger.append(new("determination", "determinations/1", b"[]"))
    ledger.append(new("decision", "decisions/1", b"{"))
    ledger.append(comment("comments/1", "text"))

    assert store.follow(ledger) == 4
    assert texts(store) == ["text"]


@pytest.mark.parametrize("subject", ["cases/a b", "cases/<x>", 'cases/"', "cases/}", "cases/é"])
def test_a_subject_cannot_leave_its_name(subject: str, ledger: Ledger, store: Projection) -> None:
    """Identifiers and texts are data in an update, whatever they contain."""
    ledger.append(comment(subject, 'x" } } ; DROP ALL ; # \\ \n'))
    ledger.append(comment("comments/1", "text"))

    store.follow(ledger)

    assert len(texts(store)) == 2


def test_a_ledger_that_lost_entries_is_noticed(
    tmp_path: Path, ledger: Ledger, store: Projection
) -> None:
    """The store knows how far the ledger was, and what its root was."""
    ledger.append_all([comment(f"comments/{n}", str(n)) for n in range(3)])
    store.follow(ledger)
    shorter = Ledger.open(str(tmp_path / "shorter.db"), KEY)
    shorter.append(comment("comments/0", "0"))
    other = Ledger.open(str(tmp_path / "other.db"), KEY)
    other.append_all([comment(f"comments/{n}", "other") for n in range(4)])

    with pytest.raises(LedgerDamaged, match="entry 1 and those after it"):
        store.follow(shorter)
    with pytest.raises(LedgerDamaged, match="first 3 entries"):
        store.follow(other)
    assert store.rebuild(shorter) == 1
    shorter.close()
    other.close()


def test_a_damaged_folder_is_made_again(
    tmp_path: Path, ledger: Ledger, knowledge: Knowledge
) -> None:
    """A store that does not open costs time, and no record."""
    ledger.append(comment("comments/1", "text"))
    first = Projection.open(str(tmp_path / "s"), knowledge=knowledge)
    first.follow(ledger)
    first.close()
    (tmp_path / "s" / "CURRENT").write_bytes(b"damaged")

    again = Projection.open(str(tmp_path / "s"), knowledge=knowledge)

    assert again.position() is None
    again.follow(ledger)
    assert texts(again) == ["text"]
    again.close()


def test_a_folder_of_other_files_is_never_emptied(tmp_path: Path, knowledge: Knowledge) -> None:
    """A mistyped path does not cost the files that are there."""
    file = tmp_path / "documents"
    file.write_text("mine")

    with pytest.raises(ProjectionUnavailable):
        Projection.open(str(file), knowledge=knowledge)
    assert file.read_text() == "mine"


@pytest.mark.usefixtures("store")
def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    """Two writers would write over each other; the store in use is left alone."""
    with pytest.raises(ProjectionUnavailable, match="One process at a time"):
        Folder(tmp_path / "store")


def test_a_snapshot_is_read_while_the_store_is_written(
    tmp_path: Path, ledger: Ledger, store: Projection
) -> None:
    """Workers that run queries see a copy that does not change."""
    ledger.append(comment("comments/1", "text"))
    store.follow(ledger)
    store.snapshot(tmp_path / "snapshot")
    ledger.append(comment("comments/2", "later"))
    store.follow(ledger)

    copy = ox.Store.read_only(str(tmp_path / "snapshot"))

    assert "later" not in "".join(str(quad) for quad in copy)
    assert "text" in "".join(str(quad) for quad in copy)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the Oxigraph server of the package oxigraph is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("endpoint")
    server = subprocess.Popen(
        [program, "serve", "--location", folder, "--bind", address], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{address}/", timeout=5).close()
        except OSError:
            time.sleep(0.02)
        else:
            break
    yield f"http://{address}"
    server.terminate()
    server.wait(20)


def test_an_endpoint_has_the_same_graphs(
    endpoint: str, body: bytes, ledger: Ledger, store: Projection, knowledge: Knowledge
) -> None:
    """The store of another machine takes the same updates over SPARQL 1.1."""
    remote = Projection.open(endpoint, knowledge=knowledge)
    remote.place.update("DROP ALL")
    ledger.append(new("determination", "determinations/1", body))
    ledger.append(comment("comments/1", 'a "text" \\ of\ntwo lines'))
    store.follow(ledger)

    assert remote.follow(ledger) == 2

    assert sorted(remote.quads()) == sorted(store.quads())
    assert remote.position() == store.position()
    ledger.erase(1, actor="keys/admin", recorded_at=NOON)
    remote.follow(ledger)
    assert texts(remote) == []
    with pytest.raises(ProjectionUnavailable):
        remote.snapshot(Path("copy"))


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "ftp://x/y", "http://"])
def test_an_endpoint_that_does_not_answer_is_reported(address: str, knowledge: Knowledge) -> None:
    """The message names the address."""
    with pytest.raises(ProjectionUnavailable):
        Projection.open(address, knowledge=knowledge).position()


def test_kept_knowledge_is_loaded_again_by_its_digest(
    tmp_path: Path, ledger: Ledger, knowledge: Knowledge, body: bytes
) -> None:
    """An old determination replays under the knowledge it was made with."""
    entry = keep_knowledge(ledger, knowledge, actor="keys/admin", recorded_at=NOON)
    again = keep_knowledge(ledger, knowledge, actor="keys/other", recorded_at=NOON)

    assert again == entry
    assert pack_knowledge(knowledge) == entry.body
    recorded = read_recorded(body, "the record")
    kept = kept_knowledge(ledger, recorded.knowledge, tmp_path / "kept", cache=CACHE)
    assert kept.digest == knowledge.digest
    assert replay(recorded, kept).differences == ()
    with pytest.raises(KnowledgeMissing):
        kept_knowledge(ledger, "0" * 64, tmp_path / "kept")


@pytest.mark.parametrize("name", ["../outside", "/outside", "a/../../outside"])
def test_a_package_cannot_write_elsewhere(tmp_path: Path, name: str) -> None:
    """What is unpacked is files of a knowledge base, inside the folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))

    with pytest.raises(KnowledgeUnreadable):
        unpack_knowledge(packed.getvalue(), tmp_path / "inside")
    assert not (tmp_path / "outside").exists()


def test_a_package_that_is_not_one_is_refused(tmp_path: Path) -> None:
    """The message says that the archive is unreadable."""
    with pytest.raises(KnowledgeUnreadable):
        unpack_knowledge(b"not an archive", tmp_path)


def test_killing_a_writer_loses_no_acknowledged_entry() -> None:
    """A few of the trials of `benchmarks/kill_trials.py`."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.kill_trials", "4", CACHE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    found = re.fullmatch(r"4 kills, (\d+) acknowledged, 0 lost, 0 openings .*\n", run.stdout)
    assert found is not None
    assert int(found[1]) >= 4
