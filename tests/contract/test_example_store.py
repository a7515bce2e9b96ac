"""The contract of a store, over the example store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from examples.plain_store.store import PlainStore
from loyalcore.testing.contract import StoreContract

if TYPE_CHECKING:
    from pathlib import Path

    from loyalcore.store import Store


class TestPlainStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        """Make a new store."""
        return PlainStore(str(tmp_path / "plain.db"))
