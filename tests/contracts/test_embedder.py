from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.ports import Embedder
from tests.contracts.adapters import EMBEDDERS
from tests.contracts.embedder import EmbedderContract


@pytest.fixture(scope="module", params=EMBEDDERS)
def embedder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedder]:
    with EMBEDDERS[request.param](tmp_path_factory.mktemp("embedder")) as adapter:
        yield adapter


class TestEmbedder(EmbedderContract):
    pass
