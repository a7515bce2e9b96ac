"""What tables are made of where databases differ: exact text, indexes over some rows, options of a table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import String, Text, text

from loyalcore.store import SORTABLE_LENGTH, sortable

ENTRY_ID_MAX: Final = 800
"""The longest id of an entry: three names of 255 characters, a number, and what stands between them."""


def key_text(length: int = 255) -> String:
    """Give the type of a text in a name: it compares exactly, with case and trailing blanks, in code point order."""
    exact = String(length)
    exact = exact.with_variant(String(length, collation="C"), "postgresql")
    return exact.with_variant(String(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


def exact_text() -> Text:
    """Give the type of a text of any length that compares as one in a name does."""
    exact = Text()
    exact = exact.with_variant(Text(collation="C"), "postgresql")
    return exact.with_variant(Text(collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


def amount_text() -> String:
    """Give the type of an amount, written as a text that sorts as the amounts do."""
    return key_text(SORTABLE_LENGTH)


NOTHING: Final = sortable(Decimal(0))
"""No money, as a column of amounts has it."""


def partial(condition: str) -> dict[str, Any]:
    """Give the options of an index over some rows only, where the database knows such."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def table_options() -> dict[str, Any]:
    """Give the options of every table: on SQLite the rows stand in the order of their names, without another index."""
    return {"sqlite_with_rowid": False}
