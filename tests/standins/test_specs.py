"""What our adapters send and what the stand-ins answer, held against the vendors' own OpenAPI documents.

The documents are not part of this repository; without them these tests are skipped.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from core.adapters.openai_chat import OpenAIChat
from core.adapters.openai_embedder import OpenAIEmbedder
from core.adapters.pinecone_store import PineconeStore
from core.errors import ServiceRefused
from core.ports import Message, VectorRecord
from tests.standins.openai_server import OpenAIStandIn
from tests.standins.pinecone_server import PineconeStandIn
from tests.standins.server import Exchange, serving

SPECS = Path(__file__).resolve().parents[2].parent / "shared" / "specs"
OPENAI = "openai-openapi.yaml"
PINECONE = "pinecone-db_data_2026-04.oas.yaml"
_STREAM = {"$ref": "urn:spec#/components/schemas/CreateChatCompletionStreamResponse"}

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the vendors' OpenAPI documents are not here")


@pytest.fixture(scope="module")
def openai_exchanges() -> list[Exchange]:
    standin = OpenAIStandIn()
    with serving(standin.app) as url:
        base = f"{url}/v1"
        with closing(OpenAIEmbedder(standin.api_key, "text-embedding-3-small", 32, base)) as embedder:
            embedder.embed(["squat", "", "plank"])
        with closing(OpenAIChat(standin.api_key, "gpt-4.1-mini", base)) as chat:
            chat.check()
            for text in ("How do I squat?", "[[refuse]]", "[[filter]]"):
                list(chat.stream([Message("system", "Be brief."), Message("user", text)], max_tokens=3))
        standin.limits["max_tokens"] = False
        with closing(OpenAIChat(standin.api_key, "gpt-5-mini", base)) as chat:
            list(chat.stream([Message("user", "Hi"), Message("assistant", "Hi"), Message("user", "?")], max_tokens=9))
        for key, model in (("sk-other", "gpt-4.1-mini"), (standin.api_key, "unknown")):
            with closing(OpenAIChat(key, model, base)) as chat, suppress(ServiceRefused):
                chat.check()
    return standin.exchanges


@pytest.fixture(scope="module")
def pinecone_exchanges() -> list[Exchange]:
    standin = PineconeStandIn(dimension=8)
    rows = np.eye(8, dtype=np.float32)
    records = [VectorRecord(f"id{at}", rows[at % 8], {"colour": "red", "level": at, "new": True}) for at in range(150)]
    with serving(standin.app) as url, closing(PineconeStore(standin.api_key, url)) as store:
        store.check()
        store.upsert("a/b", records)
        store.query("a/b", rows[0], limit=3, where={"colour": "red", "level": 8})
        store.query("a/b", rows[0], limit=3)
        assert len(store.ids("a/b")) == 150
        store.delete("a/b", ["id1"])
        store.drop("a/b")
        store.drop("a/b")
        with suppress(ServiceRefused):
            store.query("a/b", rows[0][:4], limit=3)
    return standin.exchanges


def test_openai_requests_and_answers_fit_the_document(openai_exchanges: list[Exchange]) -> None:
    assert {one.status for one in openai_exchanges} == {200, 400, 401, 404}
    for exchange in openai_exchanges:
        path = exchange.path.removeprefix("/v1")
        _fits(OPENAI, "/models/{model}" if path.startswith("/models/") else path, exchange)


def test_openai_streams_fit_the_document(openai_exchanges: list[Exchange]) -> None:
    chunks = [chunk for one in openai_exchanges for chunk in one.chunks]
    assert len(chunks) > 10
    for chunk in chunks:
        _valid(OPENAI, _STREAM, chunk)


def test_pinecone_requests_and_answers_fit_the_document(pinecone_exchanges: list[Exchange]) -> None:
    assert {one.status for one in pinecone_exchanges} == {200, 400, 404}
    for exchange in pinecone_exchanges:
        _fits(PINECONE, "/namespaces/{namespace}" if "/namespaces/" in exchange.path else exchange.path, exchange)


@pytest.mark.parametrize(
    ("document", "path", "sent"),
    [
        (OPENAI, "/embeddings", {"model": "m", "input": ["a"], "colour": "red"}),
        (OPENAI, "/embeddings", {"input": ["a"]}),
        (OPENAI, "/chat/completions", {"model": "m", "messages": [], "stream": True}),
        (OPENAI, "/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "a"}], "colour": "red"}),
        (PINECONE, "/vectors/upsert", {"namespace": "a"}),
        (PINECONE, "/query", {"topK": 0}),
        (PINECONE, "/query", {"topK": 1, "colour": "red"}),
    ],
)
def test_the_comparison_notices_a_wrong_request(document: str, path: str, sent: Any) -> None:
    with pytest.raises(AssertionError, match=r"\$"):
        _fits(document, path, Exchange("POST", path, {}, {}, sent, 200))


def _fits(document: str, path: str, exchange: Exchange) -> None:
    operation = _document(document)["paths"][path][exchange.method.lower()]
    known = {one["name"].lower() for one in operation.get("parameters", []) if "name" in one}
    assert {name.lower() for name in exchange.query} <= known
    if exchange.sent is not None:
        # A request may hold nothing that the document does not name.
        schema = _inside(path, exchange, "requestBody/content/application~1json/schema")
        _valid(document, schema | {"unevaluatedProperties": False}, exchange.sent, refused=exchange.status == 400)
    if exchange.answered is None:
        return
    if exchange.status == 200:
        schema = _inside(path, exchange, "responses/200/content/application~1json/schema")
        _valid(document, schema, _unpacked(exchange.answered))
    else:
        error = "ErrorResponse" if document == OPENAI else "rpcStatus"
        _valid(document, {"$ref": f"urn:spec#/components/schemas/{error}"}, exchange.answered)


def _unpacked(answered: Any) -> Any:
    """Return an answer with vectors as lists: the document names the base64 format, but describes lists only."""
    for row in answered.get("data", []):
        if isinstance(row.get("embedding"), str):
            row["embedding"] = np.frombuffer(base64.b64decode(row["embedding"]), "<f4").tolist()
    return answered


def _inside(path: str, exchange: Exchange, rest: str) -> dict[str, Any]:
    escaped = path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    return {"$ref": f"urn:spec#/paths/{escaped}/{exchange.method.lower()}/{rest}"}


def _valid(document: str, schema: dict[str, Any], value: Any, *, refused: bool = False) -> None:
    errors = list(Draft202012Validator(schema, registry=_registry(document)).iter_errors(value))
    # What was refused may be wrong in ways that only the vendor's prose tells.
    assert refused or not errors, "; ".join(_messages(errors))


def _messages(errors: list[Any]) -> Iterator[str]:
    for error in errors:
        yield f"{error.json_path}: {error.message[:300]}"
        yield from _messages(list(error.context))


@cache
def _registry(document: str) -> Registry[Any]:
    resource = Resource.from_contents(_document(document), default_specification=DRAFT202012)
    return Registry().with_resource("urn:spec", resource)


@cache
def _document(name: str) -> Any:
    # The parser in C, where it was built: the document has three megabytes.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _modern(yaml.load((SPECS / name).read_text(encoding="utf-8"), Loader=loader))


def _modern(node: Any) -> Any:
    """Turn ``nullable``, which JSON Schema does not know, into an alternative, and local references into ours."""
    if isinstance(node, list):
        return [_modern(one) for one in node]
    if not isinstance(node, dict):
        return node
    new = {key: _modern(value) for key, value in node.items() if key != "nullable"}
    if isinstance(new.get("$ref"), str) and new["$ref"].startswith("#"):
        new["$ref"] = f"urn:spec{new['$ref']}"
    return {"anyOf": [new, {"type": "null"}]} if node.get("nullable") is True else new
