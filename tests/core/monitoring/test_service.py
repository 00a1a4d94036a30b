from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access.model import Role
from core.database import Database
from core.errors import ForbiddenError
from core.monitoring.service import Monitoring
from tests.core.monitoring.events import NOON, Events
from tests.house import person


@pytest.fixture
def events(database: Database) -> Events:
    return Events(database)


def test_trainers_do_not_see_the_monitoring(database: Database) -> None:
    with pytest.raises(ForbiddenError, match="needs the role product manager"):
        Monitoring(database).overview(person(), NOON, NOON)


@pytest.mark.parametrize("role", [Role.PRODUCT, Role.ADMIN])
def test_product_managers_and_admins_see_it(database: Database, role: Role) -> None:
    assert Monitoring(database).overview(person(role=role), NOON, NOON).sampled == 0


@pytest.mark.parametrize(("hours", "buckets"), [(1, 49), (24, 3)])
def test_a_time_without_events_has_empty_buckets(events: Events, hours: int, buckets: int) -> None:
    overview = events.overview(-48, 0, hours=hours)
    assert len(overview.buckets) == buckets
    for bucket in (*overview.buckets, overview.total):
        assert (bucket.hits, bucket.misses, bucket.bypasses, bucket.ups, bucket.downs) == (0, 0, 0, 0, 0)
        assert (bucket.hit_rate.value, bucket.hit_p50_ms, bucket.miss_p50_ms) == (None, None, None)


def test_a_range_that_ends_before_it_begins_is_empty(events: Events) -> None:
    events.turn("hit")
    events.vote(0, 1)
    overview = events.overview(1, -1)
    assert overview.buckets == ()
    assert (overview.total.hits, overview.total.ups) == (0, 0)


def test_turns_are_counted_in_their_hour_and_by_outcome(events: Events) -> None:
    for outcome, hour in [("hit", 0.99), ("hit", 0.5), ("miss", 0), ("bypass", 1), ("miss", 2)]:
        events.turn(outcome, hour=hour)
    buckets = events.overview(0, 2).buckets
    assert [(one.hits, one.misses, one.bypasses) for one in buckets] == [(2, 1, 0), (0, 0, 1), (0, 1, 0)]
    assert [one.start for one in buckets] == [NOON + timedelta(hours=hour) for hour in range(3)]


def test_days_begin_at_midnight_utc(events: Events) -> None:
    for hour in (-12, 11.99, 12):
        events.turn("hit", hour=hour)
    overview = events.overview(0, 24, hours=24)
    assert [one.start for one in overview.buckets] == [datetime(2026, 5, day, tzinfo=UTC) for day in (4, 5)]
    assert [one.hits for one in overview.buckets] == [2, 1]


def test_only_the_range_is_counted(events: Events) -> None:
    for hour in (-1.01, -1, 0, 0.99, 1.01):
        events.turn("hit", hour=hour)
    assert events.overview(-1, 0.5).total.hits == 3


def test_other_tenants_are_not_counted(events: Events, database: Database) -> None:
    events.turn("hit", tenant="gym")
    events.vote(0, 1, actor=person(tenant="gym"))
    total = events.overview(-1, 1).total
    assert (total.hits, total.ups) == (0, 0)


@pytest.mark.parametrize("hours", [1, 24])
def test_the_total_is_the_sum_of_the_buckets(events: Events, hours: int) -> None:
    for hour in range(-30, 1):
        events.turn(("hit", "miss", "bypass")[hour % 3], hour=hour)
    overview = events.overview(-30, 0, hours=hours)
    total = overview.total
    assert total.hits == sum(one.hits for one in overview.buckets) == 11
    assert total.misses == sum(one.misses for one in overview.buckets) == 10
    assert total.bypasses == sum(one.bypasses for one in overview.buckets) == 10
    assert total.start == overview.buckets[0].start


def test_the_latency_is_the_median_by_outcome(events: Events) -> None:
    for hour, total_ms in [(0, 10), (0.2, 30), (0.4, 500), (1, 90)]:
        events.turn("hit", hour=hour, total_ms=total_ms)
    events.turn("miss", total_ms=2000)
    overview = events.overview(0, 1)
    assert [(one.hit_p50_ms, one.miss_p50_ms) for one in overview.buckets] == [(30, 2000), (90, None)]
    assert (overview.total.hit_p50_ms, overview.total.miss_p50_ms) == (60, 2000)


def test_failed_turns_are_counted_but_their_time_is_not(events: Events) -> None:
    events.turn("miss", total_ms=100)
    events.turn("miss", total_ms=60_000, error="failed")
    overview = events.overview(0, 0)
    assert overview.total.misses == 2
    assert (overview.total.miss_p50_ms, overview.sampled) == (100, 1)


def test_a_turn_that_was_taken_for_lost_and_ends_after_all_counts_once_and_as_it_ended(events: Events) -> None:
    events.turn("bypass", turn="one", error="interrupted")
    events.turn("miss", turn="one")
    total = events.overview(0, 0).total
    assert (total.bypasses, total.misses, total.miss_p50_ms) == (0, 1, 100)
