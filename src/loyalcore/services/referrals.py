"""Referrals: links, claims, and what a person decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import ReferralCodeRef, ReferralRef
from loyalcore.domain.flows import without_referrals
from loyalcore.domain.referrals import (
    REFERRALS,
    Claim,
    ExpireReferral,
    Invite,
    Refer,
    ReferralFields,
    ReferralState,
)
from loyalcore.errors import NotFound
from loyalcore.query import SIZE, Query
from loyalcore.services._list import Asked, List, Moving, read_query
from loyalcore.services._members import find_member, holders_of
from loyalcore.services._reviews import Reviews
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.referrals import Referral, ReferralCode
    from loyalcore.execution import Executor
    from loyalcore.query import Page


class Referrals(Reviews):
    """Who referred whom, and what became of it."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt]) -> None:
        super().__init__(run)
        self._executor = executor

    # Referrers ------------------------------------------------------------------------------------------------------

    def link(self, customer_id: str, *, program: str | None = None) -> str | None:
        """Give the link by which a customer refers; None while there is none that can be used: joining makes it.

        Args:
            customer_id: The host's customer id.
            program: The program's id, where the host runs several.

        Returns:
            The program's `url` with the code; the bare code where the program has no `url`. None for who has not
            joined, is banned, or whose code is switched off or over; the code itself stays in the membership.

        Raises:
            InvalidInput: A value of the wrong type, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the program has no referrals.
            StoreError: The store could not do its part.

        Source: BLP (referral link, program status).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> shop.referrals.link("ada") is None
            True
            >>> ada = shop.customers.join("ada")
            >>> shop.referrals.link("ada").startswith("https://beans.example/r/")
            True
        """
        rules = self._executor.program(program)
        if rules.referrals is None:
            raise without_referrals(rules)
        name = find_member(self._executor, customer_id, rules).membership.referral_code
        if name is None:
            return None
        ref = ReferralCodeRef(self._executor.environment, name)
        with self._executor.store.unit(readonly=True) as unit:
            code: ReferralCode | None = unit.load([ref])[ref]
        if code is None or not code.is_open_at(self._executor.now()):
            return None
        return rules.referrals.link(name) or name

    def invite(self, customer_id: str, *, key: str, program: str | None = None) -> Receipt:
        """Invite a customer to become a referrer; to accept is to join, `customers.join`.

        Args:
            customer_id: The host's customer id.
            key: Idempotency key.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership, and the notice `invitation`; `is_unchanged` for who has joined already.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the program has no referrals.
            Ineligible: The customer does not take part.
            IllegalTransition: The customer was invited before, and may not be invited again yet.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: BLP (invite selected customers); that inviting again is a setting is a house decision.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> [notice.kind for notice in shop.referrals.invite("bob", key="i-1").notices]
            ['invitation']
        """
        return self._run(Invite(customer_id, key=key, program=program))

    def refer(self, customer_id: str, *, contact: str, key: str, program: str | None = None) -> Receipt:
        """Invite a friend of a customer by name: the friend gets a code of one use.

        Args:
            customer_id: The host's id of the referrer.
            contact: The friend's e-mail address; it is kept until the friend comes, or one of both is erased.
            key: Idempotency key.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the referral, `invited`, and its code; repeated with the same key, as both are by then.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there, or the program has no referrals.
            ReferralRefused: The customer may not refer, or the address is the customer's own.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6 (invited).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> shop.referrals.refer("ada", contact="bob@example.com", key="r-1").referral.state.value
            'invited'
        """
        return self._run(Refer(customer_id, contact=contact, key=key, program=program))

    # Referees -------------------------------------------------------------------------------------------------------

    def claim(
        self,
        customer_id: str,
        code: str,
        *,
        key: str,
        tokens: tuple[str, ...] = (),
        occurred_at: datetime | None = None,
        program: str | None = None,
    ) -> Receipt:
        """Let a customer claim a code: who owns it has referred the customer from now on.

        An order that carries a code claims it by itself, so that this is for links that are opened before an order.

        Args:
            customer_id: The host's id of the referee.
            code: The code as typed: case and dashes make no difference.
            key: Idempotency key.
            tokens: What the host can tell the customer by, such as `device:` and an HMAC of its own, up to 20.
            occurred_at: When the link was opened, aware; None is now.
            program: The program's id; None is the code's.

        Returns:
            A receipt with the referral: `pending`, `on_review` or `blocked`, with the evidence; and the rewards.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer is not there.
            ReferralRefused: The code is refused; `reason` says why.
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
            >>> shop.referrals.claim("bob", ada.referral_code, key="c-1").referral.state.value
            'pending'
        """
        return self._run(Claim(customer_id, code, key=key, tokens=tokens, occurred_at=occurred_at, program=program))

    def expire(self, *, program: str | None = None) -> int:
        """Write down that the time of referrals is over; it may run late, twice or never.

        A referral whose time is over completes no more, whether it was written down or not; lists by state show it
        once it was.

        Args:
            program: Only this program's; None is every program that the host runs.

        Returns:
            How many were written.

        Raises:
            InvalidInput: Nobody acts, or `program` is no text.
            LimitExceeded: A text beyond its limit.
            NotFound: The host does not run the program.
            CapabilityMissing: The store has no pages.
            ConcurrencyConflict: Other writers won every attempt on one; those before it are done.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> shop.referrals.expire()
            0
        """
        executor = self._executor
        listed = [*executor.programs] if program is None else [executor.program(program).id]
        fields, now = ReferralFields, executor.now()
        due = [
            Query(REFERRALS, (fields.state == state.value) & (fields.expires_at <= now), sort=[fields.expires_at.asc()])
            for state in (ReferralState.INVITED, ReferralState.PENDING)  # each by the index of its state
        ]
        names = [each.referral_id for name in listed for asked in due for each in self.stream(asked, program=name)]
        return sum(not self._run(ExpireReferral(name)).is_unchanged for name in names)

    # Lists ----------------------------------------------------------------------------------------------------------

    def get(self, referral_id: str) -> Referral:
        """Give a referral.

        Args:
            referral_id: The referral.

        Raises:
            InvalidInput: The id is no text.
            LimitExceeded: The id is longer than 255 characters.
            NotFound: There is no such referral.
            StoreError: The store could not do its part.

        Source: BLP (referral rows).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> made = shop.referrals.refer("ada", contact="bob@example.com", key="r-1").referral
            >>> shop.referrals.get(made.referral_id) == made
            True
        """
        ref = ReferralRef(self._executor.environment, check_text(referral_id, "referral_id"))
        with self._executor.store.unit(readonly=True) as unit:
            found: Referral | None = unit.load([ref])[ref]
        if found is None:
            raise NotFound("referral", ref.referral_id)
        return found

    def page(
        self,
        query: Asked = None,
        *,
        referrer: str | None = None,
        program: str | None = None,
        size: int = SIZE,
        cursor: str | None = None,
    ) -> Page[Referral]:
        """Give a page of the referrals that a query asks for.

        Args:
            query: A query or condition over `loyalcore.fields.REFERRALS`, its JSON form, or a search string such as
                `status:completed sort:-completed_at`; None asks for all by their ids.
            referrer: Only those of this referrer, by the host's customer id.
            program: The program's id, where the host runs several.
            size: The most referrals, 1 to 500.
            cursor: `next` or `previous` of another page of the same query; None for the first page.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field, a search string that is none (`InvalidQuery`), a
                cursor of another query, or no program where several run.
            LimitExceeded: The page or the query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: BLP (referral rows), TAL (referred customers); DOMAIN 3.8.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> made = shop.referrals.refer("ada", contact="bob@example.com", key="r-1")
            >>> [each.state.value for each in shop.referrals.page("status:pending", referrer="ada").items]
            ['invited']
        """
        listed, asked = self._list(query, referrer, program)
        return listed.page(asked, size, cursor)

    def stream(
        self, query: Asked = None, *, referrer: str | None = None, program: str | None = None
    ) -> Iterator[Referral]:
        """Give every referral that a query asks for, one by one.

        Args:
            query: As `page` takes it.
            referrer: Only those of this referrer, by the host's customer id.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: The query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: BLP (referral rows), TAL (referred customers); DOMAIN 3.8.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> list(shop.referrals.stream("state:on_review review_due_at:<today"))
            []
        """
        listed, asked = self._list(query, referrer, program)
        return listed.stream(asked)

    def count(self, query: Asked = None, *, referrer: str | None = None, program: str | None = None) -> int:
        """Give the number of referrals that a query asks for; it costs as much as some hundred pages.

        Args:
            query: As `page` takes it.
            referrer: Only those of this referrer, by the host's customer id.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: The query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.8 (totals only on request).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> shop.referrals.count()
            0
        """
        listed, asked = self._list(query, referrer, program)
        return listed.count(asked)

    def _list(self, query: Asked, referrer: str | None, program: str | None) -> tuple[List[Referral], Query]:
        executor = self._executor
        rules = executor.program(program)
        scope = {"environment": executor.environment, "program_id": rules.id}
        asked = read_query(query, REFERRALS)
        if referrer is not None:
            holders = holders_of(executor, check_text(referrer, "referrer"))
            asked = attrs.evolve(asked, where=asked.where & ReferralFields.referrer_holder_id.in_(holders))
        return List(executor, rules.zone, scope, Moving()), asked
