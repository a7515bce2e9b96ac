"""The check of a condition that a host gives to a rule."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.errors import InvalidInput
from loyalcore.query import Text, check_condition
from tests.unit.query._people import PEOPLE, P

OTHER = Text("nickname", lambda record: record)


def test_a_condition_over_the_noun_is_given_back() -> None:
    """What is about the fields of the noun passes as it is."""
    condition = (P.points.active >= 5) & ~P.tags.has("vip")
    assert check_condition(condition, PEOPLE, "who") is condition


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("tag:vip", "who: must be a condition over the fields of a person, not str"),
        (None, "who: must be a condition over the fields of a person, not NoneType"),
        (OTHER == "Ada", "who: 'nickname' is no field of person"),
    ],
)
def test_anything_else_is_refused(value: Any, message: str) -> None:
    """Another type, and a field of another noun, are refused under the path that is given."""
    with pytest.raises(InvalidInput) as caught:
        check_condition(value, PEOPLE, "who")
    assert caught.value.path == "who"
    assert caught.value.message.startswith(message)
