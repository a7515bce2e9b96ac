"""Every law on every history that was told by hand."""

from __future__ import annotations

import pytest

from loyalcore.testing.laws import LAWS
from tests.property._stories import STORIES


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("law", LAWS)
def test_the_law_holds_in_the_story(law: str, story: str) -> None:
    """A law holds in a history that goes where a fault would hide."""
    program, steps = STORIES[story]
    LAWS[law](program, steps)
