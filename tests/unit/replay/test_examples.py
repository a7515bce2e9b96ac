"""The examples that make orders of what real shops left."""

from __future__ import annotations

import gzip
import importlib.util
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loyalcore.domain.programs import Program
from loyalcore.replay import read_orders

if TYPE_CHECKING:
    from types import ModuleType

EXAMPLES = Path(__file__).parents[3] / "examples"


def load(name: str) -> ModuleType:
    """Load a script of the examples."""
    spec = importlib.util.spec_from_file_location(name.replace("/", "_"), EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("words", "customers", "points"),
    [([], 2, {"awarded": 130, "spent": 100}), (["--whole"], 1, {"awarded": 9, "spent": 0})],
)
def test_the_quickstart_reads_the_orders_of_a_wheel(
    tmp_path: Path, words: list[str], customers: int, points: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows of both files become orders with the number of the row, repeated rows are orders of their own."""
    wheel = tmp_path / "lifetimes.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        sample = (
            " 00004    1 19970101  2   60.33\r\n 00004    1 19970101  2   60.33\r\n"
            " 00004    1 19970118  2   10.00\r\n 00021    2 19970101  1    0.00\r\n"
        )
        archive.writestr("lifetimes/datasets/CDNOW_sample.txt", sample)
        archive.writestr("lifetimes/datasets/CDNOW_master.txt", "id date cds dollars\n 7 19980630 1 9.97\n")
    run: Any = load("quickstart/run")
    assert run.main([str(wheel), str(tmp_path / "out"), *words]) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["customers"] == customers
    assert {name: summary["points"][name] for name in points} == points
    assert str(tmp_path / "out" / "customers.csv") in capsys.readouterr().out


def test_the_quickstart_tells_what_its_store_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sample and the whole file number other orders alike: into one folder they are a conflict, told in a line."""
    wheel = tmp_path / "lifetimes.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("lifetimes/datasets/CDNOW_sample.txt", " 7 1 19970101 1 60.33\n")
        archive.writestr("lifetimes/datasets/CDNOW_master.txt", "id date cds dollars\n 7 19980630 1 9.97\n")
    run: Any = load("quickstart/run")
    assert run.main([str(wheel), str(tmp_path)]) == 0
    assert run.main([str(wheel), str(tmp_path), "--whole"]) == 1
    assert "was used before" in capsys.readouterr().err


LINES = """invoice_no,stock_code,quantity,invoiced_at,unit_price,customer_id,country
536365,85123A,6,2010-12-01T08:28,2.55,17850,United Kingdom
536365,71053,6,2010-12-01T08:26,3.39,17850,United Kingdom
C536379,D,-1,2010-12-01T09:41,27.50,14527,United Kingdom
536414,22139,56,2010-12-01T11:52,0.00,,United Kingdom
A563185,B,1,2011-08-12T14:50,11062.06,,United Kingdom
536370,POST,3,2010-12-01T08:26,18.00,12583,France
537197,22841,1,2010-12-05T14:02,0.00,12647,Germany
537198,22841,-1,2010-12-05T14:02,0.03,12647,Germany
"""


def test_invoice_lines_become_orders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines of an invoice are added up exactly at its earliest time; what is left out is counted by its reason."""
    source, target = tmp_path / "lines.csv.gz", tmp_path / "orders.csv"
    with gzip.open(source, "wt", encoding="utf-8", newline="") as file:
        file.write(LINES)
    script: Any = load("online_retail/orders")
    assert script.main([str(source), str(target)]) == 0
    assert target.read_text(encoding="utf-8").splitlines() == [
        "order_id,customer_id,ordered_at,total,currency",
        "536365,17850,2010-12-01T08:26,35.64,GBP",
        "536370,12583,2010-12-01T08:26,54.00,GBP",
        "537197,12647,2010-12-05T14:02,0.00,GBP",
    ]
    assert capsys.readouterr().out.splitlines() == [
        f"3 orders of 3 customers: {target}",
        "left out: 1 invoices that come to less than nothing",
        "left out: 1 lines of cancellations",
        "left out: 1 lines of corrections",
        "left out: 1 lines without a customer",
    ]
    rules = Program.load(EXAMPLES / "online_retail" / "program.toml")
    assert len(read_orders(target, rules).orders) == 3


def test_an_invoice_of_two_customers_is_no_order(tmp_path: Path) -> None:
    """Lines that contradict each other stop the script."""
    source = tmp_path / "lines.csv"
    source.write_text(LINES + "536370,POST,3,2010-12-01T08:26,18.00,99999,France\n", encoding="utf-8")
    with pytest.raises(ValueError, match="536370"):
        load("online_retail/orders").main([str(source), str(tmp_path / "orders.csv")])
