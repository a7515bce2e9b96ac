"""A selection: whom a bulk action is about, named one by one or by a query, chunk by chunk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.segments import Segment
from loyalcore.errors import InvalidInput
from loyalcore.query import Condition, Every, Position, Query, keys_of
from loyalcore.services._members import list_members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.domain.customers import CustomerRow
    from loyalcore.execution import Executor
    from loyalcore.services._list import List

Who = Segment | Query | Condition | Mapping[str, Any] | str | Iterable[str]
"""Customers by a segment or a query in any of its forms, a text being a search string; or by their ids, one by one."""

CHUNK = 1_000
"""How many rows of a bulk action are one unit."""


def select_customers(executor: Executor, who: Who, program: str | None) -> Iterator[list[str]]:
    """Begin to give the ids of customers in chunks.

    A query is asked anew for each chunk, at that instant, behind the last id: in the order of the ids, which nothing
    that a bulk action changes can move. So none comes twice, and none is passed over.

    Args:
        executor: Where the records are.
        who: Whom to give.
        program: The program that a query is about, where the host runs several.

    Raises:
        InvalidInput: It is neither, a query that is none, or nothing at all: everybody is asked for in words.
        LimitExceeded: The query is too large.
        NotFound: The program is not there.
    """
    if isinstance(who, str) and not str.strip(who):
        raise InvalidInput("is blank: name customers, or write * for everybody", path="who")
    if isinstance(who, Segment):
        who = dict(json.loads(who.condition))
    if isinstance(who, str | Condition | Query | Mapping):
        members, asked = list_members(executor, who, program)
        check_said(who, asked.where, "who")
        return _found(members, attrs.evolve(asked, sort=()))
    if program is not None:
        executor.program(program)
    if not isinstance(who, Iterable) or isinstance(who, bytes | bytearray | memoryview):
        raise InvalidInput(f"give ids of customers or a query, not {type(who).__name__}", path="who")
    return _named(iter(who))


def check_said(said: object, where: Condition, path: str) -> None:
    """Refuse what means everybody without saying so, such as an order alone: a box that was left empty asks for that.

    Args:
        said: What was given; `*`, a condition of no parts and a typed query say everybody.
        where: The condition that it was read as.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It names no condition.
    """
    if not isinstance(where, Every):
        return
    if isinstance(said, str) and "*" not in said.split():
        raise InvalidInput("names no condition: say who is meant, or write * for everybody", path=path)
    if isinstance(said, Mapping) and "where" not in said:
        raise InvalidInput('names no condition: say who is meant by "where"; {"all": []} is everybody', path=path)


def _found(members: List[CustomerRow], query: Query) -> Iterator[list[str]]:
    position = None
    while rows := members.behind(query, position, CHUNK):
        yield [row.customer.customer_id for row in rows]
        if len(rows) < CHUNK:
            return
        position = Position(keys_of(query, rows[-1]))


def _named(names: Iterator[Any]) -> Iterator[list[str]]:
    begin = 0
    while chunk := list(islice(names, CHUNK)):
        for index, name in enumerate(chunk, begin):
            if not isinstance(name, str):
                raise InvalidInput(f"must be the id of a customer, not {type(name).__name__}", path=f"who[{index}]")
        begin += len(chunk)
        yield [str.__str__(name) for name in chunk]
