"""A shop where friends refer each other, with a clock that is put."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.adapters.memory import MemoryStore
from loyalcore.domain.programs import Program, Registry
from loyalcore.errors import ReferralRefused
from loyalcore.query import All
from loyalcore.services import Loyalty
from loyalcore.testing import CountedIds, FixedClock

if TYPE_CHECKING:
    from loyalcore.domain.customers import Membership, ReferralFigures
    from loyalcore.domain.flows import Receipt
    from loyalcore.domain.orders import Order
    from loyalcore.domain.referrals import Referral

START = "2026-01-01T12:00:00Z"
FRIEND = {"id": "friend", "points": 100, "side": "referrer", "on": "first_order"}
WELCOME = {"id": "welcome", "points": 30, "side": "referee", "on": "first_order"}


def program(referrals: dict[str, Any] | None = None, **tables: Any) -> Program:
    """Make a program with referrals: 100 points for the referrer and 30 for the referee on the first order."""
    own = {"rewards": [FRIEND, WELCOME], **({} if referrals is None else referrals)}
    return Program.from_document({"id": "beans", "currency": "EUR", "timezone": "UTC", "referrals": own, **tables})


class Shop(Loyalty):
    """The facade on a store of its own; ada, bob and cyd are registered, and ada has a link."""

    def __init__(self, rules: Program | None = None, *others: Program, registry: Registry | None = None) -> None:
        self.kept = MemoryStore()
        self.time = FixedClock(START)
        self.number = 0
        listed = [program() if rules is None else rules, *others]
        super().__init__(self.kept, listed, clock=self.time, ids=CountedIds(), registry=registry, actor="ann")
        for name in ("ada", "bob", "cyd"):
            self.customers.register(name)
        self.link = self.join("ada")

    def key(self) -> str:
        """Give a new key."""
        self.number += 1
        return f"k-{self.number}"

    def join(self, name: str) -> str:
        """Let a customer join, and give the code."""
        membership = self.customers.join(name, program="beans").membership
        assert membership is not None
        return str(membership.referral_code)

    def claim(self, name: str, code: str | None = None, **fields: Any) -> Referral:
        """Let a customer claim ada's link, or another code."""
        referral = self.referrals.claim(name, code or self.link, key=self.key(), **fields).referral
        assert referral is not None
        return referral

    def close(self, name: str, order_id: str, total: object = 40, code: str | None = None, **cart: Any) -> Receipt:
        """Close an order with ada's link, another code, or with `""` none."""
        used = {"referral_code": code or self.link} if code != "" else {}
        return self.orders.close(name, order_id, {"total": total, **used, **cart}, key=self.key(), program="beans")

    def order(self, order_id: str) -> Order:
        """Give an order."""
        return self.orders.get(order_id)

    def referral_of(self, name: str) -> Referral:
        """Give the latest referral of a referee."""
        return self.referrals.get(str(self.member(name).referral_id))

    def member(self, name: str) -> Membership:
        """Give a membership."""
        return self.customers.membership(name, program="beans")

    def figures(self, name: str = "ada") -> ReferralFigures:
        """Give the figures of a referrer."""
        return self.member(name).referrals

    def had(self, name: str) -> tuple[int, int, int]:
        """Give the points of a customer: active, pending, owed."""
        balance = self.points.balance(name, program="beans")
        return balance.active, balance.pending, balance.deficit

    def everything(self, kind: type[Any]) -> list[Any]:
        """Give all records of a kind."""
        with self.kept.unit(readonly=True) as unit:
            return list(unit.stream(All(kind, "live"), self.time.now()))


def open_shop(*programs: Program, registry: Registry | None = None) -> Any:
    """Open a shop; its receipts say which of their parts they have only when they run."""
    return Shop(*programs, registry=registry)


def refusal(shop: Any, name: str, code: str | None = None, **fields: Any) -> str:
    """Say why a claim is refused."""
    with pytest.raises(ReferralRefused) as raised:
        shop.claim(name, code, **fields)
    return raised.value.reason
