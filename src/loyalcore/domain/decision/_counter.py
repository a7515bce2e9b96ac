"""The counter: what many holders share a limit of, or are counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from loyalcore.domain.decision._refs import CounterRef


@attrs.frozen(kw_only=True)
class Counter:
    """A count beyond one holder: of what has a limit, or of what happened lately.

    Args:
        ref: The name it is kept under; it says what is counted, and leads to nobody.
        count: How many there are.
        times: When the latest happened, in microseconds since 1970, rising; as far back as somebody asks.
        version: 1 when it is first written, then one more with every change.

    Source: DOMAIN 3.2 (a counter with a limit has a directory row of its own), 3.6.
    """

    ref: CounterRef
    count: int = 0
    times: tuple[int, ...] = ()
    version: int = 1
