"""How much is asked of a back end: all of it with the long profile of Hypothesis, a part of it in every run."""

from __future__ import annotations

from hypothesis import settings

IS_LONG = settings.default is not None and settings.default.max_examples >= 1_000
"""Whether the profile is the long one, which asks everything."""

SHARE = 1.0 if IS_LONG else 0.2
"""What is drawn of the generated queries: ten times the examples of the profile, times this."""
