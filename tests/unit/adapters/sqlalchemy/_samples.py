"""One record of every kind with every field filled, and small ones to play with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs

from loyalcore.domain.customers import (
    ByHand,
    Customer,
    Membership,
    OrderFigures,
    PointFigures,
    ReferralFigures,
    Standing,
)
from loyalcore.domain.decision import (
    ChangeSet,
    Counter,
    Fact,
    FactRef,
    KeyRecord,
    KeyRef,
    LedgerRef,
    Note,
    NoteRef,
    Notice,
    NoticeRef,
    Put,
)
from loyalcore.domain.ledger import (
    Carried,
    CarriedDebt,
    CarriedHold,
    Debt,
    Draw,
    Entry,
    EntryKind,
    HoldState,
    Ledger,
    Lot,
    NewLot,
    PointsHold,
    Settlement,
    TermChange,
)
from loyalcore.domain.orders import (
    Cart,
    Order,
    OrderState,
)
from loyalcore.domain.referrals import Referral, ReferralCode
from loyalcore.domain.segments import Segment
from loyalcore.testing.contract import _samples as contract
from loyalcore.values.clock import NEVER

NOW = datetime(2025, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
LATER = datetime(9990, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
DAY = timedelta(days=1)
ODD = "Zoë ☕ 'quoted' \"twice\" 100% ?:x  "
"""A text with accents, signs that mean something to SQL, and trailing blanks."""

REF = LedgerRef("live", "Holder ", ODD, "side")
MAIN = LedgerRef("live", "h1", "beans")

FULL_CUSTOMER = Customer(
    environment="live",
    customer_id=ODD,
    holder_id="h1",
    registered_at=NOW,
    merged_into="c2",
    absorbed=("h2", ODD),
    programs=("beans", ODD),
    first_name=ODD,
    last_name="Lovelace",
    email="Ada@example.org",
    street="Straße 5",
    postal_code="10115",
    city="Köln",
    region="NRW",
    country="DE",
    birth_on=date(1990, 2, 28),
    language="pt-BR",
    shop_url="https://shop.example/admin/7",
    attributes={"size": "42", "odd.name-1": ODD},
    tags=("VIP", ODD),
    has_newsletter=False,
    shop_created_at=NOW,
    is_guest=True,
    is_excluded=True,
    updated_at=NOW,
    deactivated_at=LATER,
    version=7,
)
FULL_MEMBERSHIP = Membership(
    environment="live",
    holder_id="h1",
    program_id="beans",
    customer_id=ODD,
    known_at=NOW,
    joined_at=NOW,
    standing=Standing(
        tier="gold",
        since=NOW,
        expires_at=LATER,
        previous="",
        measured=Decimal("12.50"),
        gains=((1_700_000_000_000_001, 5), (NEVER, Decimal("0.10"))),
        by_hand=ByHand(actor="ann", reason=ODD, tier="silver", since=NOW, expires_at=LATER, previous="base"),
        completed=Decimal("12.50"),
        renewed=0,
        anchored_on=date(2024, 2, 29),
        is_warned=True,
        version=2,
    ),
    standings=(("side", Standing(tier="star", since=NOW, gains=((NEVER, 4),), by_hand=ByHand(actor="a", reason="b"))),),
    ledgers=("", "side"),
    points=PointFigures(active=1, pending=2, held=3, spent=-4, expired=5, reversed=6, deficit=7, awarded=8, earned=-9),
    next_change_at=LATER,
    orders=OrderFigures(
        count=2,
        products=3,
        revenue=Decimal("63.5"),
        discounts=Decimal(7),
        discounted=1,
        undiscounted=1,
        first_at=NOW,
        last_at=LATER,
    ),
    caps=(("base", NEVER, 5), (ODD, 7, 1)),
    referral_code="ADA-1",
    referral_id=ODD,
    referrals=ReferralFigures(
        total=3,
        successful=2,
        revenue=Decimal("63.5"),
        referrer_revenue=Decimal("0.25"),
        referee_revenue=Decimal(7),
    ),
    reward_lots=((1, ""), (2, ODD)),
    invited_at=NOW,
    invitations=2,
    banned_at=LATER,
    tokens=("device:00ff", ODD),
    version=3,
)
FULL_LOT = Lot(
    ledger=REF,
    lot=2,
    granted=10**15,
    free=3,
    held=4,
    active_from=NOW,
    expires_at=LATER,
    expires_on=date(2026, 1, 31),
    expiry="end_of_month(12M)",
    is_earned=True,
    origin="h9:beans:3::1",
)
BARE_LOT = Lot(ledger=REF, lot=5, granted=9, free=9, active_from=None, expires_at=None)
CLOSED_LOT = Lot(ledger=REF, lot=1, granted=5, free=0, active_from=NOW, expires_at=None)
FULL_HOLD = PointsHold(ledger=REF, id=ODD, points=7, lapses_at=LATER, draws=(Draw(2, 4), Draw(5, 3)), seq=9)
CLOSED_HOLD = PointsHold(ledger=REF, id="h", points=1, lapses_at=NOW, state=HoldState.CAPTURED, seq=3)
FULL_DEBT = Debt(ledger=REF, entry_id=REF.entry_id(4), owed=6, seq=8, paid=(Draw(1, 2),))
CLOSED_DEBT = Debt(ledger=REF, entry_id="x", owed=0, seq=2)
FULL_LEDGER = Ledger(
    ref=REF,
    version=4,
    seq=12,
    at=NOW,
    recorded_at=NOW - DAY,
    lot_count=5,
    awarded=100,
    active=1,
    pending=2,
    held=7,
    spent=-3,
    expired=4,
    reversed=5,
    deficit=6,
    earned=8,
    account_expires_at=LATER,
    lapsed_lots=1,
    next_change_at=NOW + DAY,
    lots=(FULL_LOT, BARE_LOT),
    holds=(FULL_HOLD,),
    debts=(FULL_DEBT,),
)
FULL_ENTRY = Entry(
    ledger=REF,
    seq=11,
    kind=EntryKind.MERGE,
    points=-5,
    recorded_at=NOW,
    effective_at=NOW - DAY,
    occurred_at=NOW - 2 * DAY,
    draws=(Draw(1, 2), Draw(3, 4)),
    settled=(Settlement("h:p:1:", 0, -4),),
    lots=(NewLot(6, 7, NOW, LATER, date(2026, 2, 1), "12M", True, "h:p:1::1", 2), NewLot(7, 1, None, None)),
    changes=(TermChange(1, NOW, None, date(2027, 1, 1)), TermChange(2, None, NOW)),
    owed=3,
    waived=4,
    program_version=5,
    actor=ODD,
    reason=ODD,
    order_id=ODD,
    rule="base",
    hold_id="k1",
    lapses_at=LATER,
    corrects="h:p:1:",
    counterpart="h:p:2:",
    account_expires_at=LATER,
    carried=Carried(
        origin="c9",
        awarded=1,
        spent=2,
        expired=3,
        reversed=4,
        earned=5,
        holds=(CarriedHold(ODD, 3, NOW, (Draw(1, 3),)), CarriedHold("h", 1, NOW, ())),
        debts=(CarriedDebt("h:p:1:", 3, (Draw(2, 1),)),),
    ),
)
BARE_ENTRY = Entry(ledger=REF, seq=1, kind=EntryKind.AWARD, points=5, recorded_at=NOW, effective_at=NOW)
EMPTY_TEXTS = Entry(
    ledger=REF,
    seq=2,
    kind=EntryKind.SPEND,
    points=0,
    recorded_at=NOW,
    effective_at=NOW,
    order_id="",
    rule="",
    hold_id="",
    corrects="",
    counterpart="",
)
FULL_KEY = KeyRecord(
    KeyRef("live", "h1", ODD),
    "award",
    {"points": "0123", ODD: "é"},
    ((REF, (1, 2)), (LedgerRef("sandbox", "h2", "beans"), ())),
    "ADA7K2MX9Q",
)
FULL_FACT = Fact(FactRef("live", "h1", "beans", "rule ", "order", ODD, "1", "buyer", 3), REF, 11)
FULL_NOTICE = Notice(
    ref=NoticeRef("live", "h1", ODD),
    kind="points_added",
    program_id="beans",
    at=NOW,
    details={"points": 5, "reason": ODD},
)
FULL_SEGMENT = Segment(
    environment="live",
    segment_id=ODD,
    title=ODD,
    condition='{"noun":"customer","version":1,"where":{"all":[]}}',
    created_at=NOW,
    updated_at=LATER,
    version=7,
)
FULL_ORDER: Order = attrs.evolve(contract.FULL["order"], order_id=ODD, customer_id=ODD, holder_id="h1")
BARE_ORDER = Order(
    environment="live",
    order_id="o-1",
    holder_id="h1",
    customer_id="ada",
    program_id="beans",
    state=OrderState.OPEN,
    cart=Cart.of_total(0),
    created_at=NOW,
    updated_at=NOW,
)
FULL_CODE: ReferralCode = attrs.evolve(contract.FULL["code"], code=ODD)
FULL_REFERRAL: Referral = attrs.evolve(contract.FULL["referral"], referral_id=ODD)
FULL_COUNTER: Counter = contract.FULL["counter"]
FULL_NOTE = Note(NoteRef(REF, 11), ODD + "\n\ttwo lines")


def ledger(ref: LedgerRef = MAIN, version: int = 1, **figures: object) -> Ledger:
    """Make the head of a small ledger."""
    zero = dict.fromkeys(
        ("lot_count", "awarded", "active", "pending", "held", "spent", "expired", "reversed", "deficit", "earned"), 0
    )
    given: dict[str, object] = {**zero, "seq": version, "at": NOW, "recorded_at": NOW, **figures}
    return Ledger(ref=ref, version=version, **given)  # type: ignore[arg-type]


def order(ref: LedgerRef = MAIN, order_id: str = "o-1") -> Order:
    """Make a small order."""
    name: Any = {"environment": ref.environment, "holder_id": ref.holder_id, "program_id": ref.program_id}
    return attrs.evolve(BARE_ORDER, order_id=order_id, **name)


def lot(ref: LedgerRef = MAIN, number: int = 1, free: int = 5) -> Lot:
    """Make a small lot."""
    return Lot(ledger=ref, lot=number, granted=5, free=free, active_from=NOW, expires_at=None)


def entry(ref: LedgerRef = MAIN, seq: int = 1, order_id: str | None = None, corrects: str | None = None) -> Entry:
    """Make a small entry."""
    return Entry(
        ledger=ref,
        seq=seq,
        kind=EntryKind.AWARD,
        points=5,
        recorded_at=NOW,
        effective_at=NOW,
        order_id=order_id,
        corrects=corrects,
    )


def key(name: str = "k1", holder_id: str = "h1") -> KeyRecord:
    """Make a used key."""
    return KeyRecord(KeyRef("live", holder_id, name), "award", {"points": "1"}, ((MAIN, (1,)),))


def first_write(ref: LedgerRef = MAIN) -> ChangeSet:
    """Make the change set that begins a ledger with one award."""
    return ChangeSet(
        puts=(Put(ledger(ref, awarded=5, active=5, lot_count=1), None),),
        parts=(lot(ref),),
        inserts=(entry(ref), KeyRecord(KeyRef(ref.environment, ref.holder_id, "k1"), "award", {}, ((ref, (1,)),))),
    )
