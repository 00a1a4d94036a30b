from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.ports import ChatModel
from tests.contracts.adapters import CHAT_MODELS
from tests.contracts.chat_model import ChatModelContract


@pytest.fixture(scope="module", params=CHAT_MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatModel]:
    with CHAT_MODELS[request.param](tmp_path_factory.mktemp("model")) as adapter:
        yield adapter


class TestChatModel(ChatModelContract):
    pass
