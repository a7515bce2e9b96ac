"""The statements, compiled once for each kind of database and run on the driver's connection.

Each statement is a text whose parameters are positional, in the order of the columns of its table.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, and_, bindparam, delete, insert, literal_column, select, update

from loyalcore.adapters.sqlalchemy import _bulk, _schema
from loyalcore.adapters.sqlalchemy._listings import Listings
from loyalcore.adapters.sqlalchemy._tables import HOLDER, OF_LEDGER, TABLE_OF, prefix, read_columns
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import Counter, KeyRecord, Note, Notice
from loyalcore.domain.ledger import Debt, Ledger, Lot, PointsHold
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Select
    from sqlalchemy.sql import ClauseElement

    from loyalcore.adapters.sqlalchemy._dialects import Idiom
    from loyalcore.query import All


def is_open(kind: type[Any]) -> ColumnElement[bool]:
    """Give the condition of a part that is open, word for word as in its partial index."""
    zero: ColumnElement[int] = literal_column("0")
    if kind is Lot:
        return _schema.LOT.c.free + _schema.LOT.c.held > zero
    if kind is Debt:
        return _schema.DEBT.c.owed > zero
    return _schema.HOLD.c.state == literal_column("'open'")


INDEX_OF_OPEN: dict[type[Any], str] = {Lot: "loyal_lot_open", PointsHold: "loyal_hold_open", Debt: "loyal_debt_open"}
INDEX_OF_ENTRIES = {"order_id": "loyal_entry_order", "corrects": "loyal_entry_corrects"}
INDEX_OF_DUE: dict[type[Any], str] = {
    Ledger: "loyal_ledger_due",
    Membership: "loyal_membership_due",
    Notice: "loyal_outbox_due",
}
INDEX_OF_HOLDER = "loyal_customer_holder"
INDEX_OF_ALL: dict[tuple[type[Any], str], str] = {
    (Order, "holder_id"): "loyal_order_holder",
    (ReferralCode, "holder_id"): "loyal_referral_code_holder",
    (Referral, "referrer_holder_id"): "loyal_referral_referrer",
    (Referral, "referee_holder_id"): "loyal_referral_referee",
}
"""By which index all of a kind are found that have a holder in a column."""

ORDER_OF_OPEN: dict[type[Any], tuple[str, ...]] = {
    Lot: ("lot",),
    PointsHold: ("seq", "hold_id"),
    Debt: ("seq", "entry_id"),
}
"""In which order a ledger shows what is open in it."""


VERSIONED: tuple[type[Any], ...] = (
    Customer,
    Ledger,
    Membership,
    Segment,
    Order,
    Notice,
    ReferralCode,
    Referral,
    Counter,
)
"""The kinds that are locked and written with a version, in the order in which that is done."""

WIPABLE: tuple[type[Any], ...] = (KeyRecord, Note, Notice)
"""The kinds of which everything that a holder has is taken away, in the order in which that is done."""


class Statements:
    """Every statement of a store, as its kind of database writes it."""

    def __init__(self, idiom: Idiom) -> None:
        self._idiom = idiom
        self._streams: dict[tuple[Any, ...], str] = {}
        self.load: dict[type[Any], str] = {kind: self._load(kind) for kind in TABLE_OF}
        self.open: dict[type[Any], str] = {kind: self._open(kind) for kind in ORDER_OF_OPEN}
        self.entries: dict[str, str] = {by: self._entries(by) for by in ("seq", "order_id", "corrects")}
        self.insert: dict[type[Any], str] = {kind: self._compile(insert(table)) for kind, table in TABLE_OF.items()}
        self.holder: str = self._compile(self._of_holder())
        self.all_of: dict[tuple[type[Any], str], str] = {named: self._all_of(*named) for named in INDEX_OF_ALL}
        self.soonest: dict[type[Any], str] = {kind: self._soonest(kind) for kind in INDEX_OF_DUE}
        self.lock: dict[type[Any], str] = {kind: self._lock(kind) for kind in VERSIONED} if idiom.locks else {}
        self.update: dict[type[Any], str] = {kind: self._update(kind) for kind in VERSIONED}
        self.upsert: dict[type[Any], str] = {kind: self._upsert(kind) for kind in ORDER_OF_OPEN}
        self.remove: dict[type[Any], str] = {kind: self._remove(kind) for kind in VERSIONED}
        self.wipe: dict[type[Any], str] = {kind: self._wipe(kind) for kind in WIPABLE}

    def _compile(self, statement: ClauseElement) -> str:
        return str(statement.compile(dialect=self._idiom.compiler))

    def _load(self, kind: type[Any]) -> str:
        table = TABLE_OF[kind]
        columns = read_columns(table)[prefix(kind) :]
        return self._compile(select(*columns).where(*_same(table.primary_key.columns)))

    def _upsert(self, kind: type[Any]) -> str:
        """Compile what writes a row over the one of the same name, or makes it."""
        table = TABLE_OF[kind]
        key = [column.name for column in table.primary_key.columns]
        made = self._idiom.insert(table)
        return self._compile(
            made.on_conflict_do_update(
                index_elements=key,
                set_={column.name: made.excluded[column.name] for column in table.columns if column.name not in key},
            )
        )

    def _of_holder(self) -> Select[Any]:
        """Ask for the whole row of the customer that a holder belongs to."""
        table = _schema.CUSTOMER
        asked = select(*read_columns(table)).where(*_same(table.c[name] for name in HOLDER))
        return self._idiom.by_index(asked, table, INDEX_OF_HOLDER)

    def _all_of(self, kind: type[Any], column: str) -> str:
        """Compile the query of the whole rows of a kind that have a holder in a column."""
        table = TABLE_OF[kind]
        asked = select(*read_columns(table)).where(*_same([table.c.environment, table.c[column]]))
        asked = self._idiom.by_index(asked, table, INDEX_OF_ALL[kind, column])
        return self._compile(asked.order_by(*table.primary_key.columns))

    def _soonest(self, kind: type[Any]) -> str:
        """Compile the query of when the next record of an environment is due: one look at the end of an index."""
        table = TABLE_OF[kind]
        due = table.c.next_change_at
        asked = select(due).where(*_same([table.c.environment]), due.is_not(None)).order_by(due)
        asked = asked.limit(literal_column("1")).offset(literal_column("0"))
        return self._compile(self._idiom.by_index(asked, table, INDEX_OF_DUE[kind]))

    def _remove(self, kind: type[Any]) -> str:
        """Compile what takes a row away: its parameters are the name, and the expected version."""
        table = TABLE_OF[kind]
        return self._compile(delete(table).where(*_same([*table.primary_key.columns, table.c.version])))

    def _wipe(self, kind: type[Any]) -> str:
        table = TABLE_OF[kind]
        return self._compile(delete(table).where(*_same(table.c[name] for name in HOLDER)))

    def _lock(self, kind: type[Any]) -> str:
        table = TABLE_OF[kind]
        asked: Select[Any] = select(literal_column("1")).select_from(table).where(*_same(table.primary_key.columns))
        return self._compile(asked.with_for_update(key_share=True))

    def _open(self, kind: type[Any]) -> str:
        table = TABLE_OF[kind]
        columns = list(table.columns)
        asked = select(*columns[OF_LEDGER:]).where(*_same(columns[:OF_LEDGER]), is_open(kind))
        asked = self._idiom.by_index(asked, table, INDEX_OF_OPEN[kind])
        return self._compile(asked.order_by(*(table.c[name] for name in ORDER_OF_OPEN[kind])))

    def _entries(self, by: str) -> str:
        table = _schema.ENTRY
        columns = list(table.columns)
        asked = select(*columns[OF_LEDGER:]).where(*_same(columns[:OF_LEDGER]), table.c[by] == bindparam(by))
        if by in INDEX_OF_ENTRIES:
            asked = self._idiom.by_index(asked, table, INDEX_OF_ENTRIES[by])
        return self._compile(asked.order_by(table.c.seq))

    def _update(self, kind: type[Any]) -> str:
        """Compile an update: its parameters are the row without its name, the name, and the expected version."""
        table = TABLE_OF[kind]
        name = list(table.primary_key.columns)
        others = [column for column in table.columns if column not in name]
        changed = update(table).values({column.name: bindparam(f"new_{column.name}") for column in others})
        return self._compile(
            changed.where(*_same(name, "old_"), table.c.version == bindparam("old_version")),
        )

    @cached_property
    def listings(self) -> Listings:
        """The pages and counts of lists."""
        return Listings(self._idiom)

    @cached_property
    def many(self) -> Many:
        """The queries of many rows at once."""
        return Many()

    # Streams

    def stream(self, kind: type[Any], query: All, *, is_part: bool = False) -> str:
        """Give the statement that streams a kind for a query, whole rows in the order of the name.

        Args:
            kind: The class of the records.
            query: What is asked; its values are given by `values`.
            is_part: Whether only what is open is asked, in the order in which a ledger shows it.
        """
        shape = (
            kind,
            is_part,
            query.holder_id is not None,
            query.program_id is not None,
            query.ledger is not None,
            query.due_by is not None,
        )
        found = self._streams.get(shape)
        if found is None:
            found = self._streams[shape] = self._compile(self._streamed(kind, query, is_part))
        return found

    def _streamed(self, kind: type[Any], query: All, is_part: bool) -> Select[Any]:
        table, by_index = TABLE_OF[kind], self._idiom.by_index
        is_due = query.due_by is not None and (is_part or kind in INDEX_OF_DUE)
        narrowed = _schema.LEDGER if is_due and is_part else table
        asked = select(*read_columns(table)).where(*_same(narrowed.c[name] for name, _ in narrowings(kind, query)))
        if is_due:
            asked = by_index(asked, narrowed, INDEX_OF_DUE[Ledger if is_part else kind], is_joined=is_part).where(
                narrowed.c.next_change_at <= bindparam("due_by")
            )
        elif kind is Customer and query.holder_id is not None:
            asked = by_index(asked, table, INDEX_OF_HOLDER)
        order = list(table.primary_key.columns)
        if is_part:
            if is_due:
                names = narrowed.primary_key.columns
                asked = asked.join_from(narrowed, table, and_(*(table.c[name.name] == name for name in names)))
            asked = by_index(asked, table, INDEX_OF_OPEN[kind]).where(is_open(kind))
            order = [*order[:OF_LEDGER], *(table.c[name] for name in ORDER_OF_OPEN[kind])]
        return asked.order_by(*order)


@cache
def statements_of(idiom: Idiom) -> Statements:
    """Give the statements of a kind of database: compiling them takes far longer than opening a store."""
    return Statements(idiom)


class Many:
    """The queries of many rows at once, for a database that takes arrays."""

    def __init__(self) -> None:
        names = {kind: list(table.primary_key.columns) for kind, table in TABLE_OF.items()}
        self.load: dict[type[Any], str] = {kind: _bulk.load_many(kind, names[kind]) for kind in TABLE_OF}
        self.holder: str = _bulk.load_many(Customer, [_schema.CUSTOMER.c[name] for name in HOLDER])
        self.open: dict[type[Any], str] = {
            kind: _bulk.load_many(kind, names[kind][:OF_LEDGER], str(is_open(kind))) for kind in ORDER_OF_OPEN
        }
        self.lock: dict[type[Any], str] = {kind: _bulk.lock_many(kind) for kind in VERSIONED}


def _same(columns: Any, mark: str = "") -> list[ColumnElement[bool]]:
    return [column == _bound(column, mark) for column in columns]


def _bound(column: Column[Any], mark: str = "") -> BindParameter[Any]:
    return bindparam(f"{mark}{column.name}", type_=column.type)


def narrowings(kind: type[Any], query: All) -> tuple[tuple[str, Any], ...]:
    """Give the columns of a kind's table that a query narrows, with their values; others do not apply to it."""
    asked = (("holder_id", query.holder_id), ("program_id", query.program_id), ("ledger", query.ledger))
    columns = TABLE_OF[kind].columns
    return (
        ("environment", query.environment),
        *((name, value) for name, value in asked if value is not None and name in columns),
    )
