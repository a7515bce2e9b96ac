"""Replay the orders of CDNOW, an online shop of 1997, through a program with expiry, tiers and redemption.

`python examples/quickstart/run.py WHEEL OUTDIR` reads the orders out of the wheel of `lifetimes` 0.11.3, whose code it
never imports, writes them to OUTDIR as `orders.csv`, and runs the replay on them. It takes a sample of 6,919 orders;
with `--whole` all 69,659. `nox -s quickstart` downloads the wheel and runs this.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from loyalcore.cli import run_replay
from loyalcore.errors import LoyaltyError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).parent / "program.toml"
AS_OF = "1998-07-01"
REDEEM = 100


def orders(wheel: Path, *, whole: bool) -> Iterator[tuple[int, str, str, str]]:
    """Read the orders of a wheel: number of the row, customer, day, dollars as they are written."""
    name, begin, day_at = ("CDNOW_master.txt", 1, 1) if whole else ("CDNOW_sample.txt", 0, 2)
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(f"lifetimes/datasets/{name}").decode("ascii").splitlines()[begin:]
    for number, line in enumerate(lines, start=1):
        cells = line.split()
        customer, (day, _discs, dollars) = cells[0], cells[day_at:]
        yield number, customer, f"{day[:4]}-{day[4:6]}-{day[6:]}", dollars


def main(words: list[str] | None = None) -> int:
    """Write the orders and replay them; 0 when every check holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("wheel", type=Path, help="Lifetimes-0.11.3-py3-none-any.whl")
    parser.add_argument("outdir", type=Path, help="where the orders and the results go")
    parser.add_argument("--whole", action="store_true", help="all 69,659 orders, not the sample")
    given = parser.parse_args(words)
    given.outdir.mkdir(parents=True, exist_ok=True)
    path = given.outdir / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["order_id", "customer_id", "ordered_at", "total"])
        table.writerows(orders(given.wheel, whole=given.whole))
    print(f"The shop CDNOW, 1997 and 1998, up to {AS_OF}: a point per dollar, {REDEEM} of them redeemed whenever there")
    print(f"are so many, the rest gone after six months, three tiers (the rules: {PROGRAM.name}; the orders: {path}).")
    try:
        summary = run_replay(str(PROGRAM), str(path), as_of=AS_OF, out=str(given.outdir), redeem=REDEEM)
    except LoyaltyError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if all(summary["checks"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
