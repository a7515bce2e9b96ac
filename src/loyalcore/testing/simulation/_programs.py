"""Programs of every policy, from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger import PointsNotice
from loyalcore.domain.tiers import TierNotice

if TYPE_CHECKING:
    from random import Random

SPANS = ("1D", "3D", "5D", "1M", "36h")
STARTS = (*("immediate",) * 7, "1D", "2D", "start_of_day(2D)", "on_action")
ENDS = ("unlimited", "10D", "1M", "1D", "3D", "5D", "5D_U", "10D", "end_of_day(2D)", "end_of_month(1M)")
LEVELS = ("Base", "Silver", "Gold")
THRESHOLDS = {"points_earned": (10, 25), "active_balance": (10, 25), "orders": (2, 4), "money_spent": ("20", "60.5")}
WINDOWS = ("lifetime", "lifetime", "rolling_1M", "rolling_2M", "calendar_year", "anniversary_year", "since_renewal")
RULES: tuple[dict[str, Any], ...] = (
    {"id": "base", "points": 1, "per": 1},
    {"id": "steps", "points": 3, "per": 7, "steps": "proportional"},
    {"id": "fixed", "points": 4, "activation": "2D", "expiry": "5D"},
    {"id": "capped", "points": 2, "per": 1, "max_per_period": 20, "period": "weekly"},
    {"id": "gifts", "points": 1, "per": 2, "ledger": "gift", "max_per_customer": 40},
    {"id": "double", "multiplier": "1.5", "stacks": False},
)
DOWNGRADES = ("never", "real_time", "one_down", "balance_based", "previous_tier", "keep_highest")


def make_program(random: Random) -> dict[str, Any]:
    """Make the document of a program.

    Args:
        random: Where chance comes from.
    """
    document: dict[str, Any] = {
        "id": "beans",
        "currency": "EUR",
        "timezone": random.choice(["UTC", "UTC", "Europe/Berlin", "Pacific/Auckland"]),
        "points": _points(random),
    }
    if random.random() < 0.5:
        document["tiers"] = _tiers(random)
    if random.random() < 0.25:
        document["ledger_tiers"] = {"gift": _tiers(random)}
    if any(map(_counts_from_joining, (document.get("tiers", {}), *document.get("ledger_tiers", {}).values()))):
        # When somebody joins by points that become active in one ledger, the others learn it with its next writing.
        document["points"]["join_policy"] = random.choice(["points_earned", "not_join"])
    if random.random() < 0.8:
        document["earning"] = random.sample(RULES, random.randint(1, 3))
        document["orders"] = _orders(random)
    return document


def _counts_from_joining(tiers: dict[str, Any]) -> bool:
    return "program_join_date" in tiers.values() or "anniversary_year" in tiers.values()


def _orders(random: Random) -> dict[str, Any]:
    table: dict[str, Any] = {
        "rollback_basis": random.choice(["recorded", "recorded", "refund_amount"]),
        "partial_restore": random.choice(["at_completion", "pro_rata"]),
    }
    if random.random() < 0.7:
        table.update(point_value="0.10", redeem_step=random.choice([1, 1, 5]))
    if random.random() < 0.2:
        table["restore_grace"] = random.choice(["1D", "10D"])
    return table


def _points(random: Random) -> dict[str, Any]:
    model = random.choice(["per_lot", "per_lot", "inactivity", "rolling"])
    table: dict[str, Any] = {
        "expiry_model": model,
        "activation": random.choice(STARTS),
        "expiry": random.choice(ENDS if model == "per_lot" else SPANS),
        "expiry_anchor": random.choice(["awarded", "activated"]),
        "consumption": random.choice(["soonest_expiry", "oldest_first", "newest_first", "largest_first"]),
        "shortfall": random.choice(["reject", "clamp", "allow_negative"]),
        "return_policy": random.choice(["only_pending", "within_balance", "unlimited", "unlimited"]),
        "join_policy": random.choice(["points_earned", "points_activated", "not_join"]),
        "hold_for": random.choice(["1h", "1D", "4D", "20D"]),
    }
    if model == "rolling" and random.random() < 0.5:
        table["inactivity"] = random.choice(SPANS)
    if model != "per_lot" and random.random() < 0.5:
        table["activities"] = random.choice([["award", "spend"], ["spend", "capture"], ["activity"]])
    if random.random() < 0.25:
        table["notices"] = sorted(random.sample([*PointsNotice], random.randint(1, len(PointsNotice))))
    if table["shortfall"] == "allow_negative" and random.random() < 0.5:
        table["overdraft_max"] = random.choice([0, 5, 30])
    return table


def _tiers(random: Random) -> dict[str, Any]:
    downgrade = random.choice(DOWNGRADES)
    measure = random.choice([*THRESHOLDS])
    levels = [{"name": name, "at": at} for name, at in zip(LEVELS, (0, *THRESHOLDS[measure]), strict=True)]
    table: dict[str, Any] = {"measure": measure, "downgrade": downgrade, "levels": levels}
    is_lasting = downgrade in {"never", "real_time"}
    window = "lifetime" if measure == "active_balance" else random.choice(WINDOWS)
    if window != "lifetime":
        table["window"] = window
        if random.random() < 0.3:
            table["resets"] = (
                "anniversary" if downgrade == "real_time" else random.choice(["anniversary", "tier_change"])
            )
    if not is_lasting or window == "since_renewal" or random.random() < 0.3:
        table["expires_in"] = random.choice(["10D", "1M", "45D"])
        table["anchor"] = random.choice(["tier_start_date", "program_join_date", "absolute"])
    if not is_lasting and random.random() < 0.3:
        table["grace"] = random.choice(["3D", "10D_U"])
    if random.random() < 0.25:
        table["notices"] = sorted(random.sample([*TierNotice], random.randint(1, len(TierNotice))))
    return table
