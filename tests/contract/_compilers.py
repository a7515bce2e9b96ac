"""Compilers for the suite to judge: the evaluation in memory, and ones that are wrong in one way each, as SQL is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.query import (
    And,
    AnyOf,
    Attribute,
    Compare,
    Condition,
    Every,
    Flag,
    How,
    Id,
    In,
    Match,
    Missing,
    Not,
    Or,
    Order,
    Query,
    Spans,
    check_stored,
    counted,
    fold,
    matcher,
    nearest,
)
from loyalcore.testing.conformance import AT, ZONE, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from loyalcore.query import Listing, Noun


class InMemory:
    """The reference itself, which refuses what a store has no column for."""

    def keep(self, noun: Noun, rows: Sequence[Any]) -> None:
        """Keep rows as they are."""
        self.rows = list(rows)

    def meant(self, listing: Listing) -> list[Any]:
        """Give the rows that a listing means."""
        check_stored(listing.query)
        return within(listing, self.rows)

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Look at all rows."""
        return nearest(listing, self.meant(listing), at)

    def count(self, listing: Listing, at: datetime) -> int:
        """Count all rows that are asked for."""
        return counted(listing, self.meant(listing), at)


class Rewriting(InMemory):
    """A compiler that writes a clause otherwise."""

    def clause(self, clause: Any) -> Condition:
        """Give what is written for a clause."""
        raise NotImplementedError

    def condition(self, node: Condition) -> Condition:
        """Give what is written for a condition."""
        match node:
            case And(parts):
                return And(tuple(self.condition(part) for part in parts))
            case Or(parts):
                return Or(tuple(self.condition(part) for part in parts))
            case Not(part):
                return Not(self.condition(part))
            case Every():
                return node
        return self.clause(node)

    def meant(self, listing: Listing) -> list[Any]:
        """Give the rows that meet what was written."""
        is_met = matcher(self.condition(listing.query.where), AT, ZONE)
        return [row for row in super().meant(listing) if is_met(row)]

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Answer what was written."""
        return nearest(_unfiltered(listing), self.meant(listing), at)

    def count(self, listing: Listing, at: datetime) -> int:
        """Count what was written."""
        return counted(_unfiltered(listing), self.meant(listing), at)


def _unfiltered(listing: Listing) -> Listing:
    return attrs.evolve(listing, query=Query(listing.query.noun, Every(), listing.query.sort))


class ThreeValued(Rewriting):
    """NOT as SQL has it: neither a comparison with NULL nor its complement is met."""

    def condition(self, node: Condition) -> Condition:
        """Write the complement of a clause with its column."""
        if isinstance(node, Not) and not isinstance(node.part, (And, Or, Every, Missing)):
            clause: Any = node.part
            return And((node, Not(Missing(clause.field))))
        return super().condition(node)

    def clause(self, clause: Any) -> Condition:
        """Write a clause as it is."""
        return clause  # type: ignore[no-any-return]


class Unfolded(Rewriting):
    """Compares the column as it is kept, not the folded one."""

    def clause(self, clause: Any) -> Condition:
        """Take texts for ids, which are compared exactly."""
        is_text = clause.field.kind == "text"
        written: Condition = attrs.evolve(clause, field=Id("text", clause.field.get)) if is_text else clause
        return written


class Wild(Rewriting):
    """LIKE without an escape."""

    def clause(self, clause: Any) -> Condition:
        """Write a part of a text as a pattern."""
        if not isinstance(clause, Match) or clause.field.kind != "text":
            return clause  # type: ignore[no-any-return]
        signs = {"%": ".*", "_": "."}
        pattern = "".join(signs.get(sign) or re.escape(sign) for sign in clause.text)
        begin = "" if clause.how is How.STARTS else ".*"
        get, seen = clause.field.get, re.compile(f"{begin}{pattern}.*", re.DOTALL)

        def is_like(row: Any) -> bool | None:
            text = get(row)
            return None if text is None else seen.fullmatch(fold(text)) is not None

        return Flag("like", is_like).is_(True)


class Valued(Rewriting):
    """Keeps the values of one kind of field in a column that cannot hold them."""

    kind = ""

    def kept(self, value: Any) -> Any:
        """Give what the column makes of a value."""
        raise NotImplementedError

    def clause(self, clause: Any) -> Condition:
        """Compare what the column made of both sides."""
        if clause.field.kind != self.kind:
            return clause  # type: ignore[no-any-return]
        get, kept = clause.field.get, self.kept
        field = attrs.evolve(clause.field, get=lambda row: None if (value := get(row)) is None else kept(value))
        sides: dict[str, Any] = {"field": field}
        for name in ("value", "low", "high", "text"):
            if hasattr(clause, name):
                sides[name] = kept(getattr(clause, name))
        if isinstance(clause, In):
            sides["values"] = tuple(map(kept, clause.values))
        if isinstance(clause, Spans):
            sides["spans"] = tuple((kept(start), kept(end)) for start, end in clause.spans)
        written: Condition = attrs.evolve(clause, **sides)
        return written


class Floats(Valued):
    """Amounts in a column of floats."""

    kind = "amount"

    def kept(self, value: Any) -> Any:
        """Round to the nearest float."""
        return float(value)


class Doubles(Valued):
    """Whole numbers in a column of floats."""

    kind = "whole"

    def kept(self, value: Any) -> Any:
        """Lose what is above 53 bits."""
        return float(value)


class Padded(Valued):
    """A collation that ignores trailing blanks."""

    kind = "id"

    def kept(self, value: Any) -> Any:
        """Lose them."""
        return value.rstrip(" ")


class CaseBlind(Valued):
    """A collation that ignores case, for ids as well."""

    kind = "id"

    def kept(self, value: Any) -> Any:
        """Lose it."""
        return fold(value)


class Seconds(Valued):
    """Instants in a column of whole seconds."""

    kind = "instant"

    def kept(self, value: Any) -> Any:
        """Lose the rest."""
        return value - timedelta(microseconds=value.microsecond)


class AnyOfNone(Rewriting):
    """Leaves out an empty list, as if it asked for nothing."""

    def clause(self, clause: Any) -> Condition:
        """Write nothing."""
        return Every() if isinstance(clause, (In, AnyOf)) and not clause.values else clause


class KeptEmpty(Rewriting):
    """Takes an empty set for a value."""

    def clause(self, clause: Any) -> Condition:
        """Ask whether there is a set at all."""
        is_set = isinstance(clause, Missing) and clause.field.kind == "texts"
        return Not(Every()) if is_set else clause


class Paths(Rewriting):
    """Puts the name of an attribute into a path of JSON, where a dot leads into a table."""

    def clause(self, clause: Any) -> Condition:
        """Look for the attribute of the first part."""
        field = clause.field
        if not isinstance(field, Attribute) or "." not in field.key:
            return clause  # type: ignore[no-any-return]
        first = field.key.partition(".")[0]
        written: Condition = attrs.evolve(clause, field=attrs.evolve(field, get=lambda row: row.attributes.get(first)))
        return written


class Placed(InMemory):
    """A compiler that writes the place or the order otherwise."""

    def listing(self, listing: Listing) -> Listing:
        """Give the listing that is answered instead."""
        raise NotImplementedError

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Answer what was written."""
        return nearest(self.listing(listing), self.meant(listing), at)


class MissingFirst(Placed):
    """Sorts what is missing as the database does: first."""

    def listing(self, listing: Listing) -> Listing:
        """Turn the orders round."""
        query = listing.query
        sort = [attrs.evolve(order, is_missing_first=True) for order in query.sort]
        return attrs.evolve(listing, query=Query(query.noun, query.where, sort))


class SmallestMissing(Placed):
    """Sorts what is missing as the smallest value: last where the largest is first."""

    def listing(self, listing: Listing) -> Listing:
        """Put it at the end where a column falls."""
        query = listing.query
        sort = [attrs.evolve(order, is_missing_first=not order.is_descending) for order in query.sort]
        return attrs.evolve(listing, query=Query(query.noun, query.where, sort))


class OffByOne(Placed):
    """Writes `>=` for `>` at the place."""

    def listing(self, listing: Listing) -> Listing:
        """Take the row at the place in."""
        here = listing.position
        return listing if here is None else attrs.evolve(listing, position=attrs.evolve(here, is_inclusive=True))


class OneWay(Placed):
    """Sorts by the ids upwards, whichever way the order before them goes."""

    def listing(self, listing: Listing) -> Listing:
        """Name the ids in the sorting."""
        query = listing.query
        named = {order.field.name for order in query.sort}
        ids = [Order(field) for field in query.noun.ids if field.name not in named]
        return attrs.evolve(listing, query=Query(query.noun, query.where, [*query.sort, *ids][:5]))


class TiesLost(InMemory):
    """Compares the place by the first order alone."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Leave out what is tied with the place."""
        here, get = listing.position, listing.query.orders()[0].field.get
        rows = self.meant(listing)
        if here is not None and isinstance(here.keys[0], int):
            rows = [row for row in rows if get(row) != here.keys[0]]
        return nearest(listing, rows, at)


class InOrder(InMemory):
    """Gives the rows before a place in the order of the list, instead of the nearest first."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Turn them round."""
        found = super().page(listing, at)
        return found[::-1] if listing.position is not None and listing.position.is_backward else found


class CountedPage(InMemory):
    """Counts the rows from the place on."""

    def count(self, listing: Listing, at: datetime) -> int:
        """Count the page."""
        return len(self.page(attrs.evolve(listing, count=500), at))


class SettledNow(InMemory):
    """Takes a row that changes at this instant for one that has not changed."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Ask a moment too early."""
        return super().page(listing, at - timedelta(microseconds=1))

    def count(self, listing: Listing, at: datetime) -> int:
        """Ask a moment too early."""
        return super().count(listing, at - timedelta(microseconds=1))


class AnyEnvironment(InMemory):
    """Forgets the environment."""

    def meant(self, listing: Listing) -> list[Any]:
        """Mean both."""
        check_stored(listing.query)
        return [row for row in self.rows if within(attrs.evolve(listing, environment=row.environment), [row])]


class LoadsAll(InMemory):
    """Answers what is in no column by looking at all rows."""

    def meant(self, listing: Listing) -> list[Any]:
        """Refuse nothing."""
        return within(listing, self.rows)


class Injected(InMemory):
    """Writes a value between quotes, so that one with a quote breaks the statement."""

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Fail as the database does."""
        if isinstance(listing.query.where, Compare) and "'" in str(listing.query.where.value):
            raise RuntimeError("syntax error near '")
        return super().page(listing, at)
