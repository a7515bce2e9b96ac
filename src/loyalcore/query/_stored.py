"""In which column a store keeps what a field is compared by, and what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from loyalcore.errors import CapabilityMissing
from loyalcore.query._fold import fold

if TYPE_CHECKING:
    from loyalcore.query._field import Field

_FOLDED: Final = frozenset({"text", "texts", "attributes"})


def column_of(field: Field) -> str:
    """Return the column in which a field is compared and sorted: of texts the one in which they are folded.

    Args:
        field: The field; of one attribute of a table the column is the table's.

    Raises:
        CapabilityMissing: The field is worked out of others, so that no store keeps it.

    Source:
        House decision (databases differ in how they ignore case, so folded texts have a column of their own).

    Example:
        >>> from loyalcore.query import Text
        >>> column_of(Text("tier.name", lambda row: row.tier))
        'tier_name_fold'
    """
    if field.column is None:
        raise CapabilityMissing(f"the field {field.name}")
    return f"{field.column}_fold" if field.kind in _FOLDED else field.column


def value_of(field: Field, record: Any) -> Any:
    """Return what a record has in the column of a field: `column_of`.

    Args:
        field: The field; not one attribute of a table, but the table.
        record: What the field takes its value out of.

    Returns:
        The value; a text folded, a set as a list of folded texts, a table with its values folded, and None where there
        is no value or an empty set or table.

    Source:
        House decision.

    Example:
        >>> from loyalcore.query import TextSet
        >>> value_of(TextSet("tags", lambda row: row), ("VIP", "Vip", "new"))
        ['new', 'vip']
    """
    value = field.get(record)
    if field.kind == "text" and value is not None:
        return fold(value)
    if field.kind == "texts":
        return sorted({fold(text) for text in value or ()}) or None
    if field.kind == "attributes":
        return {name: fold(text) for name, text in (value or {}).items()} or None
    return value
