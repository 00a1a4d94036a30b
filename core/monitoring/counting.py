"""What an event adds to each measure of its hour, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.monitoring.sparse import Ints

Numbers = Mapping[str, NDArray[np.float64]]
"""Columns of numbers by name; NaN is none."""


def turns(numbers: Numbers) -> tuple[dict[str, Ints], NDArray[np.float64]]:
    """Read turns; the time of those that did not end well is not counted."""
    cost, well = numbers["cost_usd"], numbers["error"] == 0
    took = np.where(well, np.maximum(numbers["total_ms"], 1e-3), 0.0)
    adds = {
        "turns": np.ones(len(cost), np.int64),
        "errors": _whole(~well),
        "input_tokens": _whole(numbers["input_tokens"]),
        "output_tokens": _whole(numbers["output_tokens"]),
        "costed": _whole(~np.isnan(cost)),
        "cost_nano": _whole(np.nan_to_num(cost) * 1e9),
        "saved_nano": _whole(np.nan_to_num(numbers["saved_usd"]) * 1e9),
        "timed": _whole(well),
        "time_us": _whole(took * 1000),
    }
    return adds, took


def votes(numbers: Numbers) -> tuple[dict[str, Ints], NDArray[np.float64]]:
    """Read changes of votes: each moves the count of its turn's hour."""
    before, after = numbers["before"], numbers["after"]
    adds = {
        "ups": _whole(after == 1) - (before == 1),
        "downs": _whole(after == -1) - (before == -1),
    }
    return adds, np.zeros(len(before))


def verdicts(numbers: Numbers) -> tuple[dict[str, Ints], NDArray[np.float64]]:
    """Read what became known of hits, in the hour of their turn."""
    before, after = numbers["before"], numbers["after"]
    adds = {
        "audited": _whole(~np.isnan(after)) - ~np.isnan(before),
        "false_hits": _whole(after == 0) - (before == 0),
    }
    return adds, np.zeros(len(before))


def _whole(values: NDArray[Any]) -> Ints:
    whole: Ints = np.rint(values).astype(np.int64)
    return whole
