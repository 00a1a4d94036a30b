"""What one lookup costs the other caches at a given number of entries, in CPU milliseconds.

    python -m benchmarks.cache.peers_cost [--peers gptcache,redisvl] [--entries 10000] [--lookups 200] [--json]

Only the peer's own processes count: no embedding, no pipe. Half of the lookups ask a known question.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import numpy as np

from benchmarks.cache.filling import among
from benchmarks.cache.peers import SUBPROCESSES, Subprocess, peer
from benchmarks.report import percentile, show
from benchmarks.retrieval import QUESTIONS, read_questions
from core.adapters.onnx_embedder import OnnxEmbedder
from core.ports import Vector


class Given:
    """An embedder of texts whose vectors are known."""

    name = "given"

    def __init__(self, texts: Sequence[str], vectors: Vector) -> None:
        self.dimension = vectors.shape[1]
        self._vectors = dict(zip(texts, vectors, strict=True))

    def embed(self, texts: Sequence[str]) -> Vector:
        """Return what was given."""
        return np.stack([self._vectors[text] for text in texts])


def cost(cache: Subprocess, entries: Sequence[str], asked: Sequence[str], vectors: Vector) -> dict[str, Any]:
    """Return p50 and p99 of the lookups of `asked` among `entries`, whose vectors have shape (len(entries), d)."""
    cache.clear()
    cache.fill(entries, entries, vectors)
    spent, hits = [], 0
    for question in asked:
        hits += cache.lookup(question) is not None
        spent.append(cache.cpu_ms)
    return {
        "peer": cache.what,
        "entries": len(entries),
        "CPU ms p50": percentile(spent, 0.5),
        "CPU ms p99": percentile(spent, 0.99),
        "hit rate": hits / len(asked),
    }


def main() -> None:
    """Fill each peer and time it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=",".join(SUBPROCESSES))
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--lookups", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    real = OnnxEmbedder().embed([question for question, _ in read_questions(QUESTIONS)])
    random = np.random.default_rng(0)
    texts = [f"Made-up question number {number}?" for number in range(arguments.entries + arguments.lookups // 2)]
    vectors = among(real, len(texts), random)
    entries, new = texts[: arguments.entries], texts[arguments.entries :]
    known = [entries[at] for at in random.choice(len(entries), arguments.lookups - len(new))]
    rows = []
    for name in arguments.peers.split(","):
        found = peer(name, Given(texts, vectors), capacity=2 * len(entries))
        if isinstance(found, Subprocess):
            with closing(found):
                rows.append(cost(found, entries, [*known, *new], vectors[: len(entries)]))
    show("peers_cost", rows, {"lookups": arguments.lookups}, as_json=arguments.json)


if __name__ == "__main__":
    main()
