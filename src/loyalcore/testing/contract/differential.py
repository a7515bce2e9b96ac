"""The same commands, the same answers, the same records as on the memory store (P2, P12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loyalcore.testing._play import Play, comparable
from loyalcore.testing._script import POLICIES, SCRIPT, program_of
from loyalcore.testing.contract._contract import Contract
from loyalcore.testing.contract._lots import check_lots

if TYPE_CHECKING:
    from loyalcore.store import Store

BATCH = 12
"""After how many steps all records are compared; the ledgers are after each."""


class DifferentialContract(Contract):
    """The same commands, the same answers, the same records as on the memory store."""

    @pytest.mark.parametrize("policy", POLICIES)
    def test_a_script_leaves_the_same_records(self, store: Store, policy: str) -> None:
        """P2: a long script is answered as on the memory store, and leaves the same records."""
        program = program_of(policy)
        mine, theirs = Play(program), Play(program, store)
        for number, step in enumerate(SCRIPT):
            wanted, found = mine.run(step), theirs.run(step)
            where = f"step {number} ({step.do}, {mine.clock.now().isoformat()})"
            assert comparable(found) == comparable(wanted), f"answered otherwise at {where}"
            assert theirs.heads() == mine.heads(), f"a ledger is otherwise after {where}"
            if number % BATCH == 0 or step is SCRIPT[-1]:
                records = theirs.dump()
                for kind, kept in mine.dump().items():
                    assert records[kind] == kept, (
                        f"{kind} differ after {where}, or after one of the {BATCH} steps before"
                    )
        self.count("compared commands", len(mine.done))
        check_lots(store)
