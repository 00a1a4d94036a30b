"""Reads rollups for a view, as figures."""

from __future__ import annotations

import datasketches
import numpy as np
import pandas as pd
from sqlmodel import Session, col, select

from core.monitoring.figures import Figures, Latency
from core.monitoring.filters import View
from core.monitoring.gathering import PLACE
from core.monitoring.rollup_records import RollupUsers
from core.monitoring.rollups import LG_REGISTERS
from core.monitoring.sparse import Ints, quantiles_ms
from core.monitoring.summing import Place, cube_of


def step_places(view: View) -> Place:
    """Place hours in the steps of a view."""
    starts = np.array([-int(-start.timestamp() // 3600) for start in view.starts()], np.int64)

    def place(hours: Ints) -> Ints:
        return np.searchsorted(starts, hours, side="right").astype(np.int64) - 1

    return place


def heat_places(view: View) -> Place:
    """Place hours in 168 cells, by weekday (Monday first) and hour of the day in the view's zone."""
    first, last = view.hours
    local = pd.to_datetime(np.arange(first, last), unit="h", utc=True).tz_convert(view.zone)
    cells = np.asarray(local.day_of_week, np.int64) * 24 + np.asarray(local.hour, np.int64)

    def place(hours: Ints) -> Ints:
        inside = np.clip(hours - first, 0, last - first - 1)
        return cells[inside]

    return place


def figures_of(counts: Ints, latency: Ints | None, users: int | None = None) -> Figures:
    """Return the figures of counts [outcome, measure] and latencies [outcome, bucket]."""
    every = counts.sum(axis=0).tolist()
    hits, misses, bypasses = (int(one) for one in counts[:, PLACE["turns"]])
    return Figures(
        hits=hits,
        misses=misses,
        bypasses=bypasses,
        **{
            name: every[PLACE[name]]
            for name in (
                "errors", "ups", "downs", "audited", "false_hits", "input_tokens", "output_tokens", "costed"
            )
        },
        cost_usd=every[PLACE["cost_nano"]] / 1e9,
        saved_usd=every[PLACE["saved_nano"]] / 1e9,
        hit_latency=_latency(counts[0], latency[0]) if latency is not None else Latency(),
        miss_latency=_latency(counts[1], latency[1]) if latency is not None else Latency(),
        users=users,
    )  # fmt: skip


def _latency(counts: Ints, buckets: Ints) -> Latency:
    turns = int(counts[PLACE["timed"]])
    if turns <= 0:
        return Latency()
    mean = float(counts[PLACE["time_us"]]) / turns / 1000
    return Latency(turns, mean, *quantiles_ms(buckets, (0.5, 0.95, 0.99)))


def users_of(session: Session, tenant: str, view: View) -> int | None:
    """Return about how many users asked on the view's days of UTC.

    None where a filter asks for what is not known: an outcome, or more than one dimension.
    """
    chosen = view.filter.chosen()
    if len(chosen) > 1 or view.filter.outcome:
        return None
    first, last = view.hours
    query = select(RollupUsers.sketch).where(
        RollupUsers.tenant == tenant,
        RollupUsers.cube == cube_of(view.filter, None),
        col(RollupUsers.day).between(first // 24, (last - 1) // 24),
    )
    if chosen:
        query = query.where(col(RollupUsers.value).in_(next(iter(chosen.values()))))
    union = datasketches.hll_union(LG_REGISTERS)
    for (sketch,) in session.connection().execute(query).fetchall():
        union.update(datasketches.hll_sketch.deserialize(sketch))
    estimate: float = union.get_estimate()
    return round(estimate)
