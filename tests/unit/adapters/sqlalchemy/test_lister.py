from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import BigInteger, Column, Index, MetaData, Table, and_, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from loyalcore.adapters.sqlalchemy._columns import key_text
from loyalcore.adapters.sqlalchemy._lister import Lister
from loyalcore.adapters.sqlalchemy._postgresql import PostgresDialect
from loyalcore.adapters.sqlalchemy._shape import _beginnings
from loyalcore.adapters.sqlalchemy._sqlite import SqliteDialect
from loyalcore.errors import CapabilityMissing
from loyalcore.query import (
    Condition,
    Every,
    Id,
    Instant,
    Listing,
    Noun,
    Order,
    Position,
    Query,
    Text,
    counted,
    days_ago,
    keys_of,
    nearest,
    resolve,
)
from loyalcore.query._condition import CLAUSES_MAX, LIST_MAX, any_of
from loyalcore.testing.conformance import AT, ROWS, SAMPLES, ZONE, SampleFields, within
from tests.unit.adapters.sqlalchemy._kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.adapters.sqlalchemy._dialects import Ask, Link
    from loyalcore.testing.postgres import Databases

F = SampleFields
IDS = "holder_id", "ledger", "seq"
SORTED = "points_active", "name_fold", "spent", "seen_at", "born_on", "is_member", "level"
INDEXES = [("environment", "program_id", *IDS), *(("environment", "program_id", name, *IDS) for name in SORTED)]


@pytest.fixture
def embedded() -> Iterator[Kept]:
    """Rows on SQLite."""
    kept = Kept(SqliteDialect(make_url("sqlite://"), "OFF"), *INDEXES)
    kept.keep(SAMPLES, ROWS)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def database(postgres: Databases) -> Iterator[str]:
    """A database without tables."""
    with postgres.fresh() as url:
        yield url


@pytest.fixture
def on_server(database: str) -> Iterator[Kept]:
    """Rows on PostgreSQL."""
    kept = Kept(PostgresDialect(make_url(database), 1), *INDEXES)
    kept.keep(SAMPLES, ROWS)
    yield kept
    kept.close()


@pytest.fixture(params=["embedded", "on_server"])
def kept(request: pytest.FixtureRequest) -> Kept:
    """Rows on each database."""
    found: Kept = request.getfixturevalue(request.param)
    return found


def listing(where: Condition | None = None, *sort: Order, keys: tuple[Any, ...] | None = None, **more: Any) -> Listing:
    """Give a listing of one program's rows."""
    query = Query(SAMPLES, resolve(Every() if where is None else where, AT, ZONE), sort)
    position = None if keys is None else Position(keys)
    told = {"environment": "live", "program_id": "beans", "count": 51, "position": position}
    return Listing(query, **{**told, **more})


def asks(kept: Kept, asked: Listing) -> list[Ask]:
    """Give the queries that answer a listing."""
    return list(kept.lister.asks(asked, AT))


def sqlite_plan(kept: Kept, ask: Ask) -> list[str]:
    """Give the steps in which SQLite would run a query."""
    return [row[3] for row in kept.ask((f"EXPLAIN QUERY PLAN {ask[0]}", ask[1]))]


def postgres_plan(kept: Kept, ask: Ask) -> str:
    """Give the steps in which PostgreSQL would run a query, of a table so large that it does not read all of it."""
    kept.ask(("SELECT set_config('enable_seqscan', 'off', false), set_config('enable_sort', 'off', false)", ()))
    return "\n".join(row[0] for row in kept.ask((f"EXPLAIN {ask[0]}", ask[1])))


ORDERS = [
    *(
        order
        for field in (F.active, F.name, F.spent, F.seen_at, F.born_on, F.is_member)
        for order in (field.asc(), field.desc())
    ),
    F.seen_at.desc(missing_first=True),
    F.level.asc(),
    F.level.desc(),
]


def shown(order: Order) -> str:
    """Give an order as a search string has it."""
    return f"{'-' if order.is_descending else ''}{order.field.name}{'^' if order.is_missing_first else ''}"


def first_keys(order: Order) -> tuple[Any, ...]:
    """Give the keys of a row that has a value."""
    (row, *_) = [row for row in ROWS if order.field.get(row) is not None and row.program_id == "beans"]
    query = Query(SAMPLES, sort=[order])
    return keys_of(query, row)


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize("order", ORDERS, ids=shown)
def test_a_page_is_read_in_the_order_of_an_index(embedded: Kept, order: Order, is_deep: bool) -> None:
    """SQLite sorts nothing: it enters an index at the place, of the rows with a value and of those without."""
    column = f"{order.field.column}{'_fold' if order.field.kind == 'text' else ''}"
    keys = first_keys(order) if is_deep else None
    for ask in asks(embedded, listing(None, order, keys=keys)):
        (step,) = sqlite_plan(embedded, ask)
        begun = f"USING INDEX kept_environment_program_id_{column}_{'_'.join(IDS)} (environment=? AND program_id=?"
        assert begun in step
        if is_deep and "IS NULL" not in ask[0]:
            assert f"({column},holder_id,ledger,seq)" in step
        elif not order.field.is_required:
            assert f"AND {column}" in step


@pytest.mark.parametrize("order", ORDERS, ids=shown)
def test_a_deep_page_begins_at_its_place(on_server: Kept, order: Order) -> None:
    """PostgreSQL sorts nothing either, and its index is entered by the values of the place."""
    column = f"{order.field.column}{'_fold' if order.field.kind == 'text' else ''}"
    (ask, *_) = asks(on_server, listing(None, order, keys=first_keys(order)))
    plan = postgres_plan(on_server, ask)
    assert "Sort" not in plan
    assert (
        plan.split("Index Cond", 1)[1].replace("(", "").replace(")::text", "").count(f"ROW{column}, holder_id, ") == 1
    )


@pytest.mark.parametrize("order", [F.active.desc(), F.seen_at.asc(), F.name.asc(), F.level.desc()], ids=shown)
def test_a_page_is_planned_without_its_place(on_server: Kept, order: Order) -> None:
    """PostgreSQL plans a page the same way wherever it begins, so that one plan serves all of them."""
    query, beans = Query(SAMPLES, sort=[order]), [row for row in ROWS if row.program_id == "beans"]
    places = {keys_of(query, row) for row in beans if order.field.get(row) is not None}
    plans = {postgres_plan(on_server, asks(on_server, listing(None, order, keys=keys))[0]) for keys in places}
    assert len(places) > 1
    assert len(plans) == 1


@pytest.mark.parametrize(
    ("order", "count", "number"), [(F.seen_at.asc(), 2, 1), (F.seen_at.asc(), 500, 2), (F.level.asc(), 500, 1)]
)
def test_each_part_is_asked_only_where_it_is_needed(kept: Kept, order: Order, count: int, number: int) -> None:
    """Where the rows with a value fill the page, those without are not asked for."""
    asked: list[Ask] = []

    def ask(one: Ask) -> list[Any]:
        asked.append(one)
        return kept.ask(one)

    kept.lister.page(ask, listing(None, order, count=count), AT)
    assert len(asked) == number


def test_orders_of_what_is_the_same_in_all_rows_are_left_out(kept: Kept) -> None:
    """In one ledger of one holder a page is found by the number alone."""
    whose = {"holder_id": "A-1", "ledger": ""}
    (ask,) = asks(kept, listing(None, F.holder_id.desc(), keys=("A-1", "beans", "", 9), **whose))
    assert "ORDER BY kept_sample.seq DESC" in ask[0]
    assert "kept_sample.seq < " in ask[0]


def test_one_statement_serves_a_shape(kept: Kept) -> None:
    """Queries that differ in their values alone, or in how many they list, share one statement."""

    def ask(points: int, names: list[str]) -> Ask:
        (first, *_) = asks(kept, listing((F.active > points) & F.name.in_(names) & (F.attributes["x"] != "a")))
        return first

    first, second = ask(1, ["a", "b"]), ask(2, ["c", "d", "e"])
    assert first[0] is second[0]
    assert first[1] != second[1]


def test_no_value_is_part_of_a_statement(kept: Kept) -> None:
    """What is asked for, whose rows are meant, the name of an attribute and the place are all bound."""
    mark = "zzq"
    where = (F.attributes[mark] == mark) | F.name.contains(mark) | F.city_id.in_([mark, "b"]) | F.tags.has(mark)
    where = where | F.title.starts_with(mark) | ~(F.holder_id == mark)
    asked = listing(where, F.name.asc(), keys=(mark, mark, mark, mark, 77_177), program_id=mark)
    for statement, values in [*asks(kept, asked), kept.lister.count(asked, AT)]:
        assert not any(word in statement for word in (mark, "77177"))
        assert mark in values


@pytest.mark.parametrize(
    "field", [F.name, F.city_id, F.seen_at, F.tags, F.attributes["x"]], ids=lambda field: field.name
)
def test_the_largest_query_is_answered(kept: Kept, field: Any) -> None:
    """Fifty clauses of five hundred values each are within what the databases take."""
    values: list[Any] = [days_ago(day) if field is F.seen_at else f"v{day}" for day in range(LIST_MAX)]
    clause = field.any_of(values) if field is F.tags else field.in_(values)
    for where in (any_of([clause] * CLAUSES_MAX), ~any_of([clause] * CLAUSES_MAX)):
        asked = listing(where, count=500)
        rows = within(asked, ROWS)
        assert kept.page(asked, AT) == nearest(asked, rows, AT)
        assert kept.count(asked, AT) == counted(asked, rows, AT)


def test_what_begins_with_a_text_ends_before_another() -> None:
    """The text behind all that begin with one has the next code point at its end; surrogates are none."""
    assert _beginnings("ab") == ("ab", "ac")
    assert _beginnings("a\ud7ff") == ("a\ud7ff", "a\ue000")
    assert _beginnings("") == ()


def test_only_rows_with_a_next_change_can_be_settled(kept: Kept) -> None:
    """A list without the instants of the next change refuses to leave out what time has changed."""
    columns = {"holder_id": (kept.table.c.holder_id,)}
    lister = Lister(kept.dialect.idiom, [kept.table], [kept.table.c.number], columns=columns, scope={})
    noun = Noun("row", [F.holder_id], ids=[F.holder_id])
    with pytest.raises(CapabilityMissing, match="next change"):
        lister.count(Listing(Query(noun), environment="live", count=1, is_settled=True), AT)


def test_a_field_whose_column_is_not_there_is_refused(kept: Kept) -> None:
    """A host's own field that the table lacks is named, in a condition and in an order."""
    mine = Text("mine", lambda row: None)
    noun = SAMPLES.extended([mine])
    for query in (Query(noun, ~(mine == "a")), Query(noun, sort=[mine.asc()])):
        with pytest.raises(CapabilityMissing, match="mine"):
            kept.page(Listing(query, environment="live", count=1), AT)


ID = Id("customer_id", lambda row: row.customer_id, is_required=True)
NAME = Text("name", lambda row: row.name)
JOINED = Instant("joined_at", lambda row: row.joined_at)
CUSTOMERS = Noun("customer", [ID, NAME, JOINED], ids=[ID])


@pytest.fixture
def two_tables() -> Iterator[tuple[Lister, Link]]:
    """A list of members, each with the profile that another table has."""
    tables = MetaData()
    member = Table(
        "member",
        tables,
        *(Column(name, key_text(), primary_key=True) for name in ("environment", "program_id", "customer_id")),
        Column("joined_at", BigInteger),
        Index("member_joined", "environment", "program_id", "joined_at", "customer_id"),
        sqlite_with_rowid=False,
    )
    profile = Table(
        "profile",
        tables,
        *(Column(name, key_text(), primary_key=True) for name in ("environment", "customer_id")),
        Column("name_fold", key_text()),
        Index("profile_name", "environment", "name_fold", "customer_id"),
        sqlite_with_rowid=False,
    )
    dialect = SqliteDialect(make_url("sqlite://"), "OFF")
    link = dialect.connect()
    for table in (member, profile):
        steps: list[Any] = [CreateTable(table), *map(CreateIndex, table.indexes)]
        for step in steps:
            link.cursor.execute(str(step.compile(dialect=dialect.idiom.compiler)))
    lister = Lister(
        dialect.idiom,
        [member, profile],
        [member.c.customer_id],
        on=and_(member.c.environment == profile.c.environment, member.c.customer_id == profile.c.customer_id),
        columns={
            "customer_id": (member.c.customer_id, profile.c.customer_id),
            "joined_at": (member.c.joined_at,),
            "name_fold": (profile.c.name_fold,),
        },
        scope={"environment": (member.c.environment, profile.c.environment), "program_id": (member.c.program_id,)},
    )
    yield lister, link
    link.close()


@pytest.mark.parametrize("keys", [None, "keys"], ids=["first", "deep"])
@pytest.mark.parametrize(
    ("order", "key", "begun", "other"),
    [
        (JOINED.desc(), AT, "member USING INDEX member_joined (environment=? AND program_id=?", "profile"),
        (NAME.asc(), "ada", "profile USING COVERING INDEX profile_name (environment=?", "member"),
    ],
    ids=["member", "profile"],
)
def test_of_two_tables_the_one_that_is_sorted_by_is_read_first(
    two_tables: tuple[Lister, Link], order: Order, key: Any, begun: str, other: str, keys: str | None
) -> None:
    """The table of the first order is read in the order of its index, and the other one looked up by its name."""
    lister, link = two_tables
    position = None if keys is None else Position((key, "c-1"))
    asked = Listing(Query(CUSTOMERS, sort=[order]), environment="live", program_id="beans", count=51, position=position)
    for statement, values in lister.asks(asked, AT):
        first, second = [row[3] for row in link.cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert begun.replace("COVERING ", "") in first.replace("COVERING ", "")
        assert second.startswith(f"SEARCH {other} USING PRIMARY KEY (environment=?")
        assert "customer_id=?)" in second


@pytest.mark.parametrize(
    ("where", "tables"),
    [(Every(), {"member"}), (JOINED > AT, {"member"}), (NAME == "ada", {"member", "profile"})],
    ids=["all", "member", "profile"],
)
def test_a_count_looks_at_the_tables_that_it_is_about(
    two_tables: tuple[Lister, Link], where: Condition, tables: set[str]
) -> None:
    """Members are counted by their own table where nothing is asked of their profiles."""
    lister, link = two_tables
    query = Query(CUSTOMERS, resolve(where, AT, ZONE))
    statement, values = lister.count(Listing(query, environment="live", program_id="beans", count=1), AT)
    plan = " ".join(row[3] for row in link.cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values))
    assert {table for table in ("member", "profile") if table in plan} == tables


def test_texts_compare_by_code_points_wherever_they_come_from(on_server: Kept) -> None:
    """What leads out of JSON has the collation of the database, so the statement says which one counts."""
    for where in (F.attributes["x"].starts_with("a"), F.attributes["x"] == "a"):
        (ask, *_) = asks(on_server, listing(where))
        assert '->> CAST($3 AS TEXT)) COLLATE "C")' in ask[0]
        assert "name_fold COLLATE" not in ask[0]


def test_that_a_value_is_there_stays_plain(kept: Kept) -> None:
    """The complement of a missing value can be found by an index."""
    for where in (~F.name.is_missing(), F.name.starts_with("")):
        (ask, *_) = asks(kept, listing(where))
        assert "kept_sample.name_fold IS NOT NULL" in ask[0]
        assert "coalesce" not in ask[0]


@pytest.mark.parametrize(
    ("where", "sort", "is_told"),
    [
        (Every(), [F.level.asc()], True),
        (F.active > 5, [F.level.asc()], True),
        (~(F.city_id == "a"), [F.level.asc()], True),
        ((F.active > 5) & (F.city_id == "a"), [F.level.asc()], False),
        (F.name.in_(["a", "b"]), [F.level.asc()], False),
        (Every(), [F.level.asc(), F.holder_id.desc()], False),
    ],
    ids=["all", "range", "complement", "one id", "two names", "two directions"],
)
def test_sqlite_is_told_its_index_only_where_that_is_best(
    embedded: Kept, where: Condition, sort: list[Order], is_told: bool
) -> None:
    """SQLite chooses itself where few rows may be asked for, and where no index is in the order of the list."""
    (ask,) = asks(embedded, listing(where, *sort))
    assert (" INDEXED BY " in ask[0]) is is_told
