"""The fields of ledger commands: what each name means and what it accepts, said once for all commands."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.errors import InvalidInput
from loyalcore.values.calendar import parse_duration, parse_expiry, parse_start
from loyalcore.values.clock import check_instant
from loyalcore.values.ids import check_text
from loyalcore.values.points import POINTS_MAX, check_points

if TYPE_CHECKING:
    from collections.abc import Callable

NOTE_MAX = 500
ENTRY_ID_MAX = 1000
CYCLE_MAX = 1_000_000


def _text(value: object, path: str) -> None:
    check_text(value, path)


def _maybe_empty(value: object, path: str) -> None:
    check_text(value, path, length_min=0)


def _note(value: object, path: str) -> None:
    check_text(value, path, length_max=NOTE_MAX)


def _entry_id(value: object, path: str) -> None:
    check_text(value, path, length_max=ENTRY_ID_MAX)


def _entry_ids(value: object, path: str) -> None:
    if not isinstance(value, tuple):
        raise InvalidInput("give a tuple of entry ids", path=path)
    for index, each in enumerate(value):
        _entry_id(each, f"{path}[{index}]")


def _day(value: object, path: str) -> None:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise InvalidInput("give a date without a time: the last valid day", path=path)
    if not 1970 <= value.year <= 9990:
        raise InvalidInput("give a day between the years 1970 and 9990", path=path)


def _cycle(value: object, path: str) -> None:
    if check_points(value, path) > CYCLE_MAX:
        raise InvalidInput(f"a cycle is at most {CYCLE_MAX}", path=path)


def _signed_points(value: object, path: str) -> None:
    if check_points(value, path, minimum=-POINTS_MAX) == 0:
        raise InvalidInput("an adjustment is not 0; use points.activity to record that something happened", path=path)


CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "customer_id": _text,
    "into": _text,
    "to": _text,
    "holder_id": _text,
    "points": check_points,
    "signed_points": _signed_points,
    "key": _text,
    "reason": _maybe_empty,
    "note": _note,
    "ledger": _maybe_empty,
    "to_ledger": _maybe_empty,
    "program": _text,
    "order_id": _text,
    "rule": _text,
    "source_type": _text,
    "source_id": _text,
    "line": _maybe_empty,
    "side": _maybe_empty,
    "cycle": _cycle,
    "hold_id": _entry_id,
    "entry_id": _entry_id,
    "entry_ids": _entry_ids,
    "activation": parse_start,
    "expiry": parse_expiry,
    "by": parse_duration,
    "hold_for": parse_duration,
    "active_from": check_instant,
    "expires_at": check_instant,
    "lapses_at": check_instant,
    "occurred_at": check_instant,
    "expires_on": _day,
}


def check_fields(command: Any) -> None:
    """Check every field of a command by its name; a field whose default is None may be None.

    Raises:
        InvalidInput: A value of the wrong type or out of range; `path` is the field.
        LimitExceeded: A text or an amount beyond its limit.
    """
    for field in attrs.fields(type(command)):
        value = getattr(command, field.name)
        if value is None and field.default is None:
            continue
        CHECKS[field.metadata.get("check", field.name)](value, field.name)


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
