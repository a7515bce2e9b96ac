"""The contract refuses a harness that proves nothing, and says how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from examples.plain_store.store import PlainStore
from loyalcore.adapters.memory import MemoryStore
from loyalcore.testing.contract import HonestyContract
from tests.contract._dishonest import Boasting, Elsewhere, Lent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from loyalcore.store import Store

SEEN_FROM_OUTSIDE = ["test_another_process_sees_what_was_committed", "test_records_outlive_the_store"]


@pytest.fixture
def lent(tmp_path: Path) -> Iterator[Store]:
    """A store inside an outer transaction."""
    store = Lent(str(tmp_path / "lent.db"))
    yield store
    store.close()


@pytest.mark.parametrize("test", SEEN_FROM_OUTSIDE)
def test_an_outer_transaction_is_refused(lent: Store, test: str) -> None:
    """A suite whose units commit nothing but a savepoint is told so, and how to mend it."""
    with pytest.raises(AssertionError, match=r"inside an outer transaction.* TransactionTestCase"):
        getattr(HonestyContract(), test)(lent)


@pytest.mark.parametrize("test", SEEN_FROM_OUTSIDE)
def test_a_store_that_cannot_be_pickled_is_found_out(test: str) -> None:
    """A store that declares `processes` and cannot be pickled fails, and is told what to give it."""
    with pytest.raises(AssertionError, match="__reduce__"):
        getattr(HonestyContract(), test)(Boasting())


@pytest.mark.parametrize("test", SEEN_FROM_OUTSIDE)
def test_a_copy_with_other_records_is_found_out(test: str) -> None:
    """A store whose copy opens other records fails."""
    with pytest.raises(AssertionError, match="opens other records"):
        getattr(HonestyContract(), test)(Elsewhere())


def test_a_store_that_is_kept_between_tests_is_found_out() -> None:
    """A fixture that gives the same store again fails the second test."""
    store, contract = MemoryStore(), HonestyContract()
    contract.test_each_test_has_a_new_store(store, "first")
    with pytest.raises(AssertionError, match=r"second test found records of another one: \{'Customer': 1\}"):
        contract.test_each_test_has_a_new_store(store, "second")


def test_a_durable_store_may_say_how_it_is_opened_again(tmp_path: Path) -> None:
    """A durable store that cannot be pickled is opened again as its subclass of the contract says."""
    path = str(tmp_path / "plain.db")

    class OpenedByPath(HonestyContract):
        def reopen(self, store: Store) -> Store:
            """Open the file."""
            return PlainStore(path)

    OpenedByPath().test_records_outlive_the_store(PlainStore(path))
