"""What the entries tell: they add up to what is stored, and every point can be traced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.ledger import (
    Difference,
    Draw,
    Entry,
    EntryKind,
    ExpiryModel,
    Ledger,
    NewLot,
    Shortfall,
    Verification,
    explain,
    fold,
    ledger_of,
    verify,
)
from loyalcore.query import All
from tests.unit.domain.ledger._shop import Shop

REF = LedgerRef("live", "holder-1", "beans")


def lived() -> Shop:
    """Open a shop with a lot that lapsed, one half spent, an open hold, and a debt."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    shop.award(10, expiry="2D", order_id="o-1", rule="base")
    shop.at("2026-01-05")
    shop.award(20)
    shop.do("hold", 5, key="h", hold_for="1Y")
    shop.spend(21)
    shop.award(3, activation="1Y")
    return shop


def told(shop: Shop) -> tuple[list[Entry], Ledger]:
    """Give the entries of a ledger and its head."""
    with shop.store.unit() as unit:
        return list(shop.points.entries("ada")), unit.load([REF])[REF]


def test_the_entries_add_up_to_what_is_stored() -> None:
    """Recomputing an untouched ledger finds no difference and counts its entries."""
    entries, stored = told(lived())
    answer = verify(entries, stored, REF)
    assert (answer.is_ok, answer.difference, answer.entries) == (True, None, 6)


def test_every_prefix_adds_up() -> None:
    """The fold of the first n entries obeys the law for every n."""
    entries, _stored = told(lived())
    for count in range(len(entries) + 1):
        account = fold(entries[:count])
        there = account.active + account.pending + account.held + account.spent + account.expired + account.reversed
        assert account.awarded == there - account.deficit


@pytest.mark.parametrize(
    "name", ["awarded", "active", "pending", "held", "spent", "expired", "deficit", "earned", "seq"]
)
def test_a_figure_that_was_changed_is_named(name: str) -> None:
    """A stored figure that is one too high is named with what it should be."""
    entries, stored = told(lived())
    right = getattr(stored, name)
    answer = verify(entries, attrs.evolve(stored, **{name: right + 1}), REF)
    assert not answer.is_ok
    assert answer.difference == Difference(name, right, right + 1)


@pytest.mark.parametrize(("name", "part"), [("lots", {"free": 99}), ("holds", {"points": 99}), ("debts", {"owed": 99})])
def test_a_part_that_was_changed_is_named_by_its_place(name: str, part: dict[str, Any]) -> None:
    """A stored lot, hold or debt that is not as the entries say is named by its index."""
    entries, stored = told(lived())
    parts = getattr(stored, name)
    spoiled = (attrs.evolve(parts[0], **part), *parts[1:])
    changed: dict[str, Any] = {name: spoiled}
    answer = verify(entries, attrs.evolve(stored, **changed), REF)
    assert answer.difference == Difference(f"{name}[0]", parts[0], spoiled[0])


def test_a_later_part_is_found_too() -> None:
    """The difference may stand in the second lot."""
    entries, stored = told(lived())
    spoiled = (stored.lots[0], attrs.evolve(stored.lots[1], free=99))
    answer = verify(entries, attrs.evolve(stored, lots=spoiled), REF)
    assert answer.difference is not None
    assert answer.difference.where == "lots[1]"


def test_a_part_that_is_missing_is_named() -> None:
    """Another number of lots is a difference of the lots as a whole."""
    entries, stored = told(lived())
    answer = verify(entries, attrs.evolve(stored, lots=()), REF)
    assert answer.difference == Difference("lots", stored.lots, ())


def test_a_gap_in_the_numbers_is_named() -> None:
    """An entry that was taken out leaves a gap."""
    entries, stored = told(lived())
    answer = verify(entries[:2] + entries[3:], stored, REF)
    assert (answer.difference, answer.entries) == (Difference("entries.seq", 3, 4), 3)


def drop_lot(entry: Entry) -> Entry:
    """Let an entry draw on a lot that is not there."""
    return attrs.evolve(entry, draws=(Draw(9, 1),))


def overdraw(entry: Entry) -> Entry:
    """Let an entry draw more than its lot holds."""
    return attrs.evolve(entry, draws=(Draw(2, 16),))


@pytest.mark.parametrize(("spoil", "where"), [(drop_lot, "entries[5].draws"), (overdraw, "entries[5].lots[2]")])
def test_an_entry_that_cannot_be_is_named(spoil: Callable[[Entry], Entry], where: str) -> None:
    """An entry that draws on a lot that is not there, or on more than it holds, is named by its number."""
    entries, stored = told(lived())
    assert entries[4].kind is EntryKind.SPEND
    answer = verify([*entries[:4], spoil(entries[4]), *entries[5:]], stored, REF)
    assert answer.difference is not None
    assert answer.difference.where == where


def test_entries_without_a_ledger_are_a_difference() -> None:
    """Entries of a ledger that is not stored are named; no entries and no ledger agree."""
    entries, _stored = told(lived())
    assert verify(entries, None, REF).difference == Difference("ledger", "6 entries", None)
    assert verify([], None, REF) == Verification(entries=0)


def test_an_empty_account_can_be_dressed() -> None:
    """A ledger of no entries has no points and nothing due."""
    head = ledger_of(fold([]), REF, 1)
    assert (head.awarded, head.seq, head.lots, head.next_change_at) == (0, 0, (), None)


def test_every_point_can_be_traced() -> None:
    """A lot's story names its order, rule and program version, and each entry that moved its points."""
    shop = lived()
    first, second, third = shop.points.explain("ada")
    assert (first.lot, first.points, first.granted_by.order_id, first.granted_by.rule) == (1, 10, "o-1", "base")
    assert first.granted_by.program_version == 7
    assert [(use.entry.kind.value, use.points) for use in first.uses] == [("expire", 10)]
    assert [(use.entry.kind.value, use.points) for use in second.uses] == [("hold", 5), ("spend", 15)]
    assert third.uses == ()


def test_payments_and_repayments_are_part_of_a_lots_story() -> None:
    """A lot's story shows the debt it paid and what it got back; what was forgiven is no lot's."""
    shop = Shop(shortfall=Shortfall.ALLOW_NEGATIVE)
    spend = shop.spend(10)
    shop.award(6)
    shop.do("restore", entry_id=spend.id)
    (story,) = shop.points.explain("ada")
    assert [(use.entry.kind.value, use.points) for use in story.uses] == [("award", 6), ("restore", 6)]


def test_a_merge_is_part_of_both_stories() -> None:
    """The lots of the one who ends say how many points left; the survivor's say where they came from."""
    shop = Shop()
    shop.award(10)
    shop.spend(4)
    shop.do("hold", 1)
    shop.loyalty.customers.merge("ada", into="bob")
    with shop.store.unit() as unit:
        old = list(unit.stream(All(Entry, "live", holder_id="holder-1"), shop.clock.now()))
    (left,) = explain(old)
    assert [(use.entry.kind.value, use.points) for use in left.uses] == [("spend", 4), ("hold", 1), ("merge", 6)]
    (story,) = shop.points.explain("bob")
    assert (story.points, story.granted_by.kind.value, story.granted_by.lots[0].origin) == (
        6,
        "merge",
        "holder-1:beans:lot 1:",
    )


def test_an_account_that_lapsed_adds_up() -> None:
    """The lapse of a whole account is told by its entries."""
    shop = Shop(expiry_model=ExpiryModel.INACTIVITY, inactivity="10D")
    shop.award(10)
    shop.at("2026-02-01")
    shop.points.sweep()
    entries, stored = told(shop)
    assert verify(entries, stored, REF).is_ok
    assert verify(entries, attrs.evolve(stored, lapsed_lots=0), REF).difference == Difference("lapsed_lots", 1, 0)


def test_points_that_were_not_earned_do_not_become_so() -> None:
    """An activation counts as earned what was awarded, and not what was added by hand."""
    now = Shop().clock.now()
    lots = (NewLot(1, 5, None, None, is_earned=False), NewLot(2, 7, None, None, is_earned=True))
    made = Entry(ledger=REF, seq=1, kind=EntryKind.ADJUST, points=12, recorded_at=now, effective_at=now, lots=lots)
    draws = (Draw(1, 5), Draw(2, 7))
    active = Entry(
        ledger=REF, seq=2, kind=EntryKind.ACTIVATE, points=12, recorded_at=now, effective_at=now, draws=draws
    )
    account = fold([made, active])
    assert (account.active, account.earned) == (12, 7)
