"""What monitoring systems scrape: totals of all time from the rollups, so that every process tells the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, col, select

from core.monitoring.filters import Dimension
from core.monitoring.gathering import PLACE
from core.monitoring.rollup_records import Rollup
from core.monitoring.sparse import BUCKETS, COUNTS, LATENCIES, WIDTH, Ints, Sparse, highest_ms

EDGES_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)
"""Upper ends of the latency histogram; each count is within the 2 % that the rollups know a latency by."""


@dataclass(frozen=True, slots=True)
class Total:
    """All turns of a release with one outcome; money in US dollars, time in seconds.

    ``below`` counts the timed turns that took at most each of `EDGES_MS`.
    """

    release: str
    outcome: str
    turns: int
    errors: int
    ups: int
    downs: int
    audited: int
    false_hits: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    saved_usd: float
    timed: int
    time_s: float
    below: tuple[int, ...]


def totals(session: Session, tenant: str) -> list[Total]:
    """Return the totals of a tenant by release and outcome."""
    query = select(Rollup.release, Rollup.outcome, Rollup.day_counts, Rollup.day_latency).where(
        Rollup.tenant == tenant, Rollup.cube == Dimension.RELEASE.value
    )
    rows = session.exec(query.order_by(col(Rollup.release), col(Rollup.outcome))).all()
    keys = list(dict.fromkeys((release, outcome) for release, outcome, _, _ in rows))
    group = np.array([keys.index((release, outcome)) for release, outcome, _, _ in rows], np.int64)
    counts = _added(group, [row[2] for row in rows], COUNTS, len(keys), WIDTH)
    latency = _added(group, [row[3] for row in rows], LATENCIES, len(keys), BUCKETS)
    return [_total(key, one, times) for key, one, times in zip(keys, counts, latency, strict=True)]


def _added(group: Ints, blobs: Sequence[bytes], kind: np.dtype[np.void], groups: int, width: int) -> Ints:
    part = Sparse.unpacked(blobs, kind)
    table = np.zeros(groups * width, np.int64)
    if len(part.n):
        np.add.at(table, group[part.row] * width + part.at % width, part.n)
    return table.reshape(groups, width)


def _total(key: tuple[str, str], counts: Ints, latency: Ints) -> Total:
    def count(name: str) -> int:
        return int(counts[PLACE[name]])

    same = ("turns", "errors", "ups", "downs", "audited", "false_hits", "input_tokens", "output_tokens", "timed")
    reached = np.concatenate([[0], np.cumsum(latency)])
    ends = highest_ms(np.arange(BUCKETS))
    return Total(
        release=key[0],
        outcome=key[1],
        **{name: count(name) for name in same},
        cost_usd=count("cost_nano") / 1e9,
        saved_usd=count("saved_nano") / 1e9,
        time_s=count("time_us") / 1e6,
        below=tuple(int(reached[np.searchsorted(ends, edge * 1.0001, side="right")]) for edge in EDGES_MS),
    )
