"""A path in longer steps than an hour, as charts show it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.drift.model import Floats
from core.drift.replay import Path


@dataclass(frozen=True, slots=True)
class Span:
    """What happened from the hour `start` on; shares in [0, 1].

    ``usual``, ``low`` and ``high`` are the reference's expected share and its band, each hour weighed by its trials
    (equally where there were none).
    """

    start: int
    trials: int
    positives: int
    usual: float
    low: float
    high: float


def spans(path: Path, hours: int) -> tuple[Span, ...]:
    """Return a path in spans of `hours`, oldest first; the last ends where the path does, the first may be shorter."""
    size = path.window.hours
    edges = [0, *range(size % hours or hours, size + 1, hours)] if size else []
    return tuple(_span(path, begin, end) for begin, end in pairwise(edges))


def _span(path: Path, begin: int, end: int) -> Span:
    trials = path.tally.trials[begin:end]
    weights = trials if trials.sum() else np.ones(end - begin)

    def mean(values: Floats) -> float:
        return float(np.average(values[begin:end], weights=weights))

    return Span(
        path.window.since + begin,
        int(trials.sum()),
        int(path.tally.positives[begin:end].sum()),
        mean(path.expected),
        mean(path.low),
        mean(path.high),
    )
