"""A series that takes away: what follows sees that it is gone, and one change set comes to the same as one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    Decision,
    HolderRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    MembershipRef,
    Needs,
    Note,
    NoteRef,
    Put,
    Ref,
    Remove,
    Wipe,
    World,
)
from loyalcore.domain.flows import Series, _series
from loyalcore.domain.programs import Registry
from loyalcore.testing import CountedIds
from loyalcore.testing._play import dump

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA = CustomerRef("live", "ada")
HOLDERS = [f"h{number}" for number in range(5)]
LOOKS: list[Ref] = [ADA]
for _holder in HOLDERS:
    LOOKS += [HolderRef("live", _holder), MembershipRef("live", _holder, "beans"), KeyRef("live", _holder, "k")]
    LOOKS.append(NoteRef(LedgerRef("live", _holder, "beans"), 1))

Act = Callable[[World], ChangeSet]


def nothing_unless(row: Any, changes: Callable[[Any], ChangeSet]) -> ChangeSet:
    """Give the changes that are made of a customer, or none where there is nobody."""
    return ChangeSet() if row is None else changes(row)


def register(world: World) -> ChangeSet:
    """Register ada with the first holder that nobody has had, as ids do."""
    if world.get(ADA) is not None:
        return ChangeSet()
    holder = f"h{world.get(KeyRef('live', '', 'count')).entries[0][1][0]}"
    return ChangeSet(
        puts=(Put(Customer(environment="live", customer_id="ada", holder_id=holder, registered_at=AT), None),)
    )


def change(world: World) -> ChangeSet:
    """Write the customer anew."""
    return nothing_unless(
        world.get(ADA), lambda row: ChangeSet(puts=(Put(attrs.evolve(row, version=row.version + 1), row.version),))
    )


def join(world: World) -> ChangeSet:
    """Make a membership, or write it anew."""

    def changes(row: Customer) -> ChangeSet:
        found = world.get(MembershipRef("live", row.holder_id, "beans"))
        made = Membership(environment="live", holder_id=row.holder_id, program_id="beans")
        if found is None:
            return ChangeSet(puts=(Put(made, None),))
        return ChangeSet(puts=(Put(attrs.evolve(made, version=found.version + 1), found.version),))

    return nothing_unless(world.get(ADA), changes)


def post(world: World) -> ChangeSet:
    """Use a key and leave a note, once."""

    def changes(row: Customer) -> ChangeSet:
        key, note = KeyRef("live", row.holder_id, "k"), NoteRef(LedgerRef("live", row.holder_id, "beans"), 1)
        if world.get(key) is not None or world.get(note) is not None:
            return ChangeSet()
        return ChangeSet(inserts=(KeyRecord(key, "post", {}), Note(note, "a note")))

    return nothing_unless(world.get(ADA), changes)


def erase(world: World) -> ChangeSet:
    """Take the customer away, and all that they have; a key that says so is all that stays."""

    def changes(row: Customer) -> ChangeSet:
        member = world.get(MembershipRef("live", row.holder_id, "beans"))
        removes = [Remove(row.ref, row.version)]
        if member is not None:
            removes.append(Remove(member.ref, member.version))
        wipes = tuple(Wipe(kind, "live", row.holder_id) for kind in (KeyRecord, Note))
        left = KeyRecord(KeyRef("live", row.holder_id, "k"), "erase", {})
        return ChangeSet(removes=tuple(removes), wipes=wipes, inserts=(left,))

    return nothing_unless(world.get(ADA), changes)


def erase_holder(world: World) -> ChangeSet:
    """Take away whoever the second holder belongs to, found by the holder alone."""
    return nothing_unless(
        world.get(HolderRef("live", "h1")), lambda row: ChangeSet(removes=(Remove(row.ref, row.version),))
    )


ACTS: list[Act] = [register, change, join, post, erase, erase_holder]


def opened(start: Sequence[Act]) -> MemoryStore:
    """Give a store on which some acts were done."""
    store = MemoryStore()
    one_by_one(store, start, looks=False)
    return store


def played(store: MemoryStore, series: Series, act: Act, number: int, *, looks: bool) -> list[Any]:
    """Let a series decide an act, which sees its number, and give all that it can see afterwards."""
    seen: list[Any] = []
    count = KeyRecord(KeyRef("live", "", "count"), "", {}, ((LedgerRef("live", "", ""), (number,)),))

    def look(world: World) -> ChangeSet:
        world.need(*LOOKS)
        seen.extend(world.get(ref) for ref in LOOKS)
        return ChangeSet()

    series.learn({count.ref: count})
    for wanted in (act, look) if looks else (act,):
        while True:
            try:
                series.decide(wanted)  # type: ignore[arg-type]
                break
            except Needs as needs:
                with store.unit(readonly=True) as unit:
                    series.learn(unit.load(needs.refs))
    return seen


def new_series() -> Series:
    """Open a series; the decisions of this module need no program."""
    return Series("live", "till", {}, AT, CountedIds(), Registry())


def one_by_one(store: MemoryStore, acts: Sequence[Act], *, looks: bool, first: int = 0) -> list[list[Any]]:
    """Write what each act comes to before the next one."""
    seen = []
    for number, act in enumerate(acts, first):
        series = new_series()
        found = played(store, series, act, number, looks=looks)
        with store.unit() as unit:
            unit.apply(series.changes())
            unit.commit()
        seen.append(found)
    return seen


def together(store: MemoryStore, acts: Sequence[Act], *, looks: bool, first: int = 0) -> list[list[Any]]:
    """Write what all acts come to at once."""
    series = new_series()
    seen = [played(store, series, act, number, looks=looks) for number, act in enumerate(acts, first)]
    with store.unit() as unit:
        unit.apply(series.changes())
        unit.commit()
    return seen


@pytest.fixture(autouse=True)
def _plain_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands be functions of the world."""
    monkeypatch.setattr(_series, "decide", lambda command, world, *_: Decision(command(world), None))


@pytest.mark.parametrize("looks", [False, True])
@pytest.mark.parametrize("start", [(), (register, join, post), (register, change, post, erase)])
def test_together_is_one_by_one(start: tuple[Act, ...], looks: bool) -> None:
    """Whatever three acts follow each other, each sees what it would see alone, and the store holds the same."""
    for acts in itertools.product(ACTS, repeat=3):
        mine, theirs = opened(start), opened(start)
        wanted = one_by_one(mine, acts, looks=looks, first=len(start))
        found = together(theirs, acts, looks=looks, first=len(start))
        assert found == wanted, acts
        assert dump(theirs) == dump(mine), acts


def test_who_was_erased_is_registered_anew() -> None:
    """Within one series a customer is erased and registered again as somebody new, twice, and has only what is new."""
    store = opened((register, join, post))
    together(store, (erase, register, post, erase, register, join, post, change), looks=True, first=1)
    with store.unit(readonly=True) as unit:
        found = unit.load(LOOKS)
    assert (found[ADA].holder_id, found[ADA].version) == ("h5", 2)
    assert [found[HolderRef("live", holder)] for holder in HOLDERS] == [None] * 5
    left = [found[KeyRef("live", holder, "k")] for holder in ("h0", "h2")]
    assert [record.command for record in left] == ["erase", "erase"]
    assert found[NoteRef(LedgerRef("live", "h0", "beans"), 1)] is None


def test_of_what_a_series_made_and_took_away_nothing_is_written() -> None:
    """A customer who is registered and erased within one series leaves neither a row nor a removal."""
    store, series = opened(()), new_series()
    for number, act in enumerate((register, join, post, erase)):
        played(store, series, act, number, looks=False)
    changes = series.changes()
    assert (changes.puts, changes.removes) == ((), ())
    assert [record.command for record in changes.inserts if isinstance(record, KeyRecord)] == ["erase"]
    assert len(changes.inserts) == 1
