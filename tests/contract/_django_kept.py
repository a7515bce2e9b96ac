"""A table of its own for each noun of the suite of compilers, asked through the queries of the Django store.

To be imported once Django is set up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections, models

from examples.django_store.models import AmountField, ExactField, folded
from examples.django_store.queries import met, nearest
from loyalcore.query import column_of, value_of
from loyalcore.testing.conformance import RESERVED, SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from loyalcore.query import Field, Listing, Noun


COLUMNS: dict[str, Callable[[], Any]] = {
    "text": folded,
    "id": lambda: ExactField(null=True),
    "whole": lambda: models.BigIntegerField(null=True),
    "amount": lambda: AmountField(null=True),
    "instant": lambda: models.DateTimeField(null=True),
    "day": lambda: models.DateField(null=True),
    "flag": lambda: models.BooleanField(null=True),
    "texts": lambda: models.JSONField(null=True),
    "attributes": lambda: models.JSONField(null=True),
}


def stored(noun: Noun) -> list[Field]:
    """Give the fields that have a column."""
    return [field for field in noun.fields if field.column is not None]


def model_of(noun: Noun) -> Any:
    """Make a table with a column for each field of a noun; a row has the number of its record."""
    members: dict[str, Any] = {column_of(field): COLUMNS[field.kind]() for field in stored(noun)}
    meta = type("Meta", (), {"app_label": "conformance"})
    return type(noun.name.title(), (models.Model,), {**members, "Meta": meta, "__module__": __name__})


MODELS = {noun: model_of(noun) for noun in (SAMPLES, RESERVED)}


class Kept:
    """What keeps rows in a table of their noun."""

    def __init__(self, using: str) -> None:
        self._using = using
        self._rows: Sequence[Any] = ()
        with connections[using].schema_editor() as editor:
            for model in MODELS.values():
                editor.create_model(model)

    def keep(self, noun: Noun, rows: Sequence[Any]) -> None:
        """Keep these rows and no others."""
        if rows is self._rows:
            return
        kept = MODELS[noun].objects.using(self._using)
        kept.all().delete()
        kept.bulk_create(
            MODELS[noun](pk=number, **{column_of(field): value_of(field, row) for field in stored(noun)})
            for number, row in enumerate(rows)
        )
        self._rows = rows

    def page(self, listing: Listing, at: datetime) -> list[Any]:
        """Answer a listing."""
        return [self._rows[number] for number in nearest(self._kept(listing), listing, at).values_list("pk", flat=True)]

    def count(self, listing: Listing, at: datetime) -> int:
        """Answer how many rows there are."""
        return int(met(self._kept(listing), listing, at).count())

    def _kept(self, listing: Listing) -> Any:
        return MODELS[listing.query.noun].objects.using(self._using)
