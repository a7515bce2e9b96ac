"""What belongs to a run: in a store that others share its ids and programs bear a mark, and its lists show only these.

The mark stands before each id, so that ids keep their order, and a list is kept to the run's own by how an id begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.errors import InvalidInput, LimitExceeded
from loyalcore.fields import CODES, CUSTOMERS, ENTRIES, ORDERS, REFERRALS, CustomerFields
from loyalcore.query import And, Compare, In, Match, Not, Or, Query, from_document, parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.domain.programs import Program
    from loyalcore.query import Condition, Noun

OWN_IDS: Final = frozenset({"customer_id", "into", "order_id", "program", "referee_id", "referrer", "segment_id", "to"})
"""The names under which ids of the host's own are given: of customers, orders, segments and programs."""
_OWN_FIELDS: Final = frozenset({"customer_id", "order_id", "program_id", "referee_id", "referrer_id"})
_ID_MAX: Final = 255
_PROGRAM_ID_MAX: Final = 64
_NOUNS: Final[dict[str, Noun]] = {
    "bulk": CUSTOMERS,
    "customers": CUSTOMERS,
    "entries": ENTRIES,
    "orders": ORDERS,
    "referral_codes": CODES,
    "referrals": REFERRALS,
    "segments": CUSTOMERS,
}


def rewritten(node: Condition, change: Callable[[Any], Condition]) -> Condition:
    """Give a condition with every clause changed."""
    if isinstance(node, And | Or):
        return attrs.evolve(node, parts=tuple(rewritten(part, change) for part in node.parts))
    if isinstance(node, Not):
        return Not(rewritten(node.part, change))
    return change(node) if hasattr(node, "field") else node


@attrs.frozen
class Owner:
    """Who owns what a run writes.

    Args:
        mark: What stands before each id of the run; empty where it has a store of its own.
    """

    mark: str = ""

    def program(self, program: Program) -> Program:
        """Give a program under the id that it has in this run."""
        return attrs.evolve(program, id=self._marked(program.id, _PROGRAM_ID_MAX)) if self.mark else program

    def values(self, path: str, values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        """Give the values of a step with the ids of this run.

        Args:
            path: What the step does or asks.
            values: Its values.
            names: What may be given, with its annotated types.
        """
        own = {name: self.id(value, name) if name in OWN_IDS else value for name, value in values.items()}
        noun = _NOUNS.get(path.partition(".")[0])
        if not self.mark or noun is None:
            return own
        if "query" in names:
            own["query"] = self._query(own.get("query"), noun)
        if "where" in own and isinstance(query := self._read(own["where"], noun), Query):
            own["where"] = query.where
        if isinstance(own.get("who"), list):
            own["who"] = [self.id(each, "customer_id") for each in own["who"]]
        elif "who" in own and own["who"] is not None:
            own["who"] = self._query(own["who"], noun)
        return own

    def id(self, value: Any, name: str) -> Any:
        """Put the mark before an id; what is none stays as it is, so that the facade refuses it."""
        return self._marked(value, _PROGRAM_ID_MAX if name == "program" else _ID_MAX)

    def _marked(self, value: Any, length_max: int) -> Any:
        if not self.mark or not isinstance(value, str) or value.startswith(self.mark):
            return value
        return self.mark + value if 0 < len(value) <= length_max - len(self.mark) else value

    def _query(self, asked: Any, noun: Noun) -> Any:
        """Keep a query to the rows of this run; programs are its own, but customers are in no program."""
        query = Query(noun) if asked is None else self._read(asked, noun)
        if noun is not CUSTOMERS or not isinstance(query, Query):
            return query
        return attrs.evolve(query, where=query.where & CustomerFields.customer_id.starts_with(self.mark))

    def _read(self, asked: Any, noun: Noun) -> Any:
        """Read a query with the ids of this run in it; what cannot be read stays as it is."""
        try:
            if isinstance(asked, str):
                query = parse(asked, noun)
            elif isinstance(asked, Mapping):
                query = from_document(asked, noun)
            else:
                return asked
        except (InvalidInput, LimitExceeded):
            return asked
        return attrs.evolve(query, where=rewritten(query.where, self._clause))

    def _clause(self, clause: Any) -> Condition:
        changed: Condition = clause
        if clause.field.name in _OWN_FIELDS:
            match clause:
                case Compare(_, _, value):
                    changed = attrs.evolve(clause, value=self.id(value, "customer_id"))
                case In(_, values):
                    changed = attrs.evolve(clause, values=tuple(self.id(each, "customer_id") for each in values))
                case Match(_, _, text):
                    changed = attrs.evolve(clause, text=self.id(text, "customer_id"))
        return changed
