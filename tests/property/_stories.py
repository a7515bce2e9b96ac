"""Histories told by hand: each goes where a fault would hide, so that no law depends on what happens to be drawn."""

from __future__ import annotations

from typing import Any

from loyalcore.domain.programs import Program
from loyalcore.testing.strategies import Step
from loyalcore.values.clock import DAY

HOUR = DAY // 24


def program(**points: Any) -> Program:
    """Make a program with these settings of its points."""
    return Program.from_document({"id": "beans", "currency": "EUR", "timezone": "Europe/Berlin", "points": points})


def award(points: int, **fields: Any) -> Step:
    """Award points."""
    return Step(do="points.award", points=points, **fields)


def spend(points: int, **fields: Any) -> Step:
    """Spend points."""
    return Step(do="points.spend", points=points, **fields)


def hold(points: int, **fields: Any) -> Step:
    """Hold points."""
    return Step(do="points.hold", points=points, **fields)


def do(name: str, **fields: Any) -> Step:
    """Do something else."""
    return Step(do=name, **fields)


Story = tuple[Program, list[Step]]

STORIES: dict[str, Story] = {
    "points lapse between spends": (
        program(expiry="3D"),
        [
            award(10),
            award(20, after=DAY, terms={"expiry": "10D"}),
            spend(4),
            do("wait", edge=-1),
            spend(3),
            do("wait", edge=0),
            spend(1),
            do("points.sweep"),
            do("points.sweep"),
            do("wait", edge=1),
            spend(1),
            award(2, after=40 * DAY),
        ],
    ),
    "everything waits for its day": (
        program(activation="1D", expiry="end_of_day(3D)"),
        [
            award(10, order=1),
            spend(1),
            hold(1),
            award(5, after=DAY // 2, order=2),
            do("points.reverse", points=4),
            do("wait", edge=0),
            hold(3),
            spend(2),
            do("wait", edge=0),
            do("points.reverse", order=1),
            do("wait", after=9 * DAY),
        ],
    ),
    "points wait to be activated": (
        program(activation="on_action", expiry="2D"),
        [
            award(10),
            award(5),
            hold(3),
            spend(3),
            do("points.activate", after=DAY),
            spend(2),
            do("points.activate", pick=1),
            do("wait", edge=0),
            do("wait", after=5 * DAY),
        ],
    ),
    "holds end in every way": (
        program(expiry="5D", hold_for="1D"),
        [
            award(30),
            hold(6),
            do("points.capture", points=4),
            do("points.release"),
            hold(5),
            do("wait", edge=0),
            do("points.capture"),
            hold(7, terms={"hold_for": "20D"}),
            hold(2, terms={"hold_for": "20D"}),
            do("wait", after=10 * DAY),
            do("points.release", pick=1),
            do("points.sweep"),
            do("points.release", after=20 * DAY),
        ],
    ),
    "a release pays what is owed": (
        program(shortfall="allow_negative"),
        [
            award(10),
            hold(6),
            spend(8),
            do("points.release"),
            do("points.deduct", points=3),
            award(2),
            award(9, terms={"activation": "1D"}),
            do("wait", edge=0),
            do("points.restore", points=5),
            do("points.restore"),
            do("points.adjust", points=4),
        ],
    ),
    "an overdraft has its limit": (
        program(shortfall="allow_negative", overdraft_max=5),
        [award(3), spend(9), spend(8), spend(1), award(2), spend(2), do("points.restore", pick=1)],
    ),
    "what is there is taken": (
        program(shortfall="clamp"),
        [award(3), spend(9), spend(1), award(5), do("points.deduct", points=4), do("points.adjust", points=-9)],
    ),
    "orders are returned": (
        program(return_policy="unlimited", expiry="10D"),
        [
            award(10, order=1),
            award(7, order=2),
            spend(12, order=3),
            do("points.reverse", order=1),
            do("points.reverse", order=1),
            award(4),
            do("points.restore", points=5, order=3),
            do("points.restore", order=3),
            do("points.reverse", points=3, pick=1),
            do("points.reverse", pick=1),
        ],
    ),
    "a return is within the balance": (
        program(return_policy="within_balance"),
        [
            award(10, order=1),
            spend(8),
            award(3),
            do("points.reverse", order=1),
            do("points.reverse", order=1),
            award(6),
            do("points.reverse", pick=2),
            do("points.restore"),
        ],
    ),
    "a spend is given back after its points have lapsed": (
        program(expiry="2D"),
        [award(10), spend(6), do("points.restore", points=2), do("points.restore", after=3 * DAY), award(4), spend(4)],
    ),
    "a whole account lapses": (
        program(expiry_model="inactivity", expiry="5D"),
        [
            award(10),
            spend(2, after=4 * DAY),
            do("points.activity", after=4 * DAY),
            hold(3),
            do("wait", edge=-1),
            do("wait", edge=0),
            do("points.sweep"),
            do("points.release"),
            award(5, after=DAY),
            do("points.extend", terms={"by": "2D"}),
            do("wait", edge=0),
            do("wait", after=9 * DAY),
        ],
    ),
    "activity rolls the dates": (
        program(expiry_model="rolling", expiry="5D"),
        [
            award(10),
            award(5, after=DAY, terms={"expiry": "10D"}),
            spend(2, after=3 * DAY),
            do("points.activity", after=4 * DAY),
            do("wait", edge=0),
            do("points.extend", terms={"expiry": "unlimited"}),
            award(1, after=20 * DAY),
        ],
    ),
    "terms are extended": (
        program(expiry="3D"),
        [
            award(10),
            award(5, after=DAY, terms={"activation": "2D", "expiry": "9D"}),
            do("points.extend", terms={"by": "2D"}),
            spend(2),
            do("points.extend", pick=1, terms={"expiry": "4D"}),
            do("wait", edge=-1),
            do("wait", edge=0),
            do("points.extend", terms={"expiry": "unlimited"}),
            do("wait", after=20 * DAY),
        ],
    ),
    "points move to others": (
        program(expiry="5D", shortfall="allow_negative"),
        [
            award(10),
            award(8, after=HOUR, terms={"expiry": "10D"}),
            spend(3, who=1, order=1),
            do("points.transfer", points=5, other=1),
            do("points.transfer", points=6, other=2),
            do("points.transfer", points=2, other=0, terms={"to_ledger": "gift"}),
            hold(2),
            do("customers.merge", who=0, other=1),
            do("points.release", who=0),
            award(4, who=0),
            do("points.restore", who=1),
            do("customers.merge", who=0, other=1),
            do("customers.merge", who=1, other=2),
            do("points.transfer", points=2, who=2, other=0),
            do("wait", after=7 * DAY),
            do("points.sweep", who=2),
        ],
    ),
    "the clock goes back": (
        program(expiry="3D"),
        [
            award(10),
            spend(2, after=2 * DAY),
            award(5, after=-DAY),
            hold(3, after=-3 * DAY),
            do("points.transfer", points=2, other=1),
            do("points.release", after=-1),
            do("wait", after=5 * DAY),
            award(2, after=2 * DAY),
        ],
    ),
    "keys and facts come again": (
        program(),
        [
            award(5, terms={"rule": "base", "source_id": "f-1"}),
            award(5, terms={"rule": "base", "source_id": "f-1"}),
            award(6, terms={"rule": "base", "source_id": "f-1"}),
            do("again", pick=1),
            do("clash"),
            award(7, terms={"rule": "base", "source_id": "f-2"}),
            spend(3),
            do("again"),
            do("clash"),
            award(5, who=1, terms={"rule": "base", "source_id": "f-1"}),
            do("customers.merge", who=0, other=1),
            award(7, who=1, terms={"rule": "base", "source_id": "f-2"}),
            do("again", pick=3),
        ],
    ),
    "tiers come and go": (
        Program.from_document(
            {
                "id": "beans",
                "currency": "EUR",
                "timezone": "UTC",
                "points": {"expiry": "3D", "join_policy": "points_activated"},
                "tiers": {
                    "measure": "active_balance",
                    "downgrade": "real_time",
                    "levels": [{"name": "Base", "at": 0}, {"name": "Gold", "at": 10}],
                },
            }
        ),
        [award(12, terms={"activation": "1D"}), do("wait", edge=0), spend(3), award(2), do("wait", edge=0), award(1)],
    ),
    "a tier ends": (
        Program.from_document(
            {
                "id": "beans",
                "currency": "EUR",
                "timezone": "UTC",
                "points": {"join_policy": "not_join"},
                "tiers": {
                    "measure": "points_earned",
                    "window": "rolling_1M",
                    "downgrade": "one_down",
                    "expires_in": "10D",
                    "levels": [{"name": "Silver", "at": 5}, {"name": "Gold", "at": 10}],
                },
            }
        ),
        [
            award(12),
            award(3, after=3 * DAY, ledger="gift"),
            spend(3, after=DAY),
            award(4, after=7 * DAY, who=1),
            do("points.sweep", after=20 * DAY),
            do("customers.join", after=5 * DAY),
            do("customers.merge", who=0, other=1, after=DAY),
            do("points.sweep", who=1, after=40 * DAY),
            award(7, who=1, after=DAY),
        ],
    ),
}
