"""The log: where one worker writes its lines, so that they outlive it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loyalcore.errors import InvalidInput
from loyalcore.testing.history._line import Line, What, read_line

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Self

SUFFIX: Final = ".jsonl"


class Log:
    """A file of lines that only grows, written by one worker.

    Each line is handed to the operating system whole before the worker goes on. So a worker that is killed loses none;
    only a machine that loses power might, which is why the log does not wait for the disk.

    Args:
        worker: Who writes; the name of the file.
        folder: Where the file is made; None keeps the lines in memory only.

    Raises:
        InvalidInput: There is a log of that worker already: a worker that is started again takes a new name.

    Example:
        >>> log = Log("w-1")
        >>> call = log.begin({"command": {"command": "customers.register", "customer_id": "ada"}})
        >>> log.end(call, What.OK, {"entries": []}).line
        2
    """

    def __init__(self, worker: str, folder: Path | None = None) -> None:
        self.worker: str = worker
        self.lines: list[Line] = []
        self._calls = 0
        self._count = 0
        self._file: int | None = None
        if folder is not None:
            try:
                self._file = os.open(
                    folder / f"{worker}{SUFFIX}", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644
                )
            except FileExistsError:
                raise InvalidInput(f"there is a log of {worker} already", path="worker") from None

    def begin(self, data: dict[str, Any]) -> int:
        """Write down that a call begins, and give its number."""
        self._calls += 1
        self._write(self._calls, What.INVOKE, data)
        return self._calls

    def end(self, call: int, what: What, data: dict[str, Any]) -> Line:
        """Write down how a call ended."""
        return self._write(call, what, data)

    def read(self, data: dict[str, Any]) -> Line:
        """Write down what a look at a ledger showed."""
        self._calls += 1
        return self._write(self._calls, What.READ, data)

    def _write(self, call: int, what: What, data: dict[str, Any]) -> Line:
        self._count += 1
        line = Line(self.worker, self._count, time.monotonic_ns(), call, what, data)
        self.lines.append(line)
        if self._file is not None:
            os.write(self._file, f"{line.text()}\n".encode())
        return line

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_log(path: Path) -> list[Line]:
    """Read the lines of one log.

    A worker may have been killed while it wrote its last line; a last line without its end counts as not written, so
    that the call before it is in doubt.

    Raises:
        InvalidInput: A line cannot be read, or the lines are not numbered from 1 without a gap.
    """
    *whole, _torn = path.read_text(encoding="utf-8").split("\n")
    lines = [read_line(text, f"{path.name}:{number}") for number, text in enumerate(whole, start=1)]
    for number, line in enumerate(lines, start=1):
        if line.line != number:
            raise InvalidInput(f"is numbered {line.line}", path=f"{path.name}:{number}")
    return lines
