"""Records made of what is known to be right: a draft is filled field by field, and then becomes the record.

A frozen record sets each of its fields through a guard of its own, which costs ten times what an assignment does. Who
reads thousands of them out of a store sets the fields of a draft instead, which has no guard, and seals it.
"""

from __future__ import annotations

from typing import Any

import attrs

__all__ = ["draft_of"]


def __dir__() -> list[str]:
    return __all__


def draft_of(kind: type[Any]) -> type[Any]:
    """Return the class of the drafts of a kind of record.

    A draft begins without any value. Once every field is set, `draft.__class__ = kind` seals it: from then on it is a
    record as its own class would have made it, and frozen.

    Args:
        kind: A frozen class of attrs with slots, which takes its fields as they are given and keeps nothing beside.

    Raises:
        TypeError: The class checks, converts or adds something when a record is made, which a draft would pass over.

    Source:
        PERFORMANCE.md (frozen objects on the hot path); that drafts are sealed by their class is a house decision.

    Example:
        >>> @attrs.frozen
        ... class Pair:
        ...     left: int
        ...     right: int
        >>> draft = draft_of(Pair)()
        >>> draft.left, draft.right = 1, 2
        >>> draft.__class__ = Pair
        >>> draft == Pair(1, 2)
        True
    """
    fields = attrs.fields(kind)
    slots = {*kind.__slots__, "__weakref__"}
    names = {field.name for field in fields if field.init and field.validator is None and field.converter is None}
    if len(names) < len(fields) or slots != {*names, "__weakref__"} or hasattr(kind, "__attrs_post_init__"):
        raise TypeError(f"a record of the kind {kind.__name__} does more than keep its fields")
    return type(
        f"{kind.__name__}Draft",
        (kind,),
        {
            "__slots__": (),
            "__init__": object.__init__,
            "__setattr__": object.__setattr__,
            "__delattr__": object.__delattr__,
        },
    )
