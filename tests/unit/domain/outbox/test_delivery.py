from __future__ import annotations

import re
from datetime import UTC, datetime

from loyalcore.domain.decision import Notice, NoticeRef
from loyalcore.domain.outbox import Delivery, Recipient, delivery_id

AT = datetime(2026, 1, 31, tzinfo=UTC)


def test_a_delivery_has_the_same_id_at_every_attempt() -> None:
    """Receivers drop repeats by it."""
    notice = Notice(ref=NoticeRef("live", "h1", "n-1"), kind="tier_up", program_id="beans", at=AT)
    first, second = (Delivery(notice=notice, recipient=Recipient(customer_id="ada"), attempt=each) for each in (1, 2))
    assert first.id == second.id == delivery_id(notice.ref)
    assert re.fullmatch("ntc_[0-9a-f]{32}", first.id)


def test_two_notices_have_two_ids() -> None:
    """Wherever the parts of their names are divided, and in either environment."""
    refs = [NoticeRef("live", "h1", "n"), NoticeRef("live", "h", "1n"), NoticeRef("sandbox", "h1", "n")]
    assert len({delivery_id(ref) for ref in refs}) == len(refs)


def test_what_is_personal_is_not_shown() -> None:
    """A recipient in a log tells who it is by the host's own id only."""
    ada = Recipient(customer_id="c-1", email="ada@example.org", first_name="Ada", last_name="Lovelace", language="en")
    assert repr(ada) == "Recipient(customer_id='c-1', language='en', has_newsletter=None)"
