"""Reviews: what a person decides about referrals and referrers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.referrals import (
    ApproveReferral,
    Ban,
    CancelReferral,
    RejectReferral,
    ReverseReferral,
    Unban,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.flows import Command, Receipt


class Reviews:
    """What a person decides about referrals and referrers."""

    def __init__(self, run: Callable[[Command], Receipt]) -> None:
        self._run = run

    def ban(self, customer_id: str, *, reason: str, key: str, program: str | None = None) -> Receipt:
        """Ban a referrer: the links are off, referrals under review are blocked, pending rewards are taken back.

        Args:
            customer_id: The host's id of the referrer.
            reason: Why, without personal data.
            key: Idempotency key.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership; `is_unchanged` for who is banned already.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the program has no referrals.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6 (ban the referrer).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> shop.referrals.ban("ada", reason="farm", key="b-1").membership.banned_at is not None
            True
        """
        return self._run(Ban(customer_id, reason=reason, key=key, program=program))

    def unban(self, customer_id: str, *, reason: str, key: str, program: str | None = None) -> Receipt:
        """Let a banned referrer refer again, by the same links; what was refused meanwhile stays so.

        Args:
            customer_id: The host's id of the referrer.
            reason: Why, without personal data.
            key: Idempotency key.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership; `is_unchanged` for who is not banned.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the program has no referrals.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: House decision.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> banned = shop.referrals.ban("ada", reason="farm", key="b-1")
            >>> shop.referrals.unban("ada", reason="it was a family", key="b-2").membership.banned_at is None
            True
        """
        return self._run(Unban(customer_id, reason=reason, key=key, program=program))

    def approve(self, referral_id: str, *, reason: str, key: str) -> Receipt:
        """Let a referral go on that is under review or blocked; where its order is there, it is completed.

        Args:
            referral_id: The referral.
            reason: Why, without personal data.
            key: Idempotency key, one of the referrer's.

        Returns:
            A receipt with the referral, and the rewards.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such referral, or both sides were erased.
            IllegalTransition: The referral stands elsewhere.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6 (review).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> ada = shop.customers.join("ada").membership
            >>> claimed = shop.referrals.claim("bob", ada.referral_code, key="c-1").referral
            >>> blocked = shop.referrals.reject(claimed.referral_id, reason="farm", key="d-1")
            >>> shop.referrals.approve(claimed.referral_id, reason="known", key="d-2").referral.state.value
            'pending'
        """
        return self._run(ApproveReferral(referral_id, reason=reason, key=key))

    def reject(self, referral_id: str, *, reason: str, key: str) -> Receipt:
        """Block a referral: its rewards are denied, and what it has brought is taken back.

        Args:
            referral_id: The referral.
            reason: Why, without personal data.
            key: Idempotency key, one of the referrer's.

        Returns:
            A receipt with the referral.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such referral, or both sides were erased.
            IllegalTransition: The referral stands elsewhere.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6 (review).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> ada = shop.customers.join("ada").membership
            >>> claimed = shop.referrals.claim("bob", ada.referral_code, key="c-1").referral
            >>> shop.referrals.reject(claimed.referral_id, reason="farm", key="d-1").referral.state.value
            'blocked'
        """
        return self._run(RejectReferral(referral_id, reason=reason, key=key))

    def cancel(self, referral_id: str, *, reason: str, key: str) -> Receipt:
        """End a referral that is not completed; the referee may be referred again.

        Args:
            referral_id: The referral.
            reason: Why, without personal data.
            key: Idempotency key, one of the referrer's.

        Returns:
            A receipt with the referral.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such referral, or both sides were erased.
            IllegalTransition: The referral stands elsewhere.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> ada = shop.customers.join("ada").membership
            >>> claimed = shop.referrals.claim("bob", ada.referral_code, key="c-1").referral
            >>> shop.referrals.cancel(claimed.referral_id, reason="asked for it", key="d-1").referral.state.value
            'cancelled'
        """
        return self._run(CancelReferral(referral_id, reason=reason, key=key))

    def reverse(self, referral_id: str, *, reason: str, key: str) -> Receipt:
        """Reverse a completed referral by hand: every reward that it has brought is taken back.

        Args:
            referral_id: The referral.
            reason: Why, without personal data.
            key: Idempotency key, one of the referrer's.

        Returns:
            A receipt with the referral, and what was taken back.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such referral, or both sides were erased.
            IllegalTransition: The referral stands elsewhere.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6; an order that is returned does it by itself.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> ada = shop.customers.join("ada").membership
            >>> claimed = shop.referrals.claim("bob", ada.referral_code, key="c-1").referral
            >>> cart = {"total": 40, "referral_code": ada.referral_code}
            >>> closed = shop.orders.close("bob", "o-1", cart, key="o-1")
            >>> shop.referrals.reverse(claimed.referral_id, reason="farm", key="d-1").referral.state.value
            'reversed'
        """
        return self._run(ReverseReferral(referral_id, reason=reason, key=key))
