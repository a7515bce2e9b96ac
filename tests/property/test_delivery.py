"""The laws of delivery: waits between attempts, and what any interleaving of steps leaves of a notice."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyalcore import ClaimNotice, FailNotice, Loyalty, PointsNotice, PointsPolicy, Program, RetryNotice, SettleNotice
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.outbox import SECONDS_MAX, backoff
from loyalcore.errors import IllegalTransition, NotFound
from loyalcore.testing import CountedIds, FixedClock

SECOND = 1_000_000
names = st.text(min_size=1, max_size=20)
BEANS = Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(notices=frozenset({PointsNotice.ADDED})))


@given(names, st.integers(1, 1_000), st.integers(1, SECONDS_MAX), st.integers(0, SECONDS_MAX))
def test_a_wait_is_between_half_of_it_and_all_of_it(name: str, attempt: int, first: int, more: int) -> None:
    """Twice as long after each attempt, never beyond the longest, and always the same for the same attempt."""
    longest = min(first + more, SECONDS_MAX)
    whole = min(first * 2 ** (attempt - 1), longest) * SECOND
    wait = backoff(name, attempt, first, longest)
    assert whole // 2 <= wait <= whole
    assert wait == backoff(name, attempt, first, longest)


@given(names, st.integers(1, 3_600))
def test_a_later_attempt_never_comes_sooner(name: str, first: int) -> None:
    """Until the longest wait is reached, each wait is at least as long as any before it could be."""
    waits = [backoff(name, attempt, first, SECONDS_MAX) for attempt in range(1, 8)]
    assert all(after >= before for before, after in pairwise(waits))


def _step(kind: str, by: int) -> Any:
    waits: dict[str, Any] = {"attempts_max": 3, "delay_seconds": 60, "delay_seconds_max": 600}
    name, ref = f"d-{by}", ("holder-1", "holder-1:beans:1:")
    return {
        "claim": ClaimNotice(*ref, by=name, lease_seconds=100, attempts_max=3),
        "settle": SettleNotice(*ref),
        "fail": FailNotice(*ref, by=name, error="OSError", **waits),
        "give up": FailNotice(*ref, by=name, error="OSError", is_permanent=True, **waits),
        "retry": RetryNotice(*ref),
    }[kind]


steps = st.lists(
    st.tuples(
        st.sampled_from(["claim", "claim", "fail", "give up", "retry", "settle"]),
        st.integers(1, 3),
        st.sampled_from([0, 1, 60, 100, 601]),
    ),
    max_size=12,
)


@given(steps)
def test_a_notice_is_one_deliverers_at_a_time(played: list[tuple[str, int, int]]) -> None:
    """Whoever says what in whichever order: who has it keeps it until the lease ends, and what is gone stays gone."""
    clock = FixedClock("2026-01-31T12:00:00Z")
    shop = Loyalty(MemoryStore(), [BEANS], clock=clock, ids=CountedIds(), actor="till")
    shop.customers.register("ada")
    shop.points.award("ada", 5, reason="gift", key="k-1")
    owner, until, is_gone = "", clock.now(), False
    for kind, by, seconds in played:
        clock.move(seconds=seconds)
        try:
            receipt = shop.run(_step(kind, by))
        except (IllegalTransition, NotFound):
            receipt = None
        if kind == "claim" and receipt is not None and receipt.notice is not None:
            found = receipt.notice
            assert not is_gone
            if found.claimed_by is not None:
                assert found.claimed_by == f"d-{by}"
                assert owner in {"", found.claimed_by} or clock.now() >= until, "somebody else has it"
                owner, until = found.claimed_by, clock.now() + timedelta(seconds=100)
                assert found.next_change_at == until
        is_gone = is_gone or kind == "settle"
        kept = [*shop.outbox.waiting(), *shop.outbox.set_aside()]
        assert bool(kept) is not is_gone
        for notice in kept:
            assert notice.attempts <= 3
            assert (notice.claimed_by is None) or not notice.is_set_aside
            owner = notice.claimed_by or ""
            until = notice.next_change_at or until
