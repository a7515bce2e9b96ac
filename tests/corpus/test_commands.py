"""Every field of every command, with every nasty value: made or refused, and if made, run or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from loyalcore.domain.flows import COMMANDS, from_json
from loyalcore.errors import LoyaltyError
from tests.corpus._calls import GOOD_COMMANDS, Commits, Counter, command_with, open_shop, tried
from tests.corpus._values import NASTY


def test_every_command_is_covered() -> None:
    """A command that is new needs good fields here."""
    assert sorted(GOOD_COMMANDS) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_nasty_field_is_taken_or_refused(name: str, make_store: Callable[[], Any]) -> None:
    """A command is refused when it is made, or previewed and run to a receipt or a typed error."""
    kept = make_store()
    commits = Commits(kept)
    shop, key, faults = open_shop(commits), Counter(), []
    for field in attrs.fields(COMMANDS[name]):
        for label, value in NASTY.items():

            def run(field: Any = field, value: Any = value) -> None:
                command = command_with(name, field.name, value, key)
                committed = commits.count
                shop.preview(command)
                assert commits.count == committed, "a preview wrote"
                shop.run(command)

            _refusal, wrong = tried(run, field.name, value, commits)
            if wrong:
                faults.append(f"{field.name}={label}: {wrong}")
    assert faults == []


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_that_is_made_keeps_plain_values(name: str) -> None:
    """What stands in a command is hashable and of a plain class, whatever was passed."""
    plain = {"str", "int", "bool", "datetime", "date", "tuple", "dict", "NoneType", "Keep", "Cart", "Decimal"}
    for field in attrs.fields(COMMANDS[name]):
        for value in NASTY.values():
            try:
                command = command_with(name, field.name, value, Counter())
            except LoyaltyError:
                continue
            assert type(getattr(command, field.name)).__name__ in plain
            assert command == command_with(name, field.name, value, Counter())
            hash(command)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_nasty_json_form_is_read_or_refused(name: str) -> None:
    """A command's JSON form with a nasty value is a command or a typed error."""
    faults = []
    for field in attrs.fields(COMMANDS[name]):
        for label, value in NASTY.items():
            data = {"command": name, "key": "k", **GOOD_COMMANDS[name], field.name: value}
            _refusal, wrong = tried(lambda data=data: from_json(data), field.name, value)  # type: ignore[misc]
            if wrong:
                faults.append(f"{field.name}={label}: {wrong}")
    for label, value in NASTY.items():
        for data in (value, {"command": value}, {"command": name, "nonsense": value}):
            _refusal, wrong = tried(lambda data=data: from_json(data), "data", value)  # type: ignore[misc]
            if wrong:
                faults.append(f"{label}: {wrong}")
    assert faults == []
