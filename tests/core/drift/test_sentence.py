from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.finding import Finding, wilson_floor
from core.drift.model import Level, Signal, hour_of
from core.drift.sentence import headline, moment, sentence

BERLIN, ZERO = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
ONSET = hour_of(datetime(2026, 5, 5, 12, tzinfo=UTC))
STEP = Finding(
    Signal.MISS, Level.DRIFT, ONSET + 4, ONSET, 3000.0, 2160.0, (ONSET, ONSET + 20), 1000, 450, 0.45, 0.30, 0.27, 0.33,
    0.42, 30000, 9000, 300,
)  # fmt: skip
CALM = replace(STEP, level=Level.CALM, onset=None, rate=0.31)


def test_it_says_since_when_how_much_what_is_usual_and_why() -> None:
    assert sentence(STEP, BERLIN, ["creatine"]) == (
        "Since Tuesday about 14:00, misses run at 45 % where 30 % is usual at this hour. That is more than chance. "
        "Most of the growth is questions about creatine."
    )


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"level": Level.WATCH}, "That may be chance; it is watched."),
        ({"level": Level.CONFIRMED}, "it still goes on"),
        ({"level": Level.CRITICAL, "signal": Signal.DISLIKE}, "dislikes run at 45 %"),
        ({"signal": Signal.FALSE_HIT, "rate": 0.034, "usual": 0.012}, "false hits run at 3.4 % where 1.2 % is usual"),
        ({"measured": (ONSET, ONSET + 50)}, "is usual for these hours"),
        ({"measured": (ONSET, ONSET + 24 * 9)}, "Since Tuesday, 5 May about 12:00"),
        ({"rate": None}, "There were no lookups in this time"),
        ({"onset": None}, "Misses run at 45 %; 30 % is usual."),
    ],
)
def test_every_case_has_its_words(change: dict[str, object], part: str) -> None:
    assert part in sentence(replace(STEP, **change), ZERO)


@pytest.mark.parametrize(
    ("trials", "said"),
    [(0, "there is no reference with votes yet (100 are needed)"), (60, "has 60 of the 100 votes that it needs"),
     (150, "The reference is new")],
)  # fmt: skip
def test_not_enough_data_says_what_is_missing(trials: int, said: str) -> None:
    few = replace(CALM, signal=Signal.DISLIKE, level=Level.NO_DATA, reference_trials=trials, needed=100)
    assert said in sentence(few, ZERO)
    assert "drift" not in sentence(few, ZERO).lower()


def test_the_headline_is_the_worst_signal_or_that_all_is_calm() -> None:
    unknown = replace(CALM, signal=Signal.FALSE_HIT, level=Level.NO_DATA, reference_trials=0)
    assert headline([CALM, replace(STEP, signal=Signal.DISLIKE), unknown], ZERO).startswith(
        "Since Tuesday about 12:00, dis"
    )
    assert headline([CALM, unknown], ZERO) == "No drift. Misses run at 31 %; 30 % is usual."
    assert headline([unknown], ZERO).startswith("Not enough data")


@given(st.integers(0, 400), st.sampled_from([BERLIN, ZERO, ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kolkata")]))
def test_a_day_of_the_week_alone_is_never_a_week_ago(hours: int, zone: ZoneInfo) -> None:
    now = datetime(2026, 11, 4, 9, tzinfo=UTC)
    at = now - timedelta(hours=hours)
    said, days = moment(at, now, zone), (now.astimezone(zone).date() - at.astimezone(zone).date()).days
    assert said.endswith(f"{at.astimezone(zone):%H:%M}")
    assert (said[:5] == "today", "," in said) == (days == 0, days > 6)


@given(st.integers(1, 500), st.data())
def test_the_lower_bound_lies_below_the_rate(trials: int, data: st.DataObject) -> None:
    positives = data.draw(st.integers(0, trials))
    floor = wilson_floor(positives, trials)
    assert floor is not None
    assert 0 <= floor <= positives / trials


def test_a_finding_survives_json() -> None:
    assert Finding.read(STEP.facts() | {"measured": list(STEP.measured)}) == STEP
