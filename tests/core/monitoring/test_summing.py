"""Sums over whole days where days are whole, and hours at their edges, give what the hours give one by one."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from core.database import Database
from core.monitoring.filters import Dimension, Filter, Grain, View
from core.monitoring.model import hour_of
from core.monitoring.reading import heat_places, step_places
from core.monitoring.sparse import Ints
from core.monitoring.summing import COUNTED, TIMED, Part, Place, Sums, cut_of
from tests.core.monitoring.events import NOON, Events

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Auckland", "Pacific/Kiritimati", "America/New_York")
SPAN = 120
VIEWS = st.builds(
    lambda since, length, grain, zone: View(
        NOON + timedelta(hours=since), NOON + timedelta(hours=since + length), grain, zone
    ),
    st.integers(-SPAN, SPAN), st.integers(1, 2 * SPAN), st.sampled_from(Grain), st.sampled_from(ZONES),
)  # fmt: skip


def filled(database: Database) -> Events:
    """Write a turn in most hours of ten days, a few topics and outcomes in turn."""
    events = Events(database)
    with database.read() as session:
        if Sums(session, "default", events.view(-SPAN, SPAN)).of(COUNTED, 1, np.zeros_like)[1].any():
            return events
    for hour in range(-SPAN, SPAN):
        if hour % 7:
            events.turn(
                ("hit", "miss", "bypass")[hour % 3], hour=hour, topic=f"t{hour % 4}", language=("en", "de")[hour % 2],
                total_ms=10.0 * (hour % 11 + 1), cost_usd=0.01 * (hour % 5), error="failed" if hour % 9 == 0 else None,
            )  # fmt: skip
    events.monitoring.roll_up()
    return events


def by_hours(
    session: Session, view: View, part: Part, groups: int, place: Place, by: Dimension | None
) -> dict[str, Ints]:
    """Add up hour by hour."""
    first, last = view.hours
    names, every = Sums(session, "default", view).of(part, last - first, lambda hours: hours - first, by)
    table = np.zeros((len(names), groups, *every.shape[2:]), np.int64)
    for hour, group in enumerate(place(np.arange(first, last))):
        table[:, group] += every[:, hour]
    return dict(zip(names, table, strict=True))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(view=VIEWS)
def test_sums_of_days_and_their_edges_are_those_of_the_hours(database: Database, view: View) -> None:
    filled(database)
    cases: list[tuple[int, Place, Dimension | None]] = [
        (len(view.starts()), step_places(view), None),
        (168, heat_places(view), None),
        (1, np.zeros_like, Dimension.TOPIC),
        (1, np.zeros_like, None),
    ]
    for narrowed in (Filter(), Filter(topic=("t1", "t2"), outcome=("hit", "miss"))):
        shown = View(view.since, view.until, view.grain, view.zone, narrowed)
        with database.read() as session:
            sums = Sums(session, "default", shown)
            for groups, place, by in cases:
                for part in (COUNTED, TIMED):
                    names, tables = sums.of(part, groups, place, by)
                    wanted = by_hours(session, shown, part, groups, place, by)
                    found = {name: one for name, one in zip(names, tables, strict=True) if one.any()}
                    assert found.keys() == {name for name, one in wanted.items() if one.any()}
                    assert all((wanted[name] == one).all() for name, one in found.items())


def test_every_event_of_a_view_is_in_its_sums(database: Database) -> None:
    events = filled(database)
    view = events.view(-SPAN, SPAN, Grain.DAY, "Europe/Berlin")
    with database.read() as session:
        _, counts = Sums(session, "default", view).of(COUNTED, len(view.starts()), step_places(view))
        _, times = Sums(session, "default", view).of(TIMED, len(view.starts()), step_places(view))
    asked = [hour for hour in range(-SPAN, SPAN) if hour % 7]
    assert counts[0, :, :, 0].sum() == len(asked)
    assert times.sum() == sum(1 for hour in asked if hour % 9)


def test_days_are_read_whole_but_for_the_hours_that_another_step_holds() -> None:
    since = NOON.replace(hour=0)
    utc = View(since, since + timedelta(days=9))
    assert not cut_of(utc, step_places(utc)).stray.any()
    berlin = View(since, since + timedelta(days=9), Grain.DAY, "Europe/Berlin")
    assert set(cut_of(berlin, step_places(berlin)).stray.sum(axis=1)) <= {1, 2}
    hourly = View(since, since + timedelta(days=2), Grain.HOUR)
    assert (cut_of(hourly, step_places(hourly)).group < 0).all()
    assert cut_of(hourly, step_places(hourly)).first == hour_of(since) // 24
