"""What is selected in the charts and lists of a page: steps of time, points, rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd

from core.monitoring.figures import Step
from pages.components.clicks import clicked
from pages.components.marks import clock
from pages.components.panels import Scene
from pages.components.period import Period
from pages.components.session import keys_told, page_state, told
from pages.components.so_far import place_of


def anything_selected() -> bool:
    """Say whether anything is selected in a chart or a list of what is shown."""
    keys = [key for key in keys_told() if key.startswith(("chart-", "rank-"))]
    seen = page_state().seen
    return any(
        rows_selected(key) or points_selected(key) or _selection(key, "box")
        or (seen and clicked(key, shows(seen.reading.period)) is not None)
        for key in keys
    )  # fmt: skip


def steps_selected(key: str, period: Period, steps: Sequence[Step], scene: Scene) -> list[int]:
    """Return the places of the steps that are selected: of the point that was clicked, or else those of the drag.

    A line without signs has no points that a drag selects, so that its steps are known by the range of the drag too.
    """
    click = clicked(key, shows(period))
    points = points_selected(key) if click is None else [click]
    places = {place_of(one, steps, scene.now) for one in points}
    return sorted(places if click is not None else places | _in_boxes(key, steps, scene))


def points_selected(key: str) -> list[int]:
    """Return the places of the points that are selected in a chart."""
    return sorted({point["point_index"] for point in _selection(key, "points")})


def rows_selected(key: str) -> list[int]:
    """Return the rows that are selected in a list."""
    return _selection(key, "rows")


def shows(period: Period) -> str:
    """Return a name for what a chart over time shows, so that a click in it counts for nothing else."""
    return f"{period.since.isoformat()} {period.until.isoformat()} {period.grain}"


def _in_boxes(key: str, steps: Sequence[Step], scene: Scene) -> set[int]:
    places = set()
    for box in _selection(key, "box"):
        first, last = sorted(pd.to_datetime(box["x"]))
        starts = (clock(step.start, scene.zone) for step in steps)
        places |= {place for place, at in enumerate(starts) if first <= at <= last}
    return places


def _selection(key: str, kind: Literal["points", "box", "rows"]) -> list[Any]:
    state: Any = told(key)
    return list(state["selection"].get(kind, ())) if state and "selection" in state else []
