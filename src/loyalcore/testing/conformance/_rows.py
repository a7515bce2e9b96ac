"""What the rows of the suite hold: values at which databases and languages are known to differ."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import attrs

from loyalcore.testing.conformance._sample import AT, Sample
from loyalcore.values.clock import parse_instant

WORDS: Final = (
    # case, and accents that are typed in two ways
    *("Ada", "ada", "ADA", "Zo\u00eb", "Zoe\u0308", "ZOE", "\u00c5", "A\u030a", "\u212b", "\uac00", "\u1100\u1161"),
    # what grows, shrinks or changes where it is folded
    *("stra\u00dfe", "STRASSE", "\u1e9e", "\u0130", "i\u0307", "\u0131", "I", "\u017f", "\u0390", "\u03a3", "\u03c2"),
    # patterns, quotes and escapes of one language or another
    *("%", "_", "a%b", "a_b", "axb", "a\\b", "\\", "*", "a*b", "?", "[a]", "'", '"', "''", "a'b", 'say "x"', "--", ";"),
    # blanks, and nothing
    *("", " ", "gold", "gold ", " gold", "go ld"),
    # what JSON, SQL and forms take for something else
    *("null", "true", "0", "1", "-1", "1e3", "[]", "{}", '["a"]', "a,b", "a:b", "$.a", "NULL", ":name", "%s", "$1"),
    # order of code points, of bytes and of UTF-16 differ
    *("z", "\u00e9", "\uff5e", "\U0001f600", "\U0001f600a", "a\u0301", "\u03ac"),
)
IDS: Final = ("A-1", "a-1", "a-1 ", " a-1", "\u00e9", "e\u0301", "\u00df", "ss", "%", "_", "'", '"', "\\", "\U0001f600")
WHOLES: Final = (0, 1, -1, 2, 499, 500, 501, 10, 9, 2**53, 2**53 + 1, 2**63 - 1, -(2**63) + 1)
AMOUNTS: Final = tuple(
    map(
        Decimal,
        (
            *("0", "0.00", "9.99", "10", "10.00", "9", "-3.5", "-3.50", "-0.01", "-10", "10.000000001", "0.1", "0.3"),
            *("999999999999999.999999999", "-999999999999999.999999999", "999999999999999.999999998"),
        ),
    )
)
_TICK: Final = timedelta(microseconds=1)
# The midnights of a zone around a day of 25 hours and one of 23, and an hour that comes twice.
_MIDNIGHTS: Final = tuple(
    moment + off
    for text in ("2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z", "2024-03-30T23:00:00Z", "2024-10-27T00:30:00Z")
    for moment in (parse_instant(text, "instants"),)
    for off in (timedelta(0), _TICK, -_TICK)
)
INSTANTS: Final = (
    *_MIDNIGHTS,
    AT,
    AT - timedelta(days=7),
    AT - timedelta(days=40),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(9990, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
)
_KEPT: Final = (*INSTANTS, datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
DAYS: Final = (
    *(date(2024, 2, 29), date(2024, 10, 26), date(2024, 10, 27), date(2024, 10, 28), date(1815, 12, 10)),
    *(date(999, 1, 1), date(1, 1, 1), date(9999, 12, 31)),
)
KEYS: Final = ("color", "x.y-z", "x", "0", "-", "_", "length")
"""Names of attributes: with signs that a path within JSON is made of."""

VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "text": WORDS,
    "id": (*IDS, *WORDS[:6], ""),
    "whole": WHOLES,
    "amount": AMOUNTS,
    "instant": INSTANTS,
    "day": DAYS,
    "flag": (False, True),
    "texts": WORDS,
}
"""What fields of each kind hold, and are asked for."""


def _rows() -> tuple[Sample, ...]:
    chance = random.Random(8)  # noqa: S311 - the same rows in every run

    def maybe(values: tuple[Any, ...]) -> Any:
        return chance.choice(values) if chance.random() < 0.7 else None

    rows = [
        Sample(
            environment="sandbox" if number % 11 == 0 else "live",
            holder_id=IDS[number % len(IDS)],
            program_id=("beans", "Beans", "tea")[number % 3],
            ledger=("", "", "gift", "Gift")[number % 4],
            seq=number // 2 + 1,
            next_change_at=maybe((AT - _TICK, AT, AT + _TICK, _KEPT[-1])) if number % 3 else None,
            title=WORDS[number % len(WORDS)],
            name=maybe(WORDS),
            city_id=maybe(VALUES["id"]),
            level=chance.choice((0, 0, 1, 1, 2, *WHOLES)),
            points_active=maybe(WHOLES),
            spent=maybe(AMOUNTS),
            made_at=chance.choice(_KEPT),
            seen_at=maybe(_KEPT),
            born_on=maybe(DAYS),
            is_open=chance.random() < 0.5,
            is_member=maybe((False, True)),
            tags=frozenset(chance.sample(WORDS, chance.choice((0, 0, 1, 1, 2, 5)))),
            attributes={key: chance.choice(WORDS) for key in chance.sample(KEYS, chance.choice((0, 0, 1, 2, 4)))},
        )
        for number in range(2 * len(WORDS))
    ]
    # The other environment has rows of the same ids.
    return (*rows, *(attrs.evolve(row, environment="sandbox", title="other") for row in rows[1:11]))


ROWS: Final = _rows()
"""Rows in which each word is a title twice; about a third of what may be missing is."""

INJECTIONS: Final = (
    *("' OR '1'='1", "'; DROP TABLE samples; --", '" OR 1=1 --', "') UNION SELECT NULL --", "x' AND SLEEP(5) --"),
    *("\\'; --", "\\", '\\"', "%' ESCAPE '%", "!%", "a%b_c\\", "%%", "__", "[a-z]", "^a", "a$", ".*", "(?i)a"),
    *("{{7*7}}", "${name}", "%(name)s", "%s", ":name", "?", "$1", "@@version", "x'41'", "0x41", "CHAR(65)"),
    *("/* */", "-- ", "#", "`a`", "[a]", '{"$gt": ""}', '["a"]', '$."a"', "$[0]", "null", "None", "NaN", "1e9999"),
    *("\U0001f600' --", "\u02bc OR 1=1", "\uff07 OR 1=1", "\u00df' --", "a" * 1_000, "\u0390" * 300),
)
"""What somebody writes who wants more than to ask."""
