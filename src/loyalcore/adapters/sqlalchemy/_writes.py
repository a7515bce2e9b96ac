"""Applying: the rows of a change set, table by table, always in the same order, so that two units seldom deadlock."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from loyalcore.adapters.sqlalchemy._dialects import Step
from loyalcore.adapters.sqlalchemy._rows import ROW_OF
from loyalcore.adapters.sqlalchemy._statements import VERSIONED, WIPABLE
from loyalcore.adapters.sqlalchemy._tables import TABLE_OF
from loyalcore.errors import CapabilityMissing
from loyalcore.store import KIND_OF, name_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loyalcore.adapters.sqlalchemy._dialects import Dialect, Link, Row
    from loyalcore.adapters.sqlalchemy._statements import Statements
    from loyalcore.domain.decision import ChangeSet

Rows = dict[type[Any], list["Row"]]

_NAMES = {kind: len(table.primary_key.columns) for kind, table in TABLE_OF.items()}
"""How many columns of each table are its name."""


def write(dialect: Dialect, link: Link, statements: Statements, changes: ChangeSet) -> None:
    """Write a change set; after an error the caller undoes what was written of it.

    Raises:
        CapabilityMissing: A record is of a kind that this store does not keep.
        StaleVersion: A version is not the expected one, or a name is taken.
        StoreError: The database refused for another reason.
    """
    made: Rows = {}
    changed: Rows = {}
    for put in changes.puts:
        kind: type[Any] = type(put.record)
        row = _maker(kind)(put.record)
        if put.expected is None:
            made.setdefault(kind, []).append(row)
        else:
            names = _NAMES[kind]
            changed.setdefault(kind, []).append((*row[names:], *row[:names], put.expected))
    order = VERSIONED.index
    removed = _removed(changes)
    steps: list[Step] = []
    for kind in sorted({*removed, *changed}, key=order):
        if kind in removed:
            steps.append(Step(kind, statements.remove[kind], removed[kind], is_exact=True, is_removal=True))
        if kind in changed:
            rows = sorted(changed[kind], key=_changed_name(kind))
            steps.append(Step(kind, statements.update[kind], rows, is_exact=True))
    steps += _wipes(statements, changes)
    steps += [
        Step(kind, statements.insert[kind], sorted(made[kind], key=_made_name(kind)))
        for kind in sorted(made, key=order)
    ]
    steps += [Step(kind, statements.upsert[kind], rows) for kind, rows in _by_kind(changes.parts).items()]
    steps += [Step(kind, statements.insert[kind], rows) for kind, rows in _by_kind(changes.inserts).items()]
    dialect.write(link, steps)


def _removed(changes: ChangeSet) -> Rows:
    """Give the names and versions of what is taken away, kind by kind, in the order of the names."""
    found: Rows = {}
    for remove in changes.removes:
        row = (*name_columns(remove.ref).values(), remove.expected)
        found.setdefault(KIND_OF[type(remove.ref)], []).append(row)
    return {kind: sorted(rows) for kind, rows in found.items()}


def _wipes(statements: Statements, changes: ChangeSet) -> list[Step]:
    found: Rows = {}
    for wipe in changes.wipes:
        found.setdefault(wipe.kind, []).append((wipe.environment, wipe.holder_id))
    return [
        Step(kind, statements.wipe[kind], sorted(found[kind]), is_removal=True) for kind in WIPABLE if kind in found
    ]


def _made_name(kind: type[Any]) -> Callable[[Row], Row]:
    return itemgetter(slice(0, _NAMES[kind]))


def _changed_name(kind: type[Any]) -> Callable[[Row], Row]:
    return itemgetter(slice(-_NAMES[kind] - 1, -1))


def _by_kind(records: Iterable[Any]) -> Rows:
    found: dict[type[Any], list[Any]] = {}
    for record in records:
        found.setdefault(type(record), []).append(record)
    return {kind: list(map(_maker(kind), alike)) for kind, alike in found.items()}


def _maker(kind: type[Any]) -> Callable[[Any], Row]:
    make = ROW_OF.get(kind)
    if make is None:
        raise CapabilityMissing(kind.__name__)
    return make
