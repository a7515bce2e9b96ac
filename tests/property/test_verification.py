"""Law: what is stored is what the entries add up to."""

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
def test_verification(program: Program, steps: list[Step]) -> None:
    """Every ledger is what its entries add up to, and their numbers have no gap."""
    laws.verification(program, steps)
