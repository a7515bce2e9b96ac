"""People who refer and are referred, for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from loyalcore.domain.customers import Customer, CustomerRow, Membership
from loyalcore.domain.referrals import Referral, ReferralCode, ReferralState

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def customer(name: str, **fields: Any) -> Customer:
    """Make a customer with the holder `h-name`."""
    known = {"environment": "live", "customer_id": name, "holder_id": f"h-{name}", "registered_at": LONG_AGO}
    return Customer(**{**known, **fields})


def member(name: str, **fields: Any) -> Membership:
    """Make the membership of a customer."""
    known = {"environment": "live", "holder_id": f"h-{name}", "program_id": "beans", "customer_id": name}
    return Membership(**{**known, **fields})


def row(name: str, *, of_member: dict[str, Any] | None = None, **fields: Any) -> CustomerRow:
    """Make a customer with the membership."""
    return CustomerRow(customer(name, **fields), member(name, **(of_member or {})), AT)


def code(**fields: Any) -> ReferralCode:
    """Make a code of Ada's."""
    known = {"environment": "live", "code": "ABCDE-23456", "program_id": "beans", "holder_id": "h-ada"}
    return ReferralCode(**{**known, "created_at": LONG_AGO, **fields})


def referral(state: ReferralState = ReferralState.PENDING, **fields: Any) -> Referral:
    """Make a referral of Grace by Ada."""
    known: dict[str, Any] = {
        "environment": "live",
        "referral_id": "f-1",
        "program_id": "beans",
        "code": "ABCDE-23456",
        "state": state,
        "referrer_holder_id": "h-ada",
        "referrer_id": "ada",
        "referee_holder_id": "h-grace",
        "referee_id": "grace",
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    return Referral(**{**known, **fields})
