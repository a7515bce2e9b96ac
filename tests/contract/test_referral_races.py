"""Sixteen processes on PostgreSQL that want one referral, one code, or the last of a reward."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from loyalcore.domain.customers import Register
from loyalcore.domain.decision import CounterRef
from loyalcore.domain.orders import Cart, CloseOrder, Order
from loyalcore.domain.programs import Program
from loyalcore.domain.referrals import Claim, Referral, ReferralState
from loyalcore.services import Loyalty
from loyalcore.testing import FixedClock
from loyalcore.testing._crew import WORKERS, together
from loyalcore.testing._delivery import Answer, Deliver
from loyalcore.testing._play import records
from loyalcore.testing.contract._samples import AT
from loyalcore.testing.laws import check_referrals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.domain.flows import Command
    from loyalcore.store import Store

CLAIMS: Final = 1_000
CHUNK: Final = 21
MOST: Final = 100


def program(**hello: Any) -> Program:
    """Make a program that rewards both sides for a claim and for the first order."""
    rewards = [
        {"id": "hello", "points": 10, "side": "both", "on": "claimed", **hello},
        {"id": "first", "points": 100, "side": "both", "on": "first_order"},
    ]
    return Program.from_document(
        {"id": "beans", "currency": "EUR", "timezone": "UTC", "referrals": {"rewards": rewards}}
    )


@attrs.frozen
class Chunks:
    """Runs chunks of commands, each in one unit; picklable, so that a process can do it."""

    chunks: tuple[tuple[Command, ...], ...]
    program: Program

    def __call__(self, store: Store) -> list[int]:
        """Give how many commands of each chunk were done."""
        shop = Loyalty(store, [self.program], clock=FixedClock(AT), actor="worker")
        return [sum(each.error is None for each in shop.run_many(chunk, atomic=True)) for chunk in self.chunks]


class Friends:
    """A shop on PostgreSQL in which ada has a link."""

    def __init__(self, store: SqlStore, rules: Program) -> None:
        self.store = store
        self.program = rules
        self.shop = Loyalty(store, [rules], clock=FixedClock(AT), actor="till")
        self.register("ada")
        self.link = str(_there(self.shop.customers.join("ada").membership).referral_code)

    def register(self, *names: str) -> None:
        """Register customers."""
        for name in names:
            self.shop.customers.register(name)

    def race(self, commands: Sequence[Command]) -> list[Answer]:
        """Let each worker give one command."""
        acts = [Deliver((each,), AT, self.program) for each in commands]
        answers = together(self.store, acts)
        lost = [answer for answer in answers if not isinstance(answer, list)]
        assert not lost, f"a worker broke off: {lost[0]!r}"
        return [answer for (answer,) in answers]

    def check(self) -> None:
        """Hold every figure and count against what is stored."""
        check_referrals(self.store, self.program)

    def active(self, name: str) -> int:
        """Give the points that somebody has."""
        return self.shop.points.balance(name).active


def _there(found: Any) -> Any:
    assert found is not None
    return found


def _cart(code: str) -> Cart:
    return Cart.of_total(20, referral_code=code)


@pytest.fixture
def friends(postgres_store: SqlStore) -> Friends:
    """Give a shop on PostgreSQL."""
    return Friends(postgres_store, program())


def test_one_referee_claims_once(friends: Friends) -> None:
    """Of sixteen claims of one referee, each with a key of its own, one is made, and each side is rewarded once."""
    friends.register("bob")
    answers = friends.race([Claim("bob", friends.link, key=f"c-{worker}") for worker in range(WORKERS)])
    assert Counter(answer.code for answer in answers) == {"ok": 1, "referral_refused": WORKERS - 1}
    assert {getattr(answer.error, "reason", None) for answer in answers} == {None, "already_referred"}
    assert (friends.active("ada"), friends.active("bob")) == (10, 10)
    friends.check()


def test_one_claim_is_delivered_sixteen_times(friends: Friends) -> None:
    """Sixteen deliveries of one claim are one: one is done, and the others are answered from its key."""
    friends.register("bob")
    answers = friends.race([Claim("bob", friends.link, key="c-1")] * WORKERS)
    assert Counter(answer.code for answer in answers) == {"ok": WORKERS}
    assert Counter(_there(answer.receipt).replayed for answer in answers) == {False: 1, True: WORKERS - 1}
    assert (friends.active("ada"), friends.active("bob")) == (10, 10)
    friends.check()


def test_one_referral_is_completed_once(friends: Friends) -> None:
    """Of sixteen orders of one referee that use the code one completes the referral; all are closed and counted."""
    friends.register("bob")
    cart = _cart(friends.link)
    answers = friends.race([CloseOrder("bob", f"o-{worker}", cart, key=f"k-{worker}") for worker in range(WORKERS)])
    assert Counter(answer.code for answer in answers) == {"ok": WORKERS}
    (referral,) = records(friends.store, Referral)
    assert (referral.state, referral.revenue) == (ReferralState.COMPLETED, 20 * WORKERS)
    assert (friends.active("ada"), friends.active("bob")) == (110, 110)
    friends.check()


def test_a_code_of_one_use_is_used_once(friends: Friends) -> None:
    """Of sixteen referees who order with a code of one use one is referred; the others' orders say why they are not."""
    names = [f"c-{worker}" for worker in range(WORKERS)]
    friends.register(*names)
    code = _there(friends.shop.referral_codes.create("ada", limit=1, key="code").code)
    answers = friends.race([CloseOrder(name, f"o-{name}", _cart(code.code), key="close") for name in names])
    assert Counter(answer.code for answer in answers) == {"ok": WORKERS}
    noted = Counter(order.referral.refused for order in records(friends.store, Order))
    assert noted == {None: 1, "code_limit": WORKERS - 1}
    assert friends.shop.referral_codes.get(code.code).used == 1
    assert (friends.active("ada"), sum(friends.active(name) for name in names)) == (110, 110)
    friends.check()


def test_a_ring_is_not_closed(friends: Friends) -> None:
    """Of three who claim each other's links at once, in a ring, at least one is refused: there is no ring."""
    names = ("ada", "bob", "cem")
    friends.register(*names)
    links = [_there(friends.shop.customers.join(name).membership).referral_code or friends.link for name in names]
    answers = friends.race([Claim(name, links[number - 1], key="c-1") for number, name in enumerate(names)])
    codes = Counter(answer.code for answer in answers)
    assert codes == {"ok": 2, "referral_refused": 1}
    assert {getattr(answer.error, "reason", None) for answer in answers} == {None, "cycle"}
    friends.check()


def test_a_reward_is_had_as_often_as_it_may_be(postgres_store: SqlStore) -> None:
    """Of a thousand claims at once a hundred are rewarded, exactly; every claim is made."""
    friends = Friends(postgres_store, program(side="referee", max_total=MOST))
    names = [f"c-{number}" for number in range(CLAIMS)]
    friends.shop.run_many([Register(name) for name in names], atomic=True)
    claims = [Claim(name, friends.link, key="claim") for name in names]
    shares = [claims[worker::WORKERS] for worker in range(WORKERS)]
    chunked = [tuple(tuple(share[at : at + CHUNK]) for at in range(0, len(share), CHUNK)) for share in shares]
    answers = together(friends.store, [Chunks(chunks, friends.program) for chunks in chunked])
    assert sum(sum(done) for done in answers) == CLAIMS, answers
    granted = [done for each in records(friends.store, Referral) for done in each.grants if done.refused is None]
    assert (len(granted), sum(done.points for done in granted)) == (MOST, 10 * MOST)
    ref = CounterRef("live", "beans", "referral:hello")
    with friends.store.unit(readonly=True) as unit:
        assert unit.load([ref])[ref].count == MOST
    assert friends.shop.customers.membership("ada").referrals.total == CLAIMS
    friends.check()
