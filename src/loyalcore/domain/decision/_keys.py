"""What makes a command and a business fact count once: keys and facts; and the note that can be erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.domain.decision._refs import FactRef, KeyRef, LedgerRef, NoteRef


@attrs.frozen
class KeyRecord:
    """A key that was used: by which command, with what payload, and which entries and referral code answered it."""

    ref: KeyRef
    command: str
    digests: Mapping[str, str]
    entries: tuple[tuple[LedgerRef, tuple[int, ...]], ...] = ()
    code: str | None = None


@attrs.frozen
class Fact:
    """A business fact that was paid, and the entry that paid it."""

    ref: FactRef
    ledger: LedgerRef
    seq: int


@attrs.frozen
class Note:
    """Free text about an entry, kept apart so that it can be erased."""

    ref: NoteRef
    text: str
