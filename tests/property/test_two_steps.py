"""Law: time in two steps does what it does in one."""

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
def test_two_steps(program: Program, steps: list[Step]) -> None:
    """Going to an instant by way of any other gives the same entries and the same ledger."""
    laws.two_steps(program, steps)
