"""The facade: `Loyalty` and its parts, each method building one command or answering one question."""

from loyalcore.services._bulk_rows import BulkProgress, BulkResult, BulkRow, BulkStatus
from loyalcore.services._delivering import DeliveryReport
from loyalcore.services._loyalty import Loyalty
from loyalcore.services._outcomes import Outcome, Posted
from loyalcore.services.bulk import Bulk
from loyalcore.services.customers import Customers
from loyalcore.services.entries import Entries
from loyalcore.services.orders import Orders
from loyalcore.services.outbox import Outbox
from loyalcore.services.points import Points
from loyalcore.services.referral_codes import ReferralCodes
from loyalcore.services.referrals import Referrals
from loyalcore.services.segments import Segments
from loyalcore.services.tiers import Tiers

__all__ = [
    "Bulk",
    "BulkProgress",
    "BulkResult",
    "BulkRow",
    "BulkStatus",
    "Customers",
    "DeliveryReport",
    "Entries",
    "Loyalty",
    "Orders",
    "Outbox",
    "Outcome",
    "Points",
    "Posted",
    "ReferralCodes",
    "Referrals",
    "Segments",
    "Tiers",
]


def __dir__() -> list[str]:
    return __all__
