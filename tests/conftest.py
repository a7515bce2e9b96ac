"""Settings that all tests share: the profiles of Hypothesis.

`HYPOTHESIS_PROFILE` chooses one by name: `dev` (few examples, quick), `ci` (the same examples in every run) or
`nightly` (many examples). Without it the profile is `ci` where the variable `CI` is set, else `dev`.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("dev", max_examples=50, stateful_step_count=30, deadline=None)
settings.register_profile(
    "ci",
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=SLOW,
)
settings.register_profile(
    "nightly",
    max_examples=1_000,
    stateful_step_count=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=SLOW,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
