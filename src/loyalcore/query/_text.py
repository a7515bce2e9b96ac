"""The search string as merchants type it; its grammar is `_grammar.lark`.

lark is imported when the first string is read, and the parser is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import InvalidInput, InvalidQuery, LimitExceeded
from loyalcore.query._asked import between, compare, is_one_of, match
from loyalcore.query._condition import Every, How, Missing, Op, any_of, every_of
from loyalcore.query._field import Order, listed
from loyalcore.query._noun import Query

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

    from loyalcore.query._condition import Condition
    from loyalcore.query._field import Field
    from loyalcore.query._noun import Noun

LENGTH_MAX: Final = 100_000
PARENTHESES_MAX: Final = 20
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_MATCHES: Final = {"~": How.CONTAINS, "^": How.STARTS}
_FIRST: Final = "/missing_first"


@lru_cache(maxsize=1)
def _parser() -> Lark:
    from lark import Lark

    grammar = files("loyalcore.query").joinpath("_grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False)


def parse(text: str, noun: Noun) -> Query:
    """Read a search string.

    Args:
        text: Such as `points:>=500 tag:vip -tier:gold sort:-joined_at`; an empty one asks for everything.
        noun: Whose fields it names.

    Returns:
        The query; its `str` is read as the same query again.

    Raises:
        InvalidInput: It is no text.
        LimitExceeded: It is longer than 100,000 characters, or has too many clauses, list items or levels.
        InvalidQuery: It is not written as a search string is, names an unknown field, or a value is of another
            type; `column` says where.

    Source:
        DOMAIN.md 3.8.

    Example:
        >>> from loyalcore.query import Id, Noun
        >>> name = Id("name", lambda record: record["name"], is_required=True)
        >>> parse("name:ada OR name:grace", Noun("person", [name], ids=[name])).where
        Or(Compare(name, '=', 'ada'), Compare(name, '=', 'grace'))
    """
    from lark import UnexpectedInput

    if not isinstance(text, str):
        raise InvalidInput(f"must be a text, not {type(text).__name__}", path="query")
    if len(text) > LENGTH_MAX:
        raise LimitExceeded("is too long", path="query", limit=LENGTH_MAX)
    try:
        tree = _parser().parse(str.__str__(text))
    except UnexpectedInput as error:
        at = error.pos_in_stream
        column = len(text) + 1 if at is None or at < 0 or _is_end(error) else at + 1
        raise InvalidQuery(_wrong(text, column), column=column) from None
    reading = _Reading(noun)
    where = reading.top(tree)
    return Query(noun, where, tuple(reading.sort))


_COMPARED = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*) ?(>=|<=|!=|<>|==|>|<|=)")
"""A comparison as other languages have it."""


def _is_end(error: Any) -> bool:
    return bool(getattr(getattr(error, "token", None), "type", "") == "$END")


_WORDS: Final = {
    "or": "write OR in capitals, between two clauses",
    "and": "clauses that stand side by side must all be met: leave AND out",
    "not": "write -field:value for what must not be",
}
"""Words that other languages have, and what stands for them here."""


def _wrong(text: str, column: int) -> str:
    """Say what is wrong at a column, and how it is written."""
    rest = text[column - 1 :]
    if not rest and text.rstrip().endswith(".."):
        return "ends too early: write field:>=500 for what has no upper end"
    if not rest:
        return "ends too early: a field, a value or a parenthesis is missing"
    if rest[0] == '"':
        return 'has a quote that stands alone; quote a whole value, and write \\" inside it'
    return f"is not understood here; {_way(text[: column - 1], rest)}"


def _way(before: str, rest: str) -> str:
    """Say how that is written which is not understood."""
    if not before.strip() and rest[0] == "{":
        return "give a query in JSON parsed, not as a text"
    word, blank, _ = rest.partition(" ")
    if blank and word.lower() in _WORDS:
        return _WORDS[word.lower()]
    if (found := _COMPARED.match(rest)) is not None:
        field, sign = found.groups()
        told = f"-{field}:" if sign in {"!=", "<>"} else f"{field}:" if sign in {"=", "=="} else f"{field}:{sign}"
        return f"write {told} with the value behind it"
    if before.endswith("=") and rest[0] in "<>":
        return f"write {rest[0]}= and not ={rest[0]}"
    return "write field:value, and quote a value with blanks or signs"


class _Reading:
    """One string that is being read: its noun, and the orders that were found so far."""

    def __init__(self, noun: Noun) -> None:
        self.noun = noun
        self.sort: list[Order] = []

    def top(self, tree: Tree[Token]) -> Condition:
        return self._any(tree.children[0], 0) if tree.children else Every()

    def _any(self, tree: Any, depth: int) -> Condition:
        if depth > PARENTHESES_MAX:
            raise LimitExceeded("has too many parentheses", path="query", limit=PARENTHESES_MAX)
        parts = [part for each in tree.children if (part := self._every(each, depth)) is not None]
        return any_of(parts) if parts else Every()

    def _every(self, tree: Any, depth: int) -> Condition | None:
        parts = [part for each in tree.children if (part := self._term(each, depth)) is not None]
        return every_of(parts) if parts else None

    def _term(self, tree: Any, depth: int) -> Condition | None:
        if tree.data == "group":
            return self._any(tree.children[0], depth + 1)
        if tree.data == "all":
            return Every()
        if tree.data == "negated":
            part = self._term(tree.children[0], depth + 1)
            return None if part is None else ~part
        token, asked = tree.children
        return self._clause(token, asked, depth)

    def _clause(self, token: Token, asked: Any, depth: int) -> Condition | None:
        name = str(token)[:-1]
        with _At((token.start_pos or 0) + 1):
            if name == "sort":
                self.sort.append(self._order(asked, depth))
                return None
            if name == "no":
                return Missing(self.noun.field(_only(asked, name), ""))
            field = self.noun.field(name, "")
            return _READERS[asked.data](field, asked.children)

    def _order(self, asked: Any, depth: int) -> Order:
        if depth:
            raise InvalidInput("must stand outside of parentheses", path="sort")
        text = _only(asked, "sort")
        field = self.noun.field(text.removeprefix("-").removesuffix(_FIRST), "")
        order = Order(field, is_descending=text.startswith("-"), is_missing_first=text.endswith(_FIRST))
        Query(self.noun, sort=(*self.sort, order))
        return order


def _only(asked: Any, name: str) -> str:
    if asked.data != "single":
        raise InvalidInput("must be followed by the name of a field", path=name)
    return _plain(asked.children[0])


def _plain(token: Token) -> str:
    text = str(token)
    return _ESCAPED.sub(r"\1", text[1:-1]) if token.type == "QUOTED" else text


def _value(field: Field, token: Token) -> Any:
    with _At((token.start_pos or 0) + 1):
        return field.parse(_plain(token), field.name)


def _single(field: Field, children: list[Token]) -> Condition:
    return compare(field, Op.EQ, _value(field, children[0]), field.name)


def _compared(field: Field, children: list[Token]) -> Condition:
    sign, token = str(children[0]), children[1]
    if sign in _MATCHES:
        with _At((token.start_pos or 0) + 1):
            part = field.check_part(_plain(token), field.name)
        return match(field, _MATCHES[sign], part, field.name)
    value = _value(field, token)
    if sign == "!=":
        return ~compare(field, Op.EQ, value, field.name)
    return compare(field, Op(sign), value, field.name)


def _ranged(field: Field, children: list[Token]) -> Condition:
    return between(field, _value(field, children[0]), _value(field, children[1]), field.name)


def _listed(field: Field, children: list[Token]) -> Condition:
    return is_one_of(field, listed(children, field.name, lambda token, _: _value(field, token)))


_READERS: Final = {"single": _single, "compared": _compared, "ranged": _ranged, "listed": _listed}


class _At:
    """Turns the errors of values into errors with a column."""

    def __init__(self, column: int) -> None:
        self.column = column

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InvalidInput) and not isinstance(error, InvalidQuery):
            raise InvalidQuery(error.message, column=self.column) from None
