"""Law: no lot holds less than nothing, and the figures are the sums of the lots."""

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
def test_lots(program: Program, steps: list[Step]) -> None:
    """No lot is overdrawn, and the figures are the sums of the lots and holds."""
    laws.lots(program, steps)
