"""The whole error tree: whose fault it was decides the branch.

`InvalidInput` is the caller's to mend, `Refused` is the program's answer, `NotFound` names what is not there,
`Conflict` is another writer's doing, `LimitExceeded` is a guard, `StoreError` is the store's. Every error carries a
stable `code`, its data as attributes and as JSON-able `details`, and no personal data in its message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

__all__ = [
    "AlreadyResolved",
    "CapabilityMissing",
    "ConcurrencyConflict",
    "Conflict",
    "DeliveryFailed",
    "FactConflict",
    "Fault",
    "IdempotencyConflict",
    "IllegalTransition",
    "Ineligible",
    "InsufficientPoints",
    "InvalidDocument",
    "InvalidInput",
    "InvalidQuery",
    "LimitExceeded",
    "LoyaltyError",
    "NotFound",
    "OrderTaken",
    "OutcomeUnknown",
    "PromiseBroken",
    "ReadOnlyStore",
    "ReferralRefused",
    "Refused",
    "ReturnTaken",
    "ReturnTooLarge",
    "SchemaMismatch",
    "StaleVersion",
    "StoreError",
    "StoreUnavailable",
    "SweepDue",
    "Undeliverable",
    "VersionConflict",
]


def __dir__() -> list[str]:
    return __all__


def _rebuild(kind: type[LoyaltyError], message: str, details: dict[str, Any]) -> LoyaltyError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(details)
    return error


class LoyaltyError(Exception):
    """The root of every error that this library raises on purpose."""

    code: ClassVar[str] = "loyalty_error"
    is_retryable: ClassVar[bool] = False

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.__dict__.update(details)

    @property
    def message(self) -> str:
        """What went wrong, where, and how to mend it."""
        return str(self.args[0])

    @property
    def details(self) -> dict[str, Any]:
        """The data of the error as JSON-able values."""
        return {name: _jsonable(value) for name, value in self.__dict__.items() if not name.startswith("_")}

    def __reduce__(self) -> tuple[Any, ...]:
        data = {name: value for name, value in self.__dict__.items() if not name.startswith("__")}
        return (_rebuild, (type(self), self.message, data))


def _jsonable(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, Fault):
        return {"path": value.path, "message": value.message}
    if isinstance(value, (list, tuple)):
        return [_jsonable(each) for each in value]
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat is not None else str(value)


class InvalidInput(LoyaltyError, ValueError):
    """A value that no program could accept; `path` says where it stands."""

    code = "invalid_input"
    path: str

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}" if path else message, path=path)


class Fault(NamedTuple):
    """One fault of a document: where it stands and what is wrong with it."""

    path: str
    message: str


class InvalidDocument(InvalidInput):
    """A document with faults, all of them at once."""

    code = "invalid_document"
    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault], *, path: str = "") -> None:
        found = tuple(faults)
        lines = "".join(
            f"\n  {fault.path}: {fault.message}" if fault.path else f"\n  {fault.message}" for fault in found
        )
        noun = "fault" if len(found) == 1 else "faults"
        super().__init__(f"{len(found)} {noun} in the document{lines}", path=path)
        self.faults = found


class InvalidQuery(InvalidInput):
    """A search string that cannot be read; `column` counts its characters from 1 to where it goes wrong."""

    code = "invalid_query"
    column: int

    def __init__(self, message: str, *, column: int) -> None:
        super().__init__(f"at column {column}: {message}", path="")
        self.column = column


class Refused(LoyaltyError):
    """The program says no; nothing is written and the key is not used up."""

    code = "refused"


class InsufficientPoints(Refused):
    """More points were asked for than are active and free."""

    code = "insufficient_points"
    requested: int
    available: int
    at: datetime

    def __init__(self, *, requested: int, available: int, at: datetime) -> None:
        asked = f"{requested} points were asked for" if requested else "all that is left was asked for"
        super().__init__(
            f"{asked}, {available} are available at {at.isoformat()}",
            requested=requested,
            available=available,
            at=at,
        )


class IllegalTransition(Refused):
    """A move that the state does not allow."""

    code = "illegal_transition"
    state: str
    move: str

    def __init__(self, *, state: str, move: str, hint: str = "") -> None:
        super().__init__(f"cannot {move} what is {state}" + (f": {hint}" if hint else ""), state=state, move=move)


class AlreadyResolved(IllegalTransition):
    """A hold is captured, released or lapsed at most once."""

    code = "already_resolved"


class Ineligible(Refused):
    """The customer does not take part: excluded, deactivated, or a guest where guests do not."""

    code = "ineligible"
    status: str
    move: str

    def __init__(self, *, status: str, move: str) -> None:
        super().__init__(f"a customer who is {status} cannot {move} points", status=status, move=move)


class ReturnTooLarge(Refused):
    """More pieces than are left of a line of an order; `line_id` is None where nothing is left of the whole order."""

    code = "return_too_large"
    order_id: str
    line_id: str | None
    requested: int
    left: int

    def __init__(self, *, order_id: str, line_id: str | None, requested: int, left: int) -> None:
        too_many = f"{requested} pieces of line {line_id!r} cannot be returned: {left} are left"
        super().__init__(
            f"nothing of order {order_id!r} is left to return" if line_id is None else too_many,
            order_id=order_id,
            line_id=line_id,
            requested=requested,
            left=left,
        )


class ReferralRefused(Refused):
    """A referral code that cannot be used by this customer, or not now; `reason` is a value of `ReferralRefusal`."""

    code = "referral_refused"
    reason: str

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message, reason=reason)


class NotFound(LoyaltyError, LookupError):
    """What was named is not there."""

    code = "not_found"
    kind: str
    name: str

    def __init__(self, kind: str, name: str, *, hint: str = "") -> None:
        super().__init__(f"no {kind} {name!r}" + (f": {hint}" if hint else ""), kind=kind, name=name)


class Conflict(LoyaltyError):
    """Another writer, or an earlier call, got there first."""

    code = "conflict"


class StaleVersion(Conflict):
    """What was read has changed since; load again and decide again."""

    code = "stale_version"
    is_retryable = True
    what: str

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} has changed since it was read", what=what)


class VersionConflict(Conflict):
    """Another version than the one that was read is there: read it, and say anew what it should be."""

    code = "version_conflict"
    what: str
    found: int
    given: int | None

    def __init__(self, what: str, *, found: int, given: int | None) -> None:
        asked = "and no version of it was given" if given is None else f"not at {given}"
        super().__init__(f"the {what} is at version {found}, {asked}", what=what, found=found, given=given)


class IdempotencyConflict(Conflict):
    """The key was used before with another payload; `fields` names what differs."""

    code = "idempotency_conflict"
    key: str
    fields: tuple[str, ...]

    def __init__(self, *, key: str, fields: tuple[str, ...]) -> None:
        super().__init__(
            f"key {key!r} was used before with other values of: {', '.join(fields)}; use a new key for a new command",
            key=key,
            fields=fields,
        )


class FactConflict(Conflict):
    """The business fact was paid before, with another number of points."""

    code = "fact_conflict"
    fact: str
    paid: int
    requested: int

    def __init__(self, *, fact: str, paid: int, requested: int) -> None:
        super().__init__(
            f"{fact} was paid before with {paid} points, not {requested}; a fact pays once",
            fact=fact,
            paid=paid,
            requested=requested,
        )


class OrderTaken(Conflict):
    """The order id is that of another customer's order, or of one in another program."""

    code = "order_taken"
    order_id: str
    by: str

    def __init__(self, *, order_id: str, by: str) -> None:
        super().__init__(
            f"order {order_id!r} is one of {by}; an order id is unique in its environment", order_id=order_id, by=by
        )


class ReturnTaken(Conflict):
    """The return was recorded before, with other pieces or another refund."""

    code = "return_taken"
    return_id: str

    def __init__(self, *, return_id: str) -> None:
        super().__init__(
            f"return {return_id!r} was recorded before with other pieces or refund: a new return has its own id",
            return_id=return_id,
        )


class ConcurrencyConflict(Conflict):
    """Other writers won every attempt; the same command with the same key may be tried again."""

    code = "concurrency_conflict"
    is_retryable = True
    attempts: int

    def __init__(self, attempts: int) -> None:
        super().__init__(
            f"other writers won {attempts} attempts; try again with the same key",
            attempts=attempts,
        )


class LimitExceeded(LoyaltyError):
    """A guard of the library: `limit` is the most that is taken."""

    code = "limit_exceeded"
    path: str
    limit: int

    def __init__(self, message: str, *, path: str, limit: int) -> None:
        super().__init__(f"{path}: {message} (at most {limit})", path=path, limit=limit)


class SweepDue(LimitExceeded):
    """Time has changed more rows of a list than a read works out: run the sweep, then ask again."""

    code = "sweep_due"

    def __init__(self, *, limit: int) -> None:
        super().__init__(
            "time has changed too many of these rows since they were written: run points.sweep()",
            path="query",
            limit=limit,
        )


class StoreError(LoyaltyError):
    """The store could not do its part."""

    code = "store_error"


class StoreUnavailable(StoreError):
    """The store is closed, missing, busy for too long, or out of reach; nothing was written."""

    code = "store_unavailable"
    is_retryable = True


class SchemaMismatch(StoreError):
    """The store's tables are of another version than this library."""

    code = "schema_mismatch"
    found: str | None
    expected: str

    def __init__(self, *, found: str | None, expected: str) -> None:
        stands = "holds no loyalcore tables" if found is None else f"is at schema version {found}"
        super().__init__(
            f"the store {stands}, this library needs {expected}: call upgrade() once",
            found=found,
            expected=expected,
        )


class ReadOnlyStore(StoreError):
    """The store can be read but not written."""

    code = "read_only_store"


class OutcomeUnknown(StoreError):
    """The answer to a commit was lost; the same command with the same key settles it."""

    code = "outcome_unknown"
    is_retryable = True


class CapabilityMissing(StoreError):
    """The call needs something that this store does not declare; `capability` names it."""

    code = "capability_missing"
    capability: str

    def __init__(self, capability: str) -> None:
        super().__init__(f"this store does not offer {capability!r}", capability=capability)


class PromiseBroken(StoreError):
    """The store answered what its protocol rules out; `promise` numbers it."""

    code = "promise_broken"
    promise: str

    def __init__(self, message: str, *, promise: str) -> None:
        super().__init__(f"{message} (promise {promise})", promise=promise)


class DeliveryFailed(LoyaltyError):
    """Raised by a handler of notices: this attempt failed, and a later one may succeed."""

    code = "delivery_failed"
    is_retryable = True
    retry_in: int | None

    def __init__(self, message: str, *, retry_in: int | None = None) -> None:
        super().__init__(message, retry_in=retry_in)


class Undeliverable(LoyaltyError):
    """Raised by a handler of notices: no further attempt can help, the notice is to be set aside."""

    code = "undeliverable"
