"""Which test of the contract catches which broken store."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from loyalcore.domain.decision import KeyRecord
from loyalcore.testing.broken import (
    keys,
    listings,
    lots,
    notices,
    orders,
    referrals,
    removals,
    returns,
    times,
    units,
    versions,
)
from loyalcore.testing.contract import (
    AppendContract,
    BusinessReferenceContract,
    ConcurrencyContract,
    CrashContract,
    DifferentialContract,
    ExpiryContract,
    HoldContract,
    HonestyContract,
    IdempotencyContract,
    ListingContract,
    LockingContract,
    LotContract,
    OrderContract,
    OutboxContract,
    ReferralContract,
    RemovalContract,
    ReversalContract,
    StreamingContract,
    UnitOfWorkContract,
    VersionContract,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.testing.broken._wrapped import Wrapped
    from loyalcore.testing.contract import Contract


class Catch(NamedTuple):
    """A test of the contract that a broken store fails.

    Args:
        store: The class of the store.
        part: The part of the contract.
        test: The name of the test.
        fields: Its parameters beside the store.
    """

    store: type[Wrapped]
    part: type[Contract]
    test: str
    fields: Mapping[str, Any] = MappingProxyType({})


_SCRIPT = "test_a_script_leaves_the_same_records"
_ANEW = {"kind": "customer", "way": "two units"}
_SAID_ANEW = {"kind": KeyRecord, "way": "one change set"}
_SOONEST = {"consumption": "soonest_expiry", "numbers": [3, 1, 4, 2]}
_STALE = {"kind": "ledger", "stored": 2, "expected": 1}
_STALE_REMOVAL = {"kind": "customer", "stored": 2, "expected": 1}

CATCHES: tuple[Catch, ...] = (
    Catch(versions.BlindWrite, VersionContract, "test_a_stale_put_is_refused", _STALE),
    Catch(versions.BlindWrite, VersionContract, "test_a_stale_change_set_is_refused_whole"),
    Catch(versions.BlindWrite, VersionContract, "test_of_racing_puts_one_is_taken"),
    Catch(versions.EarlyCheck, VersionContract, "test_of_racing_puts_one_is_taken"),
    Catch(versions.EarlyCheck, IdempotencyContract, "test_racing_deliveries_have_one_effect"),
    Catch(versions.EarlyCheck, BusinessReferenceContract, "test_racing_keys_pay_a_fact_once"),
    Catch(versions.EarlyCheck, ConcurrencyContract, "test_contested_ledgers_are_not_overspent"),
    Catch(versions.EarlyCheck, HoldContract, "test_of_racing_resolutions_one_is_taken"),
    Catch(versions.EarlyCheck, ReversalContract, "test_racing_restores_give_back_once"),
    Catch(versions.RowCountIgnored, VersionContract, "test_a_stale_put_is_refused", _STALE),
    Catch(versions.RowCountIgnored, VersionContract, "test_a_stale_change_set_is_refused_whole"),
    Catch(versions.RowCountIgnored, RemovalContract, "test_a_stale_removal_is_refused", _STALE_REMOVAL),
    Catch(versions.Careless, LockingContract, "test_a_second_lock_waits_or_fails"),
    Catch(versions.Careless, LockingContract, "test_what_a_lock_was_waited_for_is_found"),
    Catch(versions.LateLock, LockingContract, "test_what_a_lock_was_waited_for_is_found"),
    Catch(versions.StaleRetry, ConcurrencyContract, "test_a_hot_ledger_serves_everybody"),
    Catch(keys.LookFirst, AppendContract, "test_a_taken_name_is_refused_whole", {"kind": "key"}),
    Catch(keys.LookFirst, AppendContract, "test_a_name_is_taken_within_a_unit", {"kind": "fact"}),
    Catch(keys.LookFirst, AppendContract, "test_of_racing_inserts_one_is_taken", {"kind": "key"}),
    Catch(
        keys.AnyPayload,
        IdempotencyContract,
        "test_another_payload_is_a_conflict",
        {"changed": {"points": 6}, "fields": ("points",)},
    ),
    Catch(keys.UsedUpKey, IdempotencyContract, "test_a_refused_command_does_not_use_up_its_key"),
    Catch(keys.CaseFolding, IdempotencyContract, "test_keys_compare_exactly", {"first": "key-a", "second": "KEY-A"}),
    Catch(keys.Padding, IdempotencyContract, "test_keys_compare_exactly", {"first": "key", "second": "key "}),
    Catch(keys.EarlyCount, ConcurrencyContract, "test_a_counter_with_a_limit_is_not_exceeded"),
    Catch(units.Leaky, UnitOfWorkContract, "test_a_unit_without_commit_leaves_nothing"),
    Catch(units.Leaky, UnitOfWorkContract, "test_what_is_not_committed_is_invisible"),
    Catch(units.Leaky, CrashContract, "test_a_retry_mends_a_crash", {"name": "points.spend"}),
    Catch(units.Forgetting, UnitOfWorkContract, "test_a_committed_unit_is_there_whole"),
    Catch(units.Forgetting, HonestyContract, "test_another_thread_sees_what_was_committed"),
    Catch(units.SwallowedCommit, VersionContract, "test_of_racing_puts_one_is_taken"),
    Catch(units.ProjectionApart, VersionContract, "test_a_stale_change_set_is_refused_whole"),
    Catch(units.OutboxApart, UnitOfWorkContract, "test_a_unit_without_commit_leaves_nothing"),
    Catch(units.OutboxApart, UnitOfWorkContract, "test_a_unit_that_fails_leaves_nothing"),
    Catch(units.CountedSequence, AppendContract, "test_a_taken_name_is_refused_whole", {"kind": "entry"}),
    Catch(units.RacyRead, StreamingContract, "test_a_stream_is_one_view"),
    Catch(removals.BlindRemoval, RemovalContract, "test_a_stale_removal_is_refused", _STALE_REMOVAL),
    Catch(removals.BlindRemoval, RemovalContract, "test_a_stale_removal_is_refused_whole"),
    Catch(removals.BlindRemoval, RemovalContract, "test_of_racing_removals_one_is_taken"),
    Catch(removals.WideWipe, RemovalContract, "test_a_wipe_takes_nothing_of_others", {"kind": KeyRecord}),
    Catch(removals.StillListed, RemovalContract, "test_what_was_removed_is_gone", {"kind": "membership"}),
    Catch(removals.StillListed, RemovalContract, "test_a_removed_customer_is_nobody"),
    Catch(removals.NameKept, RemovalContract, "test_a_removed_name_is_taken_anew", _ANEW),
    Catch(removals.StaleIndex, RemovalContract, "test_what_was_removed_is_gone", {"kind": "customer"}),
    Catch(removals.StaleIndex, RemovalContract, "test_a_removed_customer_is_nobody"),
    Catch(removals.WipeLast, RemovalContract, "test_a_wiped_name_is_taken_anew", _SAID_ANEW),
    Catch(times.Truncating, AppendContract, "test_every_field_comes_back", {"name": "lot"}),
    Catch(times.Truncating, ExpiryContract, "test_a_sweep_changes_no_balance"),
    Catch(times.Truncating, LotContract, "test_lots_a_microsecond_apart_are_told_apart", {"end": "expires_at"}),
    Catch(times.Naive, AppendContract, "test_every_field_comes_back", {"name": "plain entry"}),
    Catch(times.LocalTime, AppendContract, "test_every_field_comes_back", {"name": "lot"}),
    Catch(times.LocalTime, ExpiryContract, "test_a_date_is_valid_to_its_end"),
    Catch(times.Labelling, ExpiryContract, "test_whatever_makes_a_ledger_due_is_found", {"what": "hold"}),
    Catch(lots.SpendBlind, ExpiryContract, "test_a_sweep_expires_what_was_not_spent"),
    Catch(lots.SpendBlind, HoldContract, "test_held_points_do_not_expire"),
    Catch(lots.SpendBlind, DifferentialContract, _SCRIPT, {"policy": "per lot, with tiers"}),
    Catch(lots.SpendBlind, LotContract, "test_every_lot_adds_up_after_every_command"),
    Catch(lots.NewestFirst, LotContract, "test_lots_are_spent_in_their_order", _SOONEST),
    Catch(lots.NewestFirst, DifferentialContract, _SCRIPT, {"policy": "per lot, with tiers"}),
    Catch(lots.UncappedReversal, ReversalContract, "test_a_reversal_is_capped"),
    Catch(listings.DueListed, ListingContract, "test_a_settled_list_leaves_out_what_is_due", {"text": ""}),
    Catch(listings.RepeatedRow, ListingContract, "test_a_list_of_customers_is_the_reference", {"text": "sort:-points"}),
    Catch(listings.AnyProgram, ListingContract, "test_who_is_merged_is_in_no_list"),
    Catch(orders.OwnNumbers, OrderContract, "test_an_order_id_is_taken_for_every_holder"),
    Catch(orders.OwnNumbers, OrderContract, "test_of_holders_who_race_for_an_order_id_one_has_it"),
    Catch(orders.FirstPage, OrderContract, "test_many_orders_are_of_a_holder"),
    Catch(orders.StaleOwner, OrderContract, "test_an_order_leads_from_its_holder_alone"),
    Catch(orders.StaleTier, OrderContract, "test_a_tier_follows_the_figures"),
    Catch(returns.SharedReversal, OrderContract, "test_a_reversal_names_its_lots"),
    Catch(returns.PricedReversal, OrderContract, "test_a_return_takes_back_from_the_lines_that_earned"),
    Catch(returns.UndatedRestore, OrderContract, "test_a_restored_spend_has_its_date"),
    Catch(returns.UndatedRestore, ReversalContract, "test_a_restore_brings_back_the_old_dates"),
    Catch(returns.TodaysRule, OrderContract, "test_a_return_takes_back_what_was_recorded"),
    Catch(notices.LostLease, OutboxContract, "test_a_stale_notice_is_not_put", {"expected": 1}),
    Catch(notices.LostLease, OutboxContract, "test_of_racing_claims_one_is_taken"),
    Catch(notices.Hasty, OutboxContract, "test_what_is_due_is_found_by_its_instant"),
    Catch(notices.StuckClaim, OutboxContract, "test_what_is_due_is_found_by_its_instant"),
    Catch(notices.StuckClaim, OutboxContract, "test_a_lease_that_has_ended_is_taken_over"),
    Catch(referrals.EitherSide, ReferralContract, "test_a_holder_leads_to_its_referrals"),
    Catch(referrals.FirstWrite, ReferralContract, "test_an_invited_friend_is_nobody_yet"),
    Catch(referrals.OwnCodes, ReferralContract, "test_a_code_is_taken_for_every_holder"),
    Catch(referrals.OwnCodes, ReferralContract, "test_of_holders_who_race_for_a_code_one_has_it"),
    Catch(lots.StaleLots, ConcurrencyContract, "test_contested_ledgers_are_not_overspent"),
)
"""Every broken store with the tests that catch it; each test is passed by the memory store."""
