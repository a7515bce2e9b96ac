"""What is taken away is gone, and nothing else is (P4, P12, P17, P18, P19)."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    HolderRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    Note,
    NoteRef,
    Notice,
    NoticeRef,
    Put,
    Remove,
    Wipe,
)
from loyalcore.errors import StaleVersion
from loyalcore.query import All
from loyalcore.testing._play import dump, records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import THREADS, Contract, need, race, read, refused, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.decision import Ref
    from loyalcore.store import Store

VERSIONED: dict[str, Any] = {
    "customer": samples.customer,
    "membership": samples.membership,
    "segment": samples.segment,
    "order": samples.order,
    "code": samples.code,
}
MANY = 60
HOLDERS = (
    ("live", "holder-2"),
    ("live", "holder-10"),
    ("live", "holder-"),
    ("live", "Holder-1"),
    ("live", "holder-1 "),
    ("sandbox", "holder-1"),
)
"""Who is not the holder `holder-1` that is wiped."""


def _key(environment: str, holder: str, number: int) -> KeyRecord:
    return KeyRecord(KeyRef(environment, holder, f"k-{number}"), "points.award", {})


def _note(environment: str, holder: str, number: int) -> Note:
    return Note(NoteRef(LedgerRef(environment, holder, "beans", "gift" if number % 2 else ""), number), "a note")


def _notice(environment: str, holder: str, number: int) -> Notice:
    ref = NoticeRef(environment, holder, f"n-{number}")
    return Notice(ref=ref, kind="points_added", program_id="beans", at=samples.AT)


WIPED: dict[type[Any], Callable[[str, str, int], Any]] = {KeyRecord: _key, Note: _note, Notice: _notice}


def _remove(record: Any, expected: int = 1) -> ChangeSet:
    return ChangeSet(removes=(Remove(record.ref, expected),))


def _wipe(kind: Any, holder: str = "holder-1") -> ChangeSet:
    return ChangeSet(wipes=(Wipe(kind, "live", holder),))


def _fill(store: Store) -> dict[str, list[Any]]:
    """Write a record of every kind, and give all that are there."""
    head = tuple(Put(make(), None) for make in (samples.ledger, *VERSIONED.values(), samples.referral, samples.counter))
    inserts = (samples.entry(), samples.key(), samples.fact(), samples.note(), samples.notice())
    write(store, ChangeSet(puts=head, parts=(samples.lot(),), inserts=inserts))
    return dump(store)


class RemovalContract(Contract):
    """What is taken away is gone, and nothing else is."""

    # Whose a holder is

    def test_a_holder_leads_to_its_customer(self, store: Store) -> None:
        """P4: a holder leads to the customer whose it is, of its environment, as that customer was put last."""
        ada, bob = samples.customer(), samples.customer("bob", holder_id="Holder-1")
        other = attrs.evolve(samples.customer("cem"), environment="sandbox")
        write(store, ChangeSet(puts=tuple(Put(record, None) for record in (ada, bob, other))))
        newest = samples.customer(version=2, programs=("beans",))
        write(store, samples.put(newest, 1))
        refs = [HolderRef("live", name) for name in ("holder-1", "Holder-1", "holder-2", "ada", "")]
        refs.append(HolderRef("sandbox", "holder-1"))
        for lock in (False, True):
            with store.unit() as unit:
                found = unit.load([*refs, ada.ref, samples.REF], lock=lock)
            assert [found[ref] for ref in refs] == [newest, bob, None, None, None, other]
            assert (found[ada.ref], found[samples.REF]) == (newest, None)

    def test_many_holders_lead_to_their_customers(self, store: Store) -> None:
        """P4: many holders are answered at once, those that are nobody's among them."""
        made = [samples.customer(f"c-{number}", holder_id=f"h-{number}") for number in range(MANY)]
        write(store, ChangeSet(puts=tuple(Put(record, None) for record in made)))
        refs = [HolderRef("live", f"h-{number}") for number in range(2 * MANY)]
        with store.unit(readonly=True) as unit:
            found = unit.load(refs)
        assert [found[ref] for ref in refs] == [*made, *[None] * MANY]

    # One by one

    @pytest.mark.parametrize("kind", VERSIONED)
    @pytest.mark.parametrize(("stored", "expected"), [(0, 1), (1, 2), (2, 1), (2, 3)])
    def test_a_stale_removal_is_refused(self, store: Store, kind: str, stored: int, expected: int) -> None:
        """P17: a removal that does not find its expected version is refused, and what is there stays."""
        make = VERSIONED[kind]
        for version in range(1, stored + 1):
            write(store, samples.put(make(version=version), version - 1 or None))
        before = dump(store)
        refused(store, _remove(make(), expected))
        assert dump(store) == before

    def test_a_stale_removal_is_refused_whole(self, store: Store) -> None:
        """P17: one stale removal leaves nothing of its change set: no other removal, no wipe, no write."""
        before = _fill(store)
        good, stale = Remove(samples.customer().ref, 1), Remove(samples.membership().ref, 2)
        puts = (Put(samples.ledger(version=2), 1), Put(samples.customer("bob", holder_id="holder-2"), None))
        wipes = tuple(Wipe(kind, "live", "holder-1") for kind in WIPED)
        for removes in ((good, stale), (stale, good)):
            inserts = (samples.entry(2), samples.note())
            changes = ChangeSet(puts=puts, parts=(samples.lot(free=1),), inserts=inserts, removes=removes, wipes=wipes)
            refused(store, changes)
            assert dump(store) == before

    @pytest.mark.parametrize("kind", VERSIONED)
    def test_what_was_removed_is_gone(self, store: Store, kind: str) -> None:
        """P18: a removed record is gone for loads and streams, at once for its unit and then for all; others stay."""
        before, record = _fill(store), VERSIONED[kind]()
        name = type(record).__name__
        with store.unit() as unit:
            unit.apply(_remove(record))
            found = unit.load([record.ref, HolderRef("live", "holder-1"), samples.REF])
            assert found[record.ref] is None
            assert (found[HolderRef("live", "holder-1")] is None) is (kind == "customer")
            assert found[samples.REF] is not None
            assert list(unit.stream(All(type(record), "live"), samples.AT)) == []
            unit.commit()
        assert read(store, record.ref) is None
        assert dump(store) == {**before, name: []}

    def test_a_removed_customer_is_nobody(self, store: Store) -> None:
        """P18: the holder of a removed customer leads to nobody, and other customers stay who they are."""
        bob = samples.customer("bob", holder_id="holder-2")
        write(store, samples.put(samples.customer()), samples.put(bob), _remove(samples.customer()))
        assert read(store, HolderRef("live", "holder-1")) is None
        assert read(store, HolderRef("live", "holder-2")) == read(store, bob.ref) == bob
        assert records(store, Customer) == [bob]

    @pytest.mark.parametrize("way", ["one change set", "one unit", "two units"])
    @pytest.mark.parametrize("kind", VERSIONED)
    def test_a_removed_name_is_taken_anew(self, store: Store, kind: str, way: str) -> None:
        """P18: the name of a removed record is free, for the same change set, the same unit and the next one."""
        make = VERSIONED[kind]
        write(store, samples.put(make()), samples.put(make(version=2), 1))
        others: dict[str, dict[str, Any]] = {
            "customer": {"holder_id": "holder-9"},
            "membership": {"joined_at": samples.AT},
            "segment": {"title": "VIPs"},
            "order": {"holder_id": "holder-9"},
            "code": {"holder_id": "holder-9"},
        }
        new = make(**others[kind])
        gone, made = _remove(new, 2), samples.put(new)
        if way == "one change set":
            write(store, attrs.evolve(made, removes=gone.removes))
        elif way == "one unit":
            write(store, gone, made)
        else:
            write(store, gone)
            write(store, made)
        assert read(store, new.ref) == new
        assert records(store, type(new)) == [new]
        if kind == "customer":
            assert read(store, HolderRef("live", "holder-1")) is None
            assert read(store, HolderRef("live", "holder-9")) == new
        refused(store, made)
        refused(store, _remove(new, 2))

    def test_who_was_registered_anew_is_removed_anew(self, store: Store) -> None:
        """P18: within one unit a record is removed, made, removed and made again, and the last one stays."""
        made = [samples.customer(holder_id=f"holder-{number}") for number in (1, 2, 3)]
        with store.unit() as unit:
            for record in made[:2]:
                unit.apply(samples.put(record))
                unit.apply(_remove(record))
            refs: list[Ref] = [made[0].ref, *(HolderRef("live", record.holder_id) for record in made)]
            assert list(unit.load(refs).values()) == [None] * 4
            unit.apply(samples.put(made[2]))
            unit.commit()
        assert records(store, Customer) == [made[2]]
        assert [read(store, ref) for ref in refs] == [made[2], None, None, made[2]]

    def test_what_is_removed_without_commit_stays(self, store: Store) -> None:
        """P3: what a unit removed and wiped is there again when it ends without commit."""
        before = _fill(store)
        with store.unit() as unit:
            unit.apply(_remove(samples.customer()))
            unit.apply(ChangeSet(wipes=tuple(Wipe(kind, "live", "holder-1") for kind in WIPED)))
        assert dump(store) == before

    def test_of_racing_removals_one_is_taken(self, store: Store) -> None:
        """P17: of 16 units that remove or replace what they have read one does; nothing of the 15 others is kept."""
        need(store, "threads")
        write(store, samples.put(samples.customer()))
        erased = attrs.evolve(_remove(samples.customer()), wipes=(Wipe(KeyRecord, "live", "holder-1"),))
        gate = threading.Barrier(THREADS)

        def act(number: int) -> int:
            with store.unit(readonly=True) as unit:
                assert unit.load([CustomerRef("live", "ada")])[CustomerRef("live", "ada")].version == 1
            gate.wait(timeout=30)
            posted = samples.put(samples.customer(version=2), 1, _key("live", "holder-1", number))
            write(store, posted if number % 2 else erased)
            return number

        answers = race([partial(act, number) for number in range(THREADS)])
        won = [answer for answer in answers if isinstance(answer, int)]
        lost = [answer for answer in answers if isinstance(answer, StaleVersion)]
        assert (len(won), len(lost)) == (1, THREADS - 1), answers
        left = records(store, Customer), records(store, KeyRecord)
        if won[0] % 2:
            assert left == ([samples.customer(version=2)], [_key("live", "holder-1", won[0])])
        else:
            assert left == ([], [])

    def test_many_are_removed_at_once(self, store: Store) -> None:
        """P17: many records go in one change set, each with its own version; with one of them stale none does."""
        made = [samples.customer(f"c-{number}", holder_id=f"h-{number}") for number in range(MANY)]
        write(store, ChangeSet(puts=tuple(Put(record, None) for record in made)))
        write(store, samples.put(attrs.evolve(made[-1], version=2), 1))
        before = records(store, Customer)
        refused(store, ChangeSet(removes=tuple(Remove(record.ref, 1) for record in made)))
        assert records(store, Customer) == before
        write(store, ChangeSet(removes=tuple(Remove(record.ref, record.version) for record in before)))
        assert records(store, Customer) == []

    def test_a_stream_goes_on_as_it_began(self, store: Store) -> None:
        """P12: what is removed or wiped while a stream is read is part of it still."""
        made = [samples.customer(f"c-{number}", holder_id=f"h-{number}") for number in range(5)]
        notes = [_note("live", "h-1", number) for number in range(1, 6)]
        write(store, ChangeSet(puts=tuple(Put(record, None) for record in made), inserts=tuple(notes)))
        with store.unit(readonly=True) as unit:
            customers = unit.stream(All(Customer, "live"), samples.AT)
            texts = unit.stream(All(Note, "live"), samples.AT)
            seen: list[Any] = [next(customers), next(texts)]
            write(store, ChangeSet(removes=(Remove(made[-1].ref, 1),), wipes=(Wipe(Note, "live", "h-1"),)))
            seen += [*customers, *texts]
        assert len(seen) == len(made) + len(notes)
        assert (records(store, Customer), records(store, Note)) == (made[:-1], [])

    # All of one kind

    @pytest.mark.parametrize("kind", WIPED)
    def test_a_wipe_takes_all_of_its_kind_and_holder(self, store: Store, kind: type[Any]) -> None:
        """P19: a wipe takes everything of its kind that the holder has, in every ledger, and nothing of other kinds."""
        before, make = _fill(store), WIPED[kind]
        more = tuple(make("live", "holder-1", number) for number in range(1, MANY))
        write(store, ChangeSet(inserts=tuple(record for record in more if read(store, record.ref) is None)))
        assert len(records(store, kind)) >= MANY - 1
        with store.unit() as unit:
            unit.apply(_wipe(kind))
            assert set(unit.load([record.ref for record in more]).values()) == {None}
            assert list(unit.stream(All(kind, "live"), samples.AT)) == []
            unit.commit()
        assert {read(store, record.ref) for record in more[:3]} == {None}
        assert dump(store) == {**before, kind.__name__: []}

    @pytest.mark.parametrize("kind", WIPED)
    def test_a_wipe_takes_nothing_of_others(self, store: Store, kind: type[Any]) -> None:
        """P19: what other holders have, in this environment or another, stays whatever their names are like."""
        kept = [WIPED[kind](environment, holder, number) for environment, holder in HOLDERS for number in (1, 2)]
        mine = [WIPED[kind]("live", "holder-1", number) for number in (1, 2)]
        write(store, ChangeSet(inserts=(*kept, *mine)))
        write(store, _wipe(kind))
        assert [read(store, record.ref) for record in kept] == kept
        assert [read(store, record.ref) for record in mine] == [None, None]

    @pytest.mark.parametrize("kind", WIPED)
    def test_where_there_is_nothing_a_wipe_takes_nothing(self, store: Store, kind: type[Any]) -> None:
        """P19: a wipe of a holder who has nothing of the kind, or is not known, is no fault."""
        before = _fill(store)
        write(store, _wipe(kind, "holder-2"), _wipe(kind, "nobody"))
        assert dump(store) == before

    @pytest.mark.parametrize("way", ["one change set", "one unit", "two units"])
    @pytest.mark.parametrize("kind", WIPED)
    def test_a_wiped_name_is_taken_anew(self, store: Store, kind: type[Any], way: str) -> None:
        """P18: the name of a wiped record is free, and what the same change set inserts is not wiped."""
        old, new = WIPED[kind]("live", "holder-1", 1), WIPED[kind]("live", "holder-1", 2)
        write(store, ChangeSet(inserts=(old,)))
        gone, made = _wipe(kind), ChangeSet(inserts=(old, new))
        if way == "one change set":
            write(store, attrs.evolve(made, wipes=gone.wipes))
        elif way == "one unit":
            write(store, gone, made)
        else:
            write(store, gone)
            write(store, made)
        assert sorted(records(store, kind), key=str) == sorted((old, new), key=str)
        refused(store, ChangeSet(inserts=(old,)))

    def test_many_holders_are_wiped_at_once(self, store: Store) -> None:
        """P19: one change set wipes many holders, and leaves what those between them have."""
        holders = [f"h-{number:02}" for number in range(MANY)]
        made = [make("live", holder, 1) for holder in holders for make in WIPED.values()]
        joined = [attrs.evolve(samples.membership(), holder_id=holder) for holder in holders]
        write(store, ChangeSet(puts=tuple(Put(record, None) for record in joined), inserts=tuple(made)))
        wipes = tuple(Wipe(kind, "live", holder) for holder in holders[::2] for kind in WIPED)
        write(store, ChangeSet(wipes=wipes))
        for kind, make in WIPED.items():
            assert records(store, kind) == [make("live", holder, 1) for holder in holders[1::2]]
        assert records(store, Membership) == joined
