"""What is nested in a row, as compact JSON, and instants and dates, as numbers and text; and back."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger import Carried, CarriedDebt, CarriedHold, Draw, NewLot, TermChange
from loyalcore.values.clock import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loyalcore.domain.decision import LedgerRef

dump = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_decode = json.JSONDecoder().raw_decode


def read(text: str) -> Any:
    """Read JSON."""
    return _decode(text)[0]


def maybe_instant(micros: int | None) -> datetime | None:
    """Give the instant of microseconds since 1970, None where there is none."""
    return None if micros is None else from_micros(micros)


def micros(instant: datetime | None) -> int | None:
    """Give an instant as microseconds since 1970, None where there is none."""
    return None if instant is None else to_micros(instant)


def day(text: str | None) -> date | None:
    """Read a date."""
    return None if text is None else date.fromisoformat(text)


def iso(day: date | None) -> str | None:
    """Give a date as text."""
    return None if day is None else day.isoformat()


def listed(values: tuple[Any, ...]) -> str | None:
    """Give values as JSON, None where there are none."""
    return dump(values) if values else None


@lru_cache(maxsize=256)
def names(text: str) -> tuple[str, ...]:
    """Read names as JSON, of programs or ledgers: many rows have the same."""
    return tuple(read(text))


@lru_cache(maxsize=256)
def plain_names(names: tuple[str, ...]) -> str | None:
    """Give names as JSON, of programs or ledgers, None where there are none."""
    return listed(names)


def plain_draws(draws: tuple[Draw, ...]) -> str | None:
    """Give draws as JSON, None where there are none."""
    return f"[{','.join([f'[{lot},{points}]' for lot, points in draws])}]" if draws else None


def read_draws(text: str | None) -> tuple[Draw, ...]:
    """Read draws."""
    return tuple([Draw(*draw) for draw in read(text)]) if text else ()


@lru_cache(maxsize=4096)
def dated(expires_at: int | None, expires_on: str) -> tuple[datetime | None, date]:
    """Give the term of a lot that ends with a day: many lots have the same."""
    return maybe_instant(expires_at), date.fromisoformat(expires_on)


def plain_amount(value: int | Decimal) -> int | str:
    """Give an amount as JSON knows it: a Decimal is a text."""
    return str(value) if isinstance(value, Decimal) else value


def read_amount(value: int | str) -> int | Decimal:
    """Read an amount, a text as a Decimal."""
    return Decimal(value) if isinstance(value, str) else value


def plain_lot(new: NewLot) -> list[Any]:
    """Give the terms of a new lot as a list."""
    return [
        new.lot,
        new.points,
        micros(new.active_from),
        micros(new.expires_at),
        iso(new.expires_on),
        new.expiry,
        new.is_earned,
        new.origin,
        new.held,
    ]


def read_lot(plain: list[Any]) -> NewLot:
    """Read the terms of a new lot."""
    number, points, active_from, expires_at, expires_on, expiry, is_earned, origin, held = plain
    return NewLot(
        number,
        points,
        maybe_instant(active_from),
        maybe_instant(expires_at),
        day(expires_on),
        expiry,
        is_earned,
        origin,
        held,
    )


def plain_change(change: TermChange) -> list[Any]:
    """Give a change of terms as a list."""
    return [change.lot, micros(change.before), micros(change.after), iso(change.expires_on)]


def read_change(plain: list[Any]) -> TermChange:
    """Read a change of terms."""
    number, before, after, expires_on = plain
    return TermChange(number, maybe_instant(before), maybe_instant(after), day(expires_on))


def plain_carried(carried: Carried) -> dict[str, Any]:
    """Give what a merge carried as plain values."""
    return {
        "origin": carried.origin,
        "awarded": carried.awarded,
        "spent": carried.spent,
        "expired": carried.expired,
        "reversed": carried.reversed,
        "earned": carried.earned,
        "holds": [
            (each.hold_id, each.points, to_micros(each.lapses_at), each.draws, each.order_id) for each in carried.holds
        ],
        "debts": carried.debts,
    }


def read_carried(plain: dict[str, Any]) -> Carried:
    """Read what a merge carried."""
    holds = tuple(
        CarriedHold(hold_id, points, from_micros(lapses_at), tuple(Draw(*draw) for draw in draws), order_id)
        for hold_id, points, lapses_at, draws, order_id in plain.pop("holds")
    )
    debts = tuple(
        CarriedDebt(entry_id, owed, tuple(Draw(*draw) for draw in paid)) for entry_id, owed, paid in plain.pop("debts")
    )
    return Carried(holds=holds, debts=debts, **plain)


def plain_ref(ref: LedgerRef) -> tuple[str, str, str, str]:
    """Give the name of a ledger as a tuple."""
    return (ref.environment, ref.holder_id, ref.program_id, ref.ledger)


def texts(values: Mapping[str, str]) -> str:
    """Give texts by name as JSON."""
    return f"{{{','.join([f'{quoted(name)}:{quoted(value)}' for name, value in values.items()])}}}"


def numbered(ref: LedgerRef, numbers: tuple[int, ...]) -> str:
    """Give the name of a ledger and numbers of its entries as JSON."""
    names = ",".join(map(quoted, plain_ref(ref)))
    return f"[{names},[{','.join(map(str, numbers))}]]"
