"""A small run with a true history, and the ways in which a history or a store is made to lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Register
from loyalcore.domain.decision import EntriesRef, LedgerRef
from loyalcore.domain.flows import Receipt, to_json
from loyalcore.domain.ledger import Award, Entry, PointsNotice, PointsPolicy, Spend
from loyalcore.domain.programs import Program
from loyalcore.testing import CountedIds, FixedClock
from loyalcore.testing.history import History, Line, Log, Recorder, What, check

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.flows import Command
    from loyalcore.testing.history import Report

BEANS = Program("beans", currency="EUR", timezone="UTC", points=PointsPolicy(notices=frozenset({PointsNotice.ADDED})))
ADA = LedgerRef("live", "holder-1", "beans")
FIRST = Award("ada", 10, reason="order", key="a-1")
SECOND = Award("ada", 5, reason="order", key="a-2")
MUG = Spend("ada", 12, reason="mug", key="s-1")


class Run:
    """Two workers on a memory store: they register, award twice, spend, and look; all of it is written down."""

    def __init__(self) -> None:
        self.clock = FixedClock("2026-01-31T12:00:00Z")
        self.store = MemoryStore()
        ids = CountedIds()
        self.one, self.two = (
            Recorder(self.store, [BEANS], Log(name), clock=self.clock, ids=ids) for name in ("w-1", "w-2")
        )
        self.one.run(Register("ada"))
        self.two.run(Register("bob"))
        self.one.run(FIRST)
        self.two.run(SECOND)
        self.one.read("ada")
        self.two.run(MUG)

    @property
    def shelf(self) -> Any:
        """What the store keeps, to be tampered with."""
        return self.store._shelf

    @property
    def history(self) -> History:
        """What both workers wrote down."""
        return History((*self.one.log.lines, *self.two.log.lines))

    def check(self, history: History | None = None) -> Report:
        """Check the store against a history; None is the true one."""
        return check(self.history if history is None else history, self.store, [BEANS], clock=self.clock)

    def laws(self, history: History | None = None) -> set[str]:
        """Name the laws that do not hold."""
        return {violation.law for violation in self.check(history).violations}

    def told(self, command: Command, what: What, data: dict[str, Any]) -> History:
        """Give the history with a call of a third worker that it made up."""
        liar = Log("w-3")
        liar.end(liar.begin({"command": to_json(command)}), what, data)
        return self.history.with_lines(liar.lines)

    def edited(self, edit: Callable[[Line], Line | None]) -> History:
        """Give the history with each line as `edit` gives it; None leaves a line out."""
        lines = (edit(line) for line in self.history.lines)
        return History(tuple(line for line in lines if line is not None))

    def answer_of(self, command: Command) -> Line:
        """Give the line that answered a command."""
        found = next(call.ended for call in self.history.calls if call.command == command)
        assert found is not None
        return found

    def entry(self, seq: int) -> Entry:
        """Give an entry of ada's."""
        (found,) = self.shelf.find(EntriesRef(ADA, "seq", seq))
        assert isinstance(found, Entry)
        return found

    def append(self, entry: Entry) -> None:
        """Append an entry to ada's ledger, past every check."""
        self.shelf._append(entry)

    def change_head(self, **fields: Any) -> None:
        """Change what is stored of ada's ledger."""
        self.shelf._records[ADA] = attrs.evolve(self.shelf._records[ADA], **fields)

    def run_unseen(self, command: Command) -> Receipt:
        """Run a command of which nobody writes anything down."""
        answer = Recorder(self.store, [BEANS], Log("nobody"), clock=self.clock).run(command)
        assert isinstance(answer, Receipt)
        return answer
