"""The parts of the monitoring page as values: figures with the tables behind them, for the page and the digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from core.monitoring.export import Table
from core.monitoring.figures import Board, Figures, Group, Step, comparable
from core.monitoring.filters import Dimension
from core.monitoring.model import Rate
from pages.components import charts
from pages.components.charts import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY
from pages.components.marks import Mark, clock, with_marks
from pages.components.so_far import apart, unfinished
from pages.components.tables import groups_table, heat_table, steps_table
from pages.components.thinning import thinned

MOST_GROUPS = 15
"""Rows of a chart; the table has all."""
NO_TOPIC = "no topic"
FEWEST_TRIALS = 20
"""Of a topic that is ranked; below, its rate says too little."""
RANKED_OF = {"misses": "lookups", "dislikes": "votes"}
"""What is counted in a ranked list, and among what."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a board is shown with: the zone of its axis, marks, names of topics, what it is compared with, and the time.

    A step that has not ended at the time `now` is drawn apart; without one all count as ended.
    """

    zone: ZoneInfo
    marks: Sequence[Mark] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    compared_with: str = "period before"
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart and its table. `picks` says what a point stands for: a step of time (`steps`), a value of a dimension.

    `empty` is shown in place of a chart that would have nothing in it.
    """

    key: str
    title: str
    says: str
    figure: go.Figure
    table: Table
    picks: str = ""
    values: tuple[str, ...] = ()
    empty: str = ""


def overview(board: Board, scene: Scene) -> list[Panel]:
    """Return how well it goes, and what that costs."""
    steps, total = board.series.steps, board.series.total
    before = comparable(total, board.before.total if board.before else None)
    hits = charts.rates_over_time(_times(steps, scene), [one.figures.hit_rate for one in steps], "hit rate", BLUE)
    dislikes = charts.rates_over_time(
        _times(steps, scene), [one.figures.dislike_rate for one in steps], "dislike rate", RED
    )
    return [
        _over_time("hit-rate", "Answered from the cache", "Of the questions that may be shared, with its 95 % band.",
                   charts.with_level(hits, before.hit_rate.value, scene.compared_with), steps, scene,
                   "" if total.hit_rate.trials else "No question could have been answered from the cache."),
        _over_time("dislike-rate", "Disliked", "Thumbs down of all thumbs, with its 95 % band.",
                   charts.with_level(dislikes, before.dislike_rate.value, scene.compared_with), steps, scene,
                   "" if total.votes else "Nobody voted in this time. Thumbs stand below each answer in the chat."),
        _over_time("latency", "Time to the whole answer", "Cached and fresh: median, and what 95 of 100 stay below.",
                   _latency(steps, scene), steps, scene),
        _over_time("cost", "Cost", "Spent on models, and what the cache saved, in US dollars.",
                   _cost(steps, scene), steps, scene,
                   "" if total.cost_usd or total.saved_usd else "Nothing was spent: no answer needed a paid model."),
    ]  # fmt: skip


def traffic(board: Board, scene: Scene) -> list[Panel]:
    """Return how much was asked, when, and how it was answered."""
    steps, total, times = board.series.steps, board.series.total, _times(board.series.steps, scene)
    outcomes: dict[str, tuple[str, Callable[[Figures], int]]] = {
        "cached": (BLUE, lambda one: one.hits), "fresh": (ORANGE, lambda one: one.misses),
        "not shared": (GREY, lambda one: one.bypasses),
    }  # fmt: skip
    thumbs: dict[str, tuple[str, Callable[[Figures], int]]] = {
        "up": (GREEN, lambda one: one.ups), "down": (RED, lambda one: one.downs)
    }  # fmt: skip
    false = charts.rates_over_time(times, [one.figures.false_hit_rate for one in steps], "false hits", PINK)
    return [
        _over_time("outcomes", "How questions were answered", "Turns by outcome.",
                   charts.stacked(times, _parts(steps, outcomes), "turns"), steps, scene),
        _over_time("thumbs", "Thumbs", "Counted where the question was asked, as they stand now.",
                   charts.stacked(times, _parts(steps, thumbs), "thumbs"), steps, scene,
                   "" if total.votes else "Nobody voted in this time. Thumbs stand below each answer in the chat."),
        _over_time("false-hits", "False hits", "Of the hits that a judge or a thumb spoke on, with its 95 % band.",
                   false, steps, scene, "" if total.audited else "No hit was looked at yet, by a judge or by a thumb."),
        _heat("heat-turns", "When questions are asked", "Turns by hour and weekday.", board, "turns"),
        _heat("heat-dislikes", "When answers are disliked", "Thumbs down of all thumbs by hour and weekday.",
              board, "%",
              lambda one: one.dislike_rate),
    ]  # fmt: skip


def breakdown(board: Board, scene: Scene, dimensions: Sequence[Dimension]) -> list[Panel]:
    """Return hit and dislike rates by each dimension, the value with most turns on top."""
    panels = []
    for dimension in dimensions:
        groups = board.groups.get(dimension, ())
        for name, colour, rate in _RATES:
            panels.append(_by(dimension, name, colour, rate, groups, scene))
    return panels


def ranked(board: Board, scene: Scene, worst: Callable[[Figures], Rate], name: str) -> tuple[Table, tuple[str, ...]]:
    """Return the topics by a rate, the surely worst first, and the ids of the rows.

    The order is that of the lower end of the interval, so that three thumbs do not put a topic on top; a topic with
    fewer than `FEWEST_TRIALS` is left out. The columns are the topic, how many of how many, and the rate with the ends
    of its interval as shares in [0, 1].
    """
    groups = [one for one in board.groups.get(Dimension.TOPIC, ()) if worst(one.figures).trials >= FEWEST_TRIALS]
    groups.sort(key=lambda one: -(worst(one.figures).interval or (0.0, 0.0))[0])
    rows = []
    for one in groups:
        rate = worst(one.figures)
        low, high = rate.interval or (0.0, 0.0)
        rows.append((label_of(Dimension.TOPIC, one.value, scene), rate.positives, rate.trials, rate.value, low, high))
    columns = ("topic", name, RANKED_OF[name], "rate", "rate_low", "rate_high")
    return Table(f"topics-{name}", columns, tuple(rows)), tuple(one.value for one in groups)


def missing(figures: Figures) -> Rate:
    """Misses among the turns that the cache could have answered."""
    return Rate(figures.misses, figures.hits + figures.misses)


def label_of(dimension: Dimension, value: str, scene: Scene) -> str:
    """Return what a person calls a value of a dimension."""
    if dimension is Dimension.TOPIC:
        return scene.names.get(value, f"topic {value[:6]}") if value else NO_TOPIC
    return (value[:6] if dimension is Dimension.RELEASE else value) or "unknown"


_RATES: tuple[tuple[str, str, Callable[[Figures], Rate]], ...] = (
    ("hit rate", BLUE, lambda one: one.hit_rate),
    ("dislike rate", RED, lambda one: one.dislike_rate),
)


def _times(steps: Sequence[Step], scene: Scene) -> list[datetime]:
    return [clock(step.start, scene.zone) for step in steps]


def _parts(
    steps: Sequence[Step], parts: Mapping[str, tuple[str, Callable[[Figures], float]]]
) -> dict[str, tuple[str, list[float | None]]]:
    return {name: (colour, [count(one.figures) for one in steps]) for name, (colour, count) in parts.items()}


def _over_time(
    key: str, title: str, says: str, figure: go.Figure, steps: Sequence[Step], scene: Scene, empty: str = ""
) -> Panel:
    drawn = with_marks(thinned(apart(figure, unfinished(steps, scene.now))), scene.marks, scene.zone)
    return Panel(key, title, says, drawn, steps_table(steps), "steps", empty=empty)


def _latency(steps: Sequence[Step], scene: Scene) -> go.Figure:
    hit, miss = [one.figures.hit_latency for one in steps], [one.figures.miss_latency for one in steps]
    lines = {
        "cached": (BLUE, "solid", [one.p50_ms for one in hit]),
        "cached, p95": (SKY, "dot", [one.p95_ms for one in hit]),
        "fresh": (ORANGE, "solid", [one.p50_ms for one in miss]),
        "fresh, p95": (RED, "dot", [one.p95_ms for one in miss]),
    }
    return charts.lines_over_time(_times(steps, scene), lines, "milliseconds", "%{y:,.0f} ms", log=True)


def _cost(steps: Sequence[Step], scene: Scene) -> go.Figure:
    lines = {
        "spent": (ORANGE, "solid", [one.figures.cost_usd for one in steps]),
        "saved": (GREEN, "dash", [one.figures.saved_usd for one in steps]),
    }
    return charts.lines_over_time(_times(steps, scene), lines, "US dollars", "$%{y:,.4~f}")


def _heat(
    key: str, title: str, says: str, board: Board, unit: str, rate: Callable[[Figures], Rate] | None = None
) -> Panel:
    values = [[100 * v if rate and (v := rate(one).value) is not None else None if rate else one.turns for one in row]
              for row in board.heat]  # fmt: skip
    told = [[_cell(one, rate) for one in row] for row in board.heat]
    empty = "Nobody voted in this time." if rate and not board.series.total.votes else ""
    return Panel(key, title, says, charts.hours_of_week(values, told, unit), heat_table(board.heat), empty=empty)


def _cell(figures: Figures, rate: Callable[[Figures], Rate] | None) -> str:
    if rate is None:
        return f"{figures.turns:,} turns"
    one = rate(figures)
    return f"{100 * one.value:.0f} % of {one.trials:,}" if one.value is not None else "none"


def _by(
    dimension: Dimension, name: str, colour: str, rate: Callable[[Figures], Rate], groups: Sequence[Group], scene: Scene
) -> Panel:
    shown = [one for one in groups if rate(one.figures).trials][:MOST_GROUPS]
    labels = _distinct([label_of(dimension, one.value, scene) for one in shown])
    figure = charts.rates_by(
        labels, [rate(one.figures) for one in shown], f"{name}, %", colour, whole=name == "hit rate"
    )
    return Panel(
        f"{dimension.value}-{name.replace(' ', '-')}", f"{name.capitalize()} by {dimension.value}",
        f"The {min(MOST_GROUPS, len(shown))} with most turns, with their 95 % intervals.", figure,
        groups_table(dimension, groups, lambda value: label_of(dimension, value, scene)), dimension.value,
        tuple(one.value for one in shown), empty="" if shown else "There is nothing to compare yet.",
    )  # fmt: skip


def _distinct(labels: Sequence[str]) -> list[str]:
    """Return labels that an axis keeps apart: the second of two equal ones gets a number."""
    seen: dict[str, int] = {}
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
    counted: dict[str, int] = {}
    distinct = []
    for label in labels:
        counted[label] = counted.get(label, 0) + 1
        distinct.append(label if seen[label] == 1 else f"{label} ({counted[label]})")
    return distinct
