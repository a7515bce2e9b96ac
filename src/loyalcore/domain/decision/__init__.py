"""What every slice speaks: refs, the world a decision sees, the changes it wants, the receipt it answers."""

from loyalcore.domain.decision._changes import ChangeSet, Decision, Part, Put, Record, VersionedRecord
from loyalcore.domain.decision._counter import Counter
from loyalcore.domain.decision._keys import Fact, KeyRecord, Note
from loyalcore.domain.decision._notice import Notice
from loyalcore.domain.decision._notice_kind import Detail, NoticeKind
from loyalcore.domain.decision._refs import (
    CounterRef,
    CustomerRef,
    DebtRef,
    EntriesRef,
    FactRef,
    HolderRef,
    HoldRef,
    KeyRef,
    LedgerRef,
    LotRef,
    MembershipRef,
    NoteRef,
    NoticeRef,
    OrderRef,
    OrdersRef,
    Ref,
    ReferralCodeRef,
    ReferralCodesRef,
    ReferralRef,
    ReferralsRef,
    SegmentRef,
)
from loyalcore.domain.decision._removals import Remove, Wipe
from loyalcore.domain.decision._version import check_version
from loyalcore.domain.decision._world import Needs, World

__all__ = [
    "ChangeSet",
    "Counter",
    "CounterRef",
    "CustomerRef",
    "DebtRef",
    "Decision",
    "Detail",
    "EntriesRef",
    "Fact",
    "FactRef",
    "HoldRef",
    "HolderRef",
    "KeyRecord",
    "KeyRef",
    "LedgerRef",
    "LotRef",
    "MembershipRef",
    "Needs",
    "Note",
    "NoteRef",
    "Notice",
    "NoticeKind",
    "NoticeRef",
    "OrderRef",
    "OrdersRef",
    "Part",
    "Put",
    "Record",
    "Ref",
    "ReferralCodeRef",
    "ReferralCodesRef",
    "ReferralRef",
    "ReferralsRef",
    "Remove",
    "SegmentRef",
    "VersionedRecord",
    "Wipe",
    "World",
    "check_version",
]


def __dir__() -> list[str]:
    return __all__
