from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.access.model import Role
from core.database import Database
from core.errors import ForbiddenError
from core.monitoring.bulk import write
from core.monitoring.filters import Dimension, Grain, View
from core.monitoring.service import BEFORE_A_PAGE, Monitoring
from tests.core.monitoring.events import NOON, PRODUCT, Events, turn_event
from tests.house import person

READS: list[tuple[str, tuple[Any, ...]]] = [
    ("board", ("view",)), ("series", ("view",)), ("heat", ("view",)), ("by", ("view", Dimension.TOPIC)),
    ("choices", ()), ("freshness", ()),
]  # fmt: skip


@pytest.fixture
def events(database: Database) -> Events:
    return Events(database)


@pytest.mark.parametrize(("name", "given"), READS)
def test_only_product_managers_and_admins_see_it(events: Events, name: str, given: tuple[Any, ...]) -> None:
    given = tuple(events.view() if one == "view" else one for one in given)
    with pytest.raises(ForbiddenError, match="needs the role product manager"):
        getattr(events.monitoring, name)(person(), *given)
    for role in (Role.PRODUCT, Role.ADMIN):
        assert getattr(events.monitoring, name)(person(role=role), *given) is not None


def test_without_events_every_step_is_there_and_empty(events: Events) -> None:
    board = events.monitoring.board(PRODUCT, events.view(-48, 0), events.view(-96, -48))
    assert len(board.series.steps) == 48
    assert board.series.total.hit_rate.value is None
    assert board.series.total.hit_latency.p50_ms is None
    assert board.series.total.users == 0
    assert board.before is not None
    assert (len(board.heat), len(board.heat[0])) == (7, 24)
    assert board.groups == dict.fromkeys(Dimension, ())
    assert (board.freshness.newest, board.freshness.waiting, board.freshness.lag_s) == (None, 0, 0)


def test_turns_are_counted_in_their_hour_and_by_outcome(events: Events) -> None:
    for outcome, hour in [("hit", 0.99), ("hit", 0.5), ("miss", 0), ("bypass", 1), ("miss", 2)]:
        events.turn(outcome, hour=hour)
    series = events.series(0, 3)
    counted = [(one.figures.hits, one.figures.misses, one.figures.bypasses) for one in series.steps]
    assert counted == [(2, 1, 0), (0, 0, 1), (0, 1, 0)]
    assert [one.start for one in series.steps] == [NOON + timedelta(hours=hour) for hour in range(3)]
    assert (series.total.hits, series.total.misses, series.total.bypasses) == (2, 2, 1)


def test_the_range_is_half_open(events: Events) -> None:
    for hour in (-1.01, -1, 0, 0.99, 1):
        events.turn(hour=hour)
    assert events.total(-1, 1).hits == 3


def test_other_tenants_are_not_counted(events: Events) -> None:
    turn = events.turn(tenant="gym")
    events.vote(0, 1, turn=turn, actor=person(tenant="gym"))
    total = events.total()
    assert (total.hits, total.ups) == (0, 0)
    assert events.monitoring.choices(PRODUCT).release == ()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"])
def test_days_begin_at_midnight_in_the_zone_of_the_view(events: Events, zone: str) -> None:
    for hour in range(-20, 30):
        events.turn(hour=hour)
    series = events.series(-24, 36, grain=Grain.DAY, zone=zone)
    for step in series.steps:
        local = {(NOON + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date(): 0 for hour in range(-20, 30)}
        for hour in range(-20, 30):
            local[(NOON + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date()] += 1
        assert step.figures.hits == local.get(step.start.date(), 0)
        assert (step.start.hour, step.start.minute) == (0, 0)


def test_cost_tokens_and_what_was_saved_add_up(events: Events) -> None:
    events.turn("miss", cost_usd=0.25, input_tokens=100, output_tokens=40)
    events.turn("miss", cost_usd=None)
    events.turn("hit", cost_usd=0.0, saved_usd=0.125)
    total = events.total()
    assert (total.cost_usd, total.saved_usd, total.costed) == (0.25, 0.125, 2)
    assert (total.input_tokens, total.output_tokens) == (100, 40)


def test_percentiles_are_within_two_percent_by_outcome(events: Events) -> None:
    for place in range(1, 101):
        events.turn(total_ms=place * 10.0)
    events.turn("miss", total_ms=2000)
    found = events.total()
    assert found.hit_latency.turns == 100
    assert found.hit_latency.mean_ms == pytest.approx(505)
    for value, wanted in [
        (found.hit_latency.p50_ms, 500),
        (found.hit_latency.p95_ms, 950),
        (found.hit_latency.p99_ms, 990),
    ]:
        assert value == pytest.approx(wanted, rel=0.03)
    assert found.miss_latency.p50_ms == pytest.approx(2000, rel=0.02)


def test_failed_turns_are_counted_but_their_time_is_not(events: Events) -> None:
    events.turn("miss", total_ms=100)
    events.turn("miss", total_ms=60_000, error="failed")
    total = events.total()
    assert (total.misses, total.errors, total.miss_latency.turns) == (2, 1, 1)
    assert total.miss_latency.p99_ms == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize("rolled", [False, True])
def test_a_turn_that_was_taken_for_lost_and_ends_after_all_counts_once_and_as_it_ended(
    events: Events, rolled: bool
) -> None:
    events.turn("bypass", turn_id="one", error="interrupted")
    if rolled:
        events.monitoring.roll_up()
    events.turn("miss", turn_id="one")
    total = events.total()
    assert (total.bypasses, total.misses, total.errors, total.miss_latency.turns) == (0, 1, 0, 1)


def test_late_events_come_to_stand_where_they_belong(events: Events) -> None:
    for hour in (5, 3, -20, 4):
        events.turn(hour=hour)
        events.monitoring.roll_up()
    assert [one.figures.hits for one in events.series(2, 7).steps] == [0, 1, 1, 1, 0]
    assert events.total().hits == 4


def test_filters_narrow_and_groups_tell_apart(events: Events) -> None:
    for release, channel, topic, language in [
        ("r1", "stable", "a", "en"),
        ("r2", "canary", "a", "de"),
        ("r2", "stable", "b", "en"),
    ]:
        events.turn("miss", release_id=release, channel=channel, topic=topic, language=language, actor_id=topic)
        events.turn("hit", release_id=release, channel=channel, topic=topic, language=language, actor_id=release)
    assert events.total(release=("r2",)).turns == 4
    assert events.total(release=("r2",), topic=("a",)).turns == 2
    assert events.total(release=("r1", "r2"), language=("en",), outcome=("hit",)).turns == 2
    assert events.total(outcome=("miss",)).misses == events.total(outcome=("miss",)).turns == 3
    assert events.total(topic=("unknown",)).turns == 0
    groups = events.monitoring.by(PRODUCT, events.view(channel=("stable",)), Dimension.TOPIC)
    assert {one.value: one.figures.turns for one in groups} == {"a": 2, "b": 2}
    by_release = events.monitoring.by(PRODUCT, events.view(), Dimension.RELEASE)
    assert [(one.value, one.figures.turns) for one in by_release] == [("r2", 4), ("r1", 2)]
    choices = events.monitoring.choices(PRODUCT)
    assert (choices.release, choices.channel, choices.topic) == (("r1", "r2"), ("canary", "stable"), ("a", "b"))


def test_users_are_counted_once_and_only_where_they_are_known(events: Events) -> None:
    for place in range(30):
        events.turn(hour=place % 3, actor_id=f"user {place % 10}", topic="t")
        if place % 7 == 0:
            events.monitoring.roll_up()
    assert events.total().users == 10
    assert events.total(topic=("t",)).users == 10
    assert events.total(topic=("t",), release=("r",)).users is None
    assert events.total(outcome=("hit",)).users is None


def test_the_heat_is_by_weekday_and_hour_of_the_zone(events: Events) -> None:
    events.turn(hour=0)
    heat = events.monitoring.board(PRODUCT, events.view(zone="Asia/Tokyo")).heat
    assert heat[NOON.weekday()][21].hits == 1
    assert sum(one.hits for day in heat for one in day) == 1


def test_hours_are_what_the_drift_analysis_reads(events: Events) -> None:
    for outcome, hour in [("hit", 0), ("miss", 0), ("hit", 2)]:
        events.turn(outcome, hour=hour)
    events.monitoring.roll_up()
    found = events.monitoring.hours("default", NOON, NOON + timedelta(hours=3))
    assert found.first == turn_event(0).hour
    assert (found.hits.tolist(), found.misses.tolist()) == ([1, 0, 1], [1, 0, 0])


def test_a_page_rolls_little_up_and_leaves_much_to_the_scheduler(events: Events, database: Database) -> None:
    write(database, turns=[turn_event(0).model_dump(exclude={"seq", "xid"}) for _ in range(BEFORE_A_PAGE + 10)])
    assert events.total().hits == BEFORE_A_PAGE
    assert events.monitoring.freshness(PRODUCT).waiting == 10
    assert events.monitoring.roll_up() == 10
    fresh = events.monitoring.freshness(PRODUCT)
    assert (fresh.waiting, fresh.newest, events.total().hits) == (0, NOON, BEFORE_A_PAGE + 10)


def test_two_servers_that_roll_up_count_each_event_once(events: Events, database: Database) -> None:
    other = Monitoring(database)
    for _ in range(5):
        for hour in range(20):
            events.turn(hour=hour)
        runners = [Thread(target=one.roll_up) for one in (events.monitoring, other)]
        for one in runners:
            one.start()
        for one in runners:
            one.join()
    events.monitoring.roll_up()
    assert events.total().hits == 100


def test_a_time_is_the_right_one_where_the_clock_is_put_forward(events: Events) -> None:
    begin, end = (
        datetime(2026, 3, 28, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2026, 3, 31, tzinfo=ZoneInfo("Europe/Berlin")),
    )
    view = View(begin, end, Grain.DAY, "Europe/Berlin")
    steps = events.monitoring.series(PRODUCT, view).steps
    assert [(one.end.timestamp() - one.start.timestamp()) / 3600 for one in steps] == [24, 23, 24]
