"""The history: the lines of all workers, put together as calls and reads."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.flows import from_json
from loyalcore.errors import InvalidInput
from loyalcore.testing.history._line import Line, What
from loyalcore.testing.history._log import SUFFIX, read_log

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from loyalcore.domain.flows import Command

SETTLING: Final = "settling"
"""The worker that sends again what is in doubt, when all others have ended."""


@attrs.frozen
class Call:
    """One delivery of a command.

    Args:
        command: What was wanted.
        began: The line before it.
        ended: The line after it; None where the worker did not live to see the answer.
    """

    command: Command
    began: Line
    ended: Line | None = None

    @property
    def what(self) -> What:
        """How it ended; `in_doubt` where nobody knows."""
        return What.IN_DOUBT if self.ended is None else self.ended.what

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its lines."""
        return (self.began,) if self.ended is None else (self.began, self.ended)

    @property
    def key(self) -> str | None:
        """Its idempotency key; None for a command that has none."""
        return getattr(self.command, "key", None)

    @property
    def entries(self) -> tuple[str, ...]:
        """The ids of the entries that answered it."""
        return () if self.ended is None else tuple(self.ended.data.get("entries", ()))

    @property
    def is_replayed(self) -> bool:
        """Whether it was answered with an earlier receipt."""
        return self.ended is not None and bool(self.ended.data.get("replayed"))

    @property
    def settles(self) -> bool:
        """Whether it says what became of a command in doubt: sent when all workers had ended, done or truly refused."""
        is_final = self.what is What.OK or (self.what is What.REFUSED and bool(self.answer("is_final")))
        return is_final and self.began.worker.startswith(SETTLING)

    def answer(self, name: str) -> Any:
        """Give a part of its answer; None where there is none."""
        return None if self.ended is None else self.ended.data.get(name)


@attrs.frozen
class History:
    """What all workers wrote down.

    Args:
        lines: Their lines, each worker's in order.

    Raises:
        InvalidInput: A worker answered a call that it had not begun, or twice.

    Example:
        >>> History(()).calls
        ()
    """

    lines: tuple[Line, ...]

    @classmethod
    def read(cls, folder: Path) -> History:
        """Read the logs of a folder.

        Raises:
            InvalidInput: A line cannot be read, or does not fit.
        """
        logs = sorted(folder.glob(f"*{SUFFIX}"))
        return cls(tuple(line for path in logs for line in read_log(path)))

    def with_lines(self, lines: Iterable[Line]) -> History:
        """Give the history with more lines."""
        return History((*self.lines, *lines))

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls, by when they began."""
        found: dict[tuple[str, int], Call] = {}
        for line in self.lines:
            name = (line.worker, line.call)
            if line.what is What.READ:
                continue
            if line.what is What.INVOKE:
                found[name] = Call(from_json(line.data.get("command")), line)
                continue
            call = found.get(name)
            if call is None or call.ended is not None:
                raise InvalidInput("answers no open call", path=f"{line.worker}:{line.line}")
            found[name] = attrs.evolve(call, ended=line)
        return tuple(sorted(found.values(), key=lambda call: call.began.at))

    @cached_property
    def reads(self) -> tuple[Line, ...]:
        """The looks at ledgers, by when they ended."""
        return tuple(sorted((line for line in self.lines if line.what is What.READ), key=lambda line: line.at))

    @cached_property
    def in_doubt(self) -> tuple[Call, ...]:
        """The calls whose outcome nobody knows."""
        return tuple(call for call in self.calls if call.what is What.IN_DOUBT)

    @property
    def workers(self) -> frozenset[str]:
        """Who wrote it."""
        return frozenset(line.worker for line in self.lines)
