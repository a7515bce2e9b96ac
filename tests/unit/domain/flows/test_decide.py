"""Decide: pure, behind one door, and asking for what it has not seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from loyalcore.domain import flows
from loyalcore.domain.customers import Customer, Register
from loyalcore.domain.decision import (
    ChangeSet,
    CustomerRef,
    FactRef,
    HoldRef,
    KeyRef,
    LedgerRef,
    MembershipRef,
    Needs,
    World,
)
from loyalcore.domain.flows import COMMANDS, Receipt, decide, find_program
from loyalcore.domain.ledger import Award, Entry, EntryKind, Release
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import InvalidInput, NotFound
from loyalcore.testing import CountedIds

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BEANS = Program("beans", currency="EUR", timezone="UTC")
TEA = Program("tea", currency="EUR", timezone="UTC")
ADA = CustomerRef("live", "ada")
MAIN = LedgerRef("live", "h1", "beans")
ROW = Customer(environment="live", customer_id="ada", holder_id="h1", registered_at=NOW)


def decided(command: Any, records: dict[Any, Any], *programs: Program) -> Any:
    """Decide a command in a world of some records."""
    running = {program.id: program for program in programs or (BEANS,)}
    return decide(command, World("live", "till", records), running, NOW, CountedIds(), Registry())


def asked(command: Any, records: dict[Any, Any]) -> tuple[Any, ...]:
    """Give what a decision asks for."""
    with pytest.raises(Needs) as caught:
        decided(command, records)
    return caught.value.refs


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(flows) == sorted(flows.__all__)


def test_every_command_is_known_by_its_name() -> None:
    """30 commands, each under the path of the method that runs it."""
    assert len(COMMANDS) == 44
    assert COMMANDS["points.award"] is Award
    assert all(kind.name == name for name, kind in COMMANDS.items())


@pytest.mark.parametrize("command", [None, "points.award", Award, object()])
def test_what_is_no_command_is_refused(command: object) -> None:
    """Only values of the known classes are decided."""
    with pytest.raises(InvalidInput) as caught:
        decided(command, {})
    assert caught.value.path == "command"


def test_an_award_asks_for_the_customer_then_for_the_rest_at_once() -> None:
    """After the directory row all that a posting reads is asked for in one go."""
    command = Award("ada", 5, rule="base", order_id="o-1", key="k")
    assert asked(command, {}) == (ADA,)
    assert set(asked(command, {ADA: ROW})) == {
        MAIN,
        MembershipRef("live", "h1", "beans"),
        KeyRef("live", "h1", "k"),
        FactRef("live", "h1", "beans", "base", "order", "o-1"),
    }


def test_a_decision_is_pure() -> None:
    """The same command on the same world gives equal changes, and the world stays as it was."""
    records: dict[Any, Any] = {
        ADA: ROW,
        MAIN: None,
        MembershipRef("live", "h1", "beans"): None,
        KeyRef("live", "h1", "k"): None,
    }
    command = Award("ada", 5, reason="test", key="k")
    before = dict(records)
    first, second = decided(command, records), decided(command, records)
    assert first == second
    assert records == before
    assert [type(put.record).__name__ for put in first.changes.puts] == ["Ledger", "Membership", "Customer"]
    assert [put.expected for put in first.changes.puts] == [None, None, 1]
    assert first.receipt.entries[0].actor == "till"


def test_a_merged_customer_is_followed() -> None:
    """A row that was merged leads to the survivor's."""
    merged = attrs.evolve(ROW, merged_into="bob")
    assert asked(Award("ada", 5, reason="test", key="k"), {ADA: merged}) == (CustomerRef("live", "bob"),)


def test_an_unknown_hold_is_looked_up() -> None:
    """A hold that the ledger does not carry may be resolved: its record is asked for."""
    records = {ADA: ROW, MAIN: None, MembershipRef("live", "h1", "beans"): None, KeyRef("live", "h1", "k"): None}
    assert asked(Release("ada", "h", key="k"), records) == (HoldRef(MAIN, "h"),)


def test_a_registration_mints_a_holder() -> None:
    """A new customer gets a holder of its own; a registered one is answered as it is."""
    new = decided(Register("ada"), {ADA: None})
    assert new.receipt.customer.holder_id == "holder-1"
    row = attrs.evolve(ROW, programs=("beans",))
    old = decided(Register("ada"), {ADA: row})
    assert (old.changes, old.receipt.customer, old.receipt.replayed) == (ChangeSet(), row, True)
    gone = attrs.evolve(ROW, merged_into="bob")
    assert decided(Register("ada"), {ADA: gone}).changes == ChangeSet()


def test_the_only_program_needs_no_name() -> None:
    """Where one program runs it is meant; where two run, one must be named; another is not found."""
    one, two = {"beans": BEANS}, {"beans": BEANS, "tea": TEA}
    assert find_program(one, None) is BEANS
    assert find_program(two, "tea") is TEA
    with pytest.raises(InvalidInput, match="beans, tea"):
        find_program(two, None)
    with pytest.raises(InvalidInput):
        find_program(two, 7)
    with pytest.raises(NotFound, match="program"):
        find_program(two, "milk")


def entry(kind: EntryKind, points: int, seq: int = 1, holder: str = "h1", **fields: Any) -> Entry:
    """Make an entry of the main ledger."""
    ref = LedgerRef("live", holder, "beans")
    return Entry(ledger=ref, seq=seq, kind=kind, points=points, recorded_at=NOW, effective_at=NOW, **fields)


@pytest.mark.parametrize(
    ("entries", "points"),
    [
        ((), 0),
        ((entry(EntryKind.ADJUST, -5),), 5),
        ((entry(EntryKind.CAPTURE, 3), entry(EntryKind.RELEASE, 2)), 3),
        ((entry(EntryKind.REVERSE, 3), entry(EntryKind.REVERSE, 2)), 5),
        ((entry(EntryKind.TRANSFER_OUT, 3), entry(EntryKind.TRANSFER_IN, 3, holder="h2")), 3),
        ((entry(EntryKind.MERGE, -3), entry(EntryKind.MERGE, 3, holder="h2")), 3),
    ],
)
def test_a_receipt_counts_the_points_that_moved(entries: tuple[Entry, ...], points: int) -> None:
    """The points of the entries of the first one's kind and holder, each move counted once."""
    assert Receipt(command="points.test", entries=entries).points == points


def test_a_receipt_shows_the_hold_that_was_made() -> None:
    """The hold is found among the entries; a receipt without one says so."""
    held = entry(EntryKind.HOLD, 3, seq=2, hold_id="h", lapses_at=NOW)
    assert Receipt(command="points.hold", entries=(entry(EntryKind.EXPIRE, 1), held)).hold.id == "h"
    with pytest.raises(NotFound, match=r"points\.spend"):
        _ = Receipt(command="points.spend", entries=(entry(EntryKind.SPEND, 1),)).hold
