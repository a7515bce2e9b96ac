"""The climb: how the standings of one holder follow what is measured, under every version of the program.

What is measured along the way is noted for each version that has tiers, because another version may measure something
else; up to the instant from which a version applies the one before it decides.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import OrderFigures, PointFigures
from loyalcore.domain.flows._figures import MEASURES
from loyalcore.domain.tiers import Anchor, Measure, advance, next_change, switched
from loyalcore.errors import InvalidInput
from loyalcore.values.clock import NEVER, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from loyalcore.domain.customers import Customer, Membership, Standing
    from loyalcore.domain.ledger import Account
    from loyalcore.domain.programs import Program
    from loyalcore.domain.tiers import TierSet

    Amount = int | Decimal
    Notes = list[tuple[int, Amount]]
    Functions = Mapping[str, Callable[[PointFigures, OrderFigures], Any]]

_OF_ACCOUNT: Final[dict[Measure, Callable[[Account | PointFigures], int]]] = {
    Measure.POINTS_EARNED: lambda account: account.earned,
    Measure.ACTIVE_BALANCE: lambda account: account.active,
}


def figures_of(account: Account | PointFigures) -> PointFigures:
    """Return the figures of an account."""
    return PointFigures(
        active=account.active,
        pending=account.pending,
        held=account.held,
        spent=account.spent,
        expired=account.expired,
        reversed=account.reversed,
        deficit=account.deficit,
        awarded=account.awarded,
        earned=account.earned,
    )


def day_of(text: str | None) -> date | None:
    """Return the day that an attribute names, None where it names none."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


class Climb:
    """The tiers of one holder while something is booked.

    Args:
        program: The program, in the version that decides.
        orders: The figures of the orders.
        functions: The measures that are the host's functions, by name.
    """

    def __init__(self, program: Program, orders: OrderFigures, functions: Functions) -> None:
        self.program = program
        self.orders = orders
        self._functions = functions
        self._versions: tuple[Program, ...] = program.versions or (program,)
        self._notes: dict[tuple[str, int], Notes] = {}
        self._base: dict[tuple[str, int], Amount] = {}

    def sets(self, ledger: str) -> list[TierSet | None]:
        """Give the tiers of a ledger in each version."""
        return [version.tiers_of(ledger) for version in self._versions]

    def by_orders(self) -> list[str]:
        """Name the ledgers whose tiers orders move."""
        names = dict.fromkeys(["", *(name for version in self._versions for name in version.ledger_tiers)])
        return [
            name
            for name in names
            if any(each is not None and each.measure not in _OF_ACCOUNT for each in self.sets(name))
        ]

    # What is measured -----------------------------------------------------------------------------------------------

    def open(self, ledger: str, account: Account) -> Callable[[Account], None] | None:
        """Begin to follow a ledger, as it was before anything is booked; give what is to be told of each entry."""
        listeners = []
        for index, tiers in enumerate(self.sets(ledger)):
            measure = None if tiers is None else self._of_account(tiers)
            if measure is not None:
                notes = self._notes.setdefault((ledger, index), [])
                listeners.append(partial(_note, notes, measure))
        self.rebase(ledger, account)
        if len(listeners) < 2:
            return listeners[0] if listeners else None

        def tell(account: Account) -> None:
            for listener in listeners:
                listener(account)

        return tell

    def rebase(self, ledger: str, account: Account | PointFigures) -> None:
        """Take what is measured now as what was measured before all that comes."""
        if len(self._versions) > 1:
            for index, tiers in enumerate(self.sets(ledger)):
                if tiers is not None:
                    self._base[ledger, index] = self.value(tiers, account)

    def _of_account(self, tiers: TierSet) -> Callable[[Account], Amount] | None:
        """Give what measures an account after each entry; None where entries do not move the measure."""
        if tiers.measure is Measure.FUNCTION:
            return lambda account: self.value(tiers, account)
        return _OF_ACCOUNT.get(tiers.measure)

    def value(self, tiers: TierSet, account: Account | PointFigures) -> Amount:
        """Give the measure of a tier set since the beginning.

        Raises:
            InvalidInput: A function of the host's gave no exact number.
        """
        if tiers.measure in _OF_ACCOUNT:
            return _OF_ACCOUNT[tiers.measure](account)
        if tiers.measure in MEASURES:
            return MEASURES[tiers.measure](self.orders)
        name = str(tiers.function)
        answer = self._functions[name](figures_of(account), self.orders)
        if isinstance(answer, bool) or not isinstance(answer, int | Decimal):
            raise InvalidInput(f"must give an int or a Decimal, not {type(answer).__name__}", path=name)
        if isinstance(answer, Decimal) and not answer.is_finite():
            raise InvalidInput("must give a finite number", path=name)
        return answer

    def note(self, ledger: str, at: int, value: Amount) -> None:
        """Note a value that no ledger holds, in the version that decides."""
        index = self._versions.index(self.program) if len(self._versions) > 1 else 0
        self._notes.setdefault((ledger, index), []).append((at, value))

    def count(self, ledger: str, account: Account) -> None:
        """Note what the figures of the orders have come to by the instant of an account."""
        for index, tiers in enumerate(self.sets(ledger)):
            if tiers is not None and tiers.measure not in _OF_ACCOUNT:
                self._notes.setdefault((ledger, index), []).append((account.at, self.value(tiers, account)))

    def forget(self) -> None:
        """Drop what was noted and not followed yet."""
        for notes in self._notes.values():
            notes.clear()

    def first_at(self, ledger: str) -> int | None:
        """When the first of what is noted happened."""
        found = [notes[0][0] for (name, _), notes in self._notes.items() if name == ledger and notes]
        return min(found, default=None)

    # What it comes to -----------------------------------------------------------------------------------------------

    def follow(
        self, ledger: str, standing: Standing, known: datetime | None, joined: datetime | None, to: int
    ) -> Standing:
        """Move a standing to an instant, by what was noted since.

        Who joins later than the first booking counts from that one on until then, whether it was written down
        meanwhile or not; so does what is booked by a clock that goes behind the one that the joining was told by.

        Args:
            ledger: The ledger whose tiers they are.
            standing: Where the member stood.
            known: When the program first heard of the member.
            joined: When the member joined, if so.
            to: The instant, in microseconds since 1970.
        """
        begun = 0
        if known is not None and joined is not None and known < joined:
            begun = min(to_micros(joined), to + 1)
            standing = self._moved(ledger, standing, known, 0, begun - 1)
        if begun <= to:
            standing = self._moved(ledger, standing, joined or known, begun, to)
        for (name, index), notes in self._notes.items():
            if name == ledger and notes:
                self._base[ledger, index] = notes[-1][1]
                notes.clear()
        return standing

    def _moved(self, ledger: str, standing: Standing, since: datetime | None, begun: int, to: int) -> Standing:
        """Move a standing from one instant to another."""
        if len(self._versions) > 1:
            return self._through_versions(ledger, standing, since, begun, to)
        return self._within(0, ledger, standing, since, begun, to)

    def _through_versions(
        self, ledger: str, standing: Standing, since: datetime | None, begun: int, to: int
    ) -> Standing:
        zone, sets = self.program.zone, self.sets(ledger)
        index = self._index(standing)
        while index + 1 < len(self._versions) and (until := self._from(index + 1)) <= to:
            standing = self._within(index, ledger, standing, since, begun, until - 1)
            earlier = [value for at, value in self._notes.get((ledger, index + 1), ()) if at < until]
            value = earlier[-1] if earlier else self._base.get((ledger, index + 1))
            if sets[index] != sets[index + 1]:
                standing = switched(standing, sets[index], sets[index + 1], zone, since, until, value)
            index, begun = index + 1, until
        after = self._within(index, ledger, standing, since, begun, to)
        version = self._versions[index].version if index else 0
        is_new = any(sets) and after.version != version
        return attrs.evolve(after, version=version) if is_new else after

    def _within(
        self, index: int, ledger: str, standing: Standing, since: datetime | None, begun: int, to: int
    ) -> Standing:
        """Move a standing on under one version."""
        tiers = self._versions[index].tiers_of(ledger)
        if tiers is None:
            return standing
        notes = [(at, value) for at, value in self._notes.get((ledger, index), ()) if begun <= at <= to]
        return advance(standing, tiers, self.program.zone, since, notes, to)

    def _index(self, standing: Standing) -> int:
        """Which version a standing was last worked out under; the first where that one is not here."""
        numbers = [version.version for version in self._versions]
        return numbers.index(standing.version) if standing.version in numbers else 0

    def _from(self, index: int) -> int:
        """From when a version applies that is not the first."""
        applies_from = self._versions[index].applies_from
        return NEVER if applies_from is None else to_micros(applies_from)

    def tiers_at(self, ledger: str, standing: Standing) -> TierSet | None:
        """Give the tiers under which a standing was last worked out."""
        return self._versions[self._index(standing)].tiers_of(ledger)

    def next_change(self, member: Membership) -> int:
        """When time alone may change a standing of a member, in microseconds since 1970."""
        found = [NEVER]
        has_versions = len(self._versions) > 1
        for ledger, standing in (("", member.standing), *member.standings):
            tiers = self.tiers_at(ledger, standing) if has_versions else self.program.tiers_of(ledger)
            if tiers is not None:
                found.append(next_change(standing, tiers))
            if has_versions and (index := self._index(standing)) + 1 < len(self._versions):
                found.append(self._from(index + 1))
        return min(found)

    def anchored(self, ledger: str, standing: Standing, customer: Customer | None) -> Standing:
        """Give a standing with the day that its terms are counted from, where an attribute of the customer says it."""
        tiers = self.tiers_at(ledger, standing)
        if customer is None or tiers is None or tiers.anchor is not Anchor.CUSTOMER_ATTRIBUTE:
            return standing
        day = day_of(customer.attributes.get(str(tiers.anchor_attribute)))
        return standing if day == standing.anchored_on else attrs.evolve(standing, anchored_on=day)


def _note(notes: Notes, measure: Callable[[Account], Amount], account: Account) -> None:
    notes.append((account.at, measure(account)))
