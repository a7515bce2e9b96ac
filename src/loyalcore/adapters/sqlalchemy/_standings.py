"""Standings as columns: what every member has in columns of its own, the rest, and those of subledgers, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.adapters.sqlalchemy._nested import (
    day,
    dump,
    iso,
    listed,
    maybe_instant,
    micros,
    plain_amount,
    read,
    read_amount,
)
from loyalcore.domain.customers import ByHand, Standing

if TYPE_CHECKING:
    from loyalcore.adapters.sqlalchemy._dialects import Row

NO_STANDING: Final = Standing()
"""Where a member stands whom no tier has counted yet: one for all who are read."""
_NO_COLUMNS: Final = (None,) * 6
_NO_REST: Final = (None, None, None, None, None, 0)


def plain_standing(standing: Standing) -> Row:
    """Give a standing as the columns that every member has."""
    if standing is NO_STANDING:
        return _NO_COLUMNS
    gains = tuple((until, plain_amount(amount)) for until, amount in standing.gains)
    return (
        standing.tier,
        micros(standing.since),
        micros(standing.expires_at),
        standing.previous,
        None if standing.measured is None else dump(plain_amount(standing.measured)),
        listed(gains),
    )


def plain_rest(standing: Standing) -> str | None:
    """Give what few standings have as JSON, None where this one has nothing of it."""
    if standing is NO_STANDING:
        return None
    hand = standing.by_hand
    rest = (
        None if hand is None else _plain_hand(hand),
        _amount(standing.completed),
        _amount(standing.renewed),
        iso(standing.anchored_on),
        standing.is_warned,
        standing.version,
    )
    return None if rest == _NO_REST else dump(rest)


def _plain_hand(hand: ByHand) -> Row:
    return (hand.actor, hand.reason, hand.tier, micros(hand.since), micros(hand.expires_at), hand.previous)


def _amount(value: Any) -> int | str | None:
    return None if value is None else plain_amount(value)


def plain_standings(standings: tuple[tuple[str, Standing], ...]) -> str | None:
    """Give the standings in subledgers as JSON, None where there are none."""
    return listed(tuple((ledger, *plain_standing(each), plain_rest(each)) for ledger, each in standings))


def standing(
    tier: str | None,
    since: int | None,
    expires_at: int | None,
    previous: str | None,
    measured: str | None,
    gains: str | None,
    rest: str | None,
) -> Standing:
    """Give the standing of its columns."""
    by_hand, completed, renewed, anchored_on, is_warned, version = _NO_REST if rest is None else read(rest)
    return Standing(
        tier=tier,
        since=maybe_instant(since),
        expires_at=maybe_instant(expires_at),
        previous=previous,
        measured=None if measured is None else read_amount(read(measured)),
        gains=tuple((until, read_amount(amount)) for until, amount in read(gains)) if gains else (),
        by_hand=None if by_hand is None else _hand(*by_hand),
        completed=None if completed is None else read_amount(completed),
        renewed=None if renewed is None else read_amount(renewed),
        anchored_on=day(anchored_on),
        is_warned=is_warned,
        version=version,
    )


def _hand(
    actor: str, reason: str, tier: str | None, since: int | None, expires_at: int | None, previous: str | None
) -> ByHand:
    return ByHand(
        actor=actor,
        reason=reason,
        tier=tier,
        since=maybe_instant(since),
        expires_at=maybe_instant(expires_at),
        previous=previous,
    )


def read_standings(text: str | None) -> tuple[tuple[str, Standing], ...]:
    """Give the standings in subledgers."""
    return tuple([(ledger, standing(*values)) for ledger, *values in read(text)]) if text else ()
