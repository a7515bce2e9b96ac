"""A hold keeps its points until it is resolved, once (P4, P5, P7, P8, P10, P13)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from loyalcore.domain.decision import HoldRef, LedgerRef, LotRef
from loyalcore.domain.ledger import Capture, Draw, EntryKind, Hold, HoldState, Ledger, Release
from loyalcore.errors import AlreadyResolved
from loyalcore.query import All
from loyalcore.testing._crew import WORKERS
from loyalcore.testing._play import dump
from loyalcore.testing.contract._contract import Contract, Shop, need_workers, read
from loyalcore.testing.contract._lots import check_books

if TYPE_CHECKING:
    from loyalcore.store import Store

MICRO = timedelta(microseconds=1)
LAPSE = datetime(2026, 3, 1, 9, 30, 15, 654321, tzinfo=UTC)
ADA = LedgerRef("live", "holder-1", "beans", "")


class HoldContract(Contract):
    """A hold keeps its points until it is resolved, once."""

    def test_open_holds_are_loaded_with_their_ledger(self, store: Store) -> None:
        """P5: a ledger is loaded with the holds that are open, each with its lots; a resolved one is not among them."""
        shop = Shop(store)
        shop.fill("ada", 10, lots=2)
        for key, points in (("h-2", 4), ("h-1", 12), ("h-3", 2)):
            shop.points.hold("ada", points, lapses_at=LAPSE, key=key)
        shop.points.release("ada", "h-2", key="r-1")
        head = read(store, ADA)
        assert [(hold.id, hold.points, hold.lapses_at) for hold in head.holds] == [
            ("h-1", 12, LAPSE),
            ("h-3", 2, LAPSE),
        ]
        assert head.holds[0].draws == (Draw(1, 6), Draw(2, 6))
        assert [(lot.lot, lot.free, lot.held) for lot in head.lots] == [(1, 4, 6), (2, 2, 8)]
        check_books(shop, ["ada"])

    def test_held_points_do_not_expire(self, store: Store) -> None:
        """P10: what is held when its lot ends stays held through a sweep, and is captured whole."""
        shop = Shop(store)
        shop.points.award("ada", 50, reason="a", expires_at=LAPSE - MICRO, key="k-1")
        shop.points.hold("ada", 20, hold_for="90D", key="h-1")
        shop.clock.put(LAPSE)
        assert shop.points.sweep() == 1
        assert shop.figures() == (0, 20, 0, 30)
        assert (read(store, LotRef(ADA, 1)).free, read(store, LotRef(ADA, 1)).held) == (0, 20)
        shop.points.capture("ada", "h-1", key="c-1")
        assert shop.figures() == (0, 0, 20, 30)
        check_books(shop, ["ada"])

    @pytest.mark.parametrize("way", ["release", "capture", "time"])
    def test_what_comes_back_late_expires_at_once(self, store: Store, way: str) -> None:
        """P10: held points that come free after the end of their lot are expired in the same commit."""
        shop = Shop(store)
        shop.points.award("ada", 50, reason="a", expires_at=LAPSE - 2 * MICRO, key="k-1")
        shop.points.hold("ada", 20, lapses_at=LAPSE, key="h-1")
        shop.clock.put(LAPSE if way == "time" else LAPSE - MICRO)
        if way == "release":
            shop.points.release("ada", "h-1", key="r-1")
        elif way == "capture":
            shop.points.capture("ada", "h-1", points=5, key="c-1")
        else:
            shop.points.sweep()
        assert shop.figures() == ((0, 0, 5, 45) if way == "capture" else (0, 0, 0, 50))
        assert (read(store, ADA).lots, read(store, ADA).holds) == ((), ())
        check_books(shop, ["ada"])

    @pytest.mark.parametrize("swept", [False, True], ids=["unswept", "swept"])
    @pytest.mark.parametrize(("off", "held"), [(-MICRO, 20), (0 * MICRO, 0), (MICRO, 0)], ids=["-1", "0", "+1"])
    def test_a_hold_lapses_at_its_instant(self, store: Store, off: timedelta, held: int, *, swept: bool) -> None:
        """P7: a hold reserves its points until a microsecond before it lapses, and at that instant they are free."""
        shop = Shop(store)
        shop.fill("ada", 50)
        shop.points.hold("ada", 20, lapses_at=LAPSE, key="h-1")
        shop.clock.put(LAPSE + off)
        if swept:
            assert shop.points.sweep() == (0 if held else 1)
        assert shop.figures() == (50 - held, held, 0, 0)
        assert shop.points.spend("ada", 50 - held, key="s-1").points == 50 - held
        check_books(shop, ["ada"])

    def test_a_lapsed_hold_is_found_by_a_sweep(self, store: Store) -> None:
        """P13: a ledger is due when its hold lapses; the sweep resolves the hold, and the ledger is due no more."""
        shop = Shop(store)
        shop.fill("ada", 50)
        shop.points.hold("ada", 20, lapses_at=LAPSE, order_id="o-1", key="h-1")
        shop.clock.put(LAPSE + timedelta(days=3))
        assert [shop.points.sweep() for _turn in range(2)] == [1, 0]
        entry = shop.points.entries("ada")[-1]
        assert (entry.kind, entry.hold_id, entry.effective_at) == (EntryKind.RELEASE, "h-1", LAPSE)
        assert read(store, HoldRef(ADA, "h-1")).state is HoldState.LAPSED
        with store.unit(readonly=True) as unit:
            assert [*unit.stream(All(Ledger, "live", due_by=shop.clock.now()), shop.clock.now())] == []
        check_books(shop, ["ada"])

    @pytest.mark.parametrize("then", ["capture", "release"])
    @pytest.mark.parametrize(
        ("first", "state"),
        [("capture", HoldState.CAPTURED), ("release", HoldState.RELEASED), ("time", HoldState.LAPSED)],
    )
    def test_a_hold_is_resolved_at_most_once(self, store: Store, first: str, state: HoldState, then: str) -> None:
        """P4: a resolved hold is still found by its ref, so that resolving it again is refused and writes nothing."""
        shop = Shop(store)
        shop.fill("ada", 50)
        shop.points.hold("ada", 20, lapses_at=LAPSE, key="h-1")
        if first == "time":
            shop.clock.put(LAPSE)
            shop.points.sweep()
        else:
            getattr(shop.points, first)("ada", "h-1", key="first")
        assert read(store, HoldRef(ADA, "h-1")).state is state
        before = dump(store)
        with pytest.raises(AlreadyResolved) as caught:
            getattr(shop.points, then)("ada", "h-1", key="then")
        assert caught.value.state == state.value
        assert dump(store) == before

    def test_a_partial_capture_frees_the_rest(self, store: Store) -> None:
        """P10: of a hold on two lots a part is captured in their order, and the rest of each lot can be spent again."""
        shop = Shop(store)
        shop.fill("ada", 10, lots=2)
        shop.points.hold("ada", 16, order_id="o-1", key="h-1")
        capture, release = shop.points.capture("ada", "h-1", points=12, key="c-1").entries
        assert (capture.draws, release.draws) == ((Draw(1, 10), Draw(2, 2)), (Draw(2, 4),))
        assert capture.order_id == "o-1"
        assert shop.figures() == (8, 0, 12, 0)
        assert [(lot.lot, lot.free, lot.held) for lot in read(store, ADA).lots] == [(2, 8, 0)]
        check_books(shop, ["ada"])

    def test_a_hold_goes_along_with_a_merge(self, store: Store) -> None:
        """P10: a hold that a merge brings along is resolved at the survivor, once, by whichever name."""
        shop = Shop(store)
        shop.fill("ada", 50)
        shop.points.hold("ada", 20, lapses_at=LAPSE, key="h-1")
        shop.loyalty.customers.merge("ada", into="bob")
        assert shop.figures("bob") == (30, 20, 0, 0)
        assert [hold.id for hold in read(store, LedgerRef("live", "holder-2", "beans", "")).holds] == ["h-1"]
        shop.points.capture("ada", "h-1", key="c-1")
        with pytest.raises(AlreadyResolved):
            shop.points.release("bob", "h-1", key="r-1")
        assert shop.figures("bob") == (30, 0, 20, 0)

    def test_of_racing_resolutions_one_is_taken(self, store: Store) -> None:
        """P8: of 16 workers that capture or release one hold at once, one does and the others are told so."""
        need_workers(store)
        shop = Shop(store)
        shop.fill("ada", 50)
        shop.points.hold("ada", 20, key="h-1")
        captures = [[Capture("ada", "h-1", key=f"c-{worker}")] for worker in range(WORKERS // 2)]
        releases = [[Release("ada", "h-1", key=f"r-{worker}")] for worker in range(WORKERS // 2)]
        answers = self.deliver(shop, [*captures, *releases])
        assert Counter(answer.code for answer in answers) == {"ok": 1, "already_resolved": WORKERS - 1}
        won = [answer.command.name for answer in answers if answer.code == "ok"]
        assert shop.figures() == ((30, 0, 20, 0) if won == [Capture.name] else (50, 0, 0, 0))
        check_books(shop, ["ada"])

    def test_racing_holds_reserve_what_is_there(self, store: Store) -> None:
        """P8: of 16 workers that each hold 10 of 100 points, 10 get them and 6 are refused."""
        need_workers(store)
        shop = Shop(store)
        shop.fill("ada", 25, lots=4)
        answers = self.deliver(shop, [[Hold("ada", 10, key=f"h-{worker}")] for worker in range(WORKERS)])
        assert Counter(answer.code for answer in answers) == {"ok": 10, "insufficient_points": 6}
        assert shop.figures() == (0, 100, 0, 0)
        assert len(read(store, ADA).holds) == 10
        check_books(shop, ["ada"])
