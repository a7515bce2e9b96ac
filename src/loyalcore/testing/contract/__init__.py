"""The contract of a store as test classes: a host subclasses them with one fixture.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def store(self):
            return MyStore(...)

Each test names the promise of `loyalcore.store` that it proves (P1 to P20). A test of an ability that the store does
not declare is skipped, and says what stays unproven.
"""

from loyalcore.testing.contract._contract import Contract
from loyalcore.testing.contract.append import AppendContract
from loyalcore.testing.contract.concurrency import ConcurrencyContract
from loyalcore.testing.contract.crashes import CrashContract
from loyalcore.testing.contract.differential import DifferentialContract
from loyalcore.testing.contract.expiry import ExpiryContract
from loyalcore.testing.contract.holds import HoldContract
from loyalcore.testing.contract.honesty import HonestyContract
from loyalcore.testing.contract.idempotency import IdempotencyContract
from loyalcore.testing.contract.immutability import ImmutabilityContract
from loyalcore.testing.contract.listing import ListingContract
from loyalcore.testing.contract.lots import LotContract
from loyalcore.testing.contract.orders import OrderContract
from loyalcore.testing.contract.outbox import OutboxContract
from loyalcore.testing.contract.reference import BusinessReferenceContract
from loyalcore.testing.contract.referrals import ReferralContract
from loyalcore.testing.contract.removal import RemovalContract
from loyalcore.testing.contract.reversal import ReversalContract
from loyalcore.testing.contract.streaming import StreamingContract
from loyalcore.testing.contract.unit import UnitOfWorkContract
from loyalcore.testing.contract.version import LockingContract, VersionContract


class StoreContract(
    AppendContract,
    ImmutabilityContract,
    IdempotencyContract,
    BusinessReferenceContract,
    VersionContract,
    LockingContract,
    UnitOfWorkContract,
    ExpiryContract,
    HoldContract,
    LotContract,
    ReversalContract,
    StreamingContract,
    RemovalContract,
    ListingContract,
    OrderContract,
    OutboxContract,
    ReferralContract,
    ConcurrencyContract,
    CrashContract,
    DifferentialContract,
    HonestyContract,  # pytest runs the last one first
):
    """Everything that a store promises."""


__all__ = [
    "AppendContract",
    "BusinessReferenceContract",
    "ConcurrencyContract",
    "Contract",
    "CrashContract",
    "DifferentialContract",
    "ExpiryContract",
    "HoldContract",
    "HonestyContract",
    "IdempotencyContract",
    "ImmutabilityContract",
    "ListingContract",
    "LockingContract",
    "LotContract",
    "OrderContract",
    "OutboxContract",
    "ReferralContract",
    "RemovalContract",
    "ReversalContract",
    "StoreContract",
    "StreamingContract",
    "UnitOfWorkContract",
    "VersionContract",
]


def __dir__() -> list[str]:
    return __all__
