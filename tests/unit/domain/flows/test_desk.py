"""The desk: one holder in one program, kept open over several bookings as a replay does."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import attrs

from loyalcore.domain.customers import Customer, Membership
from loyalcore.domain.decision import LotRef
from loyalcore.domain.flows import Desk
from loyalcore.domain.ledger import EntryKind, Ledger, grant, take
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.values.clock import to_micros

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY_1 = datetime(2026, 1, 2, 12, tzinfo=UTC)
ROW = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=DAY_0)
BEANS = Program("beans", currency="EUR", timezone="UTC")


def test_a_desk_stays_open_over_several_bookings() -> None:
    """The same book is opened again later, and all that was written is gathered once."""
    desk = Desk(BEANS, "live", "h1", "replay", None, None, ROW)
    book = desk.book("", None, DAY_0)
    grant(book, EntryKind.AWARD, 10, expiry="1D", reason="order")
    desk.settle_membership(book)
    assert desk.book("", None, DAY_1) is book
    take(book, EntryKind.SPEND, 0, reason="nothing")
    desk.settle_membership(book)
    assert [entry.kind.value for entry in desk.entries()] == ["award", "expire", "spend"]
    head, member, row = (put.record for put in desk.puts())
    assert [put.expected for put in desk.puts()] == [None, None, 1]
    assert isinstance(head, Ledger)
    assert (head.version, head.seq, head.expired, head.active) == (1, 3, 10, 0)
    assert member == attrs.evolve(desk.membership_now(), version=1)
    assert (member.points.expired, member.points.active, member.next_change_at) == (10, 0, None)
    assert row == attrs.evolve(ROW, programs=("beans",), version=2)
    assert [part.ref for part in desk.parts()] == [LotRef(head.ref, 1)]


def test_a_desk_that_did_nothing_writes_nothing() -> None:
    """A book that was opened and looked at leaves no change where the customer is enrolled already."""
    member = Membership(environment="live", holder_id="h1", program_id="beans")
    desk = Desk(BEANS, "live", "h1", "replay", member, None, attrs.evolve(ROW, programs=("beans",)))
    desk.settle_membership(desk.book("", None, DAY_0))
    assert (desk.puts(), desk.parts(), desk.entries()) == ([], [], [])


def test_a_measure_of_the_hosts_moves_the_tier() -> None:
    """Money spent is told to the desk, and the tier follows once the customer is a member."""
    tiers = TierSet(measure=Measure.MONEY_SPENT, levels=(Level("Silver", Decimal(100)),))
    program = Program("beans", currency="EUR", timezone="UTC", tiers=tiers)
    desk = Desk(program, "live", "h1", "replay", None)
    for at, spent, tier in ((DAY_0, Decimal("99.99"), None), (DAY_1, Decimal(100), "Silver")):
        book = desk.book("", None, at)
        grant(book, EntryKind.AWARD, 1, reason="order")
        desk.measure(to_micros(at), spent)
        desk.settle_membership(book)
        assert desk.membership.standing.tier == tier


def test_what_was_booked_since_it_was_kept_can_be_undone() -> None:
    """After `undo` the ledger and the membership are what they were at `keep`, and booking goes on from there."""
    tiers = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Base", 0), Level("Gold", 100)))
    desk = Desk(attrs.evolve(BEANS, tiers=tiers), "live", "h1", "till", None, None, ROW)
    book = desk.book("", None, DAY_0)
    grant(book, EntryKind.AWARD, 10, reason="order")
    desk.settle_membership(book)
    desk.keep()
    kept = desk.membership_now()
    grant(book, EntryKind.AWARD, 200, reason="order")
    desk.settle_membership(book)
    assert desk.membership_now().tier == "Gold"
    desk.undo()
    assert (desk.membership_now(), [entry.points for entry in desk.entries()]) == (kept, [10])
    grant(desk.book("", None, DAY_1), EntryKind.AWARD, 5, reason="order")
    assert desk.books[""].account.active == 15
