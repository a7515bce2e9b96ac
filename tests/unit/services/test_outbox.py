from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from loyalcore import (
    Award,
    ClaimNotice,
    Delivery,
    DeliveryPolicy,
    DeliveryReport,
    Loyalty,
    Notice,
    NoticeRef,
    PointsNotice,
    PointsPolicy,
    Program,
    Recipient,
    SettleNotice,
)
from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.flows import NOTICE_KINDS
from loyalcore.domain.outbox import LEASE_ENDED
from loyalcore.errors import (
    DeliveryFailed,
    IllegalTransition,
    InvalidInput,
    LimitExceeded,
    LoyaltyError,
    NotFound,
    Undeliverable,
)
from loyalcore.testing import CountedIds, FixedClock

POLICY = DeliveryPolicy(attempts_max=3, delay_seconds=60, delay_seconds_max=600, lease_seconds=100)
TOLD = PointsPolicy(notices=frozenset(PointsNotice))


class Shop:
    """A shop that tells of awards, with customers `ada` and `bob`."""

    def __init__(self) -> None:
        self.clock = FixedClock("2026-01-31T12:00:00Z")
        self.store = MemoryStore()
        self.ids = CountedIds()
        beans, nuts = (Program(name, currency="EUR", timezone="UTC", points=TOLD) for name in ("beans", "nuts"))
        self.loyalty = Loyalty(self.store, [beans, nuts], clock=self.clock, ids=self.ids, actor="job")
        for name in ("ada", "bob"):
            self.loyalty.customers.register(name)
        self.sent: list[Delivery] = []

    def award(self, customer: str = "ada", count: int = 1, program: str = "beans") -> None:
        """Give points, each with a notice."""
        for _each in range(count):
            key = self.ids.new("key")
            self.loyalty.points.award(customer, 5, reason="gift", key=key, program=program)

    def deliver(self, handler: Callable[[Delivery], object] | None = None, **fields: Any) -> DeliveryReport:
        """Deliver what is due; what is sent is kept."""
        return self.loyalty.outbox.deliver(handler or self.sent.append, **{"policy": POLICY, **fields})

    def waiting(self) -> list[Notice]:
        """List what waits."""
        return list(self.loyalty.outbox.waiting())


def raising(error: BaseException) -> Callable[[Delivery], object]:
    """Give a handler that raises."""

    def handler(delivery: Delivery) -> object:
        raise error

    return handler


def test_what_is_delivered_leaves_the_outbox() -> None:
    """Each notice is handed over once, and a further call finds nothing."""
    shop = Shop()
    shop.award(count=45)
    assert shop.deliver() == DeliveryReport(delivered=45)
    assert len({delivery.id for delivery in shop.sent}) == 45
    assert shop.waiting() == []
    assert shop.deliver() == DeliveryReport()


def test_a_delivery_says_who_it_goes_to_as_of_now() -> None:
    """The profile is looked up when it is delivered, not when the notice was made."""
    shop = Shop()
    shop.award()
    shop.loyalty.customers.update(
        "ada", email="ada@example.org", first_name="Ada", last_name="L.", language="de", has_newsletter=True, key="u-1"
    )
    shop.deliver()
    (delivery,) = shop.sent
    assert delivery.recipient == Recipient(
        customer_id="ada",
        email="ada@example.org",
        first_name="Ada",
        last_name="L.",
        language="de",
        has_newsletter=True,
    )
    assert (delivery.attempt, delivery.notice.kind) == (1, "points_added")


def test_who_was_merged_is_told_under_the_survivor() -> None:
    """Also through more than one merge."""
    shop = Shop()
    shop.award()
    shop.loyalty.customers.register("eve")
    shop.loyalty.customers.merge("ada", into="bob")
    shop.loyalty.customers.merge("bob", into="eve")
    shop.deliver()
    assert [delivery.recipient.customer_id for delivery in shop.sent] == ["eve"]


def test_who_was_erased_is_told_nothing() -> None:
    """Undelivered notices are wiped with the person; one that comes after is dropped, because there is nobody."""
    shop = Shop()
    shop.award()
    shop.award("bob")
    shop.loyalty.customers.merge("ada", into="bob")
    shop.loyalty.customers.erase("bob")
    assert shop.deliver() == DeliveryReport()
    from loyalcore.domain.decision import ChangeSet

    late = Notice(ref=NoticeRef("live", "holder-1", "n"), kind="tier_up", program_id="beans", at=shop.clock.now())
    with shop.store.unit() as unit:
        unit.apply(ChangeSet(inserts=(late,)))
        unit.commit()
    assert shop.deliver() == DeliveryReport(undeliverable=1)
    assert (shop.sent, shop.waiting()) == ([], [])


def test_an_erasure_in_the_midst_is_seen() -> None:
    """What was taken and not sent yet is not sent any more, once the person is gone."""
    shop = Shop()
    shop.award(count=3)

    def erase(delivery: Delivery) -> None:
        shop.loyalty.customers.erase(delivery.recipient.customer_id)

    assert shop.deliver(erase) == DeliveryReport(delivered=1)
    assert shop.waiting() == []


def test_what_failed_comes_again_later() -> None:
    """With the number of the attempt, under the same id, after a wait that grows."""
    shop = Shop()
    shop.award()
    seen: list[Delivery] = []

    def failing(delivery: Delivery) -> None:
        seen.append(delivery)
        raise OSError("ada@example.org does not answer")

    assert shop.deliver(failing) == DeliveryReport(failed=1)
    assert shop.deliver(failing) == DeliveryReport()
    (notice,) = shop.waiting()
    assert (notice.error, notice.attempts, notice.claimed_by) == ("OSError", 1, None)
    shop.clock.move(seconds=60)
    assert shop.deliver(failing) == DeliveryReport(failed=1)
    shop.clock.move(seconds=59)
    assert shop.deliver(failing) == DeliveryReport()
    shop.clock.move(seconds=61)
    assert shop.deliver().delivered == 1
    assert [delivery.attempt for delivery in (*seen, *shop.sent)] == [1, 2, 3]
    assert len({delivery.id for delivery in (*seen, *shop.sent)}) == 1


def test_a_receiver_says_how_long_to_wait() -> None:
    """Longer than the wait of the policy, at most a week; a wish that is none is passed over."""
    for asked, seconds in ((3_600, 3_600), (10**9, 7 * 86_400), (None, 60), (True, 60), (-5, 60), ("soon", 60)):
        shop = Shop()
        shop.award()
        wish: Any = asked
        assert shop.deliver(raising(DeliveryFailed("busy", retry_in=wish))).failed == 1
        (notice,) = shop.waiting()
        assert notice.next_change_at is not None
        wait = notice.next_change_at - shop.clock.now()
        assert timedelta(seconds=seconds) / 2 <= wait <= timedelta(seconds=seconds)


@pytest.mark.parametrize("error", [ValueError("x"), DeliveryFailed("x"), NotFound("x", "y")])
def test_what_fails_too_often_is_set_aside(error: Exception) -> None:
    """After the last attempt, with the class of the error and not what it says; it is listed and put back by hand."""
    shop = Shop()
    shop.award()
    counts = []
    for _attempt in range(3):
        report = shop.deliver(raising(error))
        counts.append((report.failed, report.set_aside))
        shop.clock.move(hours=1)
    assert counts == [(1, 0), (1, 0), (0, 1)]
    assert shop.deliver() == DeliveryReport()
    assert shop.waiting() == []
    (aside,) = shop.loyalty.outbox.set_aside()
    assert (aside.error, aside.attempts) == (type(error).__name__, 3)
    assert shop.loyalty.outbox.set_aside(program="nuts") == ()
    assert shop.loyalty.outbox.retry([aside]) == 1
    assert shop.loyalty.outbox.retry([aside.ref]) == 0
    assert shop.deliver() == DeliveryReport(delivered=1)


def test_what_cannot_be_delivered_is_set_aside_at_once() -> None:
    """Where the handler says that no attempt can help."""
    shop = Shop()
    shop.award()
    assert shop.deliver(raising(Undeliverable("no address"))) == DeliveryReport(set_aside=1)
    assert [notice.error for notice in shop.loyalty.outbox.set_aside()] == ["Undeliverable"]


def test_the_name_of_an_error_is_a_name() -> None:
    """A class whose name is too long or no name stands as `Exception`."""
    for name in ("x" * 256, "ada@example.org\n"):
        shop = Shop()
        shop.award()
        shop.deliver(raising(type(name, (Exception,), {})()))
        assert [notice.error for notice in shop.waiting()] == ["Exception"]


def test_who_dies_leaves_what_was_taken_to_others() -> None:
    """Nobody sends it before the lease has ended, and then somebody does; nothing is lost."""
    shop = Shop()
    shop.award(count=3)
    with pytest.raises(KeyboardInterrupt):
        shop.deliver(raising(KeyboardInterrupt()))
    assert shop.deliver() == DeliveryReport()
    shop.clock.move(seconds=99)
    assert shop.deliver() == DeliveryReport()
    shop.clock.move(seconds=1)
    assert shop.deliver() == DeliveryReport(delivered=3)
    assert {delivery.attempt for delivery in shop.sent} == {2}


def test_what_ends_every_deliverer_is_set_aside() -> None:
    """A notice at which processes die is not tried for ever."""
    shop = Shop()
    shop.award()
    for _attempt in range(3):
        with pytest.raises(KeyboardInterrupt):
            shop.deliver(raising(KeyboardInterrupt()))
        shop.clock.move(seconds=100)
    assert shop.deliver() == DeliveryReport(set_aside=1)
    assert [notice.error for notice in shop.loyalty.outbox.set_aside()] == [LEASE_ENDED]


def test_a_lease_is_made_longer_while_there_is_much_to_send() -> None:
    """A deliverer that needs longer for all it has than a lease lasts keeps it; nobody else sends any of it."""
    shop = Shop()
    shop.award(count=10)
    others: list[DeliveryReport] = []

    def slowly(delivery: Delivery) -> None:
        shop.sent.append(delivery)
        shop.clock.move(seconds=30)
        others.append(shop.deliver())

    mine = shop.deliver(slowly)
    assert mine.delivered + sum(report.delivered for report in others) == 10
    assert len({delivery.id for delivery in shop.sent}) == len(shop.sent) == 10


def test_what_others_took_over_is_not_sent() -> None:
    """A deliverer that was away for longer than its lease sends nothing of what others have by then, or settled."""
    shop = Shop()
    shop.award(count=4)
    refs = [notice.ref for notice in shop.waiting()]

    def away(delivery: Delivery) -> None:
        shop.sent.append(delivery)
        shop.clock.move(seconds=100)
        rest = [ref for ref in refs if ref != delivery.notice.ref]
        shop.loyalty.run(ClaimNotice(rest[0].holder_id, rest[0].notice_id, by="x", lease_seconds=9, attempts_max=9))
        shop.loyalty.run(SettleNotice(rest[1].holder_id, rest[1].notice_id))
        refs.clear()
        refs.append(rest[2])

    def first_away(delivery: Delivery) -> None:
        (shop.sent.append if shop.sent else away)(delivery)

    assert shop.deliver(first_away) == DeliveryReport(delivered=2)
    assert [delivery.notice.ref for delivery in shop.sent[1:]] == refs
    assert [notice.claimed_by for notice in shop.waiting()] == ["x"]


def test_a_lease_that_is_lost_at_the_last_moment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it cannot be made longer, because somebody was faster, the notice is theirs."""
    shop = Shop()
    shop.award()
    run = shop.loyalty._executor.run

    def faster(command: Any, actor: str) -> Any:
        if isinstance(command, ClaimNotice) and command.by != "x":
            run(ClaimNotice(command.holder_id, command.notice_id, by="x", lease_seconds=9, attempts_max=9), actor)
        return run(command, actor)

    monkeypatch.setattr(shop.loyalty._executor, "run", faster)
    together = shop.loyalty._executor.run_together

    def late(*arguments: Any) -> Any:
        answers = together(*arguments)
        shop.clock.move(seconds=100)
        return answers

    monkeypatch.setattr(shop.loyalty._executor, "run_together", late)
    assert shop.deliver() == DeliveryReport()
    assert [notice.claimed_by for notice in shop.waiting()] == ["x"]


def test_a_call_delivers_as_much_as_it_is_let() -> None:
    """And says whether there is more."""
    shop = Shop()
    shop.award(count=5)
    assert shop.deliver(limit=3) == DeliveryReport(delivered=3, has_more=True)
    assert shop.deliver(limit=2) == DeliveryReport(delivered=2)


def test_only_the_programs_that_are_asked_for_are_delivered() -> None:
    """One of them, or all that the host runs."""
    shop = Shop()
    shop.award()
    shop.award(program="nuts")
    assert shop.deliver(program="nuts") == DeliveryReport(delivered=1)
    assert [notice.program_id for notice in shop.waiting()] == ["beans"]
    beans = [program for program in shop.loyalty.programs if program.id == "beans"]
    assert Loyalty(shop.store, beans, actor="job", clock=shop.clock).outbox.deliver(id).delivered == 1


def test_the_environments_are_apart() -> None:
    """What waits in one is not delivered in the other, nor put back there."""
    shop = Shop()
    shop.award()
    sandbox = Loyalty(shop.store, shop.loyalty.programs, environment="sandbox", clock=shop.clock, actor="job")
    assert sandbox.outbox.deliver(id) == DeliveryReport()
    with pytest.raises(NotFound):
        sandbox.outbox.retry(shop.waiting())


def test_what_a_holder_is_told_comes_in_its_order() -> None:
    """By when it came about, holder by holder."""
    shop = Shop()
    for _each in range(3):
        for name in ("ada", "bob"):
            shop.award(name)
        shop.clock.move(seconds=1)
    shop.deliver()
    names = [delivery.recipient.customer_id for delivery in shop.sent]
    assert names in (["ada"] * 3 + ["bob"] * 3, ["bob"] * 3 + ["ada"] * 3)
    for name in ("ada", "bob"):
        came = [delivery.notice.at for delivery in shop.sent if delivery.recipient.customer_id == name]
        assert came == sorted(came)


def test_a_replay_makes_no_notice_anew() -> None:
    """A command that is given again after its notice was delivered tells nothing."""
    shop = Shop()
    award = Award("ada", 5, reason="gift", key="k-1", program="beans")
    shop.loyalty.run(award)
    shop.deliver()
    assert shop.loyalty.run(award).replayed
    assert shop.waiting() == []


def test_in_a_transaction_of_the_hosts_nothing_is_delivered() -> None:
    """What is taken could not be committed before it is sent."""
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine("sqlite://")
    store = SqlStore(engine)
    shop = Loyalty(store, [Program("beans", currency="EUR", timezone="UTC")], actor="job")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(IllegalTransition):
            shop.within(connection).outbox.deliver(id)
        connection.rollback()
    assert shop.outbox.deliver(id) == DeliveryReport()
    store.close()
    engine.dispose()


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"handler": None}, "handler", InvalidInput),
        ({"limit": 0}, "limit", InvalidInput),
        ({"limit": True}, "limit", InvalidInput),
        ({"limit": 100_001}, "limit", LimitExceeded),
        ({"policy": None}, "policy", InvalidInput),
        ({"program": 5}, "program", InvalidInput),
    ],
)
def test_arguments_that_make_no_sense_are_refused(fields: dict[str, Any], path: str, kind: type[LoyaltyError]) -> None:
    """And nothing is delivered."""
    shop = Shop()
    shop.award()
    with pytest.raises(kind) as caught:
        shop.loyalty.outbox.deliver(**{"handler": shop.sent.append, **fields})
    assert caught.value.details["path"] == path
    assert shop.sent == []


@pytest.mark.parametrize("notices", [None, "n-1", 5, ["n-1"], [None]])
def test_only_notices_are_put_back(notices: Any) -> None:
    """Names alone do not say whose they are."""
    with pytest.raises(InvalidInput):
        Shop().loyalty.outbox.retry(notices)


def test_at_most_a_thousand_are_put_back_at_once() -> None:
    """A list without end is refused before anything is done."""
    refs = [NoticeRef("live", "h", "n")] * 1_001
    with pytest.raises(LimitExceeded):
        Shop().loyalty.outbox.retry(refs)


def test_who_delivers_says_who_acts() -> None:
    """Like every other door."""
    shop = Shop()
    nobody = Loyalty(shop.store, shop.loyalty.programs)
    for call in (lambda: nobody.outbox.deliver(id), lambda: nobody.outbox.retry([])):
        with pytest.raises(InvalidInput):
            call()


def test_every_notice_is_of_a_kind_of_the_catalogue() -> None:
    """Each says what its kind names, and nothing else."""
    shop = Shop()
    shop.award()
    shop.loyalty.points.deduct("ada", 1, reason="x", key="d", program="beans")
    for notice in shop.waiting():
        assert notice.details.keys() == NOTICE_KINDS[notice.kind].details.keys()


def test_a_notice_of_a_kind_is_checked() -> None:
    """What is missing, unknown or of another type is refused; what is optional may be None."""
    kind, ref, at = NOTICE_KINDS["tier_up"], NoticeRef("live", "h", "n"), Shop().clock.now()
    assert kind.notice(ref, "beans", at, ledger="", tier="Gold", before=None).details["before"] is None
    wrong: list[dict[str, Any]] = [
        {"ledger": "", "tier": "Gold"},
        {"ledger": "", "tier": "Gold", "before": None, "more": 1},
        {"ledger": None, "tier": "Gold", "before": None},
        {"ledger": "", "tier": 5, "before": None},
    ]
    for details in wrong:
        with pytest.raises(InvalidInput):
            kind.notice(ref, "beans", at, **details)
    mark = NOTICE_KINDS["balance_mark"]
    for points in (True, "5", None):
        with pytest.raises(InvalidInput):
            mark.notice(ref, "beans", at, ledger="", mark=1, points=points)
