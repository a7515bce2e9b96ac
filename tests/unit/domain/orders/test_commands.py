"""The commands about orders: what each field accepts."""

from __future__ import annotations

from collections import UserDict
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest

from loyalcore.domain.orders import (
    CancelOrder,
    Cart,
    CloseOrder,
    OpenOrder,
    ReopenOrder,
    ReturnItems,
    UpdateOrder,
)
from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded, LoyaltyError

CART = Cart.of_total("19.90")
GOOD: dict[type[Any], dict[str, Any]] = {
    OpenOrder: {"customer_id": "ada", "order_id": "o-1", "cart": CART, "key": "k"},
    UpdateOrder: {"order_id": "o-1", "cart": CART, "key": "k"},
    CloseOrder: {"customer_id": "ada", "order_id": "o-1", "cart": CART, "key": "k"},
    CancelOrder: {"order_id": "o-1", "key": "k"},
    ReopenOrder: {"order_id": "o-1", "key": "k"},
    ReturnItems: {"order_id": "o-1", "return_id": "r-1", "key": "k"},
}
FIELDS = [(kind, field) for kind in GOOD for field in attrs.fields(kind)]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make(kind: type[Any], **fields: Any) -> Any:
    """Make a command of good fields, but for those given."""
    return kind(**{**GOOD[kind], **fields})


def refusal(kind: type[Any], **fields: Any) -> tuple[type[LoyaltyError], str]:
    """Give the kind of refusal, and where it stands."""
    with pytest.raises((InvalidInput, LimitExceeded)) as caught:
        make(kind, **fields)
    error: Any = caught.value
    return type(error), error.path


@pytest.mark.parametrize("kind", list(GOOD), ids=lambda kind: kind.name)
def test_a_command_is_a_frozen_value(kind: type[Any]) -> None:
    """Two commands that say the same are equal, and neither can be changed."""
    command = make(kind)
    assert command == make(kind)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        command.key = "other"


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda each: getattr(each, "name", None))
@pytest.mark.parametrize("bad", [5.5, True, b"x", object()], ids=["float", "bool", "bytes", "object"])
def test_what_is_of_another_type(kind: type[Any], field: Any, bad: Any) -> None:
    """Each field refuses what is of another type, by its name; a cart's faults stand under `cart`."""
    error, path = refusal(kind, **{field.name: bad})
    assert (error, path) == ((InvalidDocument, "") if field.name == "cart" else (InvalidInput, field.name))


@pytest.mark.parametrize(
    ("kind", "field"),
    [pair for pair in FIELDS if pair[1].default is not None],
    ids=lambda each: getattr(each, "name", None),
)
def test_none_is_no_value_of_a_required_field(kind: type[Any], field: Any) -> None:
    """None is absence, and only where absence is the default."""
    assert refusal(kind, **{field.name: None}) == (InvalidInput, field.name)


@pytest.mark.parametrize(
    ("kind", "field"), [pair for pair in FIELDS if pair[1].default is None], ids=lambda each: getattr(each, "name", "")
)
def test_none_is_what_was_not_said(kind: type[Any], field: Any) -> None:
    """A field whose default is None may be given as None."""
    assert getattr(make(kind, **{field.name: None}), field.name) is None


@pytest.mark.parametrize("name", ["order_id", "return_id", "key", "reason"])
def test_texts_have_a_longest_length(name: str) -> None:
    """A text has up to 255 printable characters; only a reason may be empty."""
    assert getattr(make(ReturnItems, **{name: "x" * 255}), name) == "x" * 255
    assert refusal(ReturnItems, **{name: "x" * 256}) == (LimitExceeded, name)
    assert refusal(ReturnItems, **{name: "a\nb"}) == (InvalidInput, name)
    if name == "reason":
        assert make(ReturnItems, reason="").reason == ""
    else:
        assert refusal(ReturnItems, **{name: ""}) == (InvalidInput, name)


def test_when_it_happened() -> None:
    """An instant is aware, and kept in UTC."""
    there = datetime(2026, 1, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    kept = make(CloseOrder, occurred_at=there).occurred_at
    assert (kept, kept.tzinfo) == (NOON, UTC)
    assert refusal(CloseOrder, occurred_at=NOON.replace(tzinfo=None)) == (InvalidInput, "occurred_at")


@pytest.mark.parametrize("kind", [OpenOrder, UpdateOrder, CloseOrder])
def test_a_cart_may_be_a_document(kind: type[Any]) -> None:
    """A cart is given as one or as its document, whose faults are named by their paths."""
    assert make(kind, cart={"total": "19.90"}) == make(kind)
    with pytest.raises(InvalidDocument) as caught:
        make(kind, cart={"total": "19.90", "coupons": "A"})
    assert [fault.path for fault in caught.value.faults] == ["cart.coupons"]


# Returns


@pytest.mark.parametrize(
    "items",
    [{"2": 1, "1": 3}, UserDict({"1": 3, "2": 1}), [("2", 1), ("1", 3)], (["1", 3], ["2", 1])],
    ids=["mapping", "other mapping", "pairs", "lists"],
)
def test_pieces_by_line(items: Any) -> None:
    """Pieces are given as a mapping or as pairs, and kept by the ids of their lines."""
    assert make(ReturnItems, items=items).items == (("1", 3), ("2", 1))


@pytest.mark.parametrize(
    ("items", "error", "path"),
    [
        pytest.param({}, InvalidInput, "items", id="no pieces"),
        pytest.param([], InvalidInput, "items", id="empty list"),
        pytest.param("1", InvalidInput, "items", id="text"),
        pytest.param(["12"], InvalidInput, "items", id="no pair"),
        pytest.param([("1",)], InvalidInput, "items", id="half a pair"),
        pytest.param([("1", 1, 1)], InvalidInput, "items", id="three"),
        pytest.param([("1", 1), ("1", 1)], InvalidInput, "items[1]", id="twice"),
        pytest.param({"": 1}, InvalidInput, "items[0]", id="empty line"),
        pytest.param({1: 1}, InvalidInput, "items[0]", id="line is no text"),
        pytest.param({"1": 0}, InvalidInput, "items[0]", id="none"),
        pytest.param({"1": 1, "2": True}, InvalidInput, "items[1]", id="bool"),
        pytest.param({"1": "1"}, InvalidInput, "items[0]", id="number as text"),
        pytest.param({"1": 1_000_001}, LimitExceeded, "items[0]", id="too many pieces"),
        pytest.param([(str(number), 1) for number in range(1_001)], LimitExceeded, "items", id="too many lines"),
    ],
)
def test_no_pieces(items: Any, error: type[LoyaltyError], path: str) -> None:
    """What is no pieces by line is refused where it stands."""
    assert refusal(ReturnItems, items=items) == (error, path)


def test_a_mapping_holds_no_more_lines_than_a_list() -> None:
    """The limit of lines is one, however they are given."""
    assert len(make(ReturnItems, items={str(number): 1 for number in range(1_000)}).items) == 1_000
    assert refusal(ReturnItems, items={str(number): 1 for number in range(1_001)}) == (LimitExceeded, "items")


@pytest.mark.parametrize("good", [0, "9.90", Decimal("9.90")])
def test_a_refund(good: Any) -> None:
    """A refund is an amount of 0 or more; nothing refunded is not the same as nothing said."""
    assert make(ReturnItems, refund=good).refund == Decimal(good)
    assert refusal(ReturnItems, refund="-0.01") == (InvalidInput, "refund")


def test_how_much_comes_back() -> None:
    """The host may say how many of the spent points come back, 0 too."""
    assert make(ReturnItems, restore=0).restore == 0
    assert refusal(ReturnItems, restore=-1) == (InvalidInput, "restore")
