"""What rules grant for a basis: the one function that quoting and awarding both call."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.money import FRACTION_DIGITS_MAX, INTEGER_DIGITS_MAX, check_amount
from loyalcore.values.points import POINTS_MAX, Rounding, round_points

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.earning._model import EarningRule


# Money whose first digit stands between these powers of ten is of a size to count with; all else is looked at closely.
_SIZE_MIN, _SIZE_MAX = -FRACTION_DIGITS_MAX, INTEGER_DIGITS_MAX - 1


class Earned(NamedTuple):
    """The points that one rule grants, at least 1."""

    rule_id: str
    points: int


def earn(rules: Iterable[EarningRule], basis: Decimal, rounding: Rounding) -> tuple[Earned, ...]:
    """Return what each rule grants for an amount of money.

    Args:
        rules: The rules of the program.
        basis: The money that earns, in the program's currency, 0 or more.
        rounding: The program's rounding; whole steps leave it nothing to do.

    Returns:
        The rules that grant something, in the order given; a rule that grants nothing is left out.

    Raises:
        InvalidInput: The basis is no amount of money, or negative.
        LimitExceeded: The basis has too many digits, or a rule would grant more points than one award can hold.

    Source: DOMAIN 3.4 (`whole_steps`: floor of basis / per, times points, each rule on its own).

    Example:
        >>> from decimal import Decimal
        >>> from loyalcore.domain.earning import EarningRule
        >>> rules = [EarningRule("base", points=1, per=100), EarningRule("extra", points=1, per=200)]
        >>> earn(rules, Decimal(1999), Rounding("floor"))
        (Earned(rule_id='base', points=19), Earned(rule_id='extra', points=9))
    """
    above, below = _ratio(basis)
    granted = []
    for rule in rules:
        step_above, step_below = rule.ratio
        steps = above * step_below // (below * step_above)
        if steps:
            points = round_points(steps * (rule.points or 0), rounding)
            if points > POINTS_MAX:
                raise LimitExceeded("grants too many points", path=f"earning[{rule.id}]", limit=POINTS_MAX)
            granted.append(Earned(rule.id, points))
    return tuple(granted)


def _ratio(basis: Decimal) -> tuple[int, int]:
    if basis.__class__ is not Decimal or not _SIZE_MIN <= basis.adjusted() <= _SIZE_MAX or not basis.is_finite():
        basis = check_amount(basis, "basis")
    ratio = basis.as_integer_ratio()
    if ratio[0] < 0:
        raise InvalidInput("must be 0 or more", path="basis")
    return ratio
