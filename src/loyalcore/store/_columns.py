"""Records as columns, for a store that keeps rows or documents: each record as a flat mapping of names, and back.

A column is a text, a whole number, a boolean, an instant, a date or None; what is nested (draws, lots, digests) is made
of what JSON can write. The first columns are those of the record's name, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from loyalcore.domain import customers, decision, ledger, orders, referrals, segments
from loyalcore.domain.customers import Customer, CustomerRow, Membership
from loyalcore.domain.decision import (
    Counter,
    CounterRef,
    CustomerRef,
    DebtRef,
    EntriesRef,
    Fact,
    FactRef,
    HolderRef,
    HoldRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    Note,
    NoteRef,
    Notice,
    NoticeRef,
    OrderRef,
    OrdersRef,
    ReferralCodeRef,
    ReferralCodesRef,
    ReferralRef,
    ReferralsRef,
    SegmentRef,
)
from loyalcore.domain.ledger import Debt, Entry, Ledger, Lot, PointsHold
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment
from loyalcore.errors import StoreError

if TYPE_CHECKING:
    from loyalcore.domain.decision import Record, Ref
    from loyalcore.query import All

    Read = Callable[[Any], Any]
    _Step = tuple[str, str | None, Read]

KIND_OF: Final[Mapping[type[Any], type[Any]]] = {
    CustomerRef: Customer,
    HolderRef: Customer,
    MembershipRef: Membership,
    LedgerRef: Ledger,
    LotRef: Lot,
    HoldRef: PointsHold,
    DebtRef: Debt,
    EntriesRef: Entry,
    KeyRef: KeyRecord,
    FactRef: Fact,
    NoteRef: Note,
    NoticeRef: Notice,
    SegmentRef: Segment,
    OrderRef: Order,
    OrdersRef: Order,
    ReferralRef: Referral,
    ReferralsRef: Referral,
    ReferralCodeRef: ReferralCode,
    ReferralCodesRef: ReferralCode,
    CounterRef: Counter,
}
"""Which kind of record each kind of ref leads to."""

ALL_OF: Final[frozenset[type[Any]]] = frozenset({OrdersRef, ReferralsRef, ReferralCodesRef})
"""The refs that lead to all records of one holder: a tuple, in the order of their names."""

KINDS_OF_ROW: Final[Mapping[type[Any], tuple[type[Any], ...]]] = {
    CustomerRow: (Customer, Membership),
    Entry: (Entry,),
    Order: (Order,),
    Referral: (Referral,),
    ReferralCode: (ReferralCode,),
}
"""The rows that lists are made of, each with the kinds of record that it is put together from."""

_PLANS: dict[type[Any], list[_Step]] = {}
_OPEN_PARTS = ("lots", "holds", "debts")
_WORDS = dict[str, Any]()
for _slice in (ledger, customers, segments, orders, referrals, decision):
    _WORDS.update(vars(_slice))
_WORDS.update({kind.__name__: kind for kind in (date, datetime, Decimal, Mapping)})


def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind, localns=_WORDS)


# Names ------------------------------------------------------------------------------------------------------------


def names(kind: type[Any]) -> tuple[str, ...]:
    """Give the columns that name the records of a kind, in the order in which a stream is sorted by them.

    Args:
        kind: The class of the records.

    Source: HOUSE 4 (every table is keyed by environment and holder first).

    Example:
        >>> names(Lot)
        ('environment', 'holder_id', 'program_id', 'ledger', 'lot')
    """
    return _NAMES[kind]


def _fields_of(ref: type[Any]) -> tuple[str, ...]:
    fields: list[str] = []
    for name, hint in _hints(ref).items():
        fields.extend(_fields_of(hint) if attrs.has(hint) else (name,))
    return tuple(fields)


_NAMES = {kind: _fields_of(ref) for ref, kind in KIND_OF.items() if ref not in {HolderRef, *ALL_OF}}
_NAMES[Entry] = (*_NAMES[Ledger], "seq")


def name_columns(ref: Ref) -> dict[str, Any]:
    """Give the columns by which the record of a ref is found, or its records.

    Args:
        ref: The name of a record, whose customer is meant, or which entries or records of a holder are.

    Source: HOUSE 4 (every statement carries the leading key).

    Example:
        >>> name_columns(CustomerRef("live", "ada"))
        {'environment': 'live', 'customer_id': 'ada'}
        >>> list(name_columns(EntriesRef(LedgerRef("live", "h1", "beans"), "order_id", "o-1")))
        ['environment', 'holder_id', 'program_id', 'ledger', 'order_id']
    """
    if isinstance(ref, EntriesRef):
        return {**name_columns(ref.ledger), ref.by: ref.value}
    if isinstance(ref, ReferralsRef):
        return {"environment": ref.environment, f"{ref.side}_holder_id": ref.holder_id}
    columns: dict[str, Any] = {}
    for name, value in attrs.asdict(ref, recurse=False).items():
        columns.update(name_columns(value) if attrs.has(type(value)) else {name: value})
    return columns


def narrowing(query: All) -> dict[str, str]:
    """Give the columns that a query fixes, those that its kind has; `due_by` is left to the store.

    Args:
        query: What is asked.

    Source: House decision (a column that a kind does not have narrows nothing).

    Example:
        >>> from loyalcore.query import All
        >>> narrowing(All(KeyRecord, "live", holder_id="h1", program_id="beans"))
        {'environment': 'live', 'holder_id': 'h1'}
    """
    known = {*names(query.kind), *(column for _, column, read in _plan(query.kind) if read is _as_it_is)}
    asked = {name: getattr(query, name) for name in names(Ledger) if name in known}
    return {name: value for name, value in asked.items() if value is not None}


# Records ----------------------------------------------------------------------------------------------------------


def to_columns(record: Record) -> dict[str, Any]:
    """Give a record as columns; a ledger without its open parts, which are records of their own.

    Args:
        record: A record of one of the kinds that a store keeps.

    Returns:
        The columns by their names; instants and dates as they are, so that a database can sort them. As JSON:
        `json.dumps(to_columns(record), default=str)`.

    Source: House decision.

    Example:
        >>> from loyalcore.domain.ledger import Draw
        >>> ref = LedgerRef("live", "h1", "beans")
        >>> to_columns(Debt(ledger=ref, entry_id="h1:beans:3:", owed=5, seq=3, paid=(Draw(2, 7),)))["paid"]
        [[2, 7]]
    """
    kind = type(record)
    columns: dict[str, Any] = {}
    for field, column, _ in _plan(kind):
        value = getattr(record, field)
        if column is None:
            columns.update(name_columns(value))
        else:
            columns[column] = value if isinstance(value, date) else _plain(value)
    return columns


def from_columns(kind: type[Any], columns: Mapping[str, Any], **others: Any) -> Any:
    """Give the record of columns, as `to_columns` or JSON wrote them.

    Args:
        kind: The class of the record.
        columns: The columns by their names; more than the record has is no fault. Instants are aware, or ISO texts.
        others: Fields of the record that are kept elsewhere: `lots`, `holds` and `debts` of a ledger.

    Raises:
        StoreError: They are not the columns of such a record.

    Source: House decision.

    Example:
        >>> ref = LedgerRef("live", "h1", "beans")
        >>> debt = Debt(ledger=ref, entry_id="h1:beans:3:", owed=5, seq=3)
        >>> from_columns(Debt, to_columns(debt)) == debt
        True
    """
    try:
        for field, column, read in _plan(kind):
            others[field] = read(columns if column is None else columns[column])
        return kind(**others)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise StoreError(f"these are not the columns of a record of the kind {kind.__name__}") from error


def _plan(kind: type[Any]) -> list[_Step]:
    """Give each field of a record with its column, None where it is spread into the columns of a name."""
    return _PLANS.get(kind) or _PLANS.setdefault(kind, _make_plan(kind))


def _make_plan(kind: type[Any]) -> list[_Step]:
    hints = _hints(kind)
    spread = "ref" if "ref" in hints else "ledger"
    steps: list[_Step] = []
    for name, hint in hints.items():
        if name == spread:
            steps.append((name, None, _name_reader(hint)))
        elif not (kind is Ledger and name in _OPEN_PARTS):
            steps.append((name, "hold_id" if name == "id" else name, _reader(hint)))
    return steps


def _name_reader(ref: type[Any]) -> Read:
    parts = [(name, _name_reader(hint) if attrs.has(hint) else None) for name, hint in _hints(ref).items()]
    return lambda columns: ref(**{name: columns[name] if read is None else read(columns) for name, read in parts})


# Values -----------------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """Give a value as JSON can write it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, date | Decimal):
        return str(value)
    if attrs.has(type(value)):
        return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value)) if field.init}
    return value


def _reader(hint: Any) -> Read:
    """Give what reads a plain value as the type of its field."""
    kind = get_origin(hint) or hint
    if kind in _READERS:
        return _READERS[kind]
    if kind in {Union, UnionType}:
        return _union_reader(tuple(each for each in get_args(hint) if each is not NoneType))
    if kind is tuple:
        return _tuple_reader(get_args(hint))
    if attrs.has(kind):
        given = {field.name for field in attrs.fields(kind) if field.init}
        fields = {name: _reader(each) for name, each in _hints(kind).items() if name in given}
        return lambda value: kind(**{name: fields[name](each) for name, each in value.items()})
    if issubclass(kind, tuple):  # one with names
        reads = [_reader(each) for each in _hints(kind).values()]
        return lambda value: kind(*[read(each) for read, each in zip(reads, value, strict=False)])
    return _as_it_is if kind in {int, str} else kind  # an enum


def _union_reader(kinds: tuple[Any, ...]) -> Read:
    if Decimal in kinds:  # beside whole numbers, which JSON keeps apart from texts
        return lambda value: Decimal(value) if isinstance(value, str) else value
    (kind,) = kinds
    read = _reader(kind)
    return lambda value: None if value is None else read(value)


def _tuple_reader(kinds: tuple[Any, ...]) -> Read:
    first = _reader(kinds[0])
    if kinds[1:] == (...,):
        return lambda value: tuple([first(each) for each in value])
    reads = [_reader(kind) for kind in kinds]
    return lambda value: tuple([read(each) for read, each in zip(reads, value, strict=True)])


def _as_it_is(value: Any) -> Any:
    return value


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    if instant.utcoffset() is None:
        raise ValueError("an instant without a zone")
    read: datetime = instant.astimezone(UTC)
    return read


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else date(value.year, value.month, value.day)


_READERS: Final[Mapping[Any, Read]] = {
    datetime: _instant,
    date: _day,
    bool: bool,
    Mapping: dict,
}
