"""The rules for comparison obey the contract, and err as they are known to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from core.drift.detectors import Detector, Level
from core.drift.detectors.base import wilson
from core.drift.detectors.rules import Cusum, DailyRate, WilsonRule
from core.drift.detectors.streams import River
from core.errors import InputError
from tests.core.drift.detectors.traffic import REFERENCE, fed, fitted

RULES: dict[str, Callable[[], Any]] = {
    "daily rate": lambda: DailyRate(0.4),
    "wilson": lambda: WilsonRule(0.35),
    "cusum": Cusum,
    "adwin": lambda: River("ADWIN"),
    "page-hinkley": lambda: River("PageHinkley", mode="up"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_large_step_is_found_and_the_alarm_ends(name: str) -> None:
    detector = fitted(RULES[name](), swing=0)
    assert isinstance(detector, Detector)
    begins = REFERENCE + 48
    fed(detector, REFERENCE, 0.3, 48, seed=1, swing=0)
    assert any(fed(detector, begins, 0.6, 48, seed=2, swing=0))
    assert detector.limit > 0
    assert not fed(detector, begins + 48, 0.3, 96, seed=3, swing=0)[-1]
    assert detector.level is not Level.DRIFT
    fitted(detector, swing=0)
    assert not detector.alarm


@pytest.mark.parametrize("name", RULES)
def test_the_onset_is_named_while_the_alarm_is_on(name: str) -> None:
    detector = fitted(RULES[name](), swing=0)
    for hour in range(REFERENCE, REFERENCE + 72):
        if detector.update(hour, 50, 33):
            break
    assert detector.alarm
    assert detector.onset is not None
    assert REFERENCE - 24 < detector.onset <= hour


def test_the_legacy_rule_fires_on_six_votes_a_day_at_half_its_threshold() -> None:
    detector = fitted(DailyRate(0.30), 0.15, volume=0.25)
    assert any(fed(detector, REFERENCE, 0.15, 2160, volume=0.25, seed=4))


def test_wilson_keeps_below_the_rate_and_above_nothing() -> None:
    assert wilson(0, 0) == 0
    assert wilson(0, 10) == 0
    assert 0.2 < wilson(50, 150) < 1 / 3
    assert wilson(10, 10) < 1


def test_without_river_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "river.drift", None)
    with pytest.raises(InputError, match="pip install river"):
        River("ADWIN")
