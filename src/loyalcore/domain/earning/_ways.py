"""The ways in which a rule grants points: each says exactly how many, by which lines, and which money it counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.money import EXACT
from loyalcore.values.points import POINTS_MAX, Rounding, round_points

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from loyalcore.domain.earning._model import EarningRule
    from loyalcore.domain.earning._purchase import Purchase
    from loyalcore.domain.orders import Cart

    Lines = Mapping[str, Decimal]
    """What the lines that a rule is about cost, by their ids."""
    Functions = Mapping[str, Callable[[Purchase], Any]]
    Granted = tuple[Fraction | int, Lines, Decimal | None]
    """The exact points, what each line stands for in them, and the money that was counted; None where none was."""
    Way = Callable[[EarningRule, Purchase, Lines, Decimal, Functions], Granted]


def in_steps(rule: EarningRule, purchase: Purchase, lines: Lines, basis: Decimal, _functions: Functions) -> Granted:
    """So many points for every full step of money."""
    money = basis if rule.items is None else sum_of(lines.values())
    above, below = money.as_integer_ratio()
    step_above, step_below = rule.ratio
    return above * step_below // (below * step_above) * (rule.points or _of_tier(rule, purchase)), lines, money


def in_proportion(
    rule: EarningRule, purchase: Purchase, lines: Lines, basis: Decimal, _functions: Functions
) -> Granted:
    """Money times points by the step."""
    money = basis if rule.items is None else sum_of(lines.values())
    above, below = money.as_integer_ratio()
    step_above, step_below = rule.ratio
    return Fraction(above * step_below * (rule.points or _of_tier(rule, purchase)), below * step_above), lines, money


def by_order(rule: EarningRule, purchase: Purchase, lines: Lines, basis: Decimal, _functions: Functions) -> Granted:
    """So many points, once."""
    return rule.points or _of_tier(rule, purchase), lines, None


def by_piece(rule: EarningRule, purchase: Purchase, lines: Lines, basis: Decimal, _functions: Functions) -> Granted:
    """So many points for each piece of the items that the rule is about."""
    pieces = pieces_of(lines, purchase.cart)
    return (rule.points or _of_tier(rule, purchase)) * int(sum(pieces.values())), pieces, None


def asked(rule: EarningRule, purchase: Purchase, lines: Lines, _basis: Decimal, functions: Functions) -> Granted:
    """As many as a function of the host's says.

    Raises:
        InvalidInput: The function is not there, or gives no exact number of 0 or more.
        LimitExceeded: It gives a number of too many digits.
    """
    name = str(rule.function)
    function = functions.get(name)
    if not callable(function):
        raise InvalidInput(f"{name} is not among the functions that were given", path=f"earning[{rule.id}].function")
    answer = function(purchase)
    if isinstance(answer, bool) or not isinstance(answer, int | Fraction | Decimal):
        raise InvalidInput(f"must give an int, a Decimal or a Fraction, not {type(answer).__name__}", path=name)
    if isinstance(answer, Decimal) and not answer.is_finite():
        raise InvalidInput("must give a finite number", path=name)
    if answer < 0:
        raise InvalidInput("must not give less than 0", path=name)
    try:
        round_points(answer, Rounding.FLOOR)
    except LimitExceeded as error:
        what = error.message.removeprefix(f"{error.path}: ").removesuffix(f" (at most {error.limit})")
        raise LimitExceeded(what, path=f"earning[{rule.id}]", limit=error.limit) from None
    return int(answer) if isinstance(answer, int) else Fraction(answer), lines, None


def _of_tier(rule: EarningRule, purchase: Purchase) -> int:
    return (rule.by_tier or {}).get(purchase.tier, 0)


def too_many(rule: EarningRule) -> LimitExceeded:
    """Return the error of a rule that would grant more points than one award can hold."""
    return LimitExceeded("grants too many points", path=f"earning[{rule.id}]", limit=POINTS_MAX)


def sum_of(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum of amounts, of which there is at least one."""
    return reduce(EXACT.add, amounts)


def pieces_of(lines: Collection[str], cart: Cart) -> dict[str, Decimal]:
    """Return how many pieces some lines of a cart have."""
    return {item.line_id: Decimal(item.quantity) for item in cart.items if item.line_id in lines}
