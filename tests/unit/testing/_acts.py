"""What the workers of a crew are told to do in the tests; other processes import it from here."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import attrs

from examples.plain_store.store import PlainStore

if TYPE_CHECKING:
    from loyalcore.store import Store


@attrs.frozen
class Say:
    """Gives what it was told, and in which process."""

    what: Any

    def __call__(self, store: Store) -> tuple[Any, int]:
        """Give it."""
        return self.what, os.getpid()


def stumble(store: Store) -> None:
    """Raise an error that can be sent."""
    raise ValueError("stumbled")


class UnsendableError(Exception):
    """An error that can be packed and not unpacked."""

    def __init__(self, one: str, *, two: str) -> None:
        super().__init__(one + two)


def stumble_badly(store: Store) -> None:
    """Raise an error that cannot be sent."""
    raise UnsendableError("badly ", two="stumbled")


def leave(store: Store) -> None:
    """End the process at once."""
    os._exit(3)


def linger(store: Store) -> None:
    """Take longer than anybody waits."""
    time.sleep(30)


class Homebound(PlainStore):
    """A store whose file is gone when the copy looks for it."""

    def __getstate__(self) -> dict[str, Any]:
        return {"_path": "/nowhere/plain.db"}
