"""Law: an award is taken back, a spend given back, and a hold resolved at most once in full."""

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
def test_corrections(program: Program, steps: list[Step]) -> None:
    """What is corrected is corrected at most once in full, and points go back to the lots they came from."""
    laws.corrections(program, steps)
