"""What monitoring systems scrape: totals of all time from the rollups, so that every process tells the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlmodel import Session, select

from core.monitoring.backlog import Numbered
from core.monitoring.filters import Dimension
from core.monitoring.gathering import PLACE
from core.monitoring.rollup_records import Rollup, RollupDay
from core.monitoring.rows import plain_rows
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
    counts = _sums(session, tenant, RollupDay.counts, COUNTS, WIDTH)
    latency = _sums(session, tenant, Rollup.day_latency, LATENCIES, BUCKETS)
    return [_total(key, counts[key], latency[key]) for key in sorted(counts)]


def _sums(session: Session, tenant: str, column: Any, kind: np.dtype[Any], width: int) -> dict[tuple[str, str], Ints]:
    """Add the days up by release and outcome."""
    table: Any = column.class_
    query = select(table.release, table.outcome, column)
    rows = plain_rows(session, query.where(table.tenant == tenant, table.cube == Dimension.RELEASE.value))
    keys = Numbered()
    group, part = keys.of([row[:2] for row in rows]), Sparse.unpacked([row[2] for row in rows], kind)
    sums = np.zeros((len(keys), width), np.int64)
    np.add.at(sums, (group[part.row], part.at), part.n)
    return dict(zip(keys, sums, strict=True))


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
