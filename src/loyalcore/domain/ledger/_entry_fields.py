"""The field table of ledger entries: what lists and exports of them are made of."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from loyalcore.domain.ledger._entry import Entry, EntryKind
from loyalcore.query import Field, Id, Instant, Noun, Whole


class EntryFields:
    """The fields of ledger entries, by their names; a record is an `Entry`.

    Source: DOMAIN 2 (TAL points, INF activity feed), 3.8.

    Example:
        >>> from loyalcore.query import Query
        >>> str(Query(ENTRIES, EntryFields.kind.in_(["award", "spend"]), sort=[EntryFields.recorded_at.desc()]))
        'kind:(award,spend) sort:-recorded_at'
    """

    holder_id: Id = Id("holder_id", attrgetter("ledger.holder_id"), is_required=True)
    program_id: Id = Id("program_id", attrgetter("ledger.program_id"), is_required=True)
    ledger: Id = Id("ledger", attrgetter("ledger.ledger"), is_required=True)
    seq: Whole = Whole("seq", attrgetter("seq"), is_required=True)
    kind: Id = Id("kind", attrgetter("kind.value"), is_required=True, words=[each.value for each in EntryKind])
    points: Whole = Whole("points", attrgetter("points"), is_required=True)
    recorded_at: Instant = Instant("recorded_at", attrgetter("recorded_at"), is_required=True)
    effective_at: Instant = Instant("effective_at", attrgetter("effective_at"), is_required=True)
    occurred_at: Instant = Instant("occurred_at", attrgetter("occurred_at"))
    reason: Id = Id("reason", attrgetter("reason"), is_required=True)
    actor: Id = Id("actor", attrgetter("actor"), is_required=True)
    order_id: Id = Id("order_id", attrgetter("order_id"))
    rule: Id = Id("rule", attrgetter("rule"))
    hold_id: Id = Id("hold_id", attrgetter("hold_id"))
    lapses_at: Instant = Instant("lapses_at", attrgetter("lapses_at"))
    corrects: Id = Id("corrects", attrgetter("corrects"))
    counterpart: Id = Id("counterpart", attrgetter("counterpart"))
    owed: Whole = Whole("owed", attrgetter("owed"), is_required=True)
    waived: Whole = Whole("waived", attrgetter("waived"), is_required=True)
    program_version: Whole = Whole("program_version", attrgetter("program_version"), is_required=True)


ENTRIES: Final[Noun] = Noun(
    "entry",
    [field for field in vars(EntryFields).values() if isinstance(field, Field)],
    ids=[EntryFields.holder_id, EntryFields.program_id, EntryFields.ledger, EntryFields.seq],
    kind=Entry,
    aliases={"program": "program_id", "order": "order_id", "hold": "hold_id", "created": "recorded_at"},
)
"""Ledger entries as queries see them."""
