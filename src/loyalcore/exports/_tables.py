"""Tables: records written as CSV, row by row, with the columns of a screen."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from loyalcore.exports._guard import guard
from loyalcore.screens import row_maker

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from loyalcore.screens import Column


class TableWriter:
    r"""A CSV file that is being written: RFC 4180, the header first, texts guarded against formulas.

    Args:
        file: Opened with `newline=""`.
        columns: The columns, in order.
        is_guarded: Whether the texts of text columns are guarded; numbers and instants never are.

    Source: DOMAIN 3.10.

    Example:
        >>> import io
        >>> from datetime import date
        >>> from loyalcore.screens import Column
        >>> file = io.StringIO()
        >>> table = TableWriter(file, [Column("year", "year"), Column("day", "day")])
        >>> table.write([date(2024, 10, 12)])
        >>> file.getvalue()
        'year,day\r\n2024,12\r\n'
    """

    def __init__(self, file: TextIO, columns: Iterable[Column], *, is_guarded: bool = True) -> None:
        listed = tuple(columns)
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._row = row_maker(listed, guard if is_guarded else None)
        self._writer.writerow([column.header for column in listed])

    def write(self, records: Iterable[Any]) -> None:
        """Write a row for each record."""
        self._writer.writerows(map(self._row, records))
