"""Customers, memberships, and the commands that name them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import attrs
import pytest

from loyalcore.domain import customers
from loyalcore.domain.customers import Customer, Join, Membership, Register, Standing
from loyalcore.domain.decision import CustomerRef, MembershipRef
from loyalcore.errors import InvalidInput, LimitExceeded

DAY_0 = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Names(StrEnum):
    ADA = "ada"


def test_the_package_shows_its_names() -> None:
    """`dir()` of the package is its list of public names."""
    assert dir(customers) == sorted(customers.__all__)


def test_a_customer_is_kept_under_environment_and_id() -> None:
    """The directory row is found by the host's id, in one environment."""
    row = Customer(environment="sandbox", customer_id="ada", holder_id="h1", registered_at=DAY_0)
    assert row.ref == CustomerRef("sandbox", "ada")
    assert (row.version, row.programs, row.absorbed, row.merged_into) == (1, (), (), None)


def test_a_membership_is_kept_under_holder_and_program() -> None:
    """A membership is found by the holder, and begins without a tier and without a join date."""
    member = Membership(environment="live", holder_id="h1", program_id="beans")
    assert member.ref == MembershipRef("live", "h1", "beans")
    assert (member.joined_at, member.standing, member.ledgers) == (None, Standing(), ())


@pytest.mark.parametrize("kind", [Register, Join])
def test_a_command_is_frozen(kind: type[Any]) -> None:
    """A command cannot be changed once it is made."""
    command = kind("ada")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        command.customer_id = "bob"


@pytest.mark.parametrize("kind", [Register, Join])
@pytest.mark.parametrize(
    ("customer_id", "error"),
    [("", InvalidInput), (None, InvalidInput), (7, InvalidInput), ("a\n", InvalidInput), ("a" * 256, LimitExceeded)],
)
def test_a_bad_id_is_refused_by_its_path(kind: type[Any], customer_id: object, error: type[Exception]) -> None:
    """An id is 1 to 255 printable characters."""
    with pytest.raises(error) as caught:
        kind(customer_id)
    assert caught.value.path == "customer_id"  # type: ignore[attr-defined]


def test_an_id_of_255_characters_is_taken() -> None:
    """The longest id has 255 characters."""
    assert Register("a" * 255).customer_id == "a" * 255


def test_a_bad_program_is_refused() -> None:
    """The program of a join is a text, or None for the only one."""
    with pytest.raises(InvalidInput, match="program"):
        Join("ada", program="")
    assert Join("ada", program=None).program is None


def test_a_text_of_a_class_of_its_own_becomes_a_plain_one() -> None:
    """A command keeps plain texts, whatever class of text the host passed."""
    command = Join(Names.ADA, program=Names.ADA)
    assert type(command.customer_id) is str
    assert type(command.program) is str
    assert type(Register(Names.ADA).customer_id) is str


def test_a_standing_in_which_nothing_stands_is_left_out() -> None:
    """A membership keeps the standings of the ledgers that have any, by their names."""
    member = Membership(environment="live", holder_id="h1", program_id="beans")
    star = member.with_standing("b", Standing(tier="Star")).with_standing("a", Standing(tier="Sun"))
    assert [name for name, _ in star.standings] == ["a", "b"]
    assert star.with_standing("b", Standing()).standings == (("a", Standing(tier="Sun")),)
    assert (star.standing_in("b").tier, star.standing_in("c"), star.standing_in("")) == ("Star", Standing(), Standing())
