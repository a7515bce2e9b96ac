"""Several versions of one program."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from loyalcore.domain.programs import Program, Registry, by_id
from loyalcore.domain.tiers import Level, Measure, TierSet
from loyalcore.errors import InvalidDocument, InvalidInput

FROM = datetime(2026, 7, 1, tzinfo=UTC)
FIRST = Program("beans", currency="EUR", timezone="UTC")
SECOND = attrs.evolve(FIRST, version=2, applies_from=FROM)
TIERS = TierSet(measure=Measure.ORDERS, levels=(Level("Gold", 3),))


def test_the_version_that_applies() -> None:
    """Until the instant the first version applies, from it on the second, whatever order they are given in."""
    (line,) = by_id([SECOND, FIRST]).values()
    assert [
        line.at(at).version for at in (datetime.min.replace(tzinfo=UTC), FROM, datetime(2027, 1, 1, tzinfo=UTC))
    ] == [1, 2, 2]
    assert [each.version for each in line.versions] == [1, 2]
    assert line == FIRST


def test_one_version_is_itself() -> None:
    """A program alone applies always, also before the instant that it names."""
    (only,) = by_id([SECOND]).values()
    assert only is SECOND
    assert only.at(datetime(2020, 1, 1, tzinfo=UTC)) is SECOND
    assert not only.is_behind(0)


def test_a_standing_is_behind_until_it_has_come_to_the_version() -> None:
    """What was worked out under another version still has to come to this one; 0 stands for the first."""
    first, second = by_id([FIRST, SECOND])["beans"].versions
    assert [second.is_behind(0), second.is_behind(2), first.is_behind(0)] == [True, False, False]


def test_versions_go_to_another_process() -> None:
    """A program with its versions can be pickled."""
    (line,) = by_id([FIRST, SECOND]).values()
    assert pickle.loads(pickle.dumps(line)).at(FROM) == SECOND  # noqa: S301 - made here


@pytest.mark.parametrize(
    ("second", "path"),
    [
        ({"version": 1, "applies_from": FROM}, "programs[1]"),
        ({"version": 2}, "programs[1].applies_from"),
        ({"version": 2, "applies_from": FROM, "currency": "USD"}, "programs[1].currency"),
        ({"version": 2, "applies_from": FROM, "timezone": "Europe/Berlin"}, "programs[1].timezone"),
    ],
)
def test_versions_that_do_not_go_together(second: dict[str, Any], path: str) -> None:
    """Two versions of one number, without an instant, or of another currency or zone are refused by their place."""
    with pytest.raises(InvalidInput) as caught:
        by_id([FIRST, attrs.evolve(FIRST, **second)])
    assert caught.value.path == path


def test_instants_rise_with_the_numbers() -> None:
    """Two versions from one instant are refused, as is a later number with an earlier instant."""
    with pytest.raises(InvalidInput, match="must be later"):
        by_id([SECOND, attrs.evolve(SECOND, version=3)])


def test_an_instant_is_aware() -> None:
    """From when a version applies is an aware instant; a document writes it as one, or as text."""
    with pytest.raises(InvalidDocument) as caught:
        attrs.evolve(FIRST, applies_from=datetime(2026, 7, 1))
    assert [fault.path for fault in caught.value.faults] == ["applies_from"]
    values = FIRST.to_document()
    for said in (FROM, "2026-07-01T00:00:00Z"):
        assert Program.from_document({**values, "applies_from": said}).applies_from == FROM
    assert Program.from_document(SECOND.to_document()) == SECOND


# --- Tiers of subledgers ---------------------------------------------------------------------------------------------


def test_tiers_of_a_subledger() -> None:
    """Each ledger has its own tiers or none; a document says them by the ledger's id."""
    program = attrs.evolve(FIRST, ledger_tiers={"miles": TIERS})
    assert (program.tiers_of(""), program.tiers_of("miles"), program.tiers_of("other")) == (None, TIERS, None)
    assert Program.from_document(program.to_document()) == program


@pytest.mark.parametrize(
    ("given", "path"), [(7, "ledger_tiers"), ({"": TIERS}, "ledger_tiers"), ({"miles": 7}, "ledger_tiers.miles")]
)
def test_wrong_tiers_of_a_subledger(given: Any, path: str) -> None:
    """What is no mapping of ledgers to tier sets is named."""
    with pytest.raises(InvalidDocument) as caught:
        attrs.evolve(FIRST, ledger_tiers=given)
    assert [fault.path for fault in caught.value.faults] == [path]


@pytest.mark.parametrize(
    ("tables", "paths"),
    [
        ({"ledger_tiers": []}, ["ledger_tiers"]),
        ({"ledger_tiers": {"": {}}}, ["ledger_tiers"]),
        ({"ledger_tiers": {"m": {}}}, ["ledger_tiers.m.measure", "ledger_tiers.m.levels"]),
        (
            {"ledger_tiers": {"m": {"measure": "orders", "levels": [{"name": "A", "at": 2}, {"name": "A", "at": 1}]}}},
            ["ledger_tiers.m.levels[1].name", "ledger_tiers.m.levels[1].at"],
        ),
        ({"points": {"balance_marks": 5}}, ["points.balance_marks"]),
        ({"points": {"balance_marks": [5, 5]}}, ["points.balance_marks"]),
        ({"points": {"balance_marks": [0]}}, ["points.balance_marks[0]"]),
        ({"points": {"balance_marks": list(range(1, 30))}}, ["points.balance_marks"]),
    ],
)
def test_faults_of_a_document(tables: dict[str, Any], paths: list[str]) -> None:
    """Every fault of the tables is named by its path, all at once."""
    with pytest.raises(InvalidDocument) as caught:
        Program.from_document({**FIRST.to_document(), **tables})
    assert [fault.path for fault in caught.value.faults] == paths


@pytest.mark.parametrize(
    "key",
    [
        "measure",
        "function",
        "window",
        "resets",
        "downgrade",
        "expires_in",
        "anchor",
        "anchor_attribute",
        "grace",
        "notices",
        "ending_days",
    ],
)
def test_one_wrong_setting_of_tiers_is_one_fault(key: str) -> None:
    """A setting with a fault of its own brings no second fault of what goes with it."""
    table = {
        "measure": "function",
        "function": "worth",
        "window": "rolling_3M",
        "resets": "tier_change",
        "downgrade": "one_down",
        "expires_in": "12M",
        "anchor": "customer_attribute",
        "anchor_attribute": "since",
        "grace": "1M",
        "notices": ["tier_up"],
        "ending_days": 7,
        "levels": [{"name": "Gold", "at": 3}],
    }
    assert Program.from_document({**FIRST.to_document(), "tiers": table}).tiers is not None
    with pytest.raises(InvalidDocument) as caught:
        Program.from_document({**FIRST.to_document(), "tiers": {**table, key: "?!" if key != "notices" else 7}})
    assert [fault.path for fault in caught.value.faults] == [f"tiers.{key}"]


def test_marks_in_python() -> None:
    """The balance marks of a policy are a tuple."""
    with pytest.raises(InvalidDocument) as caught:
        attrs.evolve(FIRST, points=attrs.evolve(FIRST.points, balance_marks=[5]))  # type: ignore[arg-type]
    assert [fault.path for fault in caught.value.faults] == ["points.balance_marks"]


def test_a_measure_must_be_in_the_registry() -> None:
    """A tier set that names a function which the registry does not have is refused by its path."""
    worth = attrs.evolve(TIERS, measure=Measure.FUNCTION, function="worth")
    for program, path in (
        (attrs.evolve(FIRST, tiers=worth), "tiers.function"),
        (attrs.evolve(FIRST, ledger_tiers={"miles": worth}), "ledger_tiers.miles.function"),
    ):
        Registry(measures={"worth": lambda points, orders: points.active}).check(program)
        with pytest.raises(InvalidInput, match="did you mean worths") as caught:
            Registry(measures={"worths": lambda points, orders: points.active}).check(program)
        assert caught.value.path == path


def test_a_version_by_its_number() -> None:
    """A version is found by the number that entries name; of an unknown one this one is given."""
    first, second = by_id([FIRST, SECOND])["beans"].versions
    assert (second.version_of(1), first.version_of(2), first.version_of(9)) == (first, second, first)
