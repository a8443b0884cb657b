"""Storage opened on each kind of database."""

from collections.abc import AsyncIterator

import pytest

from tidegate.storage.open import Storage, open_storage


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    """Storage without rows, closed afterwards."""
    opened = open_storage(database_url)
    yield opened
    await opened.close()
