"""What a decision takes away: a versioned record by its name, or all that a holder has of one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.decision._keys import KeyRecord, Note
from loyalcore.domain.decision._notice import Notice
from loyalcore.domain.decision._refs import (
    CustomerRef,
    KeyRef,
    MembershipRef,
    NoteRef,
    NoticeRef,
    OrderRef,
    ReferralCodeRef,
    SegmentRef,
)
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.domain.decision._refs import Ref

REMOVABLE: Final[tuple[type[Any], ...]] = (
    CustomerRef,
    MembershipRef,
    NoticeRef,
    OrderRef,
    ReferralCodeRef,
    SegmentRef,
)
"""The refs whose records can be taken away one by one: a ledger never is, because its entries count."""

RemovableRef = CustomerRef | MembershipRef | NoticeRef | OrderRef | ReferralCodeRef | SegmentRef

_WIPED: Final[Mapping[type[Any], type[Any]]] = {KeyRef: KeyRecord, NoteRef: Note, NoticeRef: Notice}


def _check_ref(remove: Remove, attribute: object, ref: RemovableRef) -> None:
    if not isinstance(ref, REMOVABLE):
        names = " or ".join(kind.__name__ for kind in REMOVABLE)
        raise InvalidInput(f"must be a {names}, not {type(ref).__name__}", path="ref")


def _check_kind(wipe: Wipe, attribute: object, kind: type[KeyRecord | Note | Notice]) -> None:
    if not any(kind is known for known in _WIPED.values()):
        raise InvalidInput("must be KeyRecord, Note or Notice", path="kind")


@attrs.frozen
class Remove:
    """A versioned record to take away where the store still has the version that was read.

    Args:
        ref: The name it is kept under.
        expected: The version that it must still have.

    Raises:
        InvalidInput: The record of such a ref is not taken away.
    """

    ref: RemovableRef = attrs.field(validator=_check_ref)
    expected: int


@attrs.frozen
class Wipe:
    """All records of one kind of one holder, to take away however many there are.

    Args:
        kind: The class of the records: `KeyRecord`, `Note` or `Notice`.
        environment: `live` or `sandbox`.
        holder_id: The holder.

    Raises:
        InvalidInput: Records of this kind are not taken away.
    """

    kind: type[KeyRecord | Note | Notice] = attrs.field(validator=_check_kind)
    environment: str
    holder_id: str

    @classmethod
    def of(cls, ref: Ref) -> Wipe | None:
        """Give the wipe that takes the record of a ref, None where none does.

        Example:
            >>> Wipe.of(KeyRef("live", "h1", "k-1")) == Wipe(KeyRecord, "live", "h1")
            True
        """
        if not isinstance(ref, KeyRef | NoteRef | NoticeRef):
            return None
        holder = ref.ledger if isinstance(ref, NoteRef) else ref
        return cls(_WIPED[type(ref)], holder.environment, holder.holder_id)
