"""What the parts of the contract themselves are made of."""

from __future__ import annotations

import attrs
import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.decision import ChangeSet, LedgerRef, Put
from loyalcore.domain.flows import COMMANDS
from loyalcore.errors import LoyaltyError
from loyalcore.store import KINDS
from loyalcore.testing._crashing import CrashingStore, When, points_of
from loyalcore.testing._play import Play, dump, everything
from loyalcore.testing._script import POLICIES, SCRIPT, program_of
from loyalcore.testing._stories import STORIES, Cast
from loyalcore.testing.contract._contract import Shop, read, write
from loyalcore.testing.contract._lots import check_lots

CAST = Cast("ada", "bob", "holder-1", "new", "22222-22222")


def test_every_command_has_a_story() -> None:
    """Each command is crashed at every store call: none is missing from the table of stories."""
    assert {STORIES[name](CAST).command.name for name in STORIES} == set(COMMANDS)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_named_after_its_command(name: str) -> None:
    """A story's name begins with the command that it is about."""
    assert STORIES[name](CAST).command.name == name.partition(",")[0]


def test_every_call_of_a_store_is_crashed() -> None:
    """A command that loads once and commits crashes at eleven points: before and after each call, and in doubt."""
    crashing = CrashingStore(MemoryStore())
    Shop(crashing)
    calls = crashing.calls[:6]
    assert calls == ["unit", "enter", "load", "apply", "commit", "exit"]
    assert [str(point) for point in points_of(calls)] == [
        "before call 0 (unit)",
        "before call 1 (enter)",
        "after call 1 (enter)",
        "before call 2 (load)",
        "after call 2 (load)",
        "before call 3 (apply)",
        "after call 3 (apply)",
        "before call 4 (commit)",
        "after call 4 (commit)",
        "in doubt at call 4 (commit)",
        "after call 5 (exit)",
    ]
    assert [point.call for point in points_of(calls) if point.is_committed] == ["commit", "exit"]
    assert When.IN_DOUBT in {point.when for point in points_of(calls)}


def test_the_script_has_everything_in_it() -> None:
    """Over its policies the script runs every command, and meets all kinds of record and refusal."""
    done: set[str] = set()
    refused: set[str] = set()
    kept: set[str] = set()
    for policy in POLICIES:
        play = Play(program_of(policy))
        for step in SCRIPT:
            answer = play.run(step)
            if isinstance(answer, LoyaltyError):
                refused.add(answer.code)
            elif answer is not None and not answer.replayed:
                done.add(answer.command)
        kept |= {kind for kind, found in play.dump().items() if found}
    assert kept == {kind.__name__ for kind in KINDS}
    assert done == set(COMMANDS)
    assert refused >= {
        "already_resolved",
        "fact_conflict",
        "idempotency_conflict",
        "illegal_transition",
        "ineligible",
        "insufficient_points",
        "not_found",
        "referral_refused",
        "version_conflict",
    }


def test_the_lots_are_worked_out_without_the_library() -> None:
    """A lot that is stored otherwise than its entries make it is found, though all sums agree."""
    store = MemoryStore()
    shop = Shop(store)
    shop.fill("ada", 10, lots=2)
    shop.points.spend("ada", 5, key="s-1")
    check_lots(store)
    head = read(store, LedgerRef("live", "holder-1", "beans", ""))
    first, second = head.lots
    moved = (attrs.evolve(first, free=first.free + 1), attrs.evolve(second, free=second.free - 1))
    write(store, ChangeSet(puts=(Put(attrs.evolve(head, version=4), 3),), parts=moved))
    assert shop.figures() == (15, 0, 5, 0)
    with pytest.raises(AssertionError, match="worked out"):
        check_lots(store)


def test_everything_is_copied() -> None:
    """All records of one store, written into another, are the same records."""
    first, second = MemoryStore(), MemoryStore()
    shop = Shop(first)
    shop.points.award("ada", 50, rule="base", order_id="o-1", note="a note", key="k-1")
    shop.points.hold("ada", 10, key="k-2")
    write(second, everything(first))
    assert dump(second) == dump(first)
