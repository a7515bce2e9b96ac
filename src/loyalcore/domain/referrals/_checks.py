"""What the settings of a referral program accept: each check returns the value, or says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from loyalcore.values.checks import Check

ID_MAX: Final = 64
COUNT_MAX: Final = 1_000_000_000


def check_id(value: object, path: str) -> str:
    """Return the id of a part of a referral program, 1 to 64 printable characters."""
    return check_text(value, path, length_max=ID_MAX)


def counts(least: int, most: int = COUNT_MAX) -> Check:
    """Give the check of a whole number in a range."""

    def check(value: object, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidInput(f"must be a whole number, not {type(value).__name__}", path=path)
        if value < least:
            raise InvalidInput(f"must be at least {least}", path=path)
        if value > most:
            raise LimitExceeded("is too many", path=path, limit=most)
        return int(value)

    return check


def list_of(kind: type[Any], most: int) -> Check:
    """Give the check of a list of values of one class, no two of them with the same id."""

    def check(value: object, path: str) -> tuple[Any, ...]:
        if not isinstance(value, tuple | list):
            raise InvalidInput(f"must be a tuple of {kind.__name__}, not {type(value).__name__}", path=path)
        if len(value) > most:
            raise LimitExceeded("holds too many", path=path, limit=most)
        faults = [
            Fault(f"{path}[{index}]", f"must be a {kind.__name__}, not {type(each).__name__}")
            for index, each in enumerate(value)
            if not isinstance(each, kind)
        ]
        if faults := faults or [*repeated(value, path)]:
            raise InvalidDocument(faults)
        return tuple(value)

    return check


def repeated(values: Iterable[Any], path: str) -> Iterator[Fault]:
    """Name those of some values that repeat an id; None stands for one with faults of its own."""
    seen: set[str] = set()
    for index, each in enumerate(values):
        if each is not None:
            if each.id in seen:
                yield Fault(f"{path}[{index}].id", "is the id of an earlier one; ids are unique")
            seen.add(each.id)


def window_faults(starts_at: datetime | None, ends_at: datetime | None) -> Iterator[Fault]:
    """Name what is wrong with a window whose ends are right in themselves."""
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        yield Fault("ends_at", "must be after starts_at")


def refuse(faults: list[Fault], contradictions: Iterable[Fault]) -> None:
    """Raise the faults of a value, and those of its contradictions that stand where no other fault does."""
    wrong = {fault.path for fault in faults}
    if found := faults + [fault for fault in contradictions if fault.path not in wrong]:
        raise InvalidDocument(found)
