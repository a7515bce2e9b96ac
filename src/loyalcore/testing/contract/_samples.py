"""Records of every kind with every field set, or none that may be left out; texts and instants at their edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
    CounterRef,
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
    Discount,
    Item,
    Order,
    OrderAward,
    OrderReferral,
    OrderReturn,
    OrderState,
    Payment,
    Weight,
)
from loyalcore.domain.referrals import Evidence, Referral, ReferralCode, ReferralGrant, ReferralState
from loyalcore.domain.segments import Segment

if TYPE_CHECKING:
    from loyalcore.domain.decision import Record

AT = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
FAR = datetime(9990, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
FIRST = datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
MOST = 10**18
TEXT = "Ä 'a' \\ % _ \"q\" – 名前 🫘 "
REF = LedgerRef("live", "holder-1", "beans", "")


def customer(name: str = "ada", *, version: int = 1, **fields: Any) -> Customer:
    """Make a directory row."""
    values = {"holder_id": "holder-1", "registered_at": AT, **fields}
    return Customer(environment="live", customer_id=name, version=version, **values)


def membership(*, version: int = 1, **fields: Any) -> Membership:
    """Make a membership."""
    return Membership(environment="live", holder_id="holder-1", program_id="beans", version=version, **fields)


def ledger(ref: LedgerRef = REF, *, version: int = 1, **fields: Any) -> Ledger:
    """Make a ledger head without points."""
    zeros = ("lot_count", "awarded", "active", "pending", "held", "spent", "expired", "reversed", "deficit", "earned")
    values = {"seq": version, "at": AT, "recorded_at": AT, **dict.fromkeys(zeros, 0), **fields}
    return Ledger(ref=ref, version=version, **values)


def lot(number: int = 1, ref: LedgerRef = REF, **fields: Any) -> Lot:
    """Make a lot."""
    values = {"granted": 5, "free": 5, "active_from": AT, "expires_at": None, **fields}
    return Lot(ledger=ref, lot=number, **values)


def hold(hold_id: str = "h-1", ref: LedgerRef = REF, **fields: Any) -> PointsHold:
    """Make a hold."""
    values = {"points": 3, "lapses_at": FAR, "seq": 1, **fields}
    return PointsHold(ledger=ref, id=hold_id, **values)


def debt(entry_id: str = "e-1", ref: LedgerRef = REF, **fields: Any) -> Debt:
    """Make a debt."""
    return Debt(ledger=ref, entry_id=entry_id, **{"owed": 2, "seq": 1, **fields})


def entry(seq: int = 1, ref: LedgerRef = REF, **fields: Any) -> Entry:
    """Make an entry."""
    values = {"kind": EntryKind.AWARD, "points": 5, "recorded_at": AT, "effective_at": AT, "actor": "a", **fields}
    return Entry(ledger=ref, seq=seq, **values)


def key(name: str = "k-1", holder: str = "holder-1", **fields: Any) -> KeyRecord:
    """Make a key that was used."""
    values = {"command": "points.award", "digests": {"points": "00ff"}, **fields}
    return KeyRecord(KeyRef("live", holder, name), **values)


def fact(source_id: str = "o-1", **fields: Any) -> Fact:
    """Make a fact that was paid."""
    values = {"line": "", "side": "", "cycle": 1, **fields}
    return Fact(FactRef("live", "holder-1", "beans", "base", "order", source_id, **values), REF, 1)


def note(seq: int = 1, text: str = "a note") -> Note:
    """Make a note."""
    return Note(NoteRef(REF, seq), text)


def notice(name: str = "holder-1:beans:1:", **fields: Any) -> Notice:
    """Make a notice."""
    values = {"kind": "points_added", "program_id": "beans", "at": AT, **fields}
    return Notice(ref=NoticeRef("live", "holder-1", name), **values)


def segment(name: str = "vip", *, version: int = 1, **fields: Any) -> Segment:
    """Make a segment."""
    values = {"title": "VIP", "condition": "{}", "created_at": AT, "updated_at": AT, **fields}
    return Segment(environment="live", segment_id=name, version=version, **values)


def order(name: str = "o-1", *, version: int = 1, **fields: Any) -> Order:
    """Make an open order."""
    values = {"holder_id": "holder-1", "customer_id": "ada", "program_id": "beans", "state": OrderState.OPEN, **fields}
    values = {"cart": Cart.of_total("19.90"), "created_at": AT, "updated_at": AT, **values}
    return Order(environment="live", order_id=name, version=version, **values)


def code(name: str = "ADA-1", *, version: int = 1, **fields: Any) -> ReferralCode:
    """Make a referral code."""
    values = {"program_id": "beans", "holder_id": "holder-1", "created_at": AT, **fields}
    return ReferralCode(environment="live", code=name, version=version, **values)


def referral(name: str = "r-1", *, version: int = 1, **fields: Any) -> Referral:
    """Make a referral that is pending."""
    values = {"program_id": "beans", "code": "ADA-1", "state": ReferralState.PENDING, **fields}
    values = {"referrer_holder_id": "holder-1", "referrer_id": "ada", "created_at": AT, "updated_at": AT, **values}
    return Referral(environment="live", referral_id=name, version=version, **values)


def counter(name: str = "code:ADA-1", *, version: int = 1, **fields: Any) -> Counter:
    """Make a counter."""
    return Counter(ref=CounterRef("live", "beans", name), version=version, **{"count": version, **fields})


def put(record: Any, expected: int | None = None, *rest: Record) -> ChangeSet:
    """Make a change set of one versioned record, and records to insert beside it."""
    return ChangeSet(puts=(Put(record, expected),), inserts=rest)


_TEXTS: dict[str, Any] = dict.fromkeys(
    ("first_name", "last_name", "email", "street", "postal_code", "city", "region", "country", "language", "shop_url"),
    TEXT,
)

FULL: dict[str, Any] = {
    "customer": customer(
        updated_at=FAR,
        merged_into=TEXT,
        absorbed=("holder-2", TEXT),
        programs=("beans", "nuts"),
        **_TEXTS,
        birth_on=date(1900, 1, 1),
        attributes={"a": TEXT, "shoe.size_eu-1": "x" * 1_000, **{f"n-{number}": "名" for number in range(50)}},
        tags=(TEXT, "b", "a", "B", *(f"t-{number}" for number in range(46))),
        has_newsletter=False,
        shop_created_at=FIRST,
        is_guest=True,
        is_excluded=True,
        deactivated_at=FAR,
    ),
    "plain customer": customer(has_newsletter=True),
    "membership": membership(
        customer_id=TEXT,
        points=PointFigures(
            active=MOST, pending=1, held=2, spent=3, expired=4, reversed=5, deficit=6, awarded=7, earned=8
        ),
        next_change_at=FAR,
        known_at=FIRST,
        joined_at=FIRST,
        standing=Standing(
            tier="Gold",
            since=AT,
            expires_at=FAR,
            previous="Silver",
            measured=7,
            gains=((1, 2), (MOST, MOST)),
            by_hand=ByHand(actor=TEXT, reason=TEXT, tier="Silver", since=FIRST, expires_at=FAR, previous="Bronze"),
            completed=Decimal("12.50"),
            renewed=5,
            anchored_on=date(2024, 2, 29),
            is_warned=False,
            version=2,
        ),
        standings=(
            ("gift", Standing(tier="Star", since=AT, measured=Decimal("0.10"), is_warned=True)),
            (TEXT, Standing()),
        ),
        ledgers=("", "gift", TEXT),
        orders=OrderFigures(
            count=MOST,
            products=3,
            revenue=Decimal("63.5"),
            discounts=Decimal(7),
            discounted=1,
            undiscounted=1,
            first_at=FIRST,
            last_at=FAR,
        ),
        caps=(("base", MOST, 5), (TEXT, 7, 1)),
        referral_code=TEXT,
        referral_id="r-1",
        referrals=ReferralFigures(
            total=MOST,
            successful=2,
            revenue=Decimal("63.5"),
            referrer_revenue=Decimal("0.000000001"),
            referee_revenue=Decimal(7),
        ),
        reward_lots=((MOST, ""), (7, TEXT)),
        invited_at=FIRST,
        invitations=MOST,
        banned_at=FAR,
        tokens=("device:00ff", TEXT),
    ),
    "lot": lot(
        granted=MOST,
        free=MOST - 1,
        held=1,
        active_from=FIRST,
        expires_at=FAR,
        expires_on=date(9990, 12, 31),
        expiry="end_of_month(12M)",
        is_earned=True,
        origin=TEXT,
    ),
    "lot that waits": lot(2, active_from=None),
    "hold": hold(TEXT, state=HoldState.CAPTURED, draws=(Draw(1, 2), Draw(2, 1))),
    "debt": debt("holder-1:beans:1:", owed=MOST, paid=(Draw(1, 4),)),
    "entry": entry(
        points=MOST,
        recorded_at=AT + timedelta(microseconds=1),
        effective_at=FIRST,
        occurred_at=FAR,
        draws=(Draw(1, MOST), Draw(2, 1)),
        settled=(Settlement("holder-1:beans:1:", 0, 1), Settlement(TEXT, 2, -3)),
        lots=(
            NewLot(1, 5, AT, FAR, date(2026, 2, 28), "12M", is_earned=True, origin=TEXT, held=2),
            NewLot(2, 1, None, None),
        ),
        changes=(TermChange(1, AT, None, None), TermChange(2, None, FAR, date(2026, 1, 1))),
        owed=2,
        waived=3,
        program_version=2**31 - 1,
        actor=TEXT,
        reason=TEXT,
        order_id=TEXT,
        rule="base",
        hold_id="h-1",
        lapses_at=FAR,
        corrects="holder-1:beans:1:",
        counterpart="holder-2:beans:1:",
        account_expires_at=FAR,
        carried=Carried(
            origin="holder-2",
            awarded=1,
            spent=2,
            expired=3,
            reversed=4,
            earned=5,
            holds=(CarriedHold("h-1", 3, FAR, (Draw(1, 3),), "o-1"),),
            debts=(CarriedDebt("holder-2:beans:1:", 2, (Draw(1, 1),)),),
        ),
    ),
    "plain entry": entry(),
    "downward entry": entry(kind=EntryKind.ADJUST, points=-5),
    "key": key(
        TEXT,
        digests={"points": "00ff", TEXT: "11"},
        entries=((REF, (1, 2)), (LedgerRef("live", "h", "p", "g"), (9,))),
        code=TEXT,
    ),
    "fact": fact(TEXT, line=TEXT, side="referrer", cycle=7),
    "note": note(text=TEXT * 10),
    "notice": notice(
        TEXT,
        at=FAR,
        details={"points": MOST, "reason": TEXT, "order_id": None},
        next_change_at=FIRST,
        attempts=MOST,
        claimed_by=TEXT,
        error=TEXT,
        version=MOST,
    ),
    "notice that was set aside": notice(next_change_at=None),
    "order": Order(
        environment="live",
        order_id=TEXT,
        holder_id="holder-1",
        customer_id=TEXT,
        program_id="beans",
        state=OrderState.PARTIALLY_RETURNED,
        cart=Cart(
            items=(
                Item(
                    "1",
                    unit_price="19.90",
                    quantity=3,
                    sku=TEXT,
                    category="Straße",
                    discounts=(Discount(percent="10"), Discount(amount="0.5", code=TEXT)),
                    tax="1.5",
                    shipping="2",
                    attributes={"colour": TEXT},
                ),
                Item("2", unit_price=5),
            ),
            discounts=(Discount(amount=1),),
            shipping="4.90",
            tax="0.000000001",
            payments=(Payment(kind="gift_card", amount=5),),
            coupons=(TEXT, "SPRING"),
            referral_code=TEXT,
            store="Köln",
            currency="EUR",
            redeem=7,
            attributes={"a": TEXT},
        ),
        created_at=FIRST,
        updated_at=FAR,
        closed_at=FIRST,
        cancelled_at=FAR,
        cycle=3,
        redeemed=7,
        spends=("h1:beans:1:", TEXT),
        awards=(
            OrderAward(
                rule="base",
                ledger="side",
                entry_id="h1:beans:2:side",
                points=10**15,
                weights=(Weight("1", Decimal("12.50")), Weight("2", Decimal(0))),
                basis=Decimal("17.4"),
            ),
        ),
        unrecovered=(("", 3), ("side", 1)),
        returns=(
            OrderReturn(
                return_id=TEXT,
                at=FAR,
                items=(("1", 2), ("2", 1)),
                refund=Decimal("9.90"),
                reversed=5,
                waived=1,
                restored=2,
            ),
        ),
        referral=OrderReferral(referral_id=TEXT, refused="not_found", is_referrer=True, referee_of="r-2"),
        version=7,
    ),
    "plain order": order(),
    "order of a referrer": order(referral=OrderReferral(is_referrer=True)),
    "segment": segment(TEXT, title=TEXT, condition=TEXT * 100, created_at=FIRST, updated_at=FAR, version=MOST),
    "code": code(
        TEXT,
        campaign=TEXT,
        starts_at=FIRST,
        expires_at=FAR,
        limit=MOST,
        used=2,
        referee_id=TEXT,
        referral_id=TEXT,
        disabled_at=FAR,
        version=MOST,
    ),
    "plain code": code(),
    "referral": referral(
        TEXT,
        code=TEXT,
        campaign=TEXT,
        state=ReferralState.ON_REVIEW,
        referrer_id=TEXT,
        referee_holder_id="holder-2",
        referee_id=TEXT,
        created_at=FIRST,
        updated_at=FAR,
        claimed_at=FIRST,
        expires_at=FAR,
        review_due_at=AT,
        completed_at=FAR,
        order_id=TEXT,
        revenue=Decimal("63.5"),
        evidence=(Evidence(rule="same_email", weight=1_000, detail=TEXT, passed_at=FAR), Evidence(rule=TEXT, weight=1)),
        grants=(
            ReferralGrant(
                reward=TEXT,
                side="referrer",
                event="every_order",
                order_id=TEXT,
                entry_id="holder-1:beans:1:",
                points=MOST,
                waived=1,
                taken_back_at=FAR,
            ),
            ReferralGrant(reward="welcome", side="referee", event="claimed", refused="capped"),
        ),
        earlier=TEXT,
        unrecovered=((TEXT, "referrer", TEXT, MOST), ("welcome", "referee", None, 1)),
        contact=TEXT,
        version=MOST,
    ),
    "plain referral": referral(referrer_id=None),
    "counter": counter(TEXT, count=MOST, times=(1, MOST), version=MOST),
    "plain counter": counter(count=0),
}
"""One record of every kind but the ledger with every field at an edge, by a name."""
