"""A small, strict Pinecone index made for cosine, in memory and without a network.

    python -m tests.standins.pinecone_server --port 9002 --dimension 384

then PINECONE_INDEX_HOST=http://127.0.0.1:9002 and PINECONE_API_KEY=pc-standin.
"""

from __future__ import annotations

import argparse
import base64
import copy
import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.standins.pinecone_requests import (
    DeleteRequest,
    ListQuery,
    QueryRequest,
    StatsRequest,
    UpsertRequest,
    VectorIn,
)
from tests.standins.server import Exchange, Fault, StandIn, answer, hang, serving

T = TypeVar("T", bound=BaseModel)
Handler = Callable[[Request, Exchange, Fault | None], Response]
LONGEST_BODY = 2 * 1024 * 1024


class Refusal(Exception):
    """A request that the API would answer with an error."""

    def __init__(self, status: int, message: str, code: int = 3) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "details": []}


class PineconeStandIn(StandIn):
    """The app and what can be set about it.

    Parameters
    ----------
    api_key : str
        The only key that is let in.
    dimension : int
        Length of the index's vectors.
    delayed : bool
        Whether reads see writes only after `settle`, or after `lag` reads have missed them.
    lag : int, optional
        How many queries miss a write; without end if left out.
    metric : str
        What the index says that it measures by; it measures by cosine.
    """

    def __init__(
        self,
        api_key: str = "pc-standin",
        *,
        dimension: int = 8,
        delayed: bool = False,
        lag: int | None = None,
        metric: str = "cosine",
    ) -> None:
        super().__init__()
        self.api_key = api_key
        self.dimension = dimension
        self.metric = metric
        self._delayed = delayed
        self._lag = lag
        self._misses = 0
        self._written: dict[str, dict[str, VectorIn]] = {}
        self._visible: dict[str, dict[str, VectorIn]] = {}
        self._committed = self._reconciled = 0
        self._guard = threading.RLock()
        self.app = Starlette(
            routes=[
                Route("/vectors/upsert", self._route(self._upsert), methods=["POST"]),
                Route("/query", self._route(self._query), methods=["POST"]),
                Route("/vectors/delete", self._route(self._delete), methods=["POST"]),
                Route("/vectors/list", self._route(self._list), methods=["GET"]),
                Route("/describe_index_stats", self._route(self._stats), methods=["POST"]),
                Route("/namespaces/{namespace:path}", self._route(self._drop), methods=["DELETE"]),
            ]
        )

    def settle(self) -> None:
        """Let reads see every write so far."""
        with self._guard:
            self._visible = copy.deepcopy(self._written)
            self._reconciled, self._misses = self._committed, 0

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
                self._admit(request, len(body), fault)
                if fault and fault.kind == "hang":
                    await hang(fault)
                with self._guard:
                    return handler(request, exchange, fault)
            except Refusal as refusal:
                wait = fault.retry_after if fault else None
                headers = {} if wait is None else {"Retry-After": f"{wait:g}"}
                return answer(exchange, refusal.body, refusal.status, headers)

        return endpoint

    def _admit(self, request: Request, size: int, fault: Fault | None) -> None:
        if fault and fault.kind == "status":
            raise Refusal(fault.status, f"failed on purpose for {self.api_key}", 13)
        if request.headers.get("api-key") != self.api_key:
            raise Refusal(401, f"Invalid API Key {request.headers.get('api-key')}", 16)
        if "x-pinecone-api-version" not in request.headers:
            raise Refusal(400, "X-Pinecone-Api-Version is missing")
        if size > LONGEST_BODY:
            raise Refusal(413, "the request exceeds 2 MB", 8)

    def _upsert(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        asked = _valid(UpsertRequest, exchange.sent)
        for vector in asked.vectors:
            self._fitting(vector.values)
        kept = asked.vectors[: len(asked.vectors) // 2] if fault and fault.kind == "partial" else asked.vectors
        space = self._written.setdefault(asked.namespace, {})
        space.update({vector.id: vector for vector in kept})
        return answer(exchange, {"upsertedCount": len(kept)}, headers=self._commit())

    def _query(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        asked = _valid(QueryRequest, exchange.sent)
        wanted = self._fitting(asked.vector)
        found = sorted(
            (
                (float(self._fitting(vector.values) @ wanted), vector)
                for vector in self._visible.get(asked.namespace, {}).values()
                if _fits(vector.metadata, asked.filter or {})
            ),
            key=lambda pair: -pair[0],
        )
        matches = []
        for score, vector in found[: asked.topK]:
            match: dict[str, Any] = {"id": vector.id, "score": score, "values": []}
            if asked.includeValues:
                match["values"] = vector.values
            if asked.includeMetadata:
                match["metadata"] = {key: _stored(value) for key, value in vector.metadata.items()}
            matches.append(match)
        body = {"matches": matches, "namespace": asked.namespace, "usage": {"readUnits": 1}}
        headers = {"x-pinecone-max-indexed-lsn": str(self._reconciled)}
        self._misses += 1
        if self._lag is not None and self._misses > self._lag:
            self.settle()
        return answer(exchange, body, headers=headers)

    def _delete(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        asked = _valid(DeleteRequest, exchange.sent)
        if asked.namespace not in self._written:
            raise Refusal(404, "Namespace not found", 5)
        for one in asked.ids:
            self._written[asked.namespace].pop(one, None)
        return answer(exchange, {}, headers=self._commit())

    def _drop(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        if self._written.pop(request.path_params["namespace"], None) is None:
            raise Refusal(404, "Namespace not found", 5)
        return answer(exchange, {}, headers=self._commit())

    def _list(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        asked = _valid(ListQuery, exchange.query, strict=False)
        after = base64.b64decode(asked.paginationToken).decode() if asked.paginationToken else ""
        known = sorted(one for one in self._visible.get(asked.namespace, {}) if one.startswith(asked.prefix))
        rest = [one for one in known if one > after]
        body: dict[str, Any] = {
            "vectors": [{"id": one} for one in rest[: asked.limit]],
            "namespace": asked.namespace,
            "usage": {"readUnits": 1},
        }
        if len(rest) > asked.limit:
            body["pagination"] = {"next": base64.b64encode(rest[asked.limit - 1].encode()).decode()}
        return answer(exchange, body)

    def _stats(self, request: Request, exchange: Exchange, fault: Fault | None) -> Response:
        _valid(StatsRequest, exchange.sent)
        counts = {name or "__default__": len(space) for name, space in self._visible.items()}
        body = {
            "namespaces": {name: {"vectorCount": count} for name, count in counts.items()},
            "dimension": self.dimension,
            "indexFullness": 0.0,
            "totalVectorCount": sum(counts.values()),
            "metric": self.metric,
            "vectorType": "dense",
        }
        return answer(exchange, body)

    def _commit(self) -> dict[str, str]:
        self._committed += 1
        if not self._delayed:
            self.settle()
        return {"x-pinecone-request-lsn": str(self._committed)}

    def _fitting(self, values: list[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
        if len(values) != self.dimension:
            raise Refusal(400, f"Vector dimension {len(values)} does not match the dimension of the index")
        vector = np.asarray(values, np.float32).astype(np.float64)
        norm = np.linalg.norm(vector)
        if not np.isfinite(norm) or norm == 0:
            raise Refusal(400, "Dense vectors must contain at least one non-zero value and only finite ones")
        return np.asarray(vector / norm)


def _fits(metadata: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(key in metadata and _same(metadata[key], condition["$eq"]) for key, condition in wanted.items())


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list):  # a list of texts fits when one of them does
        return other in one
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _stored(value: Any) -> Any:
    # Every number is kept as a float of 64 bits.
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _valid(model: type[T], sent: Any, *, strict: bool = True) -> T:
    try:
        return model.model_validate(sent, strict=strict)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refusal(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9002)
    parser.add_argument("--dimension", type=int, default=384)
    options = parser.parse_args()
    with serving(PineconeStandIn(dimension=options.dimension).app, options.port):
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main()
