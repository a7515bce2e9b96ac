"""The commands of the ledger: what each field accepts, and what may not be said together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

import attrs
import pytest

from loyalcore.domain import ledger
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
from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.values.points import POINTS_MAX

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
GOOD: dict[type[Any], dict[str, Any]] = {
    Award: {"customer_id": "ada", "points": 5, "key": "k", "reason": "test"},
    Activate: {"customer_id": "ada", "key": "k", "order_id": "o"},
    Spend: {"customer_id": "ada", "points": 5, "key": "k"},
    Deduct: {"customer_id": "ada", "points": 5, "key": "k", "reason": "test"},
    Adjust: {"customer_id": "ada", "points": -5, "key": "k", "reason": "test"},
    Hold: {"customer_id": "ada", "points": 5, "key": "k"},
    Capture: {"customer_id": "ada", "hold_id": "h", "key": "k"},
    Release: {"customer_id": "ada", "hold_id": "h", "key": "k"},
    Reverse: {"customer_id": "ada", "key": "k", "order_id": "o"},
    Restore: {"customer_id": "ada", "key": "k", "order_id": "o"},
    Transfer: {"customer_id": "ada", "points": 5, "key": "k", "reason": "test", "to": "bob"},
    Extend: {"customer_id": "ada", "key": "k", "reason": "test", "by": "1M"},
    Activity: {"customer_id": "ada", "key": "k", "reason": "test"},
    Sweep: {"holder_id": "h1"},
    Merge: {"customer_id": "ada", "into": "bob"},
}
FIELDS = [(kind, field) for kind in GOOD for field in attrs.fields(kind)]


class Words(StrEnum):
    ADA = "ada"


class Amounts(IntEnum):
    FIVE = 5


def make(kind: type[Any], **fields: Any) -> Any:
    """Make a command of good fields, but for those given."""
    return kind(**{**GOOD[kind], **fields})


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(ledger) == sorted(ledger.__all__)


@pytest.mark.parametrize("kind", list(GOOD), ids=lambda kind: kind.name)
def test_a_command_is_a_frozen_value(kind: type[Any]) -> None:
    """Two commands that say the same are equal, and neither can be changed."""
    command = make(kind)
    assert command == make(kind)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(command, attrs.fields(kind)[0].name, "eve")


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda each: getattr(each, "name", None))
def test_a_mapping_is_no_value_of_any_field(kind: type[Any], field: Any) -> None:
    """Each field refuses what is of another type, by its name."""
    with pytest.raises(InvalidInput) as caught:
        make(kind, **{field.name: {"1": 1}})
    assert caught.value.path == field.name


@pytest.mark.parametrize(
    ("kind", "field"),
    [pair for pair in FIELDS if pair[1].default is not None],
    ids=lambda each: getattr(each, "name", None),
)
def test_none_is_no_value_of_a_required_field(kind: type[Any], field: Any) -> None:
    """None is absence, and only where absence is the default."""
    with pytest.raises(InvalidInput) as caught:
        make(kind, **{field.name: None})
    assert caught.value.path == field.name


@pytest.mark.parametrize("kind", [Award, Spend, Deduct, Hold, Capture, Reverse, Restore, Transfer])
@pytest.mark.parametrize(
    ("points", "error"),
    [
        (0, InvalidInput),
        (-1, InvalidInput),
        (True, InvalidInput),
        (1.0, InvalidInput),
        ("5", InvalidInput),
        (POINTS_MAX + 1, LimitExceeded),
    ],
)
def test_points_are_whole_and_at_least_one(kind: type[Any], points: object, error: type[Exception]) -> None:
    """An amount is an int of 1 to 10^15; 0 does not mean all."""
    with pytest.raises(error):
        make(kind, points=points)
    assert make(kind, points=1).points == 1
    assert make(kind, points=POINTS_MAX).points == POINTS_MAX


@pytest.mark.parametrize("points", [-POINTS_MAX, -1, 1, POINTS_MAX])
def test_an_adjustment_is_signed(points: int) -> None:
    """An adjustment goes up or down by 1 to 10^15."""
    assert make(Adjust, points=points).points == points


@pytest.mark.parametrize(
    ("points", "error"), [(0, InvalidInput), (POINTS_MAX + 1, LimitExceeded), (-POINTS_MAX - 1, InvalidInput)]
)
def test_an_adjustment_of_nothing_or_too_much_is_refused(points: int, error: type[Exception]) -> None:
    """0 is no adjustment, and the limits hold in both directions."""
    with pytest.raises(error):
        make(Adjust, points=points)


@pytest.mark.parametrize(
    ("name", "length"),
    [("key", 255), ("reason", 255), ("note", 500), ("ledger", 255), ("order_id", 255), ("source_id", 255)],
)
def test_texts_have_a_longest_length(name: str, length: int) -> None:
    """A text at its limit is taken, one character more is refused with the limit."""
    fields = {"rule": "base"} if name == "source_id" else {}
    assert len(getattr(make(Award, **{name: "x" * length}, **fields), name)) == length
    with pytest.raises(LimitExceeded) as caught:
        make(Award, **{name: "x" * (length + 1)}, **fields)
    assert (caught.value.path, caught.value.limit) == (name, length)


@pytest.mark.parametrize("kind", [Award, Deduct, Adjust, Transfer, Extend, Activity])
def test_who_acts_by_hand_says_why(kind: type[Any]) -> None:
    """A reason is required where a person acts by hand."""
    with pytest.raises(InvalidInput) as caught:
        make(kind, reason="")
    assert caught.value.path == "reason"


def test_a_rule_is_reason_enough() -> None:
    """An award that names its rule needs no other reason."""
    assert make(Award, reason="", rule="base").reason == ""


def test_a_fact_needs_its_rule() -> None:
    """A business fact without the rule that pays it is refused."""
    with pytest.raises(InvalidInput) as caught:
        make(Award, source_id="s-1")
    assert caught.value.path == "rule"


@pytest.mark.parametrize(("cycle", "error"), [(0, InvalidInput), (1_000_001, LimitExceeded)])
def test_a_cycle_counts_from_one_to_a_million(cycle: int, error: type[Exception]) -> None:
    """Cycles count how often something was opened and closed."""
    with pytest.raises(error):
        make(Award, cycle=cycle)
    assert make(Award, cycle=1_000_000).cycle == 1_000_000


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        (Award, {"activation": "1D", "active_from": DAY_0}, "active_from"),
        (Award, {"expiry": "1D", "expires_at": DAY_0}, "expires_at"),
        (Award, {"expires_at": DAY_0, "expires_on": DAY_0.date()}, "expires_on"),
        (Adjust, {"expiry": "1D", "expires_on": DAY_0.date()}, "expires_on"),
        (Hold, {"hold_for": "1D", "lapses_at": DAY_0}, "lapses_at"),
        (Activate, {"entry_ids": ("e",)}, "entry_ids"),
        (Reverse, {"entry_id": "e"}, "order_id"),
        (Restore, {"entry_id": "e"}, "order_id"),
        (Extend, {"expiry": "1D"}, "expiry"),
    ],
)
def test_one_thing_is_said_in_one_way(kind: type[Any], fields: dict[str, Any], path: str) -> None:
    """Relative and absolute together, or an order and an entry together, is an error."""
    with pytest.raises(InvalidInput, match="not both") as caught:
        make(kind, **fields)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Activate, {"order_id": None}),
        (Reverse, {"order_id": None}),
        (Restore, {"order_id": None}),
        (Extend, {"by": None}),
    ],
)
def test_one_thing_must_be_said(kind: type[Any], fields: dict[str, Any]) -> None:
    """An activation, a reversal and a restore name what they are about; an extension names the new end."""
    with pytest.raises(InvalidInput, match="give one of"):
        make(kind, **fields)


def test_entries_are_named_one_by_one() -> None:
    """Entry ids come as a list or tuple of texts, kept as a tuple; a bad one is named by its place."""
    assert make(Activate, order_id=None, entry_ids=["e-1"]).entry_ids == ("e-1",)
    with pytest.raises(InvalidInput, match="list"):
        make(Activate, order_id=None, entry_ids="e-1")
    with pytest.raises(InvalidInput) as caught:
        make(Activate, order_id=None, entry_ids=("e-1", ""))
    assert caught.value.path == "entry_ids[1]"
    with pytest.raises(LimitExceeded):
        make(Activate, order_id=None, entry_ids=("e" * 1001,))


@pytest.mark.parametrize("day", [DAY_0, "2026-01-01", date(1969, 12, 31), date(9991, 1, 1)])
def test_a_last_day_is_a_date_of_our_time(day: object) -> None:
    """A last valid day is a date without a time, between the years 1970 and 9990."""
    with pytest.raises(InvalidInput) as caught:
        make(Award, expires_on=day)
    assert caught.value.path == "expires_on"


def test_points_stay_somewhere_else() -> None:
    """A transfer within one ledger and a merge into oneself are refused; a transfer to another ledger is fine."""
    with pytest.raises(InvalidInput, match="another customer or another ledger"):
        make(Transfer, to="ada")
    assert make(Transfer, to="ada", to_ledger="gifts").to_ledger == "gifts"
    with pytest.raises(InvalidInput, match="into another one"):
        make(Merge, into="ada")


def test_a_command_keeps_plain_values() -> None:
    """Instants are kept in UTC, and texts and ints as plain ones, whatever class the host's are of."""
    berlin = datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    command = make(Award, customer_id=Words.ADA, points=Amounts.FIVE, occurred_at=berlin)
    assert (type(command.customer_id), type(command.points)) == (str, int)
    assert command.occurred_at.utcoffset() == timedelta(0)
    assert command == make(Award, occurred_at=DAY_0)


def test_every_rule_text_is_checked_under_its_name() -> None:
    """A start, an end or a span that cannot be read is refused by its field."""
    for kind, name in ((Award, "activation"), (Award, "expiry"), (Extend, "by"), (Hold, "hold_for")):
        with pytest.raises(InvalidInput) as caught:
            make(kind, **{name: "5d"})
        assert caught.value.path == name
