"""The document of a segment's condition: the JSON of a query without an order, kept as one canonical text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from loyalcore.errors import InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.query import Query, from_document, to_document
from loyalcore.values.digest import canonical

if TYPE_CHECKING:
    from loyalcore.query import Condition, Noun

LENGTH_MAX: Final = 65_536
"""The most characters of a document."""


def check_document(value: object, path: str) -> str:
    """Return a document as canonical JSON; whether it says anything about customers is asked when it is saved.

    Args:
        value: A mapping of what JSON can write, or its JSON text.
        path: Where it stands, for the message.

    Returns:
        The text: keys sorted, no blanks, ASCII only.

    Raises:
        InvalidInput: It is neither a mapping nor the text of one, or holds what a query's JSON has not, such as 1.5.
        LimitExceeded: It is longer than 65,536 characters, or nests too deep.

    Source: House decision.

    Example:
        >>> check_document('{"where": {"all": []}, "noun": "customer"}', "where")
        '{"noun":"customer","where":{"all":[]}}'
    """
    if isinstance(value, str):
        value = _read(str.__str__(value), path)
    if not isinstance(value, Mapping):
        raise InvalidInput(f"must be a document of a condition, not {type(value).__name__}", path=path)
    table = dict(value)
    _count(table, path)
    try:
        text = canonical(table)
    except LimitExceeded as error:
        raise LimitExceeded("nests too deep, or holds too large a number", path=path, limit=error.limit) from None
    except InvalidInput:
        raise InvalidInput("must hold tables, lists, texts, whole numbers, true, false and null", path=path) from None
    return _short(text, path)


def _read(text: str, path: str) -> Any:
    _short(text, path)
    try:
        return json.loads(text, parse_float=_refuse, parse_constant=_refuse)
    except RecursionError:
        raise InvalidInput("nests too deep", path=path) from None
    except ValueError:
        raise InvalidInput("must be a document of a condition, or its JSON text", path=path) from None


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)


def _short(text: str, path: str) -> str:
    if len(text) > LENGTH_MAX:
        raise LimitExceeded(f"has {len(text)} characters", path=path, limit=LENGTH_MAX)
    return text


def _count(value: Any, path: str) -> None:
    """Refuse what would be too long a text, before it is written: a table may hold itself, or one text many times."""
    waiting, count = [value], 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list | tuple | str):
            count += len(each)
            if count > LENGTH_MAX:
                raise LimitExceeded("is too long", path=path, limit=LENGTH_MAX)
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list | tuple):
            waiting += each


def read_condition(text: str, noun: Noun) -> Condition:
    """Read the condition of a document.

    Args:
        text: The JSON text of a document.
        noun: Whose fields it names: that of customers.

    Returns:
        The condition, with days such as `today` as they were written.

    Raises:
        LimitExceeded: It has too many clauses, list items or levels.
        InvalidDocument: It has faults, each with its path; a field may be gone since it was saved.

    Source: DOMAIN 3.8 (saved segments).

    Example:
        >>> from loyalcore.query import Id, Noun
        >>> id = Id("id", lambda customer: customer.id, is_required=True)
        >>> document = '{"version": 1, "noun": "customer", "where": {"field": "id", "op": "starts_with", "value": "a"}}'
        >>> read_condition(document, Noun("customer", [id], ids=[id]))
        Match(id, 'starts_with', 'a')
    """
    try:
        query = from_document(json.loads(text), noun)
    except InvalidDocument as error:
        raise InvalidDocument(error.faults, path="where") from None
    _unsorted(query)
    return query.where


def document_of(query: Query) -> str:
    """Return the document of a query without an order, as canonical JSON.

    Args:
        query: Any query without an order.

    Raises:
        InvalidInput: It has an order, or was resolved, so that its days are gone.

    Source: House decision (a segment says who, not in which order).

    Example:
        >>> from loyalcore.query import Id, Noun
        >>> id = Id("id", lambda customer: customer.id, is_required=True)
        >>> document_of(Query(Noun("customer", [id], ids=[id]), id == "ada"))
        '{"noun":"customer","version":1,"where":{"field":"id","op":"=","value":"ada"}}'
    """
    _unsorted(query)
    document = to_document(query)
    return canonical({name: document[name] for name in ("version", "noun", "where")})


def _unsorted(query: Query) -> None:
    if query.sort:
        raise InvalidInput("a segment says who is in it, not in which order: leave the sorting out", path="where")
