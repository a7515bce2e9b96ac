"""The one query language: conditions over typed fields, their JSON form and search string, evaluation and pages.

`All`, which asks for every record of a kind, is what the stores are asked by the commands.
"""

from loyalcore.query._behind import behind, reach, walked
from loyalcore.query._check import check_condition
from loyalcore.query._choice import Choice
from loyalcore.query._compiled import Compiled
from loyalcore.query._condition import (
    And,
    AnyOf,
    Between,
    Compare,
    Condition,
    Every,
    How,
    In,
    Match,
    Missing,
    Not,
    Op,
    Or,
    Spans,
)
from loyalcore.query._cursor import Position, read_cursor, write_cursor
from loyalcore.query._days import TODAY, YESTERDAY, Relative, days_ago, months_ago, weeks_ago, years_ago
from loyalcore.query._evaluate import matcher, matches
from loyalcore.query._field import Field, Order
from loyalcore.query._fold import fold
from loyalcore.query._index import Index
from loyalcore.query._json import from_document, to_document
from loyalcore.query._listing import Listing, check_stored, scope_of
from loyalcore.query._noun import Noun, Query, fields_of
from loyalcore.query._page import SIZE, Page, check_size, counted, nearest, page, page_of, select
from loyalcore.query._resolve import resolve
from loyalcore.query._sorting import keys_of
from loyalcore.query._stored import column_of, value_of
from loyalcore.query._text import parse
from loyalcore.query._tree import All
from loyalcore.query._types import Amount, Attribute, Day, Flag, Id, Instant, Text, TextMap, TextSet, Whole

__all__ = [
    "SIZE",
    "TODAY",
    "YESTERDAY",
    "All",
    "Amount",
    "And",
    "AnyOf",
    "Attribute",
    "Between",
    "Choice",
    "Compare",
    "Compiled",
    "Condition",
    "Day",
    "Every",
    "Field",
    "Flag",
    "How",
    "Id",
    "In",
    "Index",
    "Instant",
    "Listing",
    "Match",
    "Missing",
    "Not",
    "Noun",
    "Op",
    "Or",
    "Order",
    "Page",
    "Position",
    "Query",
    "Relative",
    "Spans",
    "Text",
    "TextMap",
    "TextSet",
    "Whole",
    "behind",
    "check_condition",
    "check_size",
    "check_stored",
    "column_of",
    "counted",
    "days_ago",
    "fields_of",
    "fold",
    "from_document",
    "keys_of",
    "matcher",
    "matches",
    "months_ago",
    "nearest",
    "page",
    "page_of",
    "parse",
    "reach",
    "read_cursor",
    "resolve",
    "scope_of",
    "select",
    "to_document",
    "value_of",
    "walked",
    "weeks_ago",
    "write_cursor",
    "years_ago",
]


def __dir__() -> list[str]:
    return __all__
