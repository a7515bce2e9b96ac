from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.outbox import SECONDS_MAX, DeliveryPolicy, backoff
from loyalcore.errors import InvalidInput, LimitExceeded, LoyaltyError

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"attempts_max": 0}, "attempts_max", InvalidInput),
        ({"attempts_max": True}, "attempts_max", InvalidInput),
        ({"attempts_max": 2.0}, "attempts_max", InvalidInput),
        ({"attempts_max": 1_001}, "attempts_max", LimitExceeded),
        ({"delay_seconds": 0}, "delay_seconds", InvalidInput),
        ({"delay_seconds_max": SECONDS_MAX + 1}, "delay_seconds_max", LimitExceeded),
        ({"delay_seconds": 60, "delay_seconds_max": 59}, "delay_seconds_max", InvalidInput),
        ({"lease_seconds": 1}, "lease_seconds", InvalidInput),
        ({"lease_seconds": None}, "lease_seconds", InvalidInput),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(fields: dict[str, Any], path: str, kind: type[LoyaltyError]) -> None:
    """A number that is none, too small or too large is refused, and the error says which it is."""
    with pytest.raises(kind) as caught:
        DeliveryPolicy(**fields)
    assert caught.value.details["path"] == path


def test_the_edges_of_a_policy_are_good() -> None:
    """One attempt, waits of a second or a week, and a lease of two seconds are allowed."""
    assert DeliveryPolicy(attempts_max=1, delay_seconds=1, delay_seconds_max=1, lease_seconds=2).attempts_max == 1
    assert DeliveryPolicy(delay_seconds=SECONDS_MAX, delay_seconds_max=SECONDS_MAX).delay_seconds == SECONDS_MAX


@pytest.mark.parametrize(("attempt", "whole"), [(1, 60), (2, 120), (3, 240), (4, 300), (5, 300), (1_000, 300)])
def test_a_wait_doubles_up_to_the_longest(attempt: int, whole: int) -> None:
    """Each wait lies between half of twice the one before and all of it, and never beyond the longest."""
    assert whole * SECOND // 2 <= backoff("n-1", attempt, 60, 300) <= whole * SECOND


def test_waits_of_many_notices_are_spread() -> None:
    """What failed at one instant does not come back at one: a thousand notices wait for all parts of the span."""
    waits = {backoff(f"n-{number}", 1, 60, 300) for number in range(1_000)}
    tenths = {(wait - 30 * SECOND) * 10 // (30 * SECOND) for wait in waits}
    assert len(waits) > 990
    assert tenths == set(range(10))
