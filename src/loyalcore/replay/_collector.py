"""The collector of cyclic garbage, kept still while a replay makes millions of objects that hold no cycle.

It would look at all of them again and again: a quarter of a replay's time. What a replay makes is let go by counting
references, customer by customer.
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
