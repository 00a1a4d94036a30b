"""Detectors of a raised rate, all with one contract (:mod:`core.drift.detectors.contract`)."""

from core.drift.detectors.anytime import AnytimeDetector, Design
from core.drift.detectors.contract import Detector, Level
from core.drift.detectors.making import make_detector

__all__ = ["AnytimeDetector", "Design", "Detector", "Level", "make_detector"]
