"""The recorder: runs commands and reads ledgers, and writes both down."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from loyalcore.domain.customers import survivor
from loyalcore.domain.decision import LedgerRef
from loyalcore.domain.flows import find_program, to_json
from loyalcore.errors import LoyaltyError, OutcomeUnknown, StoreError
from loyalcore.services import Loyalty
from loyalcore.testing._delivery import CountingStore
from loyalcore.testing.history._line import What

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loyalcore.domain.flows import Command, Receipt
    from loyalcore.domain.ledger import Ledger
    from loyalcore.domain.programs import Program, Registry
    from loyalcore.store import Store
    from loyalcore.testing.history._log import Log
    from loyalcore.values.clock import Clock
    from loyalcore.values.ids import Ids

FIGURES = ("awarded", "active", "pending", "held", "spent", "expired", "reversed", "deficit")
"""What a look at a ledger writes down."""


class Recorder:
    """A host that writes down every call before it makes it, and every answer before it goes on.

    Args:
        store: Where the records are.
        programs: The programs that run.
        log: Where the lines go.
        environment: `live` or `sandbox`.
        clock: What time it is; the system's where None.
        ids: Where new ids come from; the system's where None.
        registry: The host's own functions.

    Example:
        >>> from loyalcore.adapters.memory import MemoryStore
        >>> from loyalcore.domain.customers import Register
        >>> from loyalcore.domain.programs import Program
        >>> from loyalcore.testing.history import Log
        >>> host = Recorder(MemoryStore(), [Program("beans", currency="EUR", timezone="UTC")], Log("w-1"))
        >>> host.run(Register("ada")).replayed
        False
        >>> [line.what.value for line in host.log.lines]
        ['invoke', 'ok']
    """

    def __init__(
        self,
        store: Store,
        programs: Iterable[Program],
        log: Log,
        *,
        environment: str = "live",
        clock: Clock | None = None,
        ids: Ids | None = None,
        registry: Registry | None = None,
    ) -> None:
        self.log: Log = log
        self._store = store
        self._counted = CountingStore(store)
        self._shop = Loyalty(
            self._counted,
            programs,
            environment=environment,
            clock=clock,
            ids=ids,
            registry=registry,
            actor=log.worker,
        )

    def run(self, command: Command) -> Receipt | Exception:
        """Run a command once, and give its receipt or what was raised.

        What is `OutcomeUnknown` is written down as in doubt, what else the library raises as refused, and any other
        exception as broken.
        """
        call = self.log.begin({"command": to_json(command)})
        self._counted.units = 0
        try:
            receipt = self._shop.run(command)
        except OutcomeUnknown as error:
            self.log.end(call, What.IN_DOUBT, {"code": error.code})
            return error
        except LoyaltyError as error:
            is_final = not (error.is_retryable or isinstance(error, StoreError))
            self.log.end(
                call, What.REFUSED, {"code": error.code, "is_final": is_final, "attempts": self._counted.units}
            )
            return error
        except Exception as error:  # noqa: BLE001 - what is none of the library's is a finding, not the end
            self.log.end(call, What.BROKEN, {"error": f"{type(error).__module__}.{type(error).__name__}: {error}"})
            return error
        self.log.end(call, What.OK, _answered(receipt) | {"attempts": self._counted.units})
        return receipt

    def read(self, customer_id: str, *, ledger: str = "", program: str | None = None) -> Ledger | LoyaltyError | None:
        """Look at a ledger as it is stored; None where there is none. What fails is not written down."""
        began = time.monotonic_ns()
        environment = self._shop.environment
        program_id = find_program({each.id: each for each in self._shop.programs}, program).id
        try:
            with self._store.unit(readonly=True) as unit:
                customer = survivor(environment, customer_id, lambda ref: unit.load([ref])[ref])
                ref = LedgerRef(environment, customer.holder_id, program_id, ledger)
                head: Ledger | None = unit.load([ref])[ref]
        except LoyaltyError as error:
            return error
        seen: dict[str, Any] = {"began": began, "holder_id": ref.holder_id, "program_id": program_id, "ledger": ledger}
        if head is None:
            self.log.read(seen | {"seq": 0})
        else:
            figures = {name: getattr(head, name) for name in FIGURES}
            self.log.read(seen | {"seq": head.seq, "recorded_at": head.recorded_at.isoformat(), "figures": figures})
        return head


def _answered(receipt: Receipt) -> dict[str, Any]:
    data: dict[str, Any] = {
        "entries": [entry.id for entry in receipt.entries],
        "points": receipt.points,
        "replayed": receipt.replayed,
    }
    return data if receipt.customer is None else data | {"holder_id": receipt.customer.holder_id}
