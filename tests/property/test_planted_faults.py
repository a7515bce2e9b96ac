"""The laws and tables are worth something: each fault that is planted is caught by the one that is named for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from loyalcore.testing.laws import LAWS
from tests.property import _tables as tables
from tests.property._faults import FAULTS
from tests.property._stories import STORIES

if TYPE_CHECKING:
    from collections.abc import Callable

Check = tuple[str, str]

CATCHES: dict[str, list[Check]] = {
    "expiry_after_its_instant": [("edge", "points lapse"), ("edge", "a start meets an end")],
    "start_after_its_instant": [("edge", "pending points begin")],
    "hold_lapses_late": [("edge", "a hold lapses")],
    "activity_rolls_back": [("edge", "an activity rolls no lot back")],
    "expiry_counted_twice": [("conservation", "points lapse between spends")],
    "spend_counted_as_expired": [("movement", "points lapse between spends")],
    "sweep_that_ignores_spends": [("conservation", "points lapse between spends")],
    "closed_lots_not_stored": [
        ("verification", "points lapse between spends"),
        ("lots", "points lapse between spends"),
    ],
    "clock_back_mints": [("verification", "the clock goes back")],
    "deficit_not_paid_on_release": [("deficit", "a release pays what is owed")],
    "deficit_not_paid_at_activation": [("deficit", "a release pays what is owed")],
    "overdraft_without_limit": [("deficit", "an overdraft has its limit")],
    "lapsed_release_not_expired": [("lots", "holds end in every way")],
    "held_points_lapse": [("edge", "held points outlive their end")],
    "hold_takes_from_pending": [("movement", "everything waits for its day")],
    "capture_forgets_the_rest": [("corrections", "holds end in every way"), ("table", "partial capture")],
    "resolved_twice": [("corrections", "holds end in every way"), ("verification", "holds end in every way")],
    "merge_forgets_holds": [("lots", "points move to others")],
    "newest_first_instead_of_soonest": [("order", "soonest_expiry")],
    "ties_by_points": [("order", "soonest_expiry")],
    "reversal_not_capped": [("corrections", "orders are returned")],
    "restore_without_expiry": [
        ("corrections", "a spend is given back after its points have lapsed"),
        ("edge", "points given back keep their end"),
    ],
    "restored_twice": [("corrections", "orders are returned")],
    "pending_not_taken_first": [("table", "return policies")],
    "transfer_mints": [("conservation", "points move to others")],
    "transfer_loses_dates": [
        ("edge", "points given to another keep their end"),
        ("edge", "points brought by a merge keep their end"),
    ],
    "activation_says_too_much": [("movement", "points wait to be activated")],
    "expiry_dated_when_written": [("sweeps", "points lapse between spends")],
    "sweep_is_an_activity": [("sweeps", "a whole account lapses")],
    "advance_skips_boundaries": [("two_steps", "points lapse between spends")],
    "history_forgets_the_last_entry": [("prefix", "points lapse between spends")],
    "extension_not_in_the_entry": [("verification", "terms are extended"), ("prefix", "terms are extended")],
    "key_without_payload": [("once", "keys and facts come again")],
    "key_not_asked": [("once", "keys and facts come again")],
    "fact_per_key": [("once", "keys and facts come again")],
    "merge_forgets_keys": [("once", "points move to others")],
    "refusal_that_writes": [("movement", "points lapse between spends")],
    "preview_that_writes": [("preview", "points lapse between spends")],
    "figures_not_kept": [("members", "points lapse between spends")],
    "due_by_points_alone": [("members", "a tier ends")],
}
"""By fault: what catches it, a law in a story or a row of a table."""


TABLES = {"return policies": tables.check_return_policies, "partial capture": tables.check_partial_capture}


def check_of(kind: str, name: str) -> Callable[[], None]:
    """Find a law in a story, or a row of a table."""
    if kind in LAWS:
        return partial(LAWS[kind], *STORIES[name])
    if kind == "table":
        return TABLES[name]
    return partial(tables.check_edge if kind == "edge" else tables.check_order, name)


PAIRS = [(fault, check) for fault, checks in CATCHES.items() for check in checks]


@pytest.mark.parametrize(("fault", "check"), PAIRS, ids=[f"{fault}-{check[0]}-{check[1]}" for fault, check in PAIRS])
def test_the_fault_is_caught(fault: str, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """A law or table that holds is broken by the fault that is planted for it."""
    run = check_of(*check)
    run()
    FAULTS[fault](monkeypatch)
    with pytest.raises(AssertionError):
        run()


def test_every_fault_is_caught() -> None:
    """Each planted fault has a law or table that catches it."""
    assert CATCHES.keys() == FAULTS.keys()


@pytest.mark.parametrize("law", LAWS)
def test_every_law_catches_something(law: str) -> None:
    """Each law has a planted fault that it catches."""
    assert [fault for fault, checks in CATCHES.items() if law in {kind for kind, _name in checks}]
