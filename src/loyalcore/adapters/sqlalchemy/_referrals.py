"""Between referrals, their codes and counters and rows: evidence and rewards as JSON, amounts as texts that sort."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy._nested import dump, listed, maybe_instant, micros, read
from loyalcore.domain.decision import Counter
from loyalcore.domain.referrals import Evidence, Referral, ReferralCode, ReferralGrant, ReferralState
from loyalcore.store import read_sortable, sortable
from loyalcore.values.clock import from_micros, to_micros

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy._dialects import Row
    from loyalcore.domain.decision import CounterRef, ReferralCodeRef, ReferralRef


def code_row(record: ReferralCode) -> Row:
    """Give a referral code as a row."""
    return (
        record.environment,
        record.code,
        record.program_id,
        record.holder_id,
        record.campaign,
        to_micros(record.created_at),
        micros(record.starts_at),
        micros(record.expires_at),
        record.limit,
        record.used,
        record.referee_id,
        record.referral_id,
        micros(record.disabled_at),
        record.version,
    )


def code(ref: ReferralCodeRef, row: Row) -> ReferralCode:
    """Give the referral code of a row."""
    return whole_code((ref.environment, ref.code, *row))


def whole_code(row: Row) -> ReferralCode:
    """Give the referral code of a row that has its name too."""
    environment, name, program_id, holder_id, campaign, created_at, starts_at, expires_at = row[:8]
    limit, used, referee_id, referral_id, disabled_at, version = row[8:14]
    return ReferralCode(
        environment=environment,
        code=name,
        program_id=program_id,
        holder_id=holder_id,
        campaign=campaign,
        created_at=from_micros(created_at),
        starts_at=maybe_instant(starts_at),
        expires_at=maybe_instant(expires_at),
        limit=limit,
        used=used,
        referee_id=referee_id,
        referral_id=referral_id,
        disabled_at=maybe_instant(disabled_at),
        version=version,
    )


def referral_row(record: Referral) -> Row:
    """Give a referral as a row."""
    return (
        record.environment,
        record.referral_id,
        record.program_id,
        record.code,
        record.campaign,
        record.state.value,
        record.referrer_holder_id,
        record.referrer_id,
        record.referee_holder_id,
        record.referee_id,
        to_micros(record.created_at),
        to_micros(record.updated_at),
        micros(record.claimed_at),
        micros(record.expires_at),
        micros(record.review_due_at),
        micros(record.completed_at),
        record.order_id,
        sortable(record.revenue),
        dump([(each.rule, each.weight, each.detail, micros(each.passed_at)) for each in record.evidence])
        if record.evidence
        else None,
        dump([_plain_grant(each) for each in record.grants]) if record.grants else None,
        record.earlier,
        listed(record.unrecovered),
        record.contact,
        record.version,
    )


def referral(ref: ReferralRef, row: Row) -> Referral:
    """Give the referral of a row."""
    return whole_referral((ref.environment, ref.referral_id, *row))


def whole_referral(row: Row) -> Referral:
    """Give the referral of a row that has its name too; what is there for lists only is passed over."""
    environment, referral_id, program_id, name, campaign, state = row[:6]
    referrer_holder_id, referrer_id, referee_holder_id, referee_id = row[6:10]
    created_at, updated_at, claimed_at, expires_at, review_due_at, completed_at = row[10:16]
    order_id, revenue, evidence, grants, earlier, unrecovered, contact, version = row[16:24]
    return Referral(
        environment=environment,
        referral_id=referral_id,
        program_id=program_id,
        code=name,
        campaign=campaign,
        state=ReferralState(state),
        referrer_holder_id=referrer_holder_id,
        referrer_id=referrer_id,
        referee_holder_id=referee_holder_id,
        referee_id=referee_id,
        created_at=from_micros(created_at),
        updated_at=from_micros(updated_at),
        claimed_at=maybe_instant(claimed_at),
        expires_at=maybe_instant(expires_at),
        review_due_at=maybe_instant(review_due_at),
        completed_at=maybe_instant(completed_at),
        order_id=order_id,
        revenue=read_sortable(revenue),
        evidence=tuple(
            [
                Evidence(rule=rule, weight=weight, detail=detail, passed_at=maybe_instant(passed_at))
                for rule, weight, detail, passed_at in read(evidence)
            ]
        )
        if evidence
        else (),
        grants=tuple([_read_grant(each) for each in read(grants)]) if grants else (),
        earlier=earlier,
        unrecovered=tuple([tuple(each) for each in read(unrecovered)]) if unrecovered else (),
        contact=contact,
        version=version,
    )


def _plain_grant(grant: ReferralGrant) -> Row:
    return (
        grant.reward,
        grant.side,
        grant.event,
        grant.order_id,
        grant.entry_id,
        grant.points,
        grant.waived,
        grant.refused,
        micros(grant.taken_back_at),
    )


def _read_grant(plain: list[Any]) -> ReferralGrant:
    reward, side, event, order_id, entry_id, points, waived, refused, taken_back_at = plain
    return ReferralGrant(
        reward=reward,
        side=side,
        event=event,
        order_id=order_id,
        entry_id=entry_id,
        points=points,
        waived=waived,
        refused=refused,
        taken_back_at=maybe_instant(taken_back_at),
    )


def counter_row(record: Counter) -> Row:
    """Give a counter as a row."""
    ref = record.ref
    return (ref.environment, ref.program_id, ref.counter_id, record.count, listed(record.times), record.version)


def counter(ref: CounterRef, row: Row) -> Counter:
    """Give the counter of a row."""
    count, times, version = row
    return Counter(ref=ref, count=count, times=tuple(read(times)) if times else (), version=version)
