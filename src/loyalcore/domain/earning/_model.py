"""The earning rule: so many points for every full step of money."""

from __future__ import annotations

from decimal import Decimal

import attrs

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_amount
from loyalcore.values.points import check_points

RULE_ID_MAX = 64


def _per(value: Decimal | int | str) -> Decimal:
    """Read a text or an int; what is no amount is left as it is, to be named beside the other faults."""
    try:
        return check_amount(value, "per")
    except (InvalidInput, LimitExceeded):
        return value  # type: ignore[return-value]


@attrs.frozen
class EarningRule:
    """So many points for every full step of money; each rule steps on its own.

    Args:
        id: The rule's name in its program, 1 to 64 printable characters; it stands in every entry that it grants.
        points: The points of one step, at least 1, in the program's smallest unit.
        per: The size of one step in the program's currency, more than 0.

    Raises:
        InvalidDocument: One or more of them are not so; all of them are named.

    Source: DOMAIN 3.4 (whole steps).

    Example:
        >>> EarningRule("base", points=1, per="1.50").per
        Decimal('1.50')
    """

    id: str
    points: int = attrs.field(kw_only=True)
    per: Decimal = attrs.field(kw_only=True, converter=_per)
    ratio: tuple[int, int] = attrs.field(init=False, repr=False, eq=False, default=(1, 1))

    def __attrs_post_init__(self) -> None:
        faults = []
        for check in (self._check_id, self._check_points, self._check_per):
            try:
                check()
            except (InvalidInput, LimitExceeded) as error:
                faults.append(Fault(error.path, error.message.removeprefix(f"{error.path}: ")))
        if faults:
            raise InvalidDocument(faults)
        # The step as a fraction of two integers, worked out once: earning is integer division, exact at any size.
        object.__setattr__(self, "ratio", self.per.as_integer_ratio())

    def _check_id(self) -> None:
        check_text(self.id, "id", length_max=RULE_ID_MAX)

    def _check_points(self) -> None:
        check_points(self.points, "points")

    def _check_per(self) -> None:
        if check_amount(self.per, "per") <= 0:
            raise InvalidInput("must be more than 0", path="per")
