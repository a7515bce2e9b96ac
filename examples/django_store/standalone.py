"""Django without a project: what settings, `manage.py` and migrations do for a shop, for tests and worker processes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.utils import ConnectionHandler

if TYPE_CHECKING:
    from examples.django_store.store import DjangoStore

APP = "examples.django_store"


def setup() -> None:
    """Set Django up once in this process; a project's own settings go first."""
    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(INSTALLED_APPS=[APP], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
    if not apps.ready:
        django.setup()


def database_of(url: str) -> dict[str, Any]:
    """Give the settings of a database."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    if parts.scheme == "sqlite":
        options: dict[str, Any] = {"transaction_mode": "IMMEDIATE", "timeout": 30}
        options["init_command"] = "PRAGMA journal_mode=WAL"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.abspath(name), "OPTIONS": options}
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", parts.port or ""),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": options,
    }


def reopen(using: str, database: Mapping[str, Any]) -> DjangoStore:
    """Give the store on a database that this process may not know yet."""
    setup()
    filled = ConnectionHandler({"default": {}, using: database}).settings
    connections.settings.setdefault(using, filled[using])
    from examples.django_store.store import DjangoStore

    return DjangoStore(using)


def open_store(url: str) -> DjangoStore:
    """Give the store on a database such as `sqlite:///shop.db`, with its tables; the URL is its alias."""
    store = reopen(url, database_of(url))
    connection = connections[url]
    with connection.schema_editor() as editor:
        present = connection.introspection.table_names()
        for model in apps.get_app_config(APP.rpartition(".")[2]).get_models():
            if model._meta.db_table not in present:
                editor.create_model(model)
    connection.close()
    return store
