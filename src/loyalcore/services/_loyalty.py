"""Loyalty: a store, the programs that run on it, and who acts."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from loyalcore.domain.flows import Series
from loyalcore.domain.programs import Program, Registry, by_id
from loyalcore.errors import InvalidInput, LimitExceeded, LoyaltyError, StoreError
from loyalcore.execution import Executor
from loyalcore.services._outcomes import Outcome, check_atomic, commands_of, outcomes_of
from loyalcore.services.bulk import Bulk
from loyalcore.services.customers import Customers
from loyalcore.services.entries import Entries
from loyalcore.services.orders import Orders
from loyalcore.services.outbox import Outbox
from loyalcore.services.points import Points
from loyalcore.services.referral_codes import ReferralCodes
from loyalcore.services.referrals import Referrals
from loyalcore.services.segments import Segments
from loyalcore.services.tiers import Tiers
from loyalcore.values.clock import Clock
from loyalcore.values.ids import Ids, check_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.store import Store

ENVIRONMENTS = ("live", "sandbox")
BATCH_MAX = 1_000


class Loyalty:
    """The door to everything: what a host holds and calls.

    Args:
        store: Where the records are.
        programs: The programs that run; several versions of one id each apply from their own instant.
        environment: `live` or `sandbox`: two worlds in one store.
        clock: What time it is; the system's where None.
        ids: Where new ids come from; the system's where None.
        registry: The host's own functions, by the names that programs give them.
        actor: Who acts, opaque; better said by `acting_as`.

    Raises:
        InvalidInput: An argument of the wrong type, an unknown environment, versions of one program that do not go
            together, or a program that names a function which the registry does not have.

    Source: HOUSE 1.

    Example:
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> beans = Program("beans", currency="EUR", timezone="Europe/Berlin")
        >>> shop = Loyalty(MemoryStore(), programs=[beans]).acting_as("checkout")
        >>> shop.customers.register("ada").customer.customer_id
        'ada'
        >>> shop.points.award("ada", 120, reason="welcome", key="w-1").points
        120
        >>> shop.points.balance("ada").active
        120
    """

    def __init__(
        self,
        store: Store,
        programs: Iterable[Program],
        *,
        environment: str = "live",
        clock: Clock | None = None,
        ids: Ids | None = None,
        registry: Registry | None = None,
        actor: str | None = None,
    ) -> None:
        if isinstance(store, type):
            raise InvalidInput(f"give a store, not its class: {store.__name__}(...)", path="store")
        if not callable(getattr(store, "unit", None)):
            raise InvalidInput(f"give a store, not {type(store).__name__}", path="store")
        environment = check_text(environment, "environment")
        if environment not in ENVIRONMENTS:
            raise InvalidInput("give 'live' or 'sandbox'", path="environment")
        if not isinstance(clock, Clock | None):
            raise InvalidInput(f"give a clock, not {type(clock).__name__}", path="clock")
        if not isinstance(ids, Ids | None):
            raise InvalidInput(f"give a source of ids, not {type(ids).__name__}", path="ids")
        if not isinstance(registry, Registry | None):
            raise InvalidInput(f"give a Registry, not {type(registry).__name__}", path="registry")
        registry = Registry() if registry is None else registry
        executor = Executor(store, _checked(by_id(programs), registry), environment, registry, clock, ids)
        self._open(executor, None if actor is None else check_text(actor, "actor"))

    def _open(self, executor: Executor, actor: str | None) -> None:
        self._executor = executor
        self._actor = actor
        self.points: Points = Points(executor, self.run, self._acting)
        self.outbox: Outbox = Outbox(executor, self.run, self._acting)
        self.customers: Customers = Customers(executor, self.run)
        self.entries: Entries = Entries(executor)
        self.orders: Orders = Orders(executor, self.run)
        self.bulk: Bulk = Bulk(executor, self._acting)
        self.tiers: Tiers = Tiers(executor, self.run, self._acting)
        self.referrals: Referrals = Referrals(executor, self.run)
        self.referral_codes: ReferralCodes = ReferralCodes(executor, self.run)
        self.segments: Segments = Segments(executor, self.run, self.customers)

    @property
    def environment(self) -> str:
        """`live` or `sandbox`."""
        return self._executor.environment

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that run, each with all of its versions."""
        return tuple(each for program in self._executor.programs.values() for each in program.versions or (program,))

    def acting_as(self, actor: str) -> Loyalty:
        """Say once who acts; every entry written through the answer names it.

        Args:
            actor: Opaque, 1 to 255 printable characters.

        Raises:
            InvalidInput: Not text, empty, or unprintable.
            LimitExceeded: Longer than 255 characters.

        Source: DOMAIN 3.2.

        Example:
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> loyalty = Loyalty(MemoryStore(), [Program("beans", currency="EUR", timezone="UTC")])
            >>> loyalty.acting_as("checkout").environment
            'live'
        """
        acting = object.__new__(type(self))
        acting._open(self._executor, check_text(actor, "actor"))
        return acting

    def within(self, connection: object) -> Loyalty:
        """Work inside a transaction of yours: what is booked is committed with it, or rolled back with it.

        Commands are booked on savepoints; the transaction is never committed here, and where it has to be begun anew,
        after a deadlock say, that is left to you.

        Args:
            connection: The open connection, in a transaction; which kind is the store's to say. `SqlStore.within` takes
                a connection of `sqlite3`, `psycopg` or SQLAlchemy to the store's database.

        Returns:
            The same library, for as long as the transaction lasts.

        Raises:
            CapabilityMissing: The store does not offer `within`.
            InvalidInput: It is no such connection, has no transaction, or one at the wrong level.
            SchemaMismatch: The database that it leads to holds no tables of this version.
            StoreUnavailable: The connection is broken, or another one writes.

        Source: HOUSE 4.

        Example:
            >>> from sqlalchemy import create_engine
            >>> from loyalcore.adapters.sqlalchemy import SqlStore
            >>> engine = create_engine("sqlite://")
            >>> beans = Program("beans", currency="EUR", timezone="UTC")
            >>> store = SqlStore(engine)
            >>> shop = Loyalty(store, [beans], actor="checkout")
            >>> with engine.connect() as connection:
            ...     begun = connection.exec_driver_sql("BEGIN IMMEDIATE")
            ...     registered = shop.within(connection).customers.register("ada")
            ...     connection.rollback()
            >>> shop.customers.register("ada").replayed
            False
            >>> store.close()
            >>> engine.dispose()
        """
        acting = object.__new__(type(self))
        acting._open(self._executor.within(connection), self._actor)
        return acting

    def run(self, command: Command) -> Receipt:
        """Run a command.

        Args:
            command: What is wanted.

        Returns:
            The receipt; the first one again where the key was used before.

        Raises:
            InvalidInput: Nobody acts, it is no command, or it names no program where several run.
            NotFound: What it names is not there.
            IdempotencyConflict: The key was used with another payload.
            FactConflict: The fact was paid with another number of points.
            Refused: The program says no.
            ConcurrencyConflict: Other writers won every attempt.
            StoreError: The store could not do its part.

        Source: HOUSE 1.

        Example:
            >>> from loyalcore import Award, Register
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> shop = Loyalty(MemoryStore(), [Program("beans", currency="EUR", timezone="UTC")], actor="checkout")
            >>> shop.run(Register("ada")).replayed
            False
            >>> shop.run(Award("ada", 5, reason="welcome", key="w-1")).points
            5
        """
        return self._executor.run(command, self._acting())

    def run_many(self, commands: Iterable[Command], *, atomic: bool = False) -> tuple[Outcome, ...]:
        """Run commands one after the other, each on its own: one that is refused does not stop the next.

        Or all or nothing: in one unit, at one instant, each seeing what those before it did. Where one is refused,
        nothing is written; every refused one has its error, and the others neither receipt nor error.

        Args:
            commands: What is wanted, in order, at most 1,000.
            atomic: Whether all are written or none.

        Returns:
            One outcome per command, in order.

        Raises:
            InvalidInput: Nobody acts, or there is no list of commands.
            LimitExceeded: There are more than 1,000; nothing is done.
            ConcurrencyConflict: Where all or nothing is asked: other writers won every attempt; nothing is done.
            StoreError: The store could not do its part; commands before it are done, or none.

        Source: HOUSE 1, DOMAIN 3.9.

        Example:
            >>> from loyalcore import Register, Spend
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> shop = Loyalty(MemoryStore(), [Program("beans", currency="EUR", timezone="UTC")], actor="checkout")
            >>> outcomes = shop.run_many([Register("ada"), Spend("ada", 5, key="s-1")])
            >>> outcomes[1].error.code
            'insufficient_points'
            >>> [
            ...     outcome.is_undone
            ...     for outcome in shop.run_many([Register("bob"), Spend("bob", 5, key="s")], atomic=True)
            ... ]
            [True, False]
        """
        actor, is_atomic = self._acting(), check_atomic(atomic)
        listed = list(islice(commands_of(commands), BATCH_MAX + 1))
        if len(listed) > BATCH_MAX:
            raise LimitExceeded("has too many commands", path="commands", limit=BATCH_MAX)
        if is_atomic:
            return tuple(
                outcomes_of(listed, self._executor.run_together(listed, actor, Series, atomic=True), atomic=True)
            )
        outcomes = []
        for command in listed:
            try:
                outcomes.append(Outcome(command, receipt=self.run(command)))
            except StoreError:
                raise
            except LoyaltyError as error:
                outcomes.append(Outcome(command, error=error))
        return tuple(outcomes)

    def preview(self, command: Command) -> Receipt:
        """Decide a command and write nothing.

        Args:
            command: What would be wanted.

        Returns:
            The receipt it would get now.

        Raises:
            LoyaltyError: What `run` would raise, but for conflicts with other writers.

        Source: HOUSE 1.

        Example:
            >>> from loyalcore import Award
            >>> from loyalcore.adapters.memory import MemoryStore
            >>> shop = Loyalty(MemoryStore(), [Program("beans", currency="EUR", timezone="UTC")], actor="checkout")
            >>> customer = shop.customers.register("ada")
            >>> shop.preview(Award("ada", 120, reason="welcome", key="x")).points
            120
            >>> shop.points.balance("ada").active
            0
        """
        return self._executor.preview(command, self._acting())

    def _acting(self) -> str:
        if self._actor is None:
            raise InvalidInput("say who acts: loyalty.acting_as('checkout')", path="actor")
        return self._actor


def _checked(programs: dict[str, Program], registry: Registry) -> dict[str, Program]:
    """Give programs whose functions are all in a registry."""
    for program in programs.values():
        for each in program.versions or (program,):
            registry.check(each)
    return programs
