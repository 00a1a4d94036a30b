from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from tests.standins.openai_server import OpenAIStandIn
from tests.standins.server import serving

EMBED: dict[str, Any] = {"model": "text-embedding-3-small", "input": ["a"]}
CHAT: dict[str, Any] = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "a"}], "stream": True}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    standin = OpenAIStandIn()
    with (
        serving(standin.app) as url,
        httpx.Client(base_url=f"{url}/v1", headers={"Authorization": f"Bearer {standin.api_key}"}) as client,
    ):
        yield client


@pytest.mark.parametrize(
    "change",
    [
        {"input": ""},
        {"input": []},
        {"input": ["a", ""]},
        {"input": ["a"] * 2049},
        {"input": "word " * 2000},
        {"input": ["word " * 1000] * 61},
        {"input": 3},
        {"dimensions": 0},
        {"dimensions": "8"},
        {"encoding_format": "int8"},
        {"colour": "red"},
        {"model": 3},
    ],
    ids=str,
)
def test_refuses_what_the_embeddings_api_refuses(client: httpx.Client, change: dict[str, Any]) -> None:
    assert client.post("/embeddings", json=EMBED | change).status_code == 400


@pytest.mark.parametrize("missing", ["model", "input"])
def test_refuses_a_request_to_embed_with_a_part_missing(client: httpx.Client, missing: str) -> None:
    body = {key: value for key, value in EMBED.items() if key != missing}
    assert client.post("/embeddings", json=body).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"messages": []},
        {"messages": [{"role": "coach", "content": "a"}]},
        {"messages": [{"role": "user", "content": None}]},
        {"messages": [{"role": "user"}]},
        {"max_tokens": 0},
        {"max_tokens": 5, "max_completion_tokens": 5},
        {"stream_options": {"usage": True}},
        {"temperature": 3},
        {"colour": "red"},
    ],
    ids=str,
)
def test_refuses_what_the_chat_api_refuses(client: httpx.Client, change: dict[str, Any]) -> None:
    assert client.post("/chat/completions", json=CHAT | change).status_code == 400


def test_lets_in_only_its_key(client: httpx.Client) -> None:
    headers = {"Authorization": "Bearer sk-other"}
    assert client.get("/models", headers=headers).json()["error"]["code"] == "invalid_api_key"


def test_knows_only_its_models(client: httpx.Client) -> None:
    assert client.post("/embeddings", json=EMBED | {"model": "other"}).status_code == 404
    assert client.get("/models/other").status_code == 404


def test_sends_the_same_vectors_in_both_formats(client: httpx.Client) -> None:
    plain = client.post("/embeddings", json=EMBED | {"dimensions": 16}).json()["data"][0]["embedding"]
    asked = EMBED | {"dimensions": 16, "encoding_format": "base64"}
    packed = client.post("/embeddings", json=asked).json()["data"][0]["embedding"]
    assert np.frombuffer(base64.b64decode(packed), "<f4") == pytest.approx(plain)


def test_answers_from_the_first_passage_of_a_library(client: httpx.Client) -> None:
    asked = '{"library": [{"passage": 1, "text": "Breathe out. Then rest."}], "question": "How?"}'
    body = CHAT | {"messages": [{"role": "user", "content": asked}]}
    text = client.post("/chat/completions", json=body).text
    assert '"content": "Breathe "' in text
    assert '"content": "[1]"' in text
    assert text.endswith("data: [DONE]\n\n")
