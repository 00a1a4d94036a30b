"""The detectors that are measured beside the default, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from benchmarks.drift_parts.traffic import Signal
from core.drift.detectors import make_detector
from core.drift.detectors.rules import Cusum, DailyRate, WilsonRule
from core.drift.detectors.streams import River

PEERS: Mapping[str, Callable[[Signal], Any]] = {
    "daily rate": lambda signal: DailyRate(2 * signal.usual if signal.name == "dislike" else 1.25 * signal.usual),
    "wilson": lambda signal: WilsonRule(signal.usual),
    "cusum": lambda signal: Cusum(),
    "adwin": lambda signal: River("ADWIN"),
    "page-hinkley": lambda signal: River("PageHinkley", mode="up"),
}
"""The daily rate is held against 30 % for dislikes, the rule that everyone writes, and 37.5 % for misses."""


def ours(signal: Signal) -> Any:
    """Return the default detector."""
    return make_detector(signal.name)


def by_path(path: str) -> Callable[[Signal], Any]:
    """Return what makes a detector from ``module:factory``; the factory is called with the signal's name.

    Raises
    ------
    SystemExit
        There is no such factory.
    """
    module, _, name = path.partition(":")
    try:
        factory = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SystemExit(f"{path} names no factory: {error}") from None
    return lambda signal: factory(signal.name)
