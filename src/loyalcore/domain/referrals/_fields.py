"""The field tables of referrals and of referral codes: what lists and exports of them are made of."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

from loyalcore.domain.referrals._model import Referral, ReferralCode
from loyalcore.domain.referrals._states import SHOWN, ReferralState
from loyalcore.query import Amount, Choice, Field, Id, Instant, Noun, Text, Whole


def _shown_as(name: str) -> list[str]:
    """List the states that BLP shows by one name."""
    return [state.value for state, shown in SHOWN.items() if shown == name]


class ReferralFields:
    """The fields of referrals, by their names; a record is a `Referral`.

    Source: DOMAIN 2 (BLP referral rows, TAL referred customers), 3.8.

    Example:
        >>> from loyalcore.query import Query
        >>> f = ReferralFields
        >>> str(Query(REFERRALS, (f.status == "completed") & (f.revenue >= 100)))
        'status:completed revenue:>=100'
    """

    referral_id: Id = Id("referral_id", attrgetter("referral_id"), is_required=True)
    program_id: Id = Id("program_id", attrgetter("program_id"), is_required=True)
    code: Id = Id("code", attrgetter("code"), is_required=True)
    campaign: Id = Id("campaign", attrgetter("campaign"), is_required=True)
    state: Id = Id("state", attrgetter("state.value"), is_required=True, words=[each.value for each in ReferralState])
    referrer_id: Id = Id("referrer_id", attrgetter("referrer_id"))
    referrer_holder_id: Id = Id("referrer_holder_id", attrgetter("referrer_holder_id"), is_required=True)
    referee_id: Id = Id("referee_id", attrgetter("referee_id"))
    referee_holder_id: Id = Id("referee_holder_id", attrgetter("referee_holder_id"))
    created_at: Instant = Instant("created_at", attrgetter("created_at"), is_required=True)
    updated_at: Instant = Instant("updated_at", attrgetter("updated_at"), is_required=True)
    claimed_at: Instant = Instant("claimed_at", attrgetter("claimed_at"))
    expires_at: Instant = Instant("expires_at", attrgetter("expires_at"))
    review_due_at: Instant = Instant("review_due_at", attrgetter("review_due_at"))
    completed_at: Instant = Instant("completed_at", attrgetter("completed_at"))
    order_id: Id = Id("order_id", attrgetter("order_id"))
    revenue: Amount = Amount("revenue", attrgetter("revenue"), is_required=True, column="revenue_amount")
    contact: Text = Text("contact", attrgetter("contact"), is_personal=True, is_sortable=False, column=None)
    status: Choice = Choice(
        "status",
        lambda referral: SHOWN[referral.state],
        choices={
            "pending": state.in_(_shown_as("pending")),
            "blocked": state.in_(_shown_as("blocked")),
            "completed": state.in_(_shown_as("completed")),
        },
    )


REFERRALS: Final[Noun] = Noun(
    "referral",
    [field for field in vars(ReferralFields).values() if isinstance(field, Field)],
    ids=[ReferralFields.referral_id],
    kind=Referral,
    aliases={
        "id": "referral_id",
        "referrer": "referrer_id",
        "advocate": "referrer_id",
        "referee": "referee_id",
        "friend": "referee_id",
        "order": "order_id",
        "created": "created_at",
        "due": "review_due_at",
    },
)
"""Referrals as queries see them."""


class CodeFields:
    """The fields of referral codes, by their names; a record is a `ReferralCode`.

    Source: DOMAIN 2 (TAL referral codes), 3.8.

    Example:
        >>> from loyalcore.query import Query
        >>> c = CodeFields
        >>> str(Query(CODES, (c.campaign == "spring") & c.disabled_at.is_missing()))
        'campaign:spring no:disabled_at'
    """

    code: Id = Id("code", attrgetter("code"), is_required=True)
    program_id: Id = Id("program_id", attrgetter("program_id"), is_required=True)
    holder_id: Id = Id("holder_id", attrgetter("holder_id"), is_required=True)
    campaign: Id = Id("campaign", attrgetter("campaign"), is_required=True)
    created_at: Instant = Instant("created_at", attrgetter("created_at"), is_required=True)
    starts_at: Instant = Instant("starts_at", attrgetter("starts_at"))
    expires_at: Instant = Instant("expires_at", attrgetter("expires_at"))
    limit: Whole = Whole("limit", attrgetter("limit"), is_required=True)
    used: Whole = Whole("used", attrgetter("used"), is_required=True)
    referee_id: Id = Id("referee_id", attrgetter("referee_id"))
    referral_id: Id = Id("referral_id", attrgetter("referral_id"))
    disabled_at: Instant = Instant("disabled_at", attrgetter("disabled_at"))


CODES: Final[Noun] = Noun(
    "referral_code",
    [field for field in vars(CodeFields).values() if isinstance(field, Field)],
    ids=[CodeFields.code],
    kind=ReferralCode,
    aliases={"id": "code", "friend": "referee_id", "created": "created_at", "uses": "used"},
)
"""Referral codes as queries see them."""
