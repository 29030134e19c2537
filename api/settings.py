"""The settings of the service, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What the operator of the service may set.

    Attributes:
        cache: The folder in which compiled knowledge is kept between runs; None to keep nothing.
        case_bytes: The largest case that is read, in bytes.
        document_bytes: The largest determination or decision that is read, in bytes.
        query_bytes: The longest SPARQL query that is read, in bytes.
        threads: How many requests are answered at the same time.
    """

    cache: Path | None = None
    case_bytes: int = 1_000_000
    document_bytes: int = 4_000_000
    query_bytes: int = 64_000
    threads: int = 4
