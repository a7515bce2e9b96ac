"""Referring: the members on both sides of referrals while a command is decided, and what is written of them.

A referral stands between two holders, so that a command about one writes on two desks. Whatever changes a referral goes
through `put`, which keeps the referrer's figures, the uses of the code and the count of the campaign equal to what the
referrals add up to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.customers import ReferralFigures
from loyalcore.domain.decision import (
    Counter,
    CounterRef,
    HolderRef,
    LedgerRef,
    MembershipRef,
    Put,
    ReferralCodeRef,
    ReferralRef,
)
from loyalcore.domain.flows._case import gather
from loyalcore.domain.flows._receipt import Receipt
from loyalcore.domain.referrals import Referral, ReferralCode, ReferralPolicy, ReferralState
from loyalcore.errors import NotFound
from loyalcore.values.digest import digest
from loyalcore.values.money import EXACT, shortest

if TYPE_CHECKING:
    from loyalcore.domain.customers import Customer, Membership
    from loyalcore.domain.decision import Decision, Record, Ref
    from loyalcore.domain.flows._case import Case
    from loyalcore.domain.flows._desk import Desk
    from loyalcore.domain.ledger import Book, Entry
    from loyalcore.domain.programs import Program

_WITHOUT_REVENUE: Final = frozenset({ReferralState.BLOCKED, ReferralState.CANCELLED, ReferralState.EXPIRED})


class Side:
    """One member of a referral: the customer who answers to the holder now, and the desk of the membership."""

    def __init__(self, customer: Customer, desk: Desk) -> None:
        self.customer = customer
        self.desk = desk

    @property
    def member(self) -> Membership:
        """The membership as it is by now."""
        return self.desk.membership

    def change(self, **fields: Any) -> None:
        """Change fields of the membership."""
        self.desk.membership = attrs.evolve(self.desk.membership, **fields)


class Referring:
    """Referrals of one program while a command is decided.

    Args:
        case: The case.
        program: The program, which has referrals.
        policy: What it says of referrals.
    """

    def __init__(self, case: Case, program: Program, policy: ReferralPolicy) -> None:
        self.case = case
        self.program = program
        self.policy = policy
        self.inserts: list[Record] = []
        self.entries: list[Entry] = []
        self._sides: dict[str, Side] = {}
        self._puts: dict[Ref, Put] = {}

    @classmethod
    def of(cls, case: Case, program: Program) -> Referring:
        """Open the referrals of a program, those too that have begun before it gave referrals up.

        Raises:
            NotFound: It never had any.
        """
        if program.standing_referrals is None:
            raise without_referrals(program)
        return cls.begun(case, program)

    @classmethod
    def begun(cls, case: Case, program: Program) -> Referring:
        """Open what has begun, though the host may no longer run the version under which it did."""
        return cls(case, program, program.standing_referrals or ReferralPolicy())

    def check_goes_on(self) -> None:
        """Make sure that referrals can begin and bring something now.

        Raises:
            NotFound: The program has given them up.
        """
        if self.program.referrals is None:
            raise without_referrals(self.program)

    # Members --------------------------------------------------------------------------------------------------------

    def adopt(self, customer: Customer, desk: Desk) -> Side:
        """Take a desk that is open already, such as that of an order, as the one of its member."""
        return self._sides.setdefault(customer.holder_id, Side(customer, desk))

    def side(self, customer: Customer) -> Side:
        """Give the side of a customer."""
        found = self._sides.get(customer.holder_id)
        return found or self.adopt(customer, self.case.desk(customer.holder_id, self.program, customer))

    def who(self, holder_id: str) -> Customer | None:
        """Find the customer who answers to a holder now; None where an erasure took whoever it was."""
        world = self.case.world
        row: Customer | None = world.get(HolderRef(world.environment, holder_id))
        return None if row is None else self.case.customer(row.customer_id)

    def side_of(self, holder_id: str | None) -> Side | None:
        """Give the side of a holder; None where nobody answers to it."""
        customer = None if holder_id is None else self.who(holder_id)
        return None if customer is None else self.side(customer)

    def book(self, side: Side, ledger: str = "") -> Book:
        """Open the book of a ledger of a side at now."""
        ref = self.case.ledger_ref(side.customer.holder_id, self.program, ledger)
        return side.desk.book(ledger, self.case.ledger(ref), self.case.now)

    def need(self, *holders: str | None) -> None:
        """Ask at once for what is written of holders: their rows, memberships and main ledgers."""
        environment, program_id = self.case.world.environment, self.program.id
        known = [each for each in holders if each is not None]
        self.case.world.need(
            *(HolderRef(environment, each) for each in known),
            *(MembershipRef(environment, each, program_id) for each in known),
            *(LedgerRef(environment, each, program_id) for each in known),
        )

    # Records --------------------------------------------------------------------------------------------------------

    def find(self, ref: Ref) -> Any:
        """Give a record as it is by now."""
        put = self._puts.get(ref)
        return self.case.world.get(ref) if put is None else put.record

    def referral(self, referral_id: str) -> Referral:
        """Find a referral that a record names: it is there, for referrals never go."""
        found: Referral = self.find(ReferralRef(self.case.world.environment, referral_id))
        return found

    def code(self, code: str) -> ReferralCode | None:
        """Find a code; None where there is none."""
        found: ReferralCode | None = self.find(ReferralCodeRef(self.case.world.environment, code))
        return found

    def counter(self, counter_id: str) -> tuple[CounterRef, Counter | None]:
        """Find a counter with its name; None where nothing was counted yet."""
        ref = CounterRef(self.case.world.environment, self.program.id, counter_id)
        return ref, self.find(ref)

    def write(self, record: Any) -> Any:
        """Write a versioned record in the place of the one that was loaded or is written already, and return it."""
        put = self._puts.get(record.ref)
        if put is None:
            loaded = self.case.world.get(record.ref)
            expected = None if loaded is None else loaded.version
        else:
            expected = put.expected
        version = 1 if expected is None else expected + 1
        record = attrs.evolve(record, version=version)
        self._puts[record.ref] = Put(record, expected)
        return record

    def add(self, record: Any) -> None:
        """Write a record under a name that was minted for it, and is not looked for."""
        self._puts[record.ref] = Put(record, None)

    def count(self, counter_id: str, step: int) -> None:
        """Move a counter up or down."""
        ref, found = self.counter(counter_id)
        counter = found or Counter(ref=ref)
        self.write(attrs.evolve(counter, count=max(counter.count + step, 0)))

    def put(self, before: Referral | None, after: Referral) -> Referral:
        """Write a referral, and let the figures of the referrer, the code and the campaign follow.

        Args:
            before: The referral as it was by now; None where it is new.
            after: The referral as it is to be.
        """
        after = attrs.evolve(after, updated_at=self.case.now)
        if before is None:
            self.add(after)
        else:
            after = self.write(after)
        referrer = self.side_of(after.referrer_holder_id)
        if referrer is not None:
            referrer.change(referrals=moved(referrer.member.referrals, before, after))
        step = after.stands - (before is not None and before.stands)
        if step:
            code = self.code(after.code)
            if code is not None:
                self.write(attrs.evolve(code, used=max(code.used + step, 0)))
            if after.campaign:  # whether it has a limit now: another version of the program may
                self.count(campaign_counter(after.campaign), step)
        return after

    # What it comes to -----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let every membership follow what was booked on its ledgers."""
        for side in self._sides.values():
            side.desk.settle_books()

    def puts(self) -> list[Put]:
        """The referrals, codes and counters to write."""
        return list(self._puts.values())

    def desks(self, *, without: Desk | None = None) -> list[Desk]:
        """The desks that were opened, but for one that its own command gathers."""
        return [side.desk for side in self._sides.values() if side.desk is not without]

    def decided(self, command: Any, owner: Customer, **answer: Any) -> Decision:
        """Gather everything as one change set, with the key of the command under its owner.

        Args:
            command: The command.
            owner: Whose key it is.
            answer: Further fields of the receipt.
        """
        from loyalcore.domain.decision import Decision

        self.settle()
        self.side(owner).desk.touch()  # an erasure meanwhile must not miss the key
        entries = tuple(self.entries)
        code = answer.get("code")
        key = [self.case.key_record(command, owner, entries, code)] if hasattr(command, "key") else []
        changes = gather(self.desks(), self.puts(), [*key, *self.inserts])
        return Decision(changes, Receipt(command=command.name, entries=entries, **answer))


def without_referrals(program: Program) -> NotFound:
    """Make the error of a program that has no referrals.

    Args:
        program: The program.
    """
    return NotFound("referrals of the program", program.id, hint="its document has no table 'referrals'")


def moved(figures: ReferralFigures, before: Referral | None, after: Referral) -> ReferralFigures:
    """Return the figures of a referrer after one referral has changed.

    Args:
        figures: The figures with the referral as it was.
        before: The referral as it was, None where it is new.
        after: The referral as it is.

    Source: DOMAIN 2 (BLP), 3.6.
    """
    old, new = _part(before), _part(after)
    return attrs.evolve(
        figures,
        total=figures.total - old.total + new.total,
        successful=figures.successful - old.successful + new.successful,
        revenue=shortest(EXACT.add(EXACT.subtract(figures.revenue, old.revenue), new.revenue)),
    )


def _part(referral: Referral | None) -> ReferralFigures:
    """What one referral stands for in the figures of its referrer."""
    if referral is None or referral.referee_holder_id is None:
        return ReferralFigures()
    return ReferralFigures(
        total=int(referral.earlier is None),
        successful=int(referral.state is ReferralState.COMPLETED),
        revenue=ReferralFigures().revenue if referral.state in _WITHOUT_REVENUE else referral.revenue,
    )


def campaign_counter(campaign: str) -> str:
    """Name the counter of the referrals of a campaign that stand."""
    return f"referrals:{campaign}"


def token_counter(token: str) -> str:
    """Name the counter of the claims from one token, by its digest: it outlives erasures, and tells of nobody."""
    return f"token:{digest(token)}"
