"""The corpus: values that hosts pass by mistake, and values that somebody passes on purpose."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Any, Final, NoReturn

MEGABYTE: Final = 1_000_000


class Hostile:
    """An object that does not want to be shown, compared or counted."""

    def _refuse(self, *_args: object) -> NoReturn:
        raise RuntimeError("hostile")

    __str__ = __repr__ = __eq__ = __ne__ = __lt__ = __bool__ = __len__ = __format__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class Equal:
    """An object that is equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("live")


class HostileText(str):
    """A text that does not want to be shown, compared or looked up."""

    __slots__ = ()

    def _refuse(self, *_args: object) -> NoReturn:
        raise RuntimeError("hostile")

    __str__ = __repr__ = __eq__ = __ne__ = __lt__ = __hash__ = __format__ = _refuse


class HostileInt(int):
    """A number that does not want to be shown or compared with its like."""

    def _refuse(self, *_args: object) -> NoReturn:
        raise RuntimeError("hostile")

    __str__ = __repr__ = __format__ = _refuse


class Nowhere(tzinfo):
    """A zone that knows no offset."""

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        return None

    def tzname(self, when: datetime | None) -> str | None:
        return None

    def dst(self, when: datetime | None) -> timedelta | None:
        return None


class Broken(Nowhere):
    """A zone whose offset is no offset."""

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        return timedelta(days=3)


class Words(StrEnum):
    ADA = "ada"


class Numbers(IntEnum):
    SEVEN = 7


EAST, WEST = timezone(timedelta(hours=23, minutes=59)), timezone(-timedelta(hours=23, minutes=59))

NOTHING: dict[str, Any] = {"None": None, "ellipsis": ..., "NotImplemented": NotImplemented}
NUMBERS: dict[str, Any] = {
    "True": True,
    "False": False,
    "1.0": 1.0,
    "0.1": 0.1,
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": float("-inf"),
    "10**30": 10**30,
    "-10**30": -(10**30),
    "10**5000": 10**5000,
    "2**63": 2**63,
    "10**15": 10**15,
    "10**15+1": 10**15 + 1,
    "-10**15": -(10**15),
    "-1": -1,
    "0": 0,
    "1": 1,
    "complex": 1 + 0j,
    "Decimal 1": Decimal(1),
    "Decimal NaN": Decimal("NaN"),
    "Decimal sNaN": Decimal("sNaN"),
    "Decimal huge": Decimal("1e999999"),
    "Fraction": Fraction(1, 3),
    "IntEnum": Numbers.SEVEN,
    "hostile int": HostileInt(5),
}
TEXTS: dict[str, Any] = {
    "empty": "",
    "blank": " ",
    "underscores": "1_000",
    "full-width digits": "\uff11\uff12",
    "exponent": "1e3",
    "text true": "true",
    "text none": "None",
    "surrogate": "spoiled-\ud800-text",
    "surrogate pair apart": "spoiled-\udc00\ud800-text",
    "NUL": "spoiled-\x00-text",
    "newline": "spoiled-\n-text",
    "escape": "spoiled-\x1b[31m-text",
    "delete": "spoiled-\x7f-text",
    "zero width": "spoiled-\u200b-text",
    "right to left": "spoiled-\u202e-text",
    "BOM": "\ufeffspoiled-text",
    "line separator": "spoiled-\u2028-text",
    "no-break space": "spoiled-\u00a0-text",
    "decomposed": "Cafe\u0301",
    "emoji": "\U0001f468\u200d\U0001f469",
    "noncharacter": "spoiled-\uffff-text",
    "formula": "=cmd|'/c calc'!A0",
    "quote": "'; DROP TABLE entry; --",
    "percent": "%s %(x)s {0} {x}",
    "colons": "a:b:c:d",
    "at": "ada@example.com",
    "256 characters": "x" * 256,
    "501 characters": "x" * 501,
    "1001 characters": "x" * 1001,
    "a megabyte": "x" * MEGABYTE,
    "a megabyte of controls": "\x00" * MEGABYTE,
    "a megabyte of digits": "9" * MEGABYTE,
    "a megabyte and a unit": "9" * MEGABYTE + "D",
    "StrEnum": Words.ADA,
    "hostile text": HostileText("ada"),
    "a duration": "5d",
    "a spaced duration": "5 D",
    "a negative duration": "-1D",
    "a long duration": "999999999999999999999D",
    "a far duration": "900Y",
    "a far day": "on(9990-12-31)",
    "a day that is none": "on(2026-02-30)",
    "an entry id": "holder-1:beans:1:",
    "an entry id of full-width digits": "holder-1:beans:\uff11:",
    "an entry id of many digits": f"holder-1:beans:{'9' * 900}:",
    "an entry id beyond 64 bits": f"holder-1:beans:{2**64}:",
    "an entry id of zero": "holder-1:beans:0:",
}
TIMES: dict[str, Any] = {
    "naive": datetime(2026, 1, 1),
    "datetime.max": datetime(9999, 12, 31, 23, 59, 59, 999999),
    "datetime.min": datetime(1, 1, 1),
    "max UTC": datetime.max.replace(tzinfo=UTC),
    "min UTC": datetime.min.replace(tzinfo=UTC),
    "max east": datetime.max.replace(tzinfo=EAST),
    "max west": datetime.max.replace(tzinfo=WEST),
    "min east": datetime.min.replace(tzinfo=EAST),
    "min west": datetime.min.replace(tzinfo=WEST),
    "last good instant": datetime(9990, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    "first good instant": datetime(1970, 1, 1, tzinfo=UTC),
    "before the first": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    "zone of nowhere": datetime(2026, 1, 1, tzinfo=Nowhere()),
    "broken zone": datetime(2026, 1, 1, tzinfo=Broken()),
    "date": date(2026, 1, 1),
    "date.max": date.max,
    "date.min": date.min,
    "last good day": date(9990, 12, 31),
    "time": time(12),
    "timedelta": timedelta(days=1),
    "timestamp": 1_767_268_800,
    "ISO text": "2026-01-01T12:00:00Z",
}
OBJECTS: dict[str, Any] = {
    "bytes": b"ada",
    "bytearray": bytearray(b"ada"),
    "empty list": [],
    "list": ["ada"],
    "list of None": [None],
    "empty tuple": (),
    "tuple": ("ada",),
    "tuple of None": (None,),
    "tuple of nasty text": ("spoiled-\x00-text",),
    "tuple of hostile text": (HostileText("ada"),),
    "dict": {"ada": 1},
    "set": {"ada"},
    "class": str,
    "function": print,
    "object": object(),
    "hostile object": Hostile(),
    "equal object": Equal(),
    "range": range(3),
    "exception": ValueError("no"),
}
NASTY: Final[dict[str, Any]] = {**NOTHING, **NUMBERS, **TEXTS, **TIMES, **OBJECTS}
