"""What the contract proved of each store, and what it left unproven: a summary at the end of a pytest run.

A host switches it on with `pytest -p loyalcore.testing.contract.report`, or with this line in the `conftest.py` of its
root folder:

    pytest_plugins = ["loyalcore.testing.contract.report"]

The classes and the fixture stay as they are; without the plugin they prove the same and say less.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from loyalcore.testing.contract._contract import Contract

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

PROPERTY = "loyalcore contract"


@attrs.define
class Part:
    """What ran of the contract over one store.

    Args:
        name: The test class.
        store: The class of the store.
        abilities: What the store declares.
        parts: The contract classes of which a test ran.
        passed: How many tests passed.
        failed: How many failed, or could not be set up.
        skipped: The facts that stay unproven, by the reason.
        tried: What the tests counted.
    """

    name: str
    store: str = ""
    abilities: tuple[str, ...] = ()
    parts: set[str] = attrs.field(factory=set)
    passed: int = 0
    failed: int = 0
    skipped: dict[str, list[str]] = attrs.field(factory=dict)
    tried: dict[str, int] = attrs.field(factory=dict)

    def add(self, outcome: str, reason: str, told: dict[str, Any]) -> None:
        """Add the outcome of one test."""
        self.store = told["store"] or self.store
        self.abilities = tuple(told["abilities"]) or self.abilities
        self.parts.add(told["part"])
        if outcome == "skipped":
            self.skipped.setdefault(reason, []).append(told["fact"])
            return
        self.passed += outcome == "passed"
        self.failed += outcome != "passed"
        for what, times in told["tried"].items():
            known = self.tried.get(what, 0)
            self.tried[what] = max(known, times) if what.endswith(" at most") else known + times

    def lines(self) -> list[str]:
        """Tell what was proved and what was not."""
        counts = [f"{len(self.parts)} parts", f"{self.passed} passed"]
        counts += [f"{self.failed} failed"] if self.failed else []
        counts += [f"{sum(map(len, self.skipped.values()))} unproven"] if self.skipped else []
        told = [f"{self.name}: {self.store}, which declares {', '.join(self.abilities) or 'no ability'}"]
        told += [f"  {', '.join(counts)}"]
        told += (
            [f"  {', '.join(f'{times} {what}' for what, times in sorted(self.tried.items()))}"] if self.tried else []
        )
        for reason, facts in self.skipped.items():
            told += [f"  {reason}:", *(f"    {fact}" for fact in dict.fromkeys(facts))]
        return told


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let each test of a contract tell about its store."""
    report = yield
    kind = getattr(item, "cls", None)
    if isinstance(kind, type) and issubclass(kind, Contract) and (report.when == "call" or report.outcome != "passed"):
        store: Any = getattr(item, "funcargs", {}).get("store")
        method = item.originalname if isinstance(item, pytest.Function) else item.name
        told = {
            "name": item.nodeid.rpartition("::")[0],
            "store": "" if store is None else type(store).__name__,
            "abilities": [] if store is None else sorted(store.abilities),
            "part": _home(kind, method),
            "fact": inspect.getdoc(getattr(kind, method)) or item.name,
            "tried": dict(getattr(getattr(item, "instance", None), "tried", {})),
        }
        report.user_properties.append((PROPERTY, told))
    return report


def _home(kind: type[Any], method: str) -> str:
    return next(base.__name__ for base in kind.__mro__ if method in vars(base))


def parts_of(reports: Iterable[Any]) -> list[Part]:
    """Gather what tests told, store by store in the order in which they ran."""
    found: dict[str, Part] = {}
    for report in reports:
        for name, told in getattr(report, "user_properties", ()):
            if name == PROPERTY:
                found.setdefault(told["name"], Part(told["name"])).add(report.outcome, _reason(report), told)
    return list(found.values())


def _reason(report: Any) -> str:
    if report.outcome != "skipped":
        return ""
    where: Any = report.longrepr
    return str(where[2] if isinstance(where, tuple) else where).removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the contract proved of each store, and what not."""
    reports = [
        report for kept in ("passed", "failed", "error", "skipped") for report in terminalreporter.getreports(kept)
    ]
    parts = parts_of(reports)
    if parts:
        terminalreporter.section("the contract of a store")
        for part in parts:
            for line in part.lines():
                terminalreporter.write_line(line)
