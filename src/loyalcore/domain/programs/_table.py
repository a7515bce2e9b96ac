"""The table: one table of a document while it is read, with the faults that are found on the way.

Reading goes on after a fault, so that all of them are found at once: a setting with a fault counts as not said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.checks import fault_of
from loyalcore.values.hints import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Read = Callable[[object, str], Any]

_SHOWN_MAX: Final = 40
_INDEX = re.compile(r"\[([0-9]+)\]")


class Table:
    """A table of a document that is being read; its faults go to the one list of the document."""

    def __init__(self, values: object, path: str, faults: list[Fault], keys: Mapping[str, Read]) -> None:
        self.path = path
        self.faults = faults
        self.keys = keys
        self.wrong: set[str] = set()
        self.values: Mapping[Any, Any] = {}
        if isinstance(values, Mapping):
            self.values = values
            faults += [self._unknown(key) for key in values if key not in keys]
        else:
            faults.append(Fault(path, f"must be a table, not {kind_of(values)}"))
            self.wrong.update(keys)

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _unknown(self, key: object) -> Fault:
        if not isinstance(key, str):
            return Fault(self.path, f"has a key that is no text but {kind_of(key)}")
        shown = ascii(key[:_SHOWN_MAX])[1:-1]
        return Fault(self.at(shown), f"is no key of this table{did_you_mean(shown, self.keys)}")

    def read(self, key: str, default: Any = None) -> Any:
        """Return a setting; the default where it is not said or has a fault."""
        if key not in self.values:
            return default
        try:
            return self.keys[key](self.values[key], self.at(key))
        except (InvalidInput, LimitExceeded) as error:
            self.faults.append(fault_of(error))
            self.wrong.add(key)
            return default

    def need(self, key: str) -> Any:
        """Return a setting that must be said; None where it is not or has a fault."""
        if key not in self.values and key not in self.wrong:
            self.faults.append(Fault(self.at(key), "is required"))
            self.wrong.add(key)
        return self.read(key)

    def tables(self, key: str, keys: Mapping[str, Read], form: str) -> list[Table]:
        """Return the tables of a list of tables."""
        items = self.values.get(key, [])
        if isinstance(items, list | tuple):
            return [Table(item, f"{self.at(key)}[{index}]", self.faults, keys) for index, item in enumerate(items)]
        self.faults.append(Fault(self.at(key), f"must be a list of tables: {form}"))
        self.wrong.add(key)
        return []

    def adopt(self, error: InvalidDocument, places: Sequence[int] = ()) -> None:
        """Take the faults of a value built from this table; `places` says which of its levels are which of ours."""
        for path, message in error.faults:
            here = _INDEX.sub(lambda match: f"[{places[int(match[1])]}]", path) if places else path
            self.faults.append(Fault(self.at(here), message))


def kind_of(value: object) -> str:
    """Say what a value of a document is, in words."""
    return {dict: "a table", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(
        type(value), f"{type(value).__name__}"
    )


def choice(kind: type[Enum]) -> Read:
    """Return what reads one of the values of an enumeration."""
    values = {each.value: each for each in kind}

    def read(value: object, path: str) -> Enum:
        if isinstance(value, str):
            if value in values:
                return values[value]
            hint = did_you_mean(value, values)
        else:
            hint = f", not {kind_of(value)}"
        raise InvalidInput(f"must be one of {', '.join(values)}{hint}", path=path)

    return read


def as_it_is(value: object, path: str) -> Any:
    """Return a value that is judged later."""
    return value


def exact(value: object, path: str) -> Any:
    """Say of a float how to write it, where money or points are meant; all else is judged by the rule that it is of."""
    if value is None:
        raise InvalidInput("must not be null: leave it out", path=path)
    if isinstance(value, float):
        raise InvalidInput(
            'must not be a float: write money as text, such as "1.50", and points as a whole number', path=path
        )
    return value
