"""What rules grant for an amount of money."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

import pytest

from loyalcore.domain.earning import Earned, EarningRule, earn
from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.points import Rounding

FLOOR = Rounding("floor")


def rules(*steps: tuple[int, Any]) -> list[EarningRule]:
    """Make rules of (points, per)."""
    return [EarningRule(f"r{n}", points=points, per=per) for n, (points, per) in enumerate(steps)]


@pytest.mark.parametrize(
    ("basis", "steps", "points"),
    [
        pytest.param(1999, [(1, 100)], [19], id="C01"),
        pytest.param(4000, [(3, 100)], [120], id="C02"),
        pytest.param(1999, [(1, 100), (1, 200)], [19, 9], id="C03"),
        pytest.param(196000, [(1, 1000)], [196], id="C26-1000"),
        pytest.param(196000, [(1, 900)], [217], id="C26-900"),
        pytest.param("99.99", [(1, 100)], [], id="below one step"),
        pytest.param("100", [(1, 100)], [1], id="exactly one step"),
        pytest.param("0", [(1, 100)], [], id="nothing"),
        pytest.param("-0", [(1, 100)], [], id="negative zero"),
        pytest.param("0.3", [(1, "0.1")], [3], id="three tenths"),
        pytest.param("4.50", [(2, "1.50")], [6], id="cents"),
        pytest.param("999999999999999.999999999", [(1, "1000000")], [999999999], id="15 and 9 digits"),
        pytest.param("1000.000000001", [(1, "0.000001")], [1000000000], id="a step of 9 places"),
    ],
)
def test_full_steps_earn(basis: object, steps: list[tuple[int, Any]], points: list[int]) -> None:
    """Each rule grants its points for every full step of its own, and a rule that grants none is left out."""
    amount = Decimal(str(basis))
    assert [each.points for each in earn(rules(*steps), amount, FLOOR)] == points


@pytest.mark.parametrize("mode", ["floor", "half_up", "ceil"])
def test_whole_steps_leave_nothing_to_round(mode: str) -> None:
    """Whole steps give the same points under every rounding."""
    assert earn(rules((1, "1")), Decimal("2.50"), Rounding(mode)) == (Earned("r0", 2),)


def test_what_is_granted_names_its_rule() -> None:
    """What a rule grants carries the rule's id, in the order of the rules."""
    granted = earn(rules((1, 100), (1, 5000), (2, 200)), Decimal(1999), FLOOR)
    assert granted == (Earned(rule_id="r0", points=19), Earned(rule_id="r2", points=18))


def test_the_context_of_decimal_makes_no_difference() -> None:
    """A host whose decimal context has two digits earns the same points."""
    with decimal.localcontext(prec=2):
        assert earn(rules((1, "0.01")), Decimal("123456789.99"), FLOOR)[0].points == 12345678999


@pytest.mark.parametrize("basis", ["-0.01", "-1000000000000000", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_basis_that_is_no_amount_is_refused(basis: str) -> None:
    """A negative or not finite basis is refused."""
    with pytest.raises((InvalidInput, LimitExceeded)):
        earn(rules((1, 1)), Decimal(basis), FLOOR)


@pytest.mark.parametrize("basis", [1.5, True, None, object(), "1_000", "", " 1"])
def test_a_basis_of_another_type_is_refused(basis: Any) -> None:
    """A float, a bool and a text that is no amount are refused."""
    with pytest.raises(InvalidInput, match="basis"):
        earn(rules((1, 1)), basis, FLOOR)


@pytest.mark.parametrize("basis", ["1E+400", "1E+15", "1E-10", "1E-1000000"])
def test_a_basis_of_too_many_digits_is_refused(basis: str) -> None:
    """A basis of more than 15 digits before or 9 after the point is refused before it costs anything."""
    with pytest.raises(LimitExceeded, match="basis"):
        earn(rules((1, 1)), Decimal(basis), FLOOR)


def test_more_points_than_an_award_can_hold_are_refused() -> None:
    """A rule that would grant more than the most points of one amount is refused by name."""
    with pytest.raises(LimitExceeded, match="r0"):
        earn(rules((10**15, 1)), Decimal(2), FLOOR)
    assert earn(rules((10**15, 1)), Decimal(1), FLOOR)[0].points == 10**15


@pytest.mark.parametrize("per", ["1.50", Decimal("1.50"), Decimal("1.5")])
def test_a_step_may_be_text_or_decimal(per: Any) -> None:
    """A step written as text is the same rule as one written as a decimal."""
    assert EarningRule("base", points=1, per=per) == EarningRule("base", points=1, per=Decimal("1.5"))


@pytest.mark.parametrize(
    ("id_", "points", "per", "paths"),
    [
        pytest.param("base", 1, 1.5, ["per"], id="float step"),
        pytest.param("base", 1, True, ["per"], id="bool step"),
        pytest.param("base", 1, "1,5", ["per"], id="comma"),
        pytest.param("base", 1, 0, ["per"], id="step of 0"),
        pytest.param("base", 1, "-1", ["per"], id="negative step"),
        pytest.param("base", 1, Decimal("NaN"), ["per"], id="not a number"),
        pytest.param("base", 1, 10**15, ["per"], id="too many digits"),
        pytest.param("base", 0, 1, ["points"], id="no points"),
        pytest.param("base", 1.0, 1, ["points"], id="float points"),
        pytest.param("base", True, 1, ["points"], id="bool points"),
        pytest.param("base", 10**15 + 1, 1, ["points"], id="too many points"),
        pytest.param("", 1, 1, ["id"], id="empty id"),
        pytest.param("x" * 65, 1, 1, ["id"], id="long id"),
        pytest.param(None, -1, "x", ["id", "points", "per"], id="all at once"),
    ],
)
def test_a_rule_names_all_its_faults(id_: Any, points: Any, per: Any, paths: list[str]) -> None:
    """A rule that cannot be is refused with the paths of all its faults."""
    with pytest.raises(InvalidDocument) as caught:
        EarningRule(id_, points=points, per=per)
    assert [fault.path for fault in caught.value.faults] == paths
