"""A stream gives what its query matches, in the order of the names, as of one moment (P12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import ChangeSet, Counter, Fact, KeyRecord, LedgerRef, Note, Notice, Put
from loyalcore.domain.ledger import Entry, Ledger, Lot
from loyalcore.domain.orders import Order
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment
from loyalcore.query import All
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import Contract, Shop, write

if TYPE_CHECKING:
    from loyalcore.store import Store

REFS = [
    LedgerRef(environment, holder, program, ledger)
    for environment in ("live", "sandbox")
    for holder in ("h-1", "h-10", "h-2")
    for program in ("beans", "nuts")
    for ledger in ("", "gift")
]


def _fill(store: Store) -> None:
    for ref in reversed(REFS):
        entries = tuple(samples.entry(seq, ref) for seq in (1, 2, 3))
        puts = (Put(samples.ledger(ref, seq=3), None),)
        write(store, ChangeSet(puts=puts, parts=(samples.lot(2, ref), samples.lot(1, ref)), inserts=entries))


def _stream(store: Store, query: All) -> list[Any]:
    with store.unit(readonly=True) as unit:
        return list(unit.stream(query, samples.AT))


class StreamingContract(Contract):
    """A stream gives what its query matches."""

    @pytest.mark.parametrize(
        ("narrowed", "wanted"),
        [
            ({}, 12),
            ({"holder_id": "h-1"}, 4),
            ({"holder_id": "h-1", "program_id": "nuts"}, 2),
            ({"holder_id": "h-1", "program_id": "nuts", "ledger": ""}, 1),
            ({"holder_id": "h-1", "program_id": "nuts", "ledger": "gift"}, 1),
            ({"holder_id": "h"}, 0),
            ({"holder_id": "H-1"}, 0),
        ],
    )
    def test_a_query_is_narrowed_from_the_left(self, store: Store, narrowed: dict[str, Any], wanted: int) -> None:
        """P12: a stream gives the records of one environment, holder, program or ledger, and no others."""
        _fill(store)
        query = All(Ledger, "live", **narrowed)
        refs = [
            ref
            for ref in REFS
            if ref.environment == "live" and all(getattr(ref, name) == value for name, value in narrowed.items())
        ]
        assert len(refs) == wanted
        assert [head.ref for head in _stream(store, query)] == refs
        entries = _stream(store, All(Entry, "live", **narrowed))
        assert [(entry.ledger, entry.seq) for entry in entries] == [(ref, seq) for ref in refs for seq in (1, 2, 3)]
        lots = _stream(store, All(Lot, "live", **narrowed))
        assert [(lot.ledger, lot.lot) for lot in lots] == [(ref, number) for ref in refs for number in (1, 2)]

    @pytest.mark.parametrize(
        ("kind", "narrowed", "wanted"),
        [
            (Customer, {"holder_id": "holder-1"}, 1),
            (Customer, {"holder_id": "holder-2"}, 0),
            (Customer, {"program_id": "nuts", "ledger": "gift"}, 1),
            (Notice, {"program_id": "beans"}, 1),
            (Notice, {"program_id": "nuts"}, 0),
            (Notice, {"ledger": "gift"}, 1),
            (Fact, {"program_id": "beans", "ledger": "gift"}, 1),
            (Fact, {"program_id": "nuts"}, 0),
            (KeyRecord, {"holder_id": "holder-1", "program_id": "nuts"}, 1),
            (KeyRecord, {"holder_id": "holder-2"}, 0),
            (Note, {"ledger": "gift"}, 0),
            (Order, {"holder_id": "holder-1", "program_id": "beans"}, 1),
            (Order, {"holder_id": "holder-2"}, 0),
            (Order, {"program_id": "nuts"}, 0),
            (ReferralCode, {"holder_id": "holder-1", "program_id": "beans"}, 1),
            (ReferralCode, {"holder_id": "holder-2"}, 0),
            (ReferralCode, {"program_id": "nuts"}, 0),
            (Referral, {"holder_id": "holder-2", "program_id": "beans"}, 1),
            (Referral, {"program_id": "nuts"}, 0),
            (Counter, {"holder_id": "holder-2", "program_id": "beans"}, 1),
            (Counter, {"program_id": "nuts"}, 0),
            (Segment, {}, 1),
            (Segment, {"holder_id": "holder-2", "program_id": "nuts"}, 1),
        ],
        ids=lambda value: getattr(value, "__name__", None) or str(value),
    )
    def test_a_query_fixes_what_its_kind_has(
        self, store: Store, kind: type[Any], narrowed: dict[str, Any], wanted: int
    ) -> None:
        """P12: a query is narrowed by the columns that its kind has, and by no others."""
        kept = (samples.key(), samples.fact(), samples.note(), samples.notice())
        write(
            store,
            samples.put(samples.customer(), None, *kept),
            samples.put(samples.segment()),
            samples.put(samples.order()),
            *(samples.put(make()) for make in (samples.code, samples.referral, samples.counter)),
        )
        assert len(_stream(store, All(kind, "live", **narrowed))) == wanted

    def test_a_streamed_ledger_is_a_loaded_one(self, store: Store) -> None:
        """P12: a streamed ledger carries its open lots, holds and debts as a loaded one does."""
        _fill(store)
        for head in _stream(store, All(Ledger, "live")):
            with store.unit(readonly=True) as unit:
                assert unit.load([head.ref])[head.ref] == head
            assert [lot.lot for lot in head.lots] == [1, 2]

    def test_numbers_are_in_the_order_of_numbers(self, store: Store) -> None:
        """P12: the tenth entry comes after the ninth."""
        shop = Shop(store)
        for number in range(1, 13):
            shop.points.award("ada", number, reason="a", key=f"k-{number}")
        assert [entry.seq for entry in shop.points.entries("ada")] == [*range(1, 13)]

    def test_a_stream_is_one_view(self, store: Store) -> None:
        """P12: what is committed while a stream is read is not part of it."""
        for number in range(5):
            write(store, samples.put(samples.customer(f"c-{number}", holder_id=f"h-{number}")))
        with store.unit(readonly=True) as unit:
            stream = unit.stream(All(Customer, "live"), samples.AT)
            seen = [next(iter(stream)).customer_id]
            write(store, samples.put(samples.customer("c-9", holder_id="h-9")))
            write(store, samples.put(samples.customer("c-4", version=2, holder_id="changed"), 1))
            rest = [*stream]
        seen += [row.customer_id for row in rest]
        assert seen == [f"c-{number}" for number in range(5)]
        assert rest[-1].holder_id == "h-4"
