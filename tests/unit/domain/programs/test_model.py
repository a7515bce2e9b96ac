"""A program built in Python."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from loyalcore.domain.customers import CustomerPolicy
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import EntryKind, ExpiryModel, PointsPolicy
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.errors import InvalidDocument
from loyalcore.values.calendar import Duration, Expiry

BASE = EarningRule("base", points=1, per=Decimal(1))
TIERS = TierSet(measure=Measure.ORDERS, levels=(Level("Gold", 5),))


def program(**settings: Any) -> Program:
    """Make a program of the required settings and more."""
    return Program(**{"id": "beans", "currency": "EUR", "timezone": "Europe/Berlin", **settings})


def test_the_zone_is_that_of_its_name() -> None:
    """A program has the zone that its timezone names."""
    assert program().zone is ZoneInfo("Europe/Berlin")


def test_programs_are_compared_by_value() -> None:
    """Two programs of the same rules are equal and have one hash; any other rule makes another program."""
    assert program(earning=(BASE,), tiers=TIERS) == program(earning=(BASE,), tiers=TIERS)
    assert len({program(earning=(BASE,), tiers=TIERS), program(earning=(BASE,), tiers=TIERS)}) == 1
    assert program() != program(version=2)


def test_a_program_can_be_copied_and_sent() -> None:
    """A program survives a deep copy and pickling, its zone too."""
    made = program(earning=(BASE,), tiers=TIERS)
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - our own bytes
        assert again == made
        assert again.zone == made.zone


def test_a_new_version_is_another_value() -> None:
    """A program is changed by making another one."""
    made = program()
    assert attrs.evolve(made, version=2).version == 2
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.version = 2  # type: ignore[misc]


def test_a_list_of_rules_becomes_a_tuple() -> None:
    """Rules may be given as a list, and are kept as a tuple."""
    assert program(earning=[BASE]).earning == (BASE,)


def test_what_follows_from_a_setting_is_written_into_it() -> None:
    """Under the model `inactivity` a relative expiry becomes the span of inactivity, built in Python too."""
    points = PointsPolicy(expiry_model=ExpiryModel.INACTIVITY, expiry=Expiry("12M"))
    assert program(points=points).points == PointsPolicy(
        expiry_model=ExpiryModel.INACTIVITY, inactivity=Duration("12M")
    )


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"id": "Beans"}, ["id"]),
        ({"version": True}, ["version"]),
        ({"currency": "euro"}, ["currency"]),
        ({"timezone": "Berlin"}, ["timezone"]),
        ({"points": None}, ["points"]),
        ({"earning": None}, ["earning"]),
        ({"earning": ("base",)}, ["earning"]),
        ({"earning": (BASE, BASE)}, ["earning[1].id"]),
        ({"tiers": "gold"}, ["tiers"]),
        ({"customers": None}, ["customers"]),
        ({"customers": CustomerPolicy(has_guests=1)}, ["customers.has_guests"]),  # type: ignore[arg-type]
        ({"customers": CustomerPolicy(new_days=0)}, ["customers.new_days"]),
        ({"customers": CustomerPolicy(new_days=3_651)}, ["customers.new_days"]),
        ({"customers": CustomerPolicy(loyal_orders=1_000_001)}, ["customers.loyal_orders"]),
        ({"points": PointsPolicy(name="")}, ["points.name"]),
        ({"points": PointsPolicy(scale=5)}, ["points.scale"]),
        ({"points": PointsPolicy(activation="immediate")}, ["points.activation"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(expiry=Duration("1Y"))}, ["points.expiry"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(expiry_anchor="awarded")}, ["points.expiry_anchor"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(expiry_model="rolling")}, ["points.expiry_model"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(expiry_model=ExpiryModel.ROLLING)}, ["points.inactivity"]),
        ({"points": PointsPolicy(inactivity="1Y")}, ["points.inactivity"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(activities=frozenset())}, ["points.activities"]),
        ({"points": PointsPolicy(activities=frozenset({"award"}))}, ["points.activities"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(activities=["award"])}, ["points.activities"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(activities=frozenset({EntryKind.EXPIRE}))}, ["points.activities"]),
        ({"points": PointsPolicy(activities=frozenset({EntryKind.ACTIVATE}))}, ["points.activities"]),
        ({"points": PointsPolicy(activities=frozenset({EntryKind.RELEASE}))}, ["points.activities"]),
        ({"points": PointsPolicy(consumption="Fifo")}, ["points.consumption"]),
        ({"points": PointsPolicy(overdraft_max=-1)}, ["points.overdraft_max"]),
        ({"points": PointsPolicy(rounding="floor")}, ["points.rounding"]),  # type: ignore[arg-type]
        ({"points": PointsPolicy(hold_for=None)}, ["points.hold_for"]),  # type: ignore[arg-type]
        (
            {"id": "", "currency": 3, "points": PointsPolicy(scale=-1), "tiers": 3},
            ["id", "currency", "points.scale", "tiers"],
        ),
    ],
)
def test_a_program_names_all_its_faults(settings: dict[str, Any], paths: list[str]) -> None:
    """A program that cannot be is refused with the paths of all its faults."""
    with pytest.raises(InvalidDocument) as caught:
        program(**settings)
    assert [fault.path for fault in caught.value.faults] == paths


def test_a_fault_says_which_values_there_are() -> None:
    """The fault of a policy names its values, that of a rule its type."""
    points = PointsPolicy(rounding=3, inactivity=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidDocument) as caught:
        program(points=points)
    assert [fault.message for fault in caught.value.faults] == [
        "must be a Duration or None, not int",
        "must be one of floor, half_up, ceil, not int",
    ]
