"""Running scenario files and saying how each ended: what `python -m loyalcore scenario` calls."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from loyalcore.errors import CapabilityMissing, LoyaltyError
from loyalcore.testing.scenarios._document import Scenario
from loyalcore.testing.scenarios._run import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loyalcore.store import Store

SAME, DIFFERS, UNUSABLE = 0, 1, 2


def run_files(paths: Sequence[Path], store_url: str | None = None) -> int:
    """Run scenario files one after the other, and print for each `ok` or its first step that differs.

    Args:
        paths: The files.
        store_url: A database URL such as `sqlite:///try.db` in which all of them run, its tables made where they are
            missing; None gives each file a new memory store.

    Returns:
        0 where every file is ok, 1 where a step differs, 2 where a file cannot be read or the store cannot be opened.

    Source: HOUSE 5.

    Example:
        >>> from pathlib import Path
        >>> run_files([Path("nowhere/refund.json")], None)
        nowhere/refund.json: no scenario file 'nowhere/refund.json'
        2
    """
    with ExitStack() as stack:
        try:
            store = None if store_url is None else _opened(store_url, stack)
        except LoyaltyError as error:
            print(error.message)
            return UNUSABLE
        return max((_run_file(path, store) for path in paths), default=SAME)


def _run_file(path: Path, store: Store | None) -> int:
    try:
        mismatch = run(Scenario.load(path), store)
    except LoyaltyError as error:
        print(f"{path}: {error.message.removeprefix(f'{path}: ')}")
        return UNUSABLE
    print(f"{path}: {'ok' if mismatch is None else mismatch}")
    return SAME if mismatch is None else DIFFERS


def _opened(url: str, stack: ExitStack) -> Store:
    try:
        from loyalcore.adapters.sqlalchemy import SqlStore
    except ImportError:
        raise CapabilityMissing("sqlalchemy") from None
    store = stack.enter_context(SqlStore(url))
    store.upgrade()
    return store
