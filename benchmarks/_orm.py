"""The same job with the Django ORM, as a careful host would write it: own models, one atomic block per posting."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import django
from django.conf import settings

from benchmarks._workload import ACTOR, BEGIN, CUSTOMERS, PROGRAM, ZONE
from loyalcore.values.digest import digests

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks._workload import Posting

_DATABASE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": ":memory:",
    "OPTIONS": {"transaction_mode": "IMMEDIATE"},
}
settings.configure(
    DATABASES={"default": _DATABASE}, INSTALLED_APPS=[], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField"
)
django.setup()

from django.db import connections, models, transaction  # noqa: E402 - models need the settings

_BERLIN = ZoneInfo(ZONE)


class Customer(models.Model):  # type: ignore[misc]
    """The directory."""

    environment = models.CharField(max_length=255)
    customer_id = models.CharField(max_length=255)
    holder_id = models.CharField(max_length=255, unique=True)
    merged_into = models.CharField(max_length=255, null=True)

    class Meta:
        """Unique names."""

        app_label = "benchmarks"
        constraints = (models.UniqueConstraint(fields=["environment", "customer_id"], name="customer_name"),)


class Membership(models.Model):  # type: ignore[misc]
    """A holder in a program."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    program = models.CharField(max_length=64)
    joined_at = models.DateTimeField(null=True)

    class Meta:
        """Unique names."""

        app_label = "benchmarks"
        constraints = (models.UniqueConstraint(fields=["customer", "program"], name="membership_name"),)


class Ledger(models.Model):  # type: ignore[misc]
    """The head of a ledger."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    program = models.CharField(max_length=64)
    ledger = models.CharField(max_length=255, default="")
    seq = models.BigIntegerField(default=0)
    recorded_at = models.DateTimeField()
    lot_count = models.BigIntegerField(default=0)
    awarded = models.BigIntegerField(default=0)
    active = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    earned = models.BigIntegerField(default=0)
    next_change_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        """Unique names."""

        app_label = "benchmarks"
        constraints = (models.UniqueConstraint(fields=["customer", "program", "ledger"], name="ledger_name"),)


class Lot(models.Model):  # type: ignore[misc]
    """The points of one award."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, db_index=False)
    lot = models.BigIntegerField()
    granted = models.BigIntegerField()
    free = models.BigIntegerField()
    active_from = models.DateTimeField()
    expires_at = models.DateTimeField()
    expires_on = models.DateField()

    class Meta:
        """Unique names, no negative lot, and an index over what is open."""

        app_label = "benchmarks"
        constraints = (
            models.UniqueConstraint(fields=["ledger", "lot"], name="lot_name"),
            models.CheckConstraint(condition=models.Q(free__gte=0), name="lot_left"),
        )
        indexes = (models.Index(fields=["ledger", "lot"], condition=models.Q(free__gt=0), name="lot_open"),)


class Entry(models.Model):  # type: ignore[misc]
    """One record of a ledger."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    points = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    draws = models.JSONField(null=True)
    lots = models.JSONField(null=True)
    actor = models.CharField(max_length=255)
    reason = models.CharField(max_length=255)
    order_id = models.CharField(max_length=255, null=True)

    class Meta:
        """Unique numbers, and an index by order."""

        app_label = "benchmarks"
        constraints = (models.UniqueConstraint(fields=["ledger", "seq"], name="entry_name"),)
        indexes = (models.Index(fields=["ledger", "order_id"], name="entry_order"),)


class Key(models.Model):  # type: ignore[misc]
    """A key that was used."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False)
    key = models.CharField(max_length=255)
    command = models.CharField(max_length=64)
    digests = models.JSONField()
    entries = models.JSONField()

    class Meta:
        """Unique keys."""

        app_label = "benchmarks"
        constraints = (models.UniqueConstraint(fields=["customer", "key"], name="key_name"),)


_MODELS = (Customer, Membership, Ledger, Lot, Entry, Key)


def _end_of_month(day: date) -> tuple[datetime, date]:
    last = date(day.year + 1, day.month, monthrange(day.year + 1, day.month)[1])
    midnight = datetime.combine(last + timedelta(days=1), datetime.min.time(), _BERLIN)
    return midnight.astimezone(UTC), last


def in_file(path: Path, synchronous: str) -> dict[str, Any]:
    """Tell Django of a file of SQLite, with `synchronous` FULL or NORMAL."""
    pragmas = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}"
    return {"NAME": str(path), "OPTIONS": {**_DATABASE["OPTIONS"], "init_command": pragmas}}


def on_server(url: str) -> dict[str, Any]:
    """Tell Django of a database on PostgreSQL, by the URL that `SqlStore` takes."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.removeprefix("/"),
        "USER": parts.username or "",
        "HOST": parse_qs(parts.query)["host"][0],
        "OPTIONS": {},
        "CONN_MAX_AGE": None,
    }


class Orm:
    """Postings through Django.

    Args:
        alias: What Django calls its database.
        settings: Where that is, as Django is told; its tables are made.
    """

    def __init__(self, alias: str, settings: dict[str, Any]) -> None:
        self._alias = alias
        connections.settings[alias] = {**connections.settings["default"], **settings}
        with connections[self._alias].schema_editor() as editor:
            for model in _MODELS:
                editor.create_model(model)

    def open_accounts(self) -> None:
        """Register every customer, with a first lot."""
        using, at = self._alias, BEGIN - timedelta(days=1)
        end, on = _end_of_month(at.astimezone(_BERLIN).date())
        with transaction.atomic(using=using):
            for number in range(CUSTOMERS):
                customer = Customer.objects.using(using).create(
                    environment="live", customer_id=f"customer-{number:04}", holder_id=f"{number + 1:032x}"
                )
                Membership.objects.using(using).create(customer=customer, program=PROGRAM, joined_at=at)
                ledger = Ledger.objects.using(using).create(
                    customer=customer,
                    program=PROGRAM,
                    seq=1,
                    recorded_at=at,
                    lot_count=1,
                    awarded=500,
                    active=500,
                    earned=500,
                    next_change_at=end,
                )
                Lot.objects.using(using).create(
                    ledger=ledger, lot=1, granted=500, free=500, active_from=at, expires_at=end, expires_on=on
                )
                Entry.objects.using(using).create(
                    ledger=ledger, seq=1, kind="award", points=500, recorded_at=at, actor=ACTOR, reason="welcome"
                )

    def award(self, work: Posting) -> None:
        """Award the points of an order."""
        with transaction.atomic(using=self._alias):
            customer, ledger = self._open(work)
            end, on = _end_of_month(work.at.astimezone(_BERLIN).date())
            ledger.lot_count += 1
            ledger.awarded += work.points
            ledger.earned += work.points
            ledger.active += work.points
            ledger.next_change_at = end if ledger.next_change_at is None else min(end, ledger.next_change_at)
            lot = Lot.objects.using(self._alias).create(
                ledger=ledger,
                lot=ledger.lot_count,
                granted=work.points,
                free=work.points,
                active_from=work.at,
                expires_at=end,
                expires_on=on,
            )
            lots = [[lot.lot, lot.granted, lot.active_from.isoformat(), end.isoformat(), on.isoformat()]]
            self._write(work, customer, ledger, "award", "order", None, lots)

    def spend(self, work: Posting) -> None:
        """Spend points on an order."""
        with transaction.atomic(using=self._alias):
            customer, ledger = self._open(work)
            if ledger.active < work.points:
                raise ValueError("not enough points")
            left, draws, next_change = work.points, [], None
            for lot in ledger.lot_set.filter(free__gt=0).order_by("expires_at", "lot"):
                if left:
                    taken = min(lot.free, left)
                    draws.append([lot.lot, taken])
                    left -= taken
                    lot.free -= taken
                    lot.save(update_fields=["free"])
                if lot.free:
                    next_change = lot.expires_at
                    break
            ledger.active -= work.points
            ledger.spent += work.points
            ledger.next_change_at = next_change
            self._write(work, customer, ledger, "spend", "cart", draws, None)

    def _open(self, work: Posting) -> tuple[Any, Any]:
        using = self._alias
        customer = Customer.objects.using(using).get(environment="live", customer_id=work.customer_id)
        ledger = Ledger.objects.using(using).select_for_update().get(customer=customer, program=PROGRAM, ledger="")
        if Key.objects.using(using).filter(customer=customer, key=work.key).exists():
            raise ValueError("the key was used")
        member = Membership.objects.using(using).get(customer=customer, program=PROGRAM)
        if member.joined_at is None:
            raise ValueError("not a member")
        return customer, ledger

    def _write(self, work: Posting, customer: Any, ledger: Any, kind: str, reason: str, draws: Any, lots: Any) -> None:
        using = self._alias
        ledger.seq += 1
        ledger.recorded_at = work.at
        ledger.save()
        Entry.objects.using(using).create(
            ledger=ledger,
            seq=ledger.seq,
            kind=kind,
            points=work.points,
            recorded_at=work.at,
            draws=draws,
            lots=lots,
            actor=ACTOR,
            reason=reason,
            order_id=work.order_id,
        )
        payload = {"command": f"points.{kind}", "points": work.points, "reason": reason, "order_id": work.order_id}
        Key.objects.using(using).create(
            customer=customer, key=work.key, command=f"points.{kind}", digests=digests(payload), entries=[ledger.seq]
        )

    def close(self) -> None:
        """Close the file."""
        connections[self._alias].close()

    def answers(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Give what its rows answer to questions that are written for the tables of the facade."""
        using = self._alias
        heads = Ledger.objects.using(using).values_list(
            "customer__holder_id", "seq", "lot_count", "awarded", "active", "spent", "earned"
        )
        lots = Lot.objects.using(using).values_list("ledger__customer__holder_id", "lot", "granted", "free")
        entries = Entry.objects.using(using).values_list(
            "ledger__customer__holder_id", "seq", "kind", "points", "order_id"
        )
        return [
            (
                "SELECT holder_id, seq, lot_count, awarded, active, spent, earned FROM loyal_ledger ORDER BY 1",
                sorted(heads),
            ),
            ("SELECT holder_id, lot, granted, free FROM loyal_lot ORDER BY 1, 2", sorted(lots)),
            ("SELECT holder_id, seq, kind, points, order_id FROM loyal_entry ORDER BY 1, 2", sorted(entries)),
        ]
