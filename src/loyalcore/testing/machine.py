"""The stateful machine: the same commands against the memory store and another one, with equal answers.

A host gives its own store::

    class MyMachine(LedgerMachine):
        def make_store(self):
            return MyStore()


    TestMyMachine = MyMachine.TestCase

After every command the answers are the same (receipts, or errors with their code and details), and so are the
balances, the schedules and every record of both stores; the laws of the ledger hold in both.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from loyalcore.testing._play import CUSTOMERS, Play, comparable
from loyalcore.testing.laws import check_figures
from loyalcore.testing.strategies import programs, steps

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program
    from loyalcore.store import Store
    from loyalcore.testing._play import Step

__all__ = ["LedgerMachine"]

GRANTING = ("points.award", "points.award", "points.award", "points.adjust", "points.activate", "points.extend")
TAKING = ("points.spend", "points.spend", "points.deduct", "points.transfer")
HOLDING = ("points.hold", "points.hold", "points.capture", "points.release")
CORRECTING = ("points.reverse", "points.restore")
OTHERS = ("points.activity", "points.sweep", "customers.join", "customers.merge")
REPEATING = ("again", "clash")


class LedgerMachine(RuleBasedStateMachine):
    """Plays commands against the memory store and the store of `make_store`."""

    mine: Play
    theirs: Play

    def make_store(self) -> Store:
        """Make a new store that holds nothing; a subclass says which."""
        raise NotImplementedError("make_store gives the store that is compared with the memory store")

    def close_store(self, store: Store) -> None:
        """Let a store go; a subclass says how, where that is needed."""

    @initialize(program=programs())
    def open(self, program: Program) -> None:
        """Open both stores with one program."""
        self.mine, self.theirs = Play(program), Play(program, self.make_store())

    def teardown(self) -> None:
        """Let the store go."""
        if hasattr(self, "theirs"):
            self.close_store(self.theirs.store)

    @rule(step=steps(actions=GRANTING))
    def grant(self, step: Step) -> None:
        """Bring points in, or change their terms."""
        self._play(step)

    @rule(step=steps(actions=TAKING))
    def take(self, step: Step) -> None:
        """Take or move points."""
        self._play(step)

    @rule(step=steps(actions=HOLDING))
    def hold(self, step: Step) -> None:
        """Reserve points, or resolve a hold."""
        self._play(step)

    @rule(step=steps(actions=CORRECTING))
    def correct(self, step: Step) -> None:
        """Take back an award, or give back a spend."""
        self._play(step)

    @rule(step=steps(actions=OTHERS))
    def go_on(self, step: Step) -> None:
        """Do what moves no points of its own."""
        self._play(step)

    @rule(step=steps(actions=REPEATING))
    def repeat(self, step: Step) -> None:
        """Repeat a command, or its key with another payload."""
        self._play(step)

    @rule(days=st.sampled_from([-40, -1, 0, 1, 400]), who=st.integers(0, 2))
    def ask(self, days: int, who: int) -> None:
        """Ask for the past and the future."""
        at = self.mine.clock.now() + timedelta(days=days)
        mine, theirs = (play.balance(who, at=at) for play in (self.mine, self.theirs))
        assert mine == theirs, f"balance at {at}: {mine} and {theirs}"
        name = CUSTOMERS[who]
        assert self.mine.shop.points.schedule(name) == self.theirs.shop.points.schedule(name)
        assert self.mine.shop.points.explain(name) == self.theirs.shop.points.explain(name)
        for play in (self.mine, self.theirs):
            found = play.shop.points.verify(name)
            assert found.is_ok, str(found.difference)

    def _play(self, step: Step) -> None:
        mine, theirs = self.mine.run(step), self.theirs.run(step)
        assert comparable(mine) == comparable(theirs), f"{mine!r} and {theirs!r}"
        balances = [[play.balance(who) for who in range(len(CUSTOMERS))] for play in (self.mine, self.theirs)]
        assert balances[0] == balances[1]

    @invariant()
    def equal_records(self) -> None:
        """Both stores hold the same records, and the figures of every ledger add up."""
        if hasattr(self, "theirs"):
            mine, theirs = self.mine.dump(), self.theirs.dump()
            for kind, found in mine.items():
                assert found == theirs[kind], f"{kind} differ"
            for head in theirs["Ledger"]:
                check_figures(head)
                assert not (head.deficit and head.active), f"owes and has: {head}"
