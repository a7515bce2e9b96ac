"""Holds: points that are reserved, then taken or given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.ledger import Capture, Hold, Release
from loyalcore.services._batches import Batches

if TYPE_CHECKING:
    from datetime import datetime

    from loyalcore.domain.flows import Receipt


class Holds(Batches):
    """The movements of points that reserve them first."""

    def hold(
        self,
        customer_id: str,
        points: int,
        *,
        key: str,
        order_id: str | None = None,
        hold_for: str | None = None,
        lapses_at: datetime | None = None,
        reason: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Reserve active points while a payment is open; the hold's id is this command's key.

        See `loyalcore.Hold` for its names.

        Raises:
            InvalidInput: It would lapse at once.
            InsufficientPoints: More than is active.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> shop.points.hold("ada", 20, order_id="o-2", key="h-1").hold.id
            'h-1'
        """
        return self._run(
            Hold(
                customer_id,
                points,
                key=key,
                order_id=order_id,
                hold_for=hold_for,
                lapses_at=lapses_at,
                reason=reason,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def capture(
        self,
        customer_id: str,
        hold_id: str,
        *,
        key: str,
        points: int | None = None,
        order_id: str | None = None,
        reason: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Turn a hold into a spend, in whole or in part; the rest is released.

        See `loyalcore.Capture` for its names.

        Raises:
            NotFound: No such hold.
            AlreadyResolved: It was captured, released, or has lapsed.
            InsufficientPoints: More than was held.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> hold = shop.points.hold("ada", 20, key="h-1").hold
            >>> [entry.kind.value for entry in shop.points.capture("ada", hold.id, points=15, key="h-2").entries]
            ['capture', 'release']
        """
        return self._run(
            Capture(
                customer_id,
                hold_id,
                key=key,
                points=points,
                order_id=order_id,
                reason=reason,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )

    def release(
        self,
        customer_id: str,
        hold_id: str,
        *,
        key: str,
        reason: str = "",
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
    ) -> Receipt:
        """Give up a hold: its points are free again, those whose time is over expire at once.

        See `loyalcore.Release` for its names.

        Raises:
            NotFound: No such hold.
            AlreadyResolved: It was captured, released, or has lapsed.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> hold = shop.points.hold("ada", 20, key="h-1").hold
            >>> shop.points.release("ada", hold.id, key="h-2").points
            20
        """
        return self._run(
            Release(
                customer_id,
                hold_id,
                key=key,
                reason=reason,
                occurred_at=occurred_at,
                note=note,
                ledger=ledger,
                program=program,
            )
        )
