"""Friends: what somebody may want of referrals, written as commands in their JSON form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

REWARDS: tuple[dict[str, Any], ...] = (
    {"id": "hello", "points": 3, "side": "both", "on": "claimed"},
    {"id": "account", "points": 4, "side": "referee", "on": "registered"},
    {"id": "first", "points": 20, "side": "both", "on": "first_order", "max_total": 3},
    {"id": "late", "points": 9, "side": "referrer", "on": "first_order", "activation": "2D", "expiry": "10D"},
    {"id": "each", "points": 5, "side": "referrer", "on": "every_order", "max_per_customer": 4},
)
"""Something at every event, for both sides; some of it later, and some of it only so often."""

TOKENS = ("device:1", "address:1", "address:2")
LINKS = 3
"""How often, of so many and one times, somebody's own link is named and not a code that was made."""
KNOWN = 4
"""Out of how many of the latest codes one is named."""


def make_referrals(random: Random) -> dict[str, Any]:
    """Make the table of a program's referrals.

    Args:
        random: Where chance comes from.
    """
    table: dict[str, Any] = {
        "rewards": random.sample(REWARDS, random.randint(1, len(REWARDS))),
        "campaigns": [{"id": "spring", "limit": 2}],
    }
    if random.random() < 0.6:
        table["fraud"] = [{"id": "small", "kind": "small_order", "amount": "8", "weight": random.choice([50, 100])}]
    if random.random() < 0.5:
        table["claim_expiry"] = random.choice(["3D", "30D"])
    if random.random() < 0.3:
        table["customer_limit"] = 2
    return table


class Friends:
    """Makes commands about referrals; it remembers what makes codes, so that later commands can name them.

    `@ada` stands for ada's own link where a code is wanted, and for her latest referral where a referral is;
    `@k-7` for the code of the command with that key.

    Args:
        random: Where chance comes from.
        customers: The ids of the customers.
    """

    def __init__(self, random: Random, customers: list[str]) -> None:
        self._random = random
        self._customers = customers
        self._made: list[str] = []

    def make(self, customer: str, key: str) -> dict[str, Any]:
        """Make a command.

        Args:
            customer: Whom it is about.
            key: Its key.
        """
        return self._random.choice(_MAKERS)(self, customer, key)

    def bring(self, do: dict[str, Any]) -> dict[str, Any]:
        """Give a command about an order, often with a code in its cart."""
        if "cart" not in do or self._random.random() < 0.3:
            return do
        return {**do, "cart": {**do["cart"], "referral_code": self._code(do.get("customer_id", ""))}}

    def _code(self, customer: str) -> str:
        """Name a code: mostly the own link of somebody else."""
        random = self._random
        if not self._made or random.randrange(LINKS + 1):
            others = [each for each in self._customers if each != customer or random.random() < 0.1]
            return f"@{random.choice(others)}"
        return f"@{random.choice(self._made[-KNOWN:])}"

    # One method for each command ----------------------------------------------------------------------------------

    def join(self, customer: str, _key: str) -> dict[str, Any]:
        """Join, which makes the link."""
        return {"command": "customers.join", "customer_id": customer}

    def claim(self, customer: str, key: str) -> dict[str, Any]:
        """Claim a code."""
        do: dict[str, Any] = {
            "command": "referrals.claim",
            "customer_id": customer,
            "key": key,
            "code": self._code(customer),
        }
        return {**do, "tokens": [self._random.choice(TOKENS)]} if self._random.random() < 0.3 else do

    def create_code(self, customer: str, key: str) -> dict[str, Any]:
        """Make a code, perhaps of a campaign, and of few uses."""
        random = self._random
        self._made.append(key)
        do: dict[str, Any] = {"command": "referrals.create_code", "customer_id": customer, "key": key}
        return do | random.choice([{}, {"limit": 1}, {"campaign": "spring"}, {"campaign": "spring", "limit": 2}])

    def refer(self, customer: str, key: str) -> dict[str, Any]:
        """Refer a friend by name."""
        self._made.append(key)
        return {"command": "referrals.refer", "customer_id": customer, "key": key, "contact": "friend@example.org"}

    def disable_code(self, _customer: str, key: str) -> dict[str, Any]:
        """Switch a code off."""
        return {"command": "referrals.disable_code", "code": self._code(""), "reason": "because", "key": key}

    def invite(self, customer: str, key: str) -> dict[str, Any]:
        """Invite a customer to refer."""
        return {"command": "referrals.invite", "customer_id": customer, "key": key}

    def decide(self, customer: str, key: str) -> dict[str, Any]:
        """Decide about a referral by hand."""
        move = self._random.choice(["approve", "approve", "reject", "cancel", "reverse"])
        return {"command": f"referrals.{move}", "referral_id": f"@{customer}", "reason": "because", "key": key}

    def expire(self, customer: str, _key: str) -> dict[str, Any]:
        """Write down that the time of a referral is over, if it is."""
        return {"command": "referrals.expire_one", "referral_id": f"@{customer}"}

    def ban(self, customer: str, key: str) -> dict[str, Any]:
        """Ban a referrer, or let one refer again."""
        move = self._random.choice(["ban", "unban", "unban"])
        return {"command": f"referrals.{move}", "customer_id": customer, "reason": "because", "key": key}


_MAKERS: tuple[Callable[[Friends, str, str], dict[str, Any]], ...] = (
    *(Friends.claim,) * 8,
    *(Friends.join, Friends.decide) * 4,
    *(Friends.create_code, Friends.refer, Friends.ban) * 2,
    *(Friends.disable_code, Friends.invite, Friends.expire),
)
