"""The harness is honest: each test has a new store, a commit is one, and what the store declares is so (P2, P15).

A suite inside an outer transaction proves nothing about commits: no other connection sees what a unit committed, and
nothing of it is there in the end. These tests refuse such a pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Customer
from loyalcore.testing._crew import close, reopened, together
from loyalcore.testing._play import dump, records
from loyalcore.testing.contract import _samples as samples
from loyalcore.testing.contract._contract import Contract, need, race, read, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.store import Store

HERE, THERE = "written-here", "written-there"
MEND = (
    "Either the suite runs inside an outer transaction, or all units share one connection whose transaction somebody "
    "else ends, or the other one opens other records. Let the units commit on connections of the store's own. With "
    "Django use TransactionTestCase, or @pytest.mark.django_db(transaction=True), never TestCase. Give the suite the "
    "store itself, not one that is bound to a lent connection"
)


@attrs.frozen
class _Visit:
    """Looks for what was written here, and writes something in return where it is seen."""

    def __call__(self, store: Store) -> list[str]:
        seen = _names(store)
        if seen == [HERE]:
            write(store, samples.put(samples.customer(THERE, holder_id="holder-2")))
        return seen


class HonestyContract(Contract):
    """The harness is honest."""

    def reopen(self, store: Store) -> Store:
        """Open the records of a durable store once more, on a new connection; a subclass says how, where no copy can.

        Args:
            store: The store, open.

        Returns:
            Another store of the same records.
        """
        return reopened(store)

    @pytest.mark.parametrize("turn", ["first", "second"])
    def test_each_test_has_a_new_store(self, store: Store, turn: str) -> None:
        """P2: the fixture gives each test a store that holds nothing; what another test wrote is not in it."""
        left = {kind: len(found) for kind, found in dump(store).items() if found}
        assert not left, f"the {turn} test found records of another one: {left}. Make a new store for each test"
        write(store, samples.put(samples.customer(HERE)))
        assert _names(store) == [HERE]

    def test_another_thread_sees_what_was_committed(self, store: Store) -> None:
        """P15: what a unit of one thread committed is seen by a unit of another thread."""
        need(store, "threads")
        write(store, samples.put(samples.customer(HERE)))
        (seen,) = race([lambda: _names(store)])
        assert seen == [HERE], _refuse("thread", seen)

    def test_another_process_sees_what_was_committed(self, store: Store) -> None:
        """P15: a store that declares `processes` can be pickled; its copy in another process has the same records."""
        need(store, "processes")
        write(store, samples.put(samples.customer(HERE)))
        seen = _tried(lambda: together(store, [_Visit()])[0])
        assert seen == [HERE], _refuse("process", seen)
        found = read(store, samples.customer(THERE).ref)
        assert found is not None, f"what another process committed is not seen here. {MEND}"
        assert _names(store) == [HERE, THERE]

    def test_records_outlive_the_store(self, store: Store) -> None:
        """P15: what a `durable` store committed is there when the store is closed and its records are opened again."""
        need(store, "durable")
        write(store, samples.put(samples.customer(HERE)))
        seen = _tried(lambda: self._seen_again(store))
        assert seen == [HERE], _refuse("connection, opened later,", seen)

    def _seen_again(self, store: Store) -> list[str]:
        again = self.reopen(store)
        close(store)
        try:
            return _names(again)
        finally:
            close(again)


def _tried(act: Callable[[], Any]) -> Any:
    """Do something; give what went wrong, such as a lock that an outer transaction holds, as what was found."""
    try:
        return act()
    except Exception as error:  # noqa: BLE001 - the message shows it beside what may be the reason
        return error


def _names(store: Store) -> list[str]:
    return [row.customer_id for row in records(store, Customer)]


def _refuse(who: str, seen: object) -> str:
    return f"what was committed is not seen by another {who}: it found {seen!r}. {MEND}"
