"""Law: what is previewed is what is done."""

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
def test_preview(program: Program, steps: list[Step]) -> None:
    """A preview answers what the command then answers, and writes nothing."""
    laws.preview(program, steps)
