"""The world a decision sees, and what it raises when it has not seen enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loyalcore.domain.decision._refs import Ref


class Needs(Exception):  # noqa: N818 - a request, not an error; it never leaves the executor
    """Raised by a decision: load these refs, then decide again from the start."""

    def __init__(self, refs: tuple[Ref, ...]) -> None:
        super().__init__(refs)
        self.refs = refs


@attrs.frozen
class World:
    """The records loaded so far; a missing record is known to be missing, an unloaded one is asked for.

    Args:
        environment: `live` or `sandbox`; every ref of a decision is in it.
        actor: who acts, opaque; it stands in every entry.
        records: what each loaded ref led to, None where there is nothing.
    """

    environment: str
    actor: str
    records: Mapping[Ref, Any] = attrs.field(factory=dict)

    def need(self, *refs: Ref) -> None:
        """Ask for several records at once, so that one load brings them all.

        Raises:
            Needs: When at least one of them has not been loaded.
        """
        missing = tuple([ref for ref in refs if ref not in self.records])
        if missing:
            raise Needs(missing)

    def get(self, ref: Ref) -> Any:
        """Give the record of a ref, or None where there is none.

        Raises:
            Needs: When it has not been loaded.
        """
        try:
            return self.records[ref]
        except KeyError:
            raise Needs((ref,)) from None
