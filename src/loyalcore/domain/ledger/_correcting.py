"""Bookings that correct an earlier entry: reverse takes back an award, restore gives back a spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.decision import LotRef
from loyalcore.domain.ledger._book import never
from loyalcore.domain.ledger._entry import Draw, Entry, EntryKind, NewLot, Settlement, TermChange
from loyalcore.domain.ledger._policy import ReturnPolicy
from loyalcore.values.clock import from_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from loyalcore.domain.decision import LedgerRef
    from loyalcore.domain.ledger._book import Book
    from loyalcore.domain.ledger._kernel import OpenDebt, OpenLot
    from loyalcore.values.calendar import Duration


def lot_name(ledger: LedgerRef, lot: int) -> str:
    """Name a lot across ledgers, as a lot's `origin` does."""
    return f"{ledger.holder_id}:{ledger.program_id}:lot {lot}:{ledger.ledger}"


def local_lot(book: Book, ledger: LedgerRef, lot: int) -> OpenLot | None:
    """Find the open lot that stands for a lot of this ledger, or of one that was merged into it."""
    if ledger == book.ref:
        return book.account.lots.get(lot)
    origin = lot_name(ledger, lot)
    return next((each for each in book.account.lots.values() if each.origin == origin), None)


@attrs.define
class _Claim:
    """What a reversal still has to take back of one award."""

    award: Entry
    left: int
    draws: dict[int, int] = attrs.field(factory=dict)
    owed: int = 0
    waived: int = 0

    @property
    def taken(self) -> int:
        return sum(self.draws.values()) + self.owed


def taken_back(corrections: Iterable[Entry]) -> int:
    """How much of an award has been taken back or waived so far."""
    return sum(entry.points + entry.waived for entry in corrections if entry.kind is EntryKind.REVERSE)


def reverse(
    book: Book,
    awards: Sequence[tuple[Entry, Sequence[Entry]]],
    points: int | None,
    **fields: Any,
) -> list[Entry]:
    """Book the taking back of awards: pending points first, then their own lots, then the general order.

    Args:
        book: The ledger, opened at now.
        awards: Each award with the entries that corrected it so far.
        points: How many to take back; None is all; more than is left is clamped to what is left.
        fields: Further fields of the entries.

    Returns:
        One reverse entry for each award that something was taken of; none when nothing is left.

    Source: DOMAIN 3.2, 3.3.
    """
    claims = _share(awards, points, book)
    account = book.account
    left = {number: lot.free for number, lot in account.lots.items()}
    for is_pending in (True, False):
        for claim in claims:
            own = _own_lot(book, claim.award)
            if own is None or (own.active_from > account.at) is not is_pending:
                continue
            if not is_pending and book.policy.return_policy is ReturnPolicy.ONLY_PENDING:
                continue
            _claim_from(claim, own.lot, left)
    if book.policy.return_policy is not ReturnPolicy.ONLY_PENDING:
        wanted = sum(claim.left for claim in claims)
        if wanted:
            for number, _points in book.draw(account.active):
                for claim in claims:
                    _claim_from(claim, number, left)
    for claim in claims:
        if book.policy.return_policy is ReturnPolicy.UNLIMITED:
            claim.owed, claim.left = claim.left, 0
        else:
            claim.waived, claim.left = claim.left, 0
    return [
        book.write(
            EntryKind.REVERSE,
            claim.taken,
            draws=tuple(Draw(lot, taken) for lot, taken in claim.draws.items()),
            owed=claim.owed,
            waived=claim.waived,
            corrects=claim.award.id,
            rule=claim.award.rule,
            **fields,
        )
        for claim in claims
        if claim.taken or claim.waived
    ]


def _share(
    awards: Sequence[tuple[Entry, Sequence[Entry]]],
    points: int | None,
    book: Book,
) -> list[_Claim]:
    """Share what is asked for among the awards: those still pending first, then in award order."""
    open_claims = [_Claim(award, award.points - taken_back(corrections)) for award, corrections in awards]
    if points is None:
        return open_claims

    def is_active(claim: _Claim) -> bool:
        own = _own_lot(book, claim.award)
        return own is None or own.active_from <= book.account.at

    for claim in sorted(open_claims, key=is_active):
        claim.left = min(claim.left, points)
        points -= claim.left
    return open_claims


def _own_lot(book: Book, award: Entry) -> OpenLot | None:
    return local_lot(book, award.ledger, award.lots[0].lot)


def _claim_from(claim: _Claim, number: int, left: dict[int, int]) -> None:
    taken = min(claim.left, left[number])
    if taken:
        claim.draws[number] = claim.draws.get(number, 0) + taken
        claim.left -= taken
        left[number] -= taken


def restored(corrections: Iterable[Entry]) -> int:
    """How much of a spend has been given back so far."""
    return sum(entry.points for entry in corrections if entry.kind is EntryKind.RESTORE)


def restore(
    book: Book,
    spend: Entry,
    corrections: Sequence[Entry],
    points: int,
    closed: Mapping[LotRef, OpenLot],
    paid: Sequence[tuple[LedgerRef, Draw]] = (),
    grace: Duration | None = None,
    **fields: Any,
) -> Entry:
    """Book the giving back of a spend: what it still owes is forgiven, then its points go back to their lots.

    The lots drawn on last get theirs back first, with their old dates; what lapsed meanwhile expires at once, unless
    there is a grace.

    Args:
        book: The ledger, opened at now; it knows the spend's debt where there is one.
        spend: The spend or capture, of this ledger or of one that was merged into it.
        corrections: The entries that corrected it so far.
        points: How many to give back, at most what is left of the spend.
        closed: The lots it drew on in a ledger that was merged into this one, where no open one here stands for them:
            a lot of this ledger that does, or what became of them where they ran empty before.
        paid: What paid the spend's debt in ledgers that were merged into this one, in order.
        grace: How long a lot whose date has passed meanwhile lives on; None: not at all. It does not bring back a whole
            account that lapsed.
        fields: Further fields of the entry.

    Source: DOMAIN 3.2, 3.3.
    """
    done = restored(corrections)
    debt = book.account.debts.get(spend.id)
    settled = _unsettle(debt, points) if debt is not None else []
    draws, lots = _give_back(
        book,
        spend,
        paid,
        skip=done - _unsettled_so_far(spend, corrections),
        points=points - sum(abs(each.points) for each in settled),
        closed=closed,
    )
    repaid = [Draw(each.lot, -each.points) for each in settled if each.points < 0]
    if grace is not None:
        lots, fields["changes"] = _graced(book, grace, (*repaid, *draws), lots)
    saved = {change.lot for change in fields.get("changes", ())}
    account = book.account
    alive = [
        draw for draw in (*repaid, *draws) if draw.lot in saved or not account.has_lapsed(account.lot_of(draw.lot))
    ]
    alive += [Draw(lot.lot, lot.points) for lot in lots if lot.expires_at is None or lot.expires_at > book.recorded_at]
    others = book.owed()
    others.pop(spend.id, None)
    entry = book.write(
        EntryKind.RESTORE,
        points,
        draws=tuple(draws),
        lots=tuple(lots),
        settled=(*settled, *book.settle(alive, others)),
        corrects=spend.id,
        **fields,
    )
    book.advance(book.now)
    return entry


def _graced(
    book: Book, grace: Duration, draws: Sequence[Draw], lots: list[NewLot]
) -> tuple[list[NewLot], tuple[TermChange, ...]]:
    """Give what has lapsed meanwhile a new date, in lots that are here and in those that are made."""
    account, ends = book.account, from_micros(grace.resolve(book.now, book.zone))
    numbers = dict.fromkeys(draw.lot for draw in draws)
    over = [
        lot for lot in map(account.lot_of, numbers) if lot.expires_at <= account.at and lot.lot > account.lapsed_lots
    ]
    changes = tuple(TermChange(lot.lot, never(lot.expires_at), ends) for lot in over)
    made = [
        lot
        if lot.expires_at is None or lot.expires_at > book.recorded_at
        else lot._replace(expires_at=ends, expires_on=None)
        for lot in lots
    ]
    return made, changes


def _unsettled_so_far(spend: Entry, corrections: Iterable[Entry]) -> int:
    """How much of a spend came back by forgiving its debt or repaying the lots that had paid it."""
    return sum(
        abs(each.points)
        for entry in corrections
        for each in entry.settled
        if each.debt == spend.id and (each.lot == 0 or each.points < 0)
    )


def _give_back(
    book: Book,
    spend: Entry,
    paid: Sequence[tuple[LedgerRef, Draw]],
    *,
    skip: int,
    points: int,
    closed: Mapping[LotRef, OpenLot],
) -> tuple[list[Draw], list[NewLot]]:
    """Name the lots that points go back to, the last drawn first, after those that came back before."""
    draws: list[Draw] = []
    lots: list[NewLot] = []
    for ledger, (number, drawn) in reversed([*((spend.ledger, draw) for draw in spend.draws), *paid]):
        skipped = min(skip, drawn)
        skip -= skipped
        given = min(drawn - skipped, points)
        points -= given
        if not given:
            continue
        lot = local_lot(book, ledger, number)
        if lot is not None:
            draws.append(Draw(lot.lot, given))
        elif ledger == book.ref:
            draws.append(Draw(number, given))
        elif _is_here(book, old := closed[LotRef(ledger, number)]):
            draws.append(Draw(old.lot, given))
        else:
            lots.append(_successor(ledger, number, old, given, book.account.lot_count + len(lots) + 1))
    return draws, lots


def _is_here(book: Book, lot: OpenLot) -> bool:
    """Whether a lot is one of this ledger."""
    return any(lot is each for each in (book.account.lots.get(lot.lot), book.account.closed.get(lot.lot)))


def _successor(ledger: LedgerRef, lot: int, old: OpenLot, points: int, number: int) -> NewLot:
    """Make a lot here with the dates of a closed lot of a ledger that was merged into this one."""
    return NewLot(
        number,
        points,
        never(old.active_from),
        never(old.expires_at),
        old.expires_on,
        origin=lot_name(ledger, lot),
    )


def _unsettle(debt: OpenDebt, wanted: int) -> list[Settlement]:
    """Forgive what the spend still owes, then give back to the lots that paid, the last payment first."""
    settled = []
    forgiven = min(debt.owed, wanted)
    if forgiven:
        settled.append(Settlement(debt.entry_id, 0, forgiven))
        wanted -= forgiven
    for lot, paid in reversed(debt.paid):
        back = min(paid, wanted)
        if back:
            settled.append(Settlement(debt.entry_id, lot, -back))
            wanted -= back
    return settled
