"""Expiry is arithmetic, to the microsecond, and a sweep only writes it down (P7, P12, P13)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Membership
from loyalcore.domain.ledger import Entry, EntryKind, Ledger
from loyalcore.domain.programs import Program
from loyalcore.errors import InsufficientPoints
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.testing._clock import CountedIds, FixedClock
from loyalcore.testing._play import dump, records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import BEANS, Contract, Shop, write

if TYPE_CHECKING:
    from loyalcore.store import Store

MICRO = timedelta(microseconds=1)
END = datetime(2026, 3, 1, 9, 30, 15, 654321, tzinfo=UTC)


class ExpiryContract(Contract):
    """Expiry is arithmetic, and a sweep only writes it down."""

    @pytest.mark.parametrize("swept", [False, True], ids=["unswept", "swept"])
    @pytest.mark.parametrize(("off", "active"), [(-MICRO, 5), (timedelta(0), 0), (MICRO, 0)], ids=["-1", "0", "+1"])
    def test_points_are_gone_at_their_end(self, store: Store, off: timedelta, active: int, *, swept: bool) -> None:
        """P7: points are there a microsecond before their end, and gone at it, swept or not."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", expires_at=END, key="k-1")
        shop.clock.put(END + off)
        if swept:
            assert shop.points.sweep() == (0 if active else 1)
        assert shop.figures() == (active, 0, 0, 5 - active)
        assert shop.figures(at=END + off) == (active, 0, 0, 5 - active)
        if active:
            assert shop.points.spend("ada", 5, key="k-2").points == 5
        else:
            with pytest.raises(InsufficientPoints):
                shop.points.spend("ada", 1, key="k-2")

    @pytest.mark.parametrize(("off", "active"), [(-MICRO, 0), (timedelta(0), 5), (MICRO, 5)], ids=["-1", "0", "+1"])
    def test_points_are_there_from_their_start(self, store: Store, off: timedelta, active: int) -> None:
        """P7: points are pending a microsecond before their start, and active at it."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", active_from=END, key="k-1")
        shown = shop.points.balance("ada", at=END + off)
        assert (shown.active, shown.pending) == (active, 5 - active)

    def test_a_date_is_valid_to_its_end(self, store: Store) -> None:
        """P7: points that expire on a day are there until the next midnight in the program's zone."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", expires_on=date(2026, 3, 28), key="k-1")
        midnight = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # the clocks go forward in the night after
        assert [shop.figures(at=midnight + off)[0] for off in (-MICRO, timedelta(0))] == [5, 0]
        assert shop.points.schedule("ada")[0].expires_on == date(2026, 3, 28)

    def test_a_sweep_changes_no_balance(self, store: Store) -> None:
        """P13: before and after a sweep the balance is the same at every instant, past and future."""
        shop = Shop(store)
        start = shop.clock.now()
        shop.points.award("ada", 50, reason="a", expires_at=END, key="k-1")
        shop.points.award("ada", 30, reason="b", expires_at=END + timedelta(days=3), key="k-2")
        shop.points.award("ada", 20, reason="c", active_from=END + timedelta(days=1), expiry="90D", key="k-3")
        shop.points.spend("ada", 15, key="k-4")
        shop.points.hold("ada", 10, lapses_at=END + timedelta(days=2), key="k-5")
        shop.points.award("bob", 9, reason="a", expires_at=END, key="k-1")
        instants = [start, *(END + timedelta(days=day) + off for day in range(5) for off in (-MICRO, MICRO, 0 * MICRO))]
        instants += [END + timedelta(days=200)]

        def ask() -> list[Any]:
            return [shop.points.balance(name, at=at) for name in ("ada", "bob") for at in instants]

        asked = ask()
        for day in range(5):
            shop.clock.put(END + timedelta(days=day))
            shop.points.sweep()
            assert ask() == asked, f"changed by the sweep on day {day}"
        assert all(shop.points.verify(name).is_ok for name in ("ada", "bob"))

    def test_a_sweep_expires_what_was_not_spent(self, store: Store) -> None:
        """P10: what was spent, held or reversed does not lapse; what is left of each lot does, once."""
        shop = Shop(store)
        first = shop.points.award("ada", 50, reason="a", expires_at=END, key="k-1")
        shop.points.spend("ada", 15, key="k-2")
        shop.points.hold("ada", 10, hold_for="90D", key="k-3")
        shop.points.reverse("ada", 5, entry_id=first.entries[0].id, key="k-4")
        shop.clock.put(END)
        assert shop.points.sweep() == 1
        assert shop.figures() == (0, 10, 15, 20)
        lapsed = [entry for entry in records(store, Entry) if entry.kind is EntryKind.EXPIRE]
        assert [(entry.points, entry.effective_at) for entry in lapsed] == [(20, END)]

    def test_a_second_sweep_does_nothing(self, store: Store) -> None:
        """P13: a sweep that finds nothing due writes nothing."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", expires_at=END, key="k-1")
        shop.clock.put(END)
        assert shop.points.sweep() == 1
        before = dump(store)
        assert shop.points.sweep() == 0
        assert dump(store) == before

    def test_a_late_sweep_writes_when_it_was(self, store: Store) -> None:
        """P7: an expiry that is written down late counts from the instant at which the points were gone."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", expires_at=END, key="k-1")
        shop.clock.put(END + timedelta(days=70))
        shop.points.sweep()
        entry = shop.points.entries("ada")[-1]
        assert (entry.effective_at, entry.recorded_at) == (END, END + timedelta(days=70))

    @pytest.mark.parametrize(
        ("due", "by", "found"),
        [
            (END, END - MICRO, False),
            (END, END, True),
            (END, END + MICRO, True),
            (END + MICRO, END, False),
            (None, END, False),
            (samples.FIRST, END, True),
        ],
    )
    def test_due_ledgers_are_found(self, store: Store, due: Any, by: datetime, *, found: bool) -> None:
        """P13: a ledger or membership is due by an instant when its `next_change_at` is not after it, exactly."""
        ledger, member = samples.ledger(next_change_at=due), samples.membership(next_change_at=due)
        other = attrs.evolve(member, holder_id="holder-2", next_change_at=by + MICRO)
        write(store, *(samples.put(record) for record in (ledger, member, other)))
        with store.unit(readonly=True) as unit:
            for record in (ledger, member):
                assert [*unit.stream(All(type(record), "live", due_by=by), by)] == [record] * found

    def test_due_members_are_narrowed(self, store: Store) -> None:
        """P13: the due members of a holder, of a program or of both come alone, in the order of their names."""
        named = [("holder-1", "beans"), ("holder-1", "tea"), ("holder-2", "beans"), ("holder-3", "beans")]
        made = [
            attrs.evolve(samples.membership(next_change_at=END), holder_id=holder, program_id=program)
            for holder, program in named
        ]
        made[-1] = attrs.evolve(made[-1], next_change_at=None)
        write(store, *(samples.put(record) for record in reversed(made)))
        asked: list[tuple[dict[str, str], list[int]]] = [
            ({}, [0, 1, 2]),
            ({"holder_id": "holder-1"}, [0, 1]),
            ({"program_id": "beans"}, [0, 2]),
            ({"holder_id": "holder-1", "program_id": "tea"}, [1]),
            ({"holder_id": "holder-3"}, []),
        ]
        with store.unit(readonly=True) as unit:
            for narrowed, places in asked:
                found = [*unit.stream(All(Membership, "live", due_by=END, **narrowed), END)]
                assert found == [made[place] for place in places], narrowed

    def test_a_sweep_writes_down_a_tier_that_has_ended(self, store: Store) -> None:
        """P13: a member who is due by the tier alone is found, swept, and due no more; who has no ledger too."""
        tiers = {
            "measure": "points_earned",
            "window": "rolling_1M",
            "downgrade": "real_time",
            "levels": [{"name": "Silver", "at": 10}],
        }
        program = Program.from_document(BEANS.to_document() | {"tiers": tiers})
        clock = FixedClock(END)
        loyalty = Loyalty(store, [program], clock=clock, ids=CountedIds(), actor="contract")
        for name in ("ada", "bob"):
            loyalty.customers.register(name)
        loyalty.points.award("ada", 10, reason="a", key="k-1")
        silver, nobody = records(store, Membership)
        assert (silver.tier, nobody.tier) == ("Silver", None)
        write(store, samples.put(attrs.evolve(nobody, next_change_at=END, version=2), 1))
        clock.put(END + timedelta(days=40))
        now, entries = clock.now(), records(store, Entry)
        assert loyalty.points.sweep() == 0
        assert [(member.tier, member.next_change_at) for member in records(store, Membership)] == [(None, None)] * 2
        assert records(store, Entry) == entries
        with store.unit(readonly=True) as unit:
            assert [*unit.stream(All(Membership, "live", due_by=now), now)] == []

    @pytest.mark.parametrize("what", ["expiry", "start", "hold"])
    def test_whatever_makes_a_ledger_due_is_found(self, store: Store, what: str) -> None:
        """P13: a ledger is due by an expiry, by a start and by a hold that lapses."""
        shop = Shop(store)
        fields: dict[str, Any] = {"expiry": {"expires_at": END}, "start": {"active_from": END}, "hold": {}}[what]
        shop.points.award("ada", 5, reason="a", key="k-1", **fields)
        if what == "hold":
            shop.points.hold("ada", 5, lapses_at=END, key="k-2")
        with store.unit(readonly=True) as unit:
            due = [len([*unit.stream(All(Ledger, "live", due_by=END + off), END)]) for off in (-MICRO, 0 * MICRO)]
        assert due == [0, 1]
