"""The collector of cyclic garbage, kept still while many objects are made that hold no cycle.

It would look at all of them again and again: a quarter of the time of a replay or a batch. What they make is let go by
counting references.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the collector still, and let it go on afterwards if it did before."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
