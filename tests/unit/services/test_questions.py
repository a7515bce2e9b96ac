"""What can be asked about ledgers and customers, of whom, and of when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from loyalcore.adapters.memory import MemoryStore, MemoryUnit
from loyalcore.domain.customers import Membership, Standing
from loyalcore.domain.decision import MembershipRef
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import InvalidInput, NotFound, StoreUnavailable
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from tests.unit.domain.ledger._shop import Figures, Shop, instant

QUESTIONS = ["balance", "schedule", "explain", "verify", "entries"]


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    ("args", "error", "what"),
    [
        (("eve",), NotFound, "customer"),
        (("",), InvalidInput, "customer_id"),
        ((None,), InvalidInput, "customer_id"),
    ],
)
def test_a_question_names_a_customer(name: str, args: tuple[Any, ...], error: type[Exception], what: str) -> None:
    """A question about nobody is refused or not found."""
    with pytest.raises(error, match=what):
        getattr(Shop().points, name)(*args)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_names_its_ledger_and_program(name: str) -> None:
    """A ledger that nothing was booked on answers empty; a program that does not run is not found."""
    shop = Shop()
    ask = getattr(shop.points, name)
    ask("ada", ledger="gifts")
    with pytest.raises(NotFound, match="program"):
        ask("ada", program="tea")
    with pytest.raises(InvalidInput, match="ledger"):
        ask("ada", ledger=7)


def test_an_empty_ledger_has_an_answer_to_everything() -> None:
    """Who never had points has zeros, no entries and nothing to come, and that verifies."""
    shop = Shop()
    assert shop.figures() == Figures(0)
    assert (shop.points.entries("ada"), shop.points.explain("ada"), shop.points.schedule("ada")) == ((), (), ())
    assert shop.points.verify("ada").entries == 0


def test_a_question_writes_nothing() -> None:
    """Looking at a balance after its points have lapsed leaves the entries as they are."""
    shop = Shop()
    shop.award(10, expiry="1D")
    shop.at("2026-02-01")
    for name in QUESTIONS:
        getattr(shop.points, name)("ada")
    assert shop.kinds() == ["award"]


def test_a_closed_store_answers_nothing() -> None:
    """Every question to a closed store is refused as such."""
    shop = Shop()
    shop.store.close()
    for name in QUESTIONS:
        with pytest.raises(StoreUnavailable):
            getattr(shop.points, name)("ada")


def test_a_naive_instant_is_no_instant() -> None:
    """A balance of an instant without a zone is refused."""
    with pytest.raises(InvalidInput) as caught:
        Shop().points.balance("ada", at=instant("2026-01-01").replace(tzinfo=None))
    assert caught.value.path == "at"


def test_a_hosts_order_is_used_to_look_ahead() -> None:
    """A balance worked out under a consumption order of the host's is the one that a spend would find."""
    shop = Shop(consumption="mine", registry=Registry(consumption={"mine": lambda lot: lot.lot}))
    shop.award(10, expiry="1D")
    assert shop.figures(at="2026-01-02") == Figures(0, expired=10)
    assert shop.loyalty.customers.membership("ada").joined_at == instant("2026-01-01")


def test_a_quote_knows_the_hosts_own_measure() -> None:
    """An order is quoted by the tier that the host's function gives, after the points that it counts have lapsed."""
    program = Program.from_document(
        {
            "id": "beans",
            "currency": "EUR",
            "timezone": "UTC",
            "tiers": {
                "measure": "function",
                "function": "held",
                "downgrade": "real_time",
                "levels": [{"name": "Gold", "at": 10}],
            },
            "earning": [{"id": "tiered", "per": 1, "by_tier": {"": 1, "Gold": 3}}],
        }
    )
    clock = FixedClock("2026-01-01T00:00:00Z")
    registry = Registry(measures={"held": lambda points, orders: points.active})
    shop = Loyalty(MemoryStore(), [program], clock=clock, ids=CountedIds(), actor="ann", registry=registry)
    shop.customers.register("ada")
    shop.points.award("ada", 10, reason="gift", key="k-1", expiry="1D")
    assert shop.orders.quote("ada", {"total": 5}).points == 15
    clock.move(days=400)
    assert shop.orders.quote("ada", {"total": 5}).points == 5
    assert shop.orders.close("ada", "o-1", {"total": 5}, key="k-2").points == 5


def test_a_quote_is_never_before_the_last_booking() -> None:
    """Where the clock has gone back, a campaign is quoted at the instant at which the order would be booked."""
    program = Program.from_document(
        {
            "id": "beans",
            "currency": "EUR",
            "timezone": "UTC",
            "earning": [{"id": "base", "points": 1, "per": 1, "starts_at": "2026-01-02T00:00:00Z"}],
        }
    )
    clock = FixedClock("2026-01-03T00:00:00Z")
    shop = Loyalty(MemoryStore(), [program], clock=clock, ids=CountedIds(), actor="ann")
    shop.customers.register("ada")
    shop.points.award("ada", 10, reason="gift", key="k-1")
    clock.put(instant("2026-01-01"))
    quoted = shop.orders.quote("ada", {"total": 5}).points
    assert quoted == shop.orders.close("ada", "o-1", {"total": 5}, key="k-2").points


def test_a_customer_row_is_given_as_it_is() -> None:
    """The directory row of a merged customer names the survivor; an unknown one is not found."""
    shop = Shop()
    row = shop.loyalty.customers.get("ada")
    assert (row.customer_id, row.holder_id, row.registered_at) == ("ada", "holder-1", instant("2026-01-01"))
    with pytest.raises(NotFound):
        shop.loyalty.customers.get("eve")


def test_registering_is_idempotent() -> None:
    """A second registration answers the first one's row."""
    shop = Shop()
    first = shop.loyalty.customers.get("ada")
    shop.at("2026-02-01")
    again = shop.loyalty.customers.register("ada")
    assert (again.customer, again.replayed) == (first, True)


def test_who_never_joined_has_an_empty_membership() -> None:
    """A customer without points in a program has a membership without a date, a tier and ledgers."""
    shop = Shop()
    assert shop.loyalty.customers.membership("ada") == Membership(
        environment="live", holder_id="holder-1", program_id="beans", customer_id="ada"
    )
    shop.award(5)
    member = shop.loyalty.customers.membership("ada")
    assert (member.joined_at, member.ledgers, member.standing) == (instant("2026-01-01"), ("",), Standing())
    assert member.ref == MembershipRef("live", "holder-1", "beans")


def test_a_membership_follows_a_merge() -> None:
    """The old id gives the survivor's membership."""
    shop = Shop()
    shop.award(5)
    shop.loyalty.customers.merge("ada", into="bob")
    shop.loyalty.customers.register("cleo")
    shop.loyalty.customers.merge("bob", into="cleo")
    assert shop.loyalty.customers.membership("ada").holder_id == "holder-3"
    with pytest.raises(NotFound):
        shop.loyalty.customers.membership("eve")


def test_a_sweep_goes_over_the_programs_that_run() -> None:
    """Ledgers of a program that another host runs are left to it."""
    shop = Shop()
    shop.award(5, expiry="1D")
    tea = Loyalty(shop.store, [Program("tea", currency="EUR", timezone="UTC")], clock=shop.clock, actor="tea")
    shop.at("2026-02-01")
    assert tea.points.sweep() == 0
    assert shop.points.sweep() == 1


def test_a_recomputation_waits_for_a_quiet_moment() -> None:
    """What is booked between the reading of a ledger's head and of its entries is no difference."""

    class Busy(MemoryStore):
        meanwhile: Any = None

        def unit(self, *, readonly: bool = False) -> MemoryUnit:
            return BusyUnit(self, readonly=readonly)

    class BusyUnit(MemoryUnit):
        _store: Busy

        def stream(self, query: All, at: datetime) -> Iterator[Any]:
            book, self._store.meanwhile = self._store.meanwhile, None
            if book is not None:
                book()
            return super().stream(query, at)

    store = Busy()
    shop = Shop(store=store)
    shop.award(10)
    store.meanwhile = lambda: shop.award(5)
    answer = shop.points.verify("ada")
    assert (answer.is_ok, answer.entries) == (True, 2)


def test_a_membership_looks_ahead_not_back() -> None:
    """A membership at an instant before the last booking is refused; a clock that went back shows the last booking."""
    shop = Shop()
    shop.at("2026-01-06")
    shop.award(5)
    with pytest.raises(InvalidInput) as caught:
        shop.loyalty.customers.membership("ada", at=instant("2026-01-05"))
    assert caught.value.path == "at"
    shop.at("2026-01-05")
    assert shop.loyalty.customers.membership("ada").joined_at == instant("2026-01-06")
