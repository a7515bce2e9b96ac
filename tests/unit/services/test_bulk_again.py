"""Bulk actions that run again with their key, after they were done or stopped halfway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.errors import StoreUnavailable
from loyalcore.services import BulkProgress, BulkRow, BulkStatus, Loyalty, _selection
from loyalcore.testing import FixedClock
from tests.unit.services._many import BEANS, EVERYBODY, START, Stop, balances, counts, opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from loyalcore.services import BulkResult


def test_the_same_key_again_repeats_nothing(store: Any) -> None:
    """Every row of the second run is unchanged; a row that was refused is tried again."""
    shop = opened(store, count=3)
    assert counts(shop.bulk.adjust(EVERYBODY, -1, reason="oops", key="k")) == (2, 1, 0)
    shop.points.award("c-0", 5, reason="test", key="w-2")
    assert counts(shop.bulk.adjust(EVERYBODY, -1, reason="oops", key="k")) == (1, 0, 2)
    assert balances(shop, 3) == [4, 0, 1]


@pytest.mark.parametrize(
    "again",
    [
        lambda shop, who: shop.bulk.adjust(who, 6, reason="sorry", key="k"),
        lambda shop, who: shop.bulk.adjust(who, 5, reason="other", key="k"),
        lambda shop, who: shop.bulk.deactivate(who, key="k"),
        lambda shop, who: shop.bulk.tag(who, add=["vip"], key="k"),
        lambda shop, who: shop.bulk.extend(who, by="1M", reason="sorry", key="k"),
    ],
)
def test_the_same_key_for_something_else_is_refused(store: Any, again: Callable[[Loyalty, Any], BulkResult]) -> None:
    """Each row that the key has done says so, and the others are done."""
    shop = opened(store, count=3)
    shop.bulk.adjust(["c-1", "c-2"], 5, reason="sorry", key="k")
    result = again(shop, EVERYBODY)
    assert [row.error.code for row in result.refusals if row.error] == ["idempotency_conflict"] * 2
    assert result.rows == 3
    assert result.refused == 2


def stopping_after(chunks: int) -> Callable[[BulkProgress], None]:
    """Stop a run once so many chunks are written."""
    told: list[BulkProgress] = []

    def progress(now: BulkProgress) -> None:
        told.append(now)
        if len(told) == chunks:
            raise Stop

    return progress


ACTIONS: list[Callable[..., BulkResult]] = [
    lambda shop, who, **told: shop.bulk.adjust(who, 5, reason="sorry", key="k", **told),
    lambda shop, who, **told: shop.bulk.adjust(who, -2, reason="oops", key="k", **told),
    lambda shop, who, **told: shop.bulk.deactivate(who, key="k", **told),
    lambda shop, who, **told: shop.bulk.tag(who, add=["vip"], key="k", **told),
    lambda shop, who, **told: shop.bulk.extend(who, by="1M", reason="strike", key="k", **told),
]
FILTERS: list[Any] = [EVERYBODY, "points:<=3", "-tag:vip -lifecycle:deactivated", [f"c-{each}" for each in range(7)]]


@pytest.mark.parametrize("act", ACTIONS, ids=["add", "take", "deactivate", "tag", "extend"])
@pytest.mark.parametrize("who", FILTERS, ids=["everybody", "points", "not yet", "ids"])
def test_a_run_that_was_stopped_is_finished(
    act: Callable[..., BulkResult], who: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After whichever chunk it stops, the next run with its key leaves what one run leaves; no row is done twice."""
    monkeypatch.setattr(_selection, "CHUNK", 2)
    whole = MemoryStore()
    alone = act(opened(whole, count=7), who)
    for chunks in range(1, (alone.rows + 1) // 2 + 1):
        shop = opened(MemoryStore(), count=7)
        rows: list[BulkRow] = []
        with pytest.raises(Stop):
            act(shop, who, each=rows.append, progress=stopping_after(chunks))
        assert len(rows) == min(2 * chunks, alone.rows)
        act(shop, who, each=rows.append)
        done = [row.customer_id for row in rows if row.status is BulkStatus.DONE]
        assert len(done) == len(set(done)) == alone.done
        assert pictured(shop) == pictured(opened_again(whole))


def opened_again(store: Any) -> Loyalty:
    """Open a facade on a store as it is."""
    return Loyalty(store, [BEANS], clock=FixedClock(START), actor="till")


def pictured(shop: Loyalty) -> list[Any]:
    """Give what matters of every customer."""
    return [
        (row.customer.customer_id, row.customer.tags, row.customer.deactivated_at, row.membership.points, len(entries))
        for row in shop.customers.stream()
        for entries in [shop.points.entries(row.customer.customer_id)]
    ]


class Failing(MemoryStore):
    """A store that is out of reach from some write on."""

    left = 10**6

    def unit(self, *, readonly: bool = False) -> Any:
        """Open a unit, to write only while some are left."""
        if not readonly:
            self.left -= 1
            if self.left < 0:
                raise StoreUnavailable("out of reach")
        return super().unit(readonly=readonly)


@pytest.mark.parametrize("chunks", range(4))
def test_a_store_that_fails_stops_the_run_between_chunks(chunks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is the store's, the chunks before it are written, and the next run with the key does the rest."""
    monkeypatch.setattr(_selection, "CHUNK", 2)
    store = Failing()
    shop = opened(store, count=7)
    told: list[BulkProgress] = []
    store.left = chunks
    with pytest.raises(StoreUnavailable):
        shop.bulk.adjust(EVERYBODY, 5, reason="sorry", key="k", progress=told.append)
    assert [each.done for each in told] == [2, 4, 6][:chunks]
    store.left = 10**6
    assert counts(shop.bulk.adjust(EVERYBODY, 5, reason="sorry", key="k")) == (7 - 2 * chunks, 0, 2 * chunks)
    assert balances(shop, 7) == [number + 5 for number in range(7)]
