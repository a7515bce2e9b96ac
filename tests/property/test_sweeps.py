"""Law: a sweep changes no balance, and a second one nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from loyalcore.testing import laws
from loyalcore.testing.strategies import histories, programs
from tests.property._examples import share

if TYPE_CHECKING:
    from loyalcore.domain.programs import Program
    from loyalcore.testing.strategies import Step


@share(4)
@given(programs(), histories())
def test_sweeps(program: Program, steps: list[Step]) -> None:
    """With sweeps everywhere or nowhere the answers, entries and balances at every instant are the same."""
    laws.sweeps(program, steps)
