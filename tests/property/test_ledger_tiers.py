"""Law: the tier of a subledger that was carried along is the one that its entries give from the beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Standing
from loyalcore.domain.ledger import Account, Entry, Shortfall
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Measure, WindowKind, advance
from loyalcore.errors import LoyaltyError
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import records
from loyalcore.values.clock import to_micros
from tests.property._examples import share
from tests.property.test_tiers import tier_sets

if TYPE_CHECKING:
    from loyalcore.domain.tiers import TierSet

LEDGERS: Final = ("", "miles")
MEASURED: Final = {
    Measure.POINTS_EARNED: lambda account: account.earned,
    Measure.ACTIVE_BALANCE: lambda account: account.active,
}


def _measuring(tiers: TierSet, is_balance: bool) -> TierSet:
    """Let a tier set measure the balance, where its window allows it."""
    measures = is_balance and tiers.window.kind is WindowKind.LIFETIME
    return attrs.evolve(tiers, measure=Measure.ACTIVE_BALANCE if measures else Measure.POINTS_EARNED)


sets = st.builds(_measuring, tier_sets(), st.booleans())
ledgers = st.sampled_from([*LEDGERS, "miles"])
moves = st.one_of(
    st.tuples(st.just("award"), ledgers, st.integers(1, 8), st.sampled_from(["immediate", "20D"]), st.booleans()),
    st.tuples(st.just("award"), ledgers, st.integers(1, 8), st.sampled_from(["immediate", "20D"]), st.booleans()),
    st.tuples(st.just("spend"), ledgers, st.integers(1, 9)),
    st.tuples(st.just("reverse"), ledgers, st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([1, 15, 45, 200])),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("review")),
)


class Shop:
    """A customer with a tier in the main ledger and one in a subledger."""

    def __init__(self, main: TierSet, miles: TierSet) -> None:
        self.sets = {"": main, "miles": miles}
        program = Program("beans", currency="EUR", timezone="UTC", tiers=main, ledger_tiers={"miles": miles})
        self.program = attrs.evolve(program, points=attrs.evolve(program.points, shortfall=Shortfall.CLAMP))
        self.store = MemoryStore()
        self.clock = FixedClock("2026-01-01T12:00:00Z")
        self.shop = Loyalty(self.store, [self.program], clock=self.clock, ids=CountedIds(), actor="till")
        self.shop.customers.register("ada")
        self.shop.customers.join("ada")
        self.awards: dict[str, list[str]] = {name: [] for name in LEDGERS}

    def do(self, number: int, move: tuple[Any, ...]) -> None:
        """Make a move; one that the ledger refuses moves nothing."""
        points, key = self.shop.points, f"k-{number}"
        match move:
            case ("award", ledger, count, start, ends):
                expiry = "60D" if ends else "unlimited"
                fields = {"ledger": ledger, "activation": start, "expiry": expiry, "reason": "gift", "key": key}
                (entry,) = points.award("ada", count, **fields).entries
                self.awards[ledger].append(entry.id)
            case ("spend", ledger, count):
                self._try(lambda: points.spend("ada", count, ledger=ledger, key=key))
            case ("reverse", ledger, which):
                if which < len(self.awards[ledger]):
                    entry_id = self.awards[ledger][which]
                    self._try(lambda: points.reverse("ada", entry_id=entry_id, ledger=ledger, key=key))
            case ("wait", days):
                self.clock.move(days=days, seconds=1)
            case ("sweep",):
                points.sweep()
            case _:
                self.shop.tiers.review()

    @staticmethod
    def _try(act: Any) -> None:
        try:
            act()
        except LoyaltyError:
            return

    def recomputed(self, ledger: str) -> tuple[Any, ...]:
        """Give the tier of a ledger, since when and until when, from its entries alone."""
        account, found = Account(), []
        for entry in records(self.store, Entry):
            if entry.ledger.ledger == ledger:
                account.apply(entry)
                found.append((account.at, MEASURED[self.sets[ledger].measure](account)))
        tiers, member = self.sets[ledger], self.shop.customers.membership("ada")
        now = to_micros(self.clock.now())
        standing = advance(Standing(), tiers, self.program.zone, member.joined_at, found, now)
        return standing.tier, standing.since, standing.expires_at


@share(2)
@given(main=sets, miles=sets, history=st.lists(moves, max_size=16))
def test_tiers_of_ledgers_are_recomputed_ones(main: TierSet, miles: TierSet, history: list[tuple[Any, ...]]) -> None:
    """Whatever is booked on either ledger, reported is what each one's own entries come to; nothing crosses over."""
    shop = Shop(main, miles)
    for number, move in enumerate(history):
        shop.do(number, move)
    shop.shop.points.sweep()
    for ledger in LEDGERS:
        report = shop.shop.tiers.report("ada", ledger=ledger)
        assert (report.current, report.since, report.expires_at) == shop.recomputed(ledger)
