"""The types of fields: text, id, whole number, money, instant, date, flag, set of texts, table of attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, NoReturn

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.query._condition import AnyOf, Condition, How, Match, every_of
from loyalcore.query._days import Relative, parse_day
from loyalcore.query._field import Field, Ordered, Single, listed
from loyalcore.query._fold import fold
from loyalcore.values.checks import check_flag
from loyalcore.values.clock import check_instant, parse_instant
from loyalcore.values.digest import canonical
from loyalcore.values.hints import did_you_mean
from loyalcore.values.ids import check_text
from loyalcore.values.money import check_amount

if TYPE_CHECKING:
    from decimal import Decimal

TEXT_MAX: Final = 1_000
WHOLE_MAX: Final = 2**63 - 1
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_ATTRIBUTE: Final = re.compile(r"[a-z0-9_.-]{1,64}")
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}


def _check_value(value: object, path: str) -> str:
    return check_text(value, path, length_max=TEXT_MAX, length_min=0)


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return listed(words, "words", _check_value)


def _check_word(text: str, words: tuple[str, ...], path: str) -> str:
    if not words or text in words:
        return text
    raise InvalidInput(f"must be one of {', '.join(words)}{did_you_mean(text, words)}", path=path)


@attrs.frozen(eq=False)
class Text(Single[str]):
    """A text, compared without case and whichever way its accents were typed.

    Args:
        words: The only values that there are, in lower case; none given: any text.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> Text("tier", lambda record: record.tier).in_(["gold", "silver"])
        In(tier, ('gold', 'silver'))
    """

    kind: ClassVar[str] = "text"
    words: tuple[str, ...] = attrs.field(default=(), converter=_words, kw_only=True, repr=False)

    def check(self, value: Any, path: str) -> str:
        """Return a text of up to 1,000 printable characters; one of the words, where there are such."""
        text = _check_value(value, path)
        return _check_word(fold(text), self.words, path) if self.words else text

    def check_part(self, value: Any, path: str) -> str:
        """Return a text of up to 1,000 printable characters."""
        return _check_value(value, path)

    def contains(self, text: str) -> Condition:
        """Return the condition that the value holds a text somewhere.

        Args:
            text: Up to 1,000 printable characters.

        Raises:
            InvalidInput: It is no text, or unprintable.
            LimitExceeded: It is too long.

        Source:
            DOMAIN.md 3.8.
        """
        return Match(self, How.CONTAINS, _check_value(text, self.name))

    def starts_with(self, text: str) -> Condition:
        """Return the condition that the value begins with a text.

        Args:
            text: Up to 1,000 printable characters.

        Raises:
            InvalidInput: It is no text, or unprintable.
            LimitExceeded: It is too long.

        Source:
            DOMAIN.md 3.8.
        """
        return Match(self, How.STARTS, _check_value(text, self.name))


@attrs.frozen(eq=False)
class Id(Single[str]):
    """An id, compared character by character: its case counts, and so does the way in which its accents were typed.

    Args:
        words: The only values that there are; none given: any text.

    Source:
        DOMAIN.md 3.8, 3.9 (keys are case-sensitive).

    Example:
        >>> Id("customer_id", lambda record: record.customer_id) == "C-17"
        Compare(customer_id, '=', 'C-17')
    """

    kind: ClassVar[str] = "id"
    words: tuple[str, ...] = attrs.field(default=(), converter=_words, kw_only=True, repr=False)

    def check(self, value: Any, path: str) -> str:
        """Return a text of up to 1,000 printable characters; one of the words, where there are such."""
        return _check_word(_check_value(value, path), self.words, path)

    def check_part(self, value: Any, path: str) -> str:
        """Return a text of up to 1,000 printable characters."""
        return _check_value(value, path)

    def starts_with(self, text: str) -> Condition:
        """Return the condition that the value begins with a text.

        Args:
            text: Up to 1,000 printable characters.

        Raises:
            InvalidInput: It is no text, or unprintable.
            LimitExceeded: It is too long.

        Source:
            DOMAIN.md 3.8.
        """
        return Match(self, How.STARTS, _check_value(text, self.name))


@attrs.frozen(eq=False)
class Whole(Ordered[int]):
    """A whole number, such as points.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> Whole("points.active", lambda record: record.active) >= 500
        Compare(points.active, '>=', 500)
    """

    kind: ClassVar[str] = "whole"

    def check(self, value: Any, path: str) -> int:
        """Return a number of at most 63 bits; True is none."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInput(f"must be a whole number, not {type(value).__name__}", path=path)
        if abs(value) > WHOLE_MAX:
            raise LimitExceeded("is too large a number", path=path, limit=WHOLE_MAX)
        return int(value)

    def parse(self, text: str, path: str) -> int:
        """Return the number that a search string has."""
        if _WHOLE.fullmatch(text) is None:
            raise InvalidInput("must be a whole number such as 500", path=path)
        return self.check(int(text), path)


@attrs.frozen(eq=False)
class Amount(Ordered["Decimal | int"]):
    """An exact amount of money in the program's currency.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> Amount("spent", lambda record: record.spent) < 10
        Compare(spent, '<', Decimal('10'))
    """

    kind: ClassVar[str] = "amount"

    def check(self, value: Any, path: str) -> Decimal:
        """Return an amount; a float and a text are none."""
        if isinstance(value, str):
            raise InvalidInput("must be a Decimal or an int, not str", path=path)
        return check_amount(value, path)

    def read(self, value: Any, path: str) -> Decimal:
        """Return the amount of a text or a whole number."""
        return check_amount(value, path)

    def write(self, value: Any) -> str:
        """Return the amount as its shortest text."""
        return canonical(value)[1:-1]


@attrs.frozen(eq=False)
class Flag(Single[bool]):
    """Yes or no.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> Flag("is_member", lambda record: record.is_member).is_(True)
        Compare(is_member, '=', True)
    """

    kind: ClassVar[str] = "flag"

    def check(self, value: Any, path: str) -> bool:
        """Return a bool; 1 and 0 are none."""
        return check_flag(value, path)

    def parse(self, text: str, path: str) -> bool:
        """Return what yes, no, true or false says."""
        if text not in _FLAGS:
            raise InvalidInput("must be yes or no", path=path)
        return _FLAGS[text]


@attrs.frozen(eq=False)
class Instant(Ordered["datetime | date | Relative"]):
    """An instant; compared with an instant, or with a whole day in the program's zone.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> from loyalcore.query import weeks_ago
        >>> Instant("joined_at", lambda record: record.joined_at) >= weeks_ago(4)
        Compare(joined_at, '>=', Relative(count=-4, unit='w'))
    """

    kind: ClassVar[str] = "instant"

    def check(self, value: Any, path: str) -> datetime | date | Relative:
        """Return an aware instant in UTC, or a day."""
        if isinstance(value, datetime):
            return check_instant(value, path)
        return _check_day(value, path)

    def read(self, value: Any, path: str) -> datetime | date | Relative:
        """Return the instant or the day of a text."""
        return parse_instant(value, path) if isinstance(value, str) and "T" in value else parse_day(value, path)

    def write(self, value: Any) -> str:
        """Return the text of an instant or a day."""
        return _write_day(value)


@attrs.frozen(eq=False)
class Day(Ordered["date | Relative"]):
    """A date without a time, such as a birthday.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> Day("born_on", lambda record: record.born_on) == date(2000, 2, 29)
        Compare(born_on, '=', datetime.date(2000, 2, 29))
    """

    kind: ClassVar[str] = "day"

    def check(self, value: Any, path: str) -> date | Relative:
        """Return a date or a day counted from today; an instant is none."""
        return _check_day(value, path)

    def read(self, value: Any, path: str) -> date | Relative:
        """Return the day of a text."""
        return parse_day(value, path)

    def write(self, value: Any) -> str:
        """Return the text of a day."""
        return _write_day(value)


def _check_day(value: object, path: str) -> date | Relative:
    if isinstance(value, Relative):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return date(value.year, value.month, value.day)
    raise InvalidInput(f"must be a day, not {type(value).__name__}", path=path)


def _write_day(value: datetime | date | Relative) -> str:
    return str(value) if isinstance(value, Relative) else canonical(value)[1:-1]


@attrs.frozen(eq=False)
class TextSet(Field):
    """A set of texts, such as tags.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> TextSet("tags", lambda record: record.tags).has("vip")
        AnyOf(tags, ('vip',))
    """

    kind: ClassVar[str] = "texts"
    is_sortable: bool = attrs.field(default=False, init=False)

    def __eq__(self, other: Never) -> NoReturn:  # type: ignore[override]
        raise InvalidInput("is a set of texts: write has(...) or any_of([...])", path=self.name)

    def __ne__(self, other: Never) -> NoReturn:  # type: ignore[override]
        raise InvalidInput("is a set of texts: write ~has(...) or ~any_of([...])", path=self.name)

    def __hash__(self) -> int:
        return object.__hash__(self)

    def check(self, value: Any, path: str) -> str:
        """Return one text of the set."""
        return _check_value(value, path)

    def has(self, text: str) -> Condition:
        """Return the condition that the set holds a text.

        Args:
            text: Up to 1,000 printable characters.

        Raises:
            InvalidInput: It is no text, or unprintable.
            LimitExceeded: It is too long.

        Source:
            DOMAIN.md 3.8.
        """
        return AnyOf(self, (_check_value(text, self.name),))

    def any_of(self, texts: Iterable[str]) -> Condition:
        """Return the condition that the set holds at least one of these; of none it never does.

        Args:
            texts: At most 500 texts.

        Raises:
            InvalidInput: It is no list, or one is no text.
            LimitExceeded: There are too many, or one is too long.

        Source:
            DOMAIN.md 3.8.
        """
        return AnyOf(self, listed(texts, self.name, _check_value))

    def all_of(self, texts: Iterable[str]) -> Condition:
        """Return the condition that the set holds each of these; of none it always does.

        Args:
            texts: At most 50 texts, each of which counts as a clause.

        Raises:
            InvalidInput: It is no list, or one is no text.
            LimitExceeded: There are too many, or one is too long.

        Source:
            DOMAIN.md 3.8.
        """
        return every_of([AnyOf(self, (text,)) for text in listed(texts, self.name, _check_value)])


@attrs.frozen(eq=False)
class Attribute(Text):
    """One attribute of a table; `TextMap` makes it, and its column is the table's.

    Args:
        key: The name of the attribute, such as `color`.

    Source:
        DOMAIN.md 3.8, 3.9.
    """

    key: str = attrs.field(kw_only=True)


@attrs.frozen(eq=False)
class TextMap(Field):
    """A table of attributes, each of which is a text.

    Source:
        DOMAIN.md 3.8, 3.9.

    Example:
        >>> TextMap("attributes", lambda record: record.attributes)["shoe-size"] == "42"
        Compare(attributes.shoe-size, '=', '42')
    """

    kind: ClassVar[str] = "attributes"
    is_sortable: bool = attrs.field(default=False, init=False)

    def check(self, value: Any, path: str) -> str:
        """Refuse every value: a table is asked by the name of an attribute."""
        raise InvalidInput(f"must be followed by the name of an attribute: {self.name}.NAME", path=path)

    def __getitem__(self, key: str) -> Attribute:
        if not isinstance(key, str) or _ATTRIBUTE.fullmatch(key) is None:
            raise InvalidInput("must be a name of a-z, 0-9, _, . and -, at most 64 of them", path=self.name)
        key, get = str.__str__(key), self.get
        return Attribute(
            f"{self.name}.{key}",
            lambda record: (get(record) or {}).get(key),
            is_personal=self.is_personal,
            is_sortable=False,
            moves=self.moves,
            column=self.column,
            key=key,
        )
