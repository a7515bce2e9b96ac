"""Tiers: set by hand, reported, reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.customers import Membership
from loyalcore.domain.flows import no_tiers, tier_report
from loyalcore.domain.tiers import ClearTier, SetTier
from loyalcore.query import All
from loyalcore.services._members import find_member
from loyalcore.services._sweeping import due_tiers, write_down
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.programs import Program
    from loyalcore.domain.tiers import TierReport
    from loyalcore.execution import Executor


class Tiers:
    """Which tier members hold, and what becomes of it."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt], acting: Callable[[], str]) -> None:
        self._executor = executor
        self._run = run
        self._acting = acting

    def set(
        self,
        customer_id: str,
        tier: str | None,
        *,
        reason: str,
        key: str,
        expires_at: datetime | None = None,
        expires_on: date | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Set a tier by hand: it wins over what the measure gives until it ends or is cleared.

        To set the tier that is held already changes only when it ends.

        Args:
            customer_id: The host's customer id.
            tier: The name of a tier of the program; None for no tier at all.
            reason: Why, without personal data.
            key: Idempotency key.
            expires_at: The first instant at which it is gone, aware; None: it lasts until it is cleared.
            expires_on: Or the last valid day in the program's zone.
            ledger: The ledger whose tiers they are, `""` for the main one.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, no program where several run, or an end that is not
                after now.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, the ledger has no tiers, or there is no such tier.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.5 (by hand); INF "set the tier by hand".

        Example:
            >>> from loyalcore import Level, Loyalty, Measure, Program, TierSet
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> tiers = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 100), Level("Gold", 500)))
            >>> beans = Program("beans", currency="EUR", timezone="UTC", tiers=tiers)
            >>> shop = Loyalty(MemoryStore(), [beans], actor="ann")
            >>> ada = shop.customers.register("ada")
            >>> shop.tiers.set("ada", "Gold", reason="press", key="t-1").membership.tier
            'Gold'
        """
        return self._run(
            SetTier(
                customer_id,
                tier,
                reason=reason,
                key=key,
                expires_at=expires_at,
                expires_on=expires_on,
                ledger=ledger,
                program=program,
            )
        )

    def clear(
        self, customer_id: str, *, reason: str, key: str, ledger: str = "", program: str | None = None
    ) -> Receipt:
        """Clear a tier that was set by hand: the tier is held again that would be, had nobody set one.

        Args:
            customer_id: The host's customer id.
            reason: Why, without personal data.
            key: Idempotency key.
            ledger: The ledger whose tiers they are, `""` for the main one.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership; `is_unchanged` where nobody had set one.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the ledger has no tiers.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.5 (by hand).

        Example:
            >>> from loyalcore import Level, Loyalty, Measure, Program, TierSet
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> tiers = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 100), Level("Gold", 500)))
            >>> beans = Program("beans", currency="EUR", timezone="UTC", tiers=tiers)
            >>> shop = Loyalty(MemoryStore(), [beans], actor="ann")
            >>> ada = shop.customers.register("ada")
            >>> gold = shop.tiers.set("ada", "Gold", reason="press", key="t-1")
            >>> shop.tiers.clear("ada", reason="it is over", key="t-2").membership.tier is None
            True
        """
        return self._run(ClearTier(customer_id, reason=reason, key=key, ledger=ledger, program=program))

    def report(
        self, customer_id: str, *, program: str | None = None, ledger: str = "", at: datetime | None = None
    ) -> TierReport:
        """Say where a customer stands: the tier, the next one, what is missing to it, and what becomes of this one.

        Args:
            customer_id: The host's customer id.
            program: The program's id, where the host runs several.
            ledger: The ledger whose tiers they are, `""` for the main one.
            at: The instant, not before the last booking; None is now.

        Raises:
            InvalidInput: A value of the wrong type or out of range, no program where several run, or an instant before
                the last booking.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the ledger has no tiers.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.5 (report).

        Example:
            >>> from loyalcore import Level, Loyalty, Measure, Program, TierSet
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> tiers = TierSet(measure=Measure.POINTS_EARNED, levels=(Level("Silver", 100), Level("Gold", 500)))
            >>> beans = Program("beans", currency="EUR", timezone="UTC", tiers=tiers)
            >>> shop = Loyalty(MemoryStore(), [beans], actor="till")
            >>> ada = shop.customers.register("ada")
            >>> earned = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shown = shop.tiers.report("ada")
            >>> shown.current, shown.next, shown.to_next
            ('Silver', 'Gold', 380)
        """
        executor = self._executor
        rules = executor.program(program)
        ledger = check_text(ledger, "ledger", length_min=0)
        found = find_member(executor, customer_id, rules, ledger, at)
        shown = tier_report(found.membership, ledger, found.ledger, rules, found.at, executor.registry)
        if shown is None:
            raise no_tiers(rules.at(found.at), ledger)
        return shown

    def review(self, *, program: str | None = None) -> int:
        """Write down the tiers that time has decided: those that ended, and those of a program that has changed.

        It changes no tier that `report` shows, and may run late, twice or never; where it ran, lists are served from
        the index, and customers are told what the program tells them. Members are taken in the order of their names, a
        thousand in one unit; one that is stopped leaves whole units.

        Args:
            program: Only this program's members; None is every program that the host runs.

        Returns:
            How many members were written.

        Raises:
            InvalidInput: Nobody acts, or `program` is no text.
            LimitExceeded: A text beyond its limit.
            NotFound: The host does not run the program.
            ConcurrencyConflict: Other writers won every attempt on one unit; those before it are done.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.5; that it is the sweep of the members is a house decision.

        Example:
            >>> from loyalcore.testing import example
            >>> example().tiers.review()
            0
        """
        executor, actor = self._executor, self._acting()
        now = executor.now()
        listed = [*executor.programs] if program is None else [executor.program(program).id]
        written: set[tuple[str, str]] = set()
        for name in listed:
            due = self._due(executor.program(name), now)
            for receipt in write_down(executor, actor, due):
                if receipt.membership is not None:
                    written.add((receipt.membership.holder_id, name))
        return len(written)

    def _due(self, rules: Program, now: datetime) -> list[tuple[str, str, str]]:
        """Name what is to be written; after a change of the program all its members are looked at."""
        is_changed = bool(rules.versions) and rules is not rules.versions[0]
        query = All(Membership, self._executor.environment, program_id=rules.id, due_by=None if is_changed else now)
        with self._executor.store.unit(readonly=True) as unit:
            return [name for member in unit.stream(query, now) for name in due_tiers(member, rules, now)]
