"""What a batch of events adds to the rollups: pure, and column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.monitoring.rollup_records import ALL, EACH
from core.monitoring.sparse import BUCKETS, MEASURES, WIDTH, Ints, Sparse, bucket_of

CELL = ("release", "channel", "topic", "language", "outcome")
CUBES = (ALL, "release", "channel", "topic", "language", EACH)
PLACE = {name: place for place, name in enumerate(MEASURES)}
Key = tuple[str, str, int, str, str, str, str, str]
"""Tenant, cube, day, and the cell: release, channel, topic, language, outcome."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as columns: the number of each one's cell, its hour, what it adds to each measure, and how long it took.

    ``cells`` are different ones: tenant, release, channel, topic, language and outcome. It took 0 of no time that
    counts. ``actor`` is the number of who asked among ``actors``, which are different ones.
    """

    cells: list[tuple[str, ...]]
    cell: Ints
    hour: Ints
    adds: dict[str, Ints]
    took_ms: NDArray[np.float64]
    actor: Ints | None = None
    actors: Sequence[str] = ()


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
    codes, names = zip(*(pd.factorize(column) for column in np.array(batch.cells, object).T), strict=True)
    both, of_event = np.unique(batch.hour * len(batch.cells) + batch.cell, return_inverse=True)
    hour, cell = np.divmod(both, len(batch.cells))
    cells, of_hour = _unique([hour // 24, *(code[cell] for code in codes)])
    counts, latency = _sums(batch, of_event, of_hour, hour % 24, sign)
    keys: list[Key] = []
    parts: list[tuple[Sparse, Sparse]] = []
    for cube in CUBES:
        kept = [cells[:, 0], cells[:, 1], *(cells[:, 2 + n] * _keeps(cube, name) for n, name in enumerate(CELL))]
        own, moved = _unique(kept)
        parts.append((counts.summed(moved + len(keys)), latency.summed(moved + len(keys))))
        keys += _keys(cube, own, names)
    every = [Sparse.joined([part[place] for part in parts]) for place in (0, 1)]
    return Gathered(keys, every[0], every[1], _users(batch, codes, names) if sign > 0 else {})


def together(gains: Sequence[Gathered]) -> Gathered:
    """Add up what several batches add, so that each key is written once."""
    number: dict[Key, int] = {}
    parts: tuple[list[Sparse], list[Sparse]] = ([], [])
    users: dict[tuple[str, str, int, str], list[int]] = {}
    for gain in gains:
        places = np.array([number.setdefault(key, len(number)) for key in gain.keys], np.int64)
        for part, one in zip(parts, (gain.counts, gain.latency), strict=True):
            part.append(Sparse(places[one.row], one.at, one.n))
        for day, who in gain.users.items():
            users.setdefault(day, []).extend(who)
    counts, latency = (Sparse.joined(part).summed() for part in parts)
    return Gathered(list(number), counts, latency, users)


def _sums(batch: Batch, of_event: Ints, of_hour: Ints, hour: Ints, sign: int) -> tuple[Sparse, Sparse]:
    """Add events up by cell and hour: `of_event` is the cell's hour of an event, `of_hour` the cell of such an hour."""
    rows, places, sums = [], [], []
    for name, add in batch.adds.items():
        total = np.zeros(len(hour), np.int64)
        np.add.at(total, of_event, add * sign)
        rows.append(of_hour)
        places.append(hour * WIDTH + PLACE[name])
        sums.append(total)
    counts = Sparse(np.concatenate(rows), np.concatenate(places), np.concatenate(sums)).summed()
    timed = np.flatnonzero(batch.took_ms > 0)
    when = of_event[timed]
    place = hour[when] * BUCKETS + bucket_of(batch.took_ms[timed])
    return counts, Sparse(of_hour[when], place, np.full(len(timed), sign, np.int64)).summed()


def _keeps(cube: str, name: str) -> int:
    return int(cube in (name, EACH) or name == "outcome")


def _keys(cube: str, cells: Ints, names: Sequence[Any]) -> list[Key]:
    def told(values: Any, numbers: Ints) -> list[str]:
        return list(np.asarray(values, object)[numbers])

    columns = [told(names[0], cells[:, 1]), [cube] * len(cells), cells[:, 0].tolist()]
    columns += [
        told(names[1 + n], cells[:, 2 + n]) if _keeps(cube, name) else [""] * len(cells) for n, name in enumerate(CELL)
    ]
    return list(zip(*columns, strict=True))


def _unique(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Return the different rows of some columns of numbers, sorted, and which of them each row is."""
    code, lows, spans = _coded(columns)
    found, inverse = np.unique(code, return_inverse=True)
    return _decoded(found, lows, spans), inverse.astype(np.int64)


def _coded(columns: Sequence[Ints]) -> tuple[Ints, list[int], list[int]]:
    """Return one number for each row, and what is needed to read it again."""
    code = np.zeros(len(columns[0]), np.int64)
    lows = [int(column.min()) if len(column) else 0 for column in columns]
    spans = [int(column.max()) - low + 1 if len(column) else 1 for column, low in zip(columns, lows, strict=True)]
    for column, low, span in zip(columns, lows, spans, strict=True):
        code = code * span + (column - low)
    return code, lows, spans


def _decoded(code: Ints, lows: Sequence[int], spans: Sequence[int]) -> Ints:
    rows = np.empty((len(code), len(lows)), np.int64)
    for place in range(len(lows) - 1, -1, -1):
        code, rows[:, place] = np.divmod(code, spans[place])
    return rows + np.array(lows, np.int64)


def _users(batch: Batch, codes: Sequence[Ints], names: Sequence[Any]) -> dict[tuple[str, str, int, str], list[int]]:
    """Return who asked, by day, as a whole and by each dimension."""
    if batch.actor is None:
        return {}
    hashes = pd.util.hash_array(np.array(batch.actors, object)).astype(np.uint64).view(np.int64)
    day, cell, actor = _distinct([batch.hour // 24, batch.cell, batch.actor]).T
    found: dict[tuple[str, str, int, str], list[int]] = {}
    for place, cube in enumerate((ALL, *CELL[:-1])):
        value = codes[place][cell] * (place > 0)
        rows = _distinct([codes[0][cell], day, value, actor])
        starts = np.flatnonzero((np.diff(rows[:, :3], axis=0, prepend=-1) != 0).any(axis=1))
        for (tenant, of_day, of_value), who in zip(
            rows[starts, :3].tolist(), np.split(hashes[rows[:, 3]], starts[1:]), strict=True
        ):
            told = str(names[place][of_value]) if place else ""
            found[str(names[0][tenant]), cube, of_day, told] = who.tolist()
    return found


def _distinct(columns: Sequence[Ints]) -> Ints:
    """Return the different rows of some columns of numbers, sorted."""
    code, lows, spans = _coded(columns)
    code.sort()  # much quicker than what NumPy does for different numbers alone
    return _decoded(code[np.flatnonzero(np.diff(code, prepend=-1))], lows, spans)
