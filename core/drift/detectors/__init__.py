"""Detectors of a raised rate, all with one contract (:mod:`core.drift.detectors.contract`)."""

from core.drift.detectors.contract import Detector, Level, Signal

__all__ = ["Detector", "Level", "Signal"]
