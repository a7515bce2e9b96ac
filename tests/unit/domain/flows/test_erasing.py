"""Erase: the person goes, the ledgers stay, and nobody books on them any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Customer, Erase, Membership, Register
from loyalcore.domain.decision import ChangeSet, HolderRef, KeyRecord, LedgerRef, MembershipRef, Note, Notice, Put
from loyalcore.domain.ledger import Award, Debt, Entry, Ledger, Lot, PointsHold, PointsNotice, Spend, verify
from loyalcore.domain.programs import Program
from loyalcore.errors import NotFound
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.testing._play import dump, records
from tests.unit.domain.flows.test_merging_races import Interrupted
from tests.unit.domain.ledger._shop import Figures, Shop

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = (Ledger, Lot, PointsHold, Debt, Entry)
NOTICES = frozenset({PointsNotice.ADDED, PointsNotice.DEDUCTED})


def full(**policy: Any) -> Shop:
    """Open a shop in which ada has a profile, points, a subledger, a hold, a note and notices, and bob some too."""
    shop = Shop(notices=NOTICES, **policy)
    for who in ("ada", "bob"):
        shop.loyalty.customers.update(who, city="Paris", tags=["vip"], key="u-1")
        shop.award(100, who=who, expiry="30D", note="by phone", key="a-1")
        shop.award(7, who=who, ledger="gift", key="a-2")
        shop.spend(10, who=who, order_id="o-1", key="s-1")
        shop.do("hold", 20, who=who, hold_for="3D", key="h-1")
    return shop


def erase(shop: Shop, who: str = "ada") -> None:
    """Erase, and see that the answer tells of nobody."""
    receipt = shop.loyalty.customers.erase(who)
    assert attrs.asdict(receipt) == {
        **dict.fromkeys(("code", "customer", "membership", "order", "referral", "segment")),
        **dict.fromkeys(("entries", "notices"), ()),
        **dict.fromkeys(("replayed", "is_unchanged"), False),
        "command": "customers.erase",
    }


def kept(shop: Shop) -> dict[str, list[Any]]:
    """Give what an erasure keeps, without the versions."""
    found = dump(shop.store, kinds=KEPT)
    return {**found, "Ledger": [attrs.evolve(head, version=1) for head in found["Ledger"]]}


def verified(shop: Shop) -> list[LedgerRef]:
    """Recompute every ledger from its entries, and name them."""
    entries, heads = records(shop.store, Entry), records(shop.store, Ledger)
    for head in heads:
        found = verify([entry for entry in entries if entry.ledger == head.ref], head, head.ref)
        assert found.is_ok, found.difference
    return [head.ref for head in heads]


def of_holder(shop: Shop, holder: str, *kinds: type[Any]) -> list[Any]:
    """Give the records of a holder."""
    with shop.store.unit(readonly=True) as unit:
        return [
            record for kind in kinds for record in unit.stream(All(kind, "live", holder_id=holder), shop.clock.now())
        ]


def test_the_ledgers_stay() -> None:
    """Heads, lots, holds and entries are as before, and add up; of others nothing has changed."""
    shop = full()
    before, refs = kept(shop), verified(shop)
    others = of_holder(shop, "holder-2", Customer, Membership, Ledger, KeyRecord, Note, Notice)
    erase(shop)
    assert (kept(shop), verified(shop)) == (before, refs)
    assert of_holder(shop, "holder-2", Customer, Membership, Ledger, KeyRecord, Note, Notice) == others
    assert shop.figures("bob") == Figures(70, held=20, spent=10)


def test_the_person_goes() -> None:
    """Row, keys, notes and notices are gone, and the membership stands for nobody and is never due."""
    shop = full()
    before = of_holder(shop, "holder-1", Membership)[0]
    erase(shop)
    assert of_holder(shop, "holder-1", Customer, KeyRecord, Note, Notice) == []
    (ended,) = of_holder(shop, "holder-1", Membership)
    assert ended == attrs.evolve(before, customer_id=None, next_change_at=None, version=before.version + 1)
    ref = HolderRef("live", "holder-1")
    with shop.store.unit(readonly=True) as unit:
        assert unit.load([ref])[ref] is None
    assert [customer.customer_id for customer in records(shop.store, Customer)] == ["bob"]


QUESTIONS: dict[str, Callable[[Shop], object]] = {
    "get": lambda shop: shop.loyalty.customers.get("ada"),
    "membership": lambda shop: shop.loyalty.customers.membership("ada"),
    "balance": lambda shop: shop.points.balance("ada"),
    "entries": lambda shop: shop.points.entries("ada"),
    "verify": lambda shop: shop.points.verify("ada"),
    "sweep": lambda shop: shop.points.sweep("ada"),
    "join": lambda shop: shop.loyalty.customers.join("ada"),
    "update": lambda shop: shop.loyalty.customers.update("ada", city="Lyon", key="u-2"),
    "a repeated update": lambda shop: shop.loyalty.customers.update("ada", city="Paris", tags=["vip"], key="u-1"),
    "award": lambda shop: shop.award(5),
    "a repeated award": lambda shop: shop.award(100, expiry="30D", note="by phone", key="a-1"),
    "capture": lambda shop: shop.do("capture", "h-1"),
    "transfer to": lambda shop: shop.do("transfer", 5, who="bob", to="ada"),
    "merge": lambda shop: shop.loyalty.customers.merge("ada", into="bob"),
    "merge into": lambda shop: shop.loyalty.customers.merge("bob", into="ada"),
    "erase again": lambda shop: shop.loyalty.customers.erase("ada"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_nobody_answers_to_the_id(name: str) -> None:
    """Every call that names the id finds nobody, a repeated one and a second erasure too, and writes nothing."""
    shop = full()
    erase(shop)
    before = dump(shop.store)
    with pytest.raises(NotFound) as caught:
        QUESTIONS[name](shop)
    assert (caught.value.kind, caught.value.name) == ("customer", "ada")
    assert dump(shop.store) == before


def test_the_id_is_registered_anew_as_somebody_new() -> None:
    """The new customer has nothing of the old one: no profile, points, keys or facts; and may be erased in turn."""
    shop = full()
    shop.award(5, rule="base", source_id="f-1", key="f-1")
    erase(shop)
    receipt = shop.loyalty.customers.register("ada")
    assert not receipt.replayed
    assert receipt.customer == Customer(
        environment="live",
        customer_id="ada",
        holder_id="holder-3",
        registered_at=shop.clock.now(),
        updated_at=shop.clock.now(),
        programs=("beans",),
    )
    assert (shop.figures(), shop.kinds(), shop.points.schedule("ada")) == (Figures(0), [], ())
    assert not shop.do("award", 100, expiry="30D", key="a-1").replayed
    assert not shop.do("hold", 1, key="h-1").replayed
    assert not shop.do("award", 5, rule="base", source_id="f-1", key="f-1").replayed
    old = [record for record in kept(shop)["Entry"] if record.ledger.holder_id == "holder-1"]
    erase(shop)
    assert [record for record in kept(shop)["Entry"] if record.ledger.holder_id == "holder-1"] == old
    with pytest.raises(NotFound):
        shop.award(1)


def test_who_has_nothing_is_erased() -> None:
    """A customer on whose ledgers nothing was booked leaves an ended membership and nothing else."""
    shop = Shop()
    erase(shop)
    assert of_holder(shop, "holder-1", Customer, Ledger, KeyRecord, Note, Notice) == []
    assert of_holder(shop, "holder-1", Membership)[0].has_ended


def test_every_program_is_left() -> None:
    """Memberships and ledgers of all programs end, of one that this host does not run too."""
    shop = Shop()
    tea = Program("tea", currency="EUR", timezone="UTC")
    both = Loyalty(shop.store, [*shop.loyalty.programs, tea], clock=shop.clock, actor="till")
    both.points.award("ada", 5, reason="test", program="tea", key="t-1")
    erase(shop)
    assert [member.has_ended for member in of_holder(shop, "holder-1", Membership)] == [True, True]


def test_another_environment_stays() -> None:
    """The same id in the sandbox is somebody else."""
    shop = Shop()
    sandbox = Loyalty(shop.store, shop.loyalty.programs, environment="sandbox", clock=shop.clock, actor="till")
    sandbox.customers.register("ada")
    sandbox.customers.update("ada", city="Paris", key="u")
    erase(shop)
    assert sandbox.customers.get("ada").city == "Paris"


# After a merge


@pytest.mark.parametrize("who", ["ada", "bob", "cem"])
def test_whoever_was_merged_goes_with_the_survivor(who: str) -> None:
    """By whichever id, the survivor and all rows that lead to him go, with keys and notes of all holders."""
    shop = full()
    shop.loyalty.customers.register("cem")
    shop.loyalty.customers.merge("ada", into="bob")
    shop.loyalty.customers.merge("bob", into="cem")
    before = kept(shop)
    erase(shop, who)
    assert kept(shop) == before
    verified(shop)
    for kind in (Customer, KeyRecord, Note, Notice):
        assert records(shop.store, kind) == []
    assert {member.has_ended for member in records(shop.store, Membership)} == {True}
    for each in ("ada", "bob", "cem"):
        with pytest.raises(NotFound):
            shop.loyalty.customers.get(each)
        assert not shop.loyalty.customers.register(each).replayed


def test_another_merged_customer_stays() -> None:
    """Only those who were merged into the erased one go."""
    shop = full()
    for name in ("cem", "dan"):
        shop.loyalty.customers.register(name)
    shop.loyalty.customers.merge("ada", into="cem")
    shop.loyalty.customers.merge("bob", into="dan")
    erase(shop, "cem")
    assert sorted(customer.customer_id for customer in records(shop.store, Customer)) == ["bob", "dan"]
    assert shop.figures("bob") == Figures(70, held=20, spent=10)


def test_a_merge_leaves_nothing_of_a_person_under_the_old_id() -> None:
    """The old row has no profile; the survivor has it, and so it goes with him."""
    shop = full()
    shop.loyalty.customers.update("ada", street="1 Rue X", email="ada@example.org", key="u-9")
    shop.loyalty.customers.merge("ada", into="bob")
    old, new = shop.loyalty.customers.get("ada"), shop.loyalty.customers.get("bob")
    assert (old.city, old.street, old.email, old.tags, old.merged_into) == (None, None, None, (), "bob")
    assert (new.city, new.street, new.email, new.tags) == ("Paris", "1 Rue X", "ada@example.org", ("vip",))


def test_a_merge_dates_the_profile_that_it_changes() -> None:
    """The survivor's last activity is the merge where that brought something, else what it was."""
    for language, at in (("fr", "2026-01-02T12:00:00+00:00"), (None, "2026-01-01T12:00:00+00:00")):
        shop = Shop()
        shop.loyalty.customers.update("ada", language=language, key="u")
        shop.at("2026-01-02")
        survivor = shop.loyalty.customers.merge("ada", into="bob").customer
        assert survivor is not None
        assert survivor.updated_at is not None
        assert survivor.updated_at.isoformat() == at


# Races


def racing(**policy: Any) -> tuple[Shop, Callable[[], None]]:
    """Give a shop in which ada has points, and what erases her during the next command."""
    store = Interrupted()
    shop = Shop(store=store, **policy)
    shop.award(10)
    shop.award(3, ledger="gift")

    def erase_meanwhile() -> None:
        store.between = lambda: shop.loyalty.customers.erase("ada")

    return shop, erase_meanwhile


RACES: dict[str, Callable[[Shop], object]] = {
    "award": lambda shop: shop.award(5, note="a note"),
    "award to a new subledger": lambda shop: shop.award(5, ledger="new"),
    "spend": lambda shop: shop.spend(5),
    "hold": lambda shop: shop.do("hold", 5),
    "activity": lambda shop: shop.do("activity"),
    "transfer": lambda shop: shop.do("transfer", 5, to="bob"),
    "transfer to": lambda shop: shop.do("transfer", 5, to="ada", to_ledger="gift"),
    "receive": lambda shop: (shop.award(5, who="bob"), shop.do("transfer", 5, who="bob", to="ada")),
    "update": lambda shop: shop.loyalty.customers.update("ada", city="Paris", key="u-1"),
    "an update that changes nothing": lambda shop: shop.loyalty.customers.update("ada", key="u-1"),
    "tag": lambda shop: shop.loyalty.customers.tag("ada", add=["vip"], key="u-1"),
    "deactivate": lambda shop: shop.loyalty.customers.deactivate("ada", key="u-1"),
    "join": lambda shop: shop.loyalty.customers.join("ada"),
    "merge": lambda shop: shop.loyalty.customers.merge("ada", into="bob"),
    "merge into": lambda shop: shop.loyalty.customers.merge("bob", into="ada"),
    "erase": lambda shop: shop.loyalty.customers.erase("ada"),
}


@pytest.mark.parametrize("name", RACES)
def test_what_comes_after_the_erasure_leaves_nothing(name: str) -> None:
    """A command that read ada before her erasure and writes after it finds nobody, and leaves no trace of her."""
    shop, erase_meanwhile = racing()
    before = records(shop.store, Entry)
    erase_meanwhile()
    with pytest.raises(NotFound):
        RACES[name](shop)
    left = of_holder(shop, "holder-1", Customer, KeyRecord, Note, Notice)
    assert left == []
    assert of_holder(shop, "holder-1", Entry) == [each for each in before if each.ledger.holder_id == "holder-1"]
    verified(shop)


def test_what_came_before_the_erasure_is_erased_with_it() -> None:
    """An erasure that read ada before a posting decides again: the posting's key and note go too."""
    store = Interrupted()
    shop = Shop(store=store, notices=NOTICES)
    shop.award(10)
    store.between = lambda: shop.award(5, ledger="new", note="by phone")
    erase(shop)
    assert of_holder(shop, "holder-1", Customer, KeyRecord, Note, Notice) == []
    assert [head.ref.ledger for head in of_holder(shop, "holder-1", Ledger)] == ["", "new"]
    verified(shop)


def test_an_id_that_is_registered_meanwhile_is_not_booked_on_the_old_holder() -> None:
    """Erased and registered anew in between: the award goes to the new customer."""
    shop, _ = racing()
    assert isinstance(shop.store, Interrupted)

    def again() -> None:
        shop.loyalty.customers.erase("ada")
        shop.loyalty.customers.register("ada")

    shop.store.between = again
    assert shop.award(5).ledger.holder_id == "holder-3"
    assert shop.figures() == Figures(5)


def test_a_batch_finds_nobody() -> None:
    """Postings of a batch that read ada before her erasure are refused one by one; those of others go through."""
    shop, erase_meanwhile = racing()
    erase_meanwhile()
    posted = shop.points.post_many(
        [Award("ada", 7, reason="a", key="b-1"), Award("bob", 7, reason="a", key="b-1"), Spend("ada", 1, key="b-2")]
    )
    assert (posted.done, [type(outcome.error) for outcome in posted.refusals]) == (1, [NotFound, NotFound])
    assert of_holder(shop, "holder-1", KeyRecord) == []


def test_a_series_forgets_within_its_unit() -> None:
    """Erased and registered anew in one unit: what comes then is the new customer's, and no key of before is there."""
    shop = full()
    outcomes = shop.loyalty.run_many(
        [
            Award("ada", 1, reason="a", key="b-1"),
            Erase("ada"),
            Award("ada", 2, reason="a", key="b-2"),
            Register("ada"),
            Award("ada", 4, reason="a", key="b-1"),
        ]
    )
    assert [type(outcome.error) for outcome in outcomes if outcome.error] == [NotFound]
    assert shop.figures() == Figures(4)
    assert of_holder(shop, "holder-1", Customer, KeyRecord, Note, Notice) == []
    assert [record.ref.key for record in of_holder(shop, "holder-3", KeyRecord)] == ["b-1"]
    verified(shop)


def test_a_membership_that_is_not_there_is_no_hindrance() -> None:
    """A row that lists a program without a membership, as a host's own table may, is erased."""
    shop = Shop()
    row = shop.loyalty.customers.get("ada")
    with shop.store.unit() as unit:
        unit.apply(
            ChangeSet(puts=(Put(attrs.evolve(row, programs=("beans", "tea"), absorbed=("nobody",), version=2), 1),))
        )
        unit.commit()
    erase(shop)
    ref = MembershipRef("live", "holder-1", "tea")
    with shop.store.unit(readonly=True) as unit:
        assert unit.load([ref])[ref] is None
