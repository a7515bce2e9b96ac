"""What the outbox must hold after a run: a notice for every entry that its program tells of, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.domain.ledger import notices_of
from loyalcore.testing.history._ledgers import lines_about
from loyalcore.testing.history._violation import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.testing.history._history import History
    from loyalcore.testing.history._stored import Stored


def notices(history: History, stored: Stored) -> Iterator[Violation]:
    """The outbox holds a notice for every entry that its program tells of, and no other."""
    for program in stored.programs:
        entries = [entry for entry in stored.entries if entry.ledger.program_id == program.id]
        wanted = {notice.ref: notice for notice in notices_of(entries, program.points.notices)}
        kept = {notice.ref: notice for notice in stored.notices if notice.program_id == program.id}
        for entry in entries:
            for notice in notices_of([entry], program.points.notices):
                if kept.get(notice.ref) != notice:
                    fault = f"is kept as {kept[notice.ref]}" if notice.ref in kept else "is not in the outbox"
                    subject = f"notice {notice.kind} of entry {entry.id}"
                    yield Violation("notices", subject, fault, lines_about(history, entry))
        for ref in kept.keys() - wanted.keys():
            yield Violation("notices", f"notice {ref.notice_id}", "is in the outbox, but no entry wants it")
