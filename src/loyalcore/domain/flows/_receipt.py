"""The receipt: what a command answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import Notice
from loyalcore.domain.ledger import Entry, EntryKind, PointsHold
from loyalcore.errors import NotFound

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import Decision
    from loyalcore.domain.orders import Order
    from loyalcore.domain.referrals import Referral, ReferralCode
    from loyalcore.domain.segments import Segment


@attrs.frozen(kw_only=True)
class Receipt:
    """What a command returns; the same again when it is repeated with the same key.

    Args:
        command: The command's name, such as `points.award`.
        entries: The entries it wrote, in order.
        customer: The customer, for commands about customers.
        membership: The membership, for commands about memberships.
        segment: The segment, for commands about segments.
        order: The order, for commands about orders.
        referral: The referral, for commands about referrals.
        code: The referral code, for commands that make or change one.
        notice: The notice, for commands of the outbox, as it is now; one that has left it as it was.
        notices: What the host should tell somebody; it is kept in the outbox as well. A replay has none: the first
            call has left them there.
        replayed: Whether this is the answer of an earlier call, and nothing was written now. The customer
            of a command about a profile, the order, the referral and the code are those of now.
        is_unchanged: Whether everything was as the command wants it, so that only its key is new.
    """

    command: str
    entries: tuple[Entry, ...] = ()
    customer: Customer | None = None
    membership: Membership | None = None
    segment: Segment | None = None
    order: Order | None = None
    referral: Referral | None = None
    code: ReferralCode | None = None
    notice: Notice | None = None
    notices: tuple[Notice, ...] = ()
    replayed: bool = False
    is_unchanged: bool = False

    @property
    def points(self) -> int:
        """How many points the command moved, after a clamp."""
        alike = {(entry.kind, entry.ledger.holder_id) for entry in self.entries[:1]}
        return sum(abs(entry.points) for entry in self.entries if (entry.kind, entry.ledger.holder_id) in alike)

    @property
    def hold(self) -> PointsHold:
        """The hold that the command made.

        Raises:
            NotFound: The command made none.
        """
        for entry in self.entries:
            if entry.kind is EntryKind.HOLD and entry.hold_id is not None and entry.lapses_at is not None:
                return PointsHold(
                    ledger=entry.ledger,
                    id=entry.hold_id,
                    points=entry.points,
                    lapses_at=entry.lapses_at,
                    draws=entry.draws,
                    seq=entry.seq,
                )
        raise NotFound("hold made by", self.command)


def as_written(decision: Decision) -> Receipt:
    """Give the receipt of a decision, with the notices that it writes, and the membership as it writes it."""
    receipt: Receipt = decision.receipt
    notices = tuple([record for record in decision.changes.inserts if isinstance(record, Notice)])
    member = receipt.membership
    if member is not None:
        written: list[Any] = [put.record for put in decision.changes.puts if put.record.ref == member.ref]
        receipt = attrs.evolve(receipt, membership=written[0]) if written else receipt
    return attrs.evolve(receipt, notices=notices) if notices else receipt
