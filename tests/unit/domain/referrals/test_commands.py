"""The commands about referrals: what each takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from loyalcore.domain.referrals import (
    ApproveReferral,
    Ban,
    CancelReferral,
    Claim,
    CreateCode,
    DisableCode,
    ExpireReferral,
    Invite,
    Refer,
    RejectReferral,
    ReverseReferral,
    Unban,
)
from loyalcore.errors import InvalidInput, LimitExceeded
from tests.unit.domain.referrals._people import AT

KEY = {"key": "k-1"}
WHY = {"key": "k-1", "reason": "said so"}
GOOD: list[tuple[Any, tuple[Any, ...], dict[str, Any], str]] = [
    (Invite, ("ada",), KEY, "referrals.invite"),
    (Refer, ("ada",), {**KEY, "contact": "grace@example.org"}, "referrals.refer"),
    (Claim, ("grace", "abcde-23456"), KEY, "referrals.claim"),
    (CreateCode, ("ada",), KEY, "referrals.create_code"),
    (DisableCode, ("ABCDE-23456",), WHY, "referrals.disable_code"),
    (ApproveReferral, ("f-1",), WHY, "referrals.approve"),
    (RejectReferral, ("f-1",), WHY, "referrals.reject"),
    (CancelReferral, ("f-1",), WHY, "referrals.cancel"),
    (ReverseReferral, ("f-1",), WHY, "referrals.reverse"),
    (ExpireReferral, ("f-1",), {}, "referrals.expire_one"),
    (Ban, ("ada",), WHY, "referrals.ban"),
    (Unban, ("ada",), WHY, "referrals.unban"),
]


@pytest.mark.parametrize(("kind", "given", "more", "name"), GOOD, ids=lambda value: getattr(value, "__name__", None))
def test_each_command_takes_what_it_needs(kind: Any, given: tuple[Any, ...], more: dict[str, Any], name: str) -> None:
    """Every command has its name, and refuses each field of another type under its name."""
    assert kind(*given, **more).name == name
    for field in more:
        with pytest.raises(InvalidInput) as caught:
            kind(*given, **{**more, field: 7})
        assert caught.value.path == field
    for index in range(len(given)):
        with pytest.raises(InvalidInput):
            kind(*given[:index], None, *given[index + 1 :], **more)


def claim(**fields: Any) -> Claim:
    """Make a claim."""
    return Claim(**{"customer_id": "grace", "code": "abcde-23456", "key": "k-1", **fields})


def create(**fields: Any) -> CreateCode:
    """Make a command that makes a code."""
    return CreateCode(**{"customer_id": "ada", "key": "k-1", **fields})


def test_what_a_claim_may_say() -> None:
    """Tokens are kept once each in their order, as a tuple; an instant is in UTC."""
    made = claim(
        code="?" * 64,
        tokens=["device:1", "address:x:y", "device:1", "a" * 32 + ":" + "b" * 167],
        occurred_at=AT.astimezone(timezone(timedelta(hours=2))),
        program="beans",
    )
    assert made.tokens == ("device:1", "address:x:y", "a" * 32 + ":" + "b" * 167)
    assert made.occurred_at == AT
    assert made.occurred_at is not None
    assert made.occurred_at.tzinfo is UTC
    assert "device" not in repr(made)


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"code": ""}, "code", InvalidInput),
        ({"code": "?" * 65}, "code", LimitExceeded),
        ({"tokens": "device:1"}, "tokens", InvalidInput),
        ({"tokens": None}, "tokens", InvalidInput),
        ({"tokens": [f"device:{each}" for each in range(21)]}, "tokens", LimitExceeded),
        ({"tokens": ["device:1", "device"]}, "tokens[1]", InvalidInput),
        ({"tokens": ["device:"]}, "tokens[0]", InvalidInput),
        ({"tokens": ["Device:1"]}, "tokens[0]", InvalidInput),
        ({"tokens": ["a" * 33 + ":1"]}, "tokens[0]", InvalidInput),
        ({"tokens": ["device:" + "1" * 194]}, "tokens[0]", LimitExceeded),
        ({"tokens": [b"device:1"]}, "tokens[0]", InvalidInput),
        ({"occurred_at": datetime(2026, 1, 1)}, "occurred_at", InvalidInput),
        ({"program": ""}, "program", InvalidInput),
    ],
)
def test_what_a_claim_may_not_say(fields: dict[str, Any], path: str, kind: type[Exception]) -> None:
    """A code of more than 64 characters, too many or malformed tokens, and a naive instant are refused."""
    with pytest.raises(kind) as caught:
        claim(**fields)
    assert caught.value.path == path  # type: ignore[attr-defined]


def test_what_a_code_may_be_made_with() -> None:
    """A campaign, a window, a limit and a recipient; 0 is no limit."""
    made = create(campaign="a" * 64, starts_at=AT, expires_at=AT + timedelta(microseconds=1), limit=0, referee_id="bob")
    assert (made.limit, made.referee_id) == (0, "bob")
    assert create(limit=1_000_000_000).limit == 1_000_000_000
    assert create(starts_at=AT).expires_at is None
    assert create(expires_at=AT).starts_at is None


@pytest.mark.parametrize(
    ("fields", "path", "kind"),
    [
        ({"campaign": None}, "campaign", InvalidInput),
        ({"campaign": "a" * 65}, "campaign", LimitExceeded),
        ({"starts_at": AT, "expires_at": AT}, "expires_at", InvalidInput),
        ({"limit": -1}, "limit", InvalidInput),
        ({"limit": True}, "limit", InvalidInput),
        ({"limit": 1_000_000_001}, "limit", LimitExceeded),
        ({"referee_id": ""}, "referee_id", InvalidInput),
    ],
)
def test_what_a_code_may_not_be_made_with(fields: dict[str, Any], path: str, kind: type[Exception]) -> None:
    """An empty window, a limit that is none, and other types are refused under their names."""
    with pytest.raises(kind) as caught:
        create(**fields)
    assert caught.value.path == path  # type: ignore[attr-defined]


@pytest.mark.parametrize("contact", ["", "grace", "grace@", "gr ace@example.org", "a" * 243 + "@example.org"])
def test_a_friend_has_an_address(contact: str) -> None:
    """A friend is referred by an e-mail address, which stands in no repr."""
    with pytest.raises((InvalidInput, LimitExceeded)) as caught:
        Refer("ada", contact=contact, key="k-1")
    assert getattr(caught.value, "path", None) == "contact"
    assert "grace" not in repr(Refer("ada", contact="grace@example.org", key="k-1"))


@pytest.mark.parametrize("kind", [ApproveReferral, RejectReferral, CancelReferral, ReverseReferral])
def test_a_person_says_why(kind: Any) -> None:
    """A ruling without a reason is refused."""
    with pytest.raises(InvalidInput) as caught:
        kind("f-1", reason="", key="k-1")
    assert caught.value.path == "reason"
