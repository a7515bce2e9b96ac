"""Checks: what the checks of several rooms have in common, and how all faults of one value are gathered.

A check takes a value and where it stands; it returns the value in its usual form, or says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.money import check_amount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from enum import Enum

__all__ = ["Check", "check_flag", "fault_of", "gather", "maybe", "member_of", "read_maybe_money", "read_money"]


def __dir__() -> list[str]:
    return __all__


Check = Callable[[Any, str], Any]
"""Takes a value and where it stands, returns the value or raises `InvalidInput` or `LimitExceeded`."""


def check_flag(value: object, path: str) -> bool:
    """Return a setting that is on or off.

    Args:
        value: A bool; 1 and 0 are none.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is anything else.

    Source:
        HOUSE.md 6 (no silent coercion).

    Example:
        >>> check_flag(True, "stacks")
        True
    """
    if not isinstance(value, bool):
        raise InvalidInput(f"must be true or false, not {type(value).__name__}", path=path)
    return value


def maybe(check: Check) -> Check:
    """Give the check of a value that may be None.

    Args:
        check: The check of a value that is there.

    Source:
        House decision.

    Example:
        >>> maybe(check_flag)(None, "stacks") is None
        True
    """
    return lambda value, path: None if value is None else check(value, path)


def member_of(kind: type[Enum]) -> Check:
    """Give the check of a member of an enumeration; its value as a text is none.

    Args:
        kind: The enumeration.

    Source:
        HOUSE.md 6 (no silent coercion).

    Example:
        >>> from loyalcore.values.periods import Period
        >>> member_of(Period)(Period.DAILY, "period")
        <Period.DAILY: 'daily'>
    """

    def check(value: object, path: str) -> Any:
        if not isinstance(value, kind):
            raise InvalidInput(f"must be a {kind.__name__}, not {type(value).__name__}", path=path)
        return value

    return check


def read_money(value: Decimal | int | str) -> Decimal:
    """Read a text or an int as a field is set; what is no amount is left as it is, to be named beside other faults.

    Args:
        value: What `check_amount` takes.

    Returns:
        The amount, or the value itself, which the check of the field refuses.

    Source:
        HOUSE.md 3 (errors that gather all faults).

    Example:
        >>> read_money("12.50")
        Decimal('12.50')
    """
    try:
        return check_amount(value, "")
    except (InvalidInput, LimitExceeded):
        return value  # type: ignore[return-value]


def read_maybe_money(value: Decimal | int | str | None) -> Decimal | None:
    """Read a text or an int as a field is set, or None.

    Args:
        value: What `read_money` takes, or None.

    Source:
        HOUSE.md 3 (errors that gather all faults).

    Example:
        >>> read_maybe_money(None) is None
        True
    """
    return None if value is None else read_money(value)


def fault_of(error: InvalidInput | LimitExceeded) -> Fault:
    """Return the fault that an error of a check names.

    Args:
        error: What the check raised.

    Source:
        HOUSE.md 3 (errors that gather all faults).

    Example:
        >>> fault_of(InvalidInput("must be 0 or more", path="tax"))
        Fault(path='tax', message='must be 0 or more')
    """
    return Fault(error.path, error.message.removeprefix(f"{error.path}: "))


def gather(value: Any, checks: Mapping[str, Check]) -> list[Fault]:
    """Check every field of a frozen value and put what a check makes of it in its place.

    Args:
        value: The value; a field with a fault is left as it is.
        checks: The check of each field, by its name.

    Returns:
        All faults, by the names of the fields.

    Source:
        HOUSE.md 3 (errors that gather all faults).

    Example:
        >>> from types import SimpleNamespace
        >>> gather(SimpleNamespace(stacks=1), {"stacks": check_flag})
        [Fault(path='stacks', message='must be true or false, not int')]
    """
    faults: list[Fault] = []
    for name, check in checks.items():
        given = getattr(value, name)
        try:
            checked = check(given, name)
        except InvalidDocument as error:
            faults += error.faults
        except (InvalidInput, LimitExceeded) as error:
            faults.append(fault_of(error))
        else:
            if checked is not given:
                object.__setattr__(value, name, checked)
    return faults
