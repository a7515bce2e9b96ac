"""Notices are found when they are due, are one deliverer's at a time, and leave once (P2, P8, P10, P12, P13, P17)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import ChangeSet, Notice, NoticeRef, Put, Remove
from loyalcore.domain.outbox import DeliveryPolicy
from loyalcore.errors import OutcomeUnknown, StaleVersion, StoreUnavailable, Undeliverable
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.testing._crashing import Crash, CrashingStore, Point, points_of
from loyalcore.testing._play import records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import Contract, Shop, need, patiently, race, read, refused, write
from loyalcore.testing.contract.crashes import NamedIds

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.outbox import Delivery
    from loyalcore.store import Store

MICRO: Final = timedelta(microseconds=1)
MANY: Final = 40
DELIVERERS: Final = 4
POLICY: Final = DeliveryPolicy(attempts_max=2, delay_seconds=60, delay_seconds_max=60, lease_seconds=600)
_TELLING: Final[dict[str, Any]] = {"notices": ["points_added"]}


def _outbox(store: Store, count: int, *, name: str = "k") -> Shop:
    """Open a shop whose outbox holds so many notices, half of them each of `ada`'s and of `bob`'s."""
    shop = Shop(store, **_TELLING)
    for number in range(count):
        shop.points.award(("ada", "bob")[number % 2], 1, reason="a", key=f"{name}-{number}")
    return shop


def _deliver(shop: Loyalty, handler: Callable[[Delivery], object], limit: int = 1_000) -> int:
    """Deliver what is due, and count what was delivered."""
    return shop.outbox.deliver(handler, policy=POLICY, limit=limit).delivered


def _host(shop: Shop, store: Store, name: str) -> Loyalty:
    """Open the store for another host, whose deliverers have a name of their own."""
    return Loyalty(store, [shop.program], clock=shop.clock, ids=NamedIds(name), actor="contract")


def _raise(delivery: Delivery, error: BaseException) -> None:
    raise error


class OutboxContract(Contract):
    """A notice is found when it is due, is one deliverer's at a time, and leaves once."""

    # Records

    def test_a_notice_is_inserted_and_then_put(self, store: Store) -> None:
        """P10: a notice that was inserted is replaced by version, and every field of it comes back."""
        first = samples.notice()
        write(store, ChangeSet(inserts=(first,)))
        second = attrs.evolve(
            first, next_change_at=samples.FAR, attempts=1, claimed_by=samples.TEXT, error=samples.TEXT, version=2
        )
        third = attrs.evolve(second, next_change_at=None, claimed_by=None, version=3)
        for before, after in ((first, second), (second, third)):
            assert read(store, first.ref) == before
            write(store, ChangeSet(puts=(Put(after, before.version),)))
        assert read(store, first.ref) == third
        assert records(store, Notice) == [third]
        refused(store, ChangeSet(inserts=(first,)))

    @pytest.mark.parametrize("expected", [1, 3, None])
    def test_a_stale_notice_is_not_put(self, store: Store, expected: int | None) -> None:
        """P8: a put that does not find the version that was read is refused: the notice is somebody else's by now."""
        mine, theirs = (samples.notice(claimed_by=each, version=2) for each in ("d-1", "d-2"))
        write(store, ChangeSet(inserts=(samples.notice(),)), samples.put(mine, 1))
        refused(store, samples.put(attrs.evolve(theirs, version=9), expected))
        assert read(store, mine.ref) == mine

    @pytest.mark.parametrize("expected", [1, 3])
    def test_a_stale_notice_is_not_removed(self, store: Store, expected: int) -> None:
        """P17: a removal that does not find the version that was read is refused, and one that does takes it away."""
        mine = samples.notice(claimed_by="d-1", version=2)
        write(store, ChangeSet(inserts=(samples.notice(), samples.notice("n-2"))), samples.put(mine, 1))
        refused(store, ChangeSet(removes=(Remove(mine.ref, expected),)))
        assert read(store, mine.ref) == mine
        write(store, ChangeSet(removes=(Remove(mine.ref, 2),)))
        assert (read(store, mine.ref), records(store, Notice)) == (None, [samples.notice("n-2")])
        refused(store, ChangeSet(removes=(Remove(mine.ref, 2),)))

    def test_what_is_due_is_found_by_its_instant(self, store: Store) -> None:
        """P13: notices are due at their instant, not a microsecond before, claimed or not, and never when set aside."""
        at = samples.AT
        due = [
            samples.notice("a", next_change_at=at),
            samples.notice("b", next_change_at=at - MICRO, claimed_by="d-1", attempts=1),
            samples.notice("c", next_change_at=samples.FIRST, error="OSError", attempts=2),
            samples.notice("d", next_change_at=at, program_id="nuts"),
        ]
        late = [
            samples.notice("e", next_change_at=at + MICRO),
            samples.notice("f", next_change_at=samples.FAR, claimed_by="d-1"),
            samples.notice("g", next_change_at=None, error="OSError"),
            samples.notice("h", next_change_at=at + MICRO, at=samples.FIRST),
        ]
        others = [attrs.evolve(due[0], ref=NoticeRef("sandbox", "holder-1", "a"))]
        write(store, ChangeSet(inserts=(*late, *reversed(due), *others)))
        with store.unit(readonly=True) as unit:
            assert list(unit.stream(All(Notice, "live", due_by=at), at)) == due
            assert list(unit.stream(All(Notice, "live", program_id="nuts", due_by=at), at)) == due[3:]
            assert list(unit.stream(All(Notice, "live", holder_id="holder-1", due_by=samples.FIRST), at)) == [due[2]]
            assert list(unit.stream(All(Notice, "live", holder_id="holder-2", due_by=at), at)) == []
            assert list(unit.stream(All(Notice, "sandbox", due_by=at), at)) == others

    # Delivering

    def test_each_notice_is_delivered_once(self, store: Store) -> None:
        """P17: what is delivered leaves the outbox, and is not found again."""
        shop, seen = _outbox(store, 25), Counter[str]()
        assert _deliver(shop.loyalty, lambda each: seen.update([each.id]), limit=10) == 10
        assert _deliver(shop.loyalty, lambda each: seen.update([each.id])) == 15
        assert (len(seen), set(seen.values())) == (25, {1})
        assert records(store, Notice) == []

    def test_deliverers_at_once_send_nothing_twice(self, store: Store) -> None:
        """P8: of several who deliver the same notices at once, each notice is sent by one while all of them live."""
        need(store, "threads")
        shop, seen = _outbox(store, MANY), list[str]()

        def act(number: int) -> int:
            return _deliver(_host(shop, store, f"d-{number}"), lambda each: seen.append(each.id))

        counts = race([patiently(partial(act, number)) for number in range(DELIVERERS)])
        while records(store, Notice):  # what somebody had taken when the store was busy is due when the lease ends
            shop.clock.move(seconds=600)
            patiently(partial(act, DELIVERERS))()
        assert all(isinstance(count, int) for count in counts), counts
        assert len(set(seen)) == MANY
        assert Counter(seen).most_common(1)[0][1] == 1, "a notice was sent twice"
        self.count("notices raced", MANY)

    def test_of_racing_claims_one_is_taken(self, store: Store) -> None:
        """P8: of units that have read the same notice, one takes it and the others are refused."""
        need(store, "threads")
        write(store, ChangeSet(inserts=(samples.notice(),)))
        gate = Barrier(DELIVERERS)

        def act(number: int) -> str:
            with store.unit(readonly=True) as unit:
                found: Any = unit.load([samples.notice().ref])[samples.notice().ref]
            gate.wait(timeout=30)
            taken = attrs.evolve(found, claimed_by=f"d-{number}", next_change_at=samples.FAR, version=2)
            write(store, samples.put(taken, found.version))
            return f"d-{number}"

        answers = race([partial(act, number) for number in range(DELIVERERS)])
        won = [answer for answer in answers if isinstance(answer, str)]
        lost = [answer for answer in answers if isinstance(answer, StaleVersion | StoreUnavailable)]
        assert (len(won), len(lost)) == (1, DELIVERERS - 1), answers
        assert read(store, samples.notice().ref).claimed_by == won[0]

    def test_a_lease_that_has_ended_is_taken_over(self, store: Store) -> None:
        """P13: what a deliverer had who has died is found when its lease ends, not before, and is sent by another."""
        shop, seen = _outbox(store, 3), list[Any]()
        with pytest.raises(Crash):
            _deliver(shop.loyalty, partial(_raise, error=Crash("the process ends")))
        shop.clock.move(seconds=599)
        assert _deliver(shop.loyalty, seen.append) == 0
        shop.clock.move(seconds=1)
        assert _deliver(shop.loyalty, seen.append) == 3
        assert [delivery.attempt for delivery in seen] == [2, 2, 2]
        assert records(store, Notice) == []

    def test_poison_is_set_aside(self, store: Store) -> None:
        """P13: what fails too often, or for good, is due no more; it is listed, and due when it is put back."""
        shop, outbox = _outbox(store, 1), Shop(store, **_TELLING).loyalty.outbox
        for _attempt in range(POLICY.attempts_max):
            assert _deliver(shop.loyalty, partial(_raise, error=OSError("no"))) == 0
            shop.clock.move(days=1)
        assert [(notice.error, notice.attempts) for notice in outbox.set_aside()] == [("OSError", 2)]
        shop.points.award("ada", 1, reason="a", key="again")
        assert _deliver(shop.loyalty, partial(_raise, error=Undeliverable("no"))) == 0
        assert {notice.error for notice in outbox.set_aside()} == {"OSError", "Undeliverable"}
        assert (_deliver(shop.loyalty, str), outbox.waiting()) == (0, ())
        assert shop.loyalty.outbox.retry(outbox.set_aside()) == 2
        assert (_deliver(shop.loyalty, str), records(store, Notice)) == (2, [])

    def test_a_crash_in_a_delivery_loses_nothing(self, store: Store) -> None:
        """P2: whatever call of the store a deliverer dies at, each notice is sent, and twice only if it had been."""
        counting = CrashingStore(MemoryStore())
        shop = _outbox(counting, 1)
        begun = len(counting.calls)
        _deliver(shop.loyalty, str)
        points = points_of(counting.calls[begun:])
        assert len(points) > 20
        for number, point in enumerate(points):
            seen = self._crashed(store, point, f"p{number}")
            assert seen, f"a notice was lost by a crash {point}"
            assert len(seen) <= 2, f"a notice was sent {len(seen)} times after a crash {point}"
            assert len(set(seen)) == 1
        self.count("crash points of deliveries", len(points))

    @staticmethod
    def _crashed(store: Store, point: Point, name: str) -> list[str]:
        """Deliver a notice with a crash, then without one when the lease has ended, and give what was sent."""
        seen: list[str] = []
        shop = Shop(store, **_TELLING)
        shop.points.award("ada", 1, reason="a", key=name)
        with pytest.raises((Crash, OutcomeUnknown)):
            _deliver(_host(shop, CrashingStore(store, point), name), lambda each: seen.append(each.id))
        shop.clock.move(seconds=600)
        _deliver(shop.loyalty, lambda each: seen.append(each.id))
        assert records(store, Notice) == [], f"a notice was left by a crash {point}"
        return seen
