"""Other semantic caches beside ours: a fixed threshold, GPTCache and redisvl, each with its own defaults.

All of them get the vectors of the embedder that ours uses. GPTCache and redisvl live in an environment of their own
(``benchmarks/README.md``, "Peers") and are spoken to through :mod:`benchmarks.cache.peer_worker`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from benchmarks.cache.peer_contract import Peer
from benchmarks.cache.peer_process import CAPACITY, PeerFailed, Subprocess
from core.adapters.onnx_embedder import OnnxEmbedder
from core.ports import Embedder, Vector
from core.settings import ROOT

__all__ = ["ENVIRONMENT", "NAMES", "SUBPROCESSES", "Peer", "PeerFailed", "Static", "Subprocess", "interpreter", "peer"]

ENVIRONMENT = "COACH_PEERS"
"""Environment variable: folder of the peers' virtual environment."""
FOLDER = ROOT / "benchmarks" / ".peers"
SUBPROCESSES = ("gptcache", "redisvl")
NAMES = ("static", *SUBPROCESSES)
STATIC_THRESHOLD = 0.90
"""Cosine similarity of the peer `static`."""


class Static(Peer):
    """The nearest question is served from a fixed cosine similarity on."""

    name = "static"

    def __init__(self, embedder: Embedder, threshold: float = STATIC_THRESHOLD) -> None:
        self.what = f"cosine ≥ {threshold:.2f}"
        self._embedder, self._threshold = embedder, threshold
        self._answers: list[str] = []
        self._vectors: Vector = np.zeros((256, embedder.dimension), np.float32)

    def lookup(self, question: str) -> str | None:
        """See :class:`Peer`."""
        if not self._answers:
            return None
        scores = self._vectors[: len(self._answers)] @ self._embedder.embed([question])[0]
        best = int(scores.argmax())
        return self._answers[best] if scores[best] >= self._threshold else None

    def admit(self, question: str, answer: str) -> None:
        """See :class:`Peer`."""
        if len(self._answers) == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[len(self._answers)] = self._embedder.embed([question])[0]
        self._answers.append(answer)

    def clear(self) -> None:
        """See :class:`Peer`."""
        self._answers = []

    def close(self) -> None:
        """Nothing is open."""


def peer(name: str, embedder: Embedder | None = None, capacity: int = CAPACITY) -> Peer | None:
    """Start a peer, or say on the screen why it is not there and return None.

    Parameters
    ----------
    embedder : Embedder or None
        What ours uses, best one that remembers; None: the embedded one.
    capacity : int
        Entries that it may hold, where it has a limit.

    Raises
    ------
    ValueError
        The name is none of :data:`NAMES`.
    """
    embedder = embedder or OnnxEmbedder()
    if name == "static":
        return Static(embedder)
    if name not in SUBPROCESSES:
        raise ValueError(f"{name} is no peer; there are {', '.join(NAMES)}")
    python = interpreter()
    if not python.exists():
        print(f"{name} is not installed: {python} is missing. How to install it: benchmarks/README.md, Peers.")
        return None
    try:
        return Subprocess(name, embedder, python, capacity)
    except PeerFailed as failed:
        print(f"{failed}. How to install it: benchmarks/README.md, Peers.")
        return None


def interpreter() -> Path:
    """Return where the Python of the peers' environment is, or would be."""
    return Path(os.environ.get(ENVIRONMENT) or FOLDER) / "bin" / "python"
