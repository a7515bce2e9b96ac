"""What a step expects against what was answered: partial for objects, in full for lists, exact for values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple

import attrs

from loyalcore.errors import Fault, InvalidInput, LimitExceeded, LoyaltyError
from loyalcore.values.clock import parse_instant
from loyalcore.values.hints import did_you_mean
from loyalcore.values.money import check_amount

_PART = re.compile(r"(?:^|(?<!^)\.)([A-Za-z0-9][A-Za-z0-9_-]*)|\[([0-9]{1,9})\]")
_SHOWN_MAX: Final = 300


class Difference(NamedTuple):
    """One place where an answer is not what a step expects; both sides as they are shown."""

    path: str
    expected: str
    actual: str


class NotThereError(LookupError):
    """An answer has no such part; the message says what it has instead."""


def parse_path(path: str) -> tuple[str | int, ...] | None:
    """Take a path such as `entries[0].points` apart; None where it is none."""
    parts: list[str | int] = []
    end = 0
    for match in _PART.finditer(path):
        if match.start() != end:
            return None
        end = match.end()
        parts.append(match[1] if match[1] is not None else int(match[2]))
    return tuple(parts) if parts and end == len(path) else None


def expectation_faults(expected: Any, path: str) -> Iterator[Fault]:
    """Name what can never be expected: floats, and paths that are none."""
    if isinstance(expected, float):
        yield Fault(path, 'must not be a float: write money as text, such as "1.50", and points as an int')
    elif isinstance(expected, Mapping):
        for name, each in expected.items():
            if not isinstance(name, str) or parse_path(name) is None:
                yield Fault(path, f"{ascii(name)[:40]} is no path; write it like hold.id or entries[0].points")
            else:
                yield from expectation_faults(each, f"{path}.{name}")
    elif isinstance(expected, list):
        for index, each in enumerate(expected):
            yield from expectation_faults(each, f"{path}[{index}]")


@attrs.frozen
class Matcher:
    """Compares what is expected with what was answered.

    Args:
        mark: What a run puts before the ids of its file; it is taken off every text that was answered.
    """

    mark: str = ""

    def differences(self, expected: Any, actual: Any, path: str = "") -> Iterator[Difference]:
        """Name the places that differ, in the order of what is expected."""
        if isinstance(expected, Mapping):
            for name, each in expected.items():
                here = f"{path}.{name}" if path and not name.startswith("[") else f"{path}{name}"
                try:
                    found = self.find(actual, name)
                except NotThereError as missing:
                    yield Difference(here, show(each), str(missing))
                else:
                    yield from self.differences(each, found, here)
        elif isinstance(expected, list):
            yield from self._list_differences(expected, actual, path)
        elif not self._is_equal(expected, actual):
            yield Difference(path, show(expected, self.mark), show(actual, self.mark))

    def _list_differences(self, expected: list[Any], actual: Any, path: str) -> Iterator[Difference]:
        if not isinstance(actual, list | tuple):
            yield Difference(path, show(expected), show(actual, self.mark))
            return
        for index, (each, found) in enumerate(zip(expected, actual, strict=False)):
            yield from self.differences(each, found, f"{path}[{index}]")
        if len(expected) != len(actual):
            yield Difference(path, _count(expected), f"{_count(actual)}: {show(actual, self.mark)}")

    def find(self, actual: Any, path: str) -> Any:
        """Follow a path into an answer.

        Raises:
            NotThereError: There is no such part.
        """
        if isinstance(actual, Mapping) and path in actual:
            return actual[path]
        for part in parse_path(path) or ():
            if isinstance(part, int):
                if not isinstance(actual, list | tuple):
                    raise NotThereError(f"no list, but {show(actual, self.mark)}")
                if part >= len(actual):
                    raise NotThereError(f"a list of {len(actual)}")
                actual = actual[part]
            else:
                actual = _part(actual, part, self.mark)
        return actual

    def value(self, actual: Any) -> Any:
        """Give an answer as a JSON value, as a later step may use it: the mark stays, because ids hold each other."""
        return _plain(actual, "")

    def _is_equal(self, expected: Any, actual: Any) -> bool:
        if isinstance(actual, Enum):
            actual = actual.value
        if isinstance(actual, datetime):
            return _reads_as(parse_instant, expected, actual)
        if isinstance(actual, Decimal):
            return not isinstance(expected, bool) and _reads_as(check_amount, expected, actual)
        plain, expected = _plain(actual, self.mark), _plain(expected, self.mark)
        return type(plain) is type(expected) and bool(plain == expected)


def _reads_as(read: Any, expected: Any, actual: Any) -> bool:
    try:
        return bool(read(expected, "expect") == actual)
    except (InvalidInput, LimitExceeded):
        return False


def _count(items: list[Any] | tuple[Any, ...]) -> str:
    return "1 item" if len(items) == 1 else f"{len(items)} items"


def _part(actual: Any, name: str, mark: str) -> Any:
    names = part_names(actual)
    if name in names:
        try:
            return actual[name] if isinstance(actual, Mapping) else getattr(actual, name)
        except LookupError as missing:
            raise NotThereError(str(missing.args[0]) if missing.args else "not there") from None
    if not names:
        raise NotThereError(f"nothing under that name in {show(actual, mark)}")
    raise NotThereError("no such name" + (did_you_mean(name, names) or f" among {', '.join(names)}"))


def part_names(actual: Any) -> list[str]:
    """Name the parts of an answer: keys, fields and properties."""
    if isinstance(actual, Mapping):
        return [str(name) for name in actual]
    if isinstance(actual, LoyaltyError):
        return [*actual.details]
    return names_of_kind(type(actual))


def names_of_kind(kind: type[Any]) -> list[str]:
    """Name the parts of an answer of a class: fields and properties."""
    fields = [field.name for field in attrs.fields(kind)] if attrs.has(kind) else [*getattr(kind, "_fields", ())]
    if fields:
        fields += [name for name in dir(kind) if isinstance(getattr(kind, name, None), property) and name not in fields]
    return [name for name in fields if not name.startswith("_")]


def show(value: Any, mark: str = "") -> str:
    """Write a value as JSON, cut short where it is long."""
    text = json.dumps(_plain(value, mark), ensure_ascii=True)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"


def _plain(value: Any, mark: str) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return value.replace(mark, "") if mark else value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date | Decimal):
        return _text_of(value)
    if isinstance(value, list | tuple | set | frozenset) and not hasattr(value, "_fields"):
        return [_plain(each, mark) for each in value]
    parts = _fields_of(value)
    if parts is None:
        return f"<{type(value).__name__}>"
    return {name: _plain(each, mark) for name, each in parts.items()}


def _text_of(value: datetime | date | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    return value.isoformat()


def _fields_of(value: Any) -> dict[str, Any] | None:
    """Give what an object is made of, None for what has no parts."""
    if isinstance(value, Mapping):
        return {str(name): each for name, each in value.items()}
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    return dict(value._asdict()) if hasattr(value, "_asdict") else None
