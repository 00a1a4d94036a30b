"""Reads rollups for a view: how much depends on the range and the cells in it, not on how many events there were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import datasketches
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core.monitoring.backlog import plain_rows
from core.monitoring.figures import Figures, Latency
from core.monitoring.filters import Dimension, Filter, View
from core.monitoring.gathering import PLACE
from core.monitoring.rollup_records import Rollup, RollupUsers
from core.monitoring.rollups import ALL, LG_REGISTERS
from core.monitoring.sparse import BUCKETS, COUNTS, LATENCIES, WIDTH, Ints, Sparse, quantiles_ms

OUTCOMES = ("hit", "miss", "bypass")
_NUMBER = {name: number for number, name in enumerate(OUTCOMES)}
Place = Callable[[Ints], Ints]
"""Gives each hour, counted from 1970, the number of its group."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rollups as they were read: the day, the outcome's number, and a value of the dimension asked for, of each row."""

    day: Ints
    outcome: Ints
    value: NDArray[np.object_]
    counts: Sparse
    latency: Sparse


def cube_of(filtered: Filter, dimension: Dimension | None) -> str:
    """Return the smallest cube that can tell apart what is asked for."""
    needed = {*filtered.chosen(), *([dimension] if dimension else [])}
    return ALL if not needed else next(iter(needed)).value if len(needed) == 1 else "each"


def rows_of(
    session: Session, tenant: str, view: View, dimension: Dimension | None = None, *, timed: bool = True
) -> Rows:
    """Return the rollups of a view; those of some hours too many, up to whole days of UTC.

    Without `timed` the latencies are left out, which are most of what there is to read.
    """
    first, last = view.hours
    names = ("day", "outcome", (dimension or Dimension.RELEASE).value, "counts", *(["latency"] if timed else []))
    wanted: list[Any] = [getattr(Rollup, name) for name in names]
    query = select(*wanted).where(
        Rollup.tenant == tenant,
        Rollup.cube == cube_of(view.filter, dimension),
        col(Rollup.day).between(first // 24, (last - 1) // 24),
    )
    for name, values in view.filter.chosen().items():
        query = query.where(col(getattr(Rollup, name.value)).in_(values))
    if view.filter.outcome:
        query = query.where(col(Rollup.outcome).in_(view.filter.outcome))
    found = plain_rows(session, query)
    days, outcomes, values, counts, *rest = zip(*found, strict=True) if found else ((),) * 5
    latency = rest[0] if timed else ()
    return Rows(
        np.array(days, np.int64),
        np.array([_NUMBER[one] for one in outcomes], np.int64),
        np.array(values, object),
        Sparse.unpacked(counts, COUNTS),
        Sparse.unpacked(latency, LATENCIES),
    )


def summed(rows: Rows, view: View, groups: int, place: Place) -> tuple[Ints, Ints]:
    """Add rows up by group: counts as [group, outcome, measure], latencies as [group, outcome, bucket].

    Groups come of the hour by `place`; negative ones are left out.
    """
    latency = _table(rows, rows.latency, BUCKETS, view, groups, place, None)
    return counted(rows, view, groups, place), latency


def counted(rows: Rows, view: View, groups: int, place: Place, of_row: Ints | None = None) -> Ints:
    """Add the counts of rows up by group, as [group, outcome, measure]; groups come of the hour, or of the row."""
    return _table(rows, rows.counts, WIDTH, view, groups, place, of_row)


def _table(rows: Rows, part: Sparse, width: int, view: View, groups: int, place: Place, of_row: Ints | None) -> Ints:
    first, last = view.hours
    hour = rows.day[part.row] * 24 + part.at // width
    group = place(hour) if of_row is None else of_row[part.row]
    kept = (hour >= first) & (hour < last) & (group >= 0)
    key = ((group * len(OUTCOMES) + rows.outcome[part.row]) * width + part.at % width)[kept]
    table = np.zeros(groups * len(OUTCOMES) * width, np.int64)
    # Sums of whole numbers below 2^53 are exact in floating point.
    table += np.bincount(key, weights=part.n[kept], minlength=len(table)).astype(np.int64)
    return table.reshape(groups, len(OUTCOMES), width)


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


def numbered(values: NDArray[np.object_]) -> tuple[list[str], Ints]:
    """Return the different values and the number of each."""
    codes, names = pd.factorize(values)
    return [str(name) for name in names], codes.astype(np.int64)
