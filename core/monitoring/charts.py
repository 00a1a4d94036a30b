"""The charts' numbers, from rollups."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from sqlmodel import Session, col, func, select

from core.monitoring.backlog import SOURCES, any_waiting, state_of
from core.monitoring.figures import Choices, Figures, Freshness, Group, Series, Step, Worst
from core.monitoring.filters import Dimension
from core.monitoring.gathering import PLACE
from core.monitoring.model import Rate
from core.monitoring.reading import figures_of, heat_places, step_places, users_of
from core.monitoring.records import TurnEvent
from core.monitoring.rollup_records import RollupValue
from core.monitoring.scan import leading, worst_stretch
from core.monitoring.summing import COUNTED, TIMED, Sums

MOST_GROUPS = 200
MOST_VALUES = 1000
MOST_WAITING = 10_000


def series_of(sums: Sums) -> Series:
    """Return the steps of a view and their total."""
    view = sums.view
    starts, place = view.starts(), step_places(view)
    [counts], [latency] = (sums.of(one, len(starts), place)[1] for one in (COUNTED, TIMED))
    [total] = figures_of(counts.sum(axis=0, keepdims=True), latency.sum(axis=0, keepdims=True))
    figures = figures_of(counts, latency)
    steps = [Step(*ends, one) for ends, one in zip(pairwise([*starts, view.end()]), figures, strict=True)]
    return Series(tuple(steps), replace(total, users=users_of(sums.session, sums.tenant, view)))


def heat_of(sums: Sums) -> tuple[tuple[Figures, ...], ...]:
    """Return figures by weekday, Monday first, and hour of the day; without latencies."""
    _, [counts] = sums.of(COUNTED, 168, heat_places(sums.view))
    cells = figures_of(counts)
    return tuple(tuple(cells[day * 24 : day * 24 + 24]) for day in range(7))


def groups_of(sums: Sums, dimension: Dimension) -> tuple[Group, ...]:
    """Return the figures of each value of a dimension, most turns first, at most 200; without latencies."""
    names, counts = sums.of(COUNTED, 1, np.zeros_like, dimension)
    groups = [Group(name, one) for name, one in zip(names, figures_of(counts[:, 0]), strict=True)]
    groups = [one for one in groups if one.figures.turns or one.figures.votes]
    return tuple(sorted(groups, key=lambda one: (-one.figures.turns, one.value))[:MOST_GROUPS])


def worst_of(sums: Sums) -> Worst | None:
    """Return the days that stand out by their thumbs down, among all turns and those of each topic; None where none."""
    view = sums.view
    starts = view.starts()
    names, counts = sums.of(COUNTED, len(starts), step_places(view), Dimension.TOPIC)
    downs, ups = (counts[..., PLACE[name]].sum(axis=2) for name in ("downs", "ups"))
    votes = downs + ups
    together = [np.concatenate([one.sum(axis=0, keepdims=True), one]) for one in (downs, votes)]
    found = worst_stretch(*together)
    if found is None:
        return None
    since, until = ([*starts, view.end()][place] for place in (found.first, found.end))
    if found.series:
        return Worst(since, until, found.rate, found.usual, names[found.series - 1])
    down, voted = (one[:, found.first : found.end].sum(axis=1) for one in (downs, votes))
    place = leading(down, voted, found.usual)
    most = None if place is None else (names[place], Rate(int(down[place]), int(voted[place])))
    return Worst(since, until, found.rate, found.usual, None, most)


def choices_of(session: Session, tenant: str) -> Choices:
    """Return every value that a dimension had (at most 1,000 each)."""
    query = select(RollupValue.dimension, RollupValue.value).where(RollupValue.tenant == tenant)
    found: dict[str, list[str]] = {one.value: [] for one in Dimension}
    for dimension, value in session.exec(query.order_by(col(RollupValue.value)).limit(MOST_VALUES * len(found))):
        found[dimension].append(value)
    return Choices(**{name: tuple(values[:MOST_VALUES]) for name, values in found.items()})


def freshness_of(session: Session, tenant: str, now_s: float) -> Freshness:
    """Return how current the rollups are; what waits is counted for all tenants."""
    newest = session.exec(select(func.max(TurnEvent.at)).where(TurnEvent.tenant == tenant)).one()
    state = state_of(session)
    waiting, oldest = 0, []
    for source in SOURCES if any_waiting(session, state) else ():
        mark = state.mark(source)
        if count := source.count(session, mark, MOST_WAITING - waiting):
            waiting += count
            oldest.append(source.oldest(session, mark))
        if waiting >= MOST_WAITING:
            break
    lag = max((now_s - at.timestamp() for at in oldest), default=0.0)
    return Freshness(newest, state.at, waiting, max(0.0, lag))
