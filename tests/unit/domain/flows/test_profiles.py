"""Profiles, decided: update, tag, deactivate and activate again, each once however often it is delivered."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Deactivate, Register, Tag, Update
from loyalcore.domain.decision import CustomerRef, KeyRef
from loyalcore.errors import IdempotencyConflict, InvalidInput, LimitExceeded, NotFound, VersionConflict
from tests.unit.domain.ledger._shop import Shop, instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.customers import Customer
    from loyalcore.domain.decision import Ref
    from loyalcore.domain.flows import Receipt

PARTS: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.org",
    "street": "12 St James's Square",
    "postal_code": "SW1Y 4JH",
    "city": "London",
    "region": "Greater London",
    "country": "GB",
    "birth_on": date(1915, 12, 10),
    "language": "en-GB",
    "shop_url": "https://shop.example/admin/7",
    "shop_created_at": instant("2025-05-05"),
    "has_newsletter": True,
    "is_guest": True,
    "is_excluded": True,
    "tags": ("vip", "b2b"),
    "attributes": {"size": "38"},
}
LATER = "2026-01-02"


def update(shop: Shop, who: str = "ada", **parts: Any) -> Receipt:
    """Update with a new key, where none is given."""
    parts.setdefault("key", shop.key())
    return shop.loyalty.customers.update(who, **parts)


def row(shop: Shop, who: str = "ada") -> Customer:
    """Give the row of the directory."""
    return shop.loyalty.customers.get(who)


def of(receipt: Receipt) -> Customer:
    """Give the customer of a receipt."""
    assert receipt.customer is not None
    return receipt.customer


# Update


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_kept_and_the_others_stay(name: str) -> None:
    """Each part can be given alone; it is there afterwards, and nothing else has changed but version and date."""
    shop = Shop()
    update(shop, **{key: value for key, value in PARTS.items() if key != name})
    before = row(shop)
    shop.at(LATER)
    receipt = update(shop, **{name: PARTS[name]})
    assert (receipt.is_unchanged, receipt.replayed) == (False, False)
    assert row(shop) == of(receipt) == attrs.evolve(before, **PARTS, updated_at=instant(LATER), version=3)


@pytest.mark.parametrize("name", [name for name in PARTS if name not in {"is_guest", "is_excluded"}])
def test_a_part_is_taken_away(name: str) -> None:
    """None takes a value away, no tags all of them, and None for an attribute that one; the others stay."""
    shop = Shop()
    update(shop, **PARTS)
    given: Any = {"tags": (), "attributes": {"size": None, "never": None}}.get(name)
    kept: Any = {"tags": (), "attributes": {}}.get(name)
    update(shop, **{name: given})
    assert {each: getattr(row(shop), each) for each in PARTS} == {**PARTS, name: kept}


def test_an_attribute_is_changed_alone() -> None:
    """Attributes that are not named stay."""
    shop = Shop()
    update(shop, attributes={"b": "1", "a": "2"})
    update(shop, attributes={"c": "3", "a": None})
    assert row(shop).attributes == {"b": "1", "c": "3"}


def test_attributes_do_not_grow_beyond_their_limits() -> None:
    """What would be too many with those that are kept is refused, and the key is not used up."""
    shop = Shop()
    update(shop, attributes={f"a-{number}": "x" for number in range(100)})
    with pytest.raises(LimitExceeded):
        update(shop, attributes={"more": "x"}, key="u-1")
    update(shop, attributes={"a-0": None})
    assert len(of(update(shop, attributes={"more": "x"}, key="u-1")).attributes) == 100


def test_what_is_so_already_is_unchanged() -> None:
    """Giving what is there keeps the date of the last change; the key is kept, and so the version goes on."""
    shop = Shop()
    update(shop, **PARTS)
    before = row(shop)
    shop.at(LATER)
    for parts in (PARTS, {}, {"attributes": {"size": "38", "never": None}}):
        assert update(shop, **parts).is_unchanged
    assert row(shop) == attrs.evolve(before, version=before.version + 3)


def test_only_the_version_that_was_read_is_changed() -> None:
    """A version that is not there any more is refused with both, and leaves nothing; the right one is taken."""
    shop = Shop()
    update(shop, city="Paris", version=1)
    for version in (1, 3):
        with pytest.raises(VersionConflict) as caught:
            update(shop, city="Lyon", version=version, key="u-1")
        assert (caught.value.what, caught.value.found, caught.value.given) == ("customer", 2, version)
        assert not caught.value.is_retryable
    assert (row(shop).city, row(shop).version) == ("Paris", 2)
    assert of(update(shop, city="Lyon", version=2, key="u-1")).version == 3


def test_a_redelivery_is_answered_with_the_customer_of_now() -> None:
    """The same key and values change nothing the second time, whatever happened between, also with an old version."""
    shop = Shop()
    update(shop, city="Paris", version=1, key="u-1")
    update(shop, city="Lyon", tags=["vip"])
    again = update(shop, city="Paris", version=1, key="u-1")
    assert (again.replayed, again.is_unchanged) == (True, False)
    assert of(again) == row(shop)
    assert (row(shop).city, row(shop).version) == ("Lyon", 3)


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ({"city": "Lyon"}, ("city",)),
        ({"city": None}, ("city",)),
        ({}, ("city",)),
        ({"city": "Paris", "version": 1}, ("version",)),
        ({"city": "Paris", "tags": ()}, ("tags",)),
        ({"city": "Lyon", "attributes": {"a": None}}, ("attributes", "city")),
    ],
)
def test_a_key_says_one_thing(parts: dict[str, Any], fields: tuple[str, ...]) -> None:
    """The key with other values is a conflict that names the parts, and no value of them."""
    shop = Shop()
    update(shop, city="Paris", key="u-1")
    with pytest.raises(IdempotencyConflict) as caught:
        update(shop, **parts, key="u-1")
    assert (caught.value.key, tuple(sorted(caught.value.fields))) == ("u-1", fields)
    assert "Paris" not in str(caught.value)
    assert "Lyon" not in str(caught.value)
    assert row(shop).city == "Paris"


def test_a_key_is_of_all_commands() -> None:
    """A key that moved points does not change a profile, nor the other way round."""
    shop = Shop()
    shop.award(5, key="k")
    update(shop, city="Paris", key="u")
    with pytest.raises(IdempotencyConflict, match="command"):
        shop.loyalty.customers.deactivate("ada", key="k")
    with pytest.raises(IdempotencyConflict, match="command"):
        shop.loyalty.customers.tag("ada", add=["vip"], key="u")
    with pytest.raises(IdempotencyConflict, match="command"):
        shop.award(5, key="u")
    assert row(shop).deactivated_at is None


@pytest.mark.parametrize(
    ("born", "is_taken"), [(date(2026, 1, 1), True), (date(2026, 1, 2), True), (date(2026, 1, 3), False)]
)
def test_a_birth_date_has_come(born: date, *, is_taken: bool) -> None:
    """A birth date is not in the future, wherever on earth the day begins first; the clock stands at noon of 1 Jan."""
    shop = Shop()
    if is_taken:
        assert of(update(shop, birth_on=born)).birth_on == born
        return
    with pytest.raises(InvalidInput) as caught:
        update(shop, birth_on=born)
    assert caught.value.path == "birth_on"


@pytest.mark.parametrize("what", ["update", "tag", "deactivate", "reactivate"])
def test_nobody_has_no_profile(what: str) -> None:
    """Who is not registered is not found."""
    shop, fields = Shop(), {"tag": {"add": ["vip"]}}
    with pytest.raises(NotFound, match="eve"):
        getattr(shop.loyalty.customers, what)("eve", key="k", **fields.get(what, {}))


def test_the_old_id_of_a_merge_changes_the_survivor() -> None:
    """After a merge the old id leads to the profile of the survivor, with keys of both."""
    shop = Shop()
    update(shop, city="Paris", key="u-1")
    update(shop, "bob", last_name="Bee", key="u-1")
    shop.loyalty.customers.merge("ada", into="bob")
    assert update(shop, city="Paris", key="u-1").replayed
    assert update(shop, last_name="Bee", key="u-1").replayed
    assert of(update(shop, city="Lyon")).customer_id == "bob"
    assert (row(shop, "bob").city, row(shop).city) == ("Lyon", None)


def test_a_profile_moves_no_points() -> None:
    """Neither ledger nor membership is written."""
    shop = Shop()
    shop.award(5)
    member, balance = shop.loyalty.customers.membership("ada"), shop.points.balance("ada")
    update(shop, **PARTS)
    assert (shop.loyalty.customers.membership("ada"), shop.points.balance("ada")) == (member, balance)


# Tag


def test_tags_are_given_and_taken_away() -> None:
    """New ones come last; those that are there or not there are passed over."""
    shop = Shop()
    tag = shop.loyalty.customers.tag
    assert of(tag("ada", add=["b", "a"], key="t-1")).tags == ("b", "a")
    assert of(tag("ada", add=["c", "a"], remove=["b", "x"], key="t-2")).tags == ("a", "c")
    assert tag("ada", add=["a"], remove=["b"], key="t-3").is_unchanged
    assert of(tag("ada", remove=["a", "c"], key="t-4")).tags == ()
    assert tag("ada", add=["c", "a"], remove=["b", "x"], key="t-2").replayed
    assert row(shop).tags == ()


def test_tags_do_not_grow_beyond_fifty() -> None:
    """The fifty-first is refused by its path, unless another one goes."""
    shop = Shop()
    tag = shop.loyalty.customers.tag
    tag("ada", add=[f"t-{number}" for number in range(50)], key="t-1")
    with pytest.raises(LimitExceeded) as caught:
        tag("ada", add=["more"], key="t-2")
    assert (caught.value.path, caught.value.limit) == ("add", 50)
    assert of(tag("ada", add=["more"], remove=["t-0"], key="t-2")).tags[-1] == "more"


# Deactivate and activate again


def test_who_is_deactivated_stays_so_since_then() -> None:
    """A second deactivation keeps the first date; activating takes it away, and a further one changes nothing."""
    shop = Shop()
    shut, open_again = shop.loyalty.customers.deactivate, shop.loyalty.customers.reactivate
    assert open_again("ada", key="r-0").is_unchanged
    assert of(shut("ada", key="d-1")).deactivated_at == instant("2026-01-01")
    shop.at(LATER)
    second = shut("ada", key="d-2")
    assert (second.is_unchanged, of(second).deactivated_at) == (True, instant("2026-01-01"))
    back = open_again("ada", key="r-1")
    assert (back.is_unchanged, of(back).deactivated_at) == (False, None)
    assert of(shut("ada", key="d-3")).deactivated_at == instant(LATER)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_redelivery_changes_nothing_in_any_order(order: tuple[int, ...]) -> None:
    """Once each was done, old deliveries of deactivations and activations leave the customer as he is."""
    shop = Shop()
    customers = shop.loyalty.customers
    acts: list[Callable[[], Receipt]] = [
        lambda: customers.deactivate("ada", key="d-1"),
        lambda: customers.reactivate("ada", key="r-1"),
        lambda: customers.deactivate("ada", key="d-2"),
    ]
    for act in acts:
        act()
    before = row(shop)
    assert before.deactivated_at is not None
    for number in (*order, *order):
        again = acts[number]()
        assert (again.replayed, again.customer) == (True, before)
    assert row(shop) == before


# What is written


def test_a_refused_change_writes_nothing() -> None:
    """Neither the row nor the key of what was refused is there."""
    shop = Shop()
    with pytest.raises(VersionConflict):
        update(shop, city="Paris", version=2, key="u-1")
    refs: list[Ref] = [CustomerRef("live", "ada"), KeyRef("live", "holder-1", "u-1")]
    with shop.store.unit(readonly=True) as unit:
        found = unit.load(refs)
    assert (found[refs[0]].version, found[refs[1]]) == (1, None)


def test_a_preview_of_a_profile_writes_nothing() -> None:
    """A preview shows the customer as he would be."""
    shop = Shop()
    shown = shop.loyalty.preview(Tag("ada", add=("vip",), key="t-1"))
    assert (of(shown).tags, row(shop).tags) == (("vip",), ())


def test_a_series_sees_what_came_before() -> None:
    """In one unit each command finds the profile, the version and the keys of those before it."""
    shop = Shop()
    outcomes = shop.loyalty.run_many(
        [
            Register("cem"),
            Update("cem", city="Paris", version=1, key="u-1"),
            Tag("cem", add=("vip",), key="t-1"),
            Update("cem", city="Paris", version=1, key="u-1"),
            Update("cem", city="Lyon", version=1, key="u-2"),
            Deactivate("cem", key="d-1"),
        ],
        atomic=False,
    )
    assert [type(outcome.error).__name__ for outcome in outcomes] == [
        *["NoneType"] * 4,
        "VersionConflict",
        "NoneType",
    ]
    replay = outcomes[3].receipt
    assert replay is not None
    assert (replay.replayed, of(replay).tags) == (True, ("vip",))
    found = row(shop, "cem")
    assert (found.city, found.tags, found.deactivated_at is None) == ("Paris", ("vip",), False)


def test_the_clock_may_go_back() -> None:
    """A profile is dated by the clock as it is."""
    shop = Shop()
    shop.at("2025-12-01")
    assert of(update(shop, city="Paris")).updated_at == instant("2025-12-01")
