from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.standins.pinecone_server import PineconeStandIn
from tests.standins.server import serving

ROW = [1.0, 0.0]


def one(**change: Any) -> dict[str, Any]:
    return {"vectors": [{"id": "a", "values": ROW} | change], "namespace": "space"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    standin = PineconeStandIn(dimension=2)
    headers = {"Api-Key": standin.api_key, "X-Pinecone-Api-Version": "2026-04"}
    with serving(standin.app) as url, httpx.Client(base_url=url, headers=headers) as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"vectors": []},
        {"vectors": [{"id": str(at), "values": ROW} for at in range(1001)]},
        {"vectors": [{"id": "a", "values": ROW}] * 2},
        one(id=""),
        one(id="x" * 513),
        one(id="ключ"),
        one(values=[1.0]),
        one(values=[0.0, 0.0]),
        one(values=["1", "0"]),
        one(metadata={"a": None}),
        one(metadata={"a": {"b": 1}}),
        one(metadata={"a": [1, 2]}),
        one(metadata={"a": "x" * 40_960}),
        one(colour="red"),
    ],
    ids=lambda body: str(body)[:60],
)
def test_refuses_to_write_what_pinecone_refuses(client: httpx.Client, body: dict[str, Any]) -> None:
    assert client.post("/vectors/upsert", json=body).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"topK": 0},
        {"topK": 10_001},
        {"topK": "3"},
        {"vector": [1.0]},
        {"filter": {}},
        {"filter": {"a": 1}},
        {"filter": {"a": {"$near": 1}}},
        {"filter": {"a": {"$eq": None}}},
        {"colour": "red"},
    ],
    ids=str,
)
def test_refuses_to_search_what_pinecone_refuses(client: httpx.Client, change: dict[str, Any]) -> None:
    assert client.post("/query", json={"vector": ROW, "topK": 3} | change).status_code == 400


def test_refuses_to_delete_more_than_a_thousand(client: httpx.Client) -> None:
    assert client.post("/vectors/delete", json={"ids": [str(at) for at in range(1001)]}).status_code == 400


def test_does_not_know_a_namespace_before_its_first_write(client: httpx.Client) -> None:
    assert client.delete("/namespaces/unknown").status_code == 404
    assert client.post("/vectors/delete", json={"ids": ["a"], "namespace": "unknown"}).status_code == 404
    assert client.post("/query", json={"vector": ROW, "topK": 3, "namespace": "unknown"}).json()["matches"] == []


def test_lets_in_only_its_key(client: httpx.Client) -> None:
    assert client.post("/describe_index_stats", json={}, headers={"Api-Key": "pc-other"}).status_code == 401


def test_refuses_more_than_two_megabytes(client: httpx.Client) -> None:
    rows = [{"id": str(at), "values": ROW, "metadata": {"a": "x" * 40_000}} for at in range(60)]
    assert client.post("/vectors/upsert", json={"vectors": rows}).status_code == 413


def test_shows_delayed_writes_once_settled() -> None:
    standin = PineconeStandIn(dimension=2, delayed=True)
    headers = {"Api-Key": standin.api_key, "X-Pinecone-Api-Version": "2026-04"}
    with serving(standin.app) as url, httpx.Client(base_url=url, headers=headers) as client:
        written = client.post("/vectors/upsert", json=one()).headers["x-pinecone-request-lsn"]
        asked = {"vector": ROW, "topK": 3, "namespace": "space"}
        before = client.post("/query", json=asked)
        standin.settle()
        after = client.post("/query", json=asked)
    assert before.json()["matches"] == []
    assert int(before.headers["x-pinecone-max-indexed-lsn"]) < int(written)
    assert [match["id"] for match in after.json()["matches"]] == ["a"]
    assert int(after.headers["x-pinecone-max-indexed-lsn"]) >= int(written)
