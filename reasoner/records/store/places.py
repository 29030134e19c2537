"""Where the store is: RDF on disk, or a SPARQL 1.1 endpoint. Both take the same updates."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from reasoner.errors import ProjectionUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS: Final = 300
RESULTS: Final = "application/sparql-results+json"
QUADS: Final = "application/n-quads"


class Folder:
    """
    A store on the disk of this process, which alone may open it.

    A folder that cannot be opened because it is damaged is emptied: what was in it comes from the
    ledger again.

    Args:
        path: The folder; it is made if it does not exist.

    Raises:
        ProjectionUnavailable: Another process has it open, or it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.as_posix()
        try:
            path.mkdir(parents=True, exist_ok=True)
            self.store = ox.Store(str(path))
        except (OSError, RuntimeError) as error:  # the library raises either for a damaged file
            if "lock" in str(error).lower() or not _is_store(path):
                raise ProjectionUnavailable(
                    f"{self.name}: the store cannot be opened: {error}.",
                    hint="One process at a time may write to it: end the other one.",
                ) from error
            shutil.rmtree(path)
            self.store = ox.Store(str(path))

    def update(self, text: str) -> None:
        """Run an update, in one transaction."""
        try:
            self.store.update(text)
        except (OSError, RuntimeError) as error:
            raise ProjectionUnavailable(f"{self.name}: {error}.") from error

    def select(self, query: str) -> list[dict[str, str]]:
        """Return the rows of a SELECT query."""
        solutions = self.store.query(query)
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError("not a SELECT query")
        names = [variable.value for variable in solutions.variables]
        return [
            {
                name: value.value
                for name in names
                if isinstance(value := row[name], ox.NamedNode | ox.Literal)
            }
            for row in solutions
        ]

    def quads(self) -> Iterator[str]:
        """Yield all quads, each as a line of N-Quads."""
        for quad in self.store:
            yield f"{quad} .\n"

    def snapshot(self, folder: Path) -> None:
        """Write a copy of the store that can be opened read-only, into a new folder."""
        self.store.backup(str(folder))

    def close(self) -> None:
        """Write everything to disk, and let other processes open the folder."""
        self.store.flush()
        del self.store


class Endpoint:
    """
    A SPARQL 1.1 endpoint.

    Args:
        address: Its base, to which `query` and `update` are appended as the Oxigraph server has
            them, or the two addresses, for queries and for updates, separated by a space.
    """

    def __init__(self, address: str) -> None:
        first, _, second = address.strip().partition(" ")
        base = first.rstrip("/")
        self.asked = first if second else f"{base}/query"
        self.updated = second.strip() or f"{base}/update"
        self.name = urlsplit(self.asked)._replace(query="").geturl()
        for found in (self.asked, self.updated):
            if urlsplit(found).scheme not in {"http", "https"} or not urlsplit(found).hostname:
                raise ProjectionUnavailable(
                    f"'{address}' is not the address of a SPARQL endpoint.",
                    hint="Write http://HOST:PORT, or the address for queries, a space and the "
                    "address for updates.",
                )

    def update(self, text: str) -> None:
        """Run an update; whether it is one transaction is up to the endpoint."""
        self._post(self.updated, {"Content-Type": "application/sparql-update"}, text.encode())

    def select(self, query: str) -> list[dict[str, str]]:
        """Return the rows of a SELECT query."""
        answer = json.loads(self._ask(query, RESULTS))
        return [
            {name: value["value"] for name, value in row.items()}
            for row in answer["results"]["bindings"]
        ]

    def quads(self) -> Iterator[str]:
        """Yield all quads, each as a line of N-Quads, a graph at a time."""
        graphs = self.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
        for graph in (row["g"] for row in graphs):
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            body = self._ask(query, "application/n-triples")
            for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True):
                yield f"{quad.triple} <{graph}> .\n"

    def close(self) -> None:
        """Do nothing: a connection is not kept."""

    def _ask(self, query: str, accept: str) -> bytes:
        kind = "application/x-www-form-urlencoded"
        body = urlencode({"query": query}).encode()
        return self._post(self.asked, {"Content-Type": kind, "Accept": accept}, body)

    def _post(self, address: str, headers: dict[str, str], body: bytes) -> bytes:
        request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - http(s)
                found: bytes = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise ProjectionUnavailable(
                    f"{self.name} answered {error.code} {error.reason}."
                ) from error
        except OSError as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ProjectionUnavailable(
                f"{self.name} does not answer: {reason}.", hint="Start the store, or correct it."
            ) from error
        return found


def place_of(location: str) -> Folder | Endpoint:
    """
    Open the store at a location: a folder, or the address of an endpoint.

    Raises:
        ProjectionUnavailable: It cannot be opened.
    """
    return Endpoint(location) if "://" in location else Folder(Path(location))


def _is_store(path: Path) -> bool:
    """Return True if a folder holds only what a store on disk writes."""
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
    return "CURRENT" in names or any(name.startswith("MANIFEST-") for name in names)
