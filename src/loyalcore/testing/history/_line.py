"""The line: one event of a history, as a worker wrote it down."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOWN_MAX: Final = 300
"""How many characters of a line a report shows."""


class What(StrEnum):
    """What a line tells."""

    INVOKE = "invoke"
    OK = "ok"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    BROKEN = "broken"
    READ = "read"


_HEAD: Final = ("worker", "line", "at", "call", "what")


@attrs.frozen
class Line:
    """One event.

    Args:
        worker: Who wrote it.
        line: Its number among the worker's lines, from 1 without a gap.
        at: When it was written: nanoseconds of the machine's own clock, which never goes back.
        call: The number of the worker's call, or read, that it belongs to.
        what: `invoke` before a call; after it `ok`, `refused` (nothing was written), `in_doubt` (the answer was lost)
            or `broken` (an exception that is none of the library's); `read` for a look at a ledger.
        data: The command and its key, or the answer, as JSON.

    Example:
        >>> Line("w-1", 1, 5, 1, What.REFUSED, {"code": "insufficient_points"}).text()
        '{"worker": "w-1", "line": 1, "at": 5, "call": 1, "what": "refused", "code": "insufficient_points"}'
    """

    worker: str
    line: int
    at: int
    call: int
    what: What
    data: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    def text(self) -> str:
        """Write it as JSON on one line."""
        head = {"worker": self.worker, "line": self.line, "at": self.at, "call": self.call, "what": self.what.value}
        return json.dumps({**head, **self.data}, ensure_ascii=False)

    def shown(self) -> str:
        """Show it to people."""
        data = json.dumps(dict(self.data), ensure_ascii=False)
        return f"{self.worker} {self.line:>5} {self.at / 1e9:.6f} {self.what.value} {data}"[:SHOWN_MAX]


def read_line(text: str, path: str) -> Line:
    """Read a line from its JSON.

    Args:
        text: The line.
        path: Where it stands, for the message.

    Raises:
        InvalidInput: It is no line of a history.

    Example:
        >>> read_line('{"worker": "w", "line": 1, "at": 5, "call": 1, "what": "ok", "entries": []}', "w:1").what.value
        'ok'
    """
    try:
        data = json.loads(text)
        worker, line, at, call, what = (data.pop(name) for name in _HEAD)
        return Line(str(worker), int(line), int(at), int(call), What(what), data)
    except (ValueError, KeyError, AttributeError, TypeError):
        raise InvalidInput("is no line of a history", path=path) from None
