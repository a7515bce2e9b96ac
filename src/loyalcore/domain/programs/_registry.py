"""The registry: the host's functions, by the names that documents give them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import attrs

from loyalcore.domain.ledger import CONSUMPTION
from loyalcore.errors import Fault, InvalidDocument, InvalidInput, LimitExceeded
from loyalcore.values.checks import fault_of
from loyalcore.values.hints import did_you_mean
from loyalcore.values.ids import check_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from loyalcore.domain.customers import OrderFigures, PointFigures
    from loyalcore.domain.earning import Purchase
    from loyalcore.domain.ledger import OpenLot
    from loyalcore.domain.programs._model import Program
    from loyalcore.domain.referrals import Suspicion


@attrs.frozen(kw_only=True, eq=False)
class Registry:
    """Pure functions of the host, by name; the host builds it and passes it on.

    Args:
        consumption: Sort keys of open lots, by the name that a program's `points.consumption` gives: the lot with the
            lowest key is spent first.
        earning: Rules of the host's own, by the name that a rule's `function` gives: the points for a `Purchase`, an
            int, a Decimal or a Fraction, 0 or more.
        measures: Measures of tiers, by the name that a tier set's `function` gives: what the points of a ledger and the
            orders (`PointFigures`, `OrderFigures`) are worth since the beginning, an int or a Decimal.
        fraud: Fraud rules of the host's own, by the name that a fraud rule's `function` gives: what is found in a
            `Suspicion`: None or False for nothing, True for the weight of the rule, another weight, or `Evidence`.

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
    earning: Mapping[str, Callable[[Purchase], Any]] = attrs.field(factory=dict)
    measures: Mapping[str, Callable[[PointFigures, OrderFigures], Any]] = attrs.field(factory=dict)
    fraud: Mapping[str, Callable[[Suspicion], Any]] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        for kind, taken in _KINDS.items():
            functions = _functions(getattr(self, kind), kind, taken, faults)
            object.__setattr__(self, kind, MappingProxyType(functions))
        if faults:
            raise InvalidDocument(faults)

    def check(self, program: Program) -> None:
        """Refuse a program that names a function which is not here.

        Args:
            program: The program.

        Raises:
            InvalidInput: Its consumption order is neither the library's nor in this registry, or an earning rule, a
                measure of tiers or a fraud rule names a function that is not.

        Source: DOMAIN 3.2, 3.4, 3.6, HOUSE 1.

        Example:
            >>> from loyalcore.domain.programs import Program
            >>> Registry().check(Program("beans", currency="EUR", timezone="UTC"))
        """
        self._find(program.points.consumption, "consumption", "points.consumption")
        for rule in program.earning:
            if rule.function is not None:
                self._find(rule.function, "earning", f"earning[{rule.id}].function")
        for ledger in ("", *program.ledger_tiers):
            tiers = program.tiers_of(ledger)
            if tiers is not None and tiers.function is not None:
                path = f"ledger_tiers.{ledger}.function" if ledger else "tiers.function"
                self._find(tiers.function, "measures", path)
        for each in () if program.referrals is None else program.referrals.fraud:
            if each.function is not None:
                self._find(each.function, "fraud", f"referrals.fraud[{each.id}].function")

    def _find(self, name: str, kind: str, path: str) -> None:
        own, mine = _KINDS[kind], getattr(self, kind)
        if name in own or name in mine:
            return
        hint = did_you_mean(name, [*own, *sorted(mine)])
        where = f"neither one of {', '.join(own)} nor in the registry" if own else f"not in the registry's {kind}"
        raise InvalidInput(f"{name} is {where}{hint}", path=path)


_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "consumption": tuple(CONSUMPTION),
    "earning": (),
    "measures": (),
    "fraud": (),
}
"""The kinds of function, each with the names that are the library's own."""


def _functions(given: Any, kind: str, taken: tuple[str, ...], faults: list[Fault]) -> dict[str, Any]:
    """Return the functions of one kind by their names; faults are gathered."""
    try:
        functions = dict(given)
    except (TypeError, ValueError):
        faults.append(Fault(kind, "must be a mapping of names to functions"))
        return {}
    for index, (name, function) in enumerate(functions.items()):
        path = f"{kind}[{index}]"
        try:
            if check_word(name, path) in taken:
                faults.append(Fault(path, f"{name} is one of the library's own orders; choose another name"))
        except (InvalidInput, LimitExceeded) as error:
            faults.append(fault_of(error))
        if not callable(function):
            faults.append(Fault(path, f"must name a function, not {type(function).__name__}"))
    return functions
