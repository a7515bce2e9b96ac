"""What all tests share: the profiles of Hypothesis, and a store of each kind.

`HYPOTHESIS_PROFILE` chooses one by name: `dev` (few examples, quick), `ci` (the same examples in every run) or
`nightly` (many examples). Without it the profile is `ci` where the variable `CI` is set, else `dev`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from loyalcore.adapters.memory import MemoryStore
from loyalcore.adapters.sqlalchemy import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loyalcore.store import Store

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


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A new store in memory, and one in SQL."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with SqlStore("sqlite://") as opened:
        yield opened
