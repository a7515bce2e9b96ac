"""What is written is what is read: every field, every kind, in order (P4, P5, P7, P9, P11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.decision import (
    ChangeSet,
    CounterRef,
    CustomerRef,
    DebtRef,
    EntriesRef,
    FactRef,
    HoldRef,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    NoteRef,
    OrderRef,
    Put,
    ReferralCodeRef,
    ReferralRef,
    SegmentRef,
)
from loyalcore.domain.ledger import EntryKind, HoldState
from loyalcore.errors import StaleVersion
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import THREADS, Contract, need, race, read, refused, write
from loyalcore.testing.contract._samples import AT, FAR, REF

if TYPE_CHECKING:
    from loyalcore.domain.decision import Record
    from loyalcore.store import Store

PUTS = tuple(name for name, record in samples.FULL.items() if hasattr(record, "version"))
PARTS = ("lot", "lot that waits", "hold", "debt")
TAKEN: dict[str, tuple[Any, Any]] = {
    "entry": (samples.entry(), samples.entry(points=9)),
    "key": (samples.key(), samples.key(command="points.spend")),
    "fact": (samples.fact(), attrs.evolve(samples.fact(), seq=2)),
    "note": (samples.note(), samples.note(text="another")),
    "notice": (samples.notice(), samples.notice(kind="points_adjusted")),
}


class AppendContract(Contract):
    """What is written is what is read."""

    @pytest.mark.parametrize(
        "ref",
        [
            CustomerRef("live", "nobody"),
            MembershipRef("live", "h", "p"),
            LedgerRef("live", "h", "p", ""),
            LotRef(REF, 1),
            HoldRef(REF, "h"),
            DebtRef(REF, "e"),
            KeyRef("live", "h", "k"),
            FactRef("live", "h", "p", "r", "order", "o"),
            NoteRef(REF, 1),
            SegmentRef("live", "s"),
            OrderRef("live", "o"),
            ReferralCodeRef("live", "c"),
            ReferralRef("live", "r"),
            CounterRef("live", "p", "c"),
        ],
        ids=lambda ref: type(ref).__name__,
    )
    def test_what_is_not_there_is_none(self, store: Store, ref: Any) -> None:
        """P4: `load` answers a ref that leads nowhere with None."""
        assert read(store, ref) is None

    @pytest.mark.parametrize(("by", "value"), [("seq", 1), ("order_id", "o"), ("corrects", "e")])
    def test_no_entries_are_an_empty_tuple(self, store: Store, by: Any, value: Any) -> None:
        """P4: `load` answers entries that are not there with an empty tuple."""
        assert read(store, EntriesRef(REF, by, value)) == ()

    def test_every_ref_is_answered(self, store: Store) -> None:
        """P4: `load` answers every ref of several kinds at once, those that are there and those that are not."""
        write(store, samples.put(samples.ledger(), None, samples.entry()), samples.put(samples.customer()))
        here = (REF, CustomerRef("live", "ada"), EntriesRef(REF, "seq", 1))
        gone = (CustomerRef("live", "bob"), EntriesRef(REF, "seq", 2), KeyRef("live", "holder-1", "k-9"))
        with store.unit(readonly=True) as unit:
            found = unit.load([*here, *gone])
            assert unit.load([]) == {}
        assert set(found) == {*here, *gone}
        assert [bool(found[ref]) for ref in (*here, *gone)] == [True] * 3 + [False] * 3

    @pytest.mark.parametrize("name", samples.FULL)
    def test_every_field_comes_back(self, store: Store, name: str) -> None:
        """P7: every field of a record comes back as it was: texts exactly, instants to the microsecond and in UTC."""
        record = samples.FULL[name]
        if name in PUTS:
            write(store, samples.put(record))
        elif name in PARTS:
            write(store, ChangeSet(puts=(Put(samples.ledger(), None),), parts=(record,)))
        else:
            write(store, samples.put(samples.ledger(), None, record))
        found = read(store, record.ref)
        assert found == ((record,) if isinstance(record.ref, EntriesRef) else record)
        for field in attrs.fields(type(record)):
            value: Any = getattr(found[0] if isinstance(found, tuple) else found, field.name)
            assert type(value) is type(getattr(record, field.name)) or isinstance(value, dict)
            if isinstance(value, datetime):
                assert value.utcoffset() == timedelta(0), f"{field.name} is not in UTC"

    @pytest.mark.parametrize("due", [None, AT, FAR, AT + timedelta(microseconds=1)])
    def test_a_ledger_comes_back(self, store: Store, due: Any) -> None:
        """P7: every figure and instant of a ledger comes back as it was."""
        names = ("lot_count", "awarded", "active", "pending", "held", "spent", "expired", "reversed", "deficit")
        figures: dict[str, Any] = {name: samples.MOST + index for index, name in enumerate(names)}
        head = samples.ledger(
            seq=7, at=FAR, earned=-3, account_expires_at=due, lapsed_lots=2, next_change_at=due, **figures
        )
        write(store, samples.put(head))
        assert read(store, REF) == head

    @pytest.mark.parametrize(
        ("mine", "theirs"),
        [("ada", "Ada"), ("ada", "ada "), ("ada", " ada"), ("ada", "adá"), ("ß", "ss"), ("é", "e\u0301"), ("1", "01")],
    )
    def test_texts_compare_exactly(self, store: Store, mine: str, theirs: str) -> None:
        """P7: names that differ in case, blanks, accents or their composition are different names."""
        write(store, samples.put(samples.customer(mine), None, samples.key(mine)))
        assert read(store, CustomerRef("live", theirs)) is None
        assert read(store, KeyRef("live", "holder-1", theirs)) is None
        write(store, samples.put(samples.customer(theirs, holder_id="holder-2"), None, samples.key(theirs)))
        assert read(store, CustomerRef("live", mine)).holder_id == "holder-1"
        assert read(store, CustomerRef("live", theirs)).holder_id == "holder-2"
        write(store, samples.put(samples.segment(mine)))
        assert read(store, SegmentRef("live", theirs)) is None

    def test_environments_are_two_worlds(self, store: Store) -> None:
        """P7: the same name in another environment is another name."""
        write(store, samples.put(samples.customer()))
        assert read(store, CustomerRef("sandbox", "ada")) is None

    def test_a_ledger_carries_its_open_parts(self, store: Store) -> None:
        """P5: a loaded ledger carries its open lots in award order, its open holds and debts by `seq`, then id."""
        lots = [samples.lot(number) for number in (12, 2, 1, 3)]
        closed: list[Any] = [
            samples.lot(4, free=0),
            samples.hold("z", state=HoldState.LAPSED),
            samples.debt("z", owed=0),
        ]
        holds = [samples.hold("b", seq=2), samples.hold("c", seq=1), samples.hold("a", seq=2)]
        debts = [samples.debt("b", seq=10), samples.debt("c", seq=9), samples.debt("a", seq=10)]
        held = samples.lot(5, free=0, held=1)
        other = samples.lot(1, attrs.evolve(REF, ledger="gift"))
        parts = (*lots, *closed, *holds, *debts, held)
        write(store, ChangeSet(puts=(Put(samples.ledger(held=10, deficit=6), None),), parts=parts))
        write(store, ChangeSet(puts=(Put(samples.ledger(other.ledger), None),), parts=(other,)))
        found = read(store, REF)
        assert [each.lot for each in found.lots] == [1, 2, 3, 5, 12]
        assert [each.id for each in found.holds] == ["c", "a", "b"]
        assert [each.entry_id for each in found.debts] == ["c", "a", "b"]
        assert read(store, other.ledger).lots == (other,)

    def test_closed_parts_are_kept(self, store: Store) -> None:
        """P4: what is closed is still found by its own ref."""
        parts = (samples.lot(free=0), samples.hold(state=HoldState.RELEASED), samples.debt(owed=0))
        write(store, ChangeSet(puts=(Put(samples.ledger(), None),), parts=parts))
        assert [read(store, part.ref) for part in parts] == [*parts]

    def test_entries_are_found_by_number_order_and_correction(self, store: Store) -> None:
        """P11: entries keep their numbers, and are found by number, by order and by what they correct."""
        entries = [
            samples.entry(1, order_id="o-1"),
            samples.entry(2, order_id="o-2"),
            samples.entry(3, kind=EntryKind.REVERSE, order_id="o-1", corrects="holder-1:beans:1:"),
            samples.entry(4, kind=EntryKind.REVERSE, corrects="holder-1:beans:1:"),
        ]
        for version, each in enumerate(entries, start=1):
            expected = None if version == 1 else version - 1
            write(store, samples.put(samples.ledger(version=version), expected, each))
        for each in entries:
            assert read(store, each.ref) == (each,)
        assert read(store, EntriesRef(REF, "seq", 5)) == ()
        assert [each.seq for each in read(store, EntriesRef(REF, "order_id", "o-1"))] == [1, 3]
        assert [each.seq for each in read(store, EntriesRef(REF, "corrects", "holder-1:beans:1:"))] == [3, 4]
        assert read(store, EntriesRef(attrs.evolve(REF, ledger="gift"), "order_id", "o-1")) == ()

    @pytest.mark.parametrize("kind", TAKEN)
    def test_a_taken_name_is_refused_whole(self, store: Store, kind: str) -> None:
        """P9: an insert whose ref is taken is refused with everything of its change set; the first one stands."""
        first, second = TAKEN[kind]
        write(store, samples.put(samples.ledger(), None, first))
        beside: tuple[Record, ...] = (samples.key("k-2"), second)
        refused(store, samples.put(samples.ledger(version=2, active=9), 1, *beside))
        found = read(store, first.ref)
        assert found == ((first,) if kind == "entry" else first)
        assert read(store, REF).version == 1
        assert read(store, samples.key("k-2").ref) is None

    @pytest.mark.parametrize("kind", TAKEN)
    def test_a_name_is_taken_within_a_unit(self, store: Store, kind: str) -> None:
        """P9: a ref that the same unit has inserted is taken."""
        first, second = TAKEN[kind]
        with pytest.raises(StaleVersion):
            write(store, samples.put(samples.ledger(), None, first), ChangeSet(inserts=(second,)))
        assert not read(store, first.ref)

    @pytest.mark.parametrize("kind", TAKEN)
    def test_of_racing_inserts_one_is_taken(self, store: Store, kind: str) -> None:
        """P9: of 16 units that insert one ref at once, one does, and the others are refused."""
        need(store, "threads")
        write(store, samples.put(samples.ledger()))
        record = TAKEN[kind][0]
        answers = race([partial(write, store, ChangeSet(inserts=(record,)))] * THREADS)
        won = [answer for answer in answers if answer is None]
        lost = [answer for answer in answers if isinstance(answer, StaleVersion)]
        assert (len(won), len(lost)) == (1, THREADS - 1), answers
