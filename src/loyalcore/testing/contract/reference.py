"""A business fact pays once, whatever the keys (P9)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.decision import Fact
from loyalcore.domain.flows import Receipt
from loyalcore.errors import FactConflict
from loyalcore.testing._play import dump, records
from loyalcore.testing.contract._contract import THREADS, Contract, Shop, need, patiently, race

if TYPE_CHECKING:
    from loyalcore.store import Store


class BusinessReferenceContract(Contract):
    """A business fact pays once, whatever the keys."""

    def test_a_fact_pays_once_under_other_keys(self, store: Store) -> None:
        """P9: the same fact under another key is answered with what paid it, and nothing is written."""
        shop = Shop(store)
        first = shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-1")
        before = dump(store)
        for key in ("k-2", "k-3"):
            again = shop.points.award("ada", 5, rule="base", order_id="o-1", key=key)
            assert (again.replayed, again.entries) == (True, first.entries)
        assert dump(store) == before
        assert len(records(store, Fact)) == 1

    def test_a_fact_pays_one_number_of_points(self, store: Store) -> None:
        """P9: the same fact with another number of points is a conflict, and nothing is written."""
        shop = Shop(store)
        shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-1")
        before = dump(store)
        with pytest.raises(FactConflict):
            shop.points.award("ada", 6, rule="base", order_id="o-1", key="k-2")
        assert dump(store) == before

    @pytest.mark.parametrize(
        "changed",
        [
            {"rule": "bonus"},
            {"source_id": "o-2"},
            {"source_id": "O-1"},
            {"source_id": "o-1 "},
            {"source_type": "review"},
            {"line": "1"},
            {"side": "referrer"},
            {"cycle": 2},
        ],
    )
    def test_every_part_of_a_fact_counts(self, store: Store, changed: dict[str, Any]) -> None:
        """P7: facts that differ in one part, be it in case or a blank, are different facts and each pays."""
        shop = Shop(store)
        fact: dict[str, Any] = {"rule": "base", "source_type": "order", "source_id": "o-1"}
        assert not shop.points.award("ada", 5, key="k-1", **fact).replayed
        assert not shop.points.award("ada", 5, key="k-2", **{**fact, **changed}).replayed
        assert shop.figures() == (10, 0, 0, 0)

    def test_a_fact_of_another_customer_pays(self, store: Store) -> None:
        """P9: a fact belongs to one customer."""
        shop = Shop(store)
        for name in ("ada", "bob"):
            assert not shop.points.award(name, 5, rule="base", order_id="o-1", key="k-1").replayed

    def test_a_fact_outlives_a_merge(self, store: Store) -> None:
        """P9: what was paid before a merge is not paid to the survivor."""
        shop = Shop(store)
        shop.points.award("ada", 5, rule="base", order_id="o-1", key="k-1")
        shop.loyalty.customers.merge("ada", into="bob")
        assert shop.points.award("bob", 5, rule="base", order_id="o-1", key="k-2").replayed
        assert shop.figures("bob") == (5, 0, 0, 0)

    def test_racing_keys_pay_a_fact_once(self, store: Store) -> None:
        """P9: of 16 keys that deliver one fact at once, one pays it and all are answered with that."""
        need(store, "threads")
        shop = Shop(store)
        acts = [
            patiently(partial(shop.points.award, "ada", 5, rule="base", order_id="o-1", key=f"k-{number}"))
            for number in range(THREADS)
        ]
        answers = race(acts)
        assert all(isinstance(answer, Receipt) for answer in answers), answers
        assert [answer.replayed for answer in answers].count(False) == 1
        assert len({answer.entries for answer in answers}) == 1
        assert shop.figures() == (5, 0, 0, 0)
        assert len(records(store, Fact)) == 1
