"""A run: a script played on a store, every law after every commit, every answer judged."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.programs import Program
from loyalcore.errors import LoyaltyError, OutcomeUnknown
from loyalcore.testing.simulation._baton import Baton, Stopped, Turns
from loyalcore.testing.simulation._counts import Counts
from loyalcore.testing.simulation._host import Host, same_command
from loyalcore.testing.simulation._script import Act, Script, Way
from loyalcore.testing.simulation._watch import Violation, Watch, lawful
from loyalcore.values.clock import parse_instant

if TYPE_CHECKING:
    from loyalcore.store import Store

END = 400
"""How many days after the last act everything is swept."""


@attrs.frozen
class Outcome:
    """What became of a run.

    Args:
        violation: The law that did not hold, None where all did.
        counts: What happened.
        answers: What came back from each act, by its number, in a form that can be compared between stores.
        began: The tick at which each act began, by its number: later than in the script where its host was busy.
    """

    violation: Violation | None
    counts: Counts
    answers: list[tuple[int, Any]]
    began: dict[int, int]


class _Run:
    def __init__(self, script: Script, program: Program, store: Store, turns: Turns) -> None:
        self.counts = Counts()
        self.answers: list[tuple[int, Any]] = []
        self.began: dict[int, int] = {}
        self.violation: BaseException | None = None
        self._script = script
        self._watch = Watch(store, program)
        self._baton = Baton(script.hosts)
        self._doubtful: dict[str, Act] = {}
        self.hosts = [
            Host(number, store, program, self._baton, turns, self._watch, self.counts) for number in range(script.hosts)
        ]
        self._acts: list[list[Act]] = [[] for _host in self.hosts]
        for act in script.acts:
            self._acts[act.host % script.hosts].append(act)

    def play(self) -> None:
        """Play every act, settle what stayed in doubt, and look at everything."""
        threads = [threading.Thread(target=self._live, args=(host,), daemon=True) for host in self.hosts]
        for thread in threads:
            thread.start()
        self._baton.start()
        for thread in threads:
            thread.join()
        if self.violation is not None:
            raise self.violation
        self._settle()
        self._watch.look_at_everything()

    def _live(self, host: Host) -> None:
        try:
            self._baton.wait_first(host.number)
            for act in sorted(self._acts[host.number], key=lambda act: act.tick):
                self._do(host, act)
        except Stopped:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the run was begun
            self.violation = error
            self._baton.stop(host.number)
            return
        self._baton.leave(host.number)

    def _do(self, host: Host, act: Act) -> None:
        answer = host.play(act, self.began)
        self.answers.append((act.number, comparable(answer)))
        if act.way is not Way.COMMAND:
            return
        if isinstance(answer, OutcomeUnknown):
            self._doubtful[same_command(act)] = act
        elif self._doubtful and not isinstance(answer, LoyaltyError):
            self._doubtful.pop(same_command(act), None)

    def _settle(self) -> None:
        """Give the commands that stayed in doubt once more, and write down what time has done."""
        if not self._script.acts:
            return
        host = self.hosts[0]
        last = max((act.at for act in self._script.acts), key=lambda at: parse_instant(at, "at"))
        for act in sorted(self._doubtful.values(), key=lambda act: act.number):
            self._do(host, attrs.evolve(act, at=last, faults=()))
            self.counts.settled += 1
        end = parse_instant(last, "at") + timedelta(days=END)
        sweep = Act(number=0, host=0, tick=0, at=end.isoformat(), way=Way.SWEEP, do={"command": "points.sweep"})
        self._do(host, sweep)


def comparable(answer: Any) -> Any:
    """Give what has to be equal of an answer on every store."""
    if isinstance(answer, LoyaltyError):
        return answer.code, answer.details, str(answer)
    return answer


def replay_script(script: Script, store: Store, turns: Turns = Turns.UNITS) -> Outcome:
    """Play a script on a store, check every law after every commit, and judge every answer.

    Args:
        script: What is done, in which order, and what goes wrong.
        store: The store, which holds nothing yet.
        turns: How long a host keeps the store for itself: `calls` on the memory store, where hosts change at every
            call; `units` on every other.

    Returns:
        The first law that did not hold, if any, and what happened.

    Raises:
        InvalidDocument: The program of the script has faults.
    """
    program = Program.from_document(dict(script.program))
    try:
        with lawful("store"):
            run = _Run(script, program, store, turns)
    except Violation as violation:
        return Outcome(violation, Counts(), [], {})
    violation_found: Violation | None = None
    try:
        run.play()
    except Violation as violation:
        violation_found = violation
    return Outcome(violation_found, run.counts, run.answers, run.began)
