"""Points: every movement of points as a method that builds one command, and every question about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.ledger import (
    Activate,
    Activity,
    Adjust,
    Award,
    Deduct,
    Extend,
    Restore,
    Reverse,
    Spend,
    Transfer,
)
from loyalcore.services._holds import Holds

if TYPE_CHECKING:
    from datetime import date, datetime

    from loyalcore.domain.flows import Receipt


class Points(Holds):
    """Movements of points and questions about them.

    Every method takes the customer, then the amount, then names. The meaning, unit and range of each name stand at the
    command it builds (`loyalcore.Award` and its like). Every movement may raise, in this order: `InvalidInput` and
    `LimitExceeded` for a value, `NotFound` for the customer, program or ledger, `IdempotencyConflict` for its key, what
    the method lists, `ConcurrencyConflict`, and `StoreError`.
    """

    def award(
        self,
        customer_id: str,
        points: int,
        *,
        key: str,
        reason: str = "",
        activation: str | None = None,
        active_from: datetime | None = None,
        expiry: str | None = None,
        expires_at: datetime | None = None,
        expires_on: date | None = None,
        order_id: str | None = None,
        rule: str | None = None,
        source_type: str | None = None,
        source_id: str | None = None,
        line: str = "",
        side: str = "",
        cycle: int = 1,
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Grant points: one lot, with the program's activation and expiry unless told otherwise.

        See `loyalcore.Award` for its names.

        Raises:
            FactConflict: The fact was paid before with another number of points.
            InvalidInput: The expiry is not after the start.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.points.award("ada", 120, reason="welcome", key="w-1").points
            120
        """
        return self._run(
            Award(
                customer_id,
                points,
                key=key,
                reason=reason,
                activation=activation,
                active_from=active_from,
                expiry=expiry,
                expires_at=expires_at,
                expires_on=expires_on,
                order_id=order_id,
                rule=rule,
                source_type=source_type,
                source_id=source_id,
                line=line,
                side=side,
                cycle=cycle,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def activate(
        self,
        customer_id: str,
        *,
        key: str,
        order_id: str | None = None,
        entry_ids: tuple[str, ...] = (),
        reason: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Make pending points active now, by order or by the entries that awarded them, not both.

        See `loyalcore.Activate` for its names.

        Raises:
            NotFound: No such entry, or no award of that order.
            IllegalTransition: Nothing of it is pending.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> later = shop.points.award("ada", 120, reason="gift", activation="on_action", key="w-1").entries[0]
            >>> shop.points.activate("ada", entry_ids=(later.id,), key="a-1").points
            120
        """
        return self._run(
            Activate(
                customer_id,
                key=key,
                order_id=order_id,
                entry_ids=entry_ids,
                reason=reason,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def spend(
        self,
        customer_id: str,
        points: int,
        *,
        key: str,
        reason: str = "",
        order_id: str | None = None,
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Spend active points for a reward or an order, in consumption order.

        See `loyalcore.Spend` for its names.

        Raises:
            InsufficientPoints: More than is active, where the shortfall policy rejects it.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shop.points.spend("ada", 50, reason="mug", key="s-1").points
            50
        """
        return self._run(
            Spend(
                customer_id,
                points,
                key=key,
                reason=reason,
                order_id=order_id,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def deduct(
        self,
        customer_id: str,
        points: int,
        *,
        reason: str,
        key: str,
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Take active points by hand.

        See `loyalcore.Deduct` for its names.

        Raises:
            InsufficientPoints: More than is active, where the shortfall policy rejects it.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shop.points.deduct("ada", 5, reason="mistake", key="d-1").points
            5
        """
        return self._run(
            Deduct(
                customer_id,
                points,
                reason=reason,
                key=key,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def adjust(
        self,
        customer_id: str,
        points: int,
        *,
        reason: str,
        key: str,
        expiry: str | None = None,
        expires_at: datetime | None = None,
        expires_on: date | None = None,
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Adjust the balance by a signed number, by hand: up like an award, down like a deduction.

        See `loyalcore.Adjust` for its names.

        Raises:
            InsufficientPoints: More is taken than is active, where the shortfall policy rejects it.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.points.adjust("ada", 10, reason="goodwill", key="j-1").entries[0].points
            10
        """
        return self._run(
            Adjust(
                customer_id,
                points,
                reason=reason,
                key=key,
                expiry=expiry,
                expires_at=expires_at,
                expires_on=expires_on,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def reverse(
        self,
        customer_id: str,
        points: int | None = None,
        *,
        key: str,
        entry_id: str | None = None,
        order_id: str | None = None,
        reason: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Take back an award, or all awards of an order; more than is left is clamped to what is left.

        See `loyalcore.Reverse` for its names.

        Raises:
            NotFound: No such entry, or no award of that order.
            IllegalTransition: The entry is no award.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> earned = shop.points.award("ada", 120, reason="order", order_id="o-1", key="w-1")
            >>> shop.points.reverse("ada", order_id="o-1", key="v-1").points
            120
        """
        return self._run(
            Reverse(
                customer_id,
                points,
                key=key,
                entry_id=entry_id,
                order_id=order_id,
                reason=reason,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def restore(
        self,
        customer_id: str,
        points: int | None = None,
        *,
        key: str,
        entry_id: str | None = None,
        order_id: str | None = None,
        reason: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Give back a spend, or all spends of an order, to the lots they came from, with their old dates.

        See `loyalcore.Restore` for its names.

        Raises:
            NotFound: No such entry, or no spend of that order.
            IllegalTransition: The entry is no spend.
            InsufficientPoints: More than is left of the spend.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> earned = shop.points.award("ada", 120, reason="order", key="w-1")
            >>> mug = shop.points.spend("ada", 50, reason="mug", order_id="o-2", key="s-1")
            >>> shop.points.restore("ada", 20, order_id="o-2", key="t-1").points
            20
        """
        return self._run(
            Restore(
                customer_id,
                points,
                key=key,
                entry_id=entry_id,
                order_id=order_id,
                reason=reason,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def transfer(
        self,
        customer_id: str,
        points: int,
        *,
        to: str,
        reason: str,
        key: str,
        ledger: str = "",
        to_ledger: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        program: str | None = None,
    ) -> Receipt:
        """Move active points to another customer or ledger; they keep their dates.

        See `loyalcore.Transfer` for its names.

        Raises:
            InsufficientPoints: More than is active.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> bob, earned = shop.customers.register("bob"), shop.points.award("ada", 120, reason="order", key="w-1")
            >>> shop.points.transfer("ada", 20, to="bob", reason="gift", key="g-1").points
            20
        """
        return self._run(
            Transfer(
                customer_id,
                points,
                to=to,
                reason=reason,
                key=key,
                ledger=ledger,
                to_ledger=to_ledger,
                occurred_at=occurred_at,
                note=note,
                program=program,
            )
        )

    def extend(
        self,
        customer_id: str,
        *,
        reason: str,
        key: str,
        by: str | None = None,
        expiry: str | None = None,
        expires_at: datetime | None = None,
        expires_on: date | None = None,
        entry_ids: tuple[str, ...] = (),
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Move the expiry of active and pending points by hand; the entry reports each lot before and after.

        See `loyalcore.Extend` for its names.

        Raises:
            NotFound: No such entry.
            InvalidInput: The new expiry is not after now and after the start of the points.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> earned = shop.points.award("ada", 120, reason="order", expiry="1M", key="w-1")
            >>> len(shop.points.extend("ada", by="1M", reason="strike at the post", key="x-1").entries[0].changes)
            1
        """
        return self._run(
            Extend(
                customer_id,
                reason=reason,
                key=key,
                by=by,
                expiry=expiry,
                expires_at=expires_at,
                expires_on=expires_on,
                entry_ids=entry_ids,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def activity(
        self,
        customer_id: str,
        *,
        reason: str,
        key: str,
        order_id: str | None = None,
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Record that something happened without points, such as a purchase that earned nothing.

        See `loyalcore.Activity` for its names.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.points.activity("ada", reason="visit", key="y-1").entries[0].kind.value
            'activity'
        """
        return self._run(
            Activity(
                customer_id,
                reason=reason,
                key=key,
                order_id=order_id,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )
