"""Units inside a transaction of the host's: on a savepoint, never committing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from loyalcore.adapters.sqlalchemy._unit import SqlUnit
from loyalcore.adapters.sqlalchemy._upgrade import check_revision
from loyalcore.errors import InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import TypeVar

    from loyalcore.adapters.sqlalchemy._dialects import Dialect
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.domain.decision import Ref

    T = TypeVar("T")

SAVEPOINT = "loyal_unit"


class LentStore:
    """A store whose units run inside the transaction of a connection that the host has lent.

    Args:
        dialect: The database.
        statements: Its statements.
        connection: The driver's connection, or SQLAlchemy's.
        abilities: What the store that it was made from offers.

    Raises:
        InvalidInput: It is no connection to this database, has no transaction, or one that cannot read what others
            have committed.
        SchemaMismatch: The database that it leads to has no tables, or of another version.
    """

    def __init__(self, dialect: Dialect, statements: Statements, connection: object, abilities: frozenset[str]) -> None:
        link = dialect.lend(_driver_connection(connection))
        check_revision(dialect, link)
        self.abilities: frozenset[str] = abilities - {"processes", "threads", "within"}
        self._links: Any = _LentLinks(_LentDialect(dialect), link)
        self._statements = statements

    def unit(self, *, readonly: bool = False) -> SqlUnit:
        """Open a unit on a savepoint of the host's transaction."""
        return LentUnit(self._links, self._statements, readonly)


def _driver_connection(connection: object) -> object:
    if not isinstance(connection, Connection):
        return connection
    if not connection.in_transaction():
        raise InvalidInput("begin a transaction first: with connection.begin()", path="connection")
    return connection.connection.driver_connection


class LentUnit(SqlUnit):
    """A unit that reads what others have committed with each statement, as its host does.

    So one that writes locks whatever it loads, from the first try on; and one that reads asks until two answers agree.
    """

    __slots__ = ()

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref."""
        if not self._readonly:
            return super().load(refs, lock=True)
        found = super().load(refs)
        while (again := super().load(refs)) != found:
            found = again
        return found


class _LentDialect:
    """A dialect whose transactions are savepoints."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._is_begun = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dialect, name)

    def begin(self, link: Any, readonly: bool) -> bool:
        link.cursor.execute(f"SAVEPOINT {SAVEPOINT}")
        self._is_begun = True
        return not readonly

    def see_newest(self, link: Any) -> None:
        """Do nothing: the host's transaction does."""

    def is_begun(self, link: Any) -> bool:
        return self._is_begun

    def commit(self, link: Any) -> None:
        self._is_begun = False
        link.cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")

    def rollback(self, link: Any) -> None:
        if self._is_begun:
            self._is_begun = False
            link.cursor.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
            link.cursor.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")

    def end_reading(self, link: Any) -> None:
        self.rollback(link)


class _LentLinks:
    """The single connection of the host's: it is neither opened nor closed here, and nobody waits for a turn."""

    is_shared = False
    is_closed = False

    def __init__(self, dialect: _LentDialect, link: Any) -> None:
        self.dialect = dialect
        self._link = link

    def take(self) -> Any:
        return self._link

    def replaced(self, link: Any) -> Any:
        if self.dialect.is_broken(link):
            raise StoreUnavailable("the connection that was lent is closed or broken")
        return link

    def give(self, link: Any) -> None:
        """Leave it to the host."""

    drop = give

    def wait_turn(self) -> None:
        """Go on: the host has begun."""

    end_turn = wait_turn

    def patiently(self, act: Callable[[], T]) -> T:
        """Do it once: how long one waits is the host's to say."""
        try:
            return act()
        except self.dialect.Error as error:
            raise self.dialect.blame(error, "store") from error
