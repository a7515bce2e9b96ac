"""The fields of ledger commands: what each name means and what it accepts, said once for all commands."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.calendar import parse_duration, parse_expiry, parse_start
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_text
from loyalcore.values.points import POINTS_MAX, check_points

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE_MAX = 500
ENTRY_ID_MAX = 1000
CYCLE_MAX = 1_000_000


def _maybe_empty(value: object, path: str) -> str:
    return check_text(value, path, length_min=0)


def _note(value: object, path: str) -> str:
    return check_text(value, path, length_max=NOTE_MAX)


def _entry_id(value: object, path: str) -> str:
    return check_text(value, path, length_max=ENTRY_ID_MAX)


def _entry_ids(value: object, path: str) -> tuple[str, ...]:
    if not isinstance(value, tuple | list):
        raise InvalidInput("give a list of entry ids", path=path)
    return tuple(_entry_id(each, f"{path}[{index}]") for index, each in enumerate(value))


def _day(value: object, path: str) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidInput(f"give a date without a time, the last valid day, not {type(value).__name__}", path=path)
    if not 1970 <= value.year <= 9990:
        raise InvalidInput("give a day between the years 1970 and 9990", path=path)
    return value


def _cycle(value: object, path: str) -> int:
    cycle = check_points(value, path)
    if cycle > CYCLE_MAX:
        raise LimitExceeded("is too high a cycle", path=path, limit=CYCLE_MAX)
    return cycle


def _signed_points(value: object, path: str) -> int:
    points = check_points(value, path, minimum=-POINTS_MAX)
    if points == 0:
        raise InvalidInput("an adjustment is not 0; use points.activity to record that something happened", path=path)
    return points


def _start(value: object, path: str) -> str:
    return parse_start(check_text(value, path), path).text


def _expiry(value: object, path: str) -> str:
    return parse_expiry(check_text(value, path), path).text


def _span(value: object, path: str) -> str:
    return parse_duration(check_text(value, path), path).text


CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "customer_id": check_text,
    "into": check_text,
    "to": check_text,
    "holder_id": check_text,
    "points": check_points,
    "signed_points": _signed_points,
    "key": check_text,
    "reason": _maybe_empty,
    "note": _note,
    "ledger": _maybe_empty,
    "to_ledger": _maybe_empty,
    "program": check_text,
    "order_id": check_text,
    "rule": check_text,
    "source_type": check_text,
    "source_id": check_text,
    "line": _maybe_empty,
    "side": _maybe_empty,
    "cycle": _cycle,
    "hold_id": _entry_id,
    "entry_id": _entry_id,
    "entry_ids": _entry_ids,
    "activation": _start,
    "expiry": _expiry,
    "by": _span,
    "hold_for": _span,
    "active_from": check_instant,
    "expires_at": check_instant,
    "lapses_at": check_instant,
    "occurred_at": check_instant,
    "expires_on": _day,
}


def check_fields(command: Any) -> None:
    """Check every field of a command by its name; its default is always right.

    What a check makes of a value takes its place: an instant in UTC, a plain text or int for one of a class of its own.

    Raises:
        InvalidInput: A value of the wrong type or out of range; `path` is the field.
        LimitExceeded: A text or an amount beyond its limit.
    """
    for name, check, default in _checks_of(command.__class__):
        value = getattr(command, name)
        if value is not default:
            checked = check(value, name)
            if checked is not value:
                object.__setattr__(command, name, checked)


@cache
def _checks_of(kind: type[Any]) -> tuple[tuple[str, Callable[[Any, str], Any], Any], ...]:
    """Give the name of each field of a kind of command, what checks it, and its default, which needs no check."""
    return tuple(
        (field.name, CHECKS[field.metadata.get("check", field.name)], field.default) for field in attrs.fields(kind)
    )


def at_most_one(command: Any, *names: str) -> None:
    """Refuse two ways of saying one thing.

    Raises:
        InvalidInput: More than one of them is given.
    """
    given = [name for name in names if getattr(command, name) not in (None, ())]
    if len(given) > 1:
        raise InvalidInput(f"give {' or '.join(given)}, not both", path=given[1])


def exactly_one(command: Any, *names: str) -> None:
    """Refuse two ways of saying one thing, and none.

    Raises:
        InvalidInput: None or more than one of them is given.
    """
    at_most_one(command, *names)
    if all(getattr(command, name) in (None, ()) for name in names):
        raise InvalidInput(f"give one of {', '.join(names)}", path=names[0])


def need_reason(command: Any) -> None:
    """Refuse an empty reason where a person acts by hand.

    Raises:
        InvalidInput: The reason is empty.
    """
    if not command.reason:
        raise InvalidInput("say why: a short code or text without personal data", path="reason")
