from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from loyalcore import Loyalty, Program
from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import Fact
from loyalcore.domain.ledger import TellExpiring
from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.query import All
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.values.calendar import parse_duration
from loyalcore.values.clock import parse_instant

START = "2026-01-01T12:00:00Z"
LEADS = ("7D", "30D")


def at(text: str) -> datetime:
    """Read an instant."""
    return parse_instant(text, "at")


class Shop:
    """A shop that tells of points that expire, with customers `ada` and `bob`."""

    def __init__(self, *leads: str, **points: Any) -> None:
        self.clock = FixedClock(START)
        self.store = MemoryStore()
        self.ids = CountedIds()
        self.loyalty = self.open(*leads, **points)
        self.points = self.loyalty.points
        for name in ("ada", "bob"):
            self.loyalty.customers.register(name)

    def open(self, *leads: str, **points: Any) -> Loyalty:
        """Open the store with a program of some leads."""
        settings = {"expiring_notices": list(leads), **points}
        beans = {"id": "beans", "currency": "EUR", "timezone": "Europe/Berlin", "points": settings}
        return Loyalty(self.store, [Program.from_document(beans)], clock=self.clock, ids=self.ids, actor="job")

    def told(self, now: str) -> list[tuple[Any, ...]]:
        """Run the job at an instant, and list what waits, which is delivered thereby."""
        self.clock.put(now)
        count = self.points.tell_expiring()
        sent: list[tuple[Any, ...]] = []
        names = ("points", "expires_on", "lead")
        self.loyalty.outbox.deliver(
            lambda each: sent.append((each.recipient.customer_id, *map(each.notice.details.get, names)))
        )
        assert len(sent) == count
        return sorted(sent)


def test_a_day_is_told_once_for_each_lead() -> None:
    """Whatever was delivered in between, and however often the job runs."""
    shop = Shop(*LEADS)
    shop.points.award("ada", 50, reason="a", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    assert shop.told("2026-01-30T11:59:59.999999Z") == []
    assert shop.told("2026-01-30T12:00:00Z") == [("ada", 50, "2026-03-01", "30D")]
    assert [shop.told(now) for now in ("2026-01-30T12:00:00Z", "2026-02-10T12:00:00Z")] == [[], []]
    assert shop.told("2026-02-22T12:00:00Z") == [("ada", 50, "2026-03-01", "7D")]
    assert [shop.told(now) for now in ("2026-02-23T12:00:00Z", "2026-03-01T12:00:00Z")] == [[], []]


def test_a_late_job_tells_a_day_once() -> None:
    """With the shortest lead that has come; the longer one is not made up for."""
    shop = Shop(*LEADS)
    shop.points.award("ada", 50, reason="a", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    assert shop.told("2026-02-28T12:00:00Z") == [("ada", 50, "2026-03-01", "7D")]
    assert shop.told("2026-02-28T13:00:00Z") == []
    shop.clock.put("2026-02-20T00:00:00Z")
    assert shop.points.tell_expiring() == 0


def test_of_points_that_are_gone_nobody_is_told() -> None:
    """Expired, spent and taken back points are not, to the microsecond; held ones are not lost while they are held."""
    shop = Shop("7D")
    shop.points.award("ada", 50, reason="a", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    shop.points.award("bob", 20, reason="b", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    shop.points.spend("ada", 50, key="k-2")
    shop.clock.put("2026-02-27T12:00:00Z")
    shop.points.hold("bob", 20, lapses_at=at("2026-04-01T12:00:00Z"), key="k-2")
    assert shop.told("2026-02-28T12:00:00Z") == []
    assert shop.told("2026-03-01T12:00:00Z") == []
    assert shop.told("2026-03-26T12:00:00Z") == [("bob", 20, "2026-04-01", "7D")]


def test_the_lots_of_a_day_are_told_together() -> None:
    """A day is one of the program's zone; pending points that will be lost count, and other ledgers are told apart."""
    shop = Shop("7D")
    award = shop.points.award
    award("ada", 50, reason="a", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    award("ada", 5, reason="b", expires_on=date.fromisoformat("2026-03-01"), key="k-2")
    award(
        "ada", 7, reason="c", active_from=at("2026-02-27T00:00:00Z"), expires_at=at("2026-03-01T22:59:00Z"), key="k-3"
    )
    award("ada", 9, reason="d", expires_at=at("2026-03-01T23:30:00Z"), key="k-4")
    award("ada", 3, reason="e", ledger="gift", expires_on=date.fromisoformat("2026-03-01"), key="k-5")
    assert shop.told("2026-02-26T12:00:00Z") == [
        ("ada", 3, "2026-03-01", "7D"),
        ("ada", 9, "2026-03-02", "7D"),
        ("ada", 62, "2026-03-01", "7D"),
    ]


def test_a_notice_says_all_that_its_kind_names() -> None:
    """The first instant at which points are gone, the last day, how many, with which lead, and it has a stable name."""
    shop = Shop("2W")
    shop.points.award("ada", 5, reason="b", expires_on=date.fromisoformat("2026-03-28"), key="k-1")
    shop.clock.put("2026-03-20T12:00:00Z")
    shop.points.tell_expiring(program="beans")
    (notice,) = shop.loyalty.outbox.waiting()
    assert notice.kind == "points_expiring"
    assert notice.ref.notice_id == "points_expiring:beans::2026-03-28:2W"
    assert notice.details == {
        "ledger": "",
        "points": 5,
        "expires_at": "2026-03-28T23:00:00+00:00",
        "expires_on": "2026-03-28",
        "lead": "2W",
    }


def test_an_account_that_sleeps_is_told() -> None:
    """Where the whole account expires after inactivity, its day is told; activity moves it, and it is told anew."""
    shop = Shop("7D", expiry_model="inactivity", inactivity="2M")
    shop.points.award("ada", 50, reason="a", key="k-1")
    assert shop.told("2026-02-25T12:00:00Z") == [("ada", 50, "2026-03-01", "7D")]
    shop.points.award("ada", 1, reason="a", key="k-2")
    assert shop.told("2026-02-26T12:00:00Z") == []
    assert shop.told("2026-04-20T12:00:00Z") == [("ada", 51, "2026-04-25", "7D")]


def test_after_a_merge_a_day_is_not_told_again() -> None:
    """What was told to either of two is told to the one that is left, and new days are told to the survivor."""
    shop = Shop("7D")
    shop.points.award("bob", 20, reason="b", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    shop.points.award("bob", 30, reason="b", expires_at=at("2026-04-01T12:00:00Z"), key="k-2")
    assert shop.told("2026-02-28T12:00:00Z") == [("bob", 20, "2026-03-01", "7D")]
    shop.loyalty.customers.merge("bob", into="ada")
    assert shop.told("2026-02-28T13:00:00Z") == []
    assert shop.told("2026-03-28T12:00:00Z") == [("ada", 30, "2026-04-01", "7D")]


def test_who_was_erased_is_told_nothing() -> None:
    """Points that nobody holds expire unsaid."""
    shop = Shop("7D")
    shop.points.award("ada", 20, reason="b", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    shop.loyalty.customers.erase("ada")
    assert shop.told("2026-02-28T12:00:00Z") == []


@pytest.mark.parametrize("leads", [(), LEADS])
def test_a_command_about_nothing_writes_nothing(leads: tuple[str, ...]) -> None:
    """Without leads, without a ledger, for a holder that nobody is: nothing is written, and nothing refused."""
    shop = Shop(*leads)
    for holder in ("holder-1", "nobody"):
        receipt = shop.loyalty.run(TellExpiring(holder, program="beans"))
        assert (receipt.is_unchanged, receipt.notices) == (True, ())
    assert shop.told("2026-02-28T12:00:00Z") == []


def test_a_lead_that_is_new_is_not_made_up_for() -> None:
    """A longer lead that a program gets later tells nothing of a day that a shorter one was told of."""
    shop = Shop("7D")
    shop.points.award("ada", 50, reason="a", expires_at=at("2026-03-01T12:00:00Z"), key="k-1")
    assert len(shop.told("2026-02-26T12:00:00Z")) == 1
    later = shop.open(*LEADS)
    assert later.points.tell_expiring() == 0
    with shop.store.unit(readonly=True) as unit:
        facts = [fact.ref.side for fact in unit.stream(All(Fact, "live"), shop.clock.now())]
    assert sorted(facts) == ["30D", "7D"]


@pytest.mark.parametrize(
    "value", [["7"], ["1M"], ["24h"], ["7D_D"], ["30D", "7D"], ["7D", "1W"], ["7D", 7], "7D", 7, [None]]
)
def test_a_lead_is_a_count_of_days_or_weeks(value: object) -> None:
    """Anything else, one twice, and leads that do not rise are faults of the document."""
    beans = {"id": "beans", "currency": "EUR", "timezone": "UTC", "points": {"expiring_notices": value}}
    with pytest.raises(InvalidDocument) as caught:
        Program.from_document(beans)
    assert caught.value.faults[0].path.startswith("points.expiring_notices")


@pytest.mark.parametrize("value", [["367D"], [f"{number}D" for number in range(1, 12)]])
def test_leads_have_limits(value: list[str]) -> None:
    """At most a year and a day before, and at most ten of them."""
    beans = {"id": "beans", "currency": "EUR", "timezone": "UTC", "points": {"expiring_notices": value}}
    with pytest.raises(InvalidDocument):
        Program.from_document(beans)


def test_leads_of_a_python_program_are_checked_alike() -> None:
    """They are durations in a tuple; the document of a program writes them as it reads them."""
    from loyalcore import PointsPolicy

    leads = tuple(parse_duration(each, "lead") for each in LEADS)
    beans = Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(expiring_notices=leads))
    assert beans.to_document()["points"]["expiring_notices"] == ["7D", "30D"]
    assert Program.from_document(beans.to_document()) == beans
    wrong: Any = (["7D"], ("7D",), leads[0])
    for each in wrong:
        with pytest.raises((InvalidInput, LimitExceeded)):
            Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(expiring_notices=each))
