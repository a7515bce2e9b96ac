"""What a file of orders may hold, and what is said of every bad row."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from loyalcore.errors import InvalidDocument, InvalidInput, NotFound
from loyalcore.replay import BadRow, Order, parse_when, read_orders
from tests.unit.replay._shop import program

if TYPE_CHECKING:
    from pathlib import Path

    from loyalcore.replay import OrdersFile

HEADER = "order_id,customer_id,ordered_at,total,currency\n"
BERLIN = ZoneInfo("Europe/Berlin")
BIG = "1" + "0" * 15


def read(folder: Path, data: str | bytes, *, skip_bad: bool = True, **tables: Any) -> OrdersFile:
    """Read a file with some contents through a program."""
    path = folder / "orders.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_orders(path, program(**tables), skip_bad=skip_bad)


def test_a_row_becomes_an_order(tmp_path: Path) -> None:
    """Ids are kept as they are, the instant is UTC, the total exact."""
    found = read(tmp_path, HEADER + "o 1, ada,2024-10-12T09:20:50+02:00,19.90,EUR\n")
    at = datetime(2024, 10, 12, 7, 20, 50, tzinfo=UTC)
    assert found.orders == (Order("o 1", " ada", at, Decimal("19.90")),)
    assert (found.faults, found.skipped, found.ignored) == ((), 0, ())


@pytest.mark.parametrize(
    "header",
    [
        "total,ordered_at,customer_id,order_id\n5,2024-10-12,ada,o-1\n",
        "order_id,customer_id,ordered_at,total\r\no-1,ada,2024-10-12,5\r\n",
        "order_id,customer_id,ordered_at,total\no-1,ada,2024-10-12,5",
        "\ufefforder_id,customer_id,ordered_at,total\no-1,ada,2024-10-12,5\n",
        '"order_id","customer_id","ordered_at","total"\n"o-1","ada","2024-10-12","5"\n',
        "\n\norder_id,customer_id,ordered_at,total\n\n\no-1,ada,2024-10-12,5\n\n",
        "currency,order_id,customer_id,ordered_at,total\n,o-1,ada,2024-10-12,5\n",
    ],
)
def test_the_form_of_the_file_makes_no_difference(tmp_path: Path, header: str) -> None:
    """Columns stand in any order; line ends, quotes, a byte order mark, empty lines and an empty currency are fine."""
    found = read(tmp_path, header)
    assert found.orders == (Order("o-1", "ada", datetime(2024, 10, 12, tzinfo=UTC), Decimal(5)),)
    assert not found.faults


def test_other_columns_are_named_and_not_looked_at(tmp_path: Path) -> None:
    """Unknown columns are listed once in their order, one without a name by its place."""
    found = read(tmp_path, "order_id,note,customer_id,,ordered_at,total\no-1,=1+1,ada,x,2024-10-12,5\n")
    assert found.ignored == ("note", "(column 4)")
    assert len(found.orders) == 1


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",ada,2024-10-12,5,", "order_id", "must have at least 1 character"),
        ("o\x07,ada,2024-10-12,5,", "order_id", "must not hold control characters"),
        ('"o\n1",ada,2024-10-12,5,', "order_id", "must not hold control characters"),
        (f"{'o' * 256},ada,2024-10-12,5,", "order_id", "has 256 characters (at most 255)"),
        ("o-1,,2024-10-12,5,", "customer_id", "must have at least 1 character"),
        ("o-1,a\u200bda,2024-10-12,5,", "customer_id", "must not hold control characters"),
        ("o-1,ada,,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,12/10/2024,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,20241012,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,2024-10-12T24:00,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,2024-10-12T07:20:60,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,2024-10-12T07:20:50.1234567,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,\uff12\uff10\uff12\uff14-10-12,5,", "ordered_at", "must be an ISO 8601 date or datetime"),
        ("o-1,ada,2023-02-29,5,", "ordered_at", "names a day that does not exist"),
        ("o-1,ada,2024-13-01T00:00Z,5,", "ordered_at", "names a day that does not exist"),
        ("o-1,ada,1969-12-31,5,", "ordered_at", "must be within the years 1970 to 9990"),
        ("o-1,ada,1970-01-01T00:00+01:00,5,", "ordered_at", "must be within the years 1970 to 9990"),
        ("o-1,ada,9991-01-01,5,", "ordered_at", "must be within the years 1970 to 9990"),
        ("o-1,ada,2024-10-12,,", "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12,-0.01,", "total", "must be 0 or more"),
        ("o-1,ada,2024-10-12,1e3,", "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12,NaN,", "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12,inf,", "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12,1_000,", "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12,+5,", "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12, 5,", "total", "must be an amount such as 12.50"),
        ('o-1,ada,2024-10-12,"1,50",', "total", "must be an amount such as 12.50"),
        ("o-1,ada,2024-10-12,\u0665,", "total", "must be an amount such as 12.50"),
        (f"o-1,ada,2024-10-12,{BIG},", "total", "too many digits before the point"),
        ("o-1,ada,2024-10-12,0.0000000001,", "total", "too many digits after the point"),
        ("o-1,ada,2024-10-12,5,USD", "currency", "must be EUR, the program's"),
        ("o-1,ada,2024-10-12,5,eur", "currency", "must be EUR, the program's"),
        ("o-1,ada,2024-10-12,5", "", "has 4 cells where the header has 5"),
        ("o-1", "", "has 1 cell where the header has 5"),
        ("o-1,ada,2024-10-12,5,EUR,", "", "has 6 cells where the header has 5"),
        ('o-1,"ada"x,2024-10-12,5,', "", "is no well-formed CSV"),
        (f"o-1,{'a' * 140_000},2024-10-12,5,", "", "is no well-formed CSV: field larger than field limit"),
        ("o-1,ada,2024-10-12,5,E\0", "", "holds a NUL character"),
        (" ,ada,2024-10-12,,", "total", "must be an amount such as 12.50"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_column(tmp_path: Path, row: str, column: str, reason: str) -> None:
    """Each kind of bad row is told by line, column and reason, and the rows around it are read."""
    good = "o-{0},bob,2024-10-12,1,\n"
    found = read(tmp_path, HEADER + good.format("a") + row + "\n" + good.format("b"))
    (fault,) = found.faults
    assert (fault.line, fault.column) == (3, column)
    assert reason in fault.reason
    assert found.skipped == 1
    assert [order.order_id for order in found.orders] == ["o-a", "o-b"]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Every fault of every row stands in one error; a row with several counts once."""
    rows = ",ada,never,-1,USD\no-2,bob,2024-10-12,1,\no-3,,2024-10-12,1,\n"
    with pytest.raises(InvalidDocument) as caught:
        read(tmp_path, HEADER + rows, skip_bad=False)
    assert [fault.path for fault in caught.value.faults] == [
        "line 2, column order_id",
        "line 2, column ordered_at",
        "line 2, column total",
        "line 2, column currency",
        "line 4, column customer_id",
    ]
    assert read(tmp_path, HEADER + rows).skipped == 2


def test_a_fault_never_repeats_what_the_file_holds(tmp_path: Path) -> None:
    """Messages hold no cell of the file: it may be personal data."""
    found = read(tmp_path, HEADER + "secret\x01,secret\x01,secret,secret,secret\n")
    assert len(found.faults) == 5
    assert "secret" not in " ".join(fault.reason for fault in found.faults)


def test_a_repeated_order_is_a_bad_row(tmp_path: Path) -> None:
    """The second row of an order id is bad, also for another customer; ids are compared exactly."""
    rows = "o-1,ada,2024-10-12,5,\nO-1,ada,2024-10-12,5,\no-1,bob,2024-10-13,6,\n"
    found = read(tmp_path, HEADER + rows)
    assert found.faults == (BadRow(4, "order_id", "is the order_id of line 2 already"),)
    assert [order.order_id for order in found.orders] == ["o-1", "O-1"]


def test_the_line_is_that_on_which_the_row_begins(tmp_path: Path) -> None:
    """Rows and ignored cells over several lines, and empty lines, are counted as lines of the file."""
    data = 'order_id,customer_id,ordered_at,total,note\n\no-1,ada,2024-10-12,5,"a\nb\nc"\n,ada,2024-10-12,5,"d\ne"\n'
    assert [fault.line for fault in read(tmp_path, data).faults] == [6]


def test_bytes_that_are_not_utf_8_are_bad_rows(tmp_path: Path) -> None:
    """A row with a foul byte anywhere is bad, the rows around it are read."""
    data = (
        HEADER.encode()
        + "o-1,ada,2024-10-12,5,\no-2,J\xf6rg,2024-10-12,5,\n".encode("latin-1")
        + b"o-3,a,2024-10-12,5,\n"
    )
    found = read(tmp_path, data)
    assert found.faults == (BadRow(3, "", "is not UTF-8"),)
    assert len(found.orders) == 2


def test_a_quote_that_never_ends_is_named_by_its_line(tmp_path: Path) -> None:
    """An open quote swallows what follows; the line where its row began is told."""
    found = read(tmp_path, HEADER + 'o-1,ada,2024-10-12,5,\no-2,"ada,2024-10-12,5,\no-3,bob,2024-10-12,5,\n')
    assert [(fault.line, fault.column) for fault in found.faults] == [(3, "")]
    assert len(found.orders) == 1


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b"", ["line 1"]),
        (b"\n\n", ["line 1"]),
        (b"\xef\xbb\xbf", ["line 1"]),
        (b"order_id,customer_id\n", ["line 1, column ordered_at", "line 1, column total"]),
        (b"Order_ID,customer_id,ordered_at,total\n", ["line 1, column order_id"]),
        (b"order_id,order_id,customer_id,ordered_at,total\n", ["line 1, column order_id"]),
        (b"order_id,customer_id,ordered_at,total,currency,currency\n", ["line 1, column currency"]),
        (b"order_id;customer_id;ordered_at;total\n", ["line 1"]),
        (b"order_id\n", [f"line 1, column {name}" for name in HEADER.split(",")[1:4]]),
        (b"order_id,customer_id,ordered_at,total,\xf6\n", ["line 1"]),
        (b"order_id,customer_id,ordered_at,total,\0\n", ["line 1"]),
        (b'order_id,"customer_id"x,ordered_at,total\n', ["line 1"]),
    ],
)
def test_a_wrong_header_stops_everything(tmp_path: Path, data: bytes, places: list[str]) -> None:
    """Nothing can be read without the columns, also where bad rows may be left out."""
    with pytest.raises(InvalidDocument) as caught:
        read(tmp_path, data)
    assert [fault.path for fault in caught.value.faults] == places


def test_a_file_in_utf_16_is_told(tmp_path: Path) -> None:
    """A spreadsheet's "Unicode text" is named for what it is."""
    with pytest.raises(InvalidDocument, match="UTF-16"):
        read(tmp_path, (HEADER + "o-1,ada,2024-10-12,5,\n").encode("utf-16"))


def test_a_file_without_rows_is_a_history_without_orders(tmp_path: Path) -> None:
    """A header alone is fine."""
    assert read(tmp_path, HEADER, skip_bad=False).orders == ()


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    """The name of a file that is not there is told."""
    with pytest.raises(NotFound, match="nowhere"):
        read_orders(tmp_path / "nowhere.csv", program())


@pytest.mark.parametrize("source", ["", "a\0b", None, 7, "x" * 5000])
def test_what_is_no_file_is_refused(tmp_path: Path, source: Any) -> None:
    """A folder or a value that no file can have as its name is a typed error."""
    with pytest.raises((InvalidInput, NotFound)):
        read_orders(tmp_path if source == "" else source, program())


# Instants -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-10-12", "2024-10-11T22:00:00+00:00"),
        ("2024-01-12", "2024-01-11T23:00:00+00:00"),
        ("2024-10-12T07:20", "2024-10-12T05:20:00+00:00"),
        ("2024-10-12 07:20:50", "2024-10-12T05:20:50+00:00"),
        ("2024-10-12T07:20:50.5", "2024-10-12T05:20:50.500000+00:00"),
        ("2024-10-12T07:20:50.123456Z", "2024-10-12T07:20:50.123456+00:00"),
        ("2024-10-12T07:20:50+05:30", "2024-10-12T01:50:50+00:00"),
        ("2024-10-12T07:20:50-0800", "2024-10-12T15:20:50+00:00"),
        ("2024-10-12T07:20:50+02", "2024-10-12T05:20:50+00:00"),
        ("2024-03-31T02:30", "2024-03-31T01:30:00+00:00"),
        ("2024-03-31T01:59:59", "2024-03-31T00:59:59+00:00"),
        ("2024-10-27T02:30", "2024-10-27T00:30:00+00:00"),
        ("2024-10-27T02:30+01:00", "2024-10-27T01:30:00+00:00"),
    ],
)
def test_an_instant_without_an_offset_is_the_programs_wall_time(text: str, instant: str) -> None:
    """A date is its midnight; a wall time that is skipped moves forward, one that comes twice is the first."""
    assert parse_when(text, BERLIN, "ordered_at").isoformat() == instant


@pytest.mark.parametrize(
    "value", [None, True, 5, 1.5, b"2024-10-12", datetime(2024, 10, 12, tzinfo=UTC), ["2024-10-12"]]
)
def test_an_instant_is_read_from_text_only(value: object) -> None:
    """Whatever is no text is refused."""
    with pytest.raises(InvalidInput) as caught:
        parse_when(value, BERLIN, "as_of")
    assert caught.value.path == "as_of"


# What could not be booked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "is_bad"),
    [("10000000000", False), ("10000000000.99", False), ("10000000001", True), ("999999999999999.99", True)],
)
def test_a_total_that_earns_more_than_an_award_can_be_is_a_bad_row(tmp_path: Path, total: str, is_bad: bool) -> None:
    """At 100,000 points per euro, 10^15 points are granted, and one step more is refused before anything is booked."""
    found = read(tmp_path, HEADER + f"o-1,ada,2024-10-12,{total},\n", earning=[{"id": "b", "points": 10**5, "per": 1}])
    assert [(fault.column, fault.line) for fault in found.faults] == ([("total", 2)] if is_bad else [])


@pytest.mark.parametrize(
    ("points", "days"),
    [
        ({"expiry": "on(2024-10-12)"}, ["2024-10-13"]),
        ({"activation": "14D", "expiry": "10D"}, ["2024-10-11", "2024-10-12", "2024-10-13"]),
        ({"activation": "14D", "expiry": "10D", "expiry_anchor": "activated"}, []),
        ({"activation": "on(2024-10-14)", "expiry": "2D"}, ["2024-10-11", "2024-10-12"]),
        ({"expiry": "end_of_day(0D)"}, []),
    ],
)
def test_an_order_whose_points_lapse_before_they_start_is_a_bad_row(
    tmp_path: Path, points: dict[str, str], days: list[str]
) -> None:
    """What the ledger would refuse is told with the rows, but for orders that earn nothing."""
    rows = "".join(f"o-{day},ada,2024-10-{day},1,\nz-{day},ada,2024-10-{day},0,\n" for day in range(11, 14))
    found = read(tmp_path, HEADER + rows, points=points)
    assert {fault.column for fault in found.faults} <= {"ordered_at"}
    good = {order.ordered_at.date().isoformat() for order in found.orders if order.total}
    assert sorted({"2024-10-11", "2024-10-12", "2024-10-13"} - good) == days
    assert sum(not order.total for order in found.orders) == 3


@pytest.mark.parametrize(("day", "is_bad"), [("9300-01-01", False), ("9500-01-01", True)])
def test_points_that_would_last_beyond_the_calendar_are_a_bad_row(tmp_path: Path, day: str, is_bad: bool) -> None:
    """An expiry after the year 9990 cannot be stored, and is told with the rows."""
    found = read(tmp_path, HEADER + f"o-1,ada,{day},1,\n", points={"expiry": "600Y"})
    assert [fault.column for fault in found.faults] == (["ordered_at"] if is_bad else [])


def test_a_program_without_rules_rules_nothing_out(tmp_path: Path) -> None:
    """Where nothing is earned no total is too much."""
    assert not read(tmp_path, HEADER + f"o-1,ada,2024-10-12,{'9' * 15},\n", earning=[]).faults
