from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.domain.customers import Register
from loyalcore.domain.decision import CustomerRef, KeyRef, LotRef, NoticeRef
from loyalcore.domain.ledger import Award, Draw, EntryKind, Hold, Merge, Spend, Sweep
from loyalcore.errors import StoreUnavailable
from loyalcore.testing.history import LAWS, History, What, check, examine
from tests.unit.testing.history._plant import ADA, BEANS, FIRST, MUG, SECOND, Run

if TYPE_CHECKING:
    from loyalcore.store import Unit
    from loyalcore.testing.history import Line


@pytest.fixture
def run() -> Run:
    """A run with a true history."""
    return Run()


def answered(run: Run, command: Any, **data: Any) -> Any:
    """Give an edit that changes the answer to a command."""
    told = run.answer_of(command)
    return lambda line: attrs.evolve(line, data={**line.data, **data}) if line == told else line


def test_a_true_history_is_clean(run: Run) -> None:
    """A history that tells what happened breaks no law."""
    report = run.check()
    assert report.is_ok, str(report)
    assert (report.answers, report.reads, report.workers, report.entries) == ({"ok": 5}, 1, 2, 3)
    assert str(report).startswith("every law holds: 5 ok, 1 reads by 2 workers; 3 entries stored")


def test_time_merges_and_facts_need_no_key(run: Run) -> None:
    """What time, a merge or a fact that was paid answers is explained without a key."""
    run.one.run(Award("bob", 5, rule="base", order_id="o-1", key="f-1"))
    run.two.run(Award("bob", 5, rule="base", order_id="o-1", key="f-2"))
    run.one.run(Award("bob", 7, reason="gift", expiry="1D", key="e-1"))
    run.one.run(Hold("bob", 3, hold_for="1D", key="h-1"))
    run.clock.move(days=3)
    run.two.run(Sweep("holder-2"))
    run.one.run(Merge("bob", into="ada"))
    run.two.run(FIRST)
    report = run.check()
    assert report.is_ok, str(report)


# Acknowledged, attempted --------------------------------------------------------------------------------------------


def test_a_lost_entry_is_found(run: Run) -> None:
    """An answer with an entry that is not stored breaks `acknowledged`, and the report shows the call."""
    history = run.told(Spend("bob", 1, key="s-9"), What.OK, {"entries": ["holder-2:beans:1:"], "points": 1})
    report = run.check(history)
    assert {violation.law for violation in report.violations} == {"acknowledged"}
    shown = str(report)
    assert "key 's-9' of 'bob' was answered with the entry holder-2:beans:1:, which is not stored" in shown
    assert '"customer_id": "bob"' in shown


def test_a_lost_key_is_found(run: Run) -> None:
    """An answer whose key is not stored breaks `acknowledged`; its entry then has no key that leads to it."""
    del run.shelf._records[KeyRef("live", "holder-1", "a-1")]
    assert run.laws() == {"acknowledged", "attempted"}


def test_a_lost_customer_is_found(run: Run) -> None:
    """A customer whose registration was answered, and who is not stored, breaks `acknowledged`."""
    del run.shelf._records[CustomerRef("live", "bob")]
    assert run.laws() == {"acknowledged"}


def test_a_key_with_another_payload_is_found(run: Run) -> None:
    """A key that is stored with another payload than was answered breaks `acknowledged` and `attempted`."""
    ref = KeyRef("live", "holder-1", "a-1")
    record = run.shelf._records[ref]
    run.shelf._records[ref] = attrs.evolve(record, digests={**record.digests, "points": "otherwise"})
    assert run.laws() == {"acknowledged", "attempted"}


def test_a_key_that_leads_elsewhere_is_found(run: Run) -> None:
    """A key that leads to other entries than were answered breaks `acknowledged`; one entry has two keys then."""
    ref = KeyRef("live", "holder-1", "a-1")
    run.shelf._records[ref] = attrs.evolve(run.shelf._records[ref], entries=((ADA, (2,)),))
    assert run.laws() == {"acknowledged", "attempted", "once"}


def test_other_points_than_answered_are_found(run: Run) -> None:
    """An answer with other points than its entries say breaks `acknowledged`."""
    assert run.laws(run.edited(answered(run, FIRST, points=11))) == {"acknowledged"}


def test_a_phantom_command_is_found(run: Run) -> None:
    """A key that is stored, and that nobody sent, breaks `attempted`."""
    run.run_unseen(Award("ada", 3, reason="x", key="p-1"))
    report = run.check()
    assert [violation.law for violation in report.violations] == ["attempted"]
    assert "key 'p-1' of holder holder-1 is stored for a points.award that nobody sent" in str(report)


def test_a_phantom_entry_is_found(run: Run) -> None:
    """An entry that no key leads to breaks `attempted`."""
    last = run.entry(3)
    run.append(attrs.evolve(last, seq=4, kind=EntryKind.ACTIVITY, points=0, draws=(), reason="visit"))
    assert run.laws() == {"attempted", "projection"}


def test_a_phantom_customer_is_found(run: Run) -> None:
    """A customer whom nobody registered breaks `attempted`."""
    run.run_unseen(Register("eve"))
    assert run.laws() == {"attempted"}


# Once, alike, refused -----------------------------------------------------------------------------------------------


def test_a_second_effect_is_found(run: Run) -> None:
    """An entry that repeats what a key leads to breaks `once`, and the report names the key."""
    run.append(attrs.evolve(run.entry(2), seq=4, lots=()))
    report = run.check()
    assert "once" in {violation.law for violation in report.violations}
    assert "is a second effect of the key 'a-2'" in str(report)


def test_two_first_answers_are_found(run: Run) -> None:
    """A key that was answered twice as if for the first time breaks `once`."""
    told = run.answer_of(FIRST).data
    assert run.laws(run.told(FIRST, What.OK, dict(told))) == {"once", "order"}


def test_an_entry_of_two_keys_is_found(run: Run) -> None:
    """An entry that two keys lead to breaks `once`."""
    record = run.shelf._records[KeyRef("live", "holder-1", "a-2")]
    run.run_unseen(Award("ada", 5, reason="order", key="a-3"))
    ref = KeyRef("live", "holder-1", "a-3")
    run.shelf._records[ref] = attrs.evolve(run.shelf._records[ref], entries=record.entries)
    assert "once" in run.laws()


def test_unequal_answers_are_found(run: Run) -> None:
    """Two deliveries of one key that were answered with different entries break `alike`."""
    other = {"entries": list(run.answer_of(SECOND).data["entries"]), "points": 5, "replayed": True}
    report = run.check(run.told(FIRST, What.OK, other))
    assert "alike" in {violation.law for violation in report.violations}
    assert "was answered with [holder-1:beans:1:] (10 points) and [holder-1:beans:2:] (5 points)" in str(report)


def test_a_refused_command_that_is_stored_is_found(run: Run) -> None:
    """A key that is stored, and all of whose deliveries were refused, breaks `refused`."""
    told = run.answer_of(MUG)

    def refuse(line: Line) -> Line:
        return attrs.evolve(line, what=What.REFUSED, data={"code": "insufficient_points"}) if line == told else line

    assert run.laws(run.edited(refuse)) == {"refused"}


def test_a_raw_error_is_found(run: Run) -> None:
    """An exception that is none of the library's breaks `unbroken`."""
    history = run.told(Spend("ada", 1, key="s-2"), What.BROKEN, {"error": "sqlite3.OperationalError: locked"})
    assert run.laws(history) == {"unbroken"}


# Ledgers ------------------------------------------------------------------------------------------------------------


def test_a_lot_below_zero_is_found(run: Run) -> None:
    """An entry that takes more from a lot than is left breaks `lots`, with the lot and the entry."""
    spent = Spend("ada", 3, reason="more", key="s-2")
    run.one.run(spent)
    entries = run.shelf._entries[ADA]
    entries[3] = attrs.evolve(entries[3], points=9, draws=(Draw(2, 9),))
    report = run.check()
    assert "lots" in {violation.law for violation in report.violations}
    assert "lot 2 of ledger '' of holder-1 in beans, at entry 4 (spend 9), has -6 free and 0 held points" in str(report)


def test_a_draw_on_an_empty_lot_is_found(run: Run) -> None:
    """An entry that takes from a lot in which nothing is left breaks `lots`."""
    entries = run.shelf._entries[ADA]
    entries.append(attrs.evolve(entries[2], seq=4, points=1, draws=(Draw(1, 1),)))
    assert "lots" in run.laws()


def test_a_lot_above_its_grant_is_found(run: Run) -> None:
    """An entry that gives back more to a lot than it was granted breaks `lots`."""
    entries = run.shelf._entries[ADA]
    entries.append(attrs.evolve(entries[2], seq=4, kind=EntryKind.RESTORE, points=11, draws=(Draw(1, 11),)))
    assert "lots" in run.laws()


def test_a_stored_lot_below_zero_is_found(run: Run) -> None:
    """A lot that is stored below zero breaks `lots`, though the figures of its ledger are right."""
    ref = LotRef(ADA, 1)
    run.shelf._records[ref] = attrs.evolve(run.shelf._records[ref], free=-2)
    assert run.laws() == {"lots", "projection"}


def test_a_gap_is_found(run: Run) -> None:
    """A number that was left out breaks `numbers`."""
    del run.shelf._entries[ADA][1]
    assert "numbers" in run.laws()


def test_entries_out_of_order_are_found(run: Run) -> None:
    """An entry that was recorded before the one that precedes it breaks `numbers`."""
    entries = run.shelf._entries[ADA]
    earlier = entries[1].recorded_at.replace(year=2025)
    entries[1] = attrs.evolve(entries[1], recorded_at=earlier)
    assert "numbers" in run.laws()


def test_a_lost_update_is_found(run: Run) -> None:
    """A figure that is not what the entries add up to breaks `projection`."""
    run.change_head(spent=0)
    report = run.check()
    assert {violation.law for violation in report.violations} == {"projection"}
    assert "stores 0 as spent; its entries add up to 12" in str(report)


def test_a_closed_lot_that_differs_is_found(run: Run) -> None:
    """A lot that ran empty, and is stored otherwise, breaks `projection`."""
    ref = LotRef(ADA, 1)
    run.shelf._records[ref] = attrs.evolve(run.shelf._records[ref], granted=9)
    assert run.laws() == {"projection"}


def test_a_lost_notice_is_found(run: Run) -> None:
    """An entry that its program tells of, and that has no notice in the outbox, breaks `notices`."""
    del run.shelf._records[NoticeRef("live", "holder-1", run.entry(1).id)]
    report = run.check()
    assert [violation.law for violation in report.violations] == ["notices"]
    assert "notice points_added of entry holder-1:beans:1: is not in the outbox" in str(report)


def test_a_changed_notice_is_found(run: Run) -> None:
    """A notice that says something else than its entry breaks `notices`."""
    ref = NoticeRef("live", "holder-1", run.entry(1).id)
    run.shelf._records[ref] = attrs.evolve(run.shelf._records[ref], details={"points": 9})
    assert run.laws() == {"notices"}


def test_a_phantom_notice_is_found(run: Run) -> None:
    """A notice that no entry wants breaks `notices`."""
    ref = NoticeRef("live", "holder-1", run.entry(1).id)
    other = NoticeRef("live", "holder-1", "holder-1:beans:9:")
    run.shelf._records[other] = attrs.evolve(run.shelf._records[ref], ref=other)
    assert run.laws() == {"notices"}


# Reads --------------------------------------------------------------------------------------------------------------


def look(run: Run, **changes: Any) -> History:
    """Give the history with the one look at a ledger changed."""
    return run.edited(
        lambda line: line if line.what is not What.READ else attrs.evolve(line, data={**line.data, **changes})
    )


def test_a_backward_read_is_found(run: Run) -> None:
    """A look that shows an entry less than another worker had been told before breaks `reads`."""
    seen = run.history.reads[0].data["figures"]
    report = run.check(look(run, seq=1, figures={**seen, "awarded": 10, "active": 10}))
    assert [violation.law for violation in report.violations] == ["reads"]
    assert "was seen at entry 1, when entry 2 was known" in str(report)


def test_a_read_of_other_figures_is_found(run: Run) -> None:
    """A look that shows other figures than the entries add up to breaks `reads`."""
    seen = run.history.reads[0].data["figures"]
    assert run.laws(look(run, figures={**seen, "active": 14})) == {"reads"}


def test_a_read_of_what_was_never_committed_is_found(run: Run) -> None:
    """A look that shows an entry which is not stored breaks `reads`."""
    assert "was seen at entry 4, which is not stored" in str(run.check(look(run, seq=4)))


def test_a_read_of_nothing_is_taken(run: Run) -> None:
    """A look at a ledger that nothing was ever booked on shows no figures."""
    assert run.two.read("bob") is None
    assert run.check().is_ok


def test_an_entry_written_before_what_was_known_is_found(run: Run) -> None:
    """An entry whose call began when a later one was known breaks `order`."""
    told = {command: run.answer_of(command) for command in (FIRST, SECOND)}
    swapped = {told[FIRST]: told[SECOND].data, told[SECOND]: told[FIRST].data}
    assert "order" in run.laws(run.edited(lambda line: attrs.evolve(line, data=swapped.get(line, line.data))))


# In doubt -----------------------------------------------------------------------------------------------------------


def unanswered(run: Run, *commands: Any) -> History:
    """Give the history without the answers to some commands."""
    told = [run.answer_of(command) for command in commands]
    return run.edited(lambda line: None if line in told else line)


def test_what_was_committed_is_answered_again(run: Run) -> None:
    """A command in doubt that had been committed is answered when it is sent again, and has one effect."""
    report = run.check(unanswered(run, MUG))
    assert report.is_ok, str(report)
    assert (report.in_doubt, report.committed, report.done, report.entries) == (1, 1, 0, 3)


def test_what_was_not_committed_is_done(run: Run) -> None:
    """A command in doubt that had not been committed is done when it is sent again."""
    history = run.told(Award("bob", 4, reason="x", key="d-1"), What.IN_DOUBT, {"code": "outcome_unknown"})
    report = run.check(history)
    assert report.is_ok, str(report)
    assert (report.in_doubt, report.committed, report.done, report.entries) == (1, 0, 1, 4)


def test_what_is_refused_then_is_settled(run: Run) -> None:
    """A command in doubt that is refused when it is sent again is settled, and must not be stored later."""
    wish = Spend("bob", 4, key="d-1")
    history = run.told(wish, What.IN_DOUBT, {"code": "outcome_unknown"})
    report = run.check(history)
    assert report.is_ok, str(report)
    assert (report.in_doubt, report.committed, report.done) == (1, 0, 0)
    run.run_unseen(Award("bob", 9, reason="x", key="d-2"))
    run.run_unseen(wish)
    assert "refused" in run.laws(history.with_lines(report.lines))


def test_a_loss_is_not_hidden_by_settling(run: Run) -> None:
    """What is lost is found before something is sent again, so that a second delivery cannot make it good."""
    wish = Award("bob", 4, reason="x", key="d-1")
    history = run.told(wish, What.OK, {"entries": ["holder-2:beans:1:"], "points": 4, "replayed": False})
    doubt = Run.told(run, wish, What.IN_DOUBT, {"code": "outcome_unknown"})
    renamed = [attrs.evolve(line, worker="w-4") for line in doubt.lines if line.worker == "w-3"]
    assert "acknowledged" in run.laws(history.with_lines(renamed))


def test_each_command_in_doubt_is_settled_once(run: Run) -> None:
    """A second check does not send again what an earlier one has settled."""
    history = unanswered(run, MUG)
    first = run.check(history)
    second = run.check(history.with_lines(first.lines))
    assert (first.in_doubt, second.in_doubt, second.is_ok) == (1, 0, True)


def test_what_cannot_be_settled_is_found(run: Run) -> None:
    """A command that is in doubt still after it was sent again breaks `settled`."""

    class Refusing:
        abilities = run.store.abilities

        def unit(self, *, readonly: bool = False) -> Unit:
            if not readonly:
                raise StoreUnavailable("out of reach")
            return run.store.unit(readonly=True)

    report = check(unanswered(run, MUG), Refusing(), [BEANS], clock=run.clock)
    assert [violation.law for violation in report.violations] == ["settled"]


def test_looking_writes_nothing(run: Run) -> None:
    """`examine` holds a history against a store and sends nothing again."""
    history = run.told(Award("bob", 4, reason="x", key="d-1"), What.IN_DOUBT, {"code": "outcome_unknown"})
    assert examine(history, run.store).is_ok
    assert examine(history, run.store).entries == 3


def test_every_law_says_what_it_is() -> None:
    """Each law has a sentence that states it."""
    assert all((law.__doc__ or "").strip() for law in LAWS.values())
