"""A small, strict OpenAI: models, embeddings and streamed chat, deterministic and without a network.

    python -m tests.standins.openai_server --port 9001

then OPENAI_BASE_URL=http://127.0.0.1:9001/v1 and OPENAI_API_KEY=sk-standin. Texts that share words have near vectors.
Chat answers from the passages in the last message, or repeats it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.standins.openai_requests import CREATED, MODELS, ChatRequest, EmbeddingRequest
from tests.standins.server import Exchange, Fault, StandIn, answer, hang, serving, stream

T = TypeVar("T", bound=BaseModel)
Handler = Callable[[Request, Exchange, Fault | None], Awaitable[Response]]


class Refusal(Exception):
    """A request that the API would answer with an error."""

    def __init__(self, status: int, message: str, *, kind: str, code: str | None = None, param: str | None = None):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


class OpenAIStandIn(StandIn):
    """The app and what can be set about it.

    Parameters
    ----------
    api_key : str
        The only key that is let in.
    sends_usage : bool
        Whether streams end with token counts, as some compatible servers' do not.
    base64 : bool
        Whether vectors are sent as base64 when asked for, as some compatible servers do not.
    old_limit, new_limit : bool
        Whether ``max_tokens`` and ``max_completion_tokens`` are accepted.
    pause_s : float
        Seconds before each piece of a stream.
    """

    def __init__(
        self,
        api_key: str = "sk-standin",
        *,
        sends_usage: bool = True,
        base64: bool = True,
        old_limit: bool = True,
        new_limit: bool = True,
        pause_s: float = 0.0,
    ) -> None:
        super().__init__()
        self.api_key = api_key
        self.sends_usage = sends_usage
        self.base64 = base64
        self.limits = {"max_tokens": old_limit, "max_completion_tokens": new_limit}
        self.pause_s = pause_s
        self.app = Starlette(
            routes=[
                Route("/v1/models", self._route(self._models), methods=["GET"]),
                Route("/v1/models/{model:path}", self._route(self._model), methods=["GET"]),
                Route("/v1/embeddings", self._route(self._embeddings), methods=["POST"]),
                Route("/v1/chat/completions", self._route(self._chat), methods=["POST"]),
            ]
        )

    def _route(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            sent = json.loads(body) if body else None
            exchange = Exchange(
                request.method, request.url.path, dict(request.headers), dict(request.query_params), sent
            )
            self.exchanges.append(exchange)
            fault = self.take_fault(request.url.path)
            try:
                self._admit(request, fault)
                if fault and fault.kind == "hang":
                    await hang(fault)
                return await handler(request, exchange, fault)
            except Refusal as refusal:
                wait = fault.retry_after if fault else None
                headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
                return answer(exchange, refusal.body, refusal.status, headers)

        return endpoint

    def _admit(self, request: Request, fault: Fault | None) -> None:
        if fault and fault.kind == "status":
            kind = "insufficient_quota" if fault.code == "insufficient_quota" else "server_error"
            raise Refusal(fault.status, f"failed on purpose for {self.api_key}", kind=kind, code=fault.code)
        if request.headers.get("authorization") != f"Bearer {self.api_key}":
            key = request.headers.get("authorization", "").removeprefix("Bearer ")
            message = f"Incorrect API key provided: {key}."  # as OpenAI does, though it masks the middle
            raise Refusal(401, message, kind="invalid_request_error", code="invalid_api_key")

    async def _models(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        return answer(exchange, {"object": "list", "data": [_model(name) for name in MODELS]})

    async def _model(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        return answer(exchange, _model(_known(request.path_params["model"])))

    async def _embeddings(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        asked = _valid(EmbeddingRequest, exchange.sent)
        _known(asked.model)
        vectors = [lexical_vector(text, asked.dimensions or 1536) for text in asked.texts]
        packed = self.base64 and asked.encoding_format == "base64"
        data = [
            {"object": "embedding", "index": index, "embedding": _packed(vector) if packed else vector.tolist()}
            for index, vector in enumerate(vectors)
        ]
        tokens = sum(map(_tokens, asked.texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        # Out of order on purpose: the index says which is which.
        return answer(exchange, {"object": "list", "data": data[::-1], "model": asked.model, "usage": usage})

    async def _chat(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        asked = _valid(ChatRequest, exchange.sent)
        _known(asked.model)
        for name, accepted in self.limits.items():
            if not accepted and getattr(asked, name) is not None:
                message = f"Unsupported parameter: '{name}' is not supported with this model."
                raise Refusal(400, message, kind="invalid_request_error", code="unsupported_parameter", param=name)
        return stream(exchange, self._chunks(asked), fault, self.pause_s)

    def _chunks(self, asked: ChatRequest) -> list[dict[str, Any]]:
        question = asked.messages[-1].content
        said = reply_to(question)
        words = re.findall(r"\S+\s*|\s+", said)
        limit = asked.limit
        kept = words if limit is None else words[:limit]
        finish = "stop" if len(kept) == len(words) else "length"
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if "[[refuse]]" in question:
            deltas, finish = [*deltas, {"refusal": "I cannot help with that."}], "stop"
        elif "[[filter]]" in question:
            finish = "content_filter"
        else:
            deltas += [{"content": word} for word in kept]
        counts = self.sends_usage and asked.stream_options is not None and asked.stream_options.include_usage
        chunks = [_chunk(asked.model, [_choice(delta, None)], counts) for delta in deltas]
        chunks.append(_chunk(asked.model, [_choice({}, finish)], counts))
        if counts:
            spent, made = sum(_tokens(one.content) for one in asked.messages), len(deltas) - 1
            usage = {"prompt_tokens": spent, "completion_tokens": made, "total_tokens": spent + made}
            chunks.append(_chunk(asked.model, [], True) | {"usage": usage})
        return chunks


def lexical_vector(text: str, dimension: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return a unit vector: the sum of a random direction for each word, seeded by the word, stop words lightly."""
    total = np.zeros(dimension)
    for word in re.findall(r"\w+", text.lower()) or [text]:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
        total += (0.3 if len(word) <= 3 else 1.0) * np.random.default_rng(seed).standard_normal(dimension)
    return (total / np.linalg.norm(total)).astype(np.float32)


def reply_to(question: str) -> str:
    """Return the first sentences of the first passage, cited, when the question brings a library; else an echo."""
    try:
        asked = json.loads(question)
        passage = asked["library"][0]
    except (ValueError, TypeError, KeyError, IndexError):
        return f"You said: {question}"
    sentences = re.split(r"(?<=[.!?])\s+", passage["text"])
    return f"{' '.join(sentences[:3])} [{passage['passage']}]"


def _valid(model: type[T], sent: Any) -> T:
    try:
        return model.model_validate(sent, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        param = ".".join(map(str, first["loc"]))
        raise Refusal(400, f"{param}: {first['msg']}", kind="invalid_request_error", param=param) from None


def _known(model: str) -> str:
    if model not in MODELS:
        message = f"The model '{model}' does not exist or you do not have access to it."
        raise Refusal(404, message, kind="invalid_request_error", code="model_not_found")
    return model


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "stand-in"}


def _packed(vector: np.ndarray[Any, np.dtype[np.float32]]) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def _tokens(text: str) -> int:
    return max(1, len(text.encode()) // 4)


def _choice(delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _chunk(model: str, choices: list[dict[str, Any]], counts: bool) -> dict[str, Any]:
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED, "model": model}
    return chunk | {"choices": choices} | ({"usage": None} if counts else {})


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--pause", type=float, default=0.02, help="seconds before each piece of an answer")
    options = parser.parse_args()
    with serving(OpenAIStandIn(pause_s=options.pause).app, options.port):
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
