"""Bulk actions: one command for each of many customers, every row answered on its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from loyalcore.domain.customers import Deactivate, Reactivate, Tag
from loyalcore.domain.flows import Batch, Series
from loyalcore.domain.ledger import Adjust, Extend
from loyalcore.domain.referrals import Invite
from loyalcore.errors import InvalidInput, LoyaltyError
from loyalcore.execution import without_collector
from loyalcore.services._bulk_rows import BulkResult, BulkRow
from loyalcore.services._selection import select_customers
from loyalcore.services.customers import listed_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime
    from typing import Any

    from loyalcore.domain.flows import Command
    from loyalcore.execution import Executor
    from loyalcore.services._bulk_rows import BulkProgress
    from loyalcore.services._selection import Who

    Each = Callable[[BulkRow], object]
    Progress = Callable[[BulkProgress], object]

_ANYBODY = "anybody"


class Bulk:
    """What is done to a selection of customers, or to all that a query asks for.

    Every method takes `who`: a text is a search string, and a condition, a query, the JSON form of one or a segment ask
    for customers too; any other iterable gives ids. A query's order is passed over. A thousand rows are one unit, and
    each row is a command of its own under the one `key`: a run that broke off is repeated with the same key, and does
    what is left.
    """

    def __init__(self, executor: Executor, acting: Callable[[], str]) -> None:
        self._executor = executor
        self._acting = acting

    def deactivate(
        self,
        who: Who,
        *,
        key: str,
        program: str | None = None,
        each: Each | None = None,
        progress: Progress | None = None,
    ) -> BulkResult:
        """Deactivate customers: everything is kept, but there is no earning, spending or signing in.

        Args:
            who: A segment, or a query over `loyalcore.fields.CUSTOMERS` in any of its forms, a text being a search
                string such as `lifecycle:potential`; or ids, one by one. Everybody is `*` or `Query(CUSTOMERS)`,
                never a blank text, nor an order alone.
            key: Idempotency key of every row.
            program: The program that a query is about, where the host runs several.
            each: Told every row, in order, once its chunk is written.
            progress: Told how many rows are done after each chunk.

        Returns:
            How many were done, refused and unchanged, with the first refusals; rows that an earlier run with the same
            key has done are unchanged.

        Raises:
            InvalidInput: Nobody acts, a value of the wrong type or out of range, a query that is none, or no program
                where a query needs one; at an id that is no text, the chunks before it are written.
            LimitExceeded: A text or the query beyond its limit; `SweepDue` as `customers.page`.
            NotFound: The program is not there.
            ConcurrencyConflict: Other writers won every attempt on a chunk; those before it are written.
            StoreError: The store could not do its part; chunks before it are written.

        Source: WIZ customer list (bulk actions), DOMAIN 2.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> result = shop.bulk.deactivate(["ada", "bob"], key="spring-clean")
            >>> result.done, [(row.customer_id, row.error.code) for row in result.refusals]
            (1, [('bob', 'not_found')])
        """
        return self._run(who, partial(Deactivate, key=key), program, each, progress)

    def reactivate(
        self,
        who: Who,
        *,
        key: str,
        program: str | None = None,
        each: Each | None = None,
        progress: Progress | None = None,
    ) -> BulkResult:
        """Make deactivated customers active again.

        Args:
            who: As `deactivate` takes it.
            key: Idempotency key of every row.
            program: The program that a query is about, where the host runs several.
            each: Told every row, in order, once its chunk is written.
            progress: Told how many rows are done after each chunk.

        Returns:
            As `deactivate`.

        Raises:
            InvalidInput: As `deactivate`.
            LimitExceeded: As `deactivate`.
            NotFound: The program is not there.
            ConcurrencyConflict: As `deactivate`.
            StoreError: As `deactivate`.

        Source: WIZ customer list (bulk actions), DOMAIN 2.

        Example:
            >>> from loyalcore.testing import example
            >>> example().bulk.reactivate("lifecycle:deactivated", key="welcome-back").rows
            0
        """
        return self._run(who, partial(Reactivate, key=key), program, each, progress)

    def invite(
        self,
        who: Who,
        *,
        key: str,
        program: str | None = None,
        each: Each | None = None,
        progress: Progress | None = None,
    ) -> BulkResult:
        """Invite customers to become referrers: one notice each, none for who has joined already.

        Args:
            who: As `deactivate` takes it.
            key: Idempotency key of every row.
            program: The program's id, where the host runs several.
            each: Told every row, in order, once its chunk is written.
            progress: Told how many rows are done after each chunk.

        Returns:
            As `deactivate`; who has joined is unchanged, who was invited before is refused while the program says so.

        Raises:
            InvalidInput: As `deactivate`.
            LimitExceeded: As `deactivate`.
            NotFound: The program is not there.
            ConcurrencyConflict: As `deactivate`.
            StoreError: As `deactivate`.

        Source: BLP (invite selected customers).

        Example:
            >>> from loyalcore import ReferralPolicy
            >>> from loyalcore.testing import example
            >>> example(referrals=ReferralPolicy()).bulk.invite("program_status:not_joined", key="spring").done
            1
        """
        return self._run(who, partial(Invite, key=key, program=program), program, each, progress)

    def tag(
        self,
        who: Who,
        *,
        key: str,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        program: str | None = None,
        each: Each | None = None,
        progress: Progress | None = None,
    ) -> BulkResult:
        """Give customers tags, and take some away.

        Args:
            who: As `deactivate` takes it.
            key: Idempotency key of every row.
            add: Tags to give.
            remove: Tags to take away; those that are not there are passed over.
            program: The program that a query is about, where the host runs several.
            each: Told every row, in order, once its chunk is written.
            progress: Told how many rows are done after each chunk.

        Returns:
            As `deactivate`.

        Raises:
            InvalidInput: As `deactivate`; no tag at all, or one that is given and taken away.
            LimitExceeded: As `deactivate`.
            NotFound: The program is not there.
            ConcurrencyConflict: As `deactivate`.
            StoreError: As `deactivate`.

        Source: DOMAIN 2 (bulk actions), 3.7.

        Example:
            >>> from loyalcore.testing import example
            >>> example().bulk.tag("points:0", add=["asleep"], key="asleep-2026").done
            1
        """
        make = partial(Tag, add=listed_texts(add), remove=listed_texts(remove), key=key)
        return self._run(who, make, program, each, progress)

    def adjust(
        self,
        who: Who,
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
        each: Each | None = None,
        progress: Progress | None = None,
    ) -> BulkResult:
        """Add points to the balance of customers, or take some: `-10` removes ten from each.

        Args:
            who: As `deactivate` takes it.
            points: -10^15 to 10^15, not 0.
            reason: Why; required.
            key: Idempotency key of every row.
            expiry: When points added lapse; None is the program's.
            expires_at: Or the first instant at which they are gone.
            expires_on: Or the last valid day in the program's zone.
            occurred_at: When it happened.
            note: Free text kept apart, at most 500 characters.
            ledger: The ledger; an unknown subledger is created when points are added.
            program: The program's id, where the host runs several; a query is about it too.
            each: Told every row, in order, once its chunk is written.
            progress: Told how many rows are done after each chunk.

        Returns:
            As `deactivate`; who has fewer points than are taken is refused, where the shortfall policy rejects it.

        Raises:
            InvalidInput: As `deactivate`; no reason, no program where several run, or two ways of saying one thing.
            LimitExceeded: As `deactivate`; an amount beyond its limit.
            NotFound: The program is not there.
            ConcurrencyConflict: As `deactivate`.
            StoreError: As `deactivate`.

        Source: WIZ customer list ("add points", "-10" removes ten).

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> shop.bulk.adjust(["ada"], 10, reason="sorry", key="sorry-1").done
            1
            >>> [row.error.code for row in shop.bulk.adjust("points:<50", -20, reason="oops", key="oops-1").refusals]
            ['insufficient_points']
        """
        make = partial(
            Adjust,
            points=points,
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
        self._executor.program(program)
        return self._run(who, make, program, each, progress, Batch.open)

    def extend(
        self,
        who: Who,
        *,
        reason: str,
        key: str,
        by: str | None = None,
        expiry: str | None = None,
        expires_at: datetime | None = None,
        expires_on: date | None = None,
        occurred_at: datetime | None = None,
        note: str | None = None,
        ledger: str = "",
        program: str | None = None,
        each: Each | None = None,
        progress: Progress | None = None,
    ) -> BulkResult:
        """Move the expiry of all active and pending points of customers.

        Args:
            who: As `deactivate` takes it.
            reason: Why; required.
            key: Idempotency key of every row.
            by: A span to add to each date, for example `1M`.
            expiry: Or an expression that counts from now, `unlimited` among them.
            expires_at: Or the first instant at which they are gone.
            expires_on: Or the last valid day in the program's zone.
            occurred_at: When it happened.
            note: Free text kept apart, at most 500 characters.
            ledger: The ledger.
            program: The program's id, where the host runs several; a query is about it too.
            each: Told every row, in order, once its chunk is written.
            progress: Told how many rows are done after each chunk.

        Returns:
            As `deactivate`; who has no points whose date moves is unchanged.

        Raises:
            InvalidInput: As `deactivate`; no reason, no program where several run, or not exactly one new expiry.
            LimitExceeded: As `deactivate`.
            NotFound: The program is not there.
            ConcurrencyConflict: As `deactivate`.
            StoreError: As `deactivate`.

        Source: DOMAIN 2 (bulk actions), 3.2.

        Example:
            >>> from loyalcore.testing import example
            >>> shop = example()
            >>> earned = shop.points.award("ada", 120, reason="order", expiry="1M", key="w-1")
            >>> shop.bulk.extend("points:>=100", by="1M", reason="strike at the post", key="strike").done
            1
        """
        make = partial(
            Extend,
            reason=reason,
            key=key,
            by=by,
            expiry=expiry,
            expires_at=expires_at,
            expires_on=expires_on,
            occurred_at=occurred_at,
            note=note,
            ledger=ledger,
            program=program,
        )
        self._executor.program(program)
        return self._run(who, make, program, each, progress)

    def _run(
        self,
        who: Who,
        make: Callable[[str], Command],
        program: str | None,
        each: Each | None,
        progress: Progress | None,
        open_together: Callable[..., Any] = Series,
    ) -> BulkResult:
        """Make the command of every row and run them chunk by chunk; what is wrong with all of them is raised first."""
        actor = self._acting()
        make(_ANYBODY)
        for path, told in (("each", each), ("progress", progress)):
            if told is not None and not callable(told):
                raise InvalidInput("give something to call", path=path)
        result = BulkResult()
        for names in select_customers(self._executor, who, program):
            with without_collector():
                made = [_made(make, name) for name in names]
                commands = [command for command in made if not isinstance(command, LoyaltyError)]
                answers = iter(self._executor.run_together(commands, actor, open_together))
                rows = [
                    _row(name, command if isinstance(command, LoyaltyError) else next(answers))
                    for name, command in zip(names, made, strict=True)
                ]
                result = result.plus(rows)
            if each is not None:
                for row in rows:
                    each(row)
            if progress is not None:
                progress(result.progress)
        return result


def _made(make: Callable[[str], Command], customer_id: str) -> Command | LoyaltyError:
    """Make the command of a row; an id that nobody can have is the row's own fault."""
    try:
        return make(customer_id)
    except LoyaltyError as error:
        return error.with_traceback(None)


def _row(customer_id: str, answer: Any) -> BulkRow:
    return BulkRow(customer_id, error=answer) if isinstance(answer, LoyaltyError) else BulkRow(customer_id, answer)
