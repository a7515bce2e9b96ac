"""What a handler is given: a notice, who it goes to as of now, and the name by which repeats are dropped."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import attrs

from loyalcore.values.digest import canonical

if TYPE_CHECKING:
    from loyalcore.domain.decision import Notice, NoticeRef


@attrs.frozen(kw_only=True)
class Recipient:
    """Who a notice goes to, as the profile says at the moment of delivery.

    Args:
        customer_id: The host's customer id; after a merge the survivor's.
        email: The e-mail address; personal.
        first_name: Personal.
        last_name: Personal.
        language: Such as `de` or `pt-BR`.
        has_newsletter: Whether they agreed to newsletters; None where nobody has asked.
    """

    customer_id: str
    email: str | None = attrs.field(default=None, repr=False)
    first_name: str | None = attrs.field(default=None, repr=False)
    last_name: str | None = attrs.field(default=None, repr=False)
    language: str | None = None
    has_newsletter: bool | None = None


@attrs.frozen(kw_only=True)
class Delivery:
    """A notice on its way.

    Args:
        notice: What there is to tell.
        recipient: Who it goes to.
        attempt: The number of the attempt, from 1 on.
    """

    notice: Notice
    recipient: Recipient
    attempt: int

    @property
    def id(self) -> str:
        """The name of the notice among all of a store: the same at every attempt, so that receivers drop repeats.

        It tells nothing of the holder.

        Source: House decision.
        """
        return delivery_id(self.notice.ref)


def delivery_id(ref: NoticeRef) -> str:
    """Give the name that a notice has outside, from the name that it is kept under.

    Args:
        ref: The name it is kept under.

    Source: House decision.

    Example:
        >>> from loyalcore.domain.decision import NoticeRef
        >>> delivery_id(NoticeRef("live", "h1", "h1:beans:1:"))
        'ntc_df604752f501a5bf5ccbc47333fe70f5'
    """
    name = canonical([ref.environment, ref.holder_id, ref.notice_id])
    return f"ntc_{sha256(name.encode()).hexdigest()[:32]}"
