"""The ledger: commands, entries, lots, and the kernel that books them."""

from loyalcore.domain.ledger._balance import Balance, ScheduledChange, balance, cached_balance, schedule
from loyalcore.domain.ledger._book import Book
from loyalcore.domain.ledger._commands import (
    Activate,
    Activity,
    Adjust,
    Award,
    Capture,
    Deduct,
    Extend,
    Hold,
    Merge,
    Release,
    Restore,
    Reverse,
    Spend,
    Sweep,
    Transfer,
)
from loyalcore.domain.ledger._consumption import CONSUMPTION
from loyalcore.domain.ledger._correcting import local_lot, restore, restored, reverse, taken_back
from loyalcore.domain.ledger._entry import (
    Carried,
    CarriedDebt,
    CarriedHold,
    Draw,
    Entry,
    EntryKind,
    NewLot,
    Settlement,
    TermChange,
)
from loyalcore.domain.ledger._entry_fields import ENTRIES, EntryFields
from loyalcore.domain.ledger._granting import activate, extend, grant, pending_lots
from loyalcore.domain.ledger._history import Difference, LotStory, Use, Verification, explain, fold, verify
from loyalcore.domain.ledger._kernel import TIME, Account, OpenHold, OpenLot
from loyalcore.domain.ledger._ledger import Debt, HoldState, Ledger, Lot, PointsHold, with_parts
from loyalcore.domain.ledger._moving import merge, transfer
from loyalcore.domain.ledger._notices import BALANCE_MARK, PointsNotice, mark_notice, notices_of
from loyalcore.domain.ledger._policy import (
    ACTIVITIES,
    ExpiryAnchor,
    ExpiryModel,
    JoinPolicy,
    PointsPolicy,
    ReturnPolicy,
    Shortfall,
)
from loyalcore.domain.ledger._records import account_of, ledger_of, open_debt, open_lot, touched
from loyalcore.domain.ledger._taking import capture, open_hold, release, reserve, take

__all__ = [
    "ACTIVITIES",
    "BALANCE_MARK",
    "CONSUMPTION",
    "ENTRIES",
    "TIME",
    "Account",
    "Activate",
    "Activity",
    "Adjust",
    "Award",
    "Balance",
    "Book",
    "Capture",
    "Carried",
    "CarriedDebt",
    "CarriedHold",
    "Debt",
    "Deduct",
    "Difference",
    "Draw",
    "Entry",
    "EntryFields",
    "EntryKind",
    "ExpiryAnchor",
    "ExpiryModel",
    "Extend",
    "Hold",
    "HoldState",
    "JoinPolicy",
    "Ledger",
    "Lot",
    "LotStory",
    "Merge",
    "NewLot",
    "OpenHold",
    "OpenLot",
    "PointsHold",
    "PointsNotice",
    "PointsPolicy",
    "Release",
    "Restore",
    "ReturnPolicy",
    "Reverse",
    "ScheduledChange",
    "Settlement",
    "Shortfall",
    "Spend",
    "Sweep",
    "TermChange",
    "Transfer",
    "Use",
    "Verification",
    "account_of",
    "activate",
    "balance",
    "cached_balance",
    "capture",
    "explain",
    "extend",
    "fold",
    "grant",
    "ledger_of",
    "local_lot",
    "mark_notice",
    "merge",
    "notices_of",
    "open_debt",
    "open_hold",
    "open_lot",
    "pending_lots",
    "release",
    "reserve",
    "restore",
    "restored",
    "reverse",
    "schedule",
    "take",
    "taken_back",
    "touched",
    "transfer",
    "verify",
    "with_parts",
]


def __dir__() -> list[str]:
    return __all__
