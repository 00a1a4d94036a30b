"""How thumbs that are given, changed and taken back are counted, and what becomes known of hits."""

from __future__ import annotations

import pytest
from sqlmodel import func, select

from core.database import Database
from core.monitoring.records import VerdictEvent, VoteEvent
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
        ([UP, NONE], (0, 0)),
        ([UP, NONE, DOWN], (0, 1)),
        ([UP, DOWN, UP, DOWN, NONE, UP], (1, 0)),
    ],
)
def test_a_vote_counts_as_it_ends_in_the_hour_of_its_turn(
    events: Events, changes: list[int], counted: tuple[int, int]
) -> None:
    turn = events.turn(hour=1)
    for hour, (before, after) in enumerate(zip([NONE, *changes], changes, strict=False)):
        events.vote(before, after, turn=turn, hour=2 + hour)
        events.monitoring.roll_up()
    series = events.series(0, 24)
    assert thumbs(series.steps[1].figures) == counted
    assert thumbs(series.total) == counted
    assert sum(one.figures.votes for one in series.steps) == sum(counted)


def test_votes_on_several_turns_by_several_people_all_count(events: Events) -> None:
    for turn in (events.turn(), events.turn(topic="t")):
        events.vote(NONE, UP, turn=turn)
        events.vote(NONE, DOWN, turn=turn, actor=person("Ben"))
    assert thumbs(events.total()) == (2, 2)
    assert thumbs(events.total(topic=("t",))) == (1, 1)


def test_a_vote_that_stays_as_it_is_leaves_no_event(events: Events, database: Database) -> None:
    events.vote(UP, UP, turn="t")
    events.vote(NONE, NONE, turn="t")
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(VoteEvent)).one() == 0


@pytest.mark.parametrize(
    ("labels", "counted"),
    [
        ([0.9], (1, 0)),
        ([0.1], (1, 1)),
        ([0.9, 0.1], (1, 1)),
        ([0.1, 0.9], (1, 0)),
        ([0.1, None], (0, 0)),
        ([0.6, 0.7, 0.8], (1, 0)),
    ],
)
def test_what_is_known_of_a_hit_counts_once_and_as_it_ends(
    events: Events, labels: list[float | None], counted: tuple[int, int]
) -> None:
    events.turn(decision_id="d")
    for before, after in zip([None, *labels], labels, strict=False):
        events.verdict("d", before, after)
        events.monitoring.roll_up()
    total = events.total()
    assert (total.audited, total.false_hits) == counted


def test_a_verdict_on_what_served_nobody_leaves_no_event(events: Events, database: Database) -> None:
    events.turn()
    events.verdict("unknown", None, 0.1)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(VerdictEvent)).one() == 0
