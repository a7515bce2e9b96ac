"""What a replay books: worked examples with figures computed by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import KeyRecord
from loyalcore.domain.ledger import Entry, Ledger
from loyalcore.domain.programs import Registry
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.replay import Order
from tests.unit.replay._shop import book, everything, instant, order, program, records, run

TIERS = {
    "measure": "points_earned",
    "levels": [{"name": "Basic", "at": 0}, {"name": "Silver", "at": 100}, {"name": "Gold", "at": 250}],
}


def test_expiry_tiers_and_redemption_work_together(store: Any) -> None:
    """Before each order the largest multiple of N is spent, what is not spent lapses, and points earned make tiers.

    January: 120 earned, of which 100 go on the February order; 20 are left and lapse on 1 July with the sixth month.
    February: 90 earned (89.99 + 1.00 = two orders of 89 and 1), lapse on 10 August; nothing is redeemed before the
    second, because 20 + 89 are 109: 100 are spent, 20 of January's first, 80 of February's.
    """
    rules = program(points={"expiry": "end_of_month(5M)"}, tiers=TIERS)
    run(
        store,
        rules,
        [
            order("o-1", "ada", "2024-01-05", "120.90"),
            order("o-2", "ada", "2024-02-05", "89.99"),
            order("o-3", "ada", "2024-02-10", "1.00"),
        ],
        redeem=100,
    )
    assert book(store) == [
        ("award", "2024-01-05", 120, "o-1"),
        ("spend", "2024-02-05", 100, "o-2"),
        ("award", "2024-02-05", 89, "o-2"),
        ("spend", "2024-02-10", 100, "o-3"),
        ("award", "2024-02-10", 1, "o-3"),
        ("expire", "2024-08-01", 10, None),
    ]
    (ledger,) = records(store, Ledger)
    assert (ledger.awarded, ledger.spent, ledger.expired, ledger.active) == (210, 200, 10, 0)
    (member,) = records(store, Membership)
    assert (member.standing.tier, member.standing.since) == ("Silver", instant("2024-01-05"))
    assert member.joined_at == instant("2024-01-05")


def test_events_run_by_instant_then_by_order_id(store: Any) -> None:
    """Orders of one instant run by their ids, whatever the order of the file."""
    orders = [
        order("b", "ada", "2024-01-05", "7"),
        order("c", "ada", "2024-01-04", "5"),
        order("a", "ada", "2024-01-05", "6"),
    ]
    run(store, program(), orders)
    assert [each[3] for each in book(store)] == ["c", "a", "b"]


def test_an_order_at_as_of_is_in_and_one_after_it_is_out(store: Any) -> None:
    """An order at the very instant is replayed, one a microsecond later is counted and left out."""
    orders = [
        order("o-1", "ada", "2024-12-31T23:59:59.999999+00:00", "1"),
        order("o-2", "ada", "2025-01-01", "1"),
        order("o-3", "ada", "2025-01-01T00:00:00.000001+00:00", "1"),
        order("o-4", "bob", "2025-02-01", "1"),
    ]
    done = run(store, program(), orders)
    assert (done.orders, done.after_as_of, done.customers) == (2, 2, ("ada",))
    assert [each.customer_id for each in records(store, Customer)] == ["ada"]


@pytest.mark.parametrize(
    ("as_of", "expired"),
    [("2024-02-04T23:59:59.999999+00:00", 0), ("2024-02-05T00:00:00+00:00", 10)],
)
def test_points_that_lapse_at_as_of_have_lapsed(store: Any, as_of: str, expired: int) -> None:
    """Time passes up to and at `as_of`: what lapses in that instant is written as lapsed, what lapses later is not."""
    rules = program(points={"expiry": "1M"})
    run(store, rules, [order("o-1", "ada", "2024-01-05", "10")], as_of=as_of)
    assert records(store, Ledger)[0].expired == expired


@pytest.mark.parametrize(
    ("active", "redeem", "spent"),
    [(99, 100, 0), (100, 100, 100), (101, 100, 100), (199, 100, 100), (200, 100, 200), (7, 1, 7), (7, 10**15, 0)],
)
def test_the_largest_multiple_that_is_active_is_redeemed(store: Any, active: int, redeem: int, spent: int) -> None:
    """Redemption takes whole multiples only, all that there are."""
    orders = [order("o-1", "ada", "2024-01-05", str(active)), order("o-2", "ada", "2024-01-06", "0")]
    run(store, program(), orders, redeem=redeem)
    (ledger,) = records(store, Ledger)
    assert (ledger.spent, ledger.active) == (spent, active - spent)


def test_points_that_are_not_active_yet_are_not_redeemed(store: Any) -> None:
    """Pending points count from the instant at which they become active: a microsecond earlier there are none."""
    rules = program(points={"activation": "14D"})
    orders = [
        order("o-1", "ada", "2024-01-05", "100"),
        order("o-2", "ada", "2024-01-18T23:59:59.999999+00:00", "0"),
        order("o-3", "ada", "2024-01-19", "0"),
    ]
    run(store, rules, orders, redeem=50)
    assert [each for each in book(store) if each[0] == "spend"] == [("spend", "2024-01-19", 100, "o-3")]


def test_one_spend_never_takes_more_than_an_amount_can_be(store: Any) -> None:
    """More than 10^15 active points are redeemed in steps of at most 10^15, order by order."""
    big = str(10**15 - 1)
    orders = [
        order("o-1", "ada", "2024-01-01", big),
        order("o-2", "ada", "2024-01-01", big),
        order("o-3", "ada", "2024-01-02", "0"),
    ]
    run(store, program(), orders[:2])
    run(store, program(), orders, redeem=10**15)
    assert records(store, Ledger)[0].spent == 10**15


def test_an_order_that_earns_nothing_writes_no_entry(store: Any) -> None:
    """99 cents at a point per euro are nothing: no entry, no ledger, no membership, but a registered customer."""
    done = run(store, program(), [order("o-1", "ada", "2024-01-05", "0.99")])
    assert (done.orders, done.orders_added, done.entries_added) == (1, 1, 0)
    assert not records(store, Entry)
    assert not records(store, Ledger)
    assert not records(store, Membership)
    assert records(store, Customer)[0].registered_at == instant("2024-01-05")


def test_a_tier_at_threshold_0_is_held_from_the_first_order_on(store: Any) -> None:
    """Whoever has ordered holds the tier of threshold 0 since then, who has earned nothing and not joined too."""
    orders = [order("o-1", "ada", "2024-01-05", "1"), order("o-2", "bob", "2024-01-06", "0.50")]
    run(store, program(tiers=TIERS), orders)
    found = [(each.standing.tier, each.standing.since, each.joined_at) for each in records(store, Membership)]
    first, second = instant("2024-01-05"), instant("2024-01-06")
    assert found == [("Basic", first, first), ("Basic", second, None)]


def test_no_tier_is_a_possible_state(store: Any) -> None:
    """Below the lowest threshold nobody holds a tier."""
    tiers = {"measure": "points_earned", "levels": [{"name": "Silver", "at": 2}]}
    run(store, program(tiers=tiers), [order("o-1", "ada", "2024-01-05", "1"), order("o-2", "bob", "2024-01-05", "0")])
    assert [each.standing.tier for each in records(store, Membership)] == [None]


@pytest.mark.parametrize(("total", "tier"), [("99.99", "Basic"), ("100", "Silver"), ("249", "Silver"), ("250", "Gold")])
def test_a_threshold_is_inclusive(store: Any, total: str, tier: str) -> None:
    """The tier's threshold itself qualifies; one point less does not."""
    run(store, program(tiers=TIERS), [order("o-1", "ada", "2024-01-05", total)])
    assert records(store, Membership)[0].standing.tier == tier


@pytest.mark.parametrize(
    ("measure", "levels", "tier"),
    [
        ("orders", [{"name": "Two", "at": 2}, {"name": "Four", "at": 4}], "Two"),
        ("money_spent", [{"name": "Low", "at": "10.29"}, {"name": "High", "at": "10.31"}], "Low"),
    ],
)
def test_orders_and_money_are_measured_too(store: Any, measure: str, levels: list[Any], tier: str) -> None:
    """Three orders of 10.10 + 0.10 + 0.10 are three orders and exactly 10.30, those that earned nothing among them."""
    rules = program(tiers={"measure": measure, "levels": levels})
    orders = [
        order("o-1", "ada", "2024-01-05", "10.10"),
        order("o-2", "ada", "2024-01-06", "0.10"),
        order("o-3", "ada", "2024-01-07", "0.10"),
    ]
    run(store, rules, orders)
    assert records(store, Membership)[0].standing.tier == tier


def test_money_of_a_rolling_window_leaves_it(store: Any) -> None:
    """Money spent counts for three months: by the end the tier that it gave is lost."""
    tiers = {
        "measure": "money_spent",
        "window": "rolling_3M",
        "downgrade": "real_time",
        "levels": [{"name": "Basic", "at": 0}, {"name": "Silver", "at": "50"}],
    }
    orders = [order("o-1", "ada", "2024-01-05", "49.99"), order("o-2", "ada", "2024-02-05", "0.01")]
    run(store, program(tiers=tiers), orders, as_of="2024-04-04")
    assert records(store, Membership)[0].standing.tier == "Silver"
    later = MemoryStore()
    run(later, program(tiers=tiers), orders, as_of="2024-04-05")
    assert records(later, Membership)[0].standing.tier == "Basic"


def test_each_rule_grants_on_its_own(store: Any) -> None:
    """1999 at 1 per 100 and 1 per 200 are two awards, 19 and 9, each with its fact and its key."""
    rules = program(earning=[{"id": "one", "points": 1, "per": 100}, {"id": "two", "points": 1, "per": 200}])
    run(store, rules, [order("o-1", "ada", "2024-01-05", "1999")])
    assert [(each.rule, each.points, each.reason) for each in records(store, Entry)] == [
        ("one", 19, "one"),
        ("two", 9, "two"),
    ]
    assert [each.ref.key for each in records(store, KeyRecord)] == [
        "replay:beans:award:3:one:o-1",
        "replay:beans:award:3:two:o-1",
    ]


def test_customers_are_written_in_units_of_many(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit takes customers until it has enough orders; progress is told after each."""
    monkeypatch.setattr("loyalcore.replay._run.UNIT_ORDERS", 3)
    told: list[tuple[int, int]] = []
    orders = [order(f"o-{number}", f"c-{number // 2}", "2024-01-05", "1") for number in range(7)]
    done = run(store, program(), orders, progress=lambda one, all_: told.append((one, all_)))
    assert told == [(4, 7), (7, 7)]
    assert (done.orders_added, done.entries_added, len(done.customers)) == (7, 7, 4)


def test_the_hosts_own_consumption_order_is_used() -> None:
    """A program that names a function of the host gets it from the registry; without it nothing is written."""
    rules = program(points={"consumption": "largest_first"})
    orders = [order("o-1", "ada", "2024-01-05", "5"), order("o-2", "ada", "2024-01-06", "9")]
    store = MemoryStore()
    with pytest.raises(InvalidInput, match="largest_first"):
        run(store, rules, orders)
    assert not any(everything(store).values())
    registry = Registry(consumption={"largest_first": lambda lot: -lot.free})
    run(store, rules, [*orders, order("o-3", "ada", "2024-01-07", "0")], registry=registry, redeem=8)
    spend = records(store, Entry)[-1]
    assert [tuple(draw) for draw in spend.draws] == [(2, 8)]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"redeem": 0}, InvalidInput),
        ({"redeem": -5}, InvalidInput),
        ({"redeem": True}, InvalidInput),
        ({"redeem": 2.5}, InvalidInput),
        ({"redeem": 10**15 + 1}, LimitExceeded),
        ({"as_of": instant("2025-01-01").replace(tzinfo=None)}, InvalidInput),
        ({"as_of": "2025-01-01"}, InvalidInput),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(
    settings: dict[str, Any], error: type[Exception]
) -> None:
    """A value that no replay could have is a typed error, and the store stays empty."""
    from loyalcore.replay import replay
    from loyalcore.testing import CountedIds

    store = MemoryStore()
    arguments = {"as_of": instant("2025-01-01"), "ids": CountedIds(), **settings}
    with pytest.raises(error):
        replay(store, program(), [order("o-1", "ada", "2024-01-05", "5")], **arguments)
    assert not any(everything(store).values())


def test_the_longest_ids_work(store: Any) -> None:
    """Order and customer ids of 255 characters are replayed, under keys that fit, and known again."""
    long = "ö" * 255
    orders = [
        Order(long, long, instant("2024-01-05"), Decimal(5)),
        Order("o" * 255, long, instant("2024-01-06"), Decimal(0)),
    ]
    assert run(store, program(), orders, redeem=5).orders_added == 2
    assert max(len(each.ref.key) for each in records(store, KeyRecord)) <= 255
    assert run(store, program(), orders, redeem=5).orders_added == 0


def test_environments_are_two_worlds() -> None:
    """A replay into the sandbox leaves the live world empty."""
    store = MemoryStore()
    run(store, program(), [order("o-1", "ada", "2024-01-05", "5")], environment="sandbox")
    assert not any(everything(store).values())
    assert len(records(store, Entry, "sandbox")) == 1


def test_the_actor_stands_in_every_entry_but_times() -> None:
    """Entries name who replays; what time did names time."""
    store = MemoryStore()
    rules = program(points={"expiry": "1M"})
    run(store, rules, [order("o-1", "ada", "2024-01-05", "5")], actor="import-7")
    assert [each.actor for each in records(store, Entry)] == ["import-7", "time"]
