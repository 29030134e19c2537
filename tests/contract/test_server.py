"""A served mednec: slow clients, bodies without a length, hostile cases, and an orderly end."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.served import TURTLE, Served, end, start

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "cases" / "seed-2014-spine-12-visits"
JSON = json.loads((SEED / "case.json").read_bytes())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = start(
        tmp_path_factory.mktemp("records"),
        threads="24",
        workers="2",
        decision_seconds="0.75",
        body_seconds="5",
    )
    yield found
    end(found)


def test_a_body_of_50_mb_without_a_length_is_refused_and_not_cut(served: Served) -> None:
    """A chunked body over the limit gets status 413 and is not truncated."""
    chunks = (TURTLE if n == 0 else b"#" * 999_999 + b"\n" for n in range(50))
    with closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)) as connection:
        connection.putrequest("POST", "/v1/determinations")
        connection.putheader("Content-Type", "text/turtle")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        try:
            for chunk in chunks:
                connection.send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has answered, and does not read the rest
        assert connection.getresponse().status == 413


def test_slow_clients_do_not_keep_others_waiting(served: Served) -> None:
    """Sixteen clients that stop in the middle of headers or of a body hold up nobody."""
    slow = []
    for number in range(16):
        found = socket.create_connection(("127.0.0.1", served.port))
        found.sendall(b"POST /v1/determinations HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        if number % 2:
            found.sendall(b"Content-Type: text/turtle\r\nContent-Length: 900\r\n\r\n@prefix")
        slow.append(found)
    began = time.monotonic()

    found = [served.ask("GET", "/livez")[0], served.decide()]

    assert found == [200, 200]
    assert time.monotonic() - began < 10
    for one in slow:
        one.close()


def test_a_case_that_takes_too_long_is_stopped_and_others_are_decided(served: Served) -> None:
    """A case of many requests ends at its deadline, in a process that is replaced."""
    course = {"treatment": "PhysicalTherapy", "attendedVisits": 1, "countCertainty": "AtLeast"}
    many = {
        **JSON,
        "request": [{**JSON["request"], "id": f"r{n}"} for n in range(50)],
        "course": [{**course, "id": f"c{n}"} for n in range(40)],
    }
    answers: list[tuple[int, bytes]] = []
    body = json.dumps(many)
    hostile = threading.Thread(
        target=lambda: answers.append(
            served.ask("POST", "/v1/determinations", body, "application/json")
        )
    )
    hostile.start()
    good = [served.decide() for _ in range(5)]
    hostile.join(timeout=30)

    ((status, answer),) = answers
    assert good == [200] * 5
    assert status == 422
    assert json.loads(answer)["type"].endswith("case-too-costly")
    assert served.decide() == 200


def test_no_process_is_left_and_requests_in_flight_are_answered(tmp_path: Path) -> None:
    """SIGTERM ends the service after what it was doing, with all its processes."""
    served = start(tmp_path, workers="1")
    assert served.decide() == 200
    children = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout
    mine = [
        int(line.split()[0])
        for line in children.splitlines()
        if "api.worker" in line and parent_of(int(line.split()[0]), served.process.pid)
    ]
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(served.decide())) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.15)
    served.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join(timeout=60)
    end(served)

    assert found == [200] * 6
    assert served.process.returncode == 0
    assert len(mine) == 1
    assert not Path(f"/proc/{mine[0]}").exists()


def parent_of(child: int, ancestor: int) -> bool:
    """Return True if a process descends from another."""
    while child > 1:
        if child == ancestor:
            return True
        try:
            text = Path(f"/proc/{child}/stat").read_text("utf-8")
        except OSError:
            return False
        child = int(text.rpartition(")")[2].split()[1])
    return False
