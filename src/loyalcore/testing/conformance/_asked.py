"""What the suite asks: every question about a field, and strategies of rows, conditions, queries and listings."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from loyalcore.query import (
    Condition,
    Every,
    Field,
    Listing,
    Order,
    Position,
    Query,
    Relative,
    TextMap,
    keys_of,
    resolve,
)
from loyalcore.testing.conformance._rows import IDS, KEYS, VALUES
from loyalcore.testing.conformance._sample import AT, SAMPLES, ZONE, F, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hypothesis.strategies import SearchStrategy

FIELDS: Final[tuple[Field, ...]] = (
    *(field for field in SAMPLES.fields if field is not F.shout and not isinstance(field, TextMap)),
    *(F.attributes[key] for key in KEYS),
)
"""Every field that can be asked for a value, each attribute among them."""
SORTABLE: Final = tuple(field for field in SAMPLES.fields if field.is_sortable and field is not F.shout)
_DEPTH_MAX: Final = 4

_short = st.text(st.characters(exclude_categories=["C", "Z"], max_codepoint=0x24F), max_size=3).filter(str.isprintable)
_days = st.builds(Relative, st.integers(-60, 20), st.just("d")) | st.builds(
    Relative, st.integers(-14, 3), st.sampled_from("wmy")
)


def values_of(field: Field) -> tuple[Any, ...]:
    """Return the values that a field is asked for, one by one."""
    return tuple(F.stage.choices) if field is F.stage else VALUES[field.kind]


def drawn_of(field: Field) -> SearchStrategy[Any]:
    """Draw a value that a field can be asked for."""
    known = st.sampled_from(values_of(field))
    if field.kind in {"text", "id", "texts"}:
        return known | _short
    if field.kind == "whole":
        return known | st.integers(-3, 3)
    if field.kind == "instant":
        return known | st.sampled_from(VALUES["day"][:5]) | _days  # the first and the last day have no midnights
    return known | _days if field.kind == "day" else known


def _asks(field: Any) -> dict[str, Callable[[Any], Condition]]:
    """What a field can be asked with one value, by a word."""
    if field.kind == "texts":
        return {"has": field.has}
    asks: dict[str, Callable[[Any], Condition]] = {"=": field.__eq__, "!=": field.__ne__}
    words = {"text": ("contains", "starts_with"), "id": ("starts_with",)}.get(field.kind, ())
    asks |= {word: getattr(field, word) for word in words}
    if field.kind in {"whole", "amount", "instant", "day"}:
        asks |= {"<": field.__lt__, "<=": field.__le__, ">": field.__gt__, ">=": field.__ge__}
    return asks


def questions(field: Any) -> Iterator[Condition]:
    """Give every question about a field with every value, each with its complement."""
    values = values_of(field)
    found = [field.is_missing()]
    found += [ask(value) for ask in _asks(field).values() for value in values]
    lists = [(), values[:2], values[::3], values]
    found += [field.any_of(some) if field.kind == "texts" else field.in_(some) for some in lists]
    if field.kind == "texts":
        found += [field.all_of(some) for some in ((), values[:2], values[1:2])]
    if hasattr(field, "between"):
        found += [field.between(low, high) for low, high in pairwise(values)]
    for condition in found:
        yield condition
        yield ~condition


@st.composite
def clauses(draw: st.DrawFn) -> Condition:
    """Draw a clause of any kind about any field."""
    field: Any = draw(st.sampled_from([*FIELDS, F.attributes]))
    if isinstance(field, TextMap):
        return field.is_missing()
    value = drawn_of(field)
    some = st.lists(value, max_size=4)
    asks: list[Callable[[], Condition]] = [field.is_missing]
    asks += [lambda ask=ask: ask(draw(value)) for ask in _asks(field).values()]  # type: ignore[misc]
    if field.kind == "texts":
        asks += [lambda: field.any_of(draw(some)), lambda: field.all_of(draw(some))]
    else:
        asks += [lambda: field.in_(draw(some)), lambda: field.not_in(draw(some))]
    if hasattr(field, "between"):
        asks.append(lambda: field.between(draw(value), draw(value)))
    return draw(st.sampled_from(asks))()


def conditions() -> SearchStrategy[Condition]:
    """Draw conditions of several levels."""

    def grown(parts: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
        low = parts.filter(lambda part: part.depth < _DEPTH_MAX)
        return st.one_of(
            st.builds(lambda left, right: left & right, low, low),
            st.builds(lambda left, right: left | right, low, low),
            low.map(lambda part: ~part),
        )

    return st.recursive(clauses() | st.just(Every()), grown, max_leaves=6)


def sorts() -> SearchStrategy[tuple[Order, ...]]:
    """Draw up to three orders."""
    orders = st.builds(Order, st.sampled_from(SORTABLE), is_descending=st.booleans(), is_missing_first=st.booleans())
    return st.lists(orders, max_size=3, unique_by=lambda order: order.field.name).map(tuple)


def queries() -> SearchStrategy[Query]:
    """Draw queries as a host asks them, with their days and choices."""
    return st.builds(Query, st.just(SAMPLES), conditions(), sorts())


def resolved(query: Query) -> Query:
    """Return a query as a listing has it."""
    return Query(query.noun, resolve(query.where, AT, ZONE), query.sort)


def listings(rows: Sequence[Sample]) -> SearchStrategy[Listing]:
    """Draw listings with a place at one of the rows or elsewhere, or with none."""
    at_rows = st.integers(0, len(rows) - 1).map(lambda number: rows[number]) if rows else st.nothing()
    return st.builds(
        _listing,
        queries(),
        st.none() | at_rows | samples(),
        st.booleans(),
        st.booleans(),
        environment=st.sampled_from(["live", "live", "live", "sandbox"]),
        program_id=st.sampled_from([None, None, None, "beans"]),
        holder_id=st.sampled_from([None, None, None, IDS[0]]),
        ledger=st.sampled_from([None, None, None, ""]),
        count=st.sampled_from([1, 2, 7, 500]),
        is_settled=st.booleans(),
    )


def _listing(query: Query, place: Sample | None, is_backward: bool, is_inclusive: bool, **more: Any) -> Listing:
    position = None if place is None else Position(keys_of(query, place), is_backward, is_inclusive)
    return Listing(resolved(query), position=position, **more)


def samples() -> SearchStrategy[Sample]:
    """Draw rows in which any value that may be missing is missing now and then."""

    def of(field: Field) -> SearchStrategy[Any]:
        known = st.sampled_from(VALUES[field.kind])
        return known if field.is_required else st.none() | known

    fields: list[Field] = [F.title, F.name, F.city_id, F.level, F.active, F.spent, F.made_at, F.seen_at, F.born_on]
    return st.builds(
        Sample,
        holder_id=st.sampled_from(IDS),
        seq=st.integers(1, 5),
        next_change_at=st.none() | st.sampled_from(VALUES["instant"]),
        is_open=st.booleans(),
        is_member=of(F.is_member),
        tags=st.frozensets(st.sampled_from(VALUES["texts"]), max_size=3),
        attributes=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES["text"]), max_size=3),
        **{str(field.column): of(field) for field in fields},
    )


def crowds(most: int) -> SearchStrategy[list[Sample]]:
    """Draw lists of rows of one environment and program, whose ids differ."""
    return st.lists(samples(), max_size=most, unique_by=lambda row: (row.holder_id, row.seq))
