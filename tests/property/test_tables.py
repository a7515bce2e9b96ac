"""Worked examples beside the laws: each consumption order, and each window at its edges."""

from __future__ import annotations

import pytest

from tests.property import _tables as tables


@pytest.mark.parametrize("order", tables.ORDERS)
def test_consumption_order(order: str) -> None:
    """A spend takes the active points of the lots that its order names, in that order."""
    tables.check_order(order)


@pytest.mark.parametrize("edge", tables.EDGES)
def test_edge(edge: str) -> None:
    """What is there changes at the boundary, not a microsecond earlier or later, swept or not."""
    tables.check_edge(edge)


def test_return_policies() -> None:
    """Of pending 30 and active 20, taking back 60 leaves what the policy says."""
    tables.check_return_policies()


def test_partial_capture() -> None:
    """A partial capture takes the points that were held first and frees the rest."""
    tables.check_partial_capture()
