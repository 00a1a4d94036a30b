from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from core.adapters.openai_embedder import OpenAIEmbedder
from core.adapters.resilience import Resilient
from core.database import Database
from core.errors import ServiceRefused, ServiceUnavailable
from tests.standins.openai_server import OpenAIStandIn
from tests.standins.server import Fault, serving

KEY = "sk-very-secret-0123456789"


@contextmanager
def embedding(
    app: ASGIApp, *, model: str = "text-embedding-3-small", dimension: int = 64, **more: Any
) -> Iterator[OpenAIEmbedder]:
    resilience = Resilient("OpenAI", attempts=3, base_delay_s=0.001)
    with (
        serving(app) as url,
        closing(OpenAIEmbedder(KEY, model, dimension, f"{url}/v1", resilience=resilience, **more)) as embedder,
    ):
        yield embedder


def test_sends_no_more_texts_at_once_than_the_vendor_takes() -> None:
    server = OpenAIStandIn(KEY)
    texts = [f"text {number}" for number in range(2050)]
    with embedding(server.app, dimension=8) as embedder:
        vectors = embedder.embed(texts)
        assert float(vectors[2049] @ embedder.embed(["text 2049"])[0]) == pytest.approx(1, abs=1e-5)
    assert [len(one.sent["input"]) for one in server.exchanges] == [2048, 2, 1]


def test_sends_no_more_at_once_than_the_vendor_takes_in_tokens() -> None:
    server = OpenAIStandIn(KEY)
    with embedding(server.app) as embedder:
        assert embedder.embed(["ж" * 9000] * 70).shape == (70, 64)
    assert [len(one.sent["input"]) for one in server.exchanges] == [31, 31, 8]


def test_reads_vectors_of_a_server_that_ignores_base64() -> None:
    with (
        embedding(OpenAIStandIn(KEY).app) as packed,
        embedding(OpenAIStandIn(KEY, base64=False).app) as plain,
    ):
        assert np.abs(packed.embed(["squat"]) - plain.embed(["squat"])).max() < 1e-6


def test_tries_again_what_failed() -> None:
    server = OpenAIStandIn(KEY)
    server.fail(Fault("status", status=429, retry_after=0.001))
    server.fail(Fault("status", status=500))
    with embedding(server.app) as embedder:
        assert embedder.embed(["squat"]).shape == (1, 64)
    assert len(server.exchanges) == 3


def test_gives_up_on_a_server_that_does_not_answer_in_time() -> None:
    server = OpenAIStandIn(KEY)
    server.fail(Fault("hang", seconds=2), times=3)
    with embedding(server.app, timeout_s=0.1) as embedder, pytest.raises(ServiceUnavailable, match="took too long"):
        embedder.embed(["squat"])


def replying(body: Any) -> Starlette:
    """Return a server that answers every request to embed with `body`."""

    async def reply(request: Request) -> Response:
        return HTMLResponse(body) if isinstance(body, str) else JSONResponse(body)

    return Starlette(routes=[Route("/v1/embeddings", reply, methods=["POST"])])


def of(*vectors: list[float], first: int = 0) -> dict[str, Any]:
    data = [{"object": "embedding", "index": first + at, "embedding": one} for at, one in enumerate(vectors)]
    return {"object": "list", "model": "m", "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def test_brings_vectors_to_unit_length() -> None:
    with embedding(replying(of([3.0, 4.0])), model="own", dimension=2) as embedder:
        assert embedder.embed(["squat"])[0] == pytest.approx([0.6, 0.8])


def test_a_dimension_that_is_set_wrong_is_refused_with_the_right_one() -> None:
    with (
        embedding(replying(of([1.0, 0.0, 0.0])), model="own", dimension=2) as embedder,
        pytest.raises(ServiceRefused, match="length 3; set COACH_EMBEDDING_DIMENSION"),
    ):
        embedder.embed(["squat"])


@pytest.mark.parametrize(
    "body",
    [of([0.0, 0.0]), of([1.0, 0.0], first=1), of([1.0, 0.0], [0.0, 1.0])],
    ids=["zeros", "wrong index", "too many"],
)
def test_vectors_that_cannot_be_used_are_an_error(body: Any) -> None:
    with (
        embedding(replying(body), model="own", dimension=2) as embedder,
        pytest.raises(ServiceUnavailable, match="OpenAI sent"),
    ):
        embedder.embed(["squat"])


@pytest.mark.parametrize("body", ["<html>hello</html>", {"data": []}, {"data": None}, {}])
def test_what_is_no_embeddings_api_is_refused(body: Any) -> None:
    with (
        embedding(replying(body), model="own", dimension=2) as embedder,
        pytest.raises(ServiceRefused, match="check OPENAI_BASE_URL"),
    ):
        embedder.embed(["squat"])


def test_the_name_tells_models_and_dimensions_apart() -> None:
    names = {OpenAIEmbedder(KEY, model, size).name for model in ("a", "b") for size in (8, 16)}
    assert len(names) == 4


def test_nothing_is_asked_inside_a_transaction(tmp_path: Path) -> None:
    server = OpenAIStandIn(KEY)
    with (
        embedding(server.app) as embedder,
        closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database,
        database.read(),
        pytest.raises(RuntimeError, match="inside a database transaction"),
    ):
        embedder.embed(["squat"])
    assert server.exchanges == []
