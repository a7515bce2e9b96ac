"""The page about scenario files says what the runner takes: nothing is missing on it, and nothing is made up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from loyalcore import OrderFigures, ReferralFigures, errors
from loyalcore.domain.customers import Customer, CustomerRow, Membership
from loyalcore.domain.decision import Notice
from loyalcore.domain.earning import Quote, QuotedAward, Redemption
from loyalcore.domain.earning import Step as Fired
from loyalcore.domain.flows import Receipt
from loyalcore.domain.ledger import Balance, Entry, EntryKind, PointsHold
from loyalcore.domain.orders import Amounts, Order, OrderAward, OrderReferral, OrderReturn, OrderState
from loyalcore.domain.referrals import Evidence, Referral, ReferralCode, ReferralGrant, ReferralRefusal, ReferralState
from loyalcore.domain.tiers import TierReport
from loyalcore.errors import LoyaltyError
from loyalcore.fields import CARTS, CODES, CUSTOMERS, ENTRIES, ITEMS, ORDERS, REFERRALS
from loyalcore.query import Noun, Page
from loyalcore.services import BulkResult, BulkRow
from loyalcore.testing import example
from loyalcore.testing.scenarios._doors import DOORS
from loyalcore.testing.scenarios._match import names_of_kind

TEXT = (Path(__file__).parents[3] / "docs" / "reference" / "scenarios.md").read_text(encoding="utf-8")
WORD = re.compile(r"`([^`]+)`")
NOUNS = (CARTS, CODES, CUSTOMERS, ENTRIES, ITEMS, ORDERS, REFERRALS)
ANSWERS = (
    *(Balance, BulkResult, BulkRow, Customer, CustomerRow, Entry, Evidence, Membership, Notice, Order, OrderAward),
    *(Amounts, OrderFigures, OrderReferral, OrderReturn, Page, PointsHold, Quote, QuotedAward, Receipt, Redemption),
    *(Referral, ReferralCode, ReferralFigures, ReferralGrant, Fired, TierReport),
)


def section(title: str) -> str:
    """Cut a section out of the page."""
    return TEXT.partition(f" {title}\n")[2].partition("\n#")[0]


def rows(title: str) -> list[list[str]]:
    """List the cells of the rows of a section's tables."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(("verb", "is_question"), [("do", False), ("ask", True)])
def test_the_page_lists_every_path_with_its_parameters(verb: str, is_question: bool) -> None:
    """Each path stands on the page once, under its verb, with what must and what may be given."""
    listed = [
        (WORD.findall(path)[0], WORD.findall(must), WORD.findall(may))
        for path, must, may in rows(f"What `{verb}` takes")
    ]
    wanted = []
    for path, door in sorted(DOORS.items()):
        if door.is_question is is_question:
            must = ["command"] if door.takes_command else [name for name, needed in door.parameters.items() if needed]
            wanted.append((path, must, [name for name, needed in door.parameters.items() if not needed]))
    assert listed == wanted


def test_the_page_says_what_each_parameter_is() -> None:
    """Each parameter of a path has its row, and no row is of a parameter that there is not."""
    named = [name for cells in rows("What the parameters are") for name in WORD.findall(cells[0])]
    assert sorted(named) == sorted({name for door in DOORS.values() for name in door.parameters})


@pytest.mark.parametrize(
    "noun", [CARTS, CODES, CUSTOMERS, ENTRIES, ITEMS, ORDERS, REFERRALS], ids=lambda noun: noun.name
)
def test_the_page_names_the_fields_of_each_noun(noun: Noun) -> None:
    """The fields of a noun and their other names all stand on the page, and no other."""
    ((_, fields),) = [cells for cells in rows("What queries ask about") if cells[0] == f"`{noun.name}`"]
    assert sorted(WORD.findall(fields)) == sorted([*(field.name for field in noun.fields), *noun.aliases])


def test_the_page_names_errors_with_their_details() -> None:
    """Each code on the page is one of an error, and what stands beside it are details of that."""
    kinds: dict[str, type[LoyaltyError]] = {
        kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LoyaltyError)
    }
    for codes, _, details in rows("What is refused")[1:]:
        known = {name for code in WORD.findall(codes) for base in kinds[code].__mro__ for name in annotated(base)}
        assert set(WORD.findall(details)) <= known, codes


def annotated(kind: Any) -> dict[str, Any]:
    """Give the annotations of a class alone."""
    found: dict[str, Any] = vars(kind).get("__annotations__", {})
    return found


def test_the_page_names_the_reasons_of_a_refused_claim_in_their_order() -> None:
    """The reasons of `referral_refused` are all there, in the order in which they are asked."""
    (reasons,) = [when for code, when, _ in rows("What is refused") if code == "`referral_refused`"]
    assert WORD.findall(reasons)[1:] == [each.value for each in ReferralRefusal]


def test_the_page_names_only_what_answers_have() -> None:
    """Each word that the page gives for a part of an answer is one."""
    shop = example()
    shop.points.award("ada", 5, reason="welcome", expiry="1D", key="w-1")
    kinds = [*ANSWERS, type(shop.points.verify("ada")), type(shop.customers.membership("ada").standing)]
    kinds += [type(shop.points.schedule("ada")[0]), type(shop.points.explain("ada")[0])]
    kinds += [type(shop.points.entries("ada")[0].lots[0])]
    known = {name for kind in kinds for name in names_of_kind(kind)}
    known |= {each.value for kind in (EntryKind, OrderState, ReferralState) for each in kind}
    known |= {*DOORS, *(path.partition(".")[0] + ".…" for path in DOORS), "null", "true", "false", "do", "ask"}
    known |= {"….page", "….count", '{"line_id": pieces}', "cart.amounts", "referral", "customers.update", "sort:…"}
    assert set(WORD.findall(" ".join(section("What is answered").split()))) - known == set()
