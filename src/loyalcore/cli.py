"""The command line: `python -m loyalcore replay …` and `python -m loyalcore scenario …`."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import (
    FactConflict,
    IdempotencyConflict,
    InvalidDocument,
    InvalidInput,
    LimitExceeded,
    LoyaltyError,
    NotFound,
)
from loyalcore.values.points import check_points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from loyalcore.domain.programs import Program
    from loyalcore.replay import LinesFile, OrdersFile, Replayed, Report
    from loyalcore.store import Store

__all__ = ["main", "run_replay"]


def __dir__() -> list[str]:
    return __all__


DONE: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2

STORE_FILE: Final = "loyalty.db"
"""Where a replay keeps its store, in the folder of its results, when it is not told another one."""
PROGRAMS_FILE: Final = "programs.json"
"""Where it keeps the programs that the orders in its own store were booked by, each version once."""
_WIDTH: Final = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: The words after `python -m loyalcore`; None takes those of this process.

    Returns:
        0 when it is done, 1 when it failed or a check did not hold, 2 when what it was given is wrong.

    Raises:
        SystemExit: The words make no command (2), or ask for help (0).

    Source: house decision (`docs/how-to/run-a-replay.md`).

    Example:
        >>> main(["replay", "--help"])
        Traceback (most recent call last):
        SystemExit: 0
    """
    given = _parser().parse_args(arguments)
    try:
        code: int = given.run(given)
    except (InvalidInput, NotFound, LimitExceeded) as error:
        where = getattr(error, "path", "")
        _say(error.message if error.message.startswith(where) else f"{where}: {error.message}")
        return BAD_INPUT
    except (IdempotencyConflict, FactConflict) as error:
        _say(f"{error.message}\n  the store holds this order as another one: give a new --store or --out")
    except LoyaltyError as error:
        _say(error.message)
    except OSError as error:
        _say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except ModuleNotFoundError as error:
        _say(f"{error.name} is not installed: pip install 'loyalcore[sqlalchemy]' brings it")
    else:
        return code
    return FAILED


def _say(line: str) -> None:
    print(f"loyalcore: {line}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loyalcore", description="Loyalty programs over your own orders.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    replay = commands.add_parser(
        "replay",
        help="run a history of orders through a program",
        description="Run a history of orders through a program and write what comes of it: summary.json, customers.csv "
        "and transactions.csv. The same history, or a longer one, may be run again into the same store.",
    )
    replay.add_argument("--program", required=True, metavar="P.toml", help="the program's document")
    replay.add_argument(
        "--orders",
        required=True,
        metavar="O.csv",
        help="the orders: order_id, customer_id, ordered_at, total and perhaps currency, with a header; or line by "
        "line, with line_id, quantity and unit_price in place of the total",
    )
    replay.add_argument(
        "--returns",
        metavar="R.csv",
        help="what came back of orders that are given line by line: return_id, order_id, returned_at, line_id, "
        "quantity and perhaps refund",
    )
    replay.add_argument(
        "--as-of",
        required=True,
        metavar="INSTANT",
        help="up to when time passes: an ISO 8601 date (its 00:00:00) or datetime, in the program's zone if it has no "
        "offset; later orders are left out",
    )
    replay.add_argument(
        "--out", required=True, metavar="DIR", help="the folder of the results; made if it is not there"
    )
    replay.add_argument(
        "--store", metavar="URL", help=f"the database, such as sqlite:///shop.db; else {STORE_FILE} in DIR"
    )
    replay.add_argument(
        "--redeem", metavar="N", help="just before each order, spend the largest multiple of N points that is active"
    )
    replay.add_argument("--skip-bad", action="store_true", help="go on without the rows that are bad, and count them")
    replay.set_defaults(run=_replay)

    scenario = commands.add_parser(
        "scenario",
        help="run scenario files and show the first step that differs",
        description="Run scenario files and show the first step of each that differs.",
    )
    scenario.add_argument("files", nargs="+", metavar="FILE", help="a scenario")
    scenario.add_argument("--store", metavar="URL", help="a database to run them in; else each has one in memory")
    scenario.set_defaults(run=_scenario)
    return parser


def _scenario(given: argparse.Namespace) -> int:
    from loyalcore.testing.scenarios import run_files

    return run_files([Path(name) for name in given.files], store_url=given.store)


def _replay(given: argparse.Namespace) -> int:
    summary = run_replay(
        given.program,
        given.orders,
        as_of=given.as_of,
        out=given.out,
        store_url=given.store,
        redeem=_whole(given.redeem),
        skip_bad=given.skip_bad,
        returns=given.returns,
    )
    return DONE if all(summary["checks"].values()) else FAILED


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if re.fullmatch("[0-9]{1,18}", text) is None or not int(text):
        raise InvalidInput("must be a whole number of points, at least 1", path="--redeem")
    return check_points(int(text), "--redeem")


def run_replay(
    program: str,
    orders: str,
    *,
    as_of: str,
    out: str,
    store_url: str | None = None,
    redeem: int | None = None,
    skip_bad: bool = False,
    returns: str | None = None,
) -> dict[str, Any]:
    """Run the command `replay` in this process: read, check, book, write, and print what came of it.

    Args:
        program: The path of the program's document.
        orders: The path of the orders.
        as_of: An ISO 8601 date or datetime, in the program's zone if it has no offset.
        out: The folder of the results.
        store_url: The URL of a database; None is `loyalty.db` in that folder.
        redeem: Just before each order, spend the largest multiple of this that is active.
        skip_bad: Go on without the rows that are bad.
        returns: The path of what came back of the orders, which are then given line by line.

    Returns:
        What was written to `summary.json`.

    Raises:
        InvalidInput: An argument, the program's document or the orders are wrong; nothing was written.
        NotFound: A file is not there; nothing was written.
        LoyaltyError: The store could not do its part, or holds other orders of the same ids.
        OSError: The results cannot be written.

    Source: house decision (`docs/how-to/run-a-replay.md`).
    """
    from loyalcore.domain.programs import Program
    from loyalcore.replay import carts_of, has_lines, is_plain, parse_when, read_lines, read_orders, read_returns

    started = time.perf_counter()
    rules = Program.load(program)
    end = parse_when(as_of, rules.zone, "--as-of")
    if Path(out).exists() and not Path(out).is_dir():
        raise InvalidInput("is no folder", path="--out")
    if returns is None and not has_lines(orders):
        found = read_orders(orders, rules, skip_bad=skip_bad)
        _tell_of(found)
        history = (
            _Orders(found, rules, end, redeem) if is_plain(rules) else _Lines(carts_of(found), None, rules, end, redeem)
        )
        return _run(rules, history, end, Path(out), store_url, started)
    lines = read_lines(orders, rules, skip_bad=skip_bad)
    back = None if returns is None else read_returns(returns, rules, skip_bad=skip_bad)
    for each in (lines, back):
        if each is not None:
            _tell_of(each)
    return _run(rules, _Lines(lines, back, rules, end, redeem), end, Path(out), store_url, started)


class _Orders:
    """Orders of which the totals are known, to be replayed."""

    def __init__(self, found: OrdersFile, rules: Program, end: datetime, redeem: int | None) -> None:
        self.skipped = found.skipped
        self._found, self._rules, self._end, self._redeem = found, rules, end, redeem

    def run(self, store: Store, progress: Callable[[int, int], None]) -> Replayed:
        """Replay them into a store."""
        from loyalcore.replay import replay
        from loyalcore.values.ids import SystemIds

        orders = self._found.orders
        return replay(
            store, self._rules, orders, as_of=self._end, ids=SystemIds(), redeem=self._redeem, progress=progress
        )


class _Lines:
    """Orders given line by line, and what came back of them, to be replayed."""

    def __init__(
        self, lines: LinesFile, back: LinesFile | None, rules: Program, end: datetime, redeem: int | None
    ) -> None:
        self.skipped = lines.skipped + (0 if back is None else back.skipped)
        self._lines, self._back, self._rules, self._end, self._redeem = lines, back, rules, end, redeem

    def run(self, store: Store, progress: Callable[[int, int], None]) -> Replayed:
        """Replay them into a store, and tell what the program refused."""
        from loyalcore.replay import replay_history
        from loyalcore.values.ids import SystemIds

        history = replay_history(
            store,
            self._rules,
            self._lines.found,
            () if self._back is None else self._back.found,
            as_of=self._end,
            ids=SystemIds(),
            redeem=self._redeem,
            progress=progress,
        )
        for left in history.left:
            _say(f"left out: {left.name}: {left.reason}")
        if self._back is not None:
            print(f"{history.returns:,} returns, {history.returns_added:,} of them new")
        return history.replayed


def _tell_of(found: OrdersFile | LinesFile) -> None:
    if found.ignored:
        _say(f"columns that were not looked at: {', '.join(found.ignored)}")
    for fault in found.faults:
        _say(f"left out: {fault.place}: {fault.reason}")


def _run(
    rules: Program,
    history: _Orders | _Lines,
    end: datetime,
    out: Path,
    store_url: str | None,
    started: float,
) -> dict[str, Any]:
    from loyalcore.adapters.sqlalchemy import SqlStore
    from loyalcore.exports import Outputs
    from loyalcore.replay import write_report, write_summary

    programs = _programs(rules, out) if store_url is None else []
    with SqlStore(_url(out) if store_url is None else store_url) as store:
        out.mkdir(parents=True, exist_ok=True)
        store.upgrade()
        if programs:  # before anything is booked by them
            with Outputs(out) as files:
                files.open(PROGRAMS_FILE).write(json.dumps(programs, ensure_ascii=False, indent=2) + "\n")
        with _Bar("orders") as bar:
            replayed = history.run(store, bar.show)
        with Outputs(out) as files, _Bar("customers") as bar:
            count = len(replayed.customers)
            report = write_report(
                store, rules, replayed.customers, end, files, progress=lambda done: bar.show(done, count)
            )
            summary = write_summary(
                files,
                rules,
                replayed,
                report,
                as_of=end,
                skipped=history.skipped,
                seconds=time.perf_counter() - started,
            )
    _print(summary, replayed, report, out)
    return summary


def _programs(rules: Program, out: Path) -> list[dict[str, Any]]:
    """Give the programs that a folder's store was booked by, and these rules.

    Raises:
        InvalidInput: Orders were booked by other rules of the same id and version: what those have booked would stay,
            and pass for the result of these. Or the file of the programs is none.
    """
    known = _known_programs(out)
    for program in known:
        if (program.id, program.version) == (rules.id, rules.version) and program != rules:
            before, now = program.to_document(), rules.to_document()
            changed = ", ".join(sorted(name for name in {**before, **now} if before.get(name) != now.get(name)))
            raise InvalidInput(
                f"has orders booked by version {rules.version} of {rules.id} with other rules ({changed}): give a new "
                "folder",
                path="--out",
            )
    return [program.to_document() for program in (*known, *([] if rules in known else [rules]))]


def _known_programs(out: Path) -> list[Program]:
    from loyalcore.domain.programs import Program

    if not (out / STORE_FILE).exists() or not (out / PROGRAMS_FILE).exists():
        return []
    try:
        return [Program.from_document(each) for each in json.loads((out / PROGRAMS_FILE).read_bytes())]
    except (InvalidDocument, OSError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"{out / PROGRAMS_FILE} does not say which programs booked {STORE_FILE}: delete both, or give a new folder",
            path="--out",
        ) from error


def _url(out: Path) -> str:
    if "?" in str(out):
        raise InvalidInput("the name of the folder holds a '?': say with --store where the database is", path="--out")
    return f"sqlite:///{out / STORE_FILE}"


def _print(summary: dict[str, Any], replayed: Replayed, report: Report, out: Path) -> None:
    orders, customers = summary["orders"], summary["customers"]
    added = f"{replayed.orders_added:,} of them new" if replayed.orders_added else "none of them new: nothing was added"
    print(f"{orders:,} orders of {customers:,} customers, {added}")
    left_out = [
        f"{summary[name]:,} {words}"
        for name, words in (("after_as_of", f"after {summary['as_of']}"), ("skipped", "bad"))
        if summary[name]
    ]
    if left_out:
        print(f"left out: {', '.join(left_out)}")
    print("points: " + (", ".join(f"{value:,} {name}" for name, value in report.points.items() if value) or "none"))
    if report.tiers:
        print("tiers: " + ", ".join(f"{value:,} {name}" for name, value in report.tiers.items()))
    failed = [name for name, holds in report.checks.items() if not holds]
    print(f"checks that FAILED: {', '.join(failed)}" if failed else "all checks hold")
    print(f"results: {out / 'summary.json'}, {out / 'customers.csv'}, {out / 'transactions.csv'}")


class _Bar:
    """A progress bar on standard error, only where somebody looks at it."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._shown = ""
        self.show: Callable[[int, int], None] = self._show if sys.stderr.isatty() else _show_nothing

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print(f"\r{' ' * len(self._shown)}\r", end="", file=sys.stderr, flush=True)

    def _show(self, done: int, total: int) -> None:
        filled = _WIDTH * done // max(total, 1)
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of {total:,} {self._noun}"
        if line != self._shown:
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
            self._shown = line


def _show_nothing(done: int, total: int) -> None:
    """Show nothing: nobody looks."""
