"""Nearest neighbours in memory: an exact scan, by NumPy or FAISS, and partitions for large collections."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

import faiss
import numpy as np

from core.adapters.vector_facts import Mask, VectorFacts
from core.adapters.vector_partitions import SAMPLE, Partitions, one_thread, partitions_for
from core.adapters.vector_rows import Places, VectorRows
from core.ports import Match, MetadataValue, Vector

log = logging.getLogger(__name__)
Engine = Literal["exact", "faiss"]
CANDIDATES = 32
"""Least number of candidates that partitions propose for a search; 64 found no more."""
FEW = 4
"""A filter that leaves fewer rows than this part of `accelerate_above` has them gathered and scanned exactly."""
STEP = 4096
"""Rows that a build reads at a time under the lock: 1 to 2 ms."""


def _scan_numpy(rows: Vector, vector: Vector, limit: int) -> tuple[Places, Vector]:
    scores = rows @ vector
    best = np.argpartition(-scores, limit - 1)[:limit] if limit < len(scores) else np.arange(len(scores))
    return best.astype(np.int64), scores[best]


def _scan_faiss(rows: Vector, vector: Vector, limit: int) -> tuple[Places, Vector]:
    one_thread()
    scores, places = faiss.knn(vector[None, :], rows, min(limit, len(rows)), metric=faiss.METRIC_INNER_PRODUCT)
    return places[0], scores[0]


_SCANS: dict[Engine, Callable[[Vector, Vector, int], tuple[Places, Vector]]] = {
    "exact": _scan_numpy,
    "faiss": _scan_faiss,
}


@dataclass(slots=True)
class _Build:
    """Partitions in the making: rows before `read` are in them, but for those that were `touched` since."""

    count: int
    read: int = 0
    touched: set[int] = field(default_factory=set)
    stopped: bool = False


class VectorIndex:
    """One namespace in memory. Not thread-safe: its owner holds a lock.

    Parameters
    ----------
    engine : "exact" or "faiss"
        Who scans: both are exact.
    accelerate_above : int
        Rows above which partitions answer, which are built in the background; every row counts at once, before the
        build, while it runs, and after it.
    """

    def __init__(self, dimension: int, engine: Engine, accelerate_above: int) -> None:
        self._scan_block = _SCANS[engine]
        self._accelerate_above = accelerate_above
        self._rows = VectorRows(dimension)
        self._facts = VectorFacts()
        self._partitions: Partitions | None = None
        self._written = 0
        self._build: _Build | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def ids(self) -> set[str]:
        """Every id."""
        return set(self._rows.places)

    @property
    def accelerated(self) -> bool:
        """Whether partitions answer."""
        return self._partitions is not None

    def put(self, ids: Sequence[str], vectors: Vector, facts: Sequence[Mapping[str, MetadataValue]]) -> None:
        """Add rows, or replace those with these (distinct) ids; `vectors` has the shape (len(ids), dimension)."""
        places = self._rows.put(ids, vectors)
        for place, one in zip(places, facts, strict=True):
            self._facts.put(place, one)
        self._written += len(places)
        self._refresh(set(places))

    def remove(self, ids: Sequence[str]) -> None:
        """Remove rows; unknown ids are ignored."""
        touched = set[int]()
        for identity in ids:
            moved = self._rows.remove(identity)
            if moved is not None:
                place, last = moved
                if place != last:
                    self._facts.move(last, to=place)
                else:
                    self._facts.clear(place)
                touched |= {place, last}
        self._refresh(touched)

    def _refresh(self, touched: set[int]) -> None:
        if self._build is not None:
            self._build.touched.update(touched)
        if self._partitions is not None and touched:
            self._partitions.refresh(*self._current(touched))

    def _current(self, touched: set[int]) -> tuple[Places, Vector]:
        """Return these places, those that hold a row first, and the rows."""
        places = np.array(sorted(touched), np.int64)
        return places, self._rows.at(places[places < len(self)])

    def search(self, vector: Vector, limit: int, where: Mapping[str, MetadataValue] | None) -> list[Match]:
        """Return up to `limit` matches, best first, that equal `where` in every key."""
        allowed = self._facts.matching(where or {}, len(self))
        size = len(self) if allowed is None else int(np.count_nonzero(allowed))
        if not size:
            return []
        places = np.empty(0, np.int64)
        if self._partitions is not None and size > self._accelerate_above // FEW:
            places = self._partitions.search(vector, max(CANDIDATES, 2 * limit), allowed)
            scores = self._rows.at(places) @ vector
        if len(places) < min(limit, size):
            places, scores = self._scan(vector, limit, allowed)
        best = np.argsort(-scores, kind="stable")[:limit]
        return self._matches(places[best], scores[best])

    def _scan(self, vector: Vector, limit: int, allowed: Mask | None) -> tuple[Places, Vector]:
        """Return the best of each block."""
        places, scores = [], []
        for start, block in self._rows.blocks():
            chosen = None if allowed is None else np.flatnonzero(allowed[start : start + len(block)])
            if chosen is None:
                best, values = self._scan_block(block, vector, limit)
            elif len(chosen):
                best, values = self._scan_block(block[chosen], vector, limit)
                best = chosen[best]
            else:
                continue
            places.append(best + start)
            scores.append(values)
        return np.concatenate(places), np.concatenate(scores)

    def _matches(self, places: Places, scores: Vector) -> list[Match]:
        ids = [self._rows.ids[place] for place in places.tolist()]
        rows = zip(ids, scores.tolist(), self._facts.at(places), strict=True)
        return [Match(identity, min(1.0, max(-1.0, score)), facts) for identity, score, facts in rows]

    def accelerate(self, lock: AbstractContextManager[object]) -> Thread | None:
        """Build partitions in the background if they are due: once, and after as many writes as they were built for.

        The thread takes the owner's `lock` for a moment at a time.
        """
        due = self._partitions is None or self._written > self._partitions.count
        if len(self) <= self._accelerate_above or not due or self._build is not None:
            return None
        self._build, self._written = _Build(len(self)), 0
        thread = Thread(target=self._partition, args=(self._build, lock), name="vector-partitions", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Give up a build that runs, at its next step."""
        if self._build is not None:
            self._build.stopped = True

    def _partition(self, build: _Build, lock: AbstractContextManager[object]) -> None:
        count = build.count
        sample = self._sample(count, lock)
        partitions = Partitions(sample, count) if len(sample) else None
        while partitions is not None and not build.stopped:
            with lock:
                if build.read >= len(self) and not build.touched:
                    self._partitions = partitions
                    break
                places, current = self._next(build)
            partitions.refresh(places, current)
        with lock:
            self._build = None
        log.info("vector_partitions_built", extra={"rows": count, "stopped": build.stopped})

    def _sample(self, count: int, lock: AbstractContextManager[object]) -> Vector:
        """Return some of the first `count` rows, read step by step; none if all were removed meanwhile."""
        size = min(count, SAMPLE * partitions_for(count))
        chosen = np.sort(np.random.default_rng(count).choice(count, size, replace=False))
        sample = []
        for start in range(0, size, STEP):
            places = chosen[start : start + STEP]
            with lock:
                sample.append(self._rows.at(places[places < len(self)]))
        return np.concatenate(sample)

    def _next(self, build: _Build) -> tuple[Places, Vector]:
        """Return what the build has not read: unread rows first, then those that changed in the meantime."""
        if build.read < len(self):
            touched = set(range(build.read, min(build.read + STEP, len(self))))
            build.read += len(touched)
            build.touched -= touched
        else:
            touched, build.touched = build.touched, set()
        return self._current(touched)
