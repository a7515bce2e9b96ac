"""The contract catches wrong stores: each by a named test, which the memory store passes."""

from __future__ import annotations

import inspect
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import LoyaltyError
from loyalcore.store import _protocol
from loyalcore.testing.contract import (
    AppendContract,
    BusinessReferenceContract,
    ConcurrencyContract,
    Contract,
    CrashContract,
    DifferentialContract,
    ExpiryContract,
    HoldContract,
    HonestyContract,
    IdempotencyContract,
    LockingContract,
    ReversalContract,
    StoreContract,
    StreamingContract,
    UnitOfWorkContract,
    VersionContract,
)
from tests.contract import _broken as broken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Caught(NamedTuple):
    """A wrong store, and the test that catches it."""

    store: type[MemoryStore]
    part: type[Contract]
    test: str
    fields: Mapping[str, Any] = MappingProxyType({})


CAUGHT = [
    Caught(broken.BlindWrite, VersionContract, "test_a_stale_change_set_is_refused_whole"),
    Caught(broken.BlindWrite, VersionContract, "test_of_racing_puts_one_is_taken"),
    Caught(
        broken.BlindWrite,
        VersionContract,
        "test_a_stale_put_is_refused",
        {"kind": "ledger", "stored": 2, "expected": 1},
    ),
    Caught(broken.EarlyCheck, VersionContract, "test_of_racing_puts_one_is_taken"),
    Caught(broken.EarlyCheck, IdempotencyContract, "test_racing_deliveries_have_one_effect"),
    Caught(broken.EarlyCheck, BusinessReferenceContract, "test_racing_keys_pay_a_fact_once"),
    Caught(broken.LookFirst, AppendContract, "test_a_taken_name_is_refused_whole", {"kind": "key"}),
    Caught(broken.LookFirst, AppendContract, "test_a_name_is_taken_within_a_unit", {"kind": "fact"}),
    Caught(broken.Folding, IdempotencyContract, "test_keys_compare_exactly", {"first": "key-a", "second": "KEY-A"}),
    Caught(broken.Folding, IdempotencyContract, "test_keys_compare_exactly", {"first": "key", "second": "key "}),
    Caught(broken.Leaky, UnitOfWorkContract, "test_a_unit_without_commit_leaves_nothing"),
    Caught(broken.Leaky, UnitOfWorkContract, "test_what_is_not_committed_is_invisible"),
    Caught(broken.Forgetting, UnitOfWorkContract, "test_a_committed_unit_is_there_whole"),
    Caught(broken.Truncating, ExpiryContract, "test_a_sweep_changes_no_balance"),
    Caught(broken.SpendBlind, ExpiryContract, "test_a_sweep_expires_what_was_not_spent"),
    Caught(broken.Labelling, ExpiryContract, "test_whatever_makes_a_ledger_due_is_found", {"what": "hold"}),
    Caught(broken.RacyRead, StreamingContract, "test_a_stream_is_one_view"),
    Caught(broken.EarlyCheck, ConcurrencyContract, "test_contested_ledgers_are_not_overspent"),
    Caught(broken.EarlyCheck, HoldContract, "test_of_racing_resolutions_one_is_taken"),
    Caught(broken.EarlyCheck, ReversalContract, "test_racing_restores_give_back_once"),
    Caught(broken.Leaky, CrashContract, "test_a_retry_mends_a_crash", {"name": "points.spend"}),
    Caught(broken.Forgetting, HonestyContract, "test_another_thread_sees_what_was_committed"),
    Caught(
        broken.SpendBlind,
        DifferentialContract,
        "test_a_script_leaves_the_same_records",
        {"policy": "per lot, with tiers"},
    ),
    Caught(broken.SpendBlind, HoldContract, "test_held_points_do_not_expire"),
    Caught(broken.Careless, LockingContract, "test_a_second_lock_waits_or_fails"),
]


@pytest.mark.parametrize("caught", CAUGHT, ids=lambda each: f"{each.store.__name__}-{each.test}")
def test_a_wrong_store_is_caught(caught: Caught) -> None:
    """A store that breaks one promise fails the test that names it, and the memory store passes that test."""
    run: Callable[..., None] = getattr(caught.part(), caught.test)
    run(store=MemoryStore(), **caught.fields)
    with pytest.raises((AssertionError, LoyaltyError, pytest.fail.Exception)):
        run(store=caught.store(), **caught.fields)


PROMISES = re.findall(r"^ +(P\d+)  ", _protocol.__doc__ or "", re.MULTILINE)
TESTS = [name for name in dir(StoreContract) if name.startswith("test_")]


@pytest.mark.parametrize("name", TESTS)
def test_every_test_names_its_promise(name: str) -> None:
    """The docstring of each test of the contract begins with the number of the promise that it proves."""
    number, _, _fact = (inspect.getdoc(getattr(StoreContract, name)) or "").partition(":")
    assert number in PROMISES


def test_every_promise_is_proved() -> None:
    """Each promise of the protocol has a test."""
    named = {(inspect.getdoc(getattr(StoreContract, name)) or "").partition(":")[0] for name in TESTS}
    assert named == set(PROMISES)


def test_the_fixture_has_to_be_given() -> None:
    """A contract without a store says what to override."""
    fixture: Any = Contract.store
    with pytest.raises(NotImplementedError, match="fixture `store`"):
        fixture.__wrapped__(Contract())
