"""One unit of work on one driver connection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy._reads import load
from loyalcore.adapters.sqlalchemy._streams import open_scans
from loyalcore.adapters.sqlalchemy._writes import write
from loyalcore.errors import OutcomeUnknown, ReadOnlyStore, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Link, Row
    from loyalcore.adapters.sqlalchemy._links import Links
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.adapters.sqlalchemy._streams import Scan
    from loyalcore.domain.decision import ChangeSet, Ref
    from loyalcore.query import All, Listing


class SqlUnit:
    """A transaction. A writing one has the store's write lock from its beginning to its end.

    After an `apply` that was refused the unit goes on as if it had not been called.

    Args:
        links: The store's connections.
        statements: The store's statements.
        readonly: Whether it refuses to apply.
    """

    __slots__ = (
        "_can_write",
        "_has_applied",
        "_has_read",
        "_has_turn",
        "_link",
        "_links",
        "_readonly",
        "_scans",
        "_statements",
    )

    def __init__(self, links: Links, statements: Statements, readonly: bool) -> None:
        self._links = links
        self._statements = statements
        self._readonly = readonly
        self._link: Link | None = None
        self._has_turn = False
        self._has_read = False
        self._can_write = False
        self._has_applied = False
        self._scans: list[Scan] = []

    # Beginning and ending

    def __enter__(self) -> Self:
        if self._link is not None:
            raise StoreUnavailable("this unit has begun already")
        links = self._links
        if not self._readonly:
            links.wait_turn()
            self._has_turn = True
        try:
            self._link = link = links.take()
            try:
                self._can_write = links.dialect.begin(link, self._readonly)
            except links.dialect.Error:
                self._link = link = links.replaced(link)
                self._can_write = links.patiently(partial(links.dialect.begin, link, self._readonly))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._link is not None:
            self._end()

    @property
    def connection(self) -> Any:
        """The driver's connection, for a host's repository within this unit's transaction; it leaves the commit to us.

        Raises:
            StoreUnavailable: The unit has not begun or has ended.
        """
        return self._working().connection

    def commit(self) -> None:
        """Make everything applied visible and durable, and end.

        Raises:
            StoreUnavailable: The unit has ended, or the database was busy for too long; nothing was written.
            ReadOnlyStore: The database can be read but not written; nothing was written.
            OutcomeUnknown: The database failed in the middle of it.
        """
        link, links = self._working(), self._links
        self._close_scans()
        try:
            try:
                links.dialect.commit(link)
            except links.dialect.Error as error:
                self._commit_again(link, error)
        finally:
            self._end()

    def _commit_again(self, link: Link, error: Exception) -> None:
        links = self._links
        is_broken = links.dialect.is_broken(link)
        if not is_broken and links.dialect.is_busy(error):
            links.patiently(partial(links.dialect.commit, link))
        elif not is_broken and links.dialect.is_undone(error):
            raise links.dialect.blame(error, "store") from error
        else:
            self._link = None
            links.drop(link)
            raise OutcomeUnknown(
                "the database failed while it committed: the same command with the same key settles what became of it"
            ) from error

    def _end(self) -> None:
        """Give back the connection, with what was not committed undone, and the turn."""
        self._close_scans()
        link, self._link = self._link, None
        links = self._links
        try:
            if link is not None:
                try:
                    (links.dialect.end_reading if self._readonly else links.dialect.rollback)(link)
                except links.dialect.Error:
                    links.drop(link)
                else:
                    links.give(link)
        finally:
            if self._has_turn:
                self._has_turn = False
                links.end_turn()

    def _working(self) -> Link:
        if self._link is None:
            raise StoreUnavailable("the unit has not begun or has ended")
        return self._link

    # The repository

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref.

        Args:
            refs: What is asked.
            lock: Whether others who lock the same wait; where writers take turns everything is locked already.

        Raises:
            CapabilityMissing: A ref is of a kind that this store does not keep.
            StaleVersion: What is to be locked has changed since this unit read, or two units wait for each other.
            StoreUnavailable: The unit has ended, or the database cannot be read.
        """
        link, dialect = self._working(), self._links.dialect
        try:
            if lock and dialect.idiom.locks and not self._has_read:
                dialect.see_newest(link)
            self._has_read = True
            return load(dialect, link, self._statements, refs, lock and not self._readonly)
        except dialect.Error as error:
            raise dialect.blame(error, "record") from error

    def apply(self, changes: ChangeSet) -> None:
        """Write a change set, or refuse it whole.

        Raises:
            ReadOnlyStore: The unit or the database can only be read.
            CapabilityMissing: A record is of a kind that this store does not keep.
            StaleVersion: A version is not the expected one, or a name is taken.
            StoreUnavailable: The unit has ended, or the database cannot be written.
        """
        if self._readonly:
            raise ReadOnlyStore("a read-only unit applies nothing: open it without readonly")
        link = self._working()
        if not self._can_write:
            raise ReadOnlyStore("the store can be read but not written: its file or folder is write-protected")
        for scan in self._scans:
            scan.drain()
        dialect = self._links.dialect
        try:
            if self._has_applied:
                link.cursor.execute("SAVEPOINT applying")
            self._has_read = True
            write(dialect, link, self._statements, changes)
            if self._has_applied:
                link.cursor.execute("RELEASE applying")
        except BaseException as error:
            self._undo(link)
            if isinstance(error, dialect.Error):
                raise dialect.blame(error, "record") from error
            raise
        self._has_applied = True

    def _undo(self, link: Link) -> None:
        """Undo what was written of one change set; end the unit where the database has undone more than that."""
        links = self._links
        try:
            if not self._has_applied:
                links.dialect.rollback(link)
                self._can_write = links.patiently(partial(links.dialect.begin, link, False))
                self._has_read = False
            elif links.dialect.is_begun(link):
                link.cursor.execute("ROLLBACK TO applying")
                link.cursor.execute("RELEASE applying")
            else:
                self._end()
        except links.dialect.Error:
            self._end()

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give the records of a query one by one in the order of their names, as they are now.

        Args:
            query: What is asked.
            at: Not used: the query says by when a ledger is due.

        Raises:
            CapabilityMissing: The store does not keep records of this kind.
            StoreUnavailable: The unit has ended, also between two records, or the database cannot be read.
        """
        link, dialect = self._working(), self._links.dialect
        self._has_read = True
        try:
            scans, records = open_scans(dialect, link, self._statements, query)
        except dialect.Error as error:
            raise dialect.blame(error, "record") from error
        self._scans = [*(scan for scan in self._scans if scan.is_open), *scans]
        return records

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows of a listing from its place on, the nearest first.

        Args:
            listing: What is asked.
            at: The instant of asking.

        Raises:
            CapabilityMissing: There is no list of such rows, or no column of a field.
            StoreUnavailable: The unit has ended, or the database cannot be read.
        """
        return self._statements.listings.page(self._asking(), listing, at)

    def count(self, listing: Listing, at: datetime) -> int:
        """Give the number of rows of a listing.

        Args:
            listing: What is asked; its place and its most rows do not matter.
            at: The instant of asking.

        Raises:
            CapabilityMissing: There is no list of such rows, or no column of a field.
            StoreUnavailable: The unit has ended, or the database cannot be read.
        """
        return self._statements.listings.count(self._asking(), listing, at)

    def _asking(self) -> Callable[[Ask], list[Row]]:
        link, dialect = self._working(), self._links.dialect
        self._has_read = True

        def ask(asked: Ask) -> list[Row]:
            try:
                (rows,) = dialect.ask(link, [asked])
            except dialect.Error as error:
                raise dialect.blame(error, "record") from error
            return rows

        return ask

    def _close_scans(self) -> None:
        for scan in self._scans:
            scan.close()
        self._scans = []


class BriefUnit(SqlUnit):
    """A read-only unit in memory: it has the single connection for one call at a time.

    So another unit can write while records are streamed. Each call sees one state; two calls may see two.
    """

    __slots__ = ("_is_open",)

    def __init__(self, links: Links, statements: Statements) -> None:
        super().__init__(links, statements, readonly=True)
        self._is_open = False

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_open = False

    def commit(self) -> None:
        """End; there is nothing to make durable."""
        self._check_open()
        self._is_open = False

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreUnavailable("the unit has not begun or has ended")

    def load(self, refs: Collection[Ref], lock: bool = False) -> Mapping[Ref, Any]:
        """Give the record of every ref."""
        self._check_open()
        with self._links.brief() as link:
            self._link = link
            try:
                return super().load(refs)
            finally:
                self._link = None

    def stream(self, query: All, at: datetime) -> Iterator[Any]:
        """Give the records of a query one by one; they are read now."""
        self._check_open()
        with self._links.brief() as link:
            self._link = link
            try:
                records = super().stream(query, at)
                for scan in self._scans:
                    scan.drain()
                return records
            finally:
                self._scans, self._link = [], None

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Give the rows of a listing from its place on, the nearest first."""
        self._check_open()
        with self._links.brief() as link:
            self._link = link
            try:
                return super().page(listing, at)
            finally:
                self._link = None

    def count(self, listing: Listing, at: datetime) -> int:
        """Give the number of rows of a listing."""
        self._check_open()
        with self._links.brief() as link:
            self._link = link
            try:
                return super().count(listing, at)
            finally:
                self._link = None
