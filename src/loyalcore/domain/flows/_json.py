"""The JSON form of commands: instants and dates as ISO texts, money as text, and nothing that is guessed.

A value is read by the type that its field is annotated with; what is not of that type is left as it is, for the
command itself to refuse under the field's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.flows._decide import COMMANDS
from loyalcore.domain.orders import Cart, cart_document, read_cart
from loyalcore.errors import Fault, InvalidInput
from loyalcore.values.clock import parse_instant
from loyalcore.values.hints import did_you_mean
from loyalcore.values.money import check_amount

if TYPE_CHECKING:
    from loyalcore.domain.flows._decide import Command

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN_MAX: Final = 40


def to_json(command: Command) -> dict[str, Any]:
    """Write a command as a JSON object: its name under `command`, and each field that is not its default.

    Args:
        command: The command.

    Returns:
        Texts, whole numbers, lists, nulls, and documents as they are; `from_json` gives the command again.

    Raises:
        InvalidInput: It is no command.

    Source: HOUSE 1 (a command has a JSON form).

    Example:
        >>> from loyalcore.domain.ledger import Award
        >>> to_json(Award("ada", 120, reason="welcome", key="w-1"))
        {'command': 'points.award', 'customer_id': 'ada', 'points': 120, 'key': 'w-1', 'reason': 'welcome'}
    """
    if type(command) not in COMMANDS.values():
        raise InvalidInput(f"not a command: {type(command).__name__}", path="command")
    data: dict[str, Any] = {"command": command.name}
    for field in attrs.fields(type(command)):
        value = getattr(command, field.name)
        if value != field.default:
            data[field.name] = json.loads(value) if field.type == "Document" else _written(value)
    return data


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Cart):
        return cart_document(value)
    return [_written(each) for each in value] if isinstance(value, tuple) else value


def from_json(data: object) -> Command:
    """Read a command from its JSON form.

    Args:
        data: A mapping with the command's name under `command` and its fields by their names.

    Returns:
        The command.

    Raises:
        InvalidInput: It is no mapping, names no command, has a name that is no field of it or lacks a required one, or
            holds a value of the wrong type or out of range; `path` is the field.
        LimitExceeded: A text or an amount beyond its limit.

    Source: HOUSE 1 (a command has a JSON form).

    Example:
        >>> from_json({"command": "customers.register", "customer_id": "ada"})
        Register(customer_id='ada')
    """
    if not isinstance(data, Mapping):
        raise InvalidInput('give a mapping such as {"command": "points.award", …}', path="")
    if "command" not in data:
        raise InvalidInput("is required: the command's name, such as points.award", path="command")
    kind = command_kind(data["command"], "command")
    fields = {name: value for name, value in data.items() if name != "command"}
    for fault in name_faults(fields, command_fields(kind), ""):
        raise InvalidInput(fault.message, path=fault.path)
    types = {field.name: str(field.type) for field in attrs.fields(kind)}
    command: Command = kind(**{name: read_value(types[name], value, name) for name, value in fields.items()})
    return command


def command_kind(name: object, path: str) -> type[Any]:
    """Find the class of a command by its name.

    Raises:
        InvalidInput: There is none of that name.
    """
    kind = COMMANDS.get(str.__str__(name)) if isinstance(name, str) else None
    if kind is not None:
        return kind
    raise InvalidInput(f"is no command{did_you_mean(name, COMMANDS)}", path=path)


def command_fields(kind: type[Any]) -> dict[str, bool]:
    """Name the fields of a command's class, and whether each is required."""
    return {field.name: field.default is attrs.NOTHING for field in attrs.fields(kind)}


def name_faults(given: Mapping[Any, Any], known: Mapping[str, bool], path: str) -> list[Fault]:
    """Name what is given and unknown, and what is required and not given.

    Args:
        given: The names given.
        known: The names known, and whether each is required.
        path: Where they stand, for the message.
    """
    faults = []
    for name in given:
        if name not in known:
            shown = ascii(name)[1:-1][:_SHOWN_MAX] if isinstance(name, str) else type(name).__name__
            faults.append(Fault(_under(path, shown), f"is no name here{did_you_mean(name, known)}"))
    missing = [name for name, is_required in known.items() if is_required and name not in given]
    return faults + [Fault(_under(path, name), "is required") for name in missing]


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def read_value(annotation: str, value: object, path: str) -> Any:
    """Read a JSON value by the annotated type of what takes it.

    Args:
        annotation: Such as `datetime | None`; what is of no known type stays as it is.
        value: What a JSON or TOML reader gave.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: A text that is no instant, date or amount where one is meant.
        LimitExceeded: An amount of too many digits.
    """
    read = next((_READERS[kind] for kind in annotation.split(" | ") if kind in _READERS), None)
    return value if read is None or value is None else read(value, path)


def _day(value: object, path: str) -> date:
    if not isinstance(value, str):
        raise InvalidInput(f"must be a text, not {type(value).__name__}", path=path)
    if _DAY.fullmatch(value) is None:
        raise InvalidInput("must be a date such as 2026-12-31", path=path)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput("names a day that does not exist", path=path) from None


def _texts(value: object, path: str) -> object:
    return tuple(value) if isinstance(value, list) else value


_READERS: Final[dict[str, Callable[[object, str], Any]]] = {
    "datetime": parse_instant,
    "date": _day,
    "Decimal": check_amount,
    "Cart": read_cart,
    "tuple[str, ...]": _texts,
}
