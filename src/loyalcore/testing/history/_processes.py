"""Processes that can be killed: each runs one function on a copy of a store, and shares no memory with anybody."""

from __future__ import annotations

import multiprocessing
import signal
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import CapabilityMissing

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess

    from loyalcore.store import Store

# What every process needs is loaded once; a module that is not installed is passed over.
_PRELOADED: Final = ["loyalcore.testing.history.kills", "loyalcore.adapters.sqlalchemy"]


def context() -> Any:
    """Give the way in which processes are made: from a server that holds no threads and no connections, else anew."""
    way = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    found = multiprocessing.get_context(way)
    found.set_forkserver_preload(_PRELOADED)
    return found


def start(target: Callable[..., None], store: Store, *arguments: Any) -> BaseProcess:
    """Start a process that runs a function on a copy of a store.

    Args:
        target: The function; it and its arguments can be pickled.
        store: The store; it is pickled, and its copy opens the same records.
        arguments: What else the function takes.

    Raises:
        CapabilityMissing: The store does not declare `processes`.
    """
    if "processes" not in store.abilities:
        raise CapabilityMissing("processes")
    process: BaseProcess = context().Process(target=_run, args=(target, store, *arguments), daemon=True)
    process.start()
    return process


def _run(target: Callable[..., None], store: Store, *arguments: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it decides when it ends
    target(store, *arguments)
