"""Referral codes: those that a referrer has beside the link, and which of them are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from loyalcore.domain.decision import ReferralCodeRef
from loyalcore.domain.referrals import CODES, CodeFields, CreateCode, DisableCode, typed_code
from loyalcore.errors import NotFound
from loyalcore.query import SIZE
from loyalcore.services._list import Asked, List, Moving, read_query
from loyalcore.services._members import holders_of
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.referrals import ReferralCode
    from loyalcore.execution import Executor
    from loyalcore.query import Page, Query


class ReferralCodes:
    """The codes by which members refer."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt]) -> None:
        self._executor = executor
        self._run = run

    def create(
        self,
        customer_id: str,
        *,
        key: str,
        campaign: str = "",
        starts_at: datetime | None = None,
        expires_at: datetime | None = None,
        limit: int | None = None,
        referee_id: str | None = None,
        program: str | None = None,
    ) -> Receipt:
        """Make a code for a referrer, beside the link that joining makes.

        Args:
            customer_id: The host's id of the referrer.
            key: Idempotency key.
            campaign: A campaign of the program, `""` for none.
            starts_at: From when on it may be used, aware; None: at once.
            expires_at: The first instant at which it may be used no more, aware; None: never.
            limit: How many referrals may stand that used it, 0 for no limit; None is 0.
            referee_id: The only customer who may use it; None for everybody.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the code; repeated with the same key, as the code is by then.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, an end that is not
                after the start, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer, the program or the campaign is not there, or the program has no referrals.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: TAL (referral codes), DOMAIN 3.6.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> code = shop.referral_codes.create("ada", limit=5, referee_id="bob", key="k-1").code
            >>> code.limit, code.used
            (5, 0)
        """
        return self._run(
            CreateCode(
                customer_id,
                key=key,
                campaign=campaign,
                starts_at=starts_at,
                expires_at=expires_at,
                limit=limit,
                referee_id=referee_id,
                program=program,
            )
        )

    def disable(self, code: str, *, reason: str, key: str) -> Receipt:
        """Switch a code off: nobody claims it any more; who has claimed it goes on.

        Args:
            code: The code as typed: case and dashes make no difference.
            reason: Why, without personal data.
            key: Idempotency key, one of the referrer's.

        Returns:
            A receipt with the code; `is_unchanged` for one that is off already.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range.
            LimitExceeded: A text beyond its limit.
            NotFound: There is no such code, or whose it was is erased.
            IdempotencyConflict: The key was used with another payload.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.6 (link off).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> code = shop.referral_codes.create("ada", key="k-1").code
            >>> shop.referral_codes.disable(code.code, reason="leaked", key="k-2").code.disabled_at is not None
            True
        """
        return self._run(DisableCode(code, reason=reason, key=key))

    def get(self, code: str) -> ReferralCode:
        """Give a code.

        Args:
            code: The code as typed: case and dashes make no difference.

        Raises:
            InvalidInput: It is no text.
            NotFound: There is no such code.
            StoreError: The store could not do its part.

        Source: TAL (referral codes).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> code = shop.referral_codes.create("ada", key="k-1").code
            >>> shop.referral_codes.get(code.code.lower()) == code
            True
        """
        typed = check_text(code, "code")
        name = typed_code(typed)
        ref = ReferralCodeRef(self._executor.environment, name or "")
        with self._executor.store.unit(readonly=True) as unit:
            found: ReferralCode | None = None if name is None else unit.load([ref])[ref]
        if found is None:
            raise NotFound("referral code", typed)
        return found

    def page(
        self,
        query: Asked = None,
        *,
        referrer: str | None = None,
        program: str | None = None,
        size: int = SIZE,
        cursor: str | None = None,
    ) -> Page[ReferralCode]:
        """Give a page of the codes that a query asks for.

        Args:
            query: A query or condition over `loyalcore.fields.CODES`, its JSON form, or a search string such as
                `campaign:spring used:>=1 sort:-created_at`; None asks for all in their order.
            referrer: Only those of this referrer, by the host's customer id.
            program: The program's id, where the host runs several.
            size: The most codes, 1 to 500.
            cursor: `next` or `previous` of another page of the same query; None for the first page.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field, a search string that is none (`InvalidQuery`), a
                cursor of another query, or no program where several run.
            LimitExceeded: The page or the query is too large.
            NotFound: The customer or the program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: TAL (referral codes); DOMAIN 3.8.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> ada = shop.customers.join("ada").membership
            >>> [each.code == ada.referral_code for each in shop.referral_codes.page(referrer="ada").items]
            [True]
        """
        listed, asked = self._list(query, referrer, program)
        return listed.page(asked, size, cursor)

    def stream(
        self, query: Asked = None, *, referrer: str | None = None, program: str | None = None
    ) -> Iterator[ReferralCode]:
        """Give every code that a query asks for, one by one.

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

        Source: TAL (referral codes); DOMAIN 3.8.

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> shop = example(referrals=ReferralPolicy(url="https://beans.example/r/{code}"))
            >>> bob = shop.customers.register("bob")
            >>> list(shop.referral_codes.stream("used:>0"))
            []
        """
        listed, asked = self._list(query, referrer, program)
        return listed.stream(asked)

    def _list(self, query: Asked, referrer: str | None, program: str | None) -> tuple[List[ReferralCode], Query]:
        executor = self._executor
        rules = executor.program(program)
        scope = {"environment": executor.environment, "program_id": rules.id}
        asked = read_query(query, CODES)
        if referrer is not None:
            holders = holders_of(executor, check_text(referrer, "referrer"))
            asked = attrs.evolve(asked, where=asked.where & CodeFields.holder_id.in_(holders))
        return List(executor, rules.zone, scope, Moving()), asked
