"""A replay into a store that has been replayed into before."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalcore import Loyalty
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import ChangeSet, Fact, KeyRecord, Put
from loyalcore.domain.ledger import Entry, Ledger, Lot
from loyalcore.errors import (
    ConcurrencyConflict,
    FactConflict,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
)
from loyalcore.replay import Order
from loyalcore.testing import CountedIds, FixedClock
from tests.unit.replay._shop import Meddled, book, everything, instant, order, program, records, run
from tests.unit.replay.test_like_commands import AS_OF, histories, programs

TIERS = {"measure": "orders", "levels": [{"name": "One", "at": 1}, {"name": "Three", "at": 3}]}


@given(programs(), histories(), st.sampled_from([None, 1, 10]))
def test_the_second_run_adds_nothing(rules: Any, orders: list[Order], redeem: int | None) -> None:
    """The same history again leaves every record as it is, its version too."""
    store = MemoryStore()
    first = run(store, rules, orders, AS_OF, redeem=redeem)
    before = everything(store)
    second = run(store, rules, orders, AS_OF, redeem=redeem)
    assert everything(store) == before
    assert (second.orders_added, second.entries_added) == (0, 0)
    assert attrs.evolve(second, orders_added=first.orders_added, entries_added=first.entries_added) == first


@given(programs(), histories(), st.sampled_from([None, 1, 10]), st.integers(0, 151))
def test_two_runs_of_a_growing_history_are_one(rules: Any, orders: list[Order], redeem: int | None, day: int) -> None:
    """Orders up to a day, and later the whole history: the same entries, figures and tiers as in one run."""
    day_of = min(min(each.ordered_at for each in orders) + timedelta(days=day), instant(AS_OF))
    one, two = MemoryStore(), MemoryStore()
    run(one, rules, orders, AS_OF, redeem=redeem)
    run(two, rules, [each for each in orders if each.ordered_at <= day_of], day_of.isoformat(), redeem=redeem)
    run(two, rules, orders, AS_OF, redeem=redeem, ids=_Later())

    def told(store: MemoryStore) -> list[Any]:
        names = {each.holder_id: each.customer_id for each in records(store, Customer)}
        entries = [
            (names[each.ledger.holder_id], each.seq, each.kind, each.points, each.effective_at, each.draws, each.lots)
            for each in records(store, Entry)
        ]
        tiers = [
            (names[each.holder_id], each.joined_at, each.standing)
            for each in records(store, Membership)
            # What counts from the joining has no fixed beginning for those who have not joined.
            if each.joined_at is not None or rules.tiers is None or rules.tiers.anchor != "program_join_date"
        ]
        return [sorted(names.values()), sorted(entries, key=lambda each: each[:2]), sorted(tiers, key=str)]

    assert told(one) == told(two)


class _Later:
    """Ids of a second run, other than those of the first."""

    def __init__(self) -> None:
        self._ids = CountedIds()

    def new(self, kind: str) -> str:
        return f"later-{self._ids.new(kind)}"

    def share_code(self) -> str:
        return self._ids.share_code()


def test_later_orders_of_a_longer_history_are_added(store: Any) -> None:
    """A history that has grown is run again: only its new orders are booked, with redemption, and tiers go on."""
    rules = program(tiers=TIERS)
    orders = [order("o-1", "ada", "2024-01-05", "10"), order("o-2", "ada", "2024-02-05", "10")]
    run(store, rules, orders, "2024-03-01", redeem=10)
    assert records(store, Membership)[0].standing.tier == "One"
    done = run(store, rules, [*orders, order("o-3", "ada", "2024-03-05", "7")], "2024-04-01", redeem=10)
    assert (done.orders, done.orders_added, done.entries_added) == (3, 1, 2)
    assert book(store)[3:] == [("spend", "2024-03-05", 10, "o-3"), ("award", "2024-03-05", 7, "o-3")]
    assert records(store, Membership)[0].standing.tier == "Three"


def test_an_order_that_comes_late_is_booked_where_the_ledger_stands(store: Any) -> None:
    """An order from before the last entry is booked with the last entry's date, and says when it happened."""
    late = order("o-0", "ada", "2024-01-01", "4")
    later = order("o-1", "ada", "2024-02-05", "10")
    run(store, program(), [later], "2024-03-01")
    run(store, program(), [late, later], "2024-03-01")
    entry = records(store, Entry)[-1]
    assert (entry.order_id, entry.effective_at, entry.occurred_at) == (
        "o-0",
        instant("2024-02-05"),
        instant("2024-01-01"),
    )


def test_an_order_for_which_nothing_was_booked_is_not_redeemed_for_later(store: Any) -> None:
    """The first order found nothing to redeem; that the ledger has points by now gives it nothing in a second run."""
    orders = [order("o-1", "ada", "2024-01-05", "0"), order("o-2", "ada", "2024-01-05", "10")]
    run(store, program(), orders, redeem=10)
    before = everything(store)
    assert run(store, program(), orders, redeem=10).orders_added == 0
    assert everything(store) == before


def test_time_goes_on_in_a_later_run_without_new_orders(store: Any) -> None:
    """The same history up to a later instant adds what lapsed meanwhile, and no order."""
    rules = program(points={"expiry": "1M"})
    orders = [order("o-1", "ada", "2024-01-05", "10")]
    run(store, rules, orders, "2024-01-31")
    done = run(store, rules, orders, "2024-02-28")
    assert (done.orders_added, done.entries_added) == (0, 1)
    assert book(store)[-1] == ("expire", "2024-02-05", 10, None)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        (order("o-1", "ada", "2024-01-05", "11"), ("points",)),
        (order("o-1", "ada", "2024-01-05", "0"), ("points",)),
        (order("o-1", "ada", "2024-01-06", "10"), ("occurred_at",)),
    ],
)
def test_an_order_that_changed_is_a_conflict(store: Any, changed: Order, fields: tuple[str, ...]) -> None:
    """An order that the store holds with another total or instant stops the run, and nothing is written."""
    run(store, program(), [order("o-1", "ada", "2024-01-05", "10")])
    before = everything(store)
    with pytest.raises(IdempotencyConflict) as caught:
        run(store, program(), [changed])
    assert caught.value.fields == fields
    assert everything(store) == before


def test_a_change_of_an_order_that_booked_nothing_is_a_conflict_too(store: Any) -> None:
    """Which total an order had is known though nothing was booked for it."""
    run(store, program(), [order("o-1", "ada", "2024-01-05", "0.10")])
    with pytest.raises(IdempotencyConflict) as caught:
        run(store, program(), [order("o-1", "ada", "2024-01-05", "0.20")])
    assert caught.value.fields == ("total",)


def test_other_redemption_rules_do_not_reach_back(store: Any) -> None:
    """Orders that were booked stay as they were booked, whatever is redeemed from now on."""
    orders = [order("o-1", "ada", "2024-01-05", "10"), order("o-2", "ada", "2024-01-06", "10")]
    run(store, program(), orders)
    assert run(store, program(), orders, redeem=5).entries_added == 0
    run(store, program(), [*orders, order("o-3", "ada", "2024-01-07", "0")], redeem=6)
    assert book(store)[-1] == ("spend", "2024-01-07", 18, "o-3")


def test_two_programs_are_replayed_into_one_store(store: Any) -> None:
    """The same history through another program has its own keys, facts, ledgers and memberships."""
    orders = [order("o-1", "ada", "2024-01-05", "10")]
    run(store, program(), orders, redeem=5)
    other = program(id="stars", earning=[{"id": "base", "points": 3, "per": 1}])
    assert run(store, other, orders, redeem=5).entries_added == 1
    assert [each.awarded for each in records(store, Ledger)] == [10, 30]
    assert records(store, Customer)[0].programs == ("beans", "stars")


def test_a_store_that_is_past_as_of_is_refused(store: Any) -> None:
    """What the store looked like before its last entry is not replayed: the instant must not lie before that."""
    orders = [order("o-1", "ada", "2024-01-05", "10"), order("o-2", "ada", "2024-03-05", "10")]
    run(store, program(), orders)
    before = everything(store)
    with pytest.raises(InvalidInput, match="2024-03-05") as caught:
        run(store, program(), orders, "2024-02-01")
    assert caught.value.path == "as_of"
    assert everything(store) == before
    run(store, program(), orders, "2024-03-05")


def _hosts_shop(store: Any) -> tuple[Loyalty, FixedClock]:
    clock = FixedClock("2024-01-01T00:00:00Z")
    return Loyalty(store, [program()], clock=clock, actor="till"), clock


def test_customers_that_the_host_has_registered_keep_their_points(store: Any) -> None:
    """A replay goes on with the ledger that it finds."""
    shop, _ = _hosts_shop(store)
    shop.customers.register("ada")
    shop.points.award("ada", 30, reason="welcome", key="w-1")
    run(store, program(), [order("o-1", "ada", "2024-01-05", "10")], redeem=25)
    assert book(store)[1:] == [("spend", "2024-01-05", 25, "o-1"), ("award", "2024-01-05", 10, "o-1")]
    assert records(store, Customer)[0].registered_at == instant("2024-01-01")
    assert shop.points.verify("ada").is_ok


def test_an_order_that_the_host_has_paid_is_not_paid_again(store: Any) -> None:
    """A business fact pays once whatever the key; paid with other points it is a conflict."""
    shop, clock = _hosts_shop(store)
    shop.customers.register("ada")
    clock.put("2024-01-05T00:00:00Z")
    shop.points.award("ada", 10, rule="base", order_id="o-1", key="till-1")
    shop.points.award("ada", 3, rule="base", source_type="visit", source_id="o-2", key="till-2")
    done = run(store, program(), [order("o-1", "ada", "2024-01-05", "10"), order("o-2", "ada", "2024-01-05", "10")])
    assert (done.orders_added, done.entries_added) == (2, 1)
    assert records(store, Ledger)[0].awarded == 23
    again = run(store, program(), [order("o-1", "ada", "2024-01-05", "10"), order("o-2", "ada", "2024-01-05", "10")])
    assert again.orders_added == 0
    shop.points.award("ada", 5, rule="base", order_id="o-3", key="till-3")
    with pytest.raises(FactConflict):
        run(store, program(), [order("o-3", "ada", "2024-01-05", "10")])


def test_orders_of_a_merged_customer_are_the_survivors(store: Any) -> None:
    """Orders under both ids are one customer's, in one order; what was booked before the merge stays booked."""
    guest = order("o-1", "guest", "2024-01-05", "10")
    run(store, program(), [guest, order("o-2", "ada", "2024-01-06", "10")])
    shop, clock = _hosts_shop(store)
    clock.put("2024-02-01T00:00:00Z")
    shop.customers.merge("guest", into="ada")
    orders = [
        guest,
        order("o-2", "ada", "2024-01-06", "10"),
        order("o-4", "guest", "2024-02-06", "10"),
        order("o-3", "ada", "2024-02-05", "10"),
    ]
    done = run(store, program(), orders)
    assert (done.customers, done.orders, done.orders_added) == (("ada",), 4, 2)
    assert shop.points.balance("ada", at=instant("2025-01-01")).active == 40
    assert run(store, program(), orders).orders_added == 0
    assert shop.points.verify("ada").is_ok


def test_a_survivor_that_is_missing_is_named() -> None:
    """A directory that leads nowhere is an error before anything is written."""
    store = MemoryStore()
    run(store, program(), [order("o-1", "ada", "2024-01-05", "10")])
    found = records(store, Customer)[0]
    lost = attrs.evolve(found, merged_into="bob", version=found.version + 1)
    with store.unit() as unit:
        unit.apply(ChangeSet(puts=(Put(lost, found.version),)))
        unit.commit()
    with pytest.raises(NotFound, match="bob"):
        run(store, program(), [order("o-1", "ada", "2024-01-05", "10")])


def test_a_unit_that_meets_another_writer_is_booked_again() -> None:
    """A batch of which something has changed meanwhile is read and booked anew."""
    store: Any = Meddled(MemoryStore(), 3)
    assert run(store, program(), [order("o-1", "ada", "2024-01-05", "10")]).entries_added == 1
    assert store.times == 0


def test_a_unit_that_always_meets_another_writer_gives_up() -> None:
    """After five attempts the conflict is the caller's."""
    store: Any = Meddled(MemoryStore(), 99)
    with pytest.raises(ConcurrencyConflict):
        run(store, program(), [order("o-1", "ada", "2024-01-05", "10")])
    assert not any(everything(store).values())


def test_what_was_written_is_known_by_its_keys_and_facts(store: Any) -> None:
    """Each award has its fact, each order one key or more: an order of which nothing came has a key of its own."""
    run(
        store,
        program(),
        [order("o-1", "ada", "2024-01-05", "10"), order("o-2", "ada", "2024-01-06", "0")],
    )
    assert [(each.ref.rule, each.ref.source_type, each.ref.source_id) for each in records(store, Fact)] == [
        ("base", "order", "o-1")
    ]
    assert [(each.ref.key, each.command) for each in records(store, KeyRecord)] == [
        ("replay:beans:award:4:base:o-1", "points.award"),
        ("replay:beans:seen:o-2", "replay.order"),
    ]
    assert records(store, Lot)[0].granted == 10


def test_money_has_no_rounding_on_its_way() -> None:
    """A sum of many odd amounts is exact: a tier at exactly their sum is reached."""
    amounts = [Decimal("0.001") * number for number in range(1, 200)]
    orders = [Order(f"o-{number}", "ada", instant("2024-01-05"), each) for number, each in enumerate(amounts)]
    tiers = {"measure": "money_spent", "levels": [{"name": "All", "at": str(sum(amounts))}]}
    store = MemoryStore()
    run(store, program(tiers=tiers), orders)
    assert records(store, Membership)[0].standing.tier == "All"
