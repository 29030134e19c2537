"""Retention: which bodies are kept no longer, by kind and age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from .schema import BODIES, ENTRIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ledger import Ledger


def expired(ledger: Ledger, days: Mapping[str, int], now: datetime) -> list[int]:
    """
    Return the entries whose bodies are older than they are kept; `Ledger.erase` erases one.

    Args:
        ledger: The ledger.
        days: How many days the bodies of a kind are kept. Kinds that are not named are kept.
        now: The present time, with a time zone.
    """
    found: list[int] = []
    with ledger.database.reading() as connection:
        for kind, number in sorted(days.items()):
            before = now.astimezone(UTC) - timedelta(days=number)
            query = (
                sa.select(ENTRIES.c.idx)
                .select_from(ENTRIES.join(BODIES, BODIES.c.idx == ENTRIES.c.idx))
                .where(ENTRIES.c.kind == kind)
                .where(ENTRIES.c.recorded_at < f"{before:%Y-%m-%dT%H:%M:%S.%f}Z")
            )
            found += connection.execute(query).scalars()
    return sorted(found)
