"""Sixteen workers at once, in processes where the store can: nothing lost, doubled or overspent (P6, P8, P9, P16)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

from loyalcore.domain.decision import CounterRef
from loyalcore.domain.ledger import Award, EntryKind, Spend, Sweep, Transfer
from loyalcore.execution import ATTEMPTS_MAX
from loyalcore.testing._counting import Count
from loyalcore.testing._crew import WORKERS, together
from loyalcore.testing.contract._contract import Contract, Shop, need_workers, read
from loyalcore.testing.contract._lots import check_books

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalcore.store import Store


class ConcurrencyContract(Contract):
    """Sixteen workers at once: processes where the store declares `processes`, else threads.

    A host's subclass sets the scale:

    Attributes:
        contested_ledgers: How many ledgers all workers want more from than there is.
        hot_spends: How many spends one ledger sees.
        redelivered_keys: How many keys every worker delivers.
        crossed_transfers: How many transfers each worker makes.
        swept_ledgers: How many ledgers are swept while they are spent from.
        counted_claims: How often each worker wants one more of what has a limit.
    """

    contested_ledgers: ClassVar[int] = 6
    hot_spends: ClassVar[int] = 96
    redelivered_keys: ClassVar[int] = 8
    crossed_transfers: ClassVar[int] = 4
    swept_ledgers: ClassVar[int] = 6
    counted_claims: ClassVar[int] = 2

    def test_contested_ledgers_are_not_overspent(self, store: Store) -> None:
        """P8: of 16 workers that each want 10 of 100 points from every ledger, 10 get them and 6 are refused."""
        need_workers(store)
        shop = Shop(store)
        names = [shop.fill(f"c-{number}", 25, lots=4) for number in range(self.contested_ledgers)]
        spends = {name: [Spend(name, 10, key=f"s-{worker}") for worker in range(WORKERS)] for name in names}
        answers = self.deliver(
            shop, [[spends[name][worker] for name in _from(names, worker)] for worker in range(WORKERS)]
        )
        for name in names:
            codes = Counter(answer.code for answer in answers if answer.command in spends[name])
            assert codes == {"ok": 10, "insufficient_points": 6}, name
            assert shop.figures(name) == (0, 0, 100, 0)
        check_books(shop, names)

    def test_a_hot_ledger_serves_everybody(self, store: Store) -> None:
        """P16: of 16 workers on one ledger each gets through with all its spends, in at most five attempts each."""
        need_workers(store)
        shop = Shop(store)
        each = self.hot_spends // WORKERS
        shop.fill("hot", each * WORKERS)
        answers = self.deliver(
            shop, [[Spend("hot", 1, key=f"s-{worker}-{number}") for number in range(each)] for worker in range(WORKERS)]
        )
        assert Counter(answer.code for answer in answers) == {"ok": each * WORKERS}
        attempts = max(answer.attempts for answer in answers)
        self.most("attempts", attempts)
        assert attempts <= ATTEMPTS_MAX
        assert shop.figures("hot") == (0, 0, each * WORKERS, 0)
        check_books(shop, ["hot"])

    def test_a_new_ledger_is_made_once(self, store: Store) -> None:
        """P8: of 16 workers that make the first entry of a ledger one makes it, and every award is in it."""
        need_workers(store)
        shop = Shop(store)
        answers = self.deliver(shop, [[Award("ada", 5, reason="a", key=f"k-{worker}")] for worker in range(WORKERS)])
        assert Counter(answer.code for answer in answers) == {"ok": WORKERS}
        assert shop.figures() == (5 * WORKERS, 0, 0, 0)
        check_books(shop, ["ada"])

    def test_every_key_has_one_effect(self, store: Store) -> None:
        """P9: of keys that each of 16 workers delivers, each has one effect, and all 16 answers are that one."""
        need_workers(store)
        shop = Shop(store)
        commands = [Award("ada", 5, reason="a", key=f"k-{number}") for number in range(self.redelivered_keys)]
        answers = self.deliver(shop, [_from(commands, worker) for worker in range(WORKERS)])
        for command in commands:
            mine = [answer for answer in answers if answer.command == command]
            assert Counter(answer.code for answer in mine) == {"ok": WORKERS}, command.key
            receipts = [answer.receipt for answer in mine if answer.receipt is not None]
            assert [receipt.replayed for receipt in receipts].count(False) == 1, command.key
            assert len({receipt.entries for receipt in receipts}) == 1, command.key
        assert shop.figures() == (5 * len(commands), 0, 0, 0)
        check_books(shop, ["ada"])

    def test_a_counter_with_a_limit_is_not_exceeded(self, store: Store) -> None:
        """P8: of 16 workers that count one counter up to its limit each number is one's, and none gets more."""
        need_workers(store)
        ref = CounterRef("live", "beans", "code:ADA-1")
        limit = WORKERS * self.counted_claims * 5 // 8
        answers = together(store, [Count(ref, limit, self.counted_claims)] * WORKERS)
        lost = [answer for answer in answers if not isinstance(answer, list)]
        assert not lost, f"a worker broke off: {lost[0]!r}"
        got = sorted(number for answer in answers for number in answer if number)
        assert got == [*range(1, limit + 1)]
        left = read(store, ref)
        assert (left.count, left.version) == (limit, limit)

    def test_crossed_transfers_end(self, store: Store) -> None:
        """P6: transfers that cross each other all come through: no deadlock surfaces, and no point is lost."""
        need_workers(store)
        shop = Shop(store)
        ring = [shop.fill(name, 100, lots=2) for name in ("ada", "bob", "cem")]
        answers = self.deliver(
            shop,
            [
                [
                    Transfer(ring[worker % 3], 1, to=ring[(worker + step) % 3], reason="t", key=f"t-{worker}-{number}")
                    for number in range(self.crossed_transfers)
                    for step in [1 + (worker + number) % 2]
                ]
                for worker in range(WORKERS)
            ],
        )
        assert Counter(answer.code for answer in answers) == {"ok": WORKERS * self.crossed_transfers}
        assert not any(answer.busy for answer in answers), "a transfer found the store unavailable"
        assert sum(shop.figures(name)[0] for name in ring) == 600
        check_books(shop, ring)

    def test_a_sweep_beside_spenders_loses_nothing(self, store: Store) -> None:
        """P8: where eight workers sweep ledgers and eight spend from them, each lot lapses once."""
        need_workers(store)
        shop = Shop(store)
        names = [shop.fill(f"c-{number}", 40) for number in range(self.swept_ledgers)]
        for name in names:
            shop.points.award(name, 30, reason="a", expiry="1D", key="e-1")
        shop.clock.move(days=2)
        holders = [shop.loyalty.customers.get(name).holder_id for name in names]
        spenders = WORKERS // 2
        answers = self.deliver(
            shop,
            [
                [Sweep(holder) for holder in _from(holders, worker)]
                if worker >= spenders
                else [Spend(name, 5, key=f"s-{worker}") for name in _from(names, worker)]
                for worker in range(WORKERS)
            ],
        )
        assert Counter(answer.code for answer in answers) == {"ok": WORKERS * len(names)}
        for name in names:
            assert shop.figures(name) == (0, 0, 40, 30)
            lapsed = [entry for entry in shop.points.entries(name) if entry.kind is EntryKind.EXPIRE]
            assert [entry.points for entry in lapsed] == [30]
        check_books(shop, names)


def _from(things: Sequence[Any], start: int) -> list[Any]:
    """Give things in order, beginning in another place for each worker."""
    start %= len(things)
    return [*things[start:], *things[:start]]
