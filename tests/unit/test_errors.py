"""The error tree: whose fault it was, a stable code, data that can be written as JSON, and a way through pickle."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest

from loyalcore import errors
from loyalcore.errors import (
    AlreadyResolved,
    CapabilityMissing,
    ConcurrencyConflict,
    Conflict,
    DeliveryFailed,
    FactConflict,
    Fault,
    IdempotencyConflict,
    IllegalTransition,
    Ineligible,
    InsufficientPoints,
    InvalidDocument,
    InvalidInput,
    InvalidQuery,
    LimitExceeded,
    LoyaltyError,
    NotFound,
    OrderTaken,
    OutcomeUnknown,
    PromiseBroken,
    ReadOnlyStore,
    ReferralRefused,
    Refused,
    ReturnTaken,
    ReturnTooLarge,
    SchemaMismatch,
    StaleVersion,
    StoreError,
    StoreUnavailable,
    SweepDue,
    Undeliverable,
    VersionConflict,
)

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
ALL = [getattr(errors, name) for name in errors.__all__ if name != "Fault"]
EXAMPLES: list[tuple[LoyaltyError, str, dict[str, Any]]] = [
    (
        Ineligible(status="excluded", move="earn"),
        "a customer who is excluded cannot earn points",
        {"status": "excluded", "move": "earn"},
    ),
    (
        ReferralRefused("the code may be used no more: ask the referrer for a new one", reason="expired"),
        "the code may be used no more: ask the referrer for a new one",
        {"reason": "expired"},
    ),
    (LoyaltyError("no"), "no", {}),
    (InvalidInput("must be a text", path="key"), "key: must be a text", {"path": "key"}),
    (InvalidInput("must be a text", path=""), "must be a text", {"path": ""}),
    (
        InvalidDocument([Fault("id", "is required")], path="beans.toml"),
        "beans.toml: 1 fault in the document\n  id: is required",
        {"faults": [{"path": "id", "message": "is required"}]},
    ),
    (
        InvalidDocument([Fault("id", "is required"), Fault("x", "is no key")]),
        "2 faults in the document\n  id: is required\n  x: is no key",
        {"faults": [{"path": "id", "message": "is required"}, {"path": "x", "message": "is no key"}], "path": ""},
    ),
    (
        InvalidQuery("ends too early", column=7),
        "at column 7: ends too early",
        {"path": "", "column": 7},
    ),
    (Refused("no"), "no", {}),
    (
        InsufficientPoints(requested=5, available=3, at=DAY_0),
        "5 points were asked for, 3 are available at 2026-01-01T12:00:00+00:00",
        {"requested": 5, "available": 3, "at": "2026-01-01T12:00:00+00:00"},
    ),
    (
        IllegalTransition(state="closed", move="open"),
        "cannot open what is closed",
        {"state": "closed", "move": "open"},
    ),
    (
        IllegalTransition(state="closed", move="open", hint="reopen it"),
        "cannot open what is closed: reopen it",
        {"state": "closed", "move": "open"},
    ),
    (
        AlreadyResolved(state="lapsed", move="resolve"),
        "cannot resolve what is lapsed",
        {"state": "lapsed", "move": "resolve"},
    ),
    (
        ReturnTooLarge(order_id="o-1", line_id="1", requested=3, left=2),
        "3 pieces of line '1' cannot be returned: 2 are left",
        {"order_id": "o-1", "line_id": "1", "requested": 3, "left": 2},
    ),
    (
        ReturnTooLarge(order_id="o-1", line_id=None, requested=1, left=0),
        "nothing of order 'o-1' is left to return",
        {"line_id": None},
    ),
    (
        OrderTaken(order_id="o-1", by="another customer"),
        "order 'o-1' is one of another customer; an order id is unique in its environment",
        {"order_id": "o-1", "by": "another customer"},
    ),
    (
        ReturnTaken(return_id="r-1"),
        "return 'r-1' was recorded before with other pieces or refund: a new return has its own id",
        {"return_id": "r-1"},
    ),
    (NotFound("ledger", "gifts"), "no ledger 'gifts'", {"kind": "ledger", "name": "gifts"}),
    (NotFound("ledger", "gifts", hint="award to it"), "no ledger 'gifts': award to it", {"kind": "ledger"}),
    (Conflict("no"), "no", {}),
    (
        VersionConflict("segment", found=3, given=2),
        "the segment is at version 3, not at 2",
        {"what": "segment", "found": 3, "given": 2},
    ),
    (
        VersionConflict("segment", found=3, given=None),
        "the segment is at version 3, and no version of it was given",
        {"what": "segment", "found": 3, "given": None},
    ),
    (
        SweepDue(limit=10_000),
        "query: time has changed too many of these rows since they were written: run points.sweep() (at most 10000)",
        {"path": "query", "limit": 10_000},
    ),
    (StaleVersion("ledger"), "ledger has changed since it was read", {"what": "ledger"}),
    (
        IdempotencyConflict(key="k", fields=("points", "reason")),
        "key 'k' was used before with other values of: points, reason; use a new key for a new command",
        {"key": "k", "fields": ["points", "reason"]},
    ),
    (
        FactConflict(fact="base/order/o-1", paid=5, requested=6),
        "base/order/o-1 was paid before with 5 points, not 6; a fact pays once",
        {"fact": "base/order/o-1", "paid": 5, "requested": 6},
    ),
    (
        ConcurrencyConflict(5),
        "other writers won 5 attempts; try again with the same key",
        {"attempts": 5},
    ),
    (
        LimitExceeded("has 256 characters", path="key", limit=255),
        "key: has 256 characters (at most 255)",
        {"path": "key", "limit": 255},
    ),
    (StoreError("no"), "no", {}),
    (DeliveryFailed("busy", retry_in=60), "busy", {"retry_in": 60}),
    (DeliveryFailed("busy"), "busy", {"retry_in": None}),
    (Undeliverable("no such mailbox"), "no such mailbox", {}),
    (StoreUnavailable("the store is closed"), "the store is closed", {}),
    (
        SchemaMismatch(found=None, expected="0001"),
        "the store holds no loyalcore tables, this library needs 0001: call upgrade() once",
        {"found": None, "expected": "0001"},
    ),
    (
        SchemaMismatch(found="0009", expected="0001"),
        "the store is at schema version 0009, this library needs 0001: call upgrade() once",
        {"found": "0009"},
    ),
    (ReadOnlyStore("the store cannot be written"), "the store cannot be written", {}),
    (OutcomeUnknown("the answer was lost"), "the answer was lost", {}),
    (CapabilityMissing("locks"), "this store does not offer 'locks'", {"capability": "locks"}),
    (PromiseBroken("load left a ref out", promise="P4"), "load left a ref out (promise P4)", {"promise": "P4"}),
]


def test_the_module_shows_its_names() -> None:
    """`dir()` of the module is its list of public names."""
    assert dir(errors) == sorted(errors.__all__)


def test_every_error_has_an_example() -> None:
    """The table of these tests has each error of the tree."""
    assert {type(error) for error, _message, _details in EXAMPLES} == set(ALL)


def test_every_error_of_the_module_is_public() -> None:
    """No error of the tree is left out of the list."""
    own = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, LoyaltyError)]
    assert sorted(each.__name__ for each in own) == sorted(each.__name__ for each in ALL)


def test_codes_are_unique() -> None:
    """Each error has a code of its own, in snake case after its class."""
    codes = [kind.code for kind in ALL]
    assert len(set(codes)) == len(codes)
    for kind in ALL:
        assert kind.code == "".join(f"_{char.lower()}" if char.isupper() else char for char in kind.__name__).strip("_")
        assert "code" in vars(kind)


@pytest.mark.parametrize(("error", "message", "details"), EXAMPLES, ids=lambda each: getattr(each, "code", ""))
def test_an_error_says_what_and_carries_its_data(error: LoyaltyError, message: str, details: dict[str, Any]) -> None:
    """The message is a sentence for people, the details are JSON for programs."""
    assert error.message == str(error) == message
    assert error.details.items() >= details.items()
    assert json.loads(json.dumps(error.details)) == error.details


@pytest.mark.parametrize("error", [error for error, _message, _details in EXAMPLES], ids=lambda each: each.code)
def test_an_error_survives_pickle_and_copy(error: LoyaltyError) -> None:
    """Class, message and data come through a pickle and a deep copy."""
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # noqa: S301 - our own bytes
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


def test_the_branch_says_whose_fault_it_was() -> None:
    """The callers', the program's, another writer's, a guard's or the store's; some are builtin errors as well."""
    branches: dict[type[LoyaltyError], set[type[LoyaltyError]]] = {
        InvalidInput: {InvalidDocument, InvalidQuery},
        Refused: {
            InsufficientPoints,
            IllegalTransition,
            AlreadyResolved,
            Ineligible,
            ReferralRefused,
            ReturnTooLarge,
        },
        Conflict: {
            ConcurrencyConflict,
            FactConflict,
            IdempotencyConflict,
            OrderTaken,
            ReturnTaken,
            StaleVersion,
            VersionConflict,
        },
        LimitExceeded: {SweepDue},
        StoreError: {StoreUnavailable, SchemaMismatch, ReadOnlyStore, OutcomeUnknown, CapabilityMissing, PromiseBroken},
    }
    for branch, leaves in branches.items():
        assert {kind for kind in ALL if issubclass(kind, branch)} == {branch, *leaves}
    assert issubclass(InvalidInput, ValueError)
    assert issubclass(NotFound, LookupError)


def test_only_some_errors_are_worth_another_try() -> None:
    """A lost race, an unreachable store, a lost answer and a delivery that failed may be repeated; nothing else."""
    worth = {kind for kind in ALL if kind.is_retryable}
    assert worth == {StaleVersion, ConcurrencyConflict, StoreUnavailable, OutcomeUnknown, DeliveryFailed}


def test_details_of_any_value_can_be_written() -> None:
    """What is no JSON value is shown as text, an instant in ISO, a nested list as a list."""

    class Kind(Enum):
        A = 1

    error = LoyaltyError("no", at=DAY_0, kind=Kind.A, several=[(1, None), [True]], _hidden=1)
    assert error.details == {
        "at": "2026-01-01T12:00:00+00:00",
        "kind": "Kind.A",
        "several": [[1, None], [True]],
    }
