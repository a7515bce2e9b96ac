"""Documents of scenarios: every fault is told, with its place."""

from __future__ import annotations

from typing import Any

import pytest

from loyalcore.testing.scenarios._match import parse_path
from tests.unit.testing._scenario import ADA, ASK, BEANS, document, faults


def test_all_faults_of_a_document_are_told_at_once() -> None:
    """A document with many faults names each of them by its path."""
    values = {
        "scenario": 1,
        "titel": "x",
        "title": 7,
        "ids": [7],
        "environment": "test",
        "program": {"id": "beans", "currency": "EUR"},
        "steps": [
            {"do": "points.awrad"},
            {"do": "points.award", "with": {"customer_id": "ada", "point": 5, "key": "k"}},
            {"at": "noon", "ask": "points.award", "with": {}},
            7,
        ],
    }
    assert faults(values) == [
        ("titel", "is no name here; did you mean title?"),
        ("title", "must be a text, not a number"),
        ("program.timezone", "is required"),
        ("steps[0].do", "is no path of the facade and no question to a program; did you mean points.award?"),
        ("steps[1].with.point", "is no name here; did you mean points?"),
        ("steps[1].with.points", "is required"),
        ("steps[2].ask", "points.award does something: write it under do"),
        ("steps[2].with.customer_id", "is required"),
        ("steps[2].with.points", "is required"),
        ("steps[2].with.key", "is required"),
        ("steps[2]", "must say what it expects: expect, refused or save"),
        ("steps[2].at", "must be an ISO 8601 instant with its offset, such as 2024-10-12T07:20:50Z"),
        ("steps[3]", "must be an object, not a number"),
        ("ids[0]", "must be a text, not a number"),
        ("environment", "must be live or sandbox"),
    ]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"scenario": True}, "scenario"),
        ({"scenario": 1.0}, "scenario"),
        ({"scenario": "1"}, "scenario"),
        ({"steps": []}, "steps"),
        ({"steps": {}}, "steps"),
        ({"programs": []}, "programs"),
        ({"program": None}, "program"),
        ({"source": None}, "source"),
        ({"ids": "D01"}, "ids"),
    ],
)
def test_a_document_of_another_form_is_refused(changes: dict[str, Any], path: str) -> None:
    """Each part of a document is of its one form."""
    assert path in [where for where, _ in faults(document(ADA, **changes))]


@pytest.mark.parametrize("values", [None, [], 7, "text", {}])
def test_what_is_no_document_is_refused(values: Any) -> None:
    """What is no object with the required names is refused."""
    assert faults(values)


def test_programs_of_one_id_are_versions() -> None:
    """Two programs of one id are versions, each with its number and, but for the first, its instant."""
    values = document(ADA, programs=[BEANS, BEANS])
    del values["program"]
    assert faults(values) == [("programs[1]", "two programs have the id beans and the version 1")]
    values["programs"] = [BEANS, {**BEANS, "version": 2}]
    assert faults(values) == [("programs[1].applies_from", "is required: another version of beans runs beside it")]
    values["programs"] = []
    assert faults(values) == [("programs", "give at least one program")]


@pytest.mark.parametrize(
    ("step", "path"),
    [
        ({}, ""),
        ({**ASK, "do": "points.award"}, ""),
        ({**ASK, "with": []}, ".with"),
        ({"do": "points.balance", "with": {"customer_id": "ada"}}, ".do"),
        ({**ADA, "whit": {}}, ".whit"),
        ({**ADA, "actor": ""}, ".actor"),
        ({**ADA, "actor": 7}, ".actor"),
        ({**ADA, "expect": 1.5}, ".expect"),
        ({**ADA, "expect": [{"a": 1.5}]}, ".expect[0].a"),
        ({**ADA, "expect": {".a": 1}}, ".expect"),
        ({**ADA, "expect": {"": 1}}, ".expect"),
        ({**ADA, "refused": "x", "expect": {}}, ".expect"),
        ({**ADA, "refused": "x", "save": {"a": "b"}}, ".save"),
        ({**ADA, "refused": 7}, ".refused"),
        ({**ADA, "refused": {}}, ".refused.code"),
        ({**ADA, "refused": {"code": 7}}, ".refused.code"),
        ({**ADA, "refused": {"code": "x", "details": 7}}, ".refused.details"),
        ({**ADA, "refused": {"code": "x", "detail": {}}}, ".refused.detail"),
        ({**ADA, "refused": {"code": "x", "details": {"a b": 1}}}, ".refused.details"),
        ({**ADA, "save": {"A": "b"}}, ".save.A"),
        ({**ADA, "save": {"a": "b c"}}, ".save.a"),
        ({**ADA, "save": {"a": 7}}, ".save.a"),
        ({**ADA, "with": {"customer_id": "$who"}}, ".with.customer_id"),
        ({**ADA, "expect": {"customer.customer_id": "$who"}}, ".expect.customer.customer_id"),
        ({**ADA, "expect": {"replayed": "$me"}, "save": {"me": "replayed"}}, ".expect.replayed"),
        ({**ADA, "refused": {"code": "x", "details": {"name": "$who"}}}, ".refused.details.name"),
        ({"do": "run", "with": {"command": "points.buy"}}, ".with.command"),
        ({"do": "run", "with": {}}, ".with.command"),
        ({"do": "run", "with": {"command": "customers.register"}}, ".with.customer_id"),
        ({"do": "run", "with": {"command": "points.activate", "entry_ids": ["$a"]}}, ".with.entry_ids[0]"),
    ],
)
def test_a_step_of_another_form_is_refused(step: Any, path: str) -> None:
    """Each part of a step is of its one form; what it names is there."""
    assert f"steps[0]{path}" in [where for where, _ in faults(document(step))]


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("active", ("active",)),
        ("hold.id", ("hold", "id")),
        ("entries[0].points", ("entries", 0, "points")),
        ("[1].rules.rule-1", (1, "rules", "rule-1")),
        ("a[0][1]", ("a", 0, 1)),
        ("order.returned.1", ("order", "returned", "1")),
        ("", None),
        (".a", None),
        ("a.", None),
        ("a..b", None),
        ("a[x]", None),
        ("a b", None),
        ("[0]a", None),
    ],
)
def test_a_path_is_names_and_places(path: str, parts: Any) -> None:
    """A path is names with dots between them, and places in brackets."""
    assert parse_path(path) == parts
