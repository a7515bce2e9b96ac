"""Referrals and their codes: found by either side, each code one referrer's, locked as records are (P4, P6, P8)."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs
import pytest

from loyalcore.domain.decision import (
    ChangeSet,
    KeyRecord,
    Put,
    ReferralCodesRef,
    ReferralsRef,
    Remove,
)
from loyalcore.domain.programs import Program
from loyalcore.domain.referrals import CODES, REFERRALS, Referral, ReferralCode, ReferralState
from loyalcore.errors import ReferralRefused, StaleVersion, StoreUnavailable
from loyalcore.query import Listing, Position, Query, counted, keys_of, nearest, parse, resolve
from loyalcore.services import Loyalty
from loyalcore.testing._clock import FixedClock
from loyalcore.testing._play import records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import START, THREADS, Contract, need, patiently, race, read, refused, write
from loyalcore.values.calendar import check_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.decision import Ref
    from loyalcore.domain.flows import Receipt
    from loyalcore.query import Noun
    from loyalcore.store import Lists, Store

MANY: Final = 60
LOCKED: Final[dict[str, Any]] = {"code": samples.code, "referral": samples.referral, "counter": samples.counter}
INVITED: Final = ReferralState.INVITED
UTC: Final = check_zone("UTC", "zone")

ASKED: Final = (
    "",
    "sort:-created_at",
    "sort:completed_at",
    "sort:-review_due_at sort:-referral_id",
    "status:pending sort:expires_at",
    "-status:completed",
    "state:(pending,invited) expires_at:<2026-02-01",
    "state:on_review",
    "referrer:ada",
    "no:referee",
    "-referee:bob",
    "code:ada-1",
    "campaign:spring sort:-revenue",
    "revenue:>=9.5",
    "revenue:63.5 sort:-updated_at",
    "order:o-1",
    "referrer_holder_id:(holder-0,holder-9) status:pending",
)
"""Search strings over referrals: every type of field, both ways, with what is missing."""

ASKED_OF_CODES: Final = (
    "",
    "sort:-created_at",
    "sort:used sort:-code",
    "uses:>0 sort:-limit",
    "limit:0",
    "campaign:spring",
    "friend:bob",
    "no:friend",
    "-no:disabled_at",
    "starts_at:<2026-02-01 sort:expires_at",
    "holder_id:holder-1 id:(ADA-1,ada-1)",
)
"""Search strings over referral codes."""


BEANS: Final = Program.from_document(
    {
        "id": "beans",
        "currency": "EUR",
        "timezone": "UTC",
        "referrals": {
            "rewards": [
                {"id": "friend", "points": 100, "side": "referrer", "on": "first_order"},
                {"id": "welcome", "points": 30, "side": "referee", "on": "first_order"},
            ]
        },
    }
)
LIMIT: Final = 10


def _shop(store: Store, *names: str) -> Any:
    """Open a shop with referrals, in which customers are registered."""
    shop = Loyalty(store, [BEANS], clock=FixedClock(START), actor="till")
    for name in names:
        shop.customers.register(name)
    return shop


def _answer(act: Callable[[], Receipt]) -> str:
    """Give what became of a claim: the state of the referral, or why it was refused."""
    try:
        receipt = patiently(act)()
    except ReferralRefused as refusal:
        return refusal.reason
    return str(receipt.referral.state.value)


def _by(holder: str) -> ReferralsRef:
    return ReferralsRef("live", holder, "referrer")


def _to(holder: str) -> ReferralsRef:
    return ReferralsRef("live", holder, "referee")


def _referrals() -> list[Referral]:
    """Make referrals in every state, with ties, case, and what is missing."""
    return [
        samples.referral(
            f"{'R' if number % 2 else 'r'}-{number}",
            state=state,
            code="ADA-1" if number % 3 else "ada-1",
            campaign="spring" if number % 2 else "",
            referrer_holder_id=f"holder-{number % 2}",
            referrer_id=None if number == 4 else ("ada", "Ada")[number % 2],
            referee_holder_id=None if state is INVITED else f"friend-{number}",
            referee_id=None if state is INVITED else "bob",
            created_at=samples.AT - timedelta(days=number // 2),
            expires_at=None if number % 4 == 3 else samples.AT + timedelta(days=number // 2),
            review_due_at=samples.AT if state is ReferralState.ON_REVIEW else None,
            completed_at=samples.AT if state is ReferralState.COMPLETED else None,
            order_id=f"o-{number % 3}" if number % 3 else None,
            revenue=Decimal(("0", "63.50", "9.5", "63.5")[number % 4]),
        )
        for number, state in enumerate(ReferralState)
    ]


def _codes() -> list[ReferralCode]:
    """Make codes of two holders with ties, case, and what is missing."""
    names = ("ADA-1", "ada-1", "ADA-2", "B", "b-10")
    return [
        samples.code(
            name,
            holder_id=f"holder-{number % 2}",
            campaign="spring" if number % 3 else "",
            created_at=samples.AT - timedelta(days=number // 2),
            starts_at=samples.AT if number % 2 else None,
            expires_at=None if number == 1 else samples.AT + timedelta(days=number),
            limit=number // 2,
            used=number % 2,
            referee_id="bob" if number == 2 else None,
            disabled_at=samples.AT if number == 3 else None,
        )
        for number, name in enumerate(names)
    ]


def _check_list(store: Store, noun: Noun, text: str, kept: list[Any]) -> None:
    """Compare a page and a count with the in-memory evaluation over the same records; others are not of the scope."""
    others = [attrs.evolve(kept[0], environment="sandbox"), attrs.evolve(kept[1], program_id="tea")]
    write(store, _puts(*kept[:1], *kept[2:], *others))
    query = parse(text, noun)
    query = Query(noun, resolve(query.where, samples.AT, UTC), query.sort)
    listing, rows = Listing(query, environment="live", program_id="beans", count=4), [kept[0], *kept[2:]]
    with store.unit(readonly=True) as unit:
        lists: Lists = unit  # type: ignore[assignment]
        expected = nearest(listing, rows, samples.AT)
        assert list(lists.page(listing, samples.AT)) == expected
        assert lists.count(listing, samples.AT) == counted(listing, rows, samples.AT)
        if expected:
            rest = attrs.evolve(listing, position=Position(keys_of(query, expected[-1]), is_backward=False))
            assert list(lists.page(rest, samples.AT)) == nearest(rest, rows, samples.AT)


def _puts(*made: Any) -> ChangeSet:
    return ChangeSet(puts=tuple(Put(each, None) for each in made))


class ReferralContract(Contract):
    """Referrals are found by either side, codes by their referrer, and a code is one referrer's."""

    def test_a_holder_leads_to_its_referrals(self, store: Store) -> None:
        """P4: a holder leads to the referrals that it made and to those that brought it, each in the order of ids."""
        mine = [samples.referral(name, referee_holder_id=f"friend-{name}") for name in ("r-2", "R-1", "r-10")]
        theirs = samples.referral("r-3", referrer_holder_id="Holder-1", referee_holder_id="holder-1")
        other = attrs.evolve(mine[0], environment="sandbox", referee_holder_id="holder-1")
        write(store, _puts(*mine, theirs, other))
        newest = attrs.evolve(mine[0], state=ReferralState.BLOCKED, version=2)
        write(store, samples.put(newest, 1))
        refs = [_by("holder-1"), _to("holder-1"), _by("Holder-1"), _to("friend-r-2"), _by("friend-r-2"), _to("nobody")]
        expected = [(mine[1], mine[2], newest), (theirs,), (theirs,), (newest,), (), ()]
        for lock in (False, True):
            with store.unit() as unit:
                found = unit.load([*refs, newest.ref], lock=lock)
            assert [found[ref] for ref in refs] == expected
            assert found[newest.ref] == newest

    def test_an_invited_friend_is_nobody_yet(self, store: Store) -> None:
        """P4: a referral without a referee is found by its referrer; once somebody claims it, by both, at once."""
        invited = samples.referral("r-1", state=INVITED)
        claimed = attrs.evolve(invited, state=ReferralState.PENDING, referee_holder_id="holder-2", version=2)
        refs = [_by("holder-1"), _to("holder-2"), _to("holder-1")]
        write(store, _puts(invited))
        assert [read(store, ref) for ref in refs] == [(invited,), (), ()]
        with store.unit() as unit:
            unit.apply(samples.put(claimed, 1))
            found = unit.load(refs)
            assert [found[ref] for ref in refs] == [(claimed,), (claimed,), ()]
        assert [read(store, ref) for ref in refs] == [(invited,), (), ()]
        write(store, samples.put(claimed, 1))
        assert [read(store, ref) for ref in refs] == [(claimed,), (claimed,), ()]

    def test_a_referral_leads_from_its_own_sides_alone(self, store: Store) -> None:
        """P4: a referral whose sides become another holder's, as by a merge, is found by that one only."""
        made = samples.referral("r-1", referee_holder_id="holder-2")
        moved = attrs.evolve(made, referrer_holder_id="holder-3", referee_holder_id="holder-4", version=2)
        write(store, samples.put(made), samples.put(moved, 1))
        refs = [_by("holder-1"), _to("holder-2"), _by("holder-3"), _to("holder-4")]
        assert [read(store, ref) for ref in refs] == [(), (), (moved,), (moved,)]

    def test_a_holder_leads_to_its_codes(self, store: Store) -> None:
        """P4: the codes of a holder come in the order of the codes, as they were put last, without those that went."""
        mine = [samples.code(name) for name in ("B", "A-2", "A-10")]
        others = [samples.code("C", holder_id="Holder-1"), attrs.evolve(mine[0], environment="sandbox")]
        write(store, _puts(*mine, *others))
        newest = attrs.evolve(mine[0], used=1, version=2)
        write(store, samples.put(newest, 1))
        refs = [ReferralCodesRef("live", "holder-1"), ReferralCodesRef("live", "nobody")]
        for lock in (False, True):
            with store.unit() as unit:
                found = unit.load(refs, lock=lock)
            assert [found[ref] for ref in refs] == [(mine[2], mine[1], newest), ()]
        with store.unit() as unit:
            unit.apply(attrs.evolve(_puts(samples.code("D")), removes=(Remove(mine[1].ref, 1),)))
            assert [each.code for each in unit.load(refs)[refs[0]]] == ["A-10", "B", "D"]
        write(store, ChangeSet(removes=(Remove(newest.ref, 2),)))
        assert read(store, refs[0]) == (mine[2], mine[1])

    def test_many_referrals_are_of_a_holder(self, store: Store) -> None:
        """P4: all referrals and codes of a holder are found, however many, and of each of several holders its own."""
        made = [
            samples.referral(f"r-{number:03}", referrer_holder_id=f"holder-{number % 2}", referee_holder_id="friend")
            for number in range(2 * MANY)
        ]
        codes = [samples.code(f"C-{number:03}", holder_id=f"holder-{number % 2}") for number in range(2 * MANY)]
        write(store, _puts(*made, *codes))
        of_codes = [ReferralCodesRef("live", f"holder-{number}") for number in (0, 1)]
        refs: list[Ref] = [_by("holder-0"), _by("holder-1"), _by("holder-2"), _to("friend"), *of_codes]
        with store.unit(readonly=True) as unit:
            found = unit.load([*refs, *(each.ref for each in made)])
        groups: tuple[list[Any], ...] = (made[::2], made[1::2], [], made, codes[::2], codes[1::2])
        assert [found[ref] for ref in refs] == [tuple(group) for group in groups]
        assert [found[each.ref] for each in made] == made

    def test_a_code_is_taken_for_every_holder(self, store: Store) -> None:
        """P8: a code is one referrer's in its environment: another holder's is refused, in another not."""
        mine = samples.code("ADA-1")
        write(store, samples.put(mine))
        theirs = samples.code("ADA-1", holder_id="holder-2", program_id="tea")
        refused(store, samples.put(theirs))
        assert (records(store, ReferralCode), read(store, ReferralCodesRef("live", "holder-2"))) == ([mine], ())
        elsewhere = attrs.evolve(theirs, environment="sandbox")
        write(store, samples.put(elsewhere), samples.put(samples.code("ada-1", holder_id="holder-2")))
        assert (read(store, mine.ref), read(store, elsewhere.ref)) == (mine, elsewhere)

    def test_of_holders_who_race_for_a_code_one_has_it(self, store: Store) -> None:
        """P8: of 16 holders that take one code at once one has it, and nothing of the others is kept."""
        need(store, "threads")
        gate = threading.Barrier(THREADS)

        def take(number: int) -> int:
            gate.wait(timeout=30)
            holder = f"holder-{number}"
            write(store, samples.put(samples.code("ADA-1", holder_id=holder), None, samples.key(holder=holder)))
            return number

        answers = race([partial(take, number) for number in range(THREADS)])
        won = [answer for answer in answers if isinstance(answer, int)]
        assert (len(won), sum(isinstance(answer, StaleVersion) for answer in answers)) == (1, THREADS - 1), answers
        assert [each.holder_id for each in records(store, ReferralCode)] == [f"holder-{won[0]}"]
        assert [each.ref.holder_id for each in records(store, KeyRecord)] == [f"holder-{won[0]}"]

    @pytest.mark.parametrize("kind", LOCKED)
    def test_a_lock_is_waited_for(self, store: Store, kind: str) -> None:
        """P6: while a unit holds a code, a referral or a counter locked, another that locks it waits or fails."""
        need(store, "threads")
        make = LOCKED[kind]
        write(store, samples.put(make()))
        locked, seen = threading.Event(), list[Any]()

        def second() -> None:
            assert locked.wait(timeout=30)
            try:
                with store.unit() as unit:
                    seen.append(unit.load([make().ref], lock=True)[make().ref].version)
            except (StaleVersion, StoreUnavailable) as error:
                seen.append(error.code)

        thread = threading.Thread(target=second)
        thread.start()
        with store.unit() as unit:
            assert unit.load([make().ref], lock=True)[make().ref].version == 1
            locked.set()
            thread.join(timeout=0.2)
            assert seen in ([], ["stale_version"], ["store_unavailable"]), f"the lock was passed over: {seen}"
            unit.apply(samples.put(make(version=2), 1))
            unit.commit()
        thread.join(timeout=60)
        assert not thread.is_alive()
        assert seen in ([2], ["stale_version"], ["store_unavailable"])

    @pytest.mark.parametrize("text", ASKED)
    def test_a_list_of_referrals_is_the_reference(self, store: Store, text: str) -> None:
        """P20: referrals of a program come as the in-memory evaluation gives them, and in their number."""
        need(store, "pages")
        _check_list(store, REFERRALS, text, _referrals())

    @pytest.mark.parametrize("text", ASKED_OF_CODES)
    def test_a_list_of_codes_is_the_reference(self, store: Store, text: str) -> None:
        """P20: referral codes of a program come as the in-memory evaluation gives them, and in their number."""
        need(store, "pages")
        _check_list(store, CODES, text, _codes())

    def test_of_racing_claims_a_code_takes_as_many_as_its_limit(self, store: Store) -> None:
        """P8: of 16 customers who claim a code with a limit of 10 at once 10 come, and 6 are told of the limit."""
        need(store, "threads")
        names = [f"c-{number}" for number in range(THREADS)]
        shop = _shop(store, "ada", *names)
        code = shop.referral_codes.create("ada", limit=LIMIT, key="k-1").code
        answers = race([partial(_answer, partial(shop.referrals.claim, name, code.code, key="c-1")) for name in names])
        assert Counter(answers) == {"pending": LIMIT, "code_limit": THREADS - LIMIT}
        assert read(store, code.ref).used == LIMIT
        assert shop.customers.membership("ada").referrals.total == len(records(store, Referral)) == LIMIT

    def test_of_racing_referrers_a_referee_has_one(self, store: Store) -> None:
        """P8: of 16 referrers whose codes one customer claims at once the first one has the referee, nobody else."""
        need(store, "threads")
        names = [f"c-{number}" for number in range(THREADS)]
        shop = _shop(store, "bob", *names)
        codes = [shop.referral_codes.create(name, key="k-1").code.code for name in names]
        answers = race(
            [partial(_answer, partial(shop.referrals.claim, "bob", code, key=f"c-{code}")) for code in codes]
        )
        assert Counter(answers) == {"pending": 1, "already_referred": THREADS - 1}
        (referral,) = records(store, Referral)
        assert referral.code == codes[answers.index("pending")]
        assert sum(each.used for each in records(store, ReferralCode)) == 1
        assert shop.customers.membership("bob").referral_id == referral.referral_id

    def test_an_order_completes_a_referral_and_takes_it_along(self, store: Store) -> None:
        """P2: the first order rewards both sides and counts in one unit; when it goes, so does all that it brought."""
        shop = _shop(store, "ada", "bob")
        link = shop.customers.join("ada").membership.referral_code
        shop.referrals.claim("bob", link, key="c-1")
        cart = {"total": "40", "referral_code": link}
        for number, (state, points) in enumerate((("completed", (100, 30)), ("reversed", (0, 0)))):
            if number:
                shop.orders.cancel("o-1", key="k-2")
            else:
                shop.orders.close("bob", "o-1", cart, key="k-1")
            (referral,) = records(store, Referral)
            assert referral.state == state
            assert tuple(shop.points.balance(name).active for name in ("ada", "bob")) == points
            figures, has = shop.customers.membership("ada").referrals, 1 - number
            assert (figures.successful, figures.revenue) == (has, Decimal(40) * has)
            assert read(store, referral.ref) == referral
            assert shop.points.verify("ada").is_ok
