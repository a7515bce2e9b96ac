"""Whatever call of the store a command dies at, the same command with the same key mends it (P2, P3, P9)."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.customers import Erase, Register
from loyalcore.errors import NotFound, OutcomeUnknown
from loyalcore.services import Loyalty
from loyalcore.testing._clock import FixedClock
from loyalcore.testing._crashing import Crash, CrashingStore, points_of
from loyalcore.testing._play import dump, everything
from loyalcore.testing._stories import AT, BEFORE_AT, PROGRAM, REFERRAL, STORIES, Cast
from loyalcore.testing.contract._contract import Contract, write
from loyalcore.values.codes import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.store import Store
    from loyalcore.testing._crashing import Point


class NamedIds:
    """Ids that count under a name, so that a host that starts again gives the same ones."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._codes = 0

    def new(self, kind: str) -> str:
        """Give the next id."""
        self._count += 1
        return f"{self._name}-{kind}-{self._count}"

    def share_code(self) -> str:
        """Give the next share code: another one under another name."""
        self._codes += 1
        return code_of(int.from_bytes(sha256(f"{self._name} {self._codes}".encode()).digest()))


class CrashContract(Contract):
    """Whatever call of the store a command dies at, the same command with the same key mends it."""

    @pytest.mark.parametrize("name", STORIES)
    def test_a_retry_mends_a_crash(self, store: Store, name: str) -> None:
        """P2: a command that died at any store call, given again, leaves what it leaves when nothing happens."""
        model = MemoryStore()
        calls = CrashingStore(model)
        _host(calls, "calls", AT).run(_set_up(model, name, "calls"))
        points = points_of(calls.calls)
        commands = [_set_up(model, name, f"p{number}") for number in range(len(points))]
        write(store, everything(model))
        for number, (point, command) in enumerate(zip(points, commands, strict=True)):
            wanted = _host(model, f"p{number}", AT).run(command)
            found = _crash_and_retry(store, command, f"p{number}", point)
            if found is None:
                assert point.is_committed, f"what was to be erased was gone before it, after a crash {point}"
            elif hasattr(command, "key"):
                assert found.entries == wanted.entries, f"answered otherwise after a crash {point}"
                assert found.replayed is point.is_committed, f"done {2 - found.replayed} times after a crash {point}"
        self.count("crash points", len(points))
        _compare(dump(model), dump(store), points)


def _host(store: Store, name: str, at: datetime) -> Loyalty:
    return Loyalty(store, [PROGRAM], clock=FixedClock(at), ids=NamedIds(name), actor="till")


def _set_up(store: Store, name: str, prefix: str) -> Command:
    """Let happen what comes before the command of a story, and give the command."""
    link = NamedIds(f"{prefix}-before").share_code()
    cast = Cast(f"{prefix}-ada", f"{prefix}-bob", f"{prefix}-before-holder-1", f"{prefix}-new", link)
    before, command = STORIES[name](cast)
    shop = _host(store, f"{prefix}-before", BEFORE_AT)
    receipts = [shop.run(each) for each in (Register(cast.ada), Register(cast.bob), *before)]
    return _about(command, [found for each in receipts if (found := _referral_of(each)) is not None])


def _referral_of(receipt: Receipt) -> str | None:
    """Name the referral that a command was about."""
    if receipt.referral is not None:
        return receipt.referral.referral_id
    return None if receipt.order is None else receipt.order.referral.referral_id


def _about(command: Any, referrals: list[str]) -> Command:
    """Give a command with the referral that came before it in the place of its name in the story."""
    is_about = getattr(command, "referral_id", None) == REFERRAL
    about: Command = evolve(command, referral_id=referrals[-1]) if is_about else command
    return about


def _crash_and_retry(store: Store, command: Command, name: str, point: Point) -> Receipt | None:
    """Give a command that dies at a point, and then once more through a host that has started again.

    None is the answer to an erasure that finds nobody any more.
    """
    with pytest.raises((Crash, OutcomeUnknown)) as caught:
        _host(CrashingStore(store, point), name, AT).run(command)
    assert str(caught.value) == str(point), f"it went wrong otherwise: {caught.value!r}"
    try:
        return _host(store, name, AT).run(command)
    except NotFound:
        if not isinstance(command, Erase):
            raise
        return None


def _compare(wanted: Mapping[str, list[Any]], found: Mapping[str, list[Any]], points: list[Point]) -> None:
    for kind, records in wanted.items():
        theirs = {record.ref: record for record in found[kind]}
        for record in records:
            where = re.search(r"'p(\d+)-", repr(record.ref))
            point = points[int(where[1])] if where else "without a crash"
            assert theirs.get(record.ref) == record, f"{kind} is otherwise {point}"
        assert len(theirs) == len(records) == len(found[kind]), f"{kind}: more was written than by the command alone"
