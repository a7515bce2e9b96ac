"""Law: a command moves exactly its points, or is refused and writes nothing."""

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
def test_movement(program: Program, steps: list[Step]) -> None:
    """A command moves exactly the points that it says, or writes nothing."""
    laws.movement(program, steps)
