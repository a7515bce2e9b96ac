"""Erasure to the last byte: what was personal is in no table, file, log, error or repr afterwards."""

from __future__ import annotations

import logging
import pickle
import sqlite3
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from examples.django_store.standalone import open_store
from examples.plain_store.store import PlainStore
from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore
from loyalcore.domain.ledger import Entry, Ledger, PointsPolicy, Shortfall, verify
from loyalcore.domain.ledger import PointsNotice as Told
from loyalcore.domain.programs import Program
from loyalcore.domain.referrals import (
    DEFAULT_FRAUD,
    FraudKind,
    FraudRule,
    ReferralNotice,
    ReferralPolicy,
    ReferralReward,
    RewardEvent,
    RewardSide,
)
from loyalcore.errors import LoyaltyError, NotFound
from loyalcore.services import Loyalty
from loyalcore.store import to_columns
from loyalcore.testing import FixedClock
from loyalcore.testing._play import dump, records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loyalcore.store import Store

FARM = FraudRule("farm", kind=FraudKind.MANY_CLAIMS, weight=10, token="address", count=1)  # noqa: S106
BEANS = Program(
    "beans",
    currency="EUR",
    timezone="UTC",
    points=PointsPolicy(
        notices=frozenset({Told.ADDED, Told.DEDUCTED, Told.ADJUSTED}), shortfall=Shortfall.ALLOW_NEGATIVE
    ),
    referrals=ReferralPolicy(
        rewards=(ReferralReward("friend", points=15, side=RewardSide.BOTH, on=RewardEvent.FIRST_ORDER),),
        fraud=(*DEFAULT_FRAUD, FARM),
        notices=frozenset(ReferralNotice),
        invite_again_days=1,
    ),
)
NAMES = ("first_name", "last_name", "street", "postal_code", "city", "region", "shop_url")


def profile(mark: str, born: date) -> dict[str, Any]:
    """Give a profile in which every text holds a mark, and dates that stand nowhere else."""
    return {
        **{name: f"{mark} {name}" for name in NAMES},
        "email": f"{mark}.email@example.org",
        "language": f"qq-{mark}",
        "country": "QZ",
        "birth_on": born,
        "shop_created_at": datetime(born.year + 20, 3, 4, 5, 6, 7, 891011, tzinfo=UTC),
        "has_newsletter": True,
        "tags": [f"{mark} tag"],
        "attributes": {f"{mark}.name": f"{mark} value"},
    }


def basket(mark: str) -> dict[str, Any]:
    """Give a cart in which every text that a host may fill holds a mark."""
    line = {"line_id": "1", "sku": "mug", "unit_price": "20", "attributes": {"engraving": f"{mark} for my mother"}}
    return {"items": [line], "attributes": {"gift_note": f"{mark} with love"}}


WHO, GUEST, FRIEND = "canary7who", "canary7guest", "canary7friend"
DAYS = ("1957-11-13", "1961-10-19", "1977-03-04", "1981-03-04")
CANARIES = ("canary7", *DAYS, *(day.replace("-", ", ").replace(", 0", ", ") for day in DAYS))
"""What was personal: ids, keys, notes, all texts, birth dates and instants, however they are written."""
EVERYWHERE = (
    *("canary7w note", "canary7g-a", "canary7w for my mother", "canary7w with love"),
    *("address:canary7w", "canary7w@friend.example"),
)
"""What a store holds of them before the erasure."""


def opened(store: Store) -> tuple[Loyalty, FixedClock]:
    """Open a shop on a store, with bob in it."""
    clock = FixedClock("2026-01-01T12:00:00Z")
    shop = Loyalty(store, [BEANS], clock=clock, actor="till")
    shop.customers.register("bob")
    shop.customers.update("bob", shop_created_at=datetime(1970, 1, 1, tzinfo=UTC), key="b-0")
    shop.points.award("bob", 50, reason="gift", key="b-1")
    return shop, clock


def live(shop: Loyalty, clock: FixedClock) -> list[object]:
    """Let a guest and a customer do everything that leaves something behind, and merge them; give all answers."""
    told: list[object] = []
    for who, mark, born in ((GUEST, "canary7g", date(1957, 11, 13)), (WHO, "canary7w", date(1961, 10, 19))):
        told += [
            shop.customers.register(who),
            shop.customers.update(who, key=f"{mark}-u", **profile(mark, born)),
            shop.customers.tag(who, add=[f"{mark} more"], key=f"{mark}-t"),
            shop.customers.deactivate(who, key=f"{mark}-d"),
            shop.customers.reactivate(who, key=f"{mark}-r"),
            shop.points.award(
                who, 100, reason="order", order_id=f"o-{born.year}", note=f"{mark} note", key=f"{mark}-a"
            ),
            shop.points.award(who, 9, rule="base", source_id="f-1", activation="5D", key=f"{mark}-p"),
            shop.points.award(who, 4, reason="gift", ledger="gift", expiry="3D", key=f"{mark}-g"),
            shop.points.spend(who, 20, note=f"{mark} mug", key=f"{mark}-s"),
            shop.points.adjust(who, -3, reason="count", note=f"{mark} sorry", key=f"{mark}-j"),
            shop.points.hold(who, 30, key=f"hold-{born.year}"),
            shop.points.spend(who, 200, key=f"{mark}-o"),
            shop.points.transfer(who, 1, to="bob", ledger="gift", reason="gift", key=f"{mark}-f"),
            *refer(shop, who, mark),
        ]
        clock.move(days=1)
    told.append(shop.customers.merge(GUEST, into=WHO))
    told += [shop.customers.get(GUEST), shop.customers.get(WHO), shop.customers.membership(WHO)]
    return told


def refer(shop: Loyalty, who: str, mark: str) -> list[object]:
    """Let a customer stand on both sides of referrals, order, and leave a friend whose address waits."""
    told: list[object] = [shop.referrals.invite(who, key=f"{mark}-i"), shop.customers.join("bob")]
    tokens = (f"address:{mark}", f"device:{mark}")
    code = str(shop.customers.membership("bob").referral_code)
    told += [
        shop.referrals.claim(who, code, tokens=tokens, key=f"{mark}-c"),
        shop.orders.close(who, f"o-{mark[-1]}", {**basket(mark), "referral_code": code}, key=f"{mark}-o1"),
        shop.customers.join(who),
    ]
    waiting = shop.referrals.refer(who, contact=f"{mark}@friend.example", key=f"{mark}-w")
    own = str(shop.customers.membership(who).referral_code)
    friend = f"{FRIEND}-{mark[-1]}"
    told += [
        waiting,
        shop.referral_codes.create(who, key=f"{mark}-n"),
        shop.customers.register(friend),
        shop.referrals.claim(friend, own, tokens=tokens, key="c-1"),
        shop.customers.erase(friend),
        shop.referrals.stream(referrer=who),
    ]
    return told


def ask(shop: Loyalty) -> list[str]:
    """Try the ids and keys that are gone, and give what is said beyond the id that the caller has just named."""
    said: list[str] = []
    for who, mark, born in ((GUEST, "canary7g", date(1957, 11, 13)), (WHO, "canary7w", date(1961, 10, 19))):
        acts: list[Callable[[], object]] = [
            partial(shop.customers.get, who),
            partial(shop.points.balance, who),
            partial(shop.customers.update, who, key=f"{mark}-u", **profile(mark, born)),
            partial(shop.points.spend, who, 20, note=f"{mark} mug", key=f"{mark}-s"),
            partial(shop.customers.erase, who),
        ]
        for act in acts:
            with pytest.raises(NotFound) as caught:
                act()
            error: LoyaltyError = caught.value
            said.append(f"{error} {error!r} {error.details}".replace(who, ""))
    return said


def columns_of(store: Any) -> str:
    """Give every record as a store outside is given it."""
    return repr([to_columns(record) for found in dump(store).values() for record in found])


def lines_of_sqlite(path: Path) -> str:
    """Give every row of every table of a file."""
    connection = sqlite3.connect(path)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def bytes_of_sqlite(path: Path) -> bytes:
    """Give the raw bytes of a database, once its free pages and its log are gone."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


def lines_of_postgres(url: str) -> str:
    """Give every row of every table of a database on PostgreSQL."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        every = SQL("SELECT * FROM {}")
        rows = [row for (table,) in tables for row in connection.execute(every.format(Identifier(table)))]
    return "\n".join(map(repr, rows))


class Place(NamedTuple):
    """A new store, and all that it holds as a text: its rows, and its very bytes where they can be had."""

    store: Any
    rows: Callable[[], str]
    raw: Callable[[], str]


STORES: dict[str, Callable[[Path], Any]] = {
    "sqlite": lambda path: SqlStore(f"sqlite:///{path}"),
    "plain": lambda path: PlainStore(str(path)),
    "django": lambda path: open_store(f"sqlite:///{path}"),
}


@pytest.fixture(params=["memory", *STORES, "postgresql"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Give a new store of each kind."""
    if request.param == "memory":
        memory = MemoryStore()
        yield Place(memory, lambda: columns_of(memory), lambda: pickle.dumps(memory._shelf).decode("latin-1"))
    elif request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        with SqlStore(url) as shared:
            yield Place(shared, partial(lines_of_postgres, url), partial(lines_of_postgres, url))
    else:
        path = tmp_path / "shop.db"
        store = STORES[request.param](path)
        if isinstance(store, SqlStore):
            store.upgrade()
        yield Place(store, partial(lines_of_sqlite, path), lambda: bytes_of_sqlite(path).decode("latin-1"))
        if hasattr(store, "close"):
            store.close()


def said_in(caplog: pytest.LogCaptureFixture) -> str:
    """Give everything that was logged, with what the records carry."""
    return "\n".join(f"{record.getMessage()} {record.__dict__!r}" for record in caplog.records)


def test_nothing_personal_is_left(
    at: Place, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Canaries in every personal field are everywhere before the erasure, and nowhere after it."""
    caplog.set_level(logging.DEBUG)
    store = at.store
    shop, clock = opened(store)
    answers = live(shop, clock)
    there = at.rows()
    assert [canary for canary in EVERYWHERE if canary not in there] == []
    hidden = ("canary7w first", "canary7g first", "7w note", "1961, 10, 19", "my mother", "with love", "friend.example")
    shown = "\n".join(map(repr, answers))
    assert [canary for canary in hidden if canary in shown] == []
    kept = _kept(store)
    receipt = shop.customers.erase(GUEST)
    assert not _marks(repr(receipt) + repr(attrs.asdict(receipt)))
    assert _kept(store) == kept
    assert _marks(columns_of(store)) == []
    assert _marks(at.rows()) == []
    assert _marks(at.raw()) == []
    assert _marks(repr(shop.outbox.waiting())) == []
    assert {notice.ref.holder_id for notice in shop.outbox.waiting()} == {shop.customers.get("bob").holder_id}
    assert _marks(repr(ask(shop))) == []
    assert _marks(said_in(caplog)) == []
    assert _marks("".join(capfd.readouterr())) == []


def test_what_is_kept_adds_up(at: Place) -> None:
    """The ledgers of the erased verify as before, time goes on over them, and nobody is told."""
    store = at.store
    shop, clock = opened(store)
    live(shop, clock)
    shop.customers.erase(WHO)
    told = shop.outbox.waiting()
    clock.move(days=40)
    assert shop.points.sweep() > 0
    assert shop.outbox.waiting() == told
    entries = records(store, Entry)
    for head in records(store, Ledger):
        found = verify([entry for entry in entries if entry.ledger == head.ref], head, head.ref)
        assert found.is_ok, found.difference


def test_who_registers_anew_starts_empty(at: Place) -> None:
    """Both ids can be registered again, as customers with nothing and with keys of their own."""
    store = at.store
    shop, clock = opened(store)
    live(shop, clock)
    shop.customers.erase(WHO)
    for who, mark in ((GUEST, "canary7g"), (WHO, "canary7w")):
        assert not shop.customers.register(who).replayed
        row = shop.customers.get(who)
        assert (row.city, row.tags, row.attributes, row.absorbed, row.version) == (None, (), {}, (), 1)
        assert shop.points.balance(who).awarded == 0
        assert shop.points.entries(who) == ()
        assert not shop.points.award(who, 1, reason="order", key=f"{mark}-a").replayed
        assert not shop.points.award(who, 9, rule="base", source_id="f-1", key=f"{mark}-p").replayed


def _marks(text: str) -> list[str]:
    """Name the canaries that are in a text."""
    return [canary for canary in CANARIES if canary in text.casefold()]


def _kept(store: Any) -> list[Any]:
    """Give entries and the heads of ledgers with what is open in them, without the versions."""
    return [*records(store, Entry), *(attrs.evolve(head, version=1) for head in records(store, Ledger))]
