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


def databases_of(url: str) -> dict[str, dict[str, Any]]:
    """Give the settings of a database under two aliases: one for units that write, and one for those that only read."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.abspath(parts.path.removeprefix("/"))}
        options: dict[str, Any] = {"timeout": 30, "init_command": "PRAGMA journal_mode=WAL"}
        return {
            url: {**engine, "OPTIONS": {**options, "transaction_mode": "IMMEDIATE"}},
            f"{url} reading": {**engine, "OPTIONS": options},
        }
    options = dict(parse_qsl(parts.query))
    where = {"HOST": options.pop("host", parts.hostname or ""), "PORT": options.pop("port", parts.port or "")}
    who = {"USER": unquote(parts.username or ""), "PASSWORD": unquote(parts.password or "")}
    engine = {"ENGINE": "django.db.backends.postgresql", "NAME": parts.path.removeprefix("/"), **where, **who}
    return {alias: {**engine, "OPTIONS": options} for alias in (url, f"{url} reading")}


def reopen(databases: Mapping[str, Mapping[str, Any]]) -> DjangoStore:
    """Give the store on databases that this process may not know yet: the one that writes, and the one that reads."""
    setup()
    filled = ConnectionHandler({"default": {}, **databases}).settings
    connections.settings.update({alias: each for alias, each in filled.items() if alias not in connections.settings})
    from examples.django_store.store import DjangoStore

    return DjangoStore(*databases)


def open_store(url: str) -> DjangoStore:
    """Give the store on a database such as `sqlite:///shop.db`, with its tables."""
    store = reopen(databases_of(url))
    connection = connections[store.using]
    with connection.schema_editor() as editor:
        present = connection.introspection.table_names()
        for model in apps.get_app_config(APP.rpartition(".")[2]).get_models():
            if model._meta.db_table not in present:
                editor.create_model(model)
    connection.close()
    return store
