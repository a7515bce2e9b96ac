"""Law: what was awarded is active, pending, held, spent, expired or reversed, less what is owed."""

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
def test_conservation(program: Program, steps: list[Step]) -> None:
    """Every point is somewhere, after every step and at instants before and after it."""
    laws.conservation(program, steps)
