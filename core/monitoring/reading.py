"""Reads rollups for a view, as figures."""

from __future__ import annotations

from typing import Any

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

_SUMS = ("errors", "ups", "downs", "audited", "false_hits", "input_tokens", "output_tokens", "costed")
"""What stands in :class:`Figures` between the outcomes and the money, in its order."""


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


def figures_of(counts: Ints, latency: Ints | None = None) -> list[Figures]:
    """Return the figures of each group.

    Parameters
    ----------
    counts : int array [group, outcome, measure]
    latency : int array [group, outcome, bucket], optional
    """
    sums, nothing = counts.sum(axis=1), [Latency()] * len(counts)
    columns: list[list[Any]] = [
        *counts[:, :, PLACE["turns"]].T.tolist(),
        *(sums[:, PLACE[name]].tolist() for name in _SUMS),
        *((sums[:, PLACE[name]] / 1e9).tolist() for name in ("cost_nano", "saved_nano")),
        *(_latencies(counts, latency) if latency is not None else (nothing, nothing)),
    ]
    return [Figures(*of) for of in zip(*columns, strict=True)]


def _latencies(counts: Ints, latency: Ints) -> tuple[list[Latency], list[Latency]]:
    """Return the latencies of the hits of each group, and of its misses."""
    turns = counts[:, :2, PLACE["timed"]]
    mean = counts[:, :2, PLACE["time_us"]] / np.maximum(turns, 1) / 1000
    percentiles = quantiles_ms(latency[:, :2], (0.5, 0.95, 0.99))
    hits, misses = (
        [Latency(n, ms, *of) if n > 0 else Latency() for n, ms, of in zip(*columns, strict=True)]
        for columns in ([one[:, outcome].tolist() for one in (turns, mean, percentiles)] for outcome in (0, 1))
    )
    return hits, misses


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
