"""Law: the entries up to any of them add up to the ledger as it stood then."""

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
def test_prefix(program: Program, steps: list[Step]) -> None:
    """The entries up to any of them give the ledger as it stood then; the past is answered as it was."""
    laws.prefix(program, steps)
