"""The registry: the host's functions, by the names that documents give them."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from loyalcore.domain.ledger import CONSUMPTION
from loyalcore.domain.programs._check import check_function_name, fault_of
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loyalcore.domain.ledger import OpenLot
    from loyalcore.domain.programs._model import Program


@attrs.frozen(kw_only=True, eq=False)
class Registry:
    """Pure functions of the host, by name; the host builds it and passes it on.

    Args:
        consumption: Sort keys of open lots, by the name that a program's `points.consumption` gives: the lot with the
            lowest key is spent first.

    Raises:
        InvalidDocument: A name is no name or one of the library's own, or what it names cannot be called; `faults`
            names all of them.

    Source: DOMAIN 3.2 (consumption order), HOUSE 1.

    Example:
        >>> registry = Registry(consumption={"largest_first": lambda lot: -lot.free})
        >>> sorted(registry.consumption)
        ['largest_first']
    """

    consumption: Mapping[str, Callable[[OpenLot], Any]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults = []
        try:
            functions = dict(self.consumption)
        except (TypeError, ValueError):
            raise InvalidDocument([Fault("consumption", "must be a mapping of names to functions")]) from None
        for index, (name, function) in enumerate(functions.items()):
            path = f"consumption[{index}]"
            try:
                if check_function_name(name, path) in CONSUMPTION:
                    faults.append(Fault(path, f"{name} is one of the library's own orders; choose another name"))
            except (InvalidInput, LimitExceeded) as error:
                faults.append(fault_of(error))
            if not callable(function):
                faults.append(Fault(path, f"must name a function, not {type(function).__name__}"))
        if faults:
            raise InvalidDocument(faults)
        object.__setattr__(self, "consumption", MappingProxyType(functions))

    def check(self, program: Program) -> None:
        """Refuse a program that names a function which is not here.

        Args:
            program: The program.

        Raises:
            InvalidInput: Its consumption order is neither the library's nor in this registry.

        Source: DOMAIN 3.2, HOUSE 1.

        Example:
            >>> from loyalcore.domain.programs import Program
            >>> Registry().check(Program("beans", currency="EUR", timezone="UTC"))
        """
        name = program.points.consumption
        if name in CONSUMPTION or name in self.consumption:
            return
        known = [*CONSUMPTION, *sorted(self.consumption)]
        close = get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise InvalidInput(
            f"{name} is neither one of {', '.join(CONSUMPTION)} nor in the registry{hint}", path="points.consumption"
        )
