"""What the answers of a history must be: stored, alike, given once, and truly refused."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from loyalcore.domain.customers import Register
from loyalcore.domain.flows import Receipt, payload_digests
from loyalcore.domain.ledger import TIME, Award, EntryKind, Merge
from loyalcore.testing.history._line import What
from loyalcore.testing.history._stored import ids_of
from loyalcore.testing.history._violation import Violation
from loyalcore.values.digest import differing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loyalcore.domain.decision import KeyRecord
    from loyalcore.domain.ledger import Entry
    from loyalcore.testing.history._history import Call, History
    from loyalcore.testing.history._line import Line
    from loyalcore.testing.history._stored import Stored


class _Wish(NamedTuple):
    """One key of one customer with one payload: what has one effect, however often it is delivered."""

    customer_id: str
    key: str
    payload: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"key {self.key!r} of {self.customer_id!r}"


def _wish(call: Call) -> _Wish | None:
    if call.key is None:
        return None
    payload = tuple(sorted(payload_digests(call.command).items()))
    return _Wish(getattr(call.command, "customer_id", ""), call.key, payload)


def _wishes(history: History) -> dict[_Wish, list[Call]]:
    found: dict[_Wish, list[Call]] = defaultdict(list)
    for call in history.calls:
        wish = _wish(call)
        if wish is not None:
            found[wish].append(call)
    return found


def _lines(calls: Iterable[Call]) -> tuple[Line, ...]:
    return tuple(line for call in calls for line in call.lines)


def _name(call: Call) -> str:
    return str(_wish(call) or f"{call.command.name} of {call.began.worker}")


# Acknowledged: what was answered is there ---------------------------------------------------------------------------


def acknowledged(history: History, stored: Stored) -> Iterator[Violation]:
    """Whatever was answered with ok is stored: its entries as answered, its key leading to them, its customer."""
    for call in history.calls:
        if call.what is What.OK:
            fault = _lost(call, stored)
            if fault is not None:
                yield Violation("acknowledged", _name(call), fault, call.lines)


def _lost(call: Call, stored: Stored) -> str | None:
    missing = [entry_id for entry_id in call.entries if entry_id not in stored.by_id]
    if missing:
        return f"was answered with the entry {missing[0]}, which is not stored"
    entries = tuple(stored.by_id[entry_id] for entry_id in call.entries)
    points = Receipt(command=call.command.name, entries=entries).points
    if points != call.answer("points"):
        return f"was answered with {call.answer('points')} points; its entries say {points}"
    holder = call.answer("holder_id")
    if holder is not None and holder not in {customer.holder_id for customer in stored.customers}:
        return f"was answered with the holder {holder}, who is not stored"
    if call.key is None or _paid_by_fact(call, entries, stored):
        return None
    records = stored.find_key(getattr(call.command, "customer_id", ""), call.key)
    if not records:
        return "was answered with ok, but the key is not stored"
    mine = [record for record in records if not differing(record.digests, payload_digests(call.command))]
    if not mine:
        return f"was answered with ok, but the key is stored with another payload ({records[0].command})"
    if all(ids_of(record) != call.entries for record in mine):
        return f"was answered with {_listed(call.entries)}, but the key leads to {_listed(ids_of(mine[0]))}"
    return None


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(ids) or "nothing"


def _paid_by_fact(call: Call, entries: tuple[Entry, ...], stored: Stored) -> bool:
    """Say whether an award was answered by its business fact, which uses up no key."""
    if not call.is_replayed or not isinstance(call.command, Award) or call.command.rule is None:
        return False
    paid = {(fact.ledger, fact.seq) for fact in stored.facts if fact.ref.rule == call.command.rule}
    return len(entries) == 1 and (entries[0].ledger, entries[0].seq) in paid


# Attempted: what is there was wanted --------------------------------------------------------------------------------


def attempted(history: History, stored: Stored) -> Iterator[Violation]:
    """Whatever is stored was wanted: every key, customer and entry by a call, but for what time itself wrote."""
    wishes = _wishes(history)
    calls_of: dict[tuple[str, str], list[Call]] = defaultdict(list)
    for wish, calls in wishes.items():
        for holder in stored.holders(wish.customer_id):
            calls_of[holder, wish.key] += calls
    for record in stored.keys:
        calls = calls_of[record.ref.holder_id, record.ref.key]
        if not any(not differing(record.digests, payload_digests(call.command)) for call in calls):
            subject = f"key {record.ref.key!r} of holder {record.ref.holder_id}"
            yield Violation("attempted", subject, f"is stored for a {record.command} that nobody sent", _lines(calls))
    registered = {call.command.customer_id for call in history.calls if isinstance(call.command, Register)}
    for customer in stored.customers:
        if customer.customer_id not in registered:
            yield Violation("attempted", f"customer {customer.customer_id!r}", "is stored, but nobody registered it")
    yield from _unwanted_entries(history, stored)


def _unwanted_entries(history: History, stored: Stored) -> Iterator[Violation]:
    answering = {entry_id: record for record in stored.keys for entry_id in ids_of(record)}
    merges = any(isinstance(call.command, Merge) for call in history.calls)
    like: dict[object, KeyRecord] = {
        _likeness(stored.by_id[entry_id]): record for entry_id, record in answering.items() if entry_id in stored.by_id
    }
    for entry in stored.entries:
        if entry.id in answering or entry.actor == TIME or (entry.kind is EntryKind.MERGE and merges):
            continue
        shown = f"entry {entry.id} ({entry.kind.value} {entry.points}, reason {entry.reason!r})"
        twin = like.get(_likeness(entry))
        if twin is None:
            yield Violation("attempted", shown, "is stored, but no key leads to it")
        else:
            lines = _lines(call for call in history.calls if call.key == twin.ref.key)
            yield Violation("once", shown, f"is a second effect of the key {twin.ref.key!r}", lines)


def _likeness(entry: Entry) -> object:
    names = (entry.reason, entry.order_id, entry.rule, entry.corrects, entry.hold_id, entry.occurred_at)
    return (entry.ledger, entry.kind, entry.points, *names)


# Once and alike -----------------------------------------------------------------------------------------------------


def once(history: History, stored: Stored) -> Iterator[Violation]:
    """A key has one effect: one of its answers at most is a first one, and no two keys lead to one entry."""
    for wish, calls in _wishes(history).items():
        fresh = [call for call in calls if call.what is What.OK and not call.is_replayed]
        if len(fresh) > 1:
            yield Violation("once", str(wish), f"was done {len(fresh)} times", _lines(fresh))
    owner: dict[str, KeyRecord] = {}
    for record in stored.keys:
        for entry_id in ids_of(record):
            other = owner.setdefault(entry_id, record)
            if other is not record:
                keys = f"{other.ref.key!r} and {record.ref.key!r}"
                yield Violation("once", f"entry {entry_id}", f"answers two keys, {keys}")


def alike(history: History, stored: Stored) -> Iterator[Violation]:
    """All answers with ok to one key and payload are the same."""
    for wish, calls in _wishes(history).items():
        told = [call for call in calls if call.what is What.OK]
        answers = {(call.entries, call.answer("points")) for call in told}
        if len(answers) > 1:
            shown = " and ".join(f"[{_listed(entries)}] ({points} points)" for entries, points in sorted(answers))
            yield Violation("alike", str(wish), f"was answered with {shown}", _lines(told))


# Refused ------------------------------------------------------------------------------------------------------------


def refused(history: History, stored: Stored) -> Iterator[Violation]:
    """What was refused left no key: a key is stored only where some delivery was answered with ok or is in doubt.

    A delivery in doubt that was settled, by sending it again when all workers had ended, is in doubt no more.
    """
    for wish, calls in _wishes(history).items():
        is_settled = any(call.settles and call.what is What.REFUSED for call in calls)
        open_ones = {What.OK, What.BROKEN} if is_settled else {What.OK, What.BROKEN, What.IN_DOUBT}
        if any(call.what in open_ones for call in calls):
            continue
        records = stored.find_key(wish.customer_id, wish.key)
        if any(not differing(record.digests, dict(wish.payload)) for record in records):
            yield Violation("refused", str(wish), "was refused, and is stored", _lines(calls))


def unbroken(history: History, stored: Stored) -> Iterator[Violation]:
    """Whatever was raised is an error of the library."""
    for call in history.calls:
        if call.what is What.BROKEN:
            yield Violation("unbroken", _name(call), f"raised {call.answer('error')}", call.lines)
