"""The document of a program: what it may say, and all the faults that it can have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from loyalcore.domain.earning import EarningRule
from loyalcore.domain.ledger import (
    EntryKind,
    ExpiryAnchor,
    ExpiryModel,
    JoinPolicy,
    PointsPolicy,
    ReturnPolicy,
    Shortfall,
)
from loyalcore.domain.programs import Program
from loyalcore.domain.tiers import Anchor, Downgrade, Level, Measure, TierSet, parse_window
from loyalcore.errors import InvalidDocument
from loyalcore.values.calendar import Duration, Expiry, Start
from loyalcore.values.points import Rounding

LEAST: dict[str, Any] = {"id": "beans", "currency": "EUR", "timezone": "Europe/Berlin"}
LEVELS = [{"name": "Silver", "at": 100}, {"name": "Gold", "at": 500}]


def document(**tables: Any) -> dict[str, Any]:
    """Make a document of the required keys and more."""
    return {**LEAST, **tables}


def faults(values: Any) -> list[str]:
    """Return the paths of the faults of a document."""
    return [path for path, _ in all_faults(values)]


def all_faults(values: Any) -> list[tuple[str, str]]:
    """Return the faults of a document."""
    with pytest.raises(InvalidDocument) as caught:
        Program.from_document(values)
    return [(fault.path, fault.message) for fault in caught.value.faults]


def test_three_keys_are_enough() -> None:
    """A document of id, currency and timezone is a program with every default."""
    program = Program.from_document(LEAST)
    assert program == Program("beans", currency="EUR", timezone="Europe/Berlin")
    assert program.points == PointsPolicy()
    assert (program.version, program.earning, program.tiers) == (1, (), None)


def test_the_defaults_are_those_of_the_rules() -> None:
    """A program that says nothing has the default of every policy."""
    said = Program.from_document(LEAST).to_document()
    assert said["points"] == {
        "name": "points",
        "scale": 0,
        "activation": "immediate",
        "expiry": "unlimited",
        "expiry_anchor": "awarded",
        "expiry_model": "per_lot",
        "activities": ["activity", "adjust", "award", "capture", "deduct", "spend"],
        "consumption": "soonest_expiry",
        "shortfall": "reject",
        "return_policy": "within_balance",
        "rounding": "floor",
        "join_policy": "points_earned",
        "hold_for": "24h",
        "notices": [],
        "balance_marks": [],
        "expiring_notices": [],
    }


FULL: dict[str, Any] = {
    "id": "beans-2_x",
    "version": 7,
    "currency": "JPY",
    "timezone": "Asia/Tokyo",
    "points": {
        "name": "Beans",
        "scale": 2,
        "activation": "14D_D",
        "expiry": "end_of_month(12M)",
        "expiry_anchor": "order_closed",
        "expiry_model": "rolling",
        "inactivity": "6M",
        "activities": ["award", "spend"],
        "consumption": "largest_first",
        "shortfall": "allow_negative",
        "overdraft_max": 50,
        "return_policy": "unlimited",
        "rounding": "half_up",
        "join_policy": "not_join",
        "hold_for": "30m",
    },
    "earning": [{"id": "base", "points": 1, "per": "1.50"}, {"id": "extra", "points": 5, "per": 100}],
    "tiers": {
        "measure": "money_spent",
        "window": "rolling_12M",
        "downgrade": "keep_highest",
        "expires_in": "12M",
        "anchor": "absolute",
        "levels": [{"name": "Silver", "at": "99.50"}, {"name": "Gold", "at": 500}],
    },
}


def test_every_key_is_read() -> None:
    """Each key of the document sets its own part of the program."""
    assert Program.from_document(FULL) == Program(
        "beans-2_x",
        version=7,
        currency="JPY",
        timezone="Asia/Tokyo",
        points=PointsPolicy(
            name="Beans",
            scale=2,
            activation=Start("14D_D"),
            expiry=Expiry("end_of_month(12M)"),
            expiry_anchor=ExpiryAnchor.ORDER_CLOSED,
            expiry_model=ExpiryModel.ROLLING,
            inactivity=Duration("6M"),
            activities=frozenset({EntryKind.AWARD, EntryKind.SPEND}),
            consumption="largest_first",
            shortfall=Shortfall.ALLOW_NEGATIVE,
            overdraft_max=50,
            return_policy=ReturnPolicy.UNLIMITED,
            rounding=Rounding("half_up"),
            join_policy=JoinPolicy.NOT_JOIN,
            hold_for=Duration("30m"),
        ),
        earning=(EarningRule("base", points=1, per=Decimal("1.5")), EarningRule("extra", points=5, per=Decimal(100))),
        tiers=TierSet(
            measure=Measure.MONEY_SPENT,
            window=parse_window("rolling_12M", "window"),
            downgrade=Downgrade.KEEP_HIGHEST,
            expires_in=Duration("12M"),
            anchor=Anchor.ABSOLUTE,
            levels=(Level("Silver", Decimal("99.50")), Level("Gold", Decimal(500))),
        ),
    )


POINT_TIERS = {"measure": "points_earned", "levels": LEVELS}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(LEAST, id="least"),
        pytest.param(FULL, id="full"),
        pytest.param(document(tiers=POINT_TIERS), id="tiers of points"),
        pytest.param(document(points={"expiry_model": "inactivity", "expiry": "12M"}), id="inactivity"),
        pytest.param(document(points={"activation": "on_action"}), id="on_action"),
        pytest.param(document(points={"shortfall": "allow_negative", "overdraft_max": 0}), id="a limit of 0"),
        pytest.param(document(earning=[{}]), id="a rule of defaults"),
    ],
)
def test_a_document_comes_back(values: dict[str, Any]) -> None:
    """A program written as a document and read again is the same program, and so is the document."""
    program = Program.from_document(values)
    again = Program.from_document(program.to_document())
    assert again == program
    assert hash(again) == hash(program)
    assert again.to_document() == program.to_document()


def test_a_rule_needs_to_say_nothing() -> None:
    """A rule without keys is named by its place and grants 1 point for 1 unit of money."""
    program = Program.from_document(document(earning=[{"id": "base", "per": 2}, {}]))
    assert program.earning == (
        EarningRule("base", points=1, per=Decimal(2)),
        EarningRule("rule-2", points=1, per=Decimal(1)),
    )


def test_empty_tables_say_nothing() -> None:
    """An empty points table and an empty list of rules are as if they were not there."""
    assert Program.from_document(document(points={}, earning=[])) == Program.from_document(LEAST)


# --- Faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [None, [], "id", 3, True])
def test_a_document_is_a_table(values: Any) -> None:
    """What is no table is refused as a whole, with that one fault."""
    assert faults(values) == [""]


def test_what_is_required_is_missed_by_name() -> None:
    """Each missing key that is required is a fault of its own."""
    assert all_faults({}) == [("id", "is required"), ("currency", "is required"), ("timezone", "is required")]
    assert all_faults(document(tiers={})) == [("tiers.measure", "is required"), ("tiers.levels", "is required")]
    levels = [{}, {"name": "Gold", "at": 5}]
    assert all_faults(document(tiers={"measure": "orders", "levels": levels})) == [
        ("tiers.levels[0].name", "is required"),
        ("tiers.levels[0].at", "is required"),
    ]


@pytest.mark.parametrize(
    ("values", "path", "hint"),
    [
        (document(verson=1), "verson", "; did you mean version?"),
        (document(points={"redeem": "1Y"}), "points.redeem", ""),
        (document(points={"roundin": "floor"}), "points.roundin", "; did you mean rounding?"),
        (document(earning=[{"pre": 1}]), "earning[0].pre", "; did you mean per?"),
        (document(tiers={**POINT_TIERS, "windows": "x"}), "tiers.windows", "; did you mean window?"),
        (document(tiers={**POINT_TIERS, "levels": [{"name": "A", "at": 1, "x": 1}]}), "tiers.levels[0].x", ""),
        (document(**{"z" * 100: 1}), "z" * 40, ""),
        (document(**{"\ud800\n": 1}), "\\ud800\\n", ""),
    ],
)
def test_an_unknown_key_is_a_fault(values: Any, path: str, hint: str) -> None:
    """An unknown key is a fault at its path, with the known one that is close to it."""
    assert all_faults(values) == [(path, f"is no key of this table{hint}")]


def test_a_key_that_is_no_text_is_a_fault_of_its_table() -> None:
    """A key that no document can have is a fault of the table that it stands in."""
    assert all_faults({**LEAST, 3: 1}) == [("", "has a key that is no text but int")]


def top(key: str, *values: Any) -> list[tuple[str, dict[str, Any]]]:
    """Make documents with one wrong value each."""
    return [(key, {key: value}) for value in values]


def points(key: str, *values: Any) -> list[tuple[str, dict[str, Any]]]:
    """Make documents with one wrong value each in the points table."""
    return [(f"points.{key}", {"points": {key: value}}) for value in values]


def rule(key: str, *values: Any) -> list[tuple[str, dict[str, Any]]]:
    """Make documents with one wrong value each in an earning rule."""
    return [(f"earning[0].{key}", {"earning": [{key: value}]}) for value in values]


def tiers(key: str, *values: Any) -> list[tuple[str, dict[str, Any]]]:
    """Make documents with one wrong value each in otherwise good tiers."""
    return [(f"tiers.{key}", {"tiers": {**POINT_TIERS, key: value}}) for value in values]


def level(key: str, *values: Any, measure: str = "points_earned") -> list[tuple[str, dict[str, Any]]]:
    """Make documents with one wrong value each in the second of two levels."""
    return [
        (f"tiers.levels[1].{key}", {"tiers": {"measure": measure, "levels": [LEVELS[0], {**LEVELS[1], key: value}]}})
        for value in values
    ]


LONG = "x" * 65
ONE_FAULT = [
    *top("id", "", "Beans", "-beans", "be ans", "béans", "beans\n", LONG, 7, None),
    *top("version", 0, -1, 2**31, 1.0, True, "1", None),
    *top("currency", "", "EURO", "eur", "E1R", 3, None),
    *top("timezone", "", "Mars/Base", "localtime", "../etc", 3, None),
    *top("points", None, [], "points", 3),
    *top("earning", None, {}, {"id": "base"}, "base", 3),
    *top("tiers", None, [], "tiers", 3),
    *points("name", "", "a\nb", LONG, 3, None),
    *points("scale", -1, 5, 1.0, True, "1", None),
    *points("activation", "", "now", "unlimited", "5 D", 5, None),
    *points("expiry", "", "never", "12m ", "-1D", "1.5D", 5, None),
    *points("expiry_anchor", "", "award", 3, None),
    *points("expiry_model", "", "lot", 3, None),
    *points("inactivity", "", "unlimited", 12, None),
    *points("activities", "award", [], [3], ["x"], ["expire"], ["activate"], ["release"], None),
    *points("consumption", "", "Fifo", "a b", LONG, 3, None),
    *points("shortfall", "", "refuse", True, None),
    *points("overdraft_max", -1, 1.0, True, "5", 10**15 + 1, None),
    *points("return_policy", "", "none", 3),
    *points("rounding", "", "round", 3),
    *points("join_policy", "", "join", 3),
    *points("hold_for", "", "unlimited", 3),
    *rule("id", "", "a\nb", LONG, 3, None),
    *rule("points", 0, -1, 1.0, True, "1", 10**15 + 1, None),
    *rule("per", 0, "0", "-1", 1.5, True, "1,5", "1e3", "", None),
    *[("earning[0]", {"earning": [value]}) for value in list[Any]([None, [], "base", 3])],
    ("earning[1].id", {"earning": [{"id": "a"}, {"id": "a"}]}),
    ("earning[1].id", {"earning": [{"id": "rule-2"}, {}]}),
    *tiers("measure", "", "points", 3, None),
    *tiers("window", "", "rolling", "rolling_9999M", 3),
    *tiers("downgrade", "", "at_expiry", True),
    *tiers("expires_in", "", "unlimited", 12),
    *tiers("anchor", "", "join", 3),
    *tiers("levels", [], {}, "Gold", None),
    *[("tiers.levels[0]", {"tiers": {**POINT_TIERS, "levels": [value]}}) for value in list[Any]([None, "Gold", 3])],
    *level("at", 100, 99, -1, "500", 500.0, True, None, 10**15 + 1),
    *level("name", "", "Silver", "a\nb", LONG, 3, None),
    *level("at", 500.5, "1,5", "-1", True, None, float("nan"), measure="money_spent"),
    ("tiers.expires_in", {"tiers": {**POINT_TIERS, "downgrade": "one_down"}}),
    ("tiers.expires_in", {"tiers": {**POINT_TIERS, "downgrade": "one_down", "expires_in": "1 Y"}}),
    ("tiers.expires_in", {"tiers": {**POINT_TIERS, "window": "since_renewal"}}),
    ("tiers.window", {"tiers": {"measure": "active_balance", "window": "rolling_12M", "levels": LEVELS}}),
]


@pytest.mark.parametrize(("path", "tables"), ONE_FAULT)
def test_a_wrong_value_is_one_fault_at_its_path(path: str, tables: dict[str, Any]) -> None:
    """A value that cannot be is one fault at its own path, and brings no second one along."""
    assert faults(document(**tables)) == [path]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"earning": [{"per": 1.5}]}, 'as text, such as "1.50"'),
        ({"points": {"overdraft_max": 1.5}}, "must not be a float"),
        ({"earning": [{"points": 1.5}]}, "points as a whole number"),
        ({"tiers": {**POINT_TIERS, "downgrade": "one_dwn"}}, "did you mean one_down?"),
        ({"tiers": {**POINT_TIERS, "anchor": "customer_attribute"}}, "is needed: the anchor is"),
        ({"points": {"rounding": []}}, "not a list"),
        ({"points": {"activities": {}}}, "not a table"),
        ({"points": {"activities": ["expire"]}}, "time itself"),
        ({"earning": {"id": "base"}}, "[[earning]]"),
    ],
)
def test_a_fault_says_how_to_mend_it(tables: dict[str, Any], words: str) -> None:
    """The message of a fault tells what to write instead."""
    assert words in all_faults(document(**tables))[0][1]


def test_all_faults_are_named_at_once() -> None:
    """The faults of every table are found in one reading, each at the path where it stands."""
    values = {
        "id": "Beans",
        "verson": 3,
        "currency": "EURO",
        "points": {"expiry": "12 M", "scale": True, "expiry_model": "inactivity"},
        "earning": [{"points": 0, "per": 1.5}, {"id": "a"}, {"id": "a"}, 3],
        "tiers": {
            "measure": "points",
            "downgrade": "one_dwn",
            "levels": [{"name": "A", "at": 1.5}, {"name": "B", "at": 5}, {"name": "B", "at": 5}, {"name": "", "at": 9}],
        },
    }
    assert sorted(faults(values)) == [
        "currency",
        "earning[0].per",
        "earning[0].points",
        "earning[2].id",
        "earning[3]",
        "id",
        "points.expiry",
        "points.scale",
        "tiers.downgrade",
        "tiers.levels[0].at",
        "tiers.levels[2].at",
        "tiers.levels[2].name",
        "tiers.levels[3].name",
        "tiers.measure",
        "timezone",
        "verson",
    ]


def test_a_fault_in_every_level_is_no_lack_of_levels() -> None:
    """Levels that all have faults of their own are not called too few."""
    levels = [{"name": "A", "at": 1.5}]
    assert faults(document(tiers={"measure": "orders", "downgrade": "one_down", "levels": levels})) == [
        "tiers.levels[0].at",
        "tiers.expires_in",
    ]


# --- What must go together -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "inactivity", "expiry"),
    [
        ({"expiry_model": "inactivity", "inactivity": "6M"}, "6M", "unlimited"),
        ({"expiry_model": "inactivity", "expiry": "12M"}, "12M", "unlimited"),
        ({"expiry_model": "inactivity", "inactivity": "6M", "expiry": "unlimited"}, "6M", "unlimited"),
        ({"expiry_model": "rolling", "expiry": "12M"}, None, "12M"),
        ({"expiry_model": "rolling", "inactivity": "6M"}, "6M", "unlimited"),
        ({"expiry_model": "rolling", "inactivity": "6M", "expiry": "12M"}, "6M", "12M"),
        ({"expiry_model": "rolling", "inactivity": "6M", "expiry": "end_of_year(1)"}, "6M", "end_of_year(1)"),
        ({"expiry_model": "per_lot", "inactivity": "6M", "expiry": "12M"}, "6M", "12M"),
    ],
)
def test_each_expiry_model_takes_its_span(points: dict[str, Any], inactivity: str | None, expiry: str) -> None:
    """Under `inactivity` a relative expiry becomes the span of inactivity; elsewhere what is said stays."""
    policy = Program.from_document(document(points=points)).points
    assert (policy.inactivity, policy.expiry) == (None if inactivity is None else Duration(inactivity), Expiry(expiry))


@pytest.mark.parametrize(
    ("points", "paths"),
    [
        ({"expiry_model": "inactivity"}, ["points.inactivity"]),
        ({"expiry_model": "inactivity", "expiry": "unlimited"}, ["points.inactivity"]),
        ({"expiry_model": "inactivity", "expiry": "end_of_month(1M)"}, ["points.inactivity"]),
        ({"expiry_model": "inactivity", "inactivity": "6M", "expiry": "12M"}, ["points.expiry"]),
        ({"expiry_model": "inactivity", "inactivity": "6M", "expiry": "on(2030-01-01)"}, ["points.expiry"]),
        ({"expiry_model": "rolling"}, ["points.inactivity"]),
        ({"expiry_model": "rolling", "expiry": "on(2030-01-01)"}, ["points.inactivity"]),
        ({"expiry_model": "rolling", "expiry": "1 Y"}, ["points.expiry"]),
        ({"expiry_model": "rolling", "inactivity": "1 Y"}, ["points.inactivity"]),
    ],
)
def test_an_expiry_model_needs_its_span(points: dict[str, Any], paths: list[str]) -> None:
    """A model without a span is a fault, and so is one span too many; a span with a fault is not missed too."""
    assert faults(document(points=points)) == paths


@pytest.mark.parametrize("anchor", ["awarded", "activated", "order_closed"])
def test_points_that_wait_for_an_action_expire_from_it(anchor: str) -> None:
    """With `on_action` an expiry counts from the activation, whatever the anchor says."""
    policy = Program.from_document(document(points={"activation": "on_action", "expiry_anchor": anchor})).points
    assert policy.expiry_anchor is ExpiryAnchor.ACTIVATED


@pytest.mark.parametrize("anchor", ["awarded", "activated", "order_closed"])
def test_other_points_expire_from_what_the_program_says(anchor: str) -> None:
    """Without `on_action` the anchor stays as it is said."""
    policy = Program.from_document(document(points={"expiry_anchor": anchor})).points
    assert policy.expiry_anchor == anchor
