from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.adapters import VECTOR_STORES, StoreCase
from tests.contracts.vector_store import VectorStoreContract


@pytest.fixture(scope="module", params=VECTOR_STORES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreCase]:
    with VECTOR_STORES[request.param](tmp_path_factory.mktemp("store")) as adapter:
        yield adapter


class TestVectorStore(VectorStoreContract):
    pass
