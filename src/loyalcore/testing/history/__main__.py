"""The command line of the history checker.

python -m loyalcore.testing.history work URL FOLDER     write to a database until it is killed
python -m loyalcore.testing.history check URL FOLDER    hold the logs of the folder against the database
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loyalcore.errors import LoyaltyError
from loyalcore.testing.history._check import check
from loyalcore.testing.history._history import History
from loyalcore.testing.history._stored import read_store
from loyalcore.testing.history._worker import PROGRAM, Job, set_up, work

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The words after the module's name; None takes those of this process.

    Returns:
        0 when it is done and every law holds, else 1.

    Raises:
        SystemExit: The words make no command (2), or ask for help (0).
    """
    parser = argparse.ArgumentParser(prog="python -m loyalcore.testing.history", description=__doc__)
    parser.add_argument("do", choices=["work", "check"])
    parser.add_argument("url", help="a database, such as sqlite:///shop.db, that nobody else writes to")
    parser.add_argument("folder", type=Path, help="where the logs are")
    parser.add_argument("--worker", default="w-1", help="who writes: the name of its log")
    parser.add_argument("--seed", type=int, default=0, help="what chooses the commands")
    parser.add_argument("--calls", type=int, default=None, help="how many; without it there is no end")
    given = parser.parse_args(arguments)
    try:
        return _work(given) if given.do == "work" else _check(given)
    except LoyaltyError as error:
        print(f"loyalcore: {error.message}", file=sys.stderr)
        return 1


def _work(given: argparse.Namespace) -> int:
    from loyalcore.adapters.sqlalchemy import SqlStore

    given.folder.mkdir(parents=True, exist_ok=True)
    with SqlStore(given.url, wait_seconds=60) as store:
        store.upgrade()
        customers = {row.customer_id: row.holder_id for row in read_store(store, "live").customers}
        job = Job(
            worker=given.worker,
            folder=str(given.folder),
            seed=given.seed,
            customers=customers or set_up(store, given.folder),
            calls_max=given.calls,
        )
        work(store, job)
    return 0


def _check(given: argparse.Namespace) -> int:
    from loyalcore.adapters.sqlalchemy import SqlStore

    with SqlStore(given.url) as store:
        report = check(History.read(given.folder), store, [PROGRAM], folder=given.folder)
    print(report)
    return 0 if report.is_ok else 1


if __name__ == "__main__":
    sys.exit(main())
