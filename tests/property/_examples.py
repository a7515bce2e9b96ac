"""How many examples a law is tried on: a share of the profile's, for laws whose every example is dear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., None])

EXAMPLES_MIN = 10


def share(part: int) -> Callable[[F], F]:
    """Try a test on one in so many of the examples of the profile."""
    most = max(settings().max_examples // part, EXAMPLES_MIN)
    return settings(max_examples=most, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large))
