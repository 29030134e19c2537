"""How many requests a caller may send."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from reasoner import errors

if TYPE_CHECKING:
    from .settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """
    The limits of rates of one service.

    Attributes:
        limiter: Counts, in the storage of the settings.
        all: The limit of all requests of one caller; None for none.
        refused: The limit of refused credentials of one address; None for none.
    """

    limiter: FixedWindowRateLimiter
    all: RateLimitItem | None
    refused: RateLimitItem | None

    @staticmethod
    def of(settings: Settings) -> Rates:
        """
        Set up the limits.

        Raises:
            SettingRefused: A limit is not written as in `100/second`.
        """
        return Rates(
            limiter=FixedWindowRateLimiter(storage_from_string(settings.rate_storage)),
            all=_parsed("rate", settings.rate),
            refused=_parsed("rate_refused", settings.rate_refused),
        )

    def count(self, caller: str) -> None:
        """
        Count a request of a caller.

        Raises:
            TooManyRequests: There were too many; the answer says when to try again.
        """
        if self.all is not None and not self.limiter.hit(self.all, caller):
            raise self._excess(self.all, caller)

    def count_refusal(self, address: str) -> None:
        """Count a refused credential of an address."""
        if self.refused is not None:
            self.limiter.hit(self.refused, "refused", address)

    def check_refusals(self, address: str) -> None:
        """
        Refuse an address from which too many refused credentials came.

        Raises:
            TooManyRequests: There were too many.
        """
        if self.refused is not None and not self.limiter.test(self.refused, "refused", address):
            raise self._excess(self.refused, "refused", address)

    def _excess(self, limit: RateLimitItem, *names: str) -> TooManyRequests:
        ends = self.limiter.get_window_stats(limit, *names).reset_time
        return TooManyRequests(
            f"More than {limit} were sent.", retry_after=max(1, math.ceil(ends - time.time()))
        )


def _parsed(name: str, text: str) -> RateLimitItem | None:
    try:
        return parse(text) if text else None
    except ValueError as error:
        raise errors.SettingRefused(
            f"{name} is '{text}'; write it as 100/second or 6000/minute."
        ) from error
