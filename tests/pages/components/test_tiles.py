from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.monitoring.figures import Figures, Latency
from core.monitoring.model import Rate
from pages.components.tiles import Tile, difference, tiles_of
from tests.pages.boards import figures

RATES = st.tuples(st.integers(0, 2000), st.integers(1, 2000)).map(lambda two: Rate(min(two), max(two)))


def tile(label: str, now: Figures, before: Figures | None = None) -> Tile:
    return next(one for one in tiles_of(now, before) if one.label == label)


def test_all_that_a_manager_watches_has_a_tile() -> None:
    assert [one.label for one in tiles_of(figures(), None)] == [
        "Hit rate", "False hits", "Disliked", "With a vote", "Saved", "Cached answer", "Fresh answer", "Turns", "Users",
        "Errors",
    ]  # fmt: skip


def test_a_rate_has_its_interval_and_its_change() -> None:
    shown = tile("Hit rate", Figures(hits=560, misses=440), Figures(hits=480, misses=520))
    assert (shown.value, shown.note, shown.change) == ("56.0 %", "52.9–59.0 % of 1,000", "+8.0 pts")
    assert shown.clear
    assert "from 48.0 %" in shown.help


def test_a_change_that_may_be_chance_is_not_clear() -> None:
    assert not tile("Hit rate", Figures(hits=51, misses=49), Figures(hits=48, misses=52)).clear


def test_too_few_votes_are_said() -> None:
    shown = tile("Disliked", Figures(misses=9, ups=1, downs=1))
    assert shown.note == "too few to say: 9.5–90.5 % of 2"
    assert tile("Disliked", Figures(misses=9)).value == "–"


def test_without_a_comparison_there_is_no_change() -> None:
    assert {one.change for one in tiles_of(figures(), None)} == {""}


def test_amounts_and_durations_change_in_percent() -> None:
    now, before = figures(110), figures(100)
    assert tile("Turns", now, before).change == "+10.0 %"
    slower = replace(before, hit_latency=Latency(9, 1.0, before.hit_latency.p50_ms or 0, 1.0, 1.0))
    assert tile("Cached answer", slower, before).change == "±0 %"
    assert tile("Turns", before, now).change == "-9.1 %"


def test_a_period_of_almost_nothing_is_not_compared_with() -> None:
    assert {one.change for one in tiles_of(figures(100_000), figures(100))} == {""}
    assert tile("Turns", figures(4_000), figures(100)).change == "+3,900 %"
    assert tile("Turns", figures(0), figures(100)).change == "-100 %"


def test_users_that_are_not_known_are_not_zero() -> None:
    assert tile("Users", replace(figures(), users=None)).value == "–"


@given(RATES, RATES)
def test_the_interval_of_a_change_holds_it_and_turns_with_it(now: Rate, before: Rate) -> None:
    found, turned = difference(now, before), difference(before, now)
    assert found is not None
    assert turned is not None
    change, low, high = found
    assert -1 - 1e-9 <= low <= change + 1e-9 <= high + 2e-9 <= 1 + 1e-6
    assert turned == pytest.approx((-change, -high, -low))


def test_no_trials_no_change() -> None:
    assert difference(Rate(1, 2), Rate(0, 0)) is None
