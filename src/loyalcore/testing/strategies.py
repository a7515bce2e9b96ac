"""Strategies of Hypothesis: programs of every policy, and histories of commands over them.

The numbers are small and the spans few, so that what is drawn meets: lots lapse in the middle of holds, orders are
returned after their points were spent, the clock stands a microsecond to each side of a boundary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from loyalcore.domain.programs import Program
from loyalcore.testing._play import Step
from loyalcore.values.clock import DAY

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Step", "histories", "policies", "programs", "steps"]

HOUR = DAY // 24

SPANS = ("1D", "3D", "5D", "1M", "36h")
STARTS = (*("immediate",) * 7, "1D", "2D", "start_of_day(2D)", "on_action")
ENDS = ("unlimited", "10D", "1M", "1D", "3D", "5D", "5D_U", "10D", "end_of_day(2D)", "end_of_month(1M)")
WAITS = (*(0,) * 12, 1, HOUR, HOUR, DAY // 2, DAY - 1, DAY, DAY + 1, 2 * DAY, 10 * DAY)
BACK = (-1, -DAY // 2, -3 * DAY)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the `points` table of a program's document."""
    model = draw(st.sampled_from(["per_lot", "per_lot", "inactivity", "rolling"]))
    table: dict[str, Any] = {
        "expiry_model": model,
        "activation": draw(st.sampled_from(STARTS)),
        "expiry": draw(st.sampled_from(ENDS)) if model == "per_lot" else draw(st.sampled_from(SPANS)),
        "expiry_anchor": draw(st.sampled_from(["awarded", "activated"])),
        "consumption": draw(st.sampled_from(["soonest_expiry", "oldest_first", "newest_first", "largest_first"])),
        "shortfall": draw(st.sampled_from(["reject", "clamp", "allow_negative"])),
        "return_policy": draw(st.sampled_from(["only_pending", "within_balance", "unlimited", "unlimited"])),
        "join_policy": draw(st.sampled_from(["points_earned", "points_activated", "not_join"])),
        "hold_for": draw(st.sampled_from(["1h", "1D", "4D", "20D"])),
    }
    if model == "rolling" and draw(st.booleans()):
        table["inactivity"] = draw(st.sampled_from(SPANS))
    if model != "per_lot" and draw(st.booleans()):
        table["activities"] = draw(st.sampled_from([["award", "spend"], ["spend", "capture"], ["activity"]]))
    if table["shortfall"] == "allow_negative" and draw(st.booleans()):
        table["overdraft_max"] = draw(st.sampled_from([0, 5, 30]))
    return table


@st.composite
def programs(draw: st.DrawFn, *, tiers: bool = True) -> Program:
    """Draw a program of any policy.

    Args:
        draw: What draws.
        tiers: Whether it may have tiers.
    """
    document: dict[str, Any] = {
        "id": "beans",
        "currency": "EUR",
        "timezone": draw(st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Auckland"])),
        "points": draw(policies()),
    }
    if tiers and draw(st.booleans()):
        document["tiers"] = {
            "measure": draw(st.sampled_from(["points_earned", "active_balance"])),
            "downgrade": draw(st.sampled_from(["never", "real_time"])),
            "levels": [{"name": "Base", "at": 0}, {"name": "Silver", "at": 10}, {"name": "Gold", "at": 25}],
        }
    return Program.from_document(document)


_often_first = st.sampled_from([*(0,) * 10, 1, 2])
_people = st.integers(0, 2)
_ledgers = st.sampled_from([*[""] * 13, "gift"])
_picks = st.integers(0, 5)
_orders = st.sampled_from([None, 1, 2])
_named = st.sampled_from([None, None, None, None, None, None, 1])
_points = st.integers(1, 9)
_granted = st.integers(3, 20)
_some = st.none() | st.integers(1, 12)
_nothing: SearchStrategy[dict[str, str]] = st.just({})
_starts = _nothing | _nothing | st.sampled_from(STARTS).map(lambda text: {"activation": text})
_ends = _nothing | st.sampled_from(ENDS).map(lambda text: {"expiry": text})
_facts = st.one_of(
    *[_nothing] * 3,
    st.integers(1, 3).map(lambda number: {"rule": "base", "source_id": f"f-{number}", "reason": ""}),
)
_lasting = _nothing | st.sampled_from(["1h", "2D", "6D"]).map(lambda text: {"hold_for": text})
_moves = st.sampled_from([{"by": "1D"}, {"by": "2D"}, {"expiry": "unlimited"}, {"expiry": "4D"}])


def _merged(*tables: SearchStrategy[dict[str, str]]) -> SearchStrategy[dict[str, str]]:
    return st.tuples(*tables).map(lambda found: {key: value for table in found for key, value in table.items()})


_FIELDS: dict[str, dict[str, SearchStrategy[Any]]] = {
    "wait": {},
    "points.award": {"points": _granted, "order": _orders, "terms": _merged(_starts, _ends, _facts)},
    "points.spend": {"points": _points, "order": _orders},
    "points.deduct": {"points": _points},
    "points.adjust": {"points": _points.flatmap(lambda points: st.sampled_from([points, -points]))},
    "points.hold": {"points": st.integers(1, 5), "order": _orders, "terms": _lasting},
    "points.capture": {"points": _some, "pick": _picks},
    "points.release": {"pick": _picks},
    "points.reverse": {"points": _some, "pick": _picks, "order": _named},
    "points.restore": {"points": _some, "pick": _picks, "order": _named},
    "points.activate": {"pick": _picks, "order": _named},
    "points.transfer": {
        "points": _points,
        "other": _people,
        "terms": _ledgers.map(lambda ledger: {"to_ledger": ledger}),
    },
    "points.extend": {"pick": _picks, "terms": _moves},
    "points.activity": {"order": _orders},
    "points.sweep": {},
    "customers.join": {},
    "customers.merge": {"other": _people},
    "again": {"pick": _picks},
    "clash": {"pick": _picks},
}
_OFTEN = (
    *("points.award",) * 5,
    *("points.spend", "points.hold", "points.hold", "points.restore") * 2,
    *("points.capture", "points.release", "points.activate", "points.reverse"),
)
ACTIONS = tuple(_FIELDS)


_forward = st.sampled_from(WAITS).map(lambda after: {"after": after})
_edges = st.sampled_from([-1, 0, 1]).map(lambda edge: {"edge": edge})
_backward = st.sampled_from(BACK).map(lambda after: {"after": after})


def steps(
    *,
    actions: tuple[str, ...] = (*ACTIONS, *_OFTEN),
    clock_back: bool = True,
    people: SearchStrategy[int] = _often_first,
) -> SearchStrategy[Step]:
    """Draw one step.

    Args:
        actions: What may be done; what stands twice comes twice as often.
        clock_back: Whether the clock may go back.
        people: The number of the customer.
    """
    times = [*[_forward] * 8, _edges, *([_backward] if clock_back else [])]
    made = {
        do: st.builds(_step, st.just(do), people, _ledgers, st.one_of(times), st.fixed_dictionaries(_FIELDS[do]))
        for do in dict.fromkeys(actions)
    }
    return st.one_of([made[do] for do in actions])


def _step(do: str, who: int, ledger: str, when: dict[str, Any], fields: dict[str, Any]) -> Step:
    return Step(do=do, who=who, ledger=ledger, **when, **fields)


def histories(
    *,
    steps_max: int = 25,
    actions: tuple[str, ...] = (*ACTIONS, *_OFTEN),
    clock_back: bool = True,
) -> SearchStrategy[list[Step]]:
    """Draw a history: two awards, then steps of every kind.

    Args:
        steps_max: The most steps.
        actions: What may be done.
        clock_back: Whether the clock may go back.
    """
    one = steps(actions=actions, clock_back=clock_back)
    first = steps(actions=("points.award",), clock_back=False, people=st.just(0))
    return st.tuples(
        st.lists(first, min_size=2, max_size=2), st.lists(one, min_size=min(8, steps_max), max_size=steps_max)
    ).map(lambda parts: [*parts[0], *parts[1]])
