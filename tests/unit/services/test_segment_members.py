"""Who is in a segment: the rows of a list, and one customer at a time, are the same people at every instant."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import CustomerPolicy
from loyalcore.domain.decision import ChangeSet, MembershipRef, Put, Remove
from loyalcore.domain.programs import Program
from loyalcore.errors import InvalidDocument, InvalidInput, InvalidQuery, LimitExceeded, NotFound
from loyalcore.services import Loyalty
from loyalcore.testing import FixedClock

BEANS = Program("beans", currency="EUR", timezone="Europe/Berlin")
NAMES = ("ada", "bob", "cem", "dee", "eve")
SEGMENTS = {
    "all": "*",
    "nobody": "-*",
    "rich": "points:>=50",
    "poor": "points:0 OR points.pending:>0",
    "vip": "tag:vip -customer_id:eve",
    "untagged": "no:tags",
    "fresh": "registered_at:>=-1d",
    "new": "lifecycle:potential",
}


class Shop:
    """A shop with five customers: who has points, lapsing or waiting, who has tags, and who has neither."""

    def __init__(self, store: Any = None, *programs: Program) -> None:
        self.clock = FixedClock("2026-01-31T12:00:00Z")
        self.store: Any = MemoryStore() if store is None else store
        self.loyalty = Loyalty(self.store, programs or [BEANS], clock=self.clock, actor="office")
        self.segments = self.loyalty.segments
        for name in NAMES:
            self.loyalty.customers.register(name)

    def fill(self) -> Shop:
        """Give points and tags, and save the segments."""
        points = self.loyalty.points
        points.award("ada", 60, reason="gift", key="a-1")
        points.award("bob", 60, reason="gift", expiry="2D", key="b-1")
        points.award("cem", 60, reason="gift", activation="1D", key="c-1")
        for name in ("ada", "eve"):
            self.loyalty.customers.tag(name, add=["vip"], key=f"{name}-vip")
        for segment_id, where in SEGMENTS.items():
            self.segments.save(segment_id, segment_id.title(), where)
        return self

    def listed(self, segment_id: str, query: Any = None, **asked: Any) -> list[str]:
        """Give the ids of a page."""
        return [row.customer.customer_id for row in self.segments.page(segment_id, query, **asked).items]


def test_a_list_and_one_customer_at_a_time_agree() -> None:
    """Page, count and the test of each customer name the same people, before, between and after what time changes."""
    shop = Shop().fill()
    seen = []
    for days in (0, 1, 1, 365):
        shop.clock.move(days=days)
        for segment_id in SEGMENTS:
            listed = shop.listed(segment_id)
            assert listed == [name for name in NAMES if shop.segments.has(segment_id, name)], segment_id
            assert shop.segments.count(segment_id) == len(listed)
        seen.append((shop.listed("rich"), shop.listed("fresh")))
    assert seen == [
        (["ada", "bob"], [*NAMES]),
        (["ada", "bob", "cem"], [*NAMES]),
        (["ada", "cem"], []),
        (["ada", "cem"], []),
    ]


def test_a_segment_is_asked_for_and_narrowed_in_an_order() -> None:
    """What is asked beside narrows a segment, and its order is the order of the page."""
    shop = Shop().fill()
    assert shop.listed("all", "sort:-customer_id") == [*reversed(NAMES)]
    assert shop.listed("all", "points:>0 sort:points") == ["ada", "bob"]
    assert shop.listed("vip", "tag:vip") == ["ada"]
    assert shop.segments.count("rich", "customer_id:bob") == 1
    assert shop.listed("nobody", "*") == []


def test_pages_lead_on_until_the_segment_changes() -> None:
    """The pages of a segment lead to each other; once its condition is another, a cursor is another query's."""
    shop = Shop().fill()
    first = shop.segments.page("all", size=2)
    assert first.next is not None
    assert shop.listed("all", size=2, cursor=first.next) == ["cem", "dee"]
    shop.segments.save("all", "All but Ada", "-customer_id:ada", version=1)
    with pytest.raises(InvalidInput) as caught:
        shop.segments.page("all", size=2, cursor=first.next)
    assert caught.value.path == "cursor"


def test_a_segment_is_of_the_program_that_is_asked() -> None:
    """The figures and thresholds are those of the program that is named; where several run, one must be."""
    tea = attrs.evolve(BEANS, id="tea", customers=CustomerPolicy(loyal_orders=1))
    shop = Shop(None, BEANS, tea)
    shop.loyalty.points.award("ada", 60, reason="gift", program="tea", key="a-1")
    shop.segments.save("rich", "Rich", "points:>=50")
    assert [shop.segments.has("rich", "ada", program=name) for name in ("beans", "tea")] == [False, True]
    assert (shop.listed("rich", program="beans"), shop.listed("rich", program="tea")) == ([], ["ada"])
    for ask in (shop.segments.page, shop.segments.count, lambda name: shop.segments.has(name, "ada")):
        with pytest.raises(InvalidInput) as caught:
            ask("rich")
        assert caught.value.path == "program"
    with pytest.raises(NotFound):
        shop.segments.count("rich", program="milk")


@pytest.mark.parametrize("customer_id", ["fay", ""])
def test_one_who_is_not_there_is_in_no_segment(customer_id: str) -> None:
    """Who is not registered is not found rather than missing from a segment."""
    with pytest.raises((NotFound, InvalidInput)):
        Shop().fill().segments.has("all", customer_id)


def test_a_segment_that_is_not_there_is_not_found() -> None:
    """Nobody is in a segment that was not saved: it is not found."""
    shop = Shop()
    for ask in (shop.segments.page, shop.segments.count, lambda name: shop.segments.has(name, "ada")):
        with pytest.raises(NotFound) as caught:
            ask("friends")
        assert caught.value.kind == "segment"


def test_who_was_merged_is_the_survivor() -> None:
    """An old id asks for whoever answers to it now."""
    shop = Shop().fill()
    shop.loyalty.customers.merge("dee", into="ada")
    assert shop.segments.has("rich", "dee")
    assert shop.listed("rich") == ["ada", "bob"]


def test_who_is_no_member_of_the_program_is_not_listed() -> None:
    """Who has no membership in a program is in none of its lists and segments."""
    shop = Shop().fill()
    ref = MembershipRef("live", shop.loyalty.customers.get("dee").holder_id, "beans")
    with shop.store.unit() as unit:
        unit.apply(ChangeSet(removes=(Remove(ref, unit.load([ref])[ref].version),)))
        unit.commit()
    assert not shop.segments.has("all", "dee")
    assert "dee" not in shop.listed("all")


def test_a_field_that_is_gone_is_told() -> None:
    """A segment whose field is gone since it was saved is refused by its path, and can still be read and removed."""
    shop = Shop().fill()
    kept = shop.segments.get("rich")
    broken = attrs.evolve(kept, condition=kept.condition.replace("points.active", "points.gone"), version=2)
    with shop.store.unit() as unit:
        unit.apply(ChangeSet(puts=(Put(broken, 1),)))
        unit.commit()
    for ask in (shop.segments.page, shop.segments.count, lambda name: shop.segments.has(name, "ada")):
        with pytest.raises(InvalidDocument) as caught:
            ask("rich")
        assert [fault.path for fault in caught.value.faults] == ["where.field"]
    assert shop.segments.get("rich") == broken
    assert shop.segments.remove("rich", version=2).segment == broken


def test_bad_questions_are_refused() -> None:
    """What is asked beside is refused as in a list, and so is what is too much together."""
    shop = Shop().fill()
    with pytest.raises(InvalidQuery):
        shop.segments.page("all", "town:Paris")
    with pytest.raises(InvalidInput) as caught:
        shop.segments.count("all", 5)  # type: ignore[arg-type]
    assert caught.value.path == "query"
    with pytest.raises(LimitExceeded):
        shop.segments.page("all", size=501)
    shop.segments.save("long", "Long", " ".join(f"-customer_id:c-{number}" for number in range(30)))
    with pytest.raises(LimitExceeded):
        shop.segments.count("long", " ".join(f"-customer_id:d-{number}" for number in range(30)))
