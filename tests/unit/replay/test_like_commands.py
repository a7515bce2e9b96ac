"""A replayed store is the store on which the same commands were run, each with the clock at its instant."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
from hypothesis import given
from hypothesis import strategies as st

from loyalcore import Award, Loyalty, Program, Spend
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import Fact, KeyRecord
from loyalcore.domain.earning import earn
from loyalcore.domain.ledger import Entry, Ledger, Lot
from loyalcore.replay import Order
from loyalcore.replay._booking import REDEMPTION, SEEN
from loyalcore.replay._keys import KeyForms
from loyalcore.testing import CountedIds, FixedClock
from tests.unit.replay._shop import instant, program, records, run, unversioned

BEGIN = instant("2024-01-30")
AS_OF = "2024-07-01"
LEVELS = [{"name": "Basic", "at": 0}, {"name": "Silver", "at": 20}, {"name": "Gold", "at": 60}]

points = st.fixed_dictionaries(
    {
        "activation": st.sampled_from(["immediate", "3D", "1M"]),
        "join_policy": st.sampled_from(["points_earned", "points_activated", "not_join"]),
        "consumption": st.sampled_from(["soonest_expiry", "oldest_first", "newest_first"]),
    }
)
lapses = st.sampled_from(
    [
        {"expiry": "unlimited"},
        {"expiry": "40D"},
        {"expiry": "end_of_month(2M)"},
        {"expiry": "2M", "expiry_anchor": "activated"},
        {"expiry": "2M", "expiry_anchor": "order_closed"},
        {"expiry": "end_of_year(0)"},
        {"expiry_model": "inactivity", "inactivity": "20D"},
        {"expiry_model": "rolling", "expiry": "35D"},
    ]
)
tiers = st.sampled_from(
    [
        None,
        {"measure": "points_earned", "levels": LEVELS},
        {"measure": "points_earned", "levels": LEVELS, "window": "rolling_2M", "downgrade": "real_time"},
        {
            "measure": "points_earned",
            "levels": LEVELS,
            "window": "anniversary_year",
            "downgrade": "one_down",
            "expires_in": "1M",
            "anchor": "program_join_date",
        },
        {
            "measure": "points_earned",
            "levels": LEVELS,
            "window": "since_renewal",
            "downgrade": "previous_tier",
            "expires_in": "25D",
        },
        {"measure": "active_balance", "levels": LEVELS, "downgrade": "real_time"},
        {"measure": "active_balance", "levels": LEVELS, "downgrade": "balance_based", "expires_in": "1M"},
    ]
)
rules = st.sampled_from(
    [
        [{"id": "base", "points": 1, "per": 1}],
        [{"id": "base", "points": 1, "per": "1.50"}, {"id": "more", "points": 10, "per": 20}],
        [],
    ]
)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs of all policies that a replay meets."""
    tables: dict[str, Any] = {"points": {**draw(points), **draw(lapses)}, "earning": draw(rules)}
    if (chosen := draw(tiers)) is not None:
        tables["tiers"] = chosen
        if "anchor" in chosen:
            # What counts from the joining has no fixed beginning for those who have not joined.
            tables["points"]["join_policy"] = "points_earned"
    return program(**tables)


@st.composite
def histories(draw: st.DrawFn) -> list[Order]:
    """Orders of two customers over five months; some at one instant, some that earn nothing."""
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(["ada", "bob"]), st.integers(0, 150), st.integers(0, 4_000)),
            min_size=1,
            max_size=12,
        )
    )
    return [
        Order(f"o-{number}", customer, BEGIN + timedelta(days=day), Decimal(cents) / 100)
        for number, (customer, day, cents) in enumerate(drawn)
    ]


def by_commands(rules: Program, orders: list[Order], redeem: int | None) -> tuple[MemoryStore, Loyalty]:
    """Run the commands that a replay stands for, one by one."""
    store, clock = MemoryStore(), FixedClock(BEGIN)
    shop = Loyalty(store, [rules], clock=clock, ids=CountedIds(), actor="replay")
    keys = KeyForms(rules.id, [rule.id for rule in rules.earning])
    for customer in sorted({order.customer_id for order in orders}):
        mine = sorted((each for each in orders if each.customer_id == customer), key=lambda each: (each[2], each[0]))
        clock.put(mine[0].ordered_at)
        shop.customers.register(customer)
        for order in mine:
            clock.put(order.ordered_at)
            shop.points.sweep(customer)
            told: dict[str, Any] = {"order_id": order.order_id, "occurred_at": order.ordered_at}
            wanted = 0 if redeem is None else shop.points.balance(customer).active // redeem * redeem
            if wanted:
                shop.run(Spend(customer, wanted, key=keys.spend(order.order_id), reason=REDEMPTION, **told))
            for rule, amount in earn(rules.earning, order.total, rules.points.rounding):
                shop.run(Award(customer, amount, key=keys.award(rule, order.order_id), rule=rule, **told))
        clock.put(instant(AS_OF))
        shop.points.sweep(customer)
    return store, shop


@given(programs(), histories(), st.sampled_from([None, 1, 10, 25]))
def test_a_replay_writes_what_the_commands_write(rules: Program, orders: list[Order], redeem: int | None) -> None:
    """Customers, ledgers, lots, entries, keys and facts are the same records; only the number of commits differs."""
    store, _shop = by_commands(rules, orders, redeem)
    replayed = MemoryStore()
    run(replayed, rules, orders, AS_OF, redeem=redeem)
    assert [each.holder_id for each in records(replayed, Customer)] == [
        each.holder_id for each in records(store, Customer)
    ]
    assert [each.registered_at for each in records(replayed, Customer)] == [
        each.registered_at for each in records(store, Customer)
    ]
    assert unversioned(records(replayed, Ledger), "at") == unversioned(records(store, Ledger), "at")
    for kind in (Lot, Entry, Fact):
        assert records(replayed, kind) == records(store, kind)
    keys = [each for each in records(replayed, KeyRecord) if each.command != SEEN]
    assert keys == records(store, KeyRecord)


@given(programs(), histories(), st.sampled_from([None, 10]))
def test_a_replay_leaves_the_memberships_that_the_commands_leave(
    rules: Program, orders: list[Order], redeem: int | None
) -> None:
    """Joined dates and tiers at `as_of` are the same, though the replay settles them once."""
    _store, shop = by_commands(rules, orders, redeem)
    replayed = MemoryStore()
    run(replayed, rules, orders, AS_OF, redeem=redeem)
    again = Loyalty(replayed, [rules], clock=FixedClock(AS_OF + "T00:00:00Z"))
    first = {each.ledger.holder_id: each.effective_at for each in reversed(records(replayed, Entry))}
    for customer in records(replayed, Customer):
        # Before the first entry the commands leave nothing; the replay knows of somebody since the first order.
        if first.get(customer.holder_id) == customer.registered_at:
            name = customer.customer_id
            assert again.customers.membership(name) == attrs.evolve(
                shop.customers.membership(name, at=instant(AS_OF)), version=1
            )
            assert customer.programs == (rules.id,)
