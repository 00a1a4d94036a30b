"""The figures of a board as tables: what every chart can be read as, and what is exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.monitoring.export import Cell, Table
from core.monitoring.figures import Figures, Group, Step
from core.monitoring.filters import Dimension
from core.monitoring.model import Rate
from pages.components.charts import DAY_NAMES

FIGURES = (
    "turns", "hits", "misses", "bypasses", "errors", "hit_rate", "hit_rate_low", "hit_rate_high", "ups", "downs",
    "dislike_rate", "dislike_rate_low", "dislike_rate_high", "audited", "false_hits", "false_hit_rate",
    "false_hit_rate_low", "false_hit_rate_high", "hit_p50_ms", "hit_p95_ms", "hit_p99_ms", "miss_p50_ms", "miss_p95_ms",
    "miss_p99_ms", "input_tokens", "output_tokens", "cost_usd", "saved_usd",
)  # fmt: skip
"""Columns; rates are shares in [0, 1] with the ends of their 95 % intervals."""


def steps_table(steps: Sequence[Step]) -> Table:
    """Return one row a step of time."""
    rows = tuple((step.start, step.end, *_cells(step.figures)) for step in steps)
    return Table("over-time", ("start", "end", *FIGURES), rows)


def groups_table(dimension: Dimension, groups: Sequence[Group], label: Callable[[str], str]) -> Table:
    """Return one row a value of a dimension, with what a person calls it."""
    rows = tuple((one.value, label(one.value), one.figures.users, *_cells(one.figures)) for one in groups)
    return Table(f"by-{dimension.value}", (f"{dimension.value}_id", dimension.value, "users", *FIGURES), rows)


def heat_table(heat: Sequence[Sequence[Figures]]) -> Table:
    """Return one row an hour of the week."""
    rows = tuple(
        (day, hour, *_cells(figures))
        for day, of_day in zip(DAY_NAMES, heat, strict=True)
        for hour, figures in enumerate(of_day)
    )
    return Table("by-hour-of-week", ("weekday", "hour", *FIGURES), rows)


def _cells(one: Figures) -> tuple[Cell, ...]:
    hit, miss = one.hit_latency, one.miss_latency
    return (
        one.turns, one.hits, one.misses, one.bypasses, one.errors, *_rate(one.hit_rate), one.ups, one.downs,
        *_rate(one.dislike_rate), one.audited, one.false_hits, *_rate(one.false_hit_rate), hit.p50_ms, hit.p95_ms,
        hit.p99_ms, miss.p50_ms, miss.p95_ms, miss.p99_ms, one.input_tokens, one.output_tokens, one.cost_usd,
        one.saved_usd,
    )  # fmt: skip


def _rate(rate: Rate) -> tuple[Cell, Cell, Cell]:
    low, high = rate.interval or (None, None)
    return rate.value, low, high
