"""Values and names that are nothing more, and fields that no store keeps."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

import attrs
import pytest

from loyalcore.errors import CapabilityMissing
from loyalcore.query import Condition, Id, Noun, Position, Query, Text, TextMap, TextSet, Whole, keys_of, nearest
from loyalcore.testing.conformance._conformance import BackEnd, Conformance, agree, listed
from loyalcore.testing.conformance._rows import INJECTIONS, KEYS
from loyalcore.testing.conformance._sample import AT, SAMPLES, F, Sample


@attrs.frozen(kw_only=True)
class Reserved:
    """A row whose columns are words of a database's own language."""

    environment: str = "live"
    order: str
    group: str | None = None
    select: int | None = None
    where: frozenset[str] = frozenset()
    table: dict[str, str] = attrs.field(factory=dict)


_ORDER: Final = Id("order", attrgetter("order"), is_required=True)
_GROUP: Final = Text("group", attrgetter("group"))
_SELECT: Final = Whole("select", attrgetter("select"))
_WHERE: Final = TextSet("where", attrgetter("where"))
_TABLE: Final = TextMap("table", attrgetter("table"))
_ENVIRONMENT: Final = Id("environment", attrgetter("environment"), is_required=True)
RESERVED: Final = Noun("user", [_ENVIRONMENT, _ORDER, _GROUP, _SELECT, _WHERE, _TABLE], ids=[_ORDER], kind=Reserved)


_WILD: Final = str.maketrans({"%": "zz", "_": "z", "*": "zz", "?": "z"})
"""What a sign would match that a pattern takes for any others."""


def _full(text: str) -> Sample:
    """Make a row that holds a text wherever one can be."""
    return Sample(
        holder_id=text,
        title=text,
        name=text,
        city_id=text,
        tags=frozenset({text}),
        attributes=dict.fromkeys(KEYS, text),
    )


class ValueConformance(Conformance):
    """Values and names that are nothing more, and fields that no store keeps."""

    @pytest.mark.parametrize("text", INJECTIONS, ids=lambda text: ascii(text[:30]))
    def test_a_value_is_only_a_value(self, backend: BackEnd, text: str) -> None:
        """A text that looks like a question is kept, found and counted as itself, in every field that holds texts."""
        rows = [_full("other"), _full(text)]
        decoy = text.translate(_WILD)
        if decoy != text:
            rows.insert(0, _full(decoy))
        backend.keep(SAMPLES, rows)
        fields: list[Any] = [F.title, F.name, F.city_id, F.holder_id, *(F.attributes[key] for key in KEYS)]
        asked: list[Condition] = [F.tags.has(text), F.tags.any_of([text, "none"]), F.tags.all_of([text])]
        for field in fields:
            asked += [field == text, field.in_([text, "none"]), field.starts_with(text)]
        asked += [field.contains(text) for field in fields if isinstance(field, Text)]
        for condition in self.some(asked, begin=INJECTIONS.index(text)):
            agree(backend, listed(Query(SAMPLES, condition)), rows)
            agree(backend, listed(Query(SAMPLES, ~condition)), rows)
            assert backend.page(listed(Query(SAMPLES, condition)), AT) == rows[-1:]

    @pytest.mark.parametrize("text", INJECTIONS, ids=lambda text: ascii(text[:30]))
    def test_a_place_is_only_a_place(self, backend: BackEnd, text: str) -> None:
        """A page begins at a place whose sort values look like a question."""
        rows = [Sample(holder_id=each, title=each, name=each, city_id=each) for each in ("0", text, "\U0001f6ff")]
        backend.keep(SAMPLES, rows)
        for order in (F.title.asc(), F.name.desc(), F.city_id.asc(missing_first=True), F.holder_id.desc()):
            query = Query(SAMPLES, sort=[order])
            for is_backward in (False, True):
                agree(backend, listed(query, position=Position(keys_of(query, rows[1]), is_backward)), rows)

    @pytest.mark.parametrize("text", [*INJECTIONS[:12], "live' OR '1'='1", "%", ""], ids=lambda text: ascii(text[:30]))
    def test_whose_rows_are_meant_is_only_a_value(self, backend: BackEnd, text: str) -> None:
        """An environment, a program, a holder or a ledger that looks like a question has no rows."""
        rows = [Sample(holder_id="a", ledger="gift"), Sample(holder_id="b", ledger="gift")]
        backend.keep(SAMPLES, rows)
        for word in ("environment", "program_id", "holder_id", "ledger"):
            listing = listed(Query(SAMPLES), **{word: text})
            assert (backend.page(listing, AT), backend.count(listing, AT)) == ([], 0)

    def test_a_name_may_be_a_word_of_the_database(self, backend: BackEnd) -> None:
        """A field may be called `order` or `group`, and its noun `user`."""
        rows = [
            Reserved(order="a", group="B", select=2, where=frozenset({"X"}), table={"from": "y"}),
            Reserved(order="b", group="a", select=None),
        ]
        backend.keep(RESERVED, rows)
        asked = [
            _ORDER == "a",
            _GROUP == "b",
            _SELECT > 1,
            _WHERE.has("x"),
            _TABLE["from"] == "Y",
            ~_TABLE.is_missing(),
        ]
        for condition in asked:
            for sort in ([], [_GROUP.asc()], [_SELECT.desc(missing_first=True)]):
                listing = listed(Query(RESERVED, condition, sort))
                assert backend.page(listing, AT) == nearest(listing, rows, AT) == rows[:1]
                assert backend.count(listing, AT) == 1

    @pytest.mark.parametrize(
        "condition",
        [F.shout == "a!", F.shout.is_missing(), (F.level == 1) | ~F.shout.contains("b")],
        ids=["compared", "missing", "within others"],
    )
    def test_a_field_without_a_column_is_not_asked(self, backend: BackEnd, condition: Condition) -> None:
        """A condition about what is in no column is refused, rather than looked for in all rows."""
        backend.keep(SAMPLES, [Sample(holder_id="a", title="a")])
        listing = listed(Query(SAMPLES, condition))
        for ask in (backend.page, backend.count):
            with pytest.raises(CapabilityMissing, match="shout"):
                ask(listing, AT)

    def test_a_field_without_a_column_is_not_sorted_by(self, backend: BackEnd) -> None:
        """An order by what is in no column is refused."""
        backend.keep(SAMPLES, [Sample(holder_id="a", title="a")])
        with pytest.raises(CapabilityMissing, match="shout"):
            backend.page(listed(Query(SAMPLES, sort=[F.level.asc(), F.shout.desc()])), AT)
