"""Records over HTTP: kept with a proof, never overwritten, listed, and read on the record."""

from __future__ import annotations

import json
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api import Records, Settings, create_app
from reasoner import Physician, verify_document
from reasoner.records.ledger.proof import verify_body

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from reasoner import Knowledge

SEED = Path(__file__).parents[2] / "fixtures" / "cases" / "seed-2014-spine-12-visits"
TURTLE = (SEED / "case.ttl").read_bytes()
JSON = json.loads((SEED / "case.json").read_bytes())
ANA = Physician(name="Ana Reyes, MD", licence="Massachusetts 123456", specialty="Pain Medicine")


class Kept:
    """An application with records, its settings, and the key of a physician."""

    def __init__(self, knowledge: Knowledge, folder: Path) -> None:
        """Make the database and the application."""
        self.knowledge = knowledge
        self.settings = Settings(database=str(folder / "records.db"))
        records = Records.open(self.settings)
        assert records is not None
        self.records = records
        _, key = records.keys.create(label="ana", roles=["physician"], physician=ANA)
        self.ana = {"Authorization": f"Bearer {key}"}
        self.client: FlaskClient = create_app(knowledge, self.settings).test_client()

    def keep(self, **headers: str) -> dict[str, Any]:
        """Keep the seed, and return the receipt."""
        answer = self.client.post(
            "/v1/cases", data=TURTLE, content_type="text/turtle", headers=headers
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())

    def sign(self, receipt: dict[str, Any], **headers: str) -> TestResponse:
        """Sign the determination of a receipt as Ana Reyes."""
        document = self.client.get(receipt["determination"]).get_json()
        unseen = [
            source["iri"]
            for source in document["determinations"][0]["sources"]
            if source["iri"].endswith(("/lumbar-sprain", "/neck-sprain"))
        ]
        ruling = {
            "decision": "accept",
            "decidedOn": "2014-08-20",
            "visits": 0,
            "confirmed": unseen,
        }
        return self.client.post(
            f"{receipt['determination']}/decisions", json=ruling, headers={**self.ana, **headers}
        )


@pytest.fixture(scope="module")
def kept(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(knowledge, tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def receipt(kept: Kept) -> dict[str, Any]:
    return kept.keep()


def test_a_case_is_kept_with_its_determination_and_proofs(
    kept: Kept, receipt: dict[str, Any]
) -> None:
    """What is read back is what was sent, and the ledger proves both without itself."""
    case = kept.client.get(receipt["case"]).get_json()
    determination = kept.client.get(receipt["determination"])
    stateless = kept.client.post("/v1/determinations", data=TURTLE, content_type="text/turtle")

    assert receipt["outcomes"] == ["NotMedicallyNecessary"]
    assert case["case"].encode() == TURTLE
    assert verify_body(TURTLE, case["ledger"]).entry.kind == "case"
    assert verify_document(determination.data).entry.kind == "determination"
    found = determination.get_json()
    del found["ledger"]
    assert found == stateless.get_json()


def test_a_determination_with_its_proof_is_still_a_document(
    kept: Kept, receipt: dict[str, Any]
) -> None:
    """It can be sent on for a letter as it was given."""
    document = kept.client.get(receipt["determination"]).get_json()

    letter = kept.client.post("/v1/letters", json=document, headers={"Accept": "text/plain"})

    assert letter.status_code == 200
    assert "INDEPENDENT" in letter.text


@pytest.mark.parametrize(
    ("of", "form", "contains"),
    [
        ("case", "text/turtle", "mn:requestedVisits 12"),
        ("case", "application/n-triples", "requestedVisits> "),
        ("determination", "text/turtle", "mn:outcome mn:NotMedicallyNecessary"),
        ("determination", "application/ld+json", "NotMedicallyNecessary"),
        ("determination", "text/html", "not medically necessary"),
    ],
)
def test_a_record_comes_in_each_form(
    kept: Kept, receipt: dict[str, Any], of: str, form: str, contains: str
) -> None:
    """Each form has an entity tag of its own."""
    answer = kept.client.get(receipt[of], headers={"Accept": form})
    again = kept.client.get(
        receipt[of], headers={"Accept": form, "If-None-Match": answer.headers["ETag"]}
    )

    assert answer.status_code == 200
    assert contains in answer.text
    assert again.status_code == 304
    assert "Accept" in answer.headers["Vary"]
    assert kept.client.get(receipt[of], headers={"Accept": "image/png"}).status_code == 406


def test_a_case_is_replaced_only_by_its_next_version(kept: Kept) -> None:
    """Two who change one version: the second is refused, and nothing is lost."""
    receipt = kept.keep()
    tag = kept.client.get(receipt["case"]).headers["ETag"]
    blind = kept.client.put(receipt["case"], json=JSON)
    first = kept.client.put(receipt["case"], json=JSON, headers={"If-Match": tag})
    second = kept.client.put(receipt["case"], json=JSON, headers={"If-Match": tag})

    assert (blind.status_code, first.status_code, second.status_code) == (428, 200, 412)
    assert first.get_json()["determination"].endswith(".2")
    old = kept.client.get(f"{receipt['case']}?version=1").get_json()
    new = kept.client.get(receipt["case"]).get_json()
    assert old["case"].encode() == TURTLE
    assert (new["version"], new["case"]) == (2, JSON)
    assert kept.client.get(receipt["determination"]).status_code == 200
    assert kept.client.get(f"{receipt['case']}?version=3").status_code == 404


def test_a_repeated_request_is_answered_as_the_first_one(kept: Kept) -> None:
    """Also by a service that was started again: the key is in the ledger."""
    key = {"Idempotency-Key": "intake-2014-0042"}
    first = kept.keep(**key)
    restarted = create_app(kept.knowledge, kept.settings).test_client()
    sent = {"data": TURTLE, "content_type": "text/turtle", "headers": key}

    again = restarted.post("/v1/cases", **sent)  # type: ignore[arg-type]
    other = restarted.post("/v1/cases", json=JSON, headers=key)

    assert again.get_json()["id"] == first["id"]
    assert again.get_json()["ledger"]["case"]["entry"] == first["ledger"]["case"]["entry"]
    assert other.status_code == 422
    assert other.get_json(force=True)["type"].endswith("key-reused")
    odd = restarted.post("/v1/cases", json=JSON, headers={"Idempotency-Key": "a b"})
    assert odd.status_code == 400


def test_a_refused_case_is_not_kept(kept: Kept) -> None:
    """The answer is the report; nothing is in the ledger."""
    before = kept.records.ledger.size()
    bad = json.dumps(JSON).replace("CervicalStrain", "CervicalStran")

    answer = kept.client.post("/v1/cases", data=bad, content_type="application/json")

    assert answer.status_code == 400
    assert answer.get_json(force=True)["faults"]
    assert kept.records.ledger.size() == before


def test_a_physicians_decision_is_kept_with_who_signed(kept: Kept) -> None:
    """The ledger names the credential; a repetition makes no second decision."""
    receipt = kept.keep()
    key = {"Idempotency-Key": "sign-1"}
    signed = kept.sign(receipt, **key)
    again = kept.sign(receipt, **key)
    twice = kept.sign(receipt)

    assert signed.status_code == 201, signed.text
    proof = verify_document(signed.data)
    assert proof.entry.kind == "decision"
    assert proof.entry.actor.startswith("keys/")
    assert signed.get_json()["decisions"][0]["physician"]["name"] == ANA.name
    assert again.get_json()["digest"] == signed.get_json()["digest"]
    assert twice.status_code == 422  # every item is decided already
    for form in ("text/turtle", "application/ld+json", "text/html", "application/pdf"):
        answer = kept.client.get(signed.headers["Location"], headers={"Accept": form})
        assert answer.status_code == 200
        assert answer.content_type.startswith(form)
    anonymous = kept.client.post(f"{receipt['determination']}/decisions", json={})
    assert anonymous.status_code == 401


def test_a_letter_is_kept_byte_for_byte(kept: Kept, receipt: dict[str, Any]) -> None:
    """The letter that went out can be proven later."""
    written = kept.client.post(
        f"{receipt['determination']}/letters", headers={"Accept": "text/html"}
    )
    read = kept.client.get(written.headers["Location"])
    proof = kept.client.get(f"{written.headers['Location']}/proof").get_json()

    assert written.status_code == 201
    assert read.data == written.data
    assert verify_body(read.data, proof).entry.kind == "letter"
    assert "frame-ancestors 'none'" in written.headers["Content-Security-Policy"]


def test_a_comment_is_on_one_reason(kept: Kept, receipt: dict[str, Any]) -> None:
    """The reason must be one that the determination gives."""
    name = receipt["determination"].rpartition("/")[2]
    sent = {"determination": name, "reason": "LIM-02", "text": "The notes arrived later."}

    made = kept.client.post("/v1/comments", json=sent)
    other = kept.client.post("/v1/comments", json={**sent, "reason": "XYZ-1"})

    assert made.status_code == 201
    assert verify_document(kept.client.get(made.headers["Location"]).data).entry.kind == "comment"
    assert other.status_code == 422
    listed = kept.client.get(f"/v1/comments?determination={name}&reason=LIM-02").get_json()
    assert [item["href"] for item in listed["items"]] == [made.headers["Location"]]


def test_a_review_is_opened_and_closed(kept: Kept, receipt: dict[str, Any]) -> None:
    """A review at a venue of the case has versions."""
    sent = {"case": receipt["id"], "venue": "IMR", "openedOn": "2014-06-01", "status": "open"}
    made = kept.client.post("/v1/reviews", json=sent)
    closed = kept.client.put(
        made.headers["Location"],
        json={**sent, "status": "closed", "closedOn": "2014-09-02"},
        headers={"If-Match": made.headers["ETag"]},
    )

    assert (made.status_code, closed.status_code) == (201, 200)
    assert closed.get_json()["version"] == 2
    assert kept.client.post("/v1/reviews", json={**sent, "venue": "XX"}).status_code == 422
    assert kept.client.post("/v1/reviews", json={**sent, "case": "0"}).status_code == 404
    found = kept.client.get("/v1/reviews?status=closed").get_json()["items"]
    assert [item["href"] for item in found] == [made.headers["Location"]]
    assert kept.client.get("/v1/reviews?status=open").get_json()["items"] == []


def test_a_what_if_has_an_address_that_stays(kept: Kept, receipt: dict[str, Any]) -> None:
    """Another day, or a change of the case, decided and kept apart from the case."""
    later = kept.client.post("/v1/what-ifs", json={"case": receipt["id"], "asOf": "2017-12-01"})
    fewer = kept.client.post(
        "/v1/what-ifs",
        json={"case": receipt["id"], "change": {"course": {"attendedVisits": 0}}},
    )
    read = kept.client.get(later.headers["Location"])

    assert later.get_json()["answer"]["determinations"][0]["outcome"] == "NotDecided"
    assert read.data == later.data or read.get_json()["answer"] == later.get_json()["answer"]
    assert verify_document(read.data).entry.kind == "what-if"
    assert fewer.status_code in {201, 400, 422}
    assert kept.client.post("/v1/what-ifs", json={"case": receipt["id"]}).status_code == 400


def test_lists_are_paged_and_filtered(knowledge: Knowledge, tmp_path: Path) -> None:
    """Each record is on one page, newest first, whatever is added meanwhile."""
    kept = Kept(knowledge, tmp_path)
    made = [kept.keep() for _ in range(3)]
    kept.sign(made[0])
    first = kept.client.get("/v1/determinations?limit=2")
    kept.keep()
    second = kept.client.get(first.get_json()["next"])

    seen = [item["href"] for page in (first, second) for item in page.get_json()["items"]]
    assert seen == [receipt["determination"] for receipt in reversed(made)]
    assert first.headers["Link"].endswith('rel="next"')
    assert second.get_json()["next"] is None
    assert first.get_json()["checkpoint"].count("\n") >= 4
    for query, count in {
        "outcome=NotMedicallyNecessary": 4,
        "outcome=MedicallyNecessary": 0,
        "guideline=mtus-chronic-pain-2009": 4,
        "rule=LIM-02&region=cervical+spine": 4,
        "rule=LIM-99": 0,
        "decided=true": 1,
        "decided=false": 3,
        f"case={made[1]['id']}": 1,
        "lawOf=2014-05-09": 4,
        "until=2020-01-01": 0,
        "from=2020-01-01": 4,
    }.items():
        found = kept.client.get(f"/v1/determinations?{query}").get_json()["items"]
        assert len(found) == count, query
    signed = kept.client.get(f"/v1/decisions?physician={ANA.licence.replace(' ', '+')}")
    assert len(signed.get_json()["items"]) == 1
    for query in ("limit=0", "limit=x", "cursor=-1", "decided=maybe", "from=May", "outcme=x"):
        assert kept.client.get(f"/v1/determinations?{query}").status_code == 400, query


def finished(client: FlaskClient, place: str) -> dict[str, Any]:
    for _ in range(300):
        state = dict(client.get(place).get_json())
        if state["status"] == "done":
            return state
        time.sleep(0.05)
    raise AssertionError("the intake was not finished")


def test_many_cases_are_taken_and_each_failure_names_its_line(kept: Kept) -> None:
    """An intake answers at once; good lines are kept although others are refused."""
    lines = [json.dumps(JSON), '{"x": 1}', "", "not JSON", json.dumps(JSON)]

    made = kept.client.post("/v1/bulk", data="\n".join(lines), content_type="application/x-ndjson")
    state = finished(kept.client, made.headers["Location"])

    assert made.status_code == 202
    assert (state["cases"], state["stored"]) == (4, 2)
    assert [one["at"] for one in state["failed"]] == ["line 2", "line 4"]
    assert state["failed"][0]["problem"]["faults"]
    assert len(kept.client.get(state["href"]).get_json()["items"]) == 2


def test_files_are_taken_too(kept: Kept) -> None:
    """People have files: Turtle and JSON, by their media types or names."""
    files = {
        "one": (BytesIO(TURTLE), "case.ttl"),
        "two": (BytesIO(json.dumps(JSON).encode()), "case.json"),
        "three": (BytesIO(b"<x"), "bad.ttl"),
    }
    made = kept.client.post("/v1/bulk", data=files, content_type="multipart/form-data")
    state = finished(kept.client, made.headers["Location"])

    assert (state["stored"], [one["at"] for one in state["failed"]]) == (2, ["file 3"])
    odd = {"one": (BytesIO(b"x"), "case.docx")}
    assert kept.client.post("/v1/bulk", data=odd).status_code == 400
    assert kept.client.post("/v1/bulk", data=b"", content_type="text/csv").status_code == 415


def test_an_intake_that_was_cut_off_goes_on_at_the_next_start(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No case is lost, and none is kept twice."""
    from api.resources import bulk

    kept = Kept(knowledge, tmp_path)
    monkeypatch.setattr(bulk, "_start", lambda *_: None)  # as if it ended at once
    made = kept.client.post(
        "/v1/bulk", data="\n".join([json.dumps(JSON)] * 2), content_type="application/x-ndjson"
    )
    place = made.headers["Location"]
    assert kept.client.get(place).get_json()["status"] == "running"
    monkeypatch.undo()

    restarted = create_app(knowledge, kept.settings).test_client()
    state = finished(restarted, place)
    create_app(knowledge, kept.settings)

    assert state["stored"] == 2
    assert len(restarted.get("/v1/cases").get_json()["items"]) == 2


def test_who_read_which_case_is_in_the_ledger(kept: Kept) -> None:
    """Each read and write names the caller and the time, before the answer leaves."""
    receipt = kept.keep()
    kept.client.get(receipt["case"], headers=kept.ana)
    kept.client.get(receipt["determination"], headers=kept.ana)
    kept.client.get("/v1/cases/0123456789")

    found = kept.client.get(f"/v1/accesses?case={receipt['id']}").get_json()["items"]

    assert [(one["action"], one["caller"].partition("/")[0]) for one in found] == [
        ("write", "open"),
        ("read", "keys"),
        ("read", "keys"),
    ]
    assert "Reyes" not in json.dumps(found)


def test_nothing_is_read_where_the_access_cannot_be_recorded(
    kept: Kept, receipt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk under the log of accesses stops reading too."""
    from reasoner import Ledger, errors

    def refuse(*_: object) -> None:
        raise errors.LedgerUnavailable("disk full")

    monkeypatch.setattr(Ledger, "append_all", refuse)
    answer = kept.client.get(receipt["case"])

    assert answer.status_code == 503
    assert "mn:" not in answer.text


def test_what_does_not_exist_or_was_erased_is_said(kept: Kept) -> None:
    """404 for nothing, 410 for a body that was erased by law."""
    from datetime import UTC, datetime

    receipt = kept.keep()
    index = receipt["ledger"]["case"]["entry"]["index"]
    kept.records.ledger.erase(index, actor="keys/admin", recorded_at=datetime.now(UTC))

    assert kept.client.get(receipt["case"]).status_code == 410
    assert kept.client.get(receipt["determination"]).status_code == 200
    for path in ("cases/0", "determinations/0.1", "decisions/x", "letters/-", "what-ifs/1"):
        assert kept.client.get(f"/v1/{path}").status_code == 404


def test_the_knowledge_is_a_list_too(kept: Kept) -> None:
    """Editions, provisions and rules can be looked up by programs, in each of their forms."""
    for kind, wanted in (
        ("guidelines", "mtus-chronic-pain-2009"),
        ("rules", "LIM-02"),
        ("provisions", "lc-4610"),
    ):
        names = [item["id"] for item in kept.client.get(f"/v1/{kind}").get_json()["items"]]
        name = wanted if wanted in names else names[0]
        one = kept.client.get(f"/v1/{kind}/{name}")
        assert one.get_json()["id"] == name
        assert (
            kept.client.get(
                f"/v1/{kind}/{name}", headers={"If-None-Match": one.headers["ETag"]}
            ).status_code
            == 304
        )
        page = kept.client.get(f"/v1/{kind}/{name}", headers={"Accept": "text/html"})
        assert page.status_code == 303
    assert kept.client.get("/v1/guidelines/nothing").status_code == 404


def test_a_service_without_records_says_so(knowledge: Knowledge) -> None:
    """The stateless endpoints work without a database."""
    client = create_app(knowledge).test_client()

    assert client.get("/v1/cases").status_code == 503
    answer = client.post("/v1/determinations", data=TURTLE, content_type="text/turtle")
    assert answer.status_code == 200


def test_a_record_is_a_graph_that_sparql_reads(kept: Kept, receipt: dict[str, Any]) -> None:
    """What was kept can be asked at once, each record in a graph of its own, by who may read it."""
    name = receipt["determination"].rpartition("/")[2]
    graph = f"https://w3id.org/mednec/records/determinations/{name}"
    query = (
        "PREFIX mn: <https://w3id.org/mednec/ns#> "
        f"SELECT ?outcome {{ GRAPH <{graph}> {{ ?d a mn:Determination ; mn:outcome ?outcome }} }}"
    )
    rows = kept.client.get("/sparql", query_string={"query": query}).get_json(force=True)
    _, key = kept.records.keys.create(label="author", roles=["author"])
    other = kept.client.get(
        "/sparql", query_string={"query": query}, headers={"Authorization": f"Bearer {key}"}
    ).get_json(force=True)

    found = [row["outcome"]["value"] for row in rows["results"]["bindings"]]
    assert found == ["https://w3id.org/mednec/ns#NotMedicallyNecessary"]
    assert other["results"]["bindings"] == []
