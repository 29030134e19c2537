"""Two services over one PostgreSQL ledger: what one keeps, the other has."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from reasoner import Ledger
from tests.served import TURTLE, Served, end, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Two:
    """Two services, and the address of their database."""

    def __init__(self, url: str, folder: Path) -> None:
        """Start both at once, with one key of checkpoints."""
        self.url = url

        def begin(name: str) -> Served:
            (folder / name).mkdir()
            return start(folder / name, database=url, signing_key=str(folder / "signing.key"))

        with ThreadPoolExecutor(2) as pool:
            self.services = list(pool.map(begin, ("one", "two")))

    def ask(self, which: int, method: str, path: str, **headers: str) -> tuple[int, Any]:
        """Send a request to one of them; a PUT or POST sends the seed."""
        body = TURTLE if method in {"PUT", "POST"} else None
        status, answer = self.services[which % 2].ask(method, path, body, **headers)
        return status, json.loads(answer)


@pytest.fixture
def two(postgres_url: str, tmp_path: Path) -> Iterator[Two]:
    found = Two(postgres_url, tmp_path)
    yield found
    for service in found.services:
        end(service)


def test_two_services_share_one_ledger(two: Two) -> None:
    """Writes of both are in one log, each once; a version is won by one of them."""
    key = {"Idempotency-Key": "the-same"}

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda n: two.ask(n, "PUT", f"/v1/cases/c{n}"), range(8)))
        same = list(pool.map(lambda n: two.ask(n, "POST", "/v1/cases", **key), range(4)))
        match = {"If-Match": '"1.json"'}
        raced = list(pool.map(lambda n: two.ask(n, "PUT", "/v1/cases/c0", **match), range(4)))

    assert [status for status, _ in kept] == [201] * 8
    assert len({answer["id"] for _, answer in same}) == 1
    assert sorted(status for status, _ in raced) == [200, 412, 412, 412]
    for which in (0, 1):
        _, listed = two.ask(which, "GET", "/v1/cases")
        assert len(listed["items"]) == 9
        _, read = two.ask(which, "GET", f"/v1/cases/c{which + 3}")
        assert read["case"].encode() == TURTLE
    ledger = Ledger.open(two.url)
    cases = ledger.entries("case")
    ledger.close()
    assert len(cases) == 10
