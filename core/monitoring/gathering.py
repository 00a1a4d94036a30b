"""What a batch of events adds to the rollups: pure, and column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.sparse import BUCKETS, MEASURES, WIDTH, Ints, Sparse, bucket_of

CELL = ("release", "channel", "topic", "language", "outcome")
CUBES = ("all", "release", "channel", "topic", "language", "each")
PLACE = {name: place for place, name in enumerate(MEASURES)}
Key = tuple[str, str, int, str, str, str, str, str]
"""Tenant, cube, day, and the cell: release, channel, topic, language, outcome."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as columns: where each belongs, what it adds to each measure, and how long it took (0 of no time)."""

    tenant: NDArray[np.object_]
    hour: Ints
    cell: tuple[NDArray[np.object_], ...]
    adds: dict[str, Ints]
    took_ms: NDArray[np.float64]
    actor: NDArray[np.object_] | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is to be added: a vector of counts and one of latencies for each key, and who asked."""

    keys: list[Key]
    counts: Sparse
    latency: Sparse
    users: dict[tuple[str, str, int, str], list[int]]
    """By tenant, cube, day and value: hashes of those who asked."""


def gathered(batch: Batch, sign: int = 1) -> Gathered:
    """Add a batch up in every cube; with `sign` -1 it is what takes the batch away again."""
    day, hour = batch.hour // 24, batch.hour % 24
    codes, names = zip(*(pd.factorize(column) for column in (batch.tenant, *batch.cell)), strict=True)
    cells, inverse = _unique([day, *codes])
    counts = _counted(batch, inverse, hour, sign)
    timed = np.flatnonzero(batch.took_ms > 0)
    place = hour[timed] * BUCKETS + bucket_of(batch.took_ms[timed])
    latency = Sparse(inverse[timed], place, np.full(len(timed), sign, np.int64)).summed()
    keys: list[Key] = []
    parts: list[tuple[Sparse, Sparse]] = []
    for cube in CUBES:
        kept = [cells[:, 0], cells[:, 1], *(cells[:, 2 + n] * _keeps(cube, name) for n, name in enumerate(CELL))]
        own, moved = _unique(kept)
        parts.append((counts.summed(moved + len(keys)), latency.summed(moved + len(keys))))
        keys += _keys(cube, own, names)
    every = [Sparse.joined([part[place] for part in parts]) for place in (0, 1)]
    return Gathered(keys, every[0], every[1], _users(batch, day) if sign > 0 else {})


def _keeps(cube: str, name: str) -> int:
    return int(cube in (name, "each") or name == "outcome")


def _keys(cube: str, cells: Ints, names: Sequence[Any]) -> list[Key]:
    def told(values: Any, numbers: Ints) -> list[str]:
        return list(np.asarray(values, object)[numbers])

    columns = [told(names[0], cells[:, 1]), [cube] * len(cells), cells[:, 0].tolist()]
    columns += [
        told(names[1 + n], cells[:, 2 + n]) if _keeps(cube, name) else [""] * len(cells) for n, name in enumerate(CELL)
    ]
    return list(zip(*columns, strict=True))


def _unique(columns: Sequence[Any]) -> tuple[Ints, Ints]:
    """Return the different rows of some columns of numbers, and which of them each row is."""
    code = np.zeros(len(columns[0]), np.int64)
    lows, spans = [], []
    for column in columns:
        low = int(column.min()) if len(column) else 0
        span = int(column.max()) - low + 1 if len(column) else 1
        code = code * span + (column - low)
        lows.append(low)
        spans.append(span)
    found, inverse = np.unique(code, return_inverse=True)
    rows = np.empty((len(found), len(columns)), np.int64)
    for place in range(len(columns) - 1, -1, -1):
        rows[:, place] = found % spans[place] + lows[place]
        found = found // spans[place]
    return rows, inverse.astype(np.int64)


def _counted(batch: Batch, inverse: Ints, hour: Ints, sign: int) -> Sparse:
    hours, which = np.unique(inverse * 24 + hour, return_inverse=True)
    rows, places, sums = [], [], []
    for name, add in batch.adds.items():
        total = np.zeros(len(hours), np.int64)
        np.add.at(total, which, add * sign)
        rows.append(hours // 24)
        places.append(hours % 24 * WIDTH + PLACE[name])
        sums.append(total)
    return Sparse(np.concatenate(rows), np.concatenate(places), np.concatenate(sums)).summed()


def _users(batch: Batch, day: Ints) -> dict[tuple[str, str, int, str], list[int]]:
    """Return who asked, by day, as a whole and by each dimension."""
    if batch.actor is None:
        return {}
    codes, actors = pd.factorize(batch.actor)
    hashes = pd.util.hash_array(np.asarray(actors, object)).astype(np.uint64).view(np.int64)
    tenant, tenants = pd.factorize(batch.tenant)
    found: dict[tuple[str, str, int, str], list[int]] = {}
    for cube, column in [("all", None), *zip(CELL[:-1], batch.cell[:-1], strict=True)]:
        value, values = pd.factorize(column) if column is not None else (np.zeros(len(day), np.int64), [""])
        rows, _ = _unique([tenant, day, value, codes])
        groups, starts = np.unique(rows[:, :3], axis=0, return_index=True)
        for group, who in zip(groups.tolist(), np.split(hashes[rows[:, 3]], starts[1:]), strict=True):
            found[str(tenants[group[0]]), cube, group[1], str(values[group[2]])] = who.tolist()
    return found
