"""Stores that mistake whose a referral or its code is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from loyalcore.domain.decision import ReferralsRef
from loyalcore.domain.referrals import ReferralCode
from loyalcore.testing.broken._wrapped import Shelf, Wrapped

if TYPE_CHECKING:
    from loyalcore.domain.decision import ChangeSet, Put, Ref


class _EitherSideShelf(Shelf):
    def find(self, ref: Ref) -> Any:
        """Give all referrals in which a holder has a part."""
        if not isinstance(ref, ReferralsRef):
            return super().find(ref)
        sides = [super(_EitherSideShelf, self).find(attrs.evolve(ref, side=side)) for side in ("referrer", "referee")]
        return tuple(sorted((each for side in sides for each in side), key=lambda each: str(each.referral_id)))


class EitherSide(Wrapped):
    """Finds the referrals of a customer by one index of both sides: who was referred seems to have referred.

    Source: DOMAIN 3.6 (a cycle is refused, and the first referrer keeps the referee: the sides are two questions).
    """

    shelf: ClassVar[type[Shelf]] = _EitherSideShelf


class _FirstWriteShelf(Shelf):
    def _find_all_of(self, ref: Ref) -> tuple[Any, ...]:
        """Give the referrals of a referee that had one when they were first written."""
        found = super()._find_all_of(ref)
        if not isinstance(ref, ReferralsRef) or ref.side == "referrer":
            return found
        return tuple(referral for referral in found if referral.version == 1)


class FirstWrite(Wrapped):
    """Fills the index of referees when a referral is made, and not when somebody claims an invitation later.

    Source: DOMAIN 3.6 (invited becomes pending by the claim, which brings the referee).
    """

    shelf: ClassVar[type[Shelf]] = _FirstWriteShelf


class _OwnCodesShelf(Shelf):
    def check(self, changes: ChangeSet) -> None:
        """Refuse a code only where its own referrer has it."""
        super().check(attrs.evolve(changes, puts=tuple(put for put in changes.puts if not self._is_anothers(put))))

    def _is_anothers(self, put: Put) -> bool:
        made, found = put.record, self.find(put.ref)
        if put.expected is not None or not isinstance(made, ReferralCode):
            return False
        return found is not None and found.holder_id != made.holder_id


class OwnCodes(Wrapped):
    """Keeps the codes of each referrer by themselves: one that somebody else has is given out again.

    Source: HOUSE 4 (what must be unique beyond one holder has a key of its own, a code among it).
    """

    shelf: ClassVar[type[Shelf]] = _OwnCodesShelf
