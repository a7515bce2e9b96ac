"""Tables of worked examples: what laws alone let pass, the consumption orders and the edges of windows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from loyalcore.domain.ledger import EntryKind
from loyalcore.errors import LoyaltyError
from loyalcore.testing._play import Play
from loyalcore.values.clock import DAY
from tests.property._stories import award, do, hold, program, spend

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program
    from loyalcore.testing.strategies import Step

# Four lots, in award order: their points, how they begin and how they end. The third one is not spendable yet.
LOTS: list[tuple[int, dict[str, str]]] = [
    (10, {"expiry": "unlimited"}),
    (4, {"expiry": "20D"}),
    (9, {"activation": "5D", "expiry": "6D"}),
    (3, {"expiry": "7D"}),
    (6, {"expiry": "7D"}),
]

ORDERS: dict[str, list[tuple[int, int]]] = {
    "soonest_expiry": [(4, 3), (5, 6), (2, 4), (1, 2)],
    "oldest_first": [(1, 10), (2, 4), (4, 1)],
    "newest_first": [(5, 6), (4, 3), (2, 4), (1, 2)],
    "largest_first": [(1, 10), (5, 5)],
}
"""By order: from which lots a spend of 15 points takes how many."""


def check_order(name: str) -> None:
    """Check from which lots a spend of 15 points takes how many."""
    play = Play(program(consumption=name))
    for points, terms in LOTS:
        play.run(award(points, terms=terms))
    receipt: Any = play.run(spend(15))
    assert [tuple(draw) for draw in receipt.entries[0].draws] == ORDERS[name]


class Edge(NamedTuple):
    """What is there at a boundary: a microsecond before it, at it, and a microsecond after it."""

    policy: dict[str, str]
    steps: list[Step]
    days: float
    figure: str
    before: int
    at: int
    after: int


EDGES: dict[str, Edge] = {
    "points lapse": Edge({"expiry": "3D"}, [award(10)], 3, "active", 10, 0, 0),
    "lapsed points are expired": Edge({"expiry": "3D"}, [award(10), spend(4)], 3, "expired", 0, 6, 6),
    "pending points begin": Edge({"activation": "2D"}, [award(10)], 2, "active", 0, 10, 10),
    "pending points end": Edge({"activation": "2D"}, [award(10)], 2, "pending", 10, 0, 0),
    "a start meets an end": Edge(
        {}, [award(10, terms={"expiry": "2D"}), award(7, terms={"activation": "2D"})], 2, "active", 10, 7, 7
    ),
    "a hold lapses": Edge({"hold_for": "1D"}, [award(10), hold(4)], 1, "active", 6, 10, 10),
    "held points outlive their end": Edge({"expiry": "1D", "hold_for": "3D"}, [award(10), hold(4)], 1, "held", 4, 4, 4),
    "held points that lapsed are not active": Edge(
        {"expiry": "1D", "hold_for": "3D"}, [award(10), hold(4)], 3, "active", 0, 0, 0
    ),
    "held points that lapsed expire with the hold": Edge(
        {"expiry": "1D", "hold_for": "3D"}, [award(10), hold(4)], 3, "expired", 6, 10, 10
    ),
    "a hold and its points lapse together": Edge(
        {"expiry": "1D", "hold_for": "1D"}, [award(10), hold(4)], 1, "expired", 0, 10, 10
    ),
    "a deficit is paid by what begins": Edge(
        {"shortfall": "allow_negative"}, [spend(4), award(10, terms={"activation": "2D"})], 2, "deficit", 4, 0, 0
    ),
    "an account lapses": Edge({"expiry_model": "inactivity", "expiry": "3D"}, [award(10)], 3, "active", 10, 0, 0),
    "an activity keeps an account": Edge(
        {"expiry_model": "inactivity", "expiry": "3D"},
        [award(10), do("points.activity", after=2 * DAY)],
        5,
        "active",
        10,
        0,
        0,
    ),
    "an activity rolls lots forward": Edge(
        {"expiry_model": "rolling", "expiry": "3D"},
        [award(10), do("points.activity", after=2 * DAY)],
        5,
        "active",
        10,
        0,
        0,
    ),
    "an activity rolls no lot back": Edge(
        {"expiry_model": "rolling", "expiry": "3D"},
        [award(10, terms={"expiry": "9D"}), do("points.activity", after=2 * DAY)],
        9,
        "active",
        10,
        0,
        0,
    ),
    "points given back keep their end": Edge(
        {"expiry": "3D"}, [award(10), spend(10), do("points.restore", after=DAY)], 3, "active", 10, 0, 0
    ),
    "points given to another keep their end": Edge(
        {"expiry": "3D"},
        [award(10), do("points.transfer", points=10, other=0, terms={"to_ledger": "gift"})],
        3,
        "gift",
        10,
        0,
        0,
    ),
    "points brought by a merge keep their end": Edge(
        {"expiry": "3D"}, [award(10, who=1), do("customers.merge", who=1, other=0)], 3, "active", 10, 0, 0
    ),
}


def check_edge(name: str) -> None:
    """Check what is there a microsecond before a boundary, at it, and after it: asked for, and after a sweep."""
    edge = EDGES[name]
    wanted = [edge.before, edge.at, edge.after]
    play = _played(program(**edge.policy), edge.steps)
    ledger, figure = ("gift", "active") if edge.figure == "gift" else ("", edge.figure)
    start = Play(program()).clock.now()
    instants = [start + timedelta(days=edge.days, microseconds=off) for off in (-1, 0, 1)]
    asked = [getattr(play.balance(0, ledger, at), figure) for at in instants]
    assert asked == wanted, f"asked for: {asked}"
    swept = []
    for at in instants:
        play.clock.put(at)
        play.shop.points.sweep()
        swept.append(getattr(play.balance(0, ledger), figure))
    assert swept == wanted, f"swept: {swept}"


def _played(rules: Program, steps: list[Step]) -> Play:
    play = Play(rules)
    for step in steps:
        answer = play.run(step)
        assert not isinstance(answer, LoyaltyError), f"{step}: {answer}"
    return play


def check_return_policies() -> None:
    """Check what is left of pending 30 and active 20 after 60 of an order of 60 are taken back (DOMAIN 3.3)."""
    wanted = {"only_pending": (30, 20, 0), "within_balance": (50, 0, 0), "unlimited": (60, 0, 10)}
    for policy, figures in wanted.items():
        play = Play(program(return_policy=policy))
        play.run(award(30, order=1))
        play.run(spend(30))
        play.run(award(20))
        play.run(award(30, order=1, terms={"activation": "9D"}))
        play.run(do("points.reverse", order=1))
        shown = play.balance(0)
        assert (shown.reversed, shown.active, shown.deficit) == figures, f"{policy}: {shown}"


def check_partial_capture() -> None:
    """Check that a capture takes what it says, in the order in which the points were held, and frees the rest."""
    play = Play(program())
    for points, expiry in ((5, "9D"), (5, "3D")):
        play.run(award(points, terms={"expiry": expiry}))
    play.run(hold(8))
    receipt: Any = play.run(do("points.capture", points=6))
    found = [(entry.kind, entry.points, [tuple(draw) for draw in entry.draws]) for entry in receipt.entries]
    assert found == [(EntryKind.CAPTURE, 6, [(2, 5), (1, 1)]), (EntryKind.RELEASE, 2, [(1, 2)])]
