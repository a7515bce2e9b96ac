"""Keys and facts: a command counts once by its key, a business fact once whatever the keys."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.domain.decision import FactRef, KeyRef, LedgerRef, NoteRef
from loyalcore.domain.flows import payload_digests
from loyalcore.domain.ledger import Award
from loyalcore.errors import FactConflict, IdempotencyConflict, InsufficientPoints, NotFound
from tests.unit.domain.ledger._shop import Figures, Shop, instant


@pytest.mark.parametrize(
    ("method", "args", "fields"),
    [
        ("award", (5,), {}),
        ("spend", (5,), {}),
        ("deduct", (5,), {}),
        ("adjust", (-5,), {}),
        ("hold", (5,), {}),
        ("capture", ("open",), {"points": 3}),
        ("release", ("open",), {}),
        ("reverse", (), {"order_id": "o-1"}),
        ("restore", (), {"order_id": "o-2"}),
        ("activate", (), {"order_id": "o-3"}),
        ("transfer", (5,), {"to": "bob"}),
        ("extend", (), {"by": "1M"}),
        ("activity", (), {}),
    ],
)
def test_the_same_key_and_payload_is_the_first_receipt_again(
    method: str, args: tuple[Any, ...], fields: dict[str, Any]
) -> None:
    """Every command that moves points answers a repeated key with the same entries, and writes nothing."""
    shop = Shop()
    shop.award(50, order_id="o-1", expiry="1Y")
    shop.award(50, order_id="o-3", activation="on_action")
    shop.spend(5, order_id="o-2")
    shop.do("hold", 10, key="open")
    first = shop.do(method, *args, key="once", **fields)
    before, count = shop.figures(), len(shop.points.entries("ada"))
    shop.clock.move(hours=1)
    again = shop.do(method, *args, key="once", **fields)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.command, again.entries, again.points) == (f"points.{method}", first.entries, first.points)
    assert (shop.figures(), len(shop.points.entries("ada"))) == (before, count)


def test_another_payload_names_the_fields_that_differ() -> None:
    """A key used with other values is refused with the names of those fields, the command's own name among them."""
    shop = Shop()
    shop.do("award", 50, key="k", reason="welcome")
    with pytest.raises(IdempotencyConflict) as caught:
        shop.do("award", 51, key="k", reason="hello")
    assert (caught.value.key, caught.value.fields) == ("k", ("points", "reason"))
    with pytest.raises(IdempotencyConflict) as caught:
        shop.do("spend", 50, key="k", reason="welcome")
    assert caught.value.fields == ("command",)
    assert shop.figures() == Figures(50)


def test_a_default_said_is_a_default_left_out() -> None:
    """A payload is the same whether a default is written out or not; customer, key and note are no part of it."""
    plain = payload_digests(Award("ada", 5, reason="x", key="k"))
    assert payload_digests(Award("bob", 5, reason="x", key="k2", ledger="", cycle=1, note="hi")) == plain
    assert sorted(plain) == ["command", "points", "reason"]


def test_a_key_belongs_to_its_holder() -> None:
    """Two customers may use the same key."""
    shop = Shop()
    shop.do("award", 5, key="k")
    assert not shop.do("award", 6, key="k", who="bob").replayed


def test_a_key_is_case_sensitive() -> None:
    """Keys that differ in case are two keys."""
    shop = Shop()
    shop.do("award", 5, key="k")
    assert not shop.do("award", 5, key="K").replayed


def test_a_refused_command_does_not_use_up_its_key() -> None:
    """After a refusal the key is free for the same or another command."""
    shop = Shop()
    with pytest.raises(InsufficientPoints):
        shop.do("spend", 5, key="k")
    shop.award(10)
    assert not shop.do("spend", 4, key="k").replayed
    assert shop.figures() == Figures(6, spent=4)


def test_the_key_comes_before_the_ledger() -> None:
    """A command with a used key is answered though it could not be decided any more."""
    shop = Shop()
    shop.award(10)
    shop.do("spend", 10, key="k")
    assert shop.do("spend", 10, key="k").replayed


def fact(shop: Shop, points: int = 5, **fields: Any) -> Any:
    """Pay a business fact."""
    return shop.do("award", points, **{"rule": "base", "reason": "", **fields})


def test_a_fact_pays_once_whatever_the_key() -> None:
    """The same rule and order with a new key is answered with the entry that paid."""
    shop = Shop()
    first = fact(shop, order_id="o-1")
    again = fact(shop, order_id="o-1")
    assert again.replayed
    assert again.entries == first.entries
    assert shop.figures() == Figures(5)


def test_a_fact_paid_with_another_number_is_a_conflict() -> None:
    """Paying a fact again with other points is refused with both numbers."""
    shop = Shop()
    fact(shop, order_id="o-1")
    with pytest.raises(FactConflict) as caught:
        fact(shop, 6, order_id="o-1")
    assert (caught.value.fact, caught.value.paid, caught.value.requested) == ("base/order/o-1", 5, 6)


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "bonus", "order_id": "o-1"},
        {"order_id": "o-2"},
        {"order_id": "o-1", "line": "l-1"},
        {"order_id": "o-1", "side": "referrer"},
        {"order_id": "o-1", "cycle": 2},
        {"order_id": "o-1", "source_type": "visit"},
        {"order_id": "o-1", "source_id": "o-1"},
    ],
)
def test_another_fact_pays_again(other: dict[str, Any]) -> None:
    """Another rule, source, line, side or cycle is another fact."""
    shop = Shop()
    fact(shop, order_id="o-1")
    assert not fact(shop, **other).replayed
    assert shop.figures() == Figures(10)


def test_an_award_by_hand_is_no_fact() -> None:
    """Without a rule, or with a rule but no source, an award pays as often as it is asked for."""
    shop = Shop()
    for fields in ({"order_id": "o-1"}, {"order_id": "o-1"}, {"rule": "base"}, {"rule": "base"}):
        shop.do("award", 5, **fields)
    assert shop.figures() == Figures(20)


def test_a_fact_belongs_to_its_holder() -> None:
    """Two customers may be paid for one source, such as both sides of a referral."""
    shop = Shop()
    fact(shop, source_type="referral", source_id="r-1")
    assert not fact(shop, source_type="referral", source_id="r-1", who="bob").replayed


def test_key_fact_and_note_are_kept_as_records() -> None:
    """An award leaves its key, its fact and its note under their refs; the note is in no entry."""
    shop = Shop()
    fact(shop, key="k", source_type="visit", source_id="v-1", line="l", side="s", cycle=3, note="call back")
    main = LedgerRef("live", "holder-1", "beans")
    refs = (
        KeyRef("live", "holder-1", "k"),
        FactRef("live", "holder-1", "beans", "base", "visit", "v-1", "l", "s", 3),
        NoteRef(main, 1),
    )
    with shop.store.unit() as unit:
        key, paid, note = unit.load(refs).values()
    assert (key.command, key.entries) == ("points.award", ((main, (1,)),))
    assert (paid.ledger, paid.seq) == (main, 1)
    assert note.text == "call back"
    assert "call back" not in repr(shop.points.entries("ada"))


def test_a_command_that_writes_nothing_keeps_no_note() -> None:
    """A reversal that finds nothing left has no entry to which a note could belong, and still uses its key."""
    shop = Shop()
    entry = shop.award(5)
    shop.do("reverse", entry_id=entry.id)
    shop.do("reverse", entry_id=entry.id, key="k", note="again")
    assert shop.do("reverse", entry_id=entry.id, key="k").replayed


def test_subledgers_are_created_by_what_comes_in() -> None:
    """Awards, adjustments up and activities create a subledger; everything else does not find it."""
    for method, args in (("award", (5,)), ("adjust", (5,)), ("activity", ())):
        shop = Shop()
        shop.do(method, *args, ledger="gifts")
        assert shop.loyalty.customers.membership("ada").ledgers == ("gifts",)
    shop = Shop()
    wanted: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("spend", (5,), {}),
        ("deduct", (5,), {}),
        ("adjust", (-5,), {}),
        ("hold", (5,), {}),
        ("release", ("h",), {}),
        ("reverse", (), {"order_id": "o"}),
        ("extend", (), {"by": "1M"}),
    ]
    for method, args, fields in wanted:
        with pytest.raises(NotFound) as caught:
            shop.do(method, *args, ledger="gifts", **fields)
        assert (caught.value.kind, caught.value.name) == ("ledger", "gifts")


def test_what_happened_when_is_the_hosts_to_say() -> None:
    """`occurred_at` stands in the entry beside the instant at which it was recorded."""
    shop = Shop()
    shop.award(10)
    entry = shop.spend(5, occurred_at=instant("2025-12-24"))
    assert (entry.occurred_at, entry.recorded_at) == (instant("2025-12-24"), instant("2026-01-01"))
