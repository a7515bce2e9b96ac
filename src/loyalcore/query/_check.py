"""The check of a condition that a host gives to a rule: whether it is one, and about the noun that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loyalcore.errors import InvalidInput
from loyalcore.query._condition import Condition
from loyalcore.query._noun import Query

if TYPE_CHECKING:
    from loyalcore.query._noun import Noun


def check_condition(value: object, noun: Noun, path: str) -> Condition:
    """Return a condition over the fields of a noun.

    Args:
        value: The condition as the host gave it.
        noun: What it must be about.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is no condition, or names a field that the noun does not have.

    Source:
        DOMAIN.md 3.8 (one language for lists, segments, earning and referral conditions).
    """
    if not isinstance(value, Condition):
        raise InvalidInput(
            f"must be a condition over the fields of a {noun.name}, not {type(value).__name__}", path=path
        )
    try:
        return Query(noun, value).where
    except InvalidInput as error:
        raise InvalidInput(error.message.removeprefix(f"{error.path}: "), path=path) from None
