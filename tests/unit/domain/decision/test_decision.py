"""Refs, worlds and change sets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loyalcore.domain import decision
from loyalcore.domain.customers import Customer
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    Decision,
    Fact,
    FactRef,
    HolderRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    Needs,
    Note,
    NoteRef,
    Notice,
    NoticeRef,
    OrderRef,
    Put,
    ReferralCodeRef,
    Remove,
    SegmentRef,
    Wipe,
    World,
)
from loyalcore.errors import InvalidInput

ADA = CustomerRef("live", "ada")
BOB = CustomerRef("live", "bob")
MAIN = LedgerRef("live", "h1", "beans")


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(decision) == sorted(decision.__all__)


def test_an_entry_is_named_by_its_ledger_and_number() -> None:
    """The id of an entry names holder, program, number and ledger."""
    assert MAIN.entry_id(3) == "h1:beans:3:"
    assert LedgerRef("live", "h1", "beans", "gifts").entry_id(12) == "h1:beans:12:gifts"


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (FactRef("live", "h1", "beans", "base", "order", "o-1"), "base/order/o-1"),
        (FactRef("live", "h1", "beans", "base", "order", "o-1", "l-2", "referrer"), "base/order/o-1/l-2/referrer"),
        (FactRef("live", "h1", "beans", "base", "order", "o-1", cycle=2), "base/order/o-1 (cycle 2)"),
    ],
)
def test_a_fact_reads_as_its_parts(fact: FactRef, text: str) -> None:
    """A fact's text names rule, source and what narrows it down, but no holder."""
    assert str(fact) == text


def test_a_world_gives_what_was_loaded() -> None:
    """A loaded record is given, and one that is known to be missing is None."""
    world = World("live", "till", {ADA: "row", BOB: None})
    assert world.get(ADA) == "row"
    assert world.get(BOB) is None
    world.need(ADA, BOB)


def test_a_world_asks_for_what_it_has_not_seen() -> None:
    """Getting an unloaded record raises a request for just that record."""
    with pytest.raises(Needs) as asked:
        World("live", "till").get(ADA)
    assert asked.value.refs == (ADA,)


def test_a_world_asks_for_several_records_at_once() -> None:
    """A need names all refs that are missing, each once, and none that are there."""
    with pytest.raises(Needs) as asked:
        World("live", "till", {ADA: None}).need(ADA, BOB, MAIN, BOB)
    assert asked.value.refs == (BOB, MAIN)


def test_an_empty_change_set_is_false() -> None:
    """A change set is true as soon as it has something to write."""
    key = KeyRecord(KeyRef("live", "h1", "k"), "points.award", {})
    row = Customer(
        environment="live", customer_id="ada", holder_id="h1", registered_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert not ChangeSet()
    assert ChangeSet(inserts=(key,))
    assert ChangeSet(puts=(Put(row, None),))
    assert ChangeSet(removes=(Remove(ADA, 1),))
    assert ChangeSet(wipes=(Wipe(Note, "live", "h1"),))
    assert Decision(ChangeSet(), "receipt").receipt == "receipt"


def test_a_put_is_kept_under_the_ref_of_its_record() -> None:
    """A put names what its record names."""
    row = Customer(
        environment="live", customer_id="ada", holder_id="h1", registered_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert Put(row, 3).ref == ADA


@pytest.mark.parametrize(
    "ref",
    [
        ADA,
        MembershipRef("live", "h1", "beans"),
        SegmentRef("live", "friends"),
        OrderRef("live", "o-1"),
        ReferralCodeRef("live", "ABCDE-23456"),
    ],
)
def test_what_can_be_removed(ref: CustomerRef | MembershipRef | SegmentRef | OrderRef | ReferralCodeRef) -> None:
    """A removal names what goes and the version that it must still have."""
    assert (Remove(ref, 3).ref, Remove(ref, 3).expected) == (ref, 3)


@pytest.mark.parametrize(
    "ref", [MAIN, LotRef(MAIN, 1), KeyRef("live", "h1", "k"), HolderRef("live", "h1"), "ada", None]
)
def test_nothing_else_can_be_removed(ref: Any) -> None:
    """A ledger is never removed, and records without a version cannot be: the caller is told where it is wrong."""
    with pytest.raises(
        InvalidInput, match="CustomerRef or MembershipRef or NoticeRef or OrderRef or ReferralCodeRef or SegmentRef"
    ) as caught:
        Remove(ref, 1)
    assert caught.value.path == "ref"


@pytest.mark.parametrize(
    ("ref", "kind"),
    [
        (KeyRef("live", "h1", "k"), KeyRecord),
        (NoteRef(LedgerRef("live", "h1", "nuts", "gifts"), 1), Note),
        (NoticeRef("live", "h1", "n"), Notice),
    ],
)
def test_a_wipe_takes_the_records_of_its_kind_and_holder(ref: Any, kind: Any) -> None:
    """Keys, notes and notices go with their holder; the wipe of another one does not take them."""
    assert Wipe.of(ref) == Wipe(kind, "live", "h1")
    assert Wipe.of(ref) not in {Wipe(kind, "live", "h2"), Wipe(kind, "sandbox", "h1")}


@pytest.mark.parametrize("ref", [ADA, MAIN, LotRef(MAIN, 1), FactRef("live", "h1", "beans", "base", "order", "o-1")])
def test_no_wipe_takes_anything_else(ref: Any) -> None:
    """Customers, ledgers, their parts and facts are in no wipe."""
    assert Wipe.of(ref) is None


@pytest.mark.parametrize("kind", [Customer, Fact, CustomerRef, None, "Note", []])
def test_other_kinds_cannot_be_wiped(kind: Any) -> None:
    """A wipe of another kind is refused: the caller is told where it is wrong."""
    with pytest.raises(InvalidInput, match="KeyRecord, Note or Notice") as caught:
        Wipe(kind, "live", "h1")
    assert caught.value.path == "kind"


def test_keys_facts_and_notes_are_values() -> None:
    """Two records that say the same are equal."""
    assert Fact(FactRef("live", "h1", "beans", "base", "order", "o"), MAIN, 1).seq == 1
    assert Note(NoteRef(MAIN, 1), "hello") == Note(NoteRef(MAIN, 1), "hello")
    assert LotRef(MAIN, 1) != LotRef(MAIN, 2)
