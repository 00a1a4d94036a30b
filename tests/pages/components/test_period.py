from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.look import COMPARISONS, GRAINS, Look
from pages.components.period import compared, grain_of, period_of, zone_of

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
NOW = datetime(2026, 5, 6, 9, 20, tzinfo=UTC)


def at(*parts: int, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime(*parts, tzinfo=zone)  # type: ignore[misc,arg-type]


def test_a_day_is_the_last_24_hours_with_the_one_that_runs() -> None:
    shown = period_of(Look(span="24h"), NOW, BERLIN)
    assert (shown.since, shown.until) == (datetime(2026, 5, 5, 10, tzinfo=UTC), datetime(2026, 5, 6, 10, tzinfo=UTC))
    assert shown.grain == "hour"


def test_longer_spans_are_whole_days_of_the_zone() -> None:
    shown = period_of(Look(span="7d"), NOW, BERLIN)
    assert shown.since == at(2026, 4, 30, 0)
    assert shown.grain == "day"


def test_dates_include_the_last_one_also_when_the_clock_changes() -> None:
    look = Look(span="dates", first=date(2026, 10, 24), last=date(2026, 10, 25))
    shown = period_of(look, NOW, BERLIN)
    assert shown.until - shown.since == timedelta(hours=49)


def test_weeks_begin_on_monday() -> None:
    shown = period_of(Look(span="30d", grain="week"), NOW, BERLIN)
    assert shown.since.astimezone(BERLIN).weekday() == 0
    assert shown.since.astimezone(BERLIN).hour == 0


def test_the_period_before_ends_at_the_same_time_of_day() -> None:
    look = Look(span="7d")
    shown = period_of(look, NOW, BERLIN)
    before = compared(look, shown, NOW, BERLIN)
    assert before is not None
    assert before.since == at(2026, 4, 23, 0)
    assert before.until == datetime(2026, 4, 29, 9, tzinfo=UTC), "the hour that runs has only begun"


def test_a_past_period_is_compared_whole() -> None:
    look = Look(span="dates", first=date(2026, 4, 1), last=date(2026, 4, 7))
    before = compared(look, period_of(look, NOW, BERLIN), NOW, BERLIN)
    assert before is not None
    assert (before.since, before.until) == (at(2026, 3, 25, 0), at(2026, 4, 1, 0)), "the clock went forward between"


@pytest.mark.parametrize(("compare", "days"), [("week", 7), ("year", 364)])
def test_other_comparisons_keep_the_weekday(compare: str, days: int) -> None:
    look = Look(span="24h", compare=compare)
    shown = period_of(look, NOW, ZoneInfo("UTC"))
    other = compared(look, shown, NOW, ZoneInfo("UTC"))
    assert other is not None
    assert shown.since - other.since == timedelta(days=days)


def test_nothing_to_compare_with_when_not_wanted() -> None:
    look = Look(compare="none")
    assert compared(look, period_of(look, NOW, BERLIN), NOW, BERLIN) is None


@given(
    st.sampled_from(["24h", "7d", "30d", "90d"]),
    st.sampled_from(sorted(GRAINS)),
    st.sampled_from(sorted(COMPARISONS)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([BERLIN, KATHMANDU, ZoneInfo("UTC"), ZoneInfo("America/St_Johns")]),
)
def test_now_is_shown_and_points_are_bounded(
    span: str, grain: str, compare: str, now: datetime, zone: ZoneInfo
) -> None:
    look = Look(span=span, grain=grain, compare=compare)
    shown = period_of(look, now, zone)
    assert shown.since < now < shown.until <= now + timedelta(hours=1)
    hours = {"hour": 1, "day": 24, "week": 168}[shown.grain]
    assert shown.days * 24 / hours <= 400
    other = compared(look, shown, now, zone)
    assert other is None or (other.since < other.until and other.until <= now)


@pytest.mark.parametrize(
    ("grain", "days", "drawn"),
    [("auto", 1, "hour"), ("auto", 7, "day"), ("auto", 365, "week"), ("hour", 90, "day"), ("day", 1000, "week"),
     ("hour", 7, "hour"), ("week", 1, "week")],
)  # fmt: skip
def test_the_grain_is_as_wished_unless_too_fine(grain: str, days: float, drawn: str) -> None:
    assert grain_of(Look(grain=grain), days) == drawn


@pytest.mark.parametrize(
    ("name", "browser", "zone"),
    [
        ("", None, "UTC"),
        ("", "Europe/Berlin", "Europe/Berlin"),
        ("UTC", "Europe/Berlin", "UTC"),
        ("x/../y", None, "UTC"),
    ],
)
def test_the_zone_is_the_one_chosen_or_the_browsers(name: str, browser: str | None, zone: str) -> None:
    assert zone_of(name, browser).key == zone
