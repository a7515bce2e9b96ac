"""A key counts once (P7, P9)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.flows import Receipt
from loyalcore.domain.ledger import Award, Hold, Spend
from loyalcore.errors import IdempotencyConflict, InsufficientPoints
from loyalcore.testing._play import dump
from loyalcore.testing.contract._contract import THREADS, Contract, Shop, need, patiently, race

if TYPE_CHECKING:
    from loyalcore.store import Store


class IdempotencyContract(Contract):
    """A key counts once."""

    def test_the_same_command_is_answered_again(self, store: Store) -> None:
        """P9: the same key with the same payload gives the first receipt again and writes nothing."""
        shop = Shop(store)
        commands: list[Any] = [
            Award("ada", 100, reason="a", key="k-1"),
            Spend("ada", 30, key="k-2"),
            Hold("ada", 20, key="k-3"),
        ]
        answers = [shop.loyalty.run(command) for command in commands]
        before = dump(store)
        for command, answer in zip(commands, answers, strict=True):
            again = shop.loyalty.run(command)
            assert again.replayed
            assert again.entries == answer.entries
        assert dump(store) == before

    def test_time_that_has_passed_is_not_written_by_a_repetition(self, store: Store) -> None:
        """P9: a repetition answers the first receipt also when the points have lapsed since, and writes no expiry."""
        shop = Shop(store)
        first = shop.points.award("ada", 5, reason="a", expiry="1D", key="k-1")
        before = dump(store)
        shop.clock.move(days=2)
        again = shop.points.award("ada", 5, reason="a", expiry="1D", key="k-1")
        assert (again.replayed, again.entries) == (True, first.entries)
        assert dump(store) == before

    @pytest.mark.parametrize(
        ("changed", "fields"),
        [
            ({"points": 6}, ("points",)),
            ({"reason": "b", "order_id": "o-2"}, ("order_id", "reason")),
            ({"ledger": "gift"}, ("ledger",)),
        ],
    )
    def test_another_payload_is_a_conflict(
        self, store: Store, changed: dict[str, Any], fields: tuple[str, ...]
    ) -> None:
        """P9: the same key with another payload is refused, naming the fields that differ; nothing is written."""
        shop = Shop(store)
        payload: dict[str, Any] = {"points": 5, "reason": "a", "order_id": "o-1", "key": "k-1"}
        shop.points.award("ada", **payload)
        before = dump(store)
        with pytest.raises(IdempotencyConflict) as caught:
            shop.points.award("ada", **{**payload, **changed})
        assert caught.value.fields == fields
        assert dump(store) == before

    def test_another_command_is_a_conflict(self, store: Store) -> None:
        """P9: a key belongs to one command, whatever another one says."""
        shop = Shop(store)
        shop.points.award("ada", 5, reason="a", key="k-1")
        with pytest.raises(IdempotencyConflict) as caught:
            shop.points.spend("ada", 5, reason="a", key="k-1")
        assert "command" in caught.value.fields
        assert shop.figures() == (5, 0, 0, 0)

    def test_a_refused_command_does_not_use_up_its_key(self, store: Store) -> None:
        """P3: a command that was refused can be given again with its key."""
        shop = Shop(store)
        for _attempt in range(2):
            with pytest.raises(InsufficientPoints):
                shop.points.spend("ada", 5, key="k-1")
        shop.points.award("ada", 5, reason="a", key="k-2")
        assert not shop.points.spend("ada", 5, key="k-1").replayed
        assert shop.points.spend("ada", 5, key="k-1").replayed
        assert shop.figures() == (0, 0, 5, 0)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("key-a", "KEY-A"),
            ("key", "key "),
            ("key", " key"),
            ("key", "key  "),
            ("cafe", "café"),
            ("é", "e\u0301"),
            ("straße", "strasse"),
            ("I", "\u0131"),
            ("1", "01"),
            ("1", "1.0"),
            ("%", "_"),
        ],
    )
    def test_keys_compare_exactly(self, store: Store, first: str, second: str) -> None:
        """P7: keys that differ in case, blanks, accents or the form of a number are different keys."""
        shop = Shop(store)
        assert not shop.points.award("ada", 5, reason="a", key=first).replayed
        assert not shop.points.award("ada", 7, reason="b", key=second).replayed
        assert shop.points.award("ada", 5, reason="a", key=first).points == 5
        assert shop.points.award("ada", 7, reason="b", key=second).points == 7
        assert shop.figures() == (12, 0, 0, 0)

    def test_a_key_of_another_customer_is_free(self, store: Store) -> None:
        """P9: the same key of another customer, or in another environment, is another key."""
        shop = Shop(store)
        assert not shop.points.award("ada", 5, reason="a", key="k-1").replayed
        assert not shop.points.award("bob", 7, reason="b", key="k-1").replayed
        assert (shop.figures("ada")[0], shop.figures("bob")[0]) == (5, 7)

    def test_a_key_outlives_a_merge(self, store: Store) -> None:
        """P9: a key that was used before a merge is answered after it, under both names."""
        shop = Shop(store)
        first = shop.points.award("ada", 5, reason="a", key="k-1")
        shop.loyalty.customers.merge("ada", into="bob")
        for name in ("ada", "bob"):
            again = shop.points.award(name, 5, reason="a", key="k-1")
            assert (again.replayed, again.entries) == (True, first.entries)
        assert shop.figures("bob") == (5, 0, 0, 0)

    def test_racing_deliveries_have_one_effect(self, store: Store) -> None:
        """P9: of 16 deliveries of one key at once, one is written and all are answered with it."""
        need(store, "threads")
        shop = Shop(store)
        answers = race([patiently(partial(shop.points.award, "ada", 5, reason="a", key="k-1"))] * THREADS)
        receipts = [answer for answer in answers if isinstance(answer, Receipt)]
        assert len(receipts) == THREADS, answers
        assert [receipt.replayed for receipt in receipts].count(False) == 1
        assert len({receipt.entries for receipt in receipts}) == 1
        assert shop.figures() == (5, 0, 0, 0)
        assert len(shop.points.entries("ada")) == 1

    def test_racing_payloads_have_one_winner(self, store: Store) -> None:
        """P9: of 16 payloads under one key at once, one is written and the others are conflicts."""
        need(store, "threads")
        shop = Shop(store)
        acts = [
            patiently(partial(shop.points.award, "ada", points, reason="a", key="k-1"))
            for points in range(1, THREADS + 1)
        ]
        answers = race(acts)
        won = [answer for answer in answers if isinstance(answer, Receipt)]
        lost = [answer for answer in answers if isinstance(answer, IdempotencyConflict)]
        assert (len(won), len(lost)) == (1, THREADS - 1), answers
        assert shop.figures() == (won[0].points, 0, 0, 0)

    def test_racing_registrations_make_one_customer(self, store: Store) -> None:
        """P8: of 16 registrations of one id at once, one makes the customer and all answer with it."""
        need(store, "threads")
        shop = Shop(store)
        answers = race([patiently(partial(shop.loyalty.customers.register, "cem"))] * THREADS)
        assert all(isinstance(answer, Receipt) for answer in answers), answers
        assert len({answer.customer.holder_id for answer in answers}) == 1
