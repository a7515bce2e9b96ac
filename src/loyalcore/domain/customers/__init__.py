"""Customers: the directory with its profiles, and memberships in programs."""

from loyalcore.domain.customers._commands import KEEP, Deactivate, Erase, Join, Keep, Reactivate, Register, Tag, Update
from loyalcore.domain.customers._directory import new_membership, survivor
from loyalcore.domain.customers._fields import CUSTOMERS, CustomerFields, PointsFields, ReferralsFields, customers_noun
from loyalcore.domain.customers._figures import merged_caps, merged_figures, merged_referrals
from loyalcore.domain.customers._merge import merged_profile, only_leading
from loyalcore.domain.customers._model import (
    ByHand,
    Customer,
    Membership,
    OrderFigures,
    PointFigures,
    ReferralFigures,
    Standing,
)
from loyalcore.domain.customers._policy import CustomerPolicy, barred_as, check_takes_part
from loyalcore.domain.customers._profile import check_email, check_tags
from loyalcore.domain.customers._row import CustomerRow

__all__ = [
    "CUSTOMERS",
    "KEEP",
    "ByHand",
    "Customer",
    "CustomerFields",
    "CustomerPolicy",
    "CustomerRow",
    "Deactivate",
    "Erase",
    "Join",
    "Keep",
    "Membership",
    "OrderFigures",
    "PointFigures",
    "PointsFields",
    "Reactivate",
    "ReferralFigures",
    "ReferralsFields",
    "Register",
    "Standing",
    "Tag",
    "Update",
    "barred_as",
    "check_email",
    "check_tags",
    "check_takes_part",
    "customers_noun",
    "merged_caps",
    "merged_figures",
    "merged_profile",
    "merged_referrals",
    "new_membership",
    "only_leading",
    "survivor",
]


def __dir__() -> list[str]:
    return __all__
