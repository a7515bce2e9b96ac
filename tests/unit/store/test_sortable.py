from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalcore.errors import LimitExceeded
from loyalcore.store._sortable import SORTABLE_LENGTH, WHOLE_DIGITS_MAX, read_sortable, sortable

amounts = st.decimals(-(10**16), 10**16, allow_nan=False, allow_infinity=False, places=9) | st.sampled_from(
    [Decimal(text) for text in ("0", "-0.00", "0.000000001", "-0.000000001", "9.99", "10", "10.00", "-9.99", "-10")]
)


@given(amounts, amounts)
def test_texts_sort_as_amounts_do(left: Decimal, right: Decimal) -> None:
    """Of two amounts the smaller one has the smaller text, and equal amounts have one."""
    assert (sortable(left) < sortable(right)) is (left < right)
    assert (sortable(left) == sortable(right)) is (left == right)


@given(amounts)
def test_an_amount_is_read_as_it_was_written(amount: Decimal) -> None:
    """Each text is of one length and leads back to its amount, which ends with no zero and is never -0."""
    assert len(sortable(amount)) == SORTABLE_LENGTH
    found = read_sortable(sortable(amount))
    assert found == amount
    assert not found.is_signed() or found
    shown = f"{found:f}"
    assert "." not in shown or not shown.endswith("0")


def test_the_host_s_context_counts_for_nothing() -> None:
    """Whatever precision the host works with, no digit is lost."""
    amount = Decimal("-123456789012345678901.123456789")
    with localcontext() as context:
        context.prec = 3
        assert read_sortable(sortable(amount)) == amount


@pytest.mark.parametrize(("text", "limit"), [("1e21", WHOLE_DIGITS_MAX), ("0.0000000001", 9)])
def test_an_amount_has_so_many_digits(text: str, limit: int) -> None:
    """An amount beyond the digits that there is room for is refused."""
    with pytest.raises(LimitExceeded) as caught:
        sortable(Decimal(text))
    assert caught.value.limit == limit
