"""What the entries tell: the account they add up to, a first difference, and where each point came from and went."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import attrs

from loyalcore.domain.ledger._entry import Entry
from loyalcore.domain.ledger._kernel import Account
from loyalcore.domain.ledger._records import ledger_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger._ledger import Ledger


class Difference(NamedTuple):
    """The first place where what is stored is not what the entries add up to."""

    where: str
    recomputed: object
    stored: object


@attrs.frozen(kw_only=True)
class Verification:
    """The answer of `verify`.

    Args:
        entries: How many entries were added up.
        difference: The first difference found; None where everything agrees.
    """

    entries: int
    difference: Difference | None = None

    @property
    def is_ok(self) -> bool:
        """Whether what is stored is what the entries add up to."""
        return self.difference is None


def fold(entries: Iterable[Entry]) -> Account:
    """Add entries up, from an empty account."""
    account = Account()
    for entry in entries:
        account.apply(entry)
    return account


def verify(entries: Iterable[Entry], stored: Ledger | None, ref: LedgerRef) -> Verification:
    """Recompute a ledger from its entries and name the first difference from what is stored.

    Args:
        entries: All entries of the ledger in order.
        stored: The ledger as stored, None where there is none.
        ref: The ledger's name.

    Source: DOMAIN 3.2.
    """
    account = Account()
    for count, entry in enumerate(entries, start=1):
        if entry.seq != count:
            return Verification(entries=count, difference=Difference("entries.seq", count, entry.seq))
        try:
            account.apply(entry)
        except KeyError as missing:
            where = f"entries[{entry.seq}].draws"
            return Verification(entries=count, difference=Difference(where, f"no open {missing.args[0]}", "named"))
        spoiled = next((lot for lot in account.lots.values() if lot.free < 0 or lot.held < 0), None)
        if spoiled is not None:
            where = f"entries[{entry.seq}].lots[{spoiled.lot}]"
            return Verification(entries=count, difference=Difference(where, min(spoiled.free, spoiled.held), 0))
    if stored is None:
        missing_head = None if not account.seq else Difference("ledger", f"{account.seq} entries", None)
        return Verification(entries=account.seq, difference=missing_head)
    recomputed = ledger_of(account, ref, stored.version)
    return Verification(entries=account.seq, difference=_first_difference(recomputed, stored))


def _first_difference(recomputed: Ledger, stored: Ledger) -> Difference | None:
    for field in attrs.fields(type(stored)):
        if field.name == "at":
            continue
        mine, theirs = getattr(recomputed, field.name), getattr(stored, field.name)
        if mine == theirs:
            continue
        if field.name in {"lots", "holds", "debts"} and len(mine) == len(theirs):
            return next(
                Difference(f"{field.name}[{index}]", one, other)
                for index, (one, other) in enumerate(zip(mine, theirs, strict=True))
                if one != other
            )
        return Difference(field.name, mine, theirs)
    return None


class Use(NamedTuple):
    """Points of a lot that an entry moved."""

    entry: Entry
    points: int


@attrs.frozen(kw_only=True)
class LotStory:
    """Where the points of a lot came from, and where they went.

    Args:
        lot: The lot's number.
        points: The points it was made with.
        granted_by: The entry that made it: with its order, rule and program version.
        uses: What was taken from it, given back to it or activated, in order.
    """

    lot: int
    points: int
    granted_by: Entry
    uses: tuple[Use, ...] = ()


def explain(entries: Iterable[Entry]) -> tuple[LotStory, ...]:
    """Trace every point of a ledger: from the order, rule and program version that granted it to where it went.

    Args:
        entries: All entries of the ledger in order.

    Source: DOMAIN 3.2 (why).
    """
    stories: dict[int, tuple[Entry, int, list[Use]]] = {}
    for entry in entries:
        for new in entry.lots:
            stories[new.lot] = (entry, new.points, [])
        for number, points in entry.draws:
            stories[number][2].append(Use(entry, points))
        for _debt, number, points in entry.settled:
            if number:
                stories[number][2].append(Use(entry, abs(points)))
    return tuple(
        LotStory(lot=lot, points=points, granted_by=granted_by, uses=tuple(uses))
        for lot, (granted_by, points, uses) in stories.items()
    )
