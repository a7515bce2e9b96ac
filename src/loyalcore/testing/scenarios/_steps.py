"""The steps of a scenario document: reading them, with all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.flows import command_fields, command_kind, name_faults
from loyalcore.errors import Fault, InvalidInput, LimitExceeded
from loyalcore.testing.scenarios._doors import DOORS
from loyalcore.testing.scenarios._match import expectation_faults, parse_path
from loyalcore.values.checks import fault_of
from loyalcore.values.clock import parse_instant
from loyalcore.values.hints import did_you_mean
from loyalcore.values.ids import check_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_NAMES = ("at", "actor", "do", "ask", "with", "expect", "refused", "save", "note")
_STEP: Final[dict[str, bool]] = dict.fromkeys(_NAMES, False)
_REFUSED: Final = {"code": True, "details": False}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOTHING: Final = object()
ACTOR: Final = "scenario"


@attrs.frozen(kw_only=True)
class Step:
    """One step of a scenario.

    Args:
        at: Where the clock is put before it, UTC; None leaves it.
        path: What it does or asks, such as `points.award`.
        values: What it gives, as the file says it.
        expect: What must be answered, in part; None for anything.
        code: The code of the error that must come, None for none.
        details: What the error must say, in part.
        save: What later steps use of the answer: paths by name.
        actor: Who acts.
    """

    path: str
    at: datetime | None = None
    values: Mapping[str, Any] = attrs.field(factory=dict)
    expect: Any = None
    has_expectation: bool = False
    code: str | None = None
    details: Mapping[str, Any] = attrs.field(factory=dict)
    save: Mapping[str, str] = attrs.field(factory=dict)
    actor: str = ACTOR


def read_object(value: Any, path: str, known: Mapping[str, bool], faults: list[Fault]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        faults.append(Fault(path, f"must be an object, not {kind_of(value)}"))
        return {}
    faults += name_faults(value, known, path)
    return value


def read_list(value: Any, path: str, faults: list[Fault]) -> list[Any]:
    if isinstance(value, list):
        return value
    faults.append(Fault(path, f"must be a list, not {kind_of(value)}"))
    return []


def kind_of(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )


def read_text(value: Any, path: str, faults: list[Fault]) -> Any:
    if not isinstance(value, str):
        faults.append(Fault(path, f"must be a text, not {kind_of(value)}"))
    return value


def checked(read: Callable[[Any, str], Any], value: Any, path: str, faults: list[Fault]) -> Any:
    try:
        return read(value, path)
    except (InvalidInput, LimitExceeded) as error:
        faults.append(fault_of(error))
        return None


def read_steps(document: Mapping[str, Any], faults: list[Fault]) -> tuple[Step, ...]:
    if "steps" not in document:
        return ()
    items = read_list(document["steps"], "steps", faults)
    if not items:
        faults.append(Fault("steps", "must hold at least one step"))
    saved: set[str] = set()
    return tuple(_step(item, f"steps[{index}]", saved, faults) for index, item in enumerate(items))


def _step(item: Any, path: str, saved: set[str], faults: list[Fault]) -> Step:
    step = read_object(item, path, _STEP, faults)
    if not isinstance(item, Mapping):
        return Step(path="")
    values = _object_or_empty(step, "with", path, faults)
    name = _door_path(step, path, faults)
    if name in DOORS:
        faults += _value_faults(name, values, f"{path}.with")
    faults += _unknown_references(values, saved, f"{path}.with")
    faults += _unknown_references(step.get("expect"), saved, f"{path}.expect")
    save = _object_or_empty(step, "save", path, faults)
    for each, where in save.items():
        here = f"{path}.save.{each}"
        if _NAME.fullmatch(each) is None:
            faults.append(Fault(here, "must be a name of lower-case letters, digits and _"))
        if not isinstance(where, str) or parse_path(where) is None:
            faults.append(Fault(here, "must be a path such as entries[0].id"))
    expect = step.get("expect", _NOTHING)
    code, details = _refusal(step, path, saved, faults)
    faults += _outcome_faults(step, path)
    saved.update(save)
    return Step(
        path=name,
        at=checked(parse_instant, step["at"], f"{path}.at", faults) if "at" in step else None,
        values=values,
        expect=None if expect is _NOTHING else expect,
        has_expectation=expect is not _NOTHING,
        code=code,
        details=details,
        save=save,
        actor=checked(check_text, step.get("actor", ACTOR), f"{path}.actor", faults),
    )


def _object_or_empty(step: Mapping[str, Any], name: str, path: str, faults: list[Fault]) -> Mapping[str, Any]:
    value = step.get(name, {})
    if isinstance(value, Mapping):
        return value
    faults.append(Fault(f"{path}.{name}", f"must be an object, not {kind_of(value)}"))
    return {}


def _door_path(step: Mapping[str, Any], path: str, faults: list[Fault]) -> str:
    """Find what the step does or asks; an empty text where it cannot be told."""
    if ("do" in step) is ("ask" in step):
        faults.append(Fault(path, "must have either do or ask"))
        return ""
    verb = "do" if "do" in step else "ask"
    name = step[verb]
    here = f"{path}.{verb}"
    if not isinstance(name, str) or name not in DOORS:
        faults.append(Fault(here, f"is no path of the facade and no question to a program{did_you_mean(name, DOORS)}"))
        return ""
    if DOORS[name].is_question is not (verb == "ask"):
        faults.append(
            Fault(
                here,
                f"{name} {'asks' if verb == 'do' else 'does'} something: write it under "
                f"{'ask' if verb == 'do' else 'do'}",
            )
        )
    return name


def _value_faults(name: str, values: Mapping[str, Any], path: str) -> list[Fault]:
    door = DOORS[name]
    if not door.takes_command:
        return name_faults(values, door.parameters, path)
    try:
        kind = command_kind(values.get("command"), f"{path}.command")
    except InvalidInput as error:
        return [fault_of(error)]
    return name_faults(values, {"command": True, **command_fields(kind)}, path)


def _unknown_references(value: Any, saved: set[str], path: str) -> list[Fault]:
    if isinstance(value, str) and value.startswith("$") and not value.startswith("$$") and value[1:] not in saved:
        return [Fault(path, f"no earlier step saved {value[:40]}{did_you_mean(value[1:], saved)}")]
    if isinstance(value, Mapping):
        return [fault for name, each in value.items() for fault in _unknown_references(each, saved, f"{path}.{name}")]
    if isinstance(value, list):
        return [
            fault for index, each in enumerate(value) for fault in _unknown_references(each, saved, f"{path}[{index}]")
        ]
    return []


def _refusal(
    step: Mapping[str, Any], path: str, saved: set[str], faults: list[Fault]
) -> tuple[str | None, Mapping[str, Any]]:
    if "refused" not in step:
        return None, {}
    refused = step["refused"]
    if isinstance(refused, str):
        return refused, {}
    refusal = read_object(refused, f"{path}.refused", _REFUSED, faults)
    details = _object_or_empty(refusal, "details", f"{path}.refused", faults)
    faults += expectation_faults(details, f"{path}.refused.details")
    faults += _unknown_references(details, saved, f"{path}.refused.details")
    return read_text(refusal.get("code", "-"), f"{path}.refused.code", faults), details


def _outcome_faults(step: Mapping[str, Any], path: str) -> list[Fault]:
    faults = []
    if "refused" in step:
        faults += [
            Fault(f"{path}.{name}", "cannot stand beside refused") for name in ("expect", "save") if name in step
        ]
    elif "ask" in step and "expect" not in step and "save" not in step:
        faults.append(Fault(path, "must say what it expects: expect, refused or save"))
    return [*faults, *expectation_faults(step.get("expect"), f"{path}.expect")]
