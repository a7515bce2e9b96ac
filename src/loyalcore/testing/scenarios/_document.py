"""The scenario document, version 1: reading it, with all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.programs import Program, by_id, read_file
from loyalcore.errors import Fault, InvalidDocument, NotFound
from loyalcore.testing.scenarios._steps import Step, checked, read_list, read_object, read_steps, read_text

if TYPE_CHECKING:
    import os

_SCENARIO: Final = {
    "scenario": False,
    "title": False,
    "source": False,
    "id": False,
    "ids": False,
    "note": False,
    "environment": False,
    "program": False,
    "programs": False,
    "steps": True,
}
ENVIRONMENTS: Final = ("live", "sandbox")


@attrs.frozen(kw_only=True)
class Scenario:
    """A scenario: programs, and steps with what each must answer.

    Args:
        title: What it shows.
        programs: The programs that run.
        steps: What happens, in order.
        environment: `live` or `sandbox`.
        source: Where the case comes from.
        ids: The ids of the published cases that it holds.

    Source: HOUSE 5.

    Example:
        >>> scenario = Scenario.from_document(
        ...     {
        ...         "scenario": 1,
        ...         "title": "A start",
        ...         "program": {"id": "beans", "currency": "EUR", "timezone": "UTC"},
        ...         "steps": [{"do": "customers.register", "with": {"customer_id": "ada"}}],
        ...     }
        ... )
        >>> scenario.steps[0].path
        'customers.register'
    """

    title: str
    programs: tuple[Program, ...]
    steps: tuple[Step, ...]
    environment: str = "live"
    source: str = ""
    ids: tuple[str, ...] = ()

    @classmethod
    def load(cls, source: str | os.PathLike[str]) -> Scenario:
        """Read a scenario file.

        Args:
            source: The path of a `.json` or `.toml` file in UTF-8.

        Raises:
            InvalidInput: The source is no path, or ends in neither `.json` nor `.toml`.
            NotFound: There is no such file.
            InvalidDocument: It cannot be read, is not well formed (the line is named), or has faults; all of them are
                named.

        Source: HOUSE 5.

        Example:
            >>> Scenario.load("nowhere/refund.json")
            Traceback (most recent call last):
            loyalcore.errors.NotFound: no scenario file 'nowhere/refund.json'
        """
        try:
            name, values = read_file(source)
        except NotFound as missing:
            raise NotFound("scenario file", missing.name) from None
        try:
            return cls.from_document(values)
        except InvalidDocument as error:
            raise InvalidDocument(error.faults, path=name) from None

    @classmethod
    def from_document(cls, values: object) -> Scenario:
        """Build a scenario from what a JSON or TOML reader gives.

        Raises:
            InvalidDocument: It has faults; all of them are named by their paths.

        Source: HOUSE 5.

        Example:
            >>> Scenario.from_document({"scenario": 2})
            Traceback (most recent call last):
            loyalcore.errors.InvalidDocument: 3 faults in the document
              steps: is required
              scenario: must be 1: this is the only version of the format
              program: is required: a program document, or programs with a list of them
        """
        faults: list[Fault] = []
        document = read_object(_plainly(values), "", _SCENARIO, faults)
        version = document.get("scenario", 1)
        if type(version) is not int or version != 1:
            faults.append(Fault("scenario", "must be 1: this is the only version of the format"))
        fields: dict[str, Any] = {
            "title": read_text(document.get("title", "A scenario"), "title", faults),
            "source": read_text(document.get("source", ""), "source", faults),
            "ids": tuple(read_list(document.get("ids", [document["id"]] if "id" in document else []), "ids", faults)),
            "environment": document.get("environment", ENVIRONMENTS[0]),
            "programs": _programs(document, faults),
            "steps": read_steps(document, faults),
        }
        for index, each in enumerate(fields["ids"]):
            read_text(each, f"ids[{index}]", faults)
        if fields["environment"] not in ENVIRONMENTS:
            faults.append(Fault("environment", f"must be {' or '.join(ENVIRONMENTS)}"))
        if faults:
            raise InvalidDocument(faults)
        return cls(**fields)


def _plainly(value: Any) -> Any:
    """Write the instants and dates that TOML knows as the texts that JSON has for them."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plainly(each) for name, each in value.items()}
    return [_plainly(each) for each in value] if isinstance(value, list) else value


def _programs(document: Mapping[str, Any], faults: list[Fault]) -> tuple[Program, ...]:
    if "program" in document and "programs" in document:
        faults.append(Fault("programs", "give program or programs, not both"))
    if "program" in document:
        items = [("program", document["program"])]
    elif "programs" in document:
        listed = read_list(document["programs"], "programs", faults)
        items = [(f"programs[{index}]", each) for index, each in enumerate(listed)]
    else:
        faults.append(Fault("program", "is required: a program document, or programs with a list of them"))
        return ()
    programs: list[Program] = []
    for path, each in items:
        try:
            program = Program.from_document(each)
        except InvalidDocument as error:
            faults += [Fault(f"{path}.{fault.path}" if fault.path else path, fault.message) for fault in error.faults]
            continue
        programs.append(program)
    if len(programs) == len(items):
        checked(lambda value, _: by_id(value), programs, "programs", faults)
    return tuple(programs)
