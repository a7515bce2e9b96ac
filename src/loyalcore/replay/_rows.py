"""The rows of a CSV file that is being read: its header, its cells, and every fault of each."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.calendar import wall_to_micros
from loyalcore.values.clock import YEAR_MAX, YEAR_MIN, check_instant, from_micros
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from loyalcore.domain.programs import Program

TEXT_MAX: Final = 255

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)?)?"
)
_OTHER_SEPARATORS: Final = (";", "\t", "|")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


class BadRow(NamedTuple):
    """A fault of one row.

    Args:
        line: The line of the file on which the row begins, from 1 with the header.
        column: The column at fault, empty where it is the row.
        reason: What is wrong.
    """

    line: int
    column: str
    reason: str

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"


def parse_when(text: object, zone: ZoneInfo, path: str) -> datetime:
    """Read a date or datetime in ISO 8601; without an offset it is the wall time of a zone.

    Args:
        text: `2024-10-12`, which is 00:00:00, or `2024-10-12T07:20[:50[.123456]]` (a blank may stand for the `T`), and
            perhaps `Z`, `+02`, `+0200` or `+02:00`.
        zone: The zone.
        path: Where it stands, for the message.

    Returns:
        The instant, UTC. A wall time that a clock change skips moves forward by the gap, of two it is the first.

    Raises:
        InvalidInput: It is no text of that form, names a day that does not exist, or is outside of the years 1970 to
            9990.

    Source: DOMAIN 3.1; the forms are a house decision.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> parse_when("2024-10-12", ZoneInfo("Europe/Berlin"), "ordered_at").isoformat()
        '2024-10-11T22:00:00+00:00'
    """
    match = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidInput("must be an ISO 8601 date or datetime, such as 2024-10-12 or 2024-10-12T07:20:50", path=path)
    try:
        if match.end(1) == match.end():
            read = datetime.combine(date.fromisoformat(match[1]), time())
        else:
            read = datetime.fromisoformat(match[0])
    except ValueError:
        raise InvalidInput("names a day that does not exist", path=path) from None
    if not YEAR_MIN <= read.year <= YEAR_MAX:
        raise InvalidInput(f"must be within the years {YEAR_MIN} to {YEAR_MAX}", path=path)
    return check_instant(read if read.tzinfo is not None else from_micros(wall_to_micros(read, zone)), path)


class Rows:
    """The rows of a file that is being read.

    Args:
        data: The bytes of the file.
        program: The program that what stands in it is for.
    """

    required: ClassVar[tuple[str, ...]]
    known: ClassVar[tuple[str, ...]]

    def __init__(self, data: bytes, program: Program) -> None:
        self.faults: list[BadRow] = []
        self.skipped = 0
        self.ignored: tuple[str, ...] = ()
        self._program = program
        self._instants: dict[str, datetime] = {}
        self._is_utf_16 = data.startswith(_UTF_16)
        try:
            text = data.decode("utf-8-sig")
            self._is_foul = "\0" in text
        except UnicodeDecodeError:
            # Each foul byte becomes a lone surrogate, so that the rows that hold one can be named.
            text = data.decode("utf-8-sig", errors="surrogateescape")
            self._is_foul = True
        self._reader = csv.reader(io.StringIO(text, newline=""), strict=True)

    def rows(self, places: list[int]) -> Iterator[tuple[int, list[str]]]:
        """Read the header and give the good rows with their lines; `places` is told where the known columns stand.

        Raises:
            InvalidDocument: The header is wrong.
        """
        header = self._header()
        places[:] = [header.index(name) if name in header else -1 for name in self.known]
        self.ignored = tuple(
            name or f"(column {place})" for place, name in enumerate(header, start=1) if name not in self.known
        )
        reader, faults, width = self._reader, self.faults, len(header)
        while True:
            line = reader.line_num + 1
            before = len(faults)
            try:
                row = next(reader, None)
            except csv.Error as error:
                row = []
                faults.append(BadRow(line, "", _reason_of(error)))
            if row is None:
                return
            if row and self._is_whole(line, row, width):
                yield line, row
            if len(faults) > before:
                self.skipped += 1

    def _is_whole(self, line: int, row: list[str], width: int) -> bool:
        if len(row) != width:
            cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
            self._fault(line, "", f"has {cells} where the header has {width}")
            return False
        if self._is_foul and (foul := _foul(row)):
            self._fault(line, "", foul)
            return False
        return True

    def _header(self) -> list[str]:
        reader = self._reader
        header: list[str] | None = []
        try:
            while header is not None and not header:
                header = next(reader, None)
        except csv.Error as error:
            raise InvalidDocument([Fault(f"line {reader.line_num}", _reason_of(error))]) from None
        if header is None:
            raise InvalidDocument([Fault("line 1", f"the file is empty: its header names {', '.join(self.required)}")])
        place = f"line {reader.line_num}"
        foul = "is UTF-16: write the file in UTF-8" if self._is_utf_16 else _foul(header) if self._is_foul else ""
        faults = [Fault(place, foul)] if foul else []
        separator = next((each for each in _OTHER_SEPARATORS if each in header[0]), None) if len(header) == 1 else None
        if separator is not None and not faults:
            raise InvalidDocument([Fault(place, f"is one cell: cells are separated by commas, not by {separator!r}")])
        for name in self.known:
            if header.count(name) > 1:
                faults.append(Fault(f"{place}, column {name}", "stands more than once in the header"))
            elif name in self.required and name not in header:
                faults.append(Fault(f"{place}, column {name}", "is missing in the header"))
        if faults:
            raise InvalidDocument(faults)
        return header

    def _fault(self, line: int, column: str, reason: InvalidInput | LimitExceeded | str) -> None:
        if not isinstance(reason, str):
            reason = reason.message.removeprefix(f"{reason.path}: ")
        self.faults.append(BadRow(line, column, reason))

    def _is_text(self, line: int, column: str, text: str) -> bool:
        if 0 < len(text) <= TEXT_MAX and text.isprintable():
            return True
        try:
            check_text(text, column, length_max=TEXT_MAX)
        except (InvalidInput, LimitExceeded) as error:
            self._fault(line, column, error)
        return False

    def _instant(self, line: int, text: str, column: str = "ordered_at") -> datetime | None:
        try:
            found = self._instants[text] = parse_when(text, self._program.zone, column)
        except InvalidInput as error:
            self._fault(line, column, error)
            return None
        return found

    def _money(self, line: int, text: str, column: str = "total") -> Decimal | None:
        try:
            total = check_amount(text, column)
        except (InvalidInput, LimitExceeded) as error:
            self._fault(line, column, error)
            return None
        if total < 0:
            self._fault(line, column, "must be 0 or more")
            return None
        return total


def _reason_of(error: csv.Error) -> str:
    return f"is no well-formed CSV: {error}"


def _foul(cells: Iterable[str]) -> str:
    """Say what is wrong with the characters of a row, empty where nothing is."""
    text = "".join(cells)
    if "\0" in text:
        return "holds a NUL character"
    return "is not UTF-8" if any("\udc80" <= each <= "\udcff" for each in text) else ""
