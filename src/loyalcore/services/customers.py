"""Customers: register, join, merge, change a profile, and look one up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import (
    KEEP,
    Deactivate,
    Erase,
    Join,
    Keep,
    Membership,
    Reactivate,
    Register,
    Tag,
    Update,
)
from loyalcore.domain.decision import CustomerRef
from loyalcore.domain.flows import membership_at
from loyalcore.domain.ledger import Merge
from loyalcore.errors import NotFound
from loyalcore.query import SIZE
from loyalcore.services._list import Asked
from loyalcore.services._members import find_member, list_members
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from loyalcore.domain.customers import Customer, CustomerRow
    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.execution import Executor
    from loyalcore.query import Page


class Customers:
    """Who holds points."""

    def __init__(self, executor: Executor, run: Callable[[Command], Receipt]) -> None:
        self._executor = executor
        self._run = run

    def register(self, customer_id: str) -> Receipt:
        """Register a customer in every program that runs; idempotent by the id.

        Who was registered before a program began is listed in it from the first booking there, or when registered
        again.

        Args:
            customer_id: The host's own id, 1 to 255 printable characters, never an e-mail address.

        Returns:
            A receipt with the customer; `replayed` where it was registered before.

        Raises:
            InvalidInput: Nobody acts, or the id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 1, 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.register("bob").customer.customer_id
            'bob'
        """
        return self._run(Register(customer_id))

    def join(self, customer_id: str, *, program: str | None = None) -> Receipt:
        """Make a customer a member of a program; idempotent.

        Args:
            customer_id: The host's own id.
            program: The program's id, where the host runs several.

        Returns:
            A receipt with the membership; `replayed` where it had joined before.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, or no program where several run.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.4 (join policy).

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.join("ada").membership.joined_at is None
            False
        """
        return self._run(Join(customer_id, program=program))

    def merge(self, customer_id: str, *, into: str, reason: str = "merge") -> Receipt:
        """Merge a customer into another, in every program; the second merge changes nothing.

        Args:
            customer_id: The customer who ends.
            into: The survivor, who gets open lots with their dates, holds and totals.
            reason: Why, without personal data.

        Returns:
            A receipt with the entries of both sides and the survivor.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, or a customer merged into itself.
            LimitExceeded: A text beyond its limit.
            NotFound: A customer is not there, or the host does not run a program that it has points in.
            IllegalTransition: It was merged into somebody else, or is the survivor of the other one.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> guest, cart = shop.customers.register("guest-7"), shop.points.adjust("ada", 5, reason="gift", key="j-1")
            >>> shop.customers.merge("guest-7", into="ada").customer.customer_id
            'ada'
        """
        return self._run(Merge(customer_id, into=into, reason=reason))

    def update(
        self,
        customer_id: str,
        *,
        key: str,
        version: int | None = None,
        first_name: str | Keep | None = KEEP,
        last_name: str | Keep | None = KEEP,
        email: str | Keep | None = KEEP,
        street: str | Keep | None = KEEP,
        postal_code: str | Keep | None = KEEP,
        city: str | Keep | None = KEEP,
        region: str | Keep | None = KEEP,
        country: str | Keep | None = KEEP,
        birth_on: date | Keep | None = KEEP,
        language: str | Keep | None = KEEP,
        shop_url: str | Keep | None = KEEP,
        shop_created_at: datetime | Keep | None = KEEP,
        has_newsletter: bool | Keep | None = KEEP,
        is_guest: bool | Keep = KEEP,
        is_excluded: bool | Keep = KEEP,
        tags: Iterable[str] | Keep = KEEP,
        attributes: Mapping[str, str | None] | Keep = KEEP,
    ) -> Receipt:
        """Change parts of a customer's profile; what is not given stays, and None takes a value away.

        Args:
            customer_id: The host's own id.
            key: Idempotency key, 1 to 255 printable characters, case-sensitive.
            version: The version of the customer that was read; None changes whatever version there is.
            first_name: The given name, up to 255 printable characters, as the other texts.
            last_name: The family name.
            email: An e-mail address, up to 254 characters.
            street: The street and number.
            postal_code: The postal code.
            city: The city.
            region: The region, state or province.
            country: An ISO 3166 code of two capital letters.
            birth_on: A date from 1900 on, not in the future.
            language: A BCP 47 tag.
            shop_url: Where the shop's admin shows the customer, up to 1,000 characters.
            shop_created_at: When the account in the shop was made, aware.
            has_newsletter: Whether the newsletter was consented to.
            is_guest: Whether there is no account in the shop.
            is_excluded: Whether the customer may neither earn nor spend.
            tags: All tags, at most 50.
            attributes: Attributes to change, by names of `[a-z0-9_.-]`; None takes one away.

        Returns:
            A receipt with the customer as changed; `is_unchanged` where all was so before.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, or a birth date to come.
            LimitExceeded: A value beyond its limit.
            NotFound: The customer is not there.
            IdempotencyConflict: The key was used with other values.
            VersionConflict: The customer is at another version.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.7, 3.9.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.update("ada", city="Paris", tags=["vip"], key="u-1").customer.tags
            ('vip',)
        """
        return self._run(
            Update(
                customer_id,
                key=key,
                version=version,
                first_name=first_name,
                last_name=last_name,
                email=email,
                street=street,
                postal_code=postal_code,
                city=city,
                region=region,
                country=country,
                birth_on=birth_on,
                language=language,
                shop_url=shop_url,
                shop_created_at=shop_created_at,
                has_newsletter=has_newsletter,
                is_guest=is_guest,
                is_excluded=is_excluded,
                tags=listed_texts(tags),
                attributes=attributes,
            )
        )

    def tag(self, customer_id: str, *, key: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Receipt:
        """Give a customer tags, and take some away.

        Args:
            customer_id: The host's own id.
            key: Idempotency key.
            add: Tags to give.
            remove: Tags to take away; those that are not there are passed over.

        Returns:
            A receipt with the customer; `is_unchanged` where all was so before.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type, no tag at all, or one that is given and taken away.
            LimitExceeded: A text beyond its limit, or more than 50 tags.
            NotFound: The customer is not there.
            IdempotencyConflict: The key was used with other values.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.7, 3.9.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.tag("ada", add=["vip"], key="t-1").customer.tags
            ('vip',)
        """
        return self._run(Tag(customer_id, add=listed_texts(add), remove=listed_texts(remove), key=key))

    def deactivate(self, customer_id: str, *, key: str) -> Receipt:
        """Deactivate a customer: everything is kept, but there is no earning, spending or signing in.

        Args:
            customer_id: The host's own id.
            key: Idempotency key.

        Returns:
            A receipt with the customer; `is_unchanged` where it was deactivated before.

        Raises:
            InvalidInput: Nobody acts, or a text is not text, is empty, or holds unprintable characters.
            LimitExceeded: A text is longer than 255 characters.
            NotFound: The customer is not there.
            IdempotencyConflict: The key was used for something else.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.7; WIZ customer list.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.deactivate("ada", key="d-1").customer.deactivated_at is None
            False
        """
        return self._run(Deactivate(customer_id, key=key))

    def reactivate(self, customer_id: str, *, key: str) -> Receipt:
        """Make a deactivated customer active again.

        Args:
            customer_id: The host's own id.
            key: Idempotency key.

        Returns:
            A receipt with the customer; `is_unchanged` where it was active.

        Raises:
            InvalidInput: Nobody acts, or a text is not text, is empty, or holds unprintable characters.
            LimitExceeded: A text is longer than 255 characters.
            NotFound: The customer is not there.
            IdempotencyConflict: The key was used for something else.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.7; WIZ customer list.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.customers.deactivate("ada", key="d-1").is_unchanged
            False
            >>> shop.customers.reactivate("ada", key="a-1").customer.deactivated_at is None
            True
        """
        return self._run(Reactivate(customer_id, key=key))

    def erase(self, customer_id: str) -> Receipt:
        """Erase a customer: every personal value goes, and the id leads to nobody until it is registered anew.

        The profile, notes, notices that are not delivered and idempotency keys go, with every id that was merged into
        this one. The ledgers keep their entries and totals under a holder that no longer leads to a person.

        Args:
            customer_id: The host's own id; one that was merged leads to the survivor.

        Raises:
            InvalidInput: Nobody acts, or the id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            NotFound: It is not registered; after an erasure too.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.7; WIZ customer list.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.customers.erase("ada").entries
            ()
            >>> shop.customers.register("ada").replayed
            False
        """
        return self._run(Erase(customer_id))

    def get(self, customer_id: str) -> Customer:
        """Give the directory row of a customer, with the profile.

        Args:
            customer_id: The host's own id.

        Raises:
            InvalidInput: The id is not text, is empty, or holds unprintable characters.
            LimitExceeded: The id is longer than 255 characters.
            NotFound: It is not registered.
            StoreError: The store could not do its part.

        Source: DOMAIN 1.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.get("ada").environment
            'live'
        """
        customer_id = check_text(customer_id, "customer_id")
        ref = CustomerRef(self._executor.environment, customer_id)
        with self._executor.store.unit(readonly=True) as unit:
            found: Customer | None = unit.load([ref])[ref]
        if found is None:
            raise NotFound("customer", customer_id, hint="register it first")
        return found

    def page(
        self,
        query: Asked = None,
        *,
        program: str | None = None,
        size: int = SIZE,
        cursor: str | None = None,
    ) -> Page[CustomerRow]:
        """Give a page of the customers that a query asks for, with figures and tiers as they are now.

        Args:
            query: A query or condition over `loyalcore.fields.CUSTOMERS`, its JSON form, or a search string such as
                `points:>=500 tag:vip -tier:gold sort:-joined_at`; None asks for everybody, in the order of the ids.
            program: The program whose figures they are, where the host runs several.
            size: The most rows, 1 to 500.
            cursor: `next` or `previous` of another page of the same query; None for the first page.

        Raises:
            InvalidInput: A value of the wrong type, an unknown field, a search string that is none (`InvalidQuery`), a
                cursor of another query, or no program where several run.
            LimitExceeded: The page or the query is too large; `SweepDue` where time has changed more than 10,000
                members since they were written and the query asks for what time changes.
            NotFound: The program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: DOMAIN 2, 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> welcome = shop.points.award("ada", 120, reason="welcome", key="w-1")
            >>> [row.customer.customer_id for row in shop.customers.page("points:>=100 sort:-points").items]
            ['ada']
        """
        listed, asked = list_members(self._executor, query, program)
        return listed.page(asked, size, cursor)

    def stream(self, query: Asked = None, *, program: str | None = None) -> Iterator[CustomerRow]:
        """Give every customer that a query asks for, one by one, with figures and tiers as they are now.

        Args:
            query: As `page` takes it.
            program: The program whose figures they are, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: As `page`.
            NotFound: The program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: DOMAIN 2, 3.8.

        Example:
            >>> from loyalcore.testing import example
            >>> [row.customer.customer_id for row in example().customers.stream("sort:-customer_id")]
            ['ada']
        """
        listed, asked = list_members(self._executor, query, program)
        return listed.stream(asked)

    def count(self, query: Asked = None, *, program: str | None = None) -> int:
        """Give the number of customers that a query asks for now; it costs as much as some hundred pages.

        Args:
            query: As `page` takes it.
            program: The program whose figures they are, where the host runs several.

        Raises:
            InvalidInput: As `page`.
            LimitExceeded: As `page`.
            NotFound: The program is not there.
            CapabilityMissing: The store has no pages, or keeps no column of a field.
            StoreError: The store could not do its part.

        Source: DOMAIN 3.8 (totals only on request).

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.count("points:0")
            1
        """
        listed, asked = list_members(self._executor, query, program)
        return listed.count(asked)

    def membership(
        self,
        customer_id: str,
        *,
        at: datetime | None = None,
        program: str | None = None,
    ) -> Membership:
        """Give a customer's membership with the tier as it stands at an instant, now or later.

        Args:
            customer_id: The host's own id.
            at: The instant, not before the last booking; None is now.
            program: The program's id, where the host runs several.

        Raises:
            InvalidInput: A value of the wrong type or out of range, no program where several run, or an instant before
                the last booking.
            LimitExceeded: A text beyond its limit.
            NotFound: The customer or the program is not there.
            StoreError: The store could not do its part.

        Source: DOMAIN 1, 3.5.

        Example:
            >>> from loyalcore.testing import example
            >>> example().customers.membership("ada").joined_at is None
            True
        """
        executor = self._executor
        rules = executor.program(program)
        found = find_member(executor, customer_id, rules, at=at)
        return membership_at(found.membership, found.ledger, rules, found.at, executor.registry)


def listed_texts(texts: Any) -> Any:
    """Give a list as commands take it; what is none is left for the command to refuse."""
    return tuple(texts) if isinstance(texts, Iterable) and not isinstance(texts, str | bytes | Mapping) else texts
