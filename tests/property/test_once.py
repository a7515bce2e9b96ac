"""Law: the same key twice is once, and a fact is paid once."""

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
def test_once(program: Program, steps: list[Step]) -> None:
    """A command with its key counts once, with another payload it is refused, a fact is paid once."""
    laws.once(program, steps)
