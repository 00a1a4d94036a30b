"""Nearest neighbours in memory: an exact scan, by NumPy or FAISS, and a graph for large collections."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Literal

import faiss
import numpy as np
import numpy.typing as npt

from core.ports import Match, MetadataValue, Vector

log = logging.getLogger(__name__)
Engine = Literal["exact", "faiss"]
Positions = npt.NDArray[np.int64]
LINKS = 32
SEARCH_WIDTH = 128
REBUILD_SHARE = 0.2
"""Share of a graph's rows that may have changed before it is built anew."""

faiss.omp_set_num_threads(1)  # the server's threads are the parallelism


def _scan_numpy(matrix: Vector, vector: Vector, limit: int) -> tuple[Positions, Vector]:
    scores = matrix @ vector
    best = np.argpartition(-scores, limit - 1)[:limit] if limit < len(scores) else np.arange(len(scores))
    best = best[np.argsort(-scores[best], kind="stable")]
    return best.astype(np.int64), scores[best]


def _scan_faiss(matrix: Vector, vector: Vector, limit: int) -> tuple[Positions, Vector]:
    scores, positions = faiss.knn(vector[None, :], matrix, min(limit, len(matrix)), metric=faiss.METRIC_INNER_PRODUCT)
    return positions[0], scores[0]


_SCANS: dict[Engine, Callable[[Vector, Vector, int], tuple[Positions, Vector]]] = {
    "exact": _scan_numpy,
    "faiss": _scan_faiss,
}


@dataclass(slots=True)
class _Graph:
    """A graph over the rows as they were when it was built; `changed` ids are found by the scan instead."""

    index: Any
    ids: list[str]
    places: dict[str, int]
    changed: set[str] = field(default_factory=set)


class VectorIndex:
    """One namespace in memory. Not thread-safe: its owner holds a lock.

    Parameters
    ----------
    engine : "exact" or "faiss"
        Who scans: both are exact.
    accelerate_above : int
        Rows above which a graph (HNSW; Malkov and Yashunin, 2018) answers, built in the background.
    """

    def __init__(self, dimension: int, engine: Engine, accelerate_above: int) -> None:
        self._scan = _SCANS[engine]
        self._accelerate_above = accelerate_above
        self._matrix: Vector = np.zeros((64, dimension), np.float32)
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._facts: dict[str, Mapping[str, MetadataValue]] = {}
        self._having: dict[tuple[str, MetadataValue], set[str]] = {}
        self._graph: _Graph | None = None
        self._building: _Graph | None = None

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> set[str]:
        """Every id."""
        return set(self._ids)

    @property
    def accelerated(self) -> bool:
        """Whether a graph answers."""
        return self._graph is not None

    def put(self, identity: str, vector: Vector, facts: Mapping[str, MetadataValue]) -> None:
        """Add a row or replace the one with this id."""
        self.remove(identity)
        place = len(self._ids)
        if place == len(self._matrix):
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        self._matrix[place] = vector
        self._ids.append(identity)
        self._places[identity] = place
        self._facts[identity] = facts
        for pair in facts.items():
            self._having.setdefault(pair, set()).add(identity)

    def remove(self, identity: str) -> None:
        """Remove a row, if there is one; the last row takes its place."""
        for graph in (self._graph, self._building):
            if graph is not None:
                graph.changed.add(identity)
        place = self._places.pop(identity, None)
        if place is None:
            return
        for pair in self._facts.pop(identity).items():
            self._having[pair].discard(identity)
        last = self._ids.pop()
        if last != identity:
            self._ids[place], self._places[last] = last, place
            self._matrix[place] = self._matrix[len(self._ids)]

    def search(self, vector: Vector, limit: int, where: Mapping[str, MetadataValue] | None) -> list[Match]:
        """Return up to `limit` matches, best first, that equal `where` in every key."""
        allowed = self._allowed(where or {})
        size = len(self) if allowed is None else len(allowed)
        if not size:
            return []
        if self._graph is not None and size > self._accelerate_above:
            found = self._search_graph(self._graph, vector, limit, allowed)
            if len(found) >= min(limit, size):
                return found
        return self._search_rows(vector, limit, allowed)

    def _allowed(self, where: Mapping[str, MetadataValue]) -> set[str] | None:
        """Return the ids that match, or None for all."""
        allowed: set[str] | None = None
        for pair in where.items():
            having = self._having.get(pair, set())
            if len(having) < len(self):
                allowed = having if allowed is None else allowed & having
        return allowed

    def _search_rows(self, vector: Vector, limit: int, allowed: set[str] | None) -> list[Match]:
        if allowed is None:
            positions, scores = self._scan(self._matrix[: len(self)], vector, limit)
        else:
            rows = np.array(sorted(self._places[identity] for identity in allowed), dtype=np.int64)
            best, scores = self._scan(self._matrix[rows], vector, limit)
            positions = rows[best]
        return [self._match(self._ids[place], score) for place, score in zip(positions, scores, strict=True)]

    def _match(self, identity: str, score: np.float32) -> Match:
        return Match(identity, float(np.clip(score, -1, 1)), self._facts[identity])

    def _search_graph(self, graph: _Graph, vector: Vector, limit: int, allowed: set[str] | None) -> list[Match]:
        tail = {identity for identity in graph.changed if identity in self._places}
        if allowed is not None:
            tail &= allowed
            places = [graph.places[one] for one in allowed if one in graph.places and one not in graph.changed]
            selector: Any = faiss.IDSelectorBatch(np.array(places, dtype=np.int64))
        else:
            places = [graph.places[identity] for identity in graph.changed if identity in graph.places]
            batch = faiss.IDSelectorBatch(np.array(places, dtype=np.int64))  # lives as long as the one that inverts it
            selector = faiss.IDSelectorNot(batch)
        parameters = faiss.SearchParametersHNSW(  # type: ignore[attr-defined]  # its stubs lack it
            sel=selector, efSearch=max(SEARCH_WIDTH, 2 * limit)
        )
        scores, positions = graph.index.search(vector[None, :], limit, params=parameters)
        found = [self._match(graph.ids[p], s) for p, s in zip(positions[0], scores[0], strict=True) if p >= 0]
        if tail:
            found += self._search_rows(vector, limit, tail)
        return sorted(found, key=lambda match: -match.score)[:limit]

    def accelerate(self, swap: Callable[[Callable[[], None]], None]) -> Thread | None:
        """Build a graph in the background if one is due; `swap` runs the last step under the owner's lock."""
        graph = self._graph
        due = graph is None or len(graph.changed) > REBUILD_SHARE * len(graph.ids)
        if len(self) <= self._accelerate_above or not due or self._building is not None:
            return None
        rows, ids = self._matrix[: len(self)].copy(), list(self._ids)
        index = faiss.IndexHNSWFlat(rows.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
        building = self._building = _Graph(index, ids, {identity: place for place, identity in enumerate(ids)})

        def finish() -> None:
            self._graph, self._building = building, None
            log.info("vector_graph_built", extra={"rows": len(ids)})

        def build() -> None:
            index.add(rows)
            swap(finish)

        thread = Thread(target=build, name="vector-graph", daemon=True)
        thread.start()
        return thread
