"""The JSON form of commands."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.customers import Deactivate, Erase, Join, Reactivate, Register, Tag, Update
from loyalcore.domain.flows import COMMANDS, from_json, name_faults, read_value, to_json
from loyalcore.domain.flows._json import _written  # the form of values that no command holds yet
from loyalcore.domain.ledger import (
    Activate,
    Activity,
    Adjust,
    Award,
    Capture,
    Deduct,
    Extend,
    Hold,
    Merge,
    Release,
    Restore,
    Reverse,
    Spend,
    Sweep,
    Transfer,
)
from loyalcore.domain.orders import (
    CancelOrder,
    Cart,
    CloseOrder,
    Discount,
    Item,
    OpenOrder,
    Payment,
    ReopenOrder,
    ReturnItems,
    UpdateOrder,
)
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
from loyalcore.domain.segments import RemoveSegment, SaveSegment
from loyalcore.domain.tiers import ClearTier, SetTier
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.points import Rounding

AT = datetime(2026, 1, 31, 12, 30, 0, 1, tzinfo=UTC)
VISIT = {"command": "points.activity", "customer_id": "ada", "reason": "visit", "key": "y-1"}
LONGER = {"command": "points.extend", "customer_id": "ada", "reason": "strike", "key": "x-1"}
WHERE = {"version": 1, "noun": "customer", "where": {"field": "customer_id", "op": "=", "value": "ada"}}
CART = Cart(
    items=[Item("1", unit_price="9.90", quantity=3, discounts=[Discount(percent=10)], attributes={"colour": "red"})],
    payments=[Payment(kind="gift_card", amount=5)],
    coupons=["SPRING"],
    redeem=5,
)
SAMPLES: list[Any] = [
    Register("ada"),
    Join("ada", program="beans"),
    Merge("guest", into="ada"),
    Update("ada", key="u-1", version=3, birth_on=date(1990, 2, 28), email=None, tags=("vip",), attributes={"a": None}),
    Update("ada", key="u-2", shop_created_at=AT, has_newsletter=True),
    Tag("ada", add=("vip",), remove=("new",), key="t-1"),
    Deactivate("ada", key="d-1"),
    Erase("ada"),
    OpenOrder("ada", "o-1", CART, key="o-1", occurred_at=AT, program="beans"),
    UpdateOrder("o-1", CART, key="o-2"),
    CloseOrder("ada", "o-1", CART, key="o-3"),
    CloseOrder("ada", "o-1", key="o-4"),
    CancelOrder("o-1", key="o-5", reason="payment expired"),
    ReopenOrder("o-1", key="o-6"),
    ReturnItems("o-1", (("1", 2),), return_id="r-1", key="o-7", refund=Decimal("9.90"), restore=0),
    ReturnItems("o-1", return_id="r-2", key="o-8"),
    Reactivate("ada", key="r-1"),
    Award("ada", 120, reason="welcome", key="w-1", activation="14D", expires_on=date(2026, 12, 31), occurred_at=AT),
    Award("ada", 1, key="w-2", rule="base", source_type="review", source_id="r-1", line="2", side="referee", cycle=2),
    Activate("ada", key="a-1", entry_ids=("e-1", "e-2")),
    Spend("ada", 50, key="s-1", order_id="o-1", note="a mug", ledger="vip"),
    Deduct("ada", 5, reason="mistake", key="d-1"),
    Adjust("ada", -5, reason="mistake", key="j-1"),
    Hold("ada", 5, key="h-1", lapses_at=AT),
    Capture("ada", "h-1", key="c-1", points=4),
    Release("ada", "h-1", key="r-1"),
    Reverse("ada", 5, key="v-1", entry_id="e-1"),
    Restore("ada", key="t-1", order_id="o-1"),
    Transfer("ada", 5, to="bob", reason="gift", key="g-1", to_ledger="vip"),
    Extend("ada", reason="strike", key="x-1", by="1M"),
    Activity("ada", reason="visit", key="y-1"),
    Sweep("h1", program="beans"),
    SetTier("ada", "Gold", reason="press", key="i-1", expires_at=AT, ledger="vip"),
    SetTier("ada", None, reason="press", key="i-2", expires_on=date(2026, 12, 31)),
    ClearTier("ada", reason="over", key="i-3", program="beans"),
    Invite("ada", key="j-1"),
    Refer("ada", contact="bob@example.com", key="j-2", program="beans"),
    Claim("bob", "abcde-23456", tokens=("device:1",), occurred_at=AT, key="j-3"),
    CreateCode("ada", campaign="spring", starts_at=AT, limit=3, referee_id="bob", key="j-4"),
    DisableCode("ABCDE-23456", reason="leaked", key="j-5"),
    ApproveReferral("r-1", reason="known", key="j-6"),
    RejectReferral("r-1", reason="farm", key="j-7"),
    CancelReferral("r-1", reason="asked", key="j-8"),
    ReverseReferral("r-1", reason="farm", key="j-9"),
    ExpireReferral("r-1"),
    Ban("ada", reason="farm", key="j-10"),
    Unban("ada", reason="over", key="j-11", program="beans"),
    SaveSegment("ada", "Ada", WHERE, version=3),
    RemoveSegment("ada", version=3),
]


@pytest.mark.parametrize("command", SAMPLES, ids=lambda command: command.name)
def test_the_form_gives_the_command_again(command: Any) -> None:
    """A command written as JSON text and read again is equal to itself."""
    assert from_json(json.loads(json.dumps(to_json(command)))) == command


def test_the_samples_hold_every_command() -> None:
    """Every command has a JSON form."""
    assert {type(command) for command in SAMPLES} == set(COMMANDS.values())


def test_every_field_is_of_a_type_that_json_has_a_form_for() -> None:
    """The fields of commands are of the types that are read: texts, whole numbers, instants, dates, lists of texts.

    What is not given of a profile is left out, and attributes are a mapping of texts as JSON has it.
    """
    fields = {field for kind in COMMANDS.values() for field in attrs.fields(kind)}
    types = {str(field.type).removesuffix(" | None").removesuffix(" | Keep") for field in fields}
    lists = {"tuple[str, ...]", "tuple[tuple[str, int], ...]", "Mapping[str, str | None]", "Document", "Cart"}
    assert types <= {"str", "int", "bool", "datetime", "date", "Decimal"} | lists


def test_defaults_are_left_out() -> None:
    """A field at its default is not written."""
    assert to_json(Spend("ada", 5, key="s-1")) == {
        "command": "points.spend",
        "customer_id": "ada",
        "points": 5,
        "key": "s-1",
    }


def test_an_instant_of_any_zone_is_written_in_utc() -> None:
    """An instant is written in UTC with Z, whatever zone it came in."""
    at = datetime(2026, 1, 31, 14, tzinfo=timezone(timedelta(hours=2)))
    assert to_json(Activity("ada", reason="visit", key="y", occurred_at=at))["occurred_at"] == "2026-01-31T12:00:00Z"


def test_a_document_is_written_as_it_is() -> None:
    """A document stands in the form as a table, and may be read from a table or from its text."""
    form = to_json(SaveSegment("ada", "Ada", WHERE))
    assert form == {"command": "segments.save", "segment_id": "ada", "title": "Ada", "where": WHERE}
    assert from_json(form) == from_json({**form, "where": json.dumps(WHERE)})


def test_money_and_enums_are_written_as_text() -> None:
    """Money is written as plain text, an enum as its value."""
    assert _written((Decimal("1E+2"), Rounding("floor"))) == ["100", "floor"]


def test_what_is_no_command_is_not_written() -> None:
    """Only commands have this form."""
    with pytest.raises(InvalidInput) as caught:
        to_json("points.award")  # type: ignore[arg-type]
    assert caught.value.path == "command"


@pytest.mark.parametrize(
    ("data", "path", "said"),
    [
        (None, "", "mapping"),
        ([], "", "mapping"),
        ({}, "command", "required"),
        ({"command": 7}, "command", "no command"),
        ({"command": "points.awrad"}, "command", "did you mean points.award?"),
        ({"command": "points.spend", "customer_id": "ada", "points": 5, "kye": "s"}, "kye", "did you mean key?"),
        ({"command": "points.spend", "customer_id": "ada", "points": 5, 7: "s"}, "int", "no name here"),
        ({"command": "points.spend", "customer_id": "ada", "points": 5}, "key", "required"),
        ({"command": "points.spend", "customer_id": "ada", "points": "5", "key": "s"}, "points", "must be"),
        ({"command": "points.spend", "customer_id": "ada", "points": 5.0, "key": "s"}, "points", "must be"),
        ({"command": "points.spend", "customer_id": "ada", "points": True, "key": "s"}, "points", "must be"),
        ({"command": "points.spend", "customer_id": "ada", "points": None, "key": "s"}, "points", "must be"),
        (VISIT | {"occurred_at": "today"}, "occurred_at", "ISO 8601"),
        (VISIT | {"occurred_at": 7}, "occurred_at", "text"),
        (LONGER | {"expires_on": 7}, "expires_on", "text"),
        (LONGER | {"expires_on": "31.12.2026"}, "expires_on", "date"),
        (LONGER | {"expires_on": "2026-02-30"}, "expires_on", "does not exist"),
        ({"command": "points.activate", "customer_id": "a", "key": "k", "entry_ids": "e-1"}, "entry_ids", "list"),
    ],
)
def test_what_is_no_form_of_a_command_is_refused(data: Any, path: str, said: str) -> None:
    """What is of another form, unknown, missing or of another type is refused under its name; nothing is converted."""
    with pytest.raises(InvalidInput, match=said) as caught:
        from_json(data)
    assert caught.value.path == path


def test_a_limit_is_said_as_the_command_says_it() -> None:
    """A value beyond its limit is refused as in Python."""
    with pytest.raises(LimitExceeded) as caught:
        from_json({"command": "customers.register", "customer_id": "x" * 256})
    assert caught.value.path == "customer_id"


def test_null_stands_for_none() -> None:
    """Null is absence, where a field may be absent."""
    data = {"command": "points.activity", "customer_id": "a", "reason": "r", "key": "k", "occurred_at": None}
    assert from_json(data) == Activity("a", reason="r", key="k")


def test_names_are_told_with_the_path_they_stand_under() -> None:
    """Unknown and missing names are told at once, under the path given."""
    assert [fault.path for fault in name_faults({"b": 1}, {"a": True, "c": False}, "steps[0]")] == [
        "steps[0].b",
        "steps[0].a",
    ]


def test_a_value_of_another_type_stays_for_the_command_to_refuse() -> None:
    """What has no form of its own is left as it is; money is read from text."""
    assert (read_value("int | None", "5", "x"), read_value("Decimal", "1.50", "x")) == ("5", Decimal("1.50"))
