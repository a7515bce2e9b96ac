"""A host: its own door to the store, its own clock, and the act that it is in the middle of."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from loyalcore.domain.decision import CustomerRef, MembershipRef
from loyalcore.domain.flows import from_json, read_value
from loyalcore.domain.ledger import Ledger
from loyalcore.errors import LoyaltyError, OutcomeUnknown, StoreError, StoreUnavailable
from loyalcore.services import Loyalty
from loyalcore.testing._play import REGISTRY
from loyalcore.testing.simulation._baton import Baton, Turns
from loyalcore.testing.simulation._judge import Running, judge
from loyalcore.testing.simulation._script import Act, Mishap, Way
from loyalcore.testing.simulation._tap import Call, Tap
from loyalcore.testing.simulation._watch import Violation
from loyalcore.values.clock import parse_instant
from loyalcore.values.codes import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from loyalcore.domain.decision import ChangeSet
    from loyalcore.domain.programs import Program
    from loyalcore.store import Store
    from loyalcore.testing.simulation._counts import Counts
    from loyalcore.testing.simulation._shadow import Shadow
    from loyalcore.testing.simulation._watch import Watch

_NAMED = frozenset({"entry_id", "entry_ids", "holder_id"})
_OF_FRIENDS = frozenset({"code", "referral_id", "cart"})
NOTHING = "ZZZZZZZZZZ"
"""A code, and the id of a referral, that nobody has."""


class Host:
    """One host of a run; it is the clock and the source of ids of its own `Loyalty`.

    Args:
        number: Its number.
        store: The store.
        program: The program.
        baton: Who goes on next.
        turns: How long a host keeps the store.
        watch: What looks at every commit.
        counts: What happened so far.
    """

    def __init__(
        self,
        number: int,
        store: Store,
        program: Program,
        baton: Baton,
        turns: Turns,
        watch: Watch,
        counts: Counts,
    ) -> None:
        self.number = number
        self.program = program
        self.baton = baton
        self.turns = turns
        self.watch = watch
        self.counts = counts
        self.running: Running
        self._at: datetime
        self._minted = 0
        self._loyalty = Loyalty(
            Tap(store, self), [program], clock=self, ids=self, registry=REGISTRY, actor=f"host-{number}"
        )

    # The clock and the ids ---------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """What this host's clock shows."""
        return self._at

    def new(self, kind: str) -> str:
        """Mint an id that depends on the act alone."""
        self._minted += 1
        return f"{kind[0]}{self.running.act.number}-{self._minted}"

    def share_code(self) -> str:
        """Mint a share code that depends on the act alone."""
        self._minted += 1
        return code_of(self.running.act.number * 1_000 + self._minted)

    @property
    def shadow(self) -> Shadow:
        """What was committed so far."""
        return self.watch.shadow

    # What its store calls come to -----------------------------------------------------------------------------------

    def call(self, name: str) -> Call:
        """Wait for the turn of a store call, and let go wrong what is to go wrong before it.

        Raises:
            StoreUnavailable: The script says so.
            OutcomeUnknown: It says so for a commit.
        """
        running, baton = self.running, self.baton
        running.calls += 1
        self.counts.steps += 1
        self.counts.calls[name] += 1
        faults = running.faults.get(running.calls, {})
        needs_store = name == "open" if self.turns is not Turns.CALLS else name not in {"open", "load"}
        delay = faults.get(Mishap.DELAY, 0)
        baton.go_on(self.number, baton.tick + 1 + delay, needs_store=needs_store)
        if name == "open" and self.turns is Turns.UNITS:
            baton.take_store(self.number)
        if faults:
            self._suffer(name, faults)
        return Call(faults)

    def _suffer(self, name: str, faults: Mapping[Mishap, int]) -> None:
        if Mishap.DELAY in faults:
            self.happened(Mishap.DELAY)
        if Mishap.CLOCK in faults:
            self._at += timedelta(microseconds=faults[Mishap.CLOCK])
            self.happened(Mishap.CLOCK)
        if Mishap.DOWN in faults:
            self.happened(Mishap.DOWN)
            raise self.failed(StoreUnavailable(f"the store was down before {name}"))
        if Mishap.UNSENT in faults:
            self.happened(Mishap.UNSENT)
            kind = OutcomeUnknown if name == "commit" else StoreUnavailable
            raise self.failed(kind(f"the connection broke before {name}"))

    def happened(self, mishap: Mishap) -> None:
        """Count a mishap that took place."""
        self.counts.mishaps[mishap.value] += 1
        self.running.is_stale |= mishap is Mishap.STALE

    def failed(self, error: StoreError) -> StoreError:
        """Note what the store is made to say."""
        if "was lost" in error.message:
            self.happened(Mishap.LOST)
        self.running.failed = error
        return error

    def committed(self, changes: ChangeSet) -> None:
        """Hand a commit to the watch."""
        self.running.commits += 1
        self.running.ledgers += sum(isinstance(put.record, Ledger) for put in changes.puts)
        self.counts.commits += 1
        self.watch.committed(changes, self.running.command)

    def take_store(self) -> None:
        """Keep the store until the unit ends."""
        if self.turns is Turns.CALLS:
            self.baton.take_store(self.number)

    def is_store_taken(self) -> bool:
        """Tell whether somebody else keeps the store."""
        return self.baton.is_taken(self.number)

    def unit_ended(self, applied: list[ChangeSet]) -> None:
        """Let others have the store, and look at what it holds of what was applied, committed or not."""
        if self.baton.is_over:
            return
        if self.turns is not Turns.COMMANDS:
            self.baton.free_store(self.number)
        for changes in applied:
            self.watch.look(changes)

    # Acts -----------------------------------------------------------------------------------------------------------

    def play(self, act: Act, began: dict[int, int]) -> Any:
        """Do an act, and judge what comes back.

        Args:
            act: The act.
            began: Where the tick at which it begins is noted.

        Raises:
            Violation: A law does not hold.
        """
        baton = self.baton
        is_whole = self.turns is Turns.COMMANDS
        baton.go_on(self.number, max(act.tick, baton.tick), needs_store=is_whole)
        if is_whole:
            baton.take_store(self.number)
        began[act.number] = baton.tick
        self._at, self._minted = parse_instant(act.at, "at"), 0
        self.running = running = Running(act, self.shadow.commits)
        self.counts.steps += 1
        self.counts.acts[f"{act.way.value} {act.do['command']}"] += 1
        try:
            answer = self._answer(running)
            judge(running, answer, self.shadow, self.program)
        except Violation as violation:
            violation.act = act.number
            raise
        if is_whole:
            baton.free_store(self.number)
        self.counts.answers[answer.code if isinstance(answer, LoyaltyError) else "done"] += 1
        return answer

    def _answer(self, running: Running) -> Any:
        act = running.act
        try:
            if act.way in {Way.COMMAND, Way.PREVIEW}:
                running.command = from_json(self._resolved(act.do))
                return (self._loyalty.run if act.way is Way.COMMAND else self._loyalty.preview)(running.command)
            fields = {name: value for name, value in act.do.items() if name != "command"}
            if act.way is Way.QUESTION and "at" in fields:
                fields["at"] = read_value("datetime", fields["at"], "at")
            part, method = act.do["command"].split(".")
            return getattr(getattr(self._loyalty, part), method)(**fields)
        except LoyaltyError as error:
            return error
        except Violation:
            raise
        except Exception as error:
            raise Violation("typed", f"{type(error).__name__}: {error} came out of {act.do}") from error

    def _resolved(self, do: Mapping[str, Any]) -> dict[str, Any]:
        """Put the ids of this run where the script names what they belong to."""
        found = {name: self._named(value) if name in _NAMED else value for name, value in do.items()}
        for name in _OF_FRIENDS & do.keys():
            known = self.watch.named.get((do.get("key"), name))  # what comes again means what it meant before
            found[name] = self._of_friends(name, do[name]) if known is None else known
            if "key" in do and NOTHING not in str(found[name]):
                self.watch.named[do["key"], name] = found[name]
        return found

    def _named(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._named(each) for each in value]
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        shadow, name = self.shadow, value[1:]
        if name in shadow.keys:
            ledger, seqs = shadow.keys[name][1].entries[0]
            return ledger.entry_id(seqs[0])
        customer = shadow.find(CustomerRef("live", name))
        return value if customer is None else customer.holder_id

    def _of_friends(self, name: str, value: Any) -> Any:
        """Name a code or a referral of this run; what is not there is named so that nothing is found."""
        if name == "cart":
            code = value.get("referral_code")
            return value if code is None else {**value, "referral_code": self._of_friends("code", code)}
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        shadow, known = self.shadow, value[1:]
        if known in shadow.keys:
            return shadow.keys[known][1].code or NOTHING
        customer = shadow.find(CustomerRef("live", known))
        if customer is None:
            return NOTHING
        member = shadow.find(MembershipRef("live", customer.holder_id, self.program.id))
        found = None if member is None else member.referral_code if name == "code" else member.referral_id
        return found or NOTHING


def same_command(act: Act) -> str:
    """Name what an act wants, so that its repetition can be told."""
    return json.dumps(act.do, sort_keys=True)
