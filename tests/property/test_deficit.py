"""Law: where points are owed none is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from loyalcore.testing import laws
from loyalcore.testing.strategies import histories, programs
from tests.property._examples import share

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program
    from loyalcore.testing.strategies import Step


@share(3)
@given(programs(), histories())
def test_deficit(program: Program, steps: list[Step]) -> None:
    """Points owed are paid by the next that become active; the debts add up to them."""
    laws.deficit(program, steps)
