"""What a step may name: the methods of the facade by their own paths, and questions to the program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from loyalcore.domain.flows import from_json, read_value
from loyalcore.services import (
    Bulk,
    Customers,
    Entries,
    Orders,
    Outbox,
    Points,
    ReferralCodes,
    Referrals,
    Segments,
    Tiers,
)
from loyalcore.testing.scenarios._questions import QUESTIONS, Asked

_QUESTIONS: Final = frozenset(
    {
        "customers.count",
        "customers.get",
        "customers.membership",
        "customers.page",
        "entries.count",
        "entries.page",
        "orders.count",
        "orders.get",
        "orders.page",
        "orders.quote",
        "outbox.waiting",
        "points.balance",
        "points.entries",
        "points.explain",
        "points.schedule",
        "points.verify",
        "referral_codes.get",
        "referral_codes.page",
        "referrals.count",
        "referrals.get",
        "referrals.link",
        "referrals.page",
        "segments.count",
        "segments.get",
        "segments.has",
        "segments.page",
        "tiers.report",
    },
)


_NO_STEPS: Final = frozenset(
    {
        "customers.stream",
        "entries.stream",
        "orders.stream",
        "outbox.deliver",
        "outbox.retry",
        "outbox.set_aside",
        "points.post_many",
        "referral_codes.stream",
        "referrals.stream",
        "segments.all",
    }
)
"""What no step names: many commands, rows one by one, delivery, and what others have saved in the same store."""
_CALLED: Final = frozenset({"each", "progress"})
"""Parameters that take a function, which no file can write."""

_PARTS: Final = {
    "bulk": Bulk,
    "customers": Customers,
    "entries": Entries,
    "orders": Orders,
    "outbox": Outbox,
    "points": Points,
    "referral_codes": ReferralCodes,
    "referrals": Referrals,
    "segments": Segments,
    "tiers": Tiers,
}


@attrs.frozen(kw_only=True)
class Door:
    """One path that a step may name.

    Args:
        call: What is called, with whom it speaks to and the named values.
        types: The annotated type of each parameter.
        parameters: Each parameter, and whether it is required.
        is_question: Whether it only asks.
        takes_command: Whether its one value is a command in its JSON form.
    """

    call: Callable[..., Any]
    types: Mapping[str, str] = attrs.field(factory=dict)
    parameters: Mapping[str, bool] = attrs.field(factory=dict)
    is_question: bool = False
    takes_command: bool = False

    def answer(self, asked: Asked, values: Mapping[str, Any]) -> Any:
        """Read the values by their types and ask.

        Raises:
            LoyaltyError: What the values or the method raise.
        """
        if self.takes_command:
            return self.call(asked, from_json(values))
        return self.call(asked, **{name: read_value(self.types[name], value, name) for name, value in values.items()})


def _door(call: Callable[..., Any], signed: Callable[..., Any], *, is_question: bool) -> Door:
    """Make a door of a function; its first parameter is whom it speaks to."""
    parameters = [each for each in [*inspect.signature(signed).parameters.values()][1:] if each.name not in _CALLED]
    return Door(
        call=call,
        types={each.name: str(each.annotation) for each in parameters},
        parameters={each.name: each.default is inspect.Parameter.empty for each in parameters},
        is_question=is_question,
    )


def _of_facade(part: str, name: str) -> Callable[..., Any]:
    return lambda asked, **values: getattr(getattr(asked.shop, part), name)(**values)


def _facade_doors() -> dict[str, Door]:
    doors = {}
    for part, kind in _PARTS.items():
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            path = f"{part}.{name}"
            if not name.startswith("_") and path not in _NO_STEPS:
                doors[path] = _door(_of_facade(part, name), method, is_question=path in _QUESTIONS)
    return doors


def _preview(asked: Asked, command: Any) -> Any:
    return asked.shop.preview(command)


def _run(asked: Asked, command: Any) -> Any:
    return asked.shop.run(command)


DOORS: Final[dict[str, Door]] = {
    **_facade_doors(),
    "preview": Door(call=_preview, is_question=True, takes_command=True),
    "run": Door(call=_run, takes_command=True),
    **{path: _door(ask, ask, is_question=True) for path, ask in QUESTIONS.items()},
}
"""Every path that a step may name."""
