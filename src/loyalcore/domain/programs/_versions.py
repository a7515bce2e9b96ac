"""Versions: several programs of one id, each of which applies from an instant."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from loyalcore.domain.programs._model import Program
from loyalcore.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable


def by_id(programs: Iterable[object]) -> dict[str, Program]:
    """Return the programs that run by their ids; of several versions of one the first, which knows the others.

    Args:
        programs: The programs, as a host gives them.

    Raises:
        InvalidInput: It is no list, empty, or holds something else; or versions of one program repeat a number or an
            instant, do not say from when they apply, or have another currency or zone.

    Source: HOUSE 1; that the first version applies from the beginning is a house decision.

    Example:
        >>> beans = Program("beans", currency="EUR", timezone="UTC")
        >>> sorted(by_id([beans]))
        ['beans']
    """
    try:
        listed = list(programs)
    except TypeError:
        raise InvalidInput("give a list of programs", path="programs") from None
    found: dict[str, list[tuple[str, Program]]] = {}
    for index, program in enumerate(listed):
        path = f"programs[{index}]"
        if not isinstance(program, Program):
            raise InvalidInput("give a Program: Program.load reads a file, Program.from_document a document", path=path)
        found.setdefault(program.id, []).append((path, program))
    if not found:
        raise InvalidInput("give at least one program", path="programs")
    return {name: _lined(each) for name, each in found.items()}


def _lined(given: list[tuple[str, Program]]) -> Program:
    """Return the first of some versions, each of which knows all of them."""
    if len(given) == 1:
        return given[0][1]
    in_order = sorted(given, key=lambda each: each[1].version)
    before = in_order[0][1]
    for path, program in in_order[1:]:
        _check_next(path, before, program)
        before = program
    versions = tuple(copy.copy(program) for _, program in in_order)
    for each in versions:
        object.__setattr__(each, "versions", versions)
    return versions[0]


def _check_next(path: str, before: Program, program: Program) -> None:
    """Make sure that a version can follow another one."""
    if program.version == before.version:
        raise InvalidInput(f"two programs have the id {program.id} and the version {program.version}", path=path)
    if program.applies_from is None:
        raise InvalidInput(f"is required: another version of {program.id} runs beside it", path=f"{path}.applies_from")
    if before.applies_from is not None and program.applies_from <= before.applies_from:
        raise InvalidInput(f"must be later than that of version {before.version}", path=f"{path}.applies_from")
    for name in ("currency", "timezone"):
        if getattr(program, name) != getattr(before, name):
            raise InvalidInput(f"must be {getattr(before, name)}, as in the version before", path=f"{path}.{name}")
