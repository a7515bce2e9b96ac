"""What a merge makes of two profiles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import (
    Customer,
    OrderFigures,
    ReferralFigures,
    merged_figures,
    merged_profile,
    merged_referrals,
    only_leading,
)
from loyalcore.domain.customers._profile import CHECKS

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY_1 = DAY_0 + timedelta(days=1)
ADA = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=DAY_0)
GUEST = Customer(environment="live", customer_id="guest-7", holder_id="h2", registered_at=DAY_1)
FULL: dict[str, Any] = {
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
    "shop_created_at": DAY_0,
    "has_newsletter": True,
    "tags": ("vip", "b2b"),
    "attributes": {"size": "38"},
}
OTHERS: dict[str, Any] = {
    **{name: f"other {name}" for name, value in FULL.items() if isinstance(value, str)},
    "birth_on": date(1990, 1, 1),
    "shop_created_at": DAY_1,
    "has_newsletter": False,
}


def merged(mine: dict[str, Any], theirs: dict[str, Any]) -> Customer:
    """Merge a guest with a profile into Ada with one."""
    return merged_profile(attrs.evolve(ADA, **mine), attrs.evolve(GUEST, **theirs))


def test_an_empty_profile_is_filled() -> None:
    """Whoever has told nothing of herself gets all that the guest has told."""
    assert merged({}, FULL) == attrs.evolve(ADA, **FULL, is_guest=False)


def test_a_full_profile_is_kept() -> None:
    """Where the survivor has a value, the other one's is dropped."""
    assert merged(FULL, OTHERS) == attrs.evolve(ADA, **FULL)
    assert merged(FULL, {}) == attrs.evolve(ADA, **FULL)


def test_a_no_is_a_value() -> None:
    """Who has declined the newsletter has not consented because a guest did; who was never asked has."""
    assert merged({"has_newsletter": False}, {"has_newsletter": True}).has_newsletter is False
    assert merged({}, {"has_newsletter": True}).has_newsletter is True


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ((None, None), ("Ada", "King"), ("Ada", "King")),
        (("Ada", None), ("Ada", "King"), ("Ada", "King")),
        (("Ada", None), ("Bob", "King"), ("Ada", None)),
        (("Ada", None), (None, "King"), ("Ada", None)),
        ((None, "King"), ("Ada", None), (None, "King")),
        ((None, None), (None, "King"), (None, "King")),
    ],
)
def test_no_name_is_made_of_two(mine: Any, theirs: Any, found: Any) -> None:
    """The parts of a name are filled where the known ones are the same on both sides, else none is."""
    names = ("first_name", "last_name")
    made = merged(dict(zip(names, mine, strict=True)), dict(zip(names, theirs, strict=True)))
    assert (made.first_name, made.last_name) == found


def test_no_address_is_made_of_two() -> None:
    """A street is not put into another city; into the same country it is, with all that belongs to it."""
    theirs = {"street": "1 Rue X", "city": "Paris", "country": "FR"}
    other = merged({"city": "Lyon"}, theirs)
    assert (other.street, other.city, other.country) == (None, "Lyon", None)
    same = merged({"country": "FR"}, theirs)
    assert (same.street, same.city, same.country) == ("1 Rue X", "Paris", "FR")


def test_tags_are_united_as_long_as_there_is_room() -> None:
    """The survivor's come first, then the other one's; beyond fifty the other one's last are dropped."""
    assert merged({"tags": ("b", "a")}, {"tags": ("c", "a")}).tags == ("b", "a", "c")
    mine, theirs = (tuple(f"{name}-{number}" for number in range(30)) for name in "ab")
    assert merged({"tags": mine}, {"tags": theirs}).tags == (*mine, *theirs[:20])


def test_attributes_are_filled_as_long_as_there_is_room() -> None:
    """The survivor's values are kept; beyond a hundred names or 16 KiB what does not fit is dropped."""
    assert merged({"attributes": {"b": "1"}}, {"attributes": {"a": "2", "b": "3"}}).attributes == {"a": "2", "b": "1"}
    mine = {f"m{number:02}": "x" for number in range(99)}
    assert merged({"attributes": mine}, {"attributes": {"a": "1", "b": "2"}}).attributes == {**mine, "a": "1"}
    large = {f"m{number:02}": "x" * 997 for number in range(16)}  # 384 bytes are left
    theirs = {"a": "y" * 384, "b": "z" * 383, "c": "z"}
    assert merged({"attributes": large}, {"attributes": theirs}).attributes == {**large, "b": theirs["b"]}
    assert list(merged({"attributes": {"b": "1"}}, {"attributes": {"a": "2"}}).attributes) == ["a", "b"]


@pytest.mark.parametrize(("mine", "theirs"), [(True, True), (True, False), (False, True), (False, False)])
def test_the_two_axes(mine: bool, theirs: bool) -> None:
    """Excluded is who was under either id; a guest is who had no account under either."""
    made = merged({"is_excluded": mine, "is_guest": mine}, {"is_excluded": theirs, "is_guest": theirs})
    assert (made.is_excluded, made.is_guest) == (mine or theirs, mine and theirs)


def test_an_account_that_was_shut_shuts_no_other() -> None:
    """Whether the survivor is deactivated is the survivor's alone."""
    assert merged({}, {"deactivated_at": DAY_1}).deactivated_at is None
    assert merged({"deactivated_at": DAY_0}, {}).deactivated_at == DAY_0


@pytest.mark.parametrize(
    ("mine", "theirs", "first"), [(None, None, None), (DAY_0, None, DAY_0), (None, DAY_1, DAY_1), (DAY_1, DAY_0, DAY_0)]
)
def test_orders_are_of_both(mine: Any, theirs: Any, first: Any) -> None:
    """Orders are added, and the first one is the earlier."""
    made = merged_figures(OrderFigures(count=2, first_at=mine), OrderFigures(count=3, first_at=theirs))
    assert (made.count, made.first_at) == (5, first)


def test_who_ended_tells_nothing() -> None:
    """The row that stays under the old id leads on, and has none of the profile."""
    row = attrs.evolve(GUEST, **FULL, is_excluded=True, is_guest=True, absorbed=("h9",), programs=("beans",), version=4)
    left = only_leading(row, "ada")
    assert left == attrs.evolve(GUEST, absorbed=("h9",), programs=("beans",), merged_into="ada", version=5)
    empty = {name: getattr(ADA, name) for name in CHECKS}
    assert {name: getattr(left, name) for name in CHECKS} == empty


def test_two_referrers_become_one() -> None:
    """The figures of both referrers are added up, money exactly and without zeros at its end."""
    one = ReferralFigures(total=3, successful=2, revenue=Decimal("10.50"), referrer_revenue=Decimal("0.1"))
    other = ReferralFigures(total=1, successful=1, revenue=Decimal("0.50"), referee_revenue=Decimal("7.00"))
    both = merged_referrals(one, other)
    assert both == ReferralFigures(
        total=4,
        successful=3,
        revenue=Decimal(11),
        referrer_revenue=Decimal("0.1"),
        referee_revenue=Decimal(7),
    )
    assert (str(both.revenue), str(both.referee_revenue)) == ("11", "7")
    assert merged_referrals(other, one) == both
