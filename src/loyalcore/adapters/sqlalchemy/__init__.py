"""The SQL store, through SQLAlchemy: SQLite in a file or in memory."""

from loyalcore.adapters.sqlalchemy._store import SqlStore

__all__ = ["SqlStore"]


def __dir__() -> list[str]:
    return __all__
