"""Statements that travel at once: a pipeline of libpq."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def together(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Let statements travel at once, and raise what the server said first.

    Their rows are to be fetched afterwards: within, each of them would be waited for by itself.

    An error that left a pipeline would make psycopg write a warning to the host's log, for what is another unit's
    ordinary win; so it leaves when the pipeline has ended.
    """
    first: psycopg.Error | None = None
    try:
        with connection.pipeline():
            try:
                yield
            except psycopg.Error as error:
                first = error
    except psycopg.Error:
        if first is None:
            raise
    if first is not None:
        raise first
