"""What a program says about orders: its settings, at and beyond their limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.orders import OrderPolicy, PartialRestore, RollbackBasis
from loyalcore.domain.orders._policy import CHECKS
from loyalcore.values.calendar import parse_duration


def faults(**settings: Any) -> list[tuple[str, str]]:
    """Give the faults of a policy: where they stand and what they say."""
    return [(fault.path, fault.message) for fault in OrderPolicy(**settings).faults()]


def test_every_setting_has_a_check() -> None:
    """There is a check for each setting, and the defaults pass all of them."""
    assert set(CHECKS) == {field.name for field in attrs.fields(OrderPolicy)}
    assert faults() == []


def test_by_default_nothing_is_redeemed_and_only_goods_earn() -> None:
    """Tax, shipping and what points paid earn nothing; points have no price; a return goes by the recorded award."""
    policy = OrderPolicy()
    assert {policy.earns_on_tax, policy.earns_on_shipping, policy.earns_on_redeemed} == {False}
    assert policy.point_value is None
    assert (policy.redeem_step, policy.redeem_min, policy.redeem_cap) == (1, 0, Decimal(100))
    assert policy.rollback_basis is RollbackBasis.RECORDED
    assert policy.partial_restore is PartialRestore.AT_COMPLETION
    assert policy.restore_grace is None


@pytest.mark.parametrize(
    "settings",
    [
        {"earns_on_tax": True, "earns_on_shipping": True, "earns_on_redeemed": True},
        {"point_value": "0.000000001", "redeem_step": 10**15, "redeem_min": 10**15, "redeem_cap": 0},
        {"point_value": 1, "redeem_cap": "99.9999"},
        {"rollback_basis": RollbackBasis.REFUND_AMOUNT, "partial_restore": PartialRestore.PRO_RATA},
        {"restore_grace": parse_duration("30D", "restore_grace")},
    ],
)
def test_what_may_be_set(settings: dict[str, Any]) -> None:
    """The settings at their limits."""
    assert faults(**settings) == []


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("earns_on_tax", 1, "must be true or false, not int"),
        ("earns_on_shipping", None, "must be true or false, not NoneType"),
        ("earns_on_redeemed", "yes", "must be true or false, not str"),
        ("point_value", 0, "must be more than 0"),
        ("point_value", "-0.01", "must be 0 or more"),
        ("point_value", 0.01, "must be a text, an int or a Decimal, not float"),
        ("redeem_step", 0, "must be at least 1"),
        ("redeem_step", True, "must be an int number of points, not bool"),
        ("redeem_min", -1, "must be at least 0"),
        ("redeem_cap", "100.5", "must be at most 100"),
        ("redeem_cap", None, "must be a text, an int or a Decimal, not NoneType"),
        ("rollback_basis", "recorded", "must be a RollbackBasis, not str: write RollbackBasis.RECORDED"),
        ("partial_restore", None, "must be a PartialRestore, not NoneType: write PartialRestore.AT_COMPLETION"),
        ("restore_grace", "30D", "must be a Duration, not str: call values.calendar.parse_duration"),
    ],
)
def test_what_may_not_be_set(name: str, bad: Any, message: str) -> None:
    """A setting of another type or out of range is one fault, under its name."""
    assert faults(**{name: bad}) == [(name, message)]


def test_all_faults_of_a_policy() -> None:
    """A policy names every fault that it has, and keeps what is right as it is meant."""
    policy = OrderPolicy(earns_on_tax=0, point_value="x", redeem_step="1", redeem_cap="12.5")  # type: ignore[arg-type]
    assert [fault.path for fault in policy.faults()] == ["earns_on_tax", "point_value", "redeem_step"]
    assert policy.redeem_cap == Decimal("12.5")
