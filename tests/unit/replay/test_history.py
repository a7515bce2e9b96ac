"""Orders line by line, and what came back of them: the files, and the replay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.cli import run_replay
from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import Entry, EntryKind, PointsPolicy, ReturnPolicy
from loyalcore.domain.orders import Cart, CartFields, Item, Order
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import ConcurrencyConflict, InvalidDocument, InvalidInput, NotFound
from loyalcore.query import All
from loyalcore.replay import (
    Bought,
    Returned,
    has_lines,
    read_lines,
    read_returns,
    replay,
    replay_history,
)
from loyalcore.replay import (
    Order as Total,
)
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing._play import dump, records
from tests.unit.replay._shop import Meddled

BEANS = Program("beans", currency="EUR", timezone="UTC", earning=(EarningRule("base", points=1, per=1),))
DAY = datetime(2024, 10, 12, tzinfo=UTC)
LATER = DAY + timedelta(days=90)
HEADER = "order_id,customer_id,ordered_at,line_id,quantity,unit_price,sku,category,currency\n"
RETURNS = "return_id,order_id,returned_at,line_id,quantity,refund\n"
CART = Cart(items=[Item("1", unit_price=10, quantity=3), Item("2", unit_price=5)])


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def run(store: Any, *events: Any, program: Program = BEANS, **settings: Any) -> Any:
    """Replay events into a store."""
    bought = [event for event in events if isinstance(event, Bought)]
    returned = [event for event in events if isinstance(event, Returned)]
    given = {"as_of": LATER, "ids": CountedIds(), **settings}
    return replay_history(store, program, bought, returned, **given)


def test_lines_of_an_order_are_put_together(tmp_path: Path) -> None:
    """The rows of one order are its cart, at the earliest of their instants, wherever they stand."""
    text = (
        f"{HEADER}o-1,ada,2024-10-12,1,3,9.90,mug,tea,EUR\no-2,bob,2024-10-12,1,1,5,,,\no-1,ada,2024-10-11,2,1,5,,,\n"
    )
    path = write(tmp_path, "lines.csv", text)
    assert has_lines(path)
    found = read_lines(path, BEANS).found
    assert [(order.order_id, order.customer_id, order.ordered_at.day) for order in found] == [
        ("o-1", "ada", 11),
        ("o-2", "bob", 12),
    ]
    assert found[0].cart.items[0] == Item("1", unit_price="9.90", quantity=3, sku="mug", category="tea")


def test_every_fault_of_lines_is_told(tmp_path: Path) -> None:
    """Each bad row is named with its column; with `skip_bad` the orders without one are read."""
    rows = [
        "o-1,ada,2024-10-12,1,3,9.90,,,EUR",
        "o-2,ada,2024-10-12,1,x,9.90,,,",
        "o-3,ada,2024-10-12,1,0,9.90,,,",
        "o-4,ada,2024-10-12,1,1,-1,,,USD",
        "o-5,ada,soon,1,1,1,,,",
        "o-6,ada,2024-10-12,1,1,1,,,",
        "o-6,bob,2024-10-12,2,1,1,,,",
        "o-7,ada,2024-10-12,1,1,1,,,",
        "o-7,ada,2024-10-12,1,1,1,,,",
    ]
    path = write(tmp_path, "lines.csv", HEADER + "\n".join(rows) + "\n")
    with pytest.raises(InvalidDocument) as caught:
        read_lines(path, BEANS)
    assert [fault.path for fault in caught.value.faults] == [
        "line 3, column quantity",
        "line 4, column quantity",
        "line 5, column currency",
        "line 6, column ordered_at",
        "line 8, column customer_id",
        "line 9, column order_id",
    ]
    kept = read_lines(path, BEANS, skip_bad=True)
    assert [order.order_id for order in kept.found] == ["o-1"]
    with pytest.raises(InvalidDocument, match="is missing"):
        read_lines(write(tmp_path, "x.csv", "order_id\n"), BEANS)
    with pytest.raises(NotFound):
        has_lines(tmp_path / "nowhere.csv")


def test_rows_of_a_return_are_put_together(tmp_path: Path) -> None:
    """Pieces and refunds of one return are added up; bad rows are told."""
    good = f"{RETURNS}r-1,o-1,2024-10-12,1,1,2.50\nr-1,o-1,2024-10-12,1,1,2.50\nr-1,o-1,2024-10-12,2,1,\n"
    found = read_returns(write(tmp_path, "r.csv", good), BEANS).found
    assert [(each.items, each.refund) for each in found] == [({"1": 2, "2": 1}, Decimal("5.00"))]
    bad = f"{RETURNS}r-1,o-1,2024-10-12,1,1,\nr-1,o-2,2024-10-12,1,1,\nr-2,o-1,2024-10-12,1,0,x\n"
    with pytest.raises(InvalidDocument) as caught:
        read_returns(write(tmp_path, "r.csv", bad), BEANS)
    assert [fault.path for fault in caught.value.faults] == [
        "line 3, column order_id",
        "line 4, column quantity",
        "line 4, column refund",
    ]
    assert read_returns(tmp_path / "r.csv", BEANS, skip_bad=True).found == ()


def test_a_history_is_what_the_shop_would_have_written() -> None:
    """The replay leaves the records that the facade leaves with a clock at each event."""
    program = attrs.evolve(BEANS, points=PointsPolicy(return_policy=ReturnPolicy.UNLIMITED))
    replayed, lived = MemoryStore(), MemoryStore()
    back = Returned("r-1", "o-1", DAY + timedelta(days=2), {"1": 2}, Decimal(19))
    events = [Bought("o-1", "ada", DAY, CART), Bought("o-2", "ada", DAY + timedelta(days=1), CART), back]
    found = run(replayed, *events, program=program)
    assert (found.replayed.orders, found.returns, found.returns_added, found.left) == (2, 1, 1, ())
    clock = FixedClock(DAY)
    shop = Loyalty(lived, [program], clock=clock, ids=CountedIds(), actor="replay")
    shop.customers.register("ada")
    for number, at in ((1, DAY), (2, DAY + timedelta(days=1))):
        clock.put(at)
        shop.orders.close(
            "ada", f"o-{number}", CART, key=f"replay:beans:close:o-{number}", occurred_at=at, program="beans"
        )
    clock.put(back.returned_at)
    key = "replay:beans:return:r-1"
    shop.orders.return_items("o-1", {"1": 2}, return_id="r-1", refund=19, key=key, occurred_at=back.returned_at)
    clock.put(LATER)
    shop.points.sweep("ada")
    assert dump(replayed) == dump(lived)


def test_a_history_may_come_again() -> None:
    """The same history, or a longer one, adds only what is new, with redemptions too."""
    store = MemoryStore()
    first = [Bought("o-1", "ada", DAY, CART), Bought("o-2", "ada", DAY + timedelta(days=1), CART)]
    found = run(store, *first, redeem=10, as_of=DAY + timedelta(days=1))
    assert (found.replayed.orders_added, found.replayed.entries_added) == (2, 3)
    before = dump(store)
    again = run(store, *first, redeem=10, as_of=DAY + timedelta(days=1))
    assert (again.replayed.orders_added, again.left, dump(store)) == (0, (), before)
    longer = [*first, Bought("o-3", "ada", DAY + timedelta(days=2), CART), Bought("o-4", "bob", LATER, CART)]
    later = run(store, *longer, redeem=10)
    assert (later.replayed.orders_added, later.replayed.after_as_of) == (2, 0)


def test_redeeming_knows_the_hosts_own_consumption_order() -> None:
    """A program that names a function of the host redeems from the lots that the function puts first."""
    own = attrs.evolve(BEANS, points=PointsPolicy(consumption="largest_first"))
    store = MemoryStore()
    carts = [Cart(items=[Item("1", unit_price=price)]) for price in (5, 9, 0)]
    bought = [Bought(f"o-{n}", "ada", DAY + timedelta(days=n), cart) for n, cart in enumerate(carts, 1)]
    registry = Registry(consumption={"largest_first": lambda lot: -lot.free})
    run(store, *bought, program=own, registry=registry, redeem=8)
    with store.unit(readonly=True) as unit:
        spends = [each for each in unit.stream(All(Entry, "live"), LATER) if each.kind is EntryKind.SPEND]
    assert [(each.order_id, tuple(each.draws[0])) for each in spends] == [("o-3", (2, 8))]


def test_what_is_refused_is_told() -> None:
    """A return of more than was bought, or of an unknown order, is left out with its reason; the rest is booked."""
    store = MemoryStore()
    too_much = Returned("r-1", "o-1", LATER, {"1": 9})
    unknown = Returned("r-2", "o-9", LATER, {"1": 1})
    late = Bought("o-2", "ada", LATER + timedelta(days=1), CART)
    told: list[tuple[int, int]] = []
    found = run(
        store, Bought("o-1", "ada", DAY, CART), late, too_much, unknown, progress=lambda *each: told.append(each)
    )
    assert [left.name for left in found.left] == ["r-2", "r-1"]
    assert (found.replayed.after_as_of, told) == (1, [(2, 2)])
    assert [order.order_id for order in records(store, Order)] == ["o-1"]


def test_a_return_before_its_order_is_left_out_each_time() -> None:
    """What came back before it was bought is left out with its reason, in a second run into the store too."""
    store = MemoryStore()
    events = [Bought("o-1", "ada", DAY, CART), Returned("r-1", "o-1", DAY - timedelta(days=1), {"1": 1})]
    for _ in range(2):
        found = run(store, *events)
        assert [left.reason for left in found.left] == [
            "it came back before order o-1 was placed, at 2024-10-12T00:00:00+00:00"
        ]
        assert (found.returns, found.returns_added) == (0, 0)
    assert records(store, Order)[0].returns == ()


def test_a_store_that_is_past_the_end_is_refused() -> None:
    """An earlier `as_of` than the entries of any ledger is refused, and nothing is written; the same one is not."""
    rule = EarningRule("stars", points=1, per=1, ledger="stars")
    program = attrs.evolve(BEANS, earning=(rule,))
    store = MemoryStore()
    events = [Bought("o-1", "ada", DAY, CART), Bought("o-2", "ada", DAY + timedelta(days=9), CART)]
    run(store, *events, program=program)
    before = dump(store)
    run(store, *events, program=program)
    with pytest.raises(InvalidInput, match="as_of: the store holds entries up to 2024-10-21") as caught:
        run(store, *events, program=program, as_of=DAY + timedelta(days=8))
    assert (caught.value.path, dump(store)) == ("as_of", before)


def test_a_unit_that_meets_another_writer_counts_once() -> None:
    """A batch that is decided again tells what was done and refused at the attempt that was written."""
    store: Any = Meddled(MemoryStore(), 3)
    found = run(store, Bought("o-1", "ada", DAY, CART), Returned("r-1", "o-1", LATER, {"1": 9}), redeem=1)
    assert (found.replayed.orders_added, found.replayed.entries_added, found.returns_added) == (1, 1, 0)
    assert ([left.name for left in found.left], store.times) == (["r-1"], 0)


def test_others_may_win_every_attempt() -> None:
    """After its attempts the replay gives up, with nothing written."""
    store: Any = Meddled(MemoryStore(), 99)
    with pytest.raises(ConcurrencyConflict):
        run(store, Bought("o-1", "ada", DAY, CART))
    assert records(store, Order) == []


def test_rules_that_ask_for_more_need_a_cart(tmp_path: Path) -> None:
    """The replay of totals refuses rules that need the cart; the command line gives it one of one line."""
    rule = EarningRule("large", points=50, where=CartFields.net >= 15)
    with pytest.raises(InvalidInput, match="replay_history"):
        replay(
            MemoryStore(),
            attrs.evolve(BEANS, earning=(rule,)),
            [Total("o-1", "ada", DAY, Decimal(20))],
            as_of=LATER,
            ids=CountedIds(),
        )
    document = 'id = "beans"\ncurrency = "EUR"\ntimezone = "UTC"\n[[earning]]\npoints = 50\nwhere = "net:>=15"\n'
    program = write(tmp_path, "beans.toml", document)
    orders = write(
        tmp_path, "o.csv", "order_id,customer_id,ordered_at,total\no-1,ada,2024-10-12,20\no-2,ada,2024-10-13,5\n"
    )
    out = tmp_path / "out"
    summary = run_replay(str(program), str(orders), as_of="2024-11-01", out=str(out))
    assert summary["points"]["awarded"] == 50


def test_the_command_takes_lines_and_returns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`replay --orders lines --returns returns` books both, and tells what was refused."""
    document = 'id = "beans"\ncurrency = "EUR"\ntimezone = "UTC"\n[[earning]]\npoints = 1\nper = 1\n'
    program = write(tmp_path, "beans.toml", document)
    lines = write(tmp_path, "l.csv", f"{HEADER}o-1,ada,2024-10-12,1,3,10,,,\n")
    returns = write(tmp_path, "r.csv", f"{RETURNS}r-1,o-1,2024-10-13,1,1,\nr-2,o-1,2024-10-13,1,3,\n")
    out = str(tmp_path / "out")
    summary = run_replay(str(program), str(lines), as_of="2024-11-01", out=out, returns=str(returns))
    assert {name: value for name, value in summary["points"].items() if value} == {
        "awarded": 30,
        "active": 20,
        "reversed": 10,
    }
    assert all(summary["checks"].values())
    shown = capsys.readouterr()
    assert "2 returns, 1 of them new" in shown.out
    assert "left out: r-2:" in shown.err
    run_replay(str(program), str(lines), as_of="2024-01-01", out=str(tmp_path / "early"))
    assert "points: none\n" in capsys.readouterr().out
