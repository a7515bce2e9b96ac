"""Flows: one module per family of commands that cross slices, behind one `decide`."""

from loyalcore.domain.flows._batch import Batch, Posting
from loyalcore.domain.flows._case import Case, find_program, first_refs, payload_digests
from loyalcore.domain.flows._decide import COMMANDS, Command, decide
from loyalcore.domain.flows._desk import Desk
from loyalcore.domain.flows._json import (
    command_fields,
    command_kind,
    from_json,
    name_faults,
    read_value,
    to_json,
)
from loyalcore.domain.flows._notices import NOTICE_KINDS
from loyalcore.domain.flows._outlook import membership_at, tier_report
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.flows._referring import without_referrals
from loyalcore.domain.flows._series import Series
from loyalcore.domain.flows.tiers import no_tiers

__all__ = [
    "COMMANDS",
    "NOTICE_KINDS",
    "Batch",
    "Case",
    "Command",
    "Desk",
    "Posting",
    "Receipt",
    "Series",
    "command_fields",
    "command_kind",
    "decide",
    "find_program",
    "first_refs",
    "from_json",
    "membership_at",
    "name_faults",
    "no_tiers",
    "payload_digests",
    "read_value",
    "tier_report",
    "to_json",
    "without_referrals",
]


def __dir__() -> list[str]:
    return __all__
