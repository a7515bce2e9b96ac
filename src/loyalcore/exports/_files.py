"""Files that appear together: written under other names, and renamed when all of them are complete."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TextIO


class Outputs:
    """A folder's new files: after a failure the folder has its old ones.

    Leaving the block without an error renames all files to their own names, one after the other.

    Args:
        folder: Where they are; made if it is not there.

    Raises:
        OSError: The folder or a file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with Outputs(folder) as files:
        ...         _ = files.open("a.txt").write("one")
        ...     (Path(folder) / "a.txt").read_text()
        'one'
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder: Path = Path(folder)
        self._open: dict[str, TextIO] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def _temporary(self, name: str) -> Path:
        return self.folder / f".{name}.{os.getpid()}.tmp"

    def open(self, name: str) -> TextIO:
        """Open a new file, UTF-8, with line ends as they are written.

        Args:
            name: Its own name, without folders.
        """
        file = self._temporary(name).open("w", encoding="utf-8", newline="")
        self._open[name] = file
        return file

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            for file in self._open.values():
                file.close()
            if kind is None:
                for name in self._open:
                    self._temporary(name).replace(self.folder / name)
        finally:
            for name in self._open:
                with suppress(OSError):
                    self._temporary(name).unlink(missing_ok=True)
