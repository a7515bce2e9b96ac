"""Programs of every policy, from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loyalcore.domain.ledger import PointsNotice

if TYPE_CHECKING:
    from random import Random

SPANS = ("1D", "3D", "5D", "1M", "36h")
STARTS = (*("immediate",) * 7, "1D", "2D", "start_of_day(2D)", "on_action")
ENDS = ("unlimited", "10D", "1M", "1D", "3D", "5D", "5D_U", "10D", "end_of_day(2D)", "end_of_month(1M)")
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
    return document


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
    table: dict[str, Any] = {
        "measure": random.choice(["points_earned", "active_balance"]),
        "downgrade": downgrade,
        "levels": [{"name": "Base", "at": 0}, {"name": "Silver", "at": 10}, {"name": "Gold", "at": 25}],
    }
    if downgrade not in {"never", "real_time"} or random.random() < 0.3:
        table["expires_in"] = random.choice(["10D", "1M", "45D"])
        table["anchor"] = random.choice(["tier_start_date", "program_join_date", "absolute"])
    return table
