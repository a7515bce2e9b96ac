"""Scripts: plain data that says everything about a run."""

from __future__ import annotations

import json

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.programs import Program
from loyalcore.errors import InvalidDocument, InvalidInput
from loyalcore.testing import simulation
from loyalcore.testing.simulation import Act, Fault, Mishap, Script, Turns, Violation, Way, make_script, replay_script

AT = "2026-01-31T12:00:00Z"
BEANS = {"id": "beans", "currency": "EUR", "timezone": "UTC"}


def script(*acts: Act, hosts: int = 2) -> Script:
    """Make a script on a program without settings."""
    return Script(seed=0, program=BEANS, hosts=hosts, acts=acts)


def act(number: int, command: str, *faults: Fault, host: int = 0, tick: int | None = None, **fields: object) -> Act:
    """Make an act of Ada's; acts of lower numbers have ended before it begins."""
    do = {"command": command, "customer_id": "ada", **fields}
    return Act(number=number, host=host, tick=number * 50 if tick is None else tick, at=AT, do=do, faults=faults)


REGISTER = act(1, "customers.register")
AWARD = act(2, "points.award", key="k-2", points=5, reason="welcome")


def answers(played: Script, turns: Turns = Turns.CALLS) -> list[object]:
    """Play a script that breaks no law; give an error's code, or how many points were moved, act by act."""
    outcome = replay_script(played, MemoryStore(), turns)
    assert outcome.violation is None
    told = [answer for number, answer in outcome.answers if number]
    return [answer[0] if isinstance(answer, tuple) else answer.points for answer in told]


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(simulation) == sorted(simulation.__all__)


@pytest.mark.parametrize("seed", range(5))
def test_a_script_comes_back_from_its_text(seed: int) -> None:
    """What is written is read again: program, acts, faults, and texts that no program accepts."""
    made = make_script(seed)
    assert Script.read(made.text()) == made
    assert json.loads(made.text())["seed"] == seed


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"seed": 1, "program": {}, "hosts": 1, "acts": [{}]}'])
def test_what_is_no_script_is_refused(text: str) -> None:
    """A text that is no script is refused, and nothing is played."""
    with pytest.raises(InvalidInput):
        Script.read(text)


def test_a_program_with_faults_is_refused() -> None:
    """A script whose program cannot be read is refused before anything is played."""
    with pytest.raises(InvalidDocument):
        replay_script(Script(seed=0, program={"id": "beans"}, hosts=1, acts=()), MemoryStore())


@pytest.mark.parametrize("seed", range(40))
def test_every_seed_gives_a_program(seed: int) -> None:
    """The document of each script is one that can be loaded, and its hosts are two to five."""
    made = make_script(seed, acts=10)
    assert Program.from_document(dict(made.program)).id == "beans"
    assert 2 <= made.hosts <= 5
    assert {each.host for each in made.acts} <= set(range(made.hosts))


@pytest.mark.parametrize("turns", Turns)
def test_ids_are_named_by_what_they_belong_to(turns: Turns) -> None:
    """`@k-2` is the entry of that command, `@ada` her holder; what is not there stays as it is and is not found."""
    reverse = act(3, "points.reverse", key="k-3", entry_id="@k-2", points=2)
    missing = act(4, "points.reverse", key="k-4", entry_id="@k-9")
    sweep = Act(number=5, host=0, tick=300, at=AT, do={"command": "points.sweep", "holder_id": "@ada"})
    assert answers(script(REGISTER, AWARD, reverse, missing, sweep), turns) == [0, 5, 2, "not_found", 0]


def test_a_lost_answer_is_settled() -> None:
    """A commit whose answer was lost is in doubt; the command is given once more at the end, and was done once."""
    lost = act(2, "points.award", Fault(5, Mishap.LOST), key="k-2", points=5, reason="welcome")
    outcome = replay_script(script(REGISTER, lost), MemoryStore(), Turns.CALLS)
    assert outcome.violation is None
    assert outcome.counts.settled == 1
    assert outcome.counts.commits == 2
    assert [answer[0] for number, answer in outcome.answers if number == 2 and isinstance(answer, tuple)] == [
        "outcome_unknown"
    ]


@pytest.mark.parametrize(("call", "code"), [(1, "store_unavailable"), (4, "store_unavailable"), (5, "outcome_unknown")])
@pytest.mark.parametrize("mishap", [Mishap.UNSENT, Mishap.LOST])
def test_at_a_commit_nobody_can_tell(call: int, code: str, mishap: Mishap) -> None:
    """A connection that breaks leaves a commit in doubt, and every other call undone."""
    broken = act(2, "points.award", Fault(call, mishap), key="k-2", points=5, reason="welcome")
    assert answers(script(REGISTER, broken))[1] == code


def test_a_store_that_is_down_says_so() -> None:
    """A commit to a store that is down is not made, and not in doubt."""
    down = act(2, "points.award", Fault(5, Mishap.DOWN), key="k-2", points=5, reason="welcome")
    again = act(3, "points.spend", key="k-3", points=5)
    assert answers(script(REGISTER, down, again)) == [0, "store_unavailable", "insufficient_points"]


def test_a_stale_read_is_tried_again() -> None:
    """A spend that read an older ledger meets the version check, and is done on the ledger as it is."""
    award = act(3, "points.award", key="k-3", points=1, reason="more")
    stale = act(4, "points.spend", Fault(3, Mishap.STALE, 1), Fault(2, Mishap.STALE, 1), key="k-4", points=5)
    outcome = replay_script(script(REGISTER, AWARD, award, stale), MemoryStore(), Turns.CALLS)
    assert outcome.violation is None
    assert outcome.counts.calls["lock"] >= 1
    assert outcome.counts.commits == 4


def test_a_delay_lets_others_come_first() -> None:
    """Two hosts spend the same five points; the one that stands still before its commit comes too late."""
    slow = act(3, "points.spend", Fault(5, Mishap.DELAY, 30), key="k-3", points=5)
    quick = act(4, "points.spend", key="k-4", points=5, host=1, tick=151)
    outcome = replay_script(script(REGISTER, AWARD, slow, quick), MemoryStore(), Turns.CALLS)
    assert outcome.violation is None
    assert [number for number, _answer in outcome.answers] == [1, 2, 4, 3, 0]
    assert outcome.answers[3][1][0] == "insufficient_points"


@pytest.mark.parametrize("turns", [Turns.UNITS, Turns.COMMANDS])
def test_where_units_wait_a_delay_changes_nothing(turns: Turns) -> None:
    """A host that stands still in the middle of a unit keeps the store: the other one waits."""
    slow = act(3, "points.spend", Fault(5, Mishap.DELAY, 30), key="k-3", points=5)
    quick = act(4, "points.spend", key="k-4", points=5, host=1, tick=151)
    assert answers(script(REGISTER, AWARD, slow, quick), turns) == [0, 5, 5, "insufficient_points"]


def test_a_clock_that_jumps_in_the_middle_moves_no_recorded_instant_back() -> None:
    """A host whose clock goes back a day between two tries books where its ledger stands."""
    back = act(3, "points.spend", Fault(1, Mishap.CLOCK, -86_400_000_000), key="k-3", points=5)
    assert answers(script(REGISTER, AWARD, back)) == [0, 5, 5]


def test_a_malformed_call_is_refused() -> None:
    """A malformed call is answered with a typed error; one that is taken breaks a law."""
    wrong = Act(number=3, host=0, tick=150, at=AT, way=Way.MALFORMED, do={**AWARD.do, "key": "k-3", "points": "5"})
    assert answers(script(REGISTER, AWARD, wrong)) == [0, 5, "invalid_input"]
    taken = Act(number=3, host=0, tick=150, at=AT, way=Way.MALFORMED, do={**AWARD.do, "key": "k-3"})
    outcome = replay_script(script(REGISTER, AWARD, taken), MemoryStore())
    assert isinstance(outcome.violation, Violation)
    assert (outcome.violation.law, outcome.violation.act) == ("refused", 3)


def test_a_violation_names_its_law_and_act() -> None:
    """A store that is closed fails by itself: that is no mishap of the script, and told as a violation."""
    store = MemoryStore()
    store.close()
    outcome = replay_script(script(REGISTER), store)
    assert isinstance(outcome.violation, Violation)
    assert (outcome.violation.law, outcome.violation.act) == ("store", 1)
    assert str(outcome.violation).startswith("store: the store failed by itself")
