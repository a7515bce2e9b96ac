"""The commands of the ledger: frozen values that say what is wanted.

Every command names its fields alike (see `_fields`): `customer_id` and `points` come first, all else is keyword-only.
`key` is the idempotency key, unique per holder; `reason` a short code or text without personal data; `program` may be
left out where the host runs only one; `ledger` is `""` for the main ledger. Instants are aware datetimes.
"""

from loyalcore.domain.ledger._commands.correcting import Restore, Reverse
from loyalcore.domain.ledger._commands.granting import Activate, Activity, Award, Extend
from loyalcore.domain.ledger._commands.moving import Merge, Sweep, TellExpiring, Transfer
from loyalcore.domain.ledger._commands.taking import Adjust, Capture, Deduct, Hold, Release, Spend

__all__ = [
    "Activate",
    "Activity",
    "Adjust",
    "Award",
    "Capture",
    "Deduct",
    "Extend",
    "Hold",
    "Merge",
    "Release",
    "Restore",
    "Reverse",
    "Spend",
    "Sweep",
    "TellExpiring",
    "Transfer",
]


def __dir__() -> list[str]:
    return __all__
