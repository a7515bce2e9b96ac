"""What a decision wants: the changes of one unit of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from loyalcore.domain.decision._refs import LedgerRef, Ref
    from loyalcore.domain.decision._removals import Remove, Wipe


class Record(Protocol):
    """A value that a store keeps under its ref."""

    @property
    def ref(self) -> Ref:
        """The name it is kept under."""
        ...


class Part(Record, Protocol):
    """A record that belongs to a ledger and is written under the ledger's version: a lot, a hold, a debt."""

    @property
    def ledger(self) -> LedgerRef:
        """The ledger it belongs to."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether a loaded ledger carries it."""
        ...


class VersionedRecord(Record, Protocol):
    """A record that is replaced as a whole, when nobody else has replaced it since."""

    @property
    def version(self) -> int:
        """1 when it is first written, then one more with every write."""
        ...


@attrs.frozen
class Put:
    """A versioned record to write where the store still has the version that was read."""

    record: VersionedRecord
    expected: int | None

    @property
    def ref(self) -> Ref:
        """The name it is kept under."""
        return self.record.ref


@attrs.frozen(kw_only=True)
class ChangeSet:
    """Everything one unit writes, applied whole or not at all.

    Args:
        puts: Customers, memberships, ledger heads, orders and segments with the version each must still have (None:
            must not exist), and notices that were inserted before. What is open in a ledger is written by `parts`; its
            head may come without.
        parts: Lots, holds and debts, written over; the version of their ledger, always among `puts`, guards them.
        inserts: Entries, keys, facts, notes and notices: each must be new.
        removes: Customers, memberships, orders, segments and notices that go, with the version each must still have.
        wipes: Keys, notes or notices of a holder that go, however many there are. What goes makes room: the same
            change set may put or insert something else under its name.
    """

    puts: tuple[Put, ...] = ()
    parts: tuple[Part, ...] = ()
    inserts: tuple[Record, ...] = ()
    removes: tuple[Remove, ...] = ()
    wipes: tuple[Wipe, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.puts or self.parts or self.inserts or self.removes or self.wipes)


@attrs.frozen
class Decision:
    """What a command comes to: what to write, and what to answer."""

    changes: ChangeSet
    receipt: Any
