"""How thumbs that are given, changed and taken back are counted over time."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from core.database import Database
from core.monitoring.records import VoteEvent
from tests.core.monitoring.events import Events, thumbs
from tests.house import person

UP, DOWN, NONE = 1, -1, 0


@pytest.fixture
def events(database: Database) -> Events:
    return Events(database)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ([UP], (1, 0)),
        ([DOWN], (0, 1)),
        ([UP, DOWN], (0, 1)),
        ([DOWN, UP], (1, 0)),
        ([UP, NONE], (0, 0)),
        ([UP, NONE, DOWN], (0, 1)),
        ([UP, DOWN, UP, DOWN, NONE, UP], (1, 0)),
    ],
)
def test_within_an_hour_a_vote_counts_as_it_ends(events: Events, changes: list[int], counted: tuple[int, int]) -> None:
    for before, after in zip([NONE, *changes], changes, strict=False):
        events.vote(before, after)
    overview = events.overview(0, 0)
    assert thumbs(overview.buckets[0]) == counted
    assert thumbs(overview.total) == counted


@pytest.mark.parametrize("hours", [1, 24])
@pytest.mark.parametrize(("after", "counted"), [(DOWN, (0, 1)), (NONE, (0, 0))])
def test_in_the_whole_range_a_vote_counts_once_and_as_it_ends(
    events: Events, after: int, counted: tuple[int, int], hours: int
) -> None:
    events.vote(NONE, UP, hour=0)
    events.vote(UP, after, hour=5)
    assert thumbs(events.overview(-1, 6, hours=hours).total) == counted


def test_each_hour_shows_what_came_to_stand_in_it(events: Events) -> None:
    events.vote(NONE, UP, hour=0)
    events.vote(UP, DOWN, hour=1)
    events.vote(DOWN, NONE, hour=2)
    assert [thumbs(one) for one in events.overview(0, 2).buckets] == [(1, 0), (0, 1), (0, 0)]


def test_what_one_takes_back_takes_nothing_from_another(events: Events) -> None:
    events.vote(NONE, UP, hour=-5)
    events.vote(UP, NONE, hour=0)
    events.vote(NONE, UP, hour=0, actor=person("Ben"))
    overview = events.overview(0, 0)
    assert thumbs(overview.buckets[0]) == (1, 0)
    assert thumbs(overview.total) == (1, 0)


def test_votes_on_several_turns_by_several_people_all_count(events: Events) -> None:
    for turn in ("t1", "t2"):
        events.vote(NONE, UP, turn=turn)
        events.vote(NONE, DOWN, turn=turn, actor=person("Ben"))
    assert thumbs(events.overview(0, 0).total) == (2, 2)


def test_a_vote_that_stays_as_it_is_leaves_no_event(events: Events, database: Database) -> None:
    events.vote(UP, UP)
    events.vote(NONE, NONE)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(VoteEvent)).one() == 0
